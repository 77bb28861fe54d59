"""Since when each clause of a text says what it says, carried from one version to the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from tostrack.clauses import canonical
from tostrack.models import Clause, Edit, Hunk

#: Since when (ISO 8601), and the id of the change that brought it; the id is empty where no change did.
Stamp = tuple[str, str]


def carried(
    stamps: Sequence[Stamp],
    old: Sequence[Clause],
    new: Sequence[Clause],
    hunks: Iterable[Hunk],
    fresh: Stamp,
    *,
    is_new_meaning: bool,
) -> list[Stamp]:
    """Return the stamps of *new*, given those of *old* and the *hunks* between them.

    What was added bears the *fresh* stamp, and so does what was reworded when the words carry a new meaning; what was
    moved, split, merged or only worded otherwise keeps the stamp that it had.
    """
    found: dict[int, Stamp] = {}
    gone: set[int] = set()
    for hunk in hunks:
        if hunk.old_at is not None:
            gone.update(range(hunk.old_at, hunk.old_at + hunk.old_count))
        if hunk.new_at is not None:
            keeps = hunk.old_at is not None and (hunk.edit is Edit.MOVED or not is_new_meaning)
            stamp = stamps[hunk.old_at] if keeps and hunk.old_at is not None else fresh
            found.update(dict.fromkeys(range(hunk.new_at, hunk.new_at + hunk.new_count), stamp))
    stood = [at for at in range(len(old)) if at not in gone]
    stands = [at for at in range(len(new)) if at not in found]
    for before, now in _same_words(old, stood, new, stands):
        found[now] = stamps[before]
    return [found.get(at, fresh) for at in range(len(new))]


def _same_words(
    old: Sequence[Clause], stood: Sequence[int], new: Sequence[Clause], stands: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield which clause holds the words that another one held; the same words may be cut at other places."""
    if not stood:
        return
    ends = list(accumulate(_length(old[at]) for at in stood))
    start = 0
    for at in stands:
        yield stood[min(bisect_right(ends, start), len(stood) - 1)], at
        start += _length(new[at])


def _length(clause: Clause) -> int:
    return len(canonical(clause).replace(" ", ""))
