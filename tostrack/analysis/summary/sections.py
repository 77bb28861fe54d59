"""Name the section that was edited most, and quote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tostrack.analysis.summary.quotes import is_quotable, is_small, join_edits, quote_around, shorten_title
from tostrack.analysis.verdict.quotes import most_telling, shortened, trimmed, weight
from tostrack.language.words import entry_pattern, union
from tostrack.models import Edit, Hunk

#: A clause of no more words that speaks of when it binds is a notice.
_DATED = 16


#: Two sections are named only where their names leave room for a quote, in characters.
_TITLES = 60


#: Of so many edits of a section one is quoted.
_MOST_QUOTES = 20


#: Only so many hunks are weighed for the one to quote.
_MOST_WEIGHED = 400


#: A paragraph of so many words can introduce a list.
_LEAD_WORDS = 6
_AT = {"adds": "to", "removes": "from", "changes": "in"}


def find_section(news: Sequence[Hunk]) -> tuple[str, list[str]]:
    """Return what became of the section that was edited most, ``adds text to “Prices”``, and quotes from it."""
    sections: dict[tuple[str, ...], list[Hunk]] = {}
    for hunk in news[:_MOST_WEIGHED]:
        own = (hunk.new or hunk.old,) if hunk.kind[0] == "h" and hunk.edit is not Edit.MOVED else ()
        sections.setdefault((*hunk.heading, *own), []).append(hunk)
    ordered = sorted(sections.items(), key=lambda found: -sum(map(_weigh, found[1])))
    heading, first = ordered[0]
    best = sorted(first, key=_weigh, reverse=True)
    said = _name_section(heading, first if heading else news)
    title = next((shorten_title(path[-1]) for path, _ in ordered[1:] if path and path != heading[:-1]), "")
    if title and said.endswith("”") and len(said) + len(title) <= _TITLES:
        said += f" and edits “{title}”"
    if said.startswith("changes “") and "” to “" in said:
        # Both wordings are named: they are the quote.
        return said, []
    return said, [_quote_of_hunk(hunk) for hunk in (*_introduction(best), *best[:_MOST_QUOTES])]


def _introduction(best: Sequence[Hunk]) -> list[Hunk]:
    """Return the new paragraph that introduces the list to which the first of *best* belongs, if there is one."""
    item = best[0]
    if item.edit is not Edit.ADDED or item.kind[:2] not in ("li", "ol"):
        return []
    leads = [hunk for hunk in best if hunk.edit is Edit.ADDED and hunk.new.rstrip().endswith(":")]
    leads = [hunk for hunk in leads if hunk.new.count(" ") >= _LEAD_WORDS]
    before = [hunk for hunk in leads if (hunk.new_at or 0) < (item.new_at or 0)]
    return [max(before, key=lambda hunk: hunk.new_at or 0)] if before else []


def _name_section(heading: tuple[str, ...], hunks: Sequence[Hunk]) -> str:
    """Return what became of a section: ``adds “or tax” to “Billing”``, ``removes the section “Billing”``."""
    title = f"“{shorten_title(heading[-1])}”" if heading and trimmed(heading[-1]) else ""
    if all(hunk.edit is Edit.MOVED for hunk in hunks):
        return "changes an order" + (f" in {title}" if title else "")
    verb, what = _name_edit(hunks[0]) if len(hunks) == 1 else ("", "")
    verb = verb or _verb_of(hunks)
    if title and any(hunk.kind[0] == "h" for hunk in hunks):
        return f"{verb} {title}" if verb == "changes" else f"{verb} the section {title}"
    return f"{verb} {what or 'text'}" + (f" {_AT[verb]} {title}" if title else "")


def _name_edit(hunk: Hunk) -> tuple[str, str]:
    """Return the verb and the words of the small edit that makes *hunk*; both empty where it is more than that."""
    found = sorted(join_edits(hunk), key=lambda edit: -edit.weight) if hunk.edit is Edit.REWORDED else []
    if not found or not is_small(found[0]) or (len(found) > 1 and found[0].weight <= 2 * found[1].weight):
        return "", ""
    gone, come = (trimmed(text) for text in (found[0].gone, found[0].come))
    if gone and come:
        return "changes", f"“{gone}” to “{come}”"
    return ("adds" if come else "removes", f"“{gone or come}”") if gone or come else ("", "")


def _verb_of(hunks: Sequence[Hunk]) -> str:
    """Return whether text only came, only went, or both."""
    gone = any(hunk.edit is Edit.REMOVED or any(trimmed(edit.gone) for edit in join_edits(hunk)) for hunk in hunks)
    come = any(hunk.edit is Edit.ADDED or any(trimmed(edit.come) for edit in join_edits(hunk)) for hunk in hunks)
    return "changes" if gone == come else "adds" if come else "removes"


def _weigh(hunk: Hunk) -> float:
    """Return how much *hunk* tells; a line that only dates the text hardly does."""
    text = hunk.new or hunk.old
    dates = len(text.split()) <= _DATED and _dates_itself().search(text.lower())
    return 0.1 if dates or hunk.edit is Edit.MOVED else weight(hunk)


@cache
def _dates_itself() -> re.Pattern[str]:
    return entry_pattern(union("dates", "updated", "effective"))


def _quote_of_hunk(hunk: Hunk) -> str:
    """Return the words of *hunk* that say most: a small edit among its neighbours, else a sentence."""
    found = join_edits(hunk)
    if hunk.edit is not Edit.REWORDED or not found:
        return shortened(most_telling(hunk.new or hunk.old))
    edit = max(found, key=lambda edit: edit.weight)
    if is_small(edit) and is_quotable(edit.shown()):
        return shortened(edit.shown())
    text = edit.come if len(edit.come) >= len(edit.gone) / 2 else edit.gone
    said = most_telling(text)
    return (
        shortened(said)
        if is_quotable(said) and not is_small(edit)
        else quote_around(trimmed(edit.come or edit.gone), hunk.new or hunk.old)
    )
