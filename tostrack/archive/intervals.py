"""How a text is stored: each clause's stay in its document, from one version to another. Pure.

A version is the clauses at its number, by rank: so a version costs what it changed. Each stay is on a line:
a clause that continues in other words or elsewhere keeps its line, and its first version is where its line begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from tostrack.models import Clause
from tostrack.value import Value

#: The end of the stay of a current clause: no document will have so many versions.
OPEN = 2**31 - 1
#: From one clause of a new text to the next. Ten clauses put one before the other still have whole numbers, and SQLite
#: keeps those in three bytes where a fraction takes eight.
_GAP = 1024.0


class Interval(Value):
    """One stay of a clause: from version ``since`` on."""

    rank: float
    since: int
    clause_id: int
    line: int = 0


class Step(Value):
    """The changes of one version: the stays that end with it, those that begin, and all that are current, by rank."""

    closed: tuple[Interval, ...]
    opened: tuple[Interval, ...]
    standing: tuple[Interval, ...]

    def on_lines(self, lines: Sequence[int]) -> Step:
        """Return it with the *lines* of the opened stays, in their order."""
        named = {span.rank: replace(span, line=line) for span, line in zip(self.opened, lines, strict=True)}
        return Step(self.closed, tuple(named.values()), tuple(named.get(span.rank, span) for span in self.standing))


def step(standing: Sequence[Interval], clause_ids: Sequence[int], number: int) -> Step:
    """Return what version *number*, made of *clause_ids*, changes of what is *standing* (by rank)."""
    from tostrack.analysis.diff.anchors import equal_pairs

    pairs = equal_pairs([span.clause_id for span in standing], clause_ids)
    result = _placed({new_at: standing[old_at] for old_at, new_at in pairs}, clause_ids, number)
    if any(before.rank >= after.rank for before, after in pairwise(result)):
        # No number is left between two neighbours: the whole text is ranked again.
        result = _placed({}, clause_ids, number)
    kept = set(result)
    return Step(
        tuple(span for span in standing if span not in kept),
        tuple(span for span in result if span.since == number),
        tuple(result),
    )


def _placed(kept: Mapping[int, Interval], clause_ids: Sequence[int], number: int) -> list[Interval]:
    """Return a stay for each of *clause_ids*: those *kept*, by place, and new ones ranked between them."""
    result: list[Interval] = []
    below = 0.0
    for first, last in _gaps(kept, len(clause_ids)):
        count = last - first + 1
        room = (kept[last].rank - below) / count if last in kept else _GAP
        for place, clause_id in enumerate(clause_ids[first:last], 1):
            rank = below + place * room
            result.append(Interval(float(round(rank)) if room >= 2 else rank, number, clause_id))
        if last in kept:
            result.append(kept[last])
            below = kept[last].rank
    return result


def _gaps(kept: Mapping[int, Interval], length: int) -> Iterator[tuple[int, int]]:
    """Yield where each run of places that are not kept begins, and the kept place, or the end, behind it."""
    first = 0
    for last in [*sorted(kept), length]:
        yield first, last
        first = last + 1


def lines_of(
    change: Step, gone: Sequence[Clause], come: Sequence[Clause], earlier: Mapping[int, int], free: int
) -> list[int]:
    """Return the line of each opened stay of *change*.

    Args:
        earlier: The lines on which clauses of this document were at any time, by clause.
    """
    found = {new: change.closed[old].line for old, new in _continued(change, gone, come)}
    taken = {span.line for span in change.standing if span.line} | set(found.values())
    for at, span in enumerate(change.opened):
        line = found.get(at) or earlier.get(span.clause_id, 0)
        if at not in found and (not line or line in taken):
            line, free = free, free + 1
        found[at] = line
        taken.add(line)
    return [found[at] for at in range(len(change.opened))]


def _continued(change: Step, gone: Sequence[Clause], come: Sequence[Clause]) -> list[tuple[int, int]]:
    """Return which closed stays go on as which opened ones: the same clause first, then as the texts are aligned."""
    from tostrack.analysis.diff.align import align

    places = {span.clause_id: at for at, span in enumerate(change.closed)}
    equal = ((places[span.clause_id], at) for at, span in enumerate(change.opened) if span.clause_id in places)
    continued = _each_once(equal)
    left_olds = sorted(set(range(len(gone))) - {old for old, _ in continued})
    left_news = sorted(set(range(len(come))) - {new for _, new in continued})
    aligned = align([gone[at] for at in left_olds], [come[at] for at in left_news])
    reworded = ((old, new) for before, after in aligned.reworded for old in before for new in after)
    others = _each_once(pair for pairs in (aligned.same, aligned.moved, reworded) for pair in pairs)
    return [*continued, *((left_olds[old], left_news[new]) for old, new in others)]


def _each_once(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return *pairs* without those of which one side is in a pair before."""
    news: dict[int, int] = {}
    olds: set[int] = set()
    for old, new in pairs:
        if new not in news and old not in olds:
            news[new] = old
            olds.add(old)
    return [(old, new) for new, old in news.items()]
