"""Clauses that found no equal: which old one lives on, reworded, in which new one."""

from __future__ import annotations

import itertools
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from tostrack.analysis.diff.anchors import Pair
from tostrack.language.characters import UNSPACED

#: Below this likeness two clauses share only the language of contracts; found on real rewritten policies.
_LEAST_NEAR = 0.3
#: Away from its neighbours and under another heading a clause must be more like the other to be called the same one.
_LEAST_FAR = 0.5
#: What being wholly inside a longer clause is worth, and how many words and pairs that takes.
_INSIDE = 0.6
_KNOWN_AGAIN = 15
#: A clause is weighed against at most this many others.
_MOST_CANDIDATES = 8
#: With more words and pairs than this, one rare one in common is chance.
_FEW = 6
#: A shingle that occurs in more clauses than this does not tell which one is meant.
_COMMON = 24
#: Gaps up to this many pairs are weighed completely.
_SMALL_GAP = 36

_NUMBER = re.compile(r"\b\d\w*")
_UNSPACED = re.compile(f"[{UNSPACED}]")


#: Clauses whose bags are remembered: a clause that was reworded is weighed for its line in the archive again.
_MEMORY = 4_096


class Bag:
    """Words and pairs of neighbours, counted: two clauses are compared without a walk over either."""

    __slots__ = ("_again", "pieces", "total")

    def __init__(self, counts: Counter[str]) -> None:
        # Not the counts themselves: of a large text they take as much memory again.
        self.pieces = frozenset(counts)
        self.total = counts.total()
        #: The few that occur in it more than once, with how often after the first time.
        self._again = {piece: count - 1 for piece, count in counts.items() if count > 1}

    def __add__(self, other: Bag) -> Bag:
        counts = Counter(self.pieces)
        for pieces in (other.pieces, self._again, other._again):
            counts.update(pieces)
        return Bag(counts)

    def shared(self, other: Bag) -> int:
        """Return how many pieces both have, each as often as both of them have it."""
        ours, theirs = self._again, other._again
        again = sum(min(ours[piece], theirs[piece]) for piece in ours.keys() & theirs.keys()) if ours and theirs else 0
        return len(self.pieces & other.pieces) + again


@lru_cache(maxsize=_MEMORY)
def count_words(canonical: str) -> Bag:
    """Return the words of a canonical text and the pairs of neighbours, counted; all numbers are one word."""
    if not canonical.isascii() and _UNSPACED.search(canonical):
        canonical = _UNSPACED.sub(r" \g<0> ", canonical)
    # One string for all places of a word.
    words = list(map(sys.intern, _NUMBER.sub("0", canonical).split()))
    return Bag(Counter(itertools.chain(words, map(" ".join, itertools.pairwise(words)))))


def likeness(one: Bag, other: Bag) -> float:
    """Return how much two bags share: 0 nothing, 1 everything (Dice's coefficient).

    A clause that lives on inside a longer one counts for something too, if it is long enough to be known again.
    """
    if len(one.pieces) > len(other.pieces):
        one, other = other, one
    shared = one.shared(other)
    dice = 2 * shared / ((one.total + other.total) or 1)
    return max(dice, _INSIDE * shared / one.total) if one.total >= _KNOWN_AGAIN else dice


def reworded_pairs(
    old: Mapping[int, Bag],
    new: Mapping[int, Bag],
    gap_of_old: Mapping[int, int],
    gap_of_new: Mapping[int, int],
    heading_of_old: Mapping[int, object],
    heading_of_new: Mapping[int, object],
) -> list[Pair]:
    """Return pairs of an old and a new place, the most alike first served; each place at most once.

    Args:
        old: The unmatched old places and their bags.
        new: The unmatched new places and their bags.
        gap_of_old: Which gap between equal clauses an old place is in.
        gap_of_new: The same for new places; a gap has one number on both sides.
        heading_of_old: The heading of each old place.
        heading_of_new: The heading of each new place.
    """
    scored = []
    for i, j in _candidates(old, new, gap_of_old, gap_of_new):
        score = likeness(old[i], new[j])
        near = gap_of_old[i] == gap_of_new[j]
        same_heading = heading_of_old[i] == heading_of_new[j]
        if score >= (_LEAST_NEAR if near or same_heading else _LEAST_FAR):
            scored.append((score + 0.1 * near + 0.05 * same_heading, i, j))
    scored.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    pairs, taken_old, taken_new = [], set(), set()
    for _, i, j in scored:
        if i not in taken_old and j not in taken_new:
            pairs.append((i, j))
            taken_old.add(i)
            taken_new.add(j)
    return sorted(pairs)


def _candidates(
    old: Mapping[int, Bag], new: Mapping[int, Bag], gap_of_old: Mapping[int, int], gap_of_new: Mapping[int, int]
) -> Iterable[Pair]:
    """Return the pairs worth weighing: all of a small gap, and those that share rare shingles anywhere."""
    news_in: dict[int, list[int]] = defaultdict(list)
    for j in new:
        news_in[gap_of_new[j]].append(j)
    olds_in = Counter(gap_of_old[i] for i in old)
    beside = {gap: olds_in[gap] * len(news) <= _SMALL_GAP for gap, news in news_in.items()}
    if len(news_in) == 1 and all(beside.get(gap) for gap in olds_in):
        # One small gap: nothing is anywhere else.
        yield from itertools.product(old, sorted(new))
        return
    wanted: frozenset[str] = frozenset().union(*(one.pieces for one in old.values()))
    postings: dict[str, list[int]] = defaultdict(list)
    for j, one in new.items():
        for piece in one.pieces & wanted:
            postings[piece].append(j)
    rare = {piece: places for piece, places in postings.items() if len(places) <= _COMMON}
    for i, one in old.items():
        votes = Counter(itertools.chain.from_iterable(rare[piece] for piece in one.pieces if piece in rare))
        least = 2 if len(one.pieces) > _FEW else 1
        # Sorting by vote, then place: a Counter's own order would depend on the order of insertion.
        best = sorted((j for j in votes if votes[j] >= least), key=lambda j: (-votes[j], j))[:_MOST_CANDIDATES]
        gap = gap_of_old[i]
        yield from ((i, j) for j in sorted({*best, *(news_in[gap] if beside.get(gap) else ())}))
