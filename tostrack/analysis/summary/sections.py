"""Name the section that was edited most, and quote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from tostrack.analysis.summary.certain_moves import share_of_news
from tostrack.analysis.summary.quotes import is_quotable, is_small, join_edits, quote_around, shorten_title
from tostrack.analysis.summary.stakes import find_companies, weigh_words
from tostrack.analysis.verdict.quotes import Replaced, most_telling, shortened, trimmed, weight
from tostrack.language.item_labels import strip_ordinal
from tostrack.language.words import entry_pattern, union
from tostrack.models import Edit, Hunk, Reason

#: A clause of no more words that speaks of when it binds is a notice.
_DATED = 16


#: Two sections are named only where their names leave room for a quote, in characters, and no title is cut shorter.
_TITLES, _LEAST_TITLE = 75, 15


#: A second section is named that weighs at least so much of the first.
_SECOND = 0.3


#: One edit speaks for its section that weighs at least so much of it; one that can be named word by word, so much.
_MOSTLY, _MUCH = 0.6, 0.35


#: The title of a document says less than that of a section: the text right below it weighs so much.
_UNDER_TITLE = 0.5


#: A section that was added or removed as a whole weighs so much more.
_WHOLE = 1.5


#: What the first of several new clauses adds to its weight.
_BEGINS = 4.0


#: What is gone weighs so much where the section has new text too: that is what holds now.
_GONE = 0.7


#: What adds to the weight of an edit: another company or product by name, where there are few edits, and a promise
#: that is gone.
_RENAMED, _FEW = 8.0, 5
_PROMISE = 6.0
#: What each capitalised word of an edit adds to its weight, and how many do.
_OF_NAME, _MOST_NAMES = 2, 4
#: Names differ where no more of the words than this have a capital.
_CAPITALS = 0.25


#: Of so many edits of a section one is quoted.
_MOST_QUOTES = 20


#: Only so many hunks are weighed for the one to quote.
_MOST_WEIGHED = 400


#: A paragraph of so many words can introduce a list.
_LEAD_WORDS = 6
#: A day or a version as a number: ``20190607``.
_STAMP = re.compile(r"\d{6,}")
_AT = {"adds": "to", "removes": "from", "changes": "in"}


def find_section(news: Sequence[Hunk], titles: Mapping[tuple[str, ...], Edit]) -> tuple[list[str], list[str]]:
    """Return what became of the sections that were edited most, ``adds text to “Prices”``, and quotes from the first.

    Where the first of these quotes is gone, the phrases say so.

    Args:
        news: The edits that matter.
        titles: The paths of sections that were added or removed as a whole, as `find_titles` gives them.
    """
    sections: dict[tuple[str, ...], list[Hunk]] = {}
    #: One section, however its title is numbered and capitalised.
    paths: dict[tuple[str, ...], tuple[str, ...]] = {}
    weighed = news[:_MOST_WEIGHED]
    for hunk in weighed:
        own = (hunk.new or hunk.old,) if hunk.kind[0] == "h" and hunk.edit is not Edit.MOVED else ()
        path = (*hunk.heading, *own)
        sections.setdefault(paths.setdefault(tuple(map(_plainest, path)), path), []).append(hunk)
    weights = _weigh_all(weighed)
    for hunk in _beginnings(weighed):
        weights[id(hunk)] += _BEGINS
    parents = {path[:1] for path in sections if len(path) > 1}
    sums = {
        path: sum(weights[id(hunk)] for hunk in found)
        * (_UNDER_TITLE if path == () or path in parents else 1)
        * (_WHOLE if _is_whole(path, found, titles) else 1)
        for path, found in sections.items()
    }
    heading, *others = sorted(sections, key=lambda path: -sums[path])
    first = sections[heading]
    if any(hunk.edit is Edit.ADDED for hunk in first):
        weights |= {id(hunk): weights[id(hunk)] * _GONE for hunk in first if hunk.edit is Edit.REMOVED}
    best = sorted(first, key=lambda hunk: -weights[id(hunk)])
    said = _name_section(heading, first if heading else news, titles)
    if said.partition(" ")[2].startswith("text"):
        alone, share = _name_section(heading, best[:1], {}), weights[id(best[0])] / (sums[heading] or 1)
        exact = alone.partition(" ")[2].startswith("“") and len(news) <= _FEW
        if share >= (_MUCH if exact else _MOSTLY) and not alone.startswith("removes text"):
            said = alone
    if said.startswith("changes “") and "” to “" in said:
        # Both wordings are named: they are the quote.
        return [said], []
    second = others[0] if others else ()
    if _is_replaced(heading, first, second, sections.get(second, [])):
        gone, come = (heading, second) if first[0].edit is Edit.REMOVED else (second, heading)
        best = sorted(sections[come], key=lambda hunk: -weights[id(hunk)])
        phrases = [f"replaces “{shorten_title(gone[-1])}” with “{shorten_title(come[-1])}”"]
    else:
        weighty = [path for path in others if path and path != heading[:-1] and sums[path] >= _SECOND * sums[heading]]
        phrases = [said, *_name_second(said, weighty)]
    quoted = [_quote_of_hunk(hunk) for hunk in (*_introduction(best), *best[:_MOST_QUOTES])]
    quotes = [(quote, gone) for quote, gone in quoted if is_quotable(quote)]
    if quotes and quotes[0][1] and said.startswith(("changes text", "edits", "adds")):
        phrases.append("drops")
    return phrases, [quote for quote, _ in quotes]


def _name_second(said: str, weighty: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a phrase for the first of other *weighty* sections, where there is room for it behind *said*."""
    room = _TITLES - len(said) - len(" and edits “”")
    named = said.endswith("”") and weighty and room >= _LEAST_TITLE
    return [f"edits “{shorten_title(weighty[0][-1], room)}”"] if named else []


def _weigh_all(news: Sequence[Hunk]) -> dict[int, float]:
    """Return by ``id`` how much each of *news* tells; words that were only set in other lines tell nothing."""
    few = len(news) <= _FEW
    told: set[tuple[str, str]] = set()
    weights = {}
    for hunk, share in zip(news, share_of_news(news), strict=True):
        again = (hunk.old, hunk.new) in told
        told.add((hunk.old, hunk.new))
        weights[id(hunk)] = 0.0 if again else (_weigh(hunk) + (_RENAMED if few and _renames(hunk) else 0)) * share
    return weights


def _beginnings(news: Sequence[Hunk]) -> list[Hunk]:
    """Return the first of each run of new clauses: it says what the others are about."""
    added = {hunk.new_at: hunk for hunk in news if hunk.edit is Edit.ADDED and hunk.kind[0] != "h"}
    return [hunk for at, hunk in added.items() if at is not None and at - 1 not in added and at + 1 in added]


def _is_replaced(one: tuple[str, ...], gone: list[Hunk], other: tuple[str, ...], come: list[Hunk]) -> bool:
    """Whether of two sections side by side one only lost text and the other one only got some."""
    edits = [{hunk.edit for hunk in hunks} for hunks in (gone, come)]
    whole = edits in ([{Edit.REMOVED}, {Edit.ADDED}], [{Edit.ADDED}, {Edit.REMOVED}])
    return whole and bool(one and other) and one[:-1] == other[:-1] and len(one) > 1


def _plainest(title: str) -> str:
    return strip_ordinal(title).casefold()


def _introduction(best: Sequence[Hunk]) -> list[Hunk]:
    """Return the new paragraph that introduces the list to which the first of *best* belongs, if there is one."""
    item = best[0]
    if item.edit is not Edit.ADDED or item.kind[:2] not in ("li", "ol"):
        return []
    leads = [hunk for hunk in best if hunk.edit is Edit.ADDED and hunk.new.rstrip().endswith(":")]
    leads = [hunk for hunk in leads if hunk.new.count(" ") >= _LEAD_WORDS]
    before = [hunk for hunk in leads if (hunk.new_at or 0) < (item.new_at or 0)]
    return [max(before, key=lambda hunk: hunk.new_at or 0)] if before else []


def find_titles(hunks: Iterable[Hunk]) -> dict[tuple[str, ...], Edit]:
    """Return the paths of the titles that were added or removed."""
    moved = (hunk for hunk in hunks if hunk.kind[0] == "h" and hunk.edit in _SECTIONS)
    return {(*hunk.heading, hunk.new or hunk.old): hunk.edit for hunk in moved if hunk.reason is not Reason.ORDER}


#: What becomes of a section as a whole.
_SECTIONS = {Edit.ADDED: "adds the section", Edit.REMOVED: "removes the section"}


def _is_whole(path: tuple[str, ...], hunks: Sequence[Hunk], titles: Mapping[tuple[str, ...], Edit]) -> bool:
    """Whether the section was added or removed with its title and all of *hunks*."""
    return path in titles and {hunk.edit for hunk in hunks} == {titles[path]}


def _name_section(heading: tuple[str, ...], hunks: Sequence[Hunk], titles: Mapping[tuple[str, ...], Edit]) -> str:
    """Return what became of a section: ``adds “or tax” to “Billing”``, ``removes the section “Billing”``."""
    title = f"“{shorten_title(heading[-1])}”" if heading and trimmed(heading[-1]) else ""
    if title and _is_whole(heading, hunks, titles):
        return f"{_SECTIONS[hunks[0].edit]} {title}"
    if all(hunk.edit is Edit.MOVED for hunk in hunks):
        return "changes an order" + (f" in {title}" if title else "")
    headings = [hunk for hunk in hunks if hunk.kind[0] == "h"]
    if title and headings:
        was = shorten_title(headings[0].old)
        if headings[0].edit is Edit.REWORDED and len(hunks) == 1 and was != shorten_title(headings[0].new):
            return f"changes “{was}” to {title}"
        return f"{_SECTIONS.get(headings[0].edit, 'changes')} {title}"
    verb, what = _name_edit(hunks[0]) if len(hunks) == 1 else ("", "")
    verb = verb or _verb_of(hunks)
    return f"{verb} {what or 'text'}" + (f" {_AT[verb]} {title}" if title else "")


def _name_edit(hunk: Hunk) -> tuple[str, str]:
    """Return the verb and the words of the small edit that makes *hunk*; both empty where it is more than that."""
    found = sorted(join_edits(hunk), key=_weigh_edit, reverse=True) if hunk.edit is Edit.REWORDED else []
    if not found or not is_small(found[0]) or (len(found) > 1 and _weigh_edit(found[0]) <= 2 * _weigh_edit(found[1])):
        return "", ""
    gone, come = (trimmed(text) for text in (found[0].gone, found[0].come))
    if gone and come:
        return "changes", f"“{gone}” to “{come}”"
    return ("adds" if come else "removes", f"“{gone or come}”") if gone or come else ("", "")


def _verb_of(hunks: Sequence[Hunk]) -> str:
    """Return whether text was only added, only removed, or both."""
    gone = any(hunk.edit is Edit.REMOVED or any(trimmed(edit.gone) for edit in join_edits(hunk)) for hunk in hunks)
    come = any(hunk.edit is Edit.ADDED or any(trimmed(edit.come) for edit in join_edits(hunk)) for hunk in hunks)
    return "changes" if gone == come else "adds" if come else "removes"


def _weigh(hunk: Hunk) -> float:
    """Return how much *hunk* tells; a line that only dates the text hardly does."""
    text = hunk.new or hunk.old
    if hunk.edit is Edit.MOVED or (len(text.split()) <= _DATED and _dates_itself().search(text.lower())):
        return 0.1
    found = join_edits(hunk)
    gone = hunk.old if hunk.edit is Edit.REMOVED else " ".join(edit.gone for edit in found)
    lost = not union("answers", "never").isdisjoint(gone.casefold().split())
    if hunk.edit is Edit.REWORDED and not any(map(_weigh_edit, found)):
        return 0.1
    come = hunk.new if hunk.edit is Edit.ADDED else " ".join(edit.come for edit in found)
    joins = bool(find_companies(come) - find_companies(hunk.old))
    told = weight(hunk) + (_PROMISE if lost else 0) + (_RENAMED if joins else 0)
    return max(told + weigh_words(f"{gone} {come}"), 0.2)


def _renames(hunk: Hunk) -> bool:
    """Whether a name gave way to another; where capitals show no name, in titles and in German, none does."""
    prose = hunk.kind != "row"
    if hunk.edit is not Edit.REWORDED or (prose and len(_names(hunk.new)) > _CAPITALS * len(hunk.new.split())):
        return False
    pairs = [(_names(edit.gone), _names(edit.come)) for edit in join_edits(hunk) if is_small(edit)]
    return any(was and now and was.isdisjoint(now) for was, now in pairs)


def _weigh_edit(edit: Replaced) -> float:
    if any(_STAMP.fullmatch(trimmed(text)) for text in (edit.gone, edit.come)):
        return 0.0
    names = sum(word[:1].isupper() and len(word) > 1 for word in (edit.come or edit.gone).split())
    return edit.weight + _OF_NAME * min(names, _MOST_NAMES)


def _names(text: str) -> set[str]:
    return {word for word in text.split() if word[:1].isupper() and word[1:].islower()}


@cache
def _dates_itself() -> re.Pattern[str]:
    return entry_pattern(union("dates", "updated", "effective"))


def _quote_of_hunk(hunk: Hunk) -> tuple[str, bool]:
    """Return the words of *hunk* that say most, and whether they are gone: a small edit in its place, or a sentence."""
    found = join_edits(hunk)
    if hunk.edit is not Edit.REWORDED or not found:
        text = trimmed(hunk.new or hunk.old)
        return text if shortened(text) == text else shortened(most_telling(text)), not hunk.new
    edit = max(found, key=lambda edit: _weigh_edit(edit) + weigh_words(f"{edit.gone} {edit.come}"))
    if is_small(edit) and is_quotable(edit.shown()):
        # Its neighbours are unchanged.
        return shortened(edit.shown()), False
    gone = len(edit.come) < len(edit.gone) / 2
    said = most_telling(edit.gone if gone else edit.come)
    if is_quotable(said) and not is_small(edit):
        return shortened(said), gone
    return quote_around(trimmed(edit.come or edit.gone), hunk.new or hunk.old), not trimmed(edit.come)
