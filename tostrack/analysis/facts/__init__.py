"""Finds what moved in the words of a change, in plain words: "may" became "will", 30 days became 90 days.

Pure and general: word lists and rules over the two texts of each hunk. A fact says what the words show, no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tostrack.analysis.facts.document_dates import (
    StatedDate,
    StatedDates,
    compare_document_dates,
    find_stated_dates,
    read_document_dates,
)
from tostrack.analysis.facts.edits import Finder, Mention, Side, compare_sides, fact, moved, slice_sentence
from tostrack.analysis.facts.entries import compare_entries, label_of, moved_links, subject_fact
from tostrack.analysis.facts.modality import modality, negation
from tostrack.analysis.facts.phrases import (
    CONSENT_SIGNS,
    GIVEN,
    LIMIT_SIGNS,
    REACH_SIGNS,
    RECIPIENT_SIGNS,
    consent,
    limits,
    reach,
    recipients,
)
from tostrack.analysis.facts.quantities import days, may_count, numbers
from tostrack.analysis.facts.references import (
    SCOPE_SIGNS,
    STORAGE_SIGNS,
    laws,
    licences,
    may_name_licence,
    scopes,
    storage_places,
)
from tostrack.language.words import entry_pattern, union
from tostrack.models import Clause, Edit, Fact, FactKind, Hunk

__all__ = [
    "StatedDate",
    "StatedDates",
    "compare_document_dates",
    "find_facts",
    "find_stated_dates",
    "read_document_dates",
]

#: More than this in one clause is a clause rewritten: the reader must read it.
_MOST = 6
#: This many characters of one clause, and of all together, are looked at: of a text rewritten as a whole no moves
#: can be named. The longest policies have 200,000.
_LONGEST = 20_000
_MOST_CHARACTERS = 500_000
#: The kind of an amount, by its group and by what its sentence speaks of; else it is any number.
_AMOUNTS = {
    ("sum", ""): FactKind.FEE,
    ("age", ""): FactKind.AGE,
    ("share", "uptime"): FactKind.UPTIME,
    ("time", "retention"): FactKind.RETENTION,
    ("time", "answer"): FactKind.RESPONSE,
    ("count", ""): FactKind.QUOTA,
    ("size", "quota"): FactKind.QUOTA,
}
_NUMERIC = frozenset({FactKind.NUMBER, FactKind.DATE, *_AMOUNTS.values()})
#: What is reported of a clause that was added or removed as a whole; the rest of it says no more than that.
_OF_WHOLE = {Edit.ADDED: (FactKind.NUMBER,), Edit.REMOVED: (FactKind.CONSENT, FactKind.NUMBER)}
#: Words that say little without their sentence: one that was added or removed with its sentence is not reported.
_IN_SENTENCE = (FactKind.LIMIT, FactKind.REACH, FactKind.LAW, FactKind.PLACE, FactKind.SCOPE)
_KEPT = 0.5


@dataclass(frozen=True)
class _Move:
    """A phrase that was replaced, added or removed."""

    kind: FactKind
    old: Mention | None
    new: Mention | None


def find_facts(
    hunks: Sequence[Hunk], old: Sequence[Clause] = (), new: Sequence[Clause] = (), language: str = ""
) -> list[tuple[Fact, ...]]:
    """Return, for each of *hunks*, what moved in its words, the weightiest first.

    Of a clause that was added or removed as a whole only its numbers and its consent are reported. What one edit
    takes and another one brings did not move.

    Args:
        hunks: The edits.
        old: The clauses of the old text: rows of tables and entries of lists are read by their columns and names.
        new: Those of the new text.
        language: Of the texts, as `tokenize` takes it.
    """
    finders = list_finders(language)
    found = []
    room = _MOST_CHARACTERS
    for hunk in hunks:
        room -= len(hunk.old) + len(hunk.new)
        close = hunk.edit is not Edit.MOVED and max(len(hunk.old), len(hunk.new)) <= _LONGEST and room >= 0
        pair = compare_sides(hunk) if close else (Side(""), Side(""))
        found.append((pair, list(_moves(hunk, *pair, finders)) if close else []))
    gone = Counter((move.kind, move.old.key) for _, moves in found for move in moves if move.old and not move.new)
    come = Counter((move.kind, move.new.key) for _, moves in found for move in moves if move.new and not move.old)
    elsewhere = gone & come
    entries = compare_entries(hunks, tuple(old), tuple(new))
    told = []
    for hunk, (pair, moves), listed in zip(hunks, found, entries, strict=True):
        here = [] if hunk.edit is not Edit.REWORDED else [*negation(*pair), *modality(*pair)]
        here += [_told(move, hunk, pair) for move in moves if _is_told(move, hunk, pair, elsewhere)]
        if old and new and hunk.edit is Edit.REWORDED:
            here += moved_links(hunk, old, new)
        told.append(_weightiest([*_typed(listed, here), *here]))
    return told


def list_finders(language: str) -> tuple[Finder, ...]:
    """Return what finds the phrases of each kind in texts of *language*."""
    return (
        Finder(FactKind.CONSENT, consent, _with_any(CONSENT_SIGNS)),
        Finder(FactKind.RECIPIENT, recipients, _with_any(RECIPIENT_SIGNS)),
        Finder(FactKind.LIMIT, limits, _with_any(LIMIT_SIGNS)),
        Finder(FactKind.REACH, reach, _with_any(REACH_SIGNS)),
        Finder(FactKind.LAW, laws, _with_any(("law", "court"))),
        Finder(FactKind.PLACE, storage_places, _with_any(STORAGE_SIGNS)),
        Finder(FactKind.LICENCE, licences, may_name_licence),
        Finder(FactKind.SCOPE, scopes, _with_any(SCOPE_SIGNS)),
        Finder(FactKind.NUMBER, partial(numbers, language=language), partial(may_count, language=language)),
        Finder(FactKind.DATE, days, _with_any(("19", "20"))),
    )


def _with_any(signs: Sequence[str]) -> Callable[[str], bool]:
    """Return what tells whether a text has one of *signs*: every phrase of its kind has."""
    return lambda text: any(sign in text for sign in signs)


def _weightiest(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return *facts* by weight, each once; of those that say the same of a cell the one that names the cell."""
    order = list(FactKind)
    distinct = {(fact.old, fact.new): fact for fact in sorted(facts, key=lambda fact: not fact.subject, reverse=True)}
    return tuple(sorted(distinct.values(), key=lambda fact: order.index(fact.kind)))[:_MOST]


def _typed(cells: Sequence[Fact], phrases: Sequence[Fact]) -> list[Fact]:
    """Return the moved *cells*, each of the kind of the phrase that moved in it."""
    kinds = {one.new: one.kind for one in phrases}
    return [
        replace(cell, kind=next((kind for words, kind in kinds.items() if words and words in cell.new), cell.kind))
        if cell.kind is FactKind.VALUE
        else cell
        for cell in cells
    ]


def _moves(hunk: Hunk, old: Side, new: Side, finders: Sequence[Finder]) -> Iterator[_Move]:
    kinds = _OF_WHOLE.get(hunk.edit)
    for finder in finders:
        if kinds is None or finder.kind in kinds:
            yield from (_Move(finder.kind, *pair) for pair in moved(old, new, finder))


def _is_told(move: _Move, hunk: Hunk, pair: tuple[Side, Side], elsewhere: Counter[tuple[FactKind, str]]) -> bool:
    if move.kind is FactKind.RECIPIENT and GIVEN not in {one.group for one in (move.old, move.new) if one}:
        return False
    if move.old and move.new:
        return True
    side, one = (pair[0], move.old) if move.old else (pair[1], move.new)
    if one is None or (move.kind, one.key) in elsewhere:
        return False
    whole = hunk.edit is not Edit.REWORDED
    return whole or move.kind not in _IN_SENTENCE or side.kept(one) >= _KEPT


def _told(move: _Move, hunk: Hunk, pair: tuple[Side, Side]) -> Fact:
    old, new = (side.words(one) if one else "" for side, one in zip(pair, (move.old, move.new), strict=True))
    kind = _kind_of(move, pair)
    if move.kind is FactKind.LICENCE:
        old, new = (one.key if one else "" for one in (move.old, move.new))
    label, rest = label_of(hunk.new)
    was, before = label_of(hunk.old)
    if kind in _NUMERIC - {FactKind.DATE} and label and label == was and old in before and new in rest and old and new:
        return subject_fact(kind, label, old, new)
    return fact(kind, old, new, quoted=kind not in _NUMERIC)


def _kind_of(move: _Move, pair: tuple[Side, Side]) -> FactKind:
    """Return the kind of a move: of an amount by what its sentence speaks of."""
    side, one = (pair[1], move.new) if move.new else (pair[0], move.old)
    if move.kind is not FactKind.NUMBER or one is None:
        return move.kind
    sentence = slice_sentence(side.text, one.start, one.end).casefold()
    for (asked, about), kind in _AMOUNTS.items():
        if asked == one.group and (not about or entry_pattern(union("facts", about)).search(sentence)):
            return kind
    return FactKind.NUMBER
