"""What moved in the words of a change, named in plain words: "may" became "will", 30 days became 90 days.

Pure and general: word lists and rules over the two texts of each hunk. A fact says what the words show, no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tostrack.analysis.facts.document_dates import (
    StatedDate,
    StatedDates,
    compare_document_dates,
    find_stated_dates,
    read_document_dates,
)
from tostrack.analysis.facts.edits import Finder, Mention, Side, compare_sides, fact, moved
from tostrack.analysis.facts.modality import modality, negation
from tostrack.analysis.facts.phrases import GIVEN, consent, limits, reach, recipients
from tostrack.analysis.facts.quantities import days, numbers
from tostrack.models import Edit, Fact, FactKind, Hunk

__all__ = ["StatedDate", "StatedDates", "compare_document_dates", "facts", "find_stated_dates", "read_document_dates"]

#: More than this in one clause is a clause rewritten: the reader must read it.
_MOST = 6
#: So many characters of one clause, and of all together, are looked at: in a text that is rewritten as a whole no moves
#: can be named. The longest policies have 200,000.
_LONGEST = 20_000
_MOST_CHARACTERS = 500_000
_PHRASES: tuple[tuple[FactKind, Finder], ...] = (
    (FactKind.CONSENT, consent),
    (FactKind.RECIPIENT, recipients),
    (FactKind.LIMIT, limits),
    (FactKind.REACH, reach),
    (FactKind.NUMBER, numbers),
    (FactKind.DATE, days),
)
#: What is told of a clause that came, or went, as a whole; the rest of it says no more than that it did.
_OF_WHOLE = {Edit.ADDED: (FactKind.NUMBER,), Edit.REMOVED: (FactKind.CONSENT, FactKind.NUMBER)}
_NUMERIC = (FactKind.NUMBER, FactKind.DATE)
#: Words that say little without their sentence: one that came or went with its sentence is no move.
_IN_SENTENCE = (FactKind.LIMIT, FactKind.REACH)
_KEPT = 0.5


@dataclass(frozen=True)
class _Move:
    """A phrase that was replaced, went or came."""

    kind: FactKind
    old: Mention | None
    new: Mention | None


def find_facts(hunks: Sequence[Hunk]) -> list[tuple[Fact, ...]]:
    """Return, for each of *hunks*, what moved in its words, the weightiest first.

    Of a clause that came or went as a whole only its numbers are told, and that it asked for consent. What one edit
    takes and another one brings did not move.
    """
    found = []
    room = _MOST_CHARACTERS
    for hunk in hunks:
        room -= len(hunk.old) + len(hunk.new)
        close = hunk.edit is not Edit.MOVED and max(len(hunk.old), len(hunk.new)) <= _LONGEST and room >= 0
        pair = compare_sides(hunk) if close else (Side(""), Side(""))
        found.append((pair, list(_moves(hunk, *pair))))
    gone = Counter((move.kind, move.old.key) for _, moves in found for move in moves if move.old and not move.new)
    come = Counter((move.kind, move.new.key) for _, moves in found for move in moves if move.new and not move.old)
    elsewhere = gone & come
    told = []
    for hunk, (pair, moves) in zip(hunks, found, strict=True):
        here = [] if hunk.edit is not Edit.REWORDED else [*negation(*pair), *modality(*pair)]
        here += [_told(move, pair) for move in moves if _is_told(move, hunk, pair, elsewhere)]
        order = list(FactKind)
        distinct = {fact.sentence: fact for fact in sorted(here, key=lambda fact: order.index(fact.kind))}
        told.append(tuple(distinct.values())[:_MOST])
    return told


def _moves(hunk: Hunk, old: Side, new: Side) -> Iterator[_Move]:
    kinds = _OF_WHOLE.get(hunk.edit)
    for kind, find in _PHRASES:
        if kinds is None or kind in kinds:
            yield from (_Move(kind, *pair) for pair in moved(old, new, find))


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


def _told(move: _Move, pair: tuple[Side, Side]) -> Fact:
    old, new = (side.words(one) if one else "" for side, one in zip(pair, (move.old, move.new), strict=True))
    return fact(move.kind, old, new, quoted=move.kind not in _NUMERIC)
