"""Name the companies and entries that joined or left a list."""

from __future__ import annotations

from collections.abc import Sequence

from tostrack.analysis.sentence import write_sentence
from tostrack.analysis.summary.quotes import join_phrases, shorten_title
from tostrack.analysis.verdict.quotes import shortened, trimmed
from tostrack.language.item_labels import strip_ordinal
from tostrack.models import Edit, FactKind, Hunk

#: Entries of a list, and companies, named one by one; behind the second number companies are named without detail.
_MOST_ENTRIES = 3


_MOST_PARTIES = 8


#: An entry of a list or row of a table has no more words than this; a longer one is a clause.
_ENTRY_WORDS = 25


#: A paragraph of no more words is a line of an address or a list.
_LINE_WORDS = 4


#: What is shown in brackets behind the name of an entry: its purpose, its place.
_DETAIL_CHARACTERS = 60


def name_parties(news: Sequence[Hunk]) -> tuple[str, int]:
    """Return ``adds “Acme Cloud” (hosting, Ireland) to “Sub-processors”``, and how many edits say so; may be empty."""
    found = [(hunk, fact) for hunk in news for fact in hunk.facts if fact.kind is FactKind.PARTY]
    parts = []
    for verb, preposition in (("adds", "to"), ("removes", "from")):
        of_side = [(hunk, fact) for hunk, fact in found if bool(fact.new) == (verb == "adds")]
        detailed = len(found) <= _MOST_ENTRIES
        names = [_name_party(fact.new or fact.old, detailed=detailed) for _, fact in of_side]
        if names:
            hunks = [hunk for hunk, _ in of_side]
            parts.append(_name_list(verb, list(dict.fromkeys(names)), _MOST_PARTIES, preposition, hunks))
    return "; ".join(parts), len({id(hunk) for hunk, _ in found})


def names_party(hunk: Hunk) -> bool:
    """Whether a company joined or left a list in *hunk*."""
    return any(fact.kind is FactKind.PARTY for fact in hunk.facts)


def _name_party(words: str, *, detailed: bool) -> str:
    name, _, detail = words.partition(" — ")
    detail = ", ".join(part.partition(": ")[2] for part in detail.split("; "))
    return f"“{name}” ({detail})" if detailed and 0 < len(detail) <= _DETAIL_CHARACTERS else f"“{name}”"


def _name_list(verb: str, names: list[str], most: int, preposition: str, hunks: Sequence[Hunk]) -> str:
    shown = names[:most]
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more")
    headings = {hunk.heading[-1] for hunk in hunks if hunk.heading}
    where = f" {preposition} “{shorten_title(headings.pop())}”" if len(headings) == 1 else ""
    return f"{verb} {join_phrases(shown)}{where}"


#: How an entry was added or removed, and the text before the title of its list.
_VERBS = ((Edit.ADDED, "adds", "to"), (Edit.REMOVED, "removes", "from"), (Edit.MOVED, "moves", "to a place in"))


def name_entries(news: Sequence[Hunk]) -> str:
    """Return ``Adds “Kentucky” to “Where we collect taxes”.``; empty unless entries are all that moved."""
    if not all(_is_entry(hunk) for hunk in news):
        return ""
    parts = [
        f"replaces {_name_entry(hunk.old)} with {_name_entry(hunk.new)}" for hunk in news if hunk.edit is Edit.REWORDED
    ][:_MOST_ENTRIES]
    for edit, verb, preposition in _VERBS:
        found = [hunk for hunk in news if hunk.edit is edit]
        if found:
            texts = [hunk.new or hunk.old for hunk in found]
            detailed = len({_entry_parts(text)[0] for text in texts}) == len(texts) <= _MOST_ENTRIES
            names = [_name_entry(text) if detailed else f"“{_entry_parts(text)[0]}”" for text in texts]
            parts.append(_name_list(verb, list(dict.fromkeys(names)), _MOST_ENTRIES, preposition, found))
    return write_sentence("; ".join(parts), "", 1)


def _is_entry(hunk: Hunk) -> bool:
    texts = [text for text in (hunk.old, hunk.new) if text]
    flagged = any(flag.direction for flag in hunk.flags)
    line = hunk.kind == "p" and not flagged and all(len(text.split()) <= _LINE_WORDS for text in texts)
    if hunk.kind[:2] not in ("li", "ol") and hunk.kind != "row" and not line:
        return False
    if hunk.edit is Edit.REWORDED and not _is_replaced(*(_entry_parts(text)[0] for text in texts)):
        return False
    return all(len(text.split()) <= _ENTRY_WORDS and any(map(str.isalpha, text)) for text in texts)


def _is_replaced(old: str, new: str) -> bool:
    """Whether an entry gave way to another: most words of its name are others."""
    was, now = set(old.lower().split()), set(new.lower().split())
    return 2 * len(was & now) < min(len(was), len(now)) or (old != new and max(len(was), len(now)) == 1)


def _name_entry(text: str) -> str:
    """Return the name that an entry begins with, and what it says of it: ``“Acme Cloud” (hosting, Ireland)``."""
    name, detail = _entry_parts(text)
    return f"“{name}” ({detail})" if detail and len(detail) <= _DETAIL_CHARACTERS else f"“{name}”"


def _entry_parts(text: str) -> tuple[str, str]:
    """Return the name at the beginning of an entry and what follows it."""
    text = " ".join(strip_ordinal(text).split())
    for mark in (" | ", ". ", ": ", " – ", " — ", " - "):
        name, found, detail = text.partition(mark)
        # "U.S. State Laws": the mark is no end of a name.
        if found and trimmed(name) and "." not in name[-4:]:
            return shortened(trimmed(name)), trimmed(detail.replace(" | ", ", "))
    return shortened(trimmed(text)), ""
