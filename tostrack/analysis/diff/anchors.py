"""Finds the pairs of equal items that a stable diff of two sequences keeps in place."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence

Pair = tuple[int, int]

#: Ranges without a unique item in common are compared cell by cell up to this many cells, beyond it not at all.
_MOST_CELLS = 16_384
#: Every round finds items that became unique in a smaller range; real texts need three or four.
_MOST_ROUNDS = 24


def equal_pairs(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """Return places of equal items, rising in both sequences: common ends first, then unique items in common.

    The work is linear in the lengths but for sorting: a range in which no item is unique on both sides is looked at
    cell by cell when it is small and given up when it is large.
    """
    found: list[Pair] = []
    ranges = [(0, len(old), 0, len(new))]
    for _ in range(_MOST_ROUNDS):
        ranges = [part for piece in ranges for part in _divide(old, new, piece, found)]
        if not ranges:
            break
    return sorted(found)


def _divide(
    old: Sequence[Hashable], new: Sequence[Hashable], piece: tuple[int, int, int, int], found: list[Pair]
) -> list[tuple[int, int, int, int]]:
    """Add what one range certainly shares to *found* and return the ranges that are left between."""
    old_lo, old_hi, new_lo, new_hi = piece
    while old_lo < old_hi and new_lo < new_hi and old[old_lo] == new[new_lo]:
        found.append((old_lo, new_lo))
        old_lo, new_lo = old_lo + 1, new_lo + 1
    while old_lo < old_hi and new_lo < new_hi and old[old_hi - 1] == new[new_hi - 1]:
        old_hi, new_hi = old_hi - 1, new_hi - 1
        found.append((old_hi, new_hi))
    if old_lo == old_hi or new_lo == new_hi:
        return []
    anchors = _rising(_unique_pairs(old, new, old_lo, old_hi, new_lo, new_hi))
    if not anchors:
        if (old_hi - old_lo) * (new_hi - new_lo) <= _MOST_CELLS:
            found.extend(_longest_common(old, new, (old_lo, old_hi, new_lo, new_hi)))
        return []
    found.extend(anchors)
    edges = [(old_lo - 1, new_lo - 1), *anchors, (old_hi, new_hi)]
    return [
        (before[0] + 1, after[0], before[1] + 1, after[1])
        for before, after in itertools.pairwise(edges)
        if before[0] + 1 < after[0] and before[1] + 1 < after[1]
    ]


def _unique_pairs(
    old: Sequence[Hashable], new: Sequence[Hashable], old_lo: int, old_hi: int, new_lo: int, new_hi: int
) -> list[Pair]:
    """Return the places of items that occur exactly once on each side, in the old order."""
    old_part, new_part = old[old_lo:old_hi], new[new_lo:new_hi]
    in_old, in_new = Counter(old_part), Counter(new_part)
    place = {item: at for at, item in enumerate(new_part, new_lo) if in_new[item] == 1}
    return [(at, place[item]) for at, item in enumerate(old_part, old_lo) if item in place and in_old[item] == 1]


def _rising(pairs: list[Pair]) -> list[Pair]:
    """Return the longest part of *pairs* whose second places rise (patience sorting)."""
    if all(left[1] < right[1] for left, right in itertools.pairwise(pairs)):
        return pairs
    tops: list[int] = []
    top_at: list[int] = []
    before: list[int] = []
    for at, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        if pile == len(tops):
            tops.append(place)
            top_at.append(at)
        else:
            tops[pile], top_at[pile] = place, at
        before.append(top_at[pile - 1] if pile else -1)
    chain, at = [], top_at[-1]
    while at >= 0:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _longest_common(old: Sequence[Hashable], new: Sequence[Hashable], piece: tuple[int, int, int, int]) -> list[Pair]:
    """Return one longest common subsequence of a small range."""
    old_lo, old_hi, new_lo, new_hi = piece
    width = new_hi - new_lo
    rows = [[0] * (width + 1)]
    for item in reversed(old[old_lo:old_hi]):
        below, row = rows[-1], [0] * (width + 1)
        for at in range(width - 1, -1, -1):
            row[at] = below[at + 1] + 1 if item == new[new_lo + at] else max(below[at], row[at + 1])
        rows.append(row)
    rows.reverse()
    pairs, i, j = [], 0, 0
    while i < old_hi - old_lo and j < width and rows[i][j]:
        if old[old_lo + i] == new[new_lo + j]:
            pairs.append((old_lo + i, new_lo + j))
            i, j = i + 1, j + 1
        elif rows[i + 1][j] >= rows[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs
