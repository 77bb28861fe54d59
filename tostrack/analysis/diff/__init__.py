"""Finds the hunks between two lists of clauses: what a person would say was changed, in document order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from tostrack.analysis.comparison_key import readable
from tostrack.analysis.diff.align import Alignment, align, same_letters
from tostrack.analysis.diff.word_diff import word_edits
from tostrack.models import Clause, Edit, Hunk

__all__ = ["diff", "differing_parts"]


def diff(old: Sequence[Clause], new: Sequence[Clause]) -> tuple[Hunk, ...]:
    """Return the hunks from *old* to *new*; none when no word differs, however it is marked up, linked or cut.

    A clause that was split is one reworded hunk over all its parts, as is one that was merged. Taking the clauses
    of the hunks out of both lists leaves the same words in the same order.
    """
    # Most of a text is before the first edit and behind the last one.
    head, tail = _common_ends(old, new)
    found = align(old[head : len(old) - tail], new[head : len(new) - tail]).shifted(head)
    place = _Places(found)
    placed = [
        *((place.of_gone(i), _hunk(Edit.REMOVED, old, new, (i,), ())) for i in found.gone),
        *((place.of(j), _hunk(Edit.ADDED, old, new, (), (j,))) for j in found.come),
        *((place.of(j), _hunk(Edit.MOVED, old, new, (i,), (j,))) for i, j in found.moved),
    ]
    for olds, news in found.reworded:
        hunk = _hunk(Edit.REWORDED, old, new, olds, news)
        if _is_readable(hunk):
            placed.append((place.of(news[0]), hunk))
        else:
            placed += ((place.of_gone(i), _hunk(Edit.REMOVED, old, new, (i,), ())) for i in olds)
            placed += ((place.of(j), _hunk(Edit.ADDED, old, new, (), (j,))) for j in news)
    placed.sort(key=lambda entry: entry[0])
    return tuple(hunk for _, hunk in placed)


def _common_ends(old: Sequence[Clause], new: Sequence[Clause]) -> tuple[int, int]:
    """Return how many clauses are the same to the letter from the beginnings on, and from the ends back."""
    limit = min(len(old), len(new))
    head = next((at for at in range(limit) if not same_letters(old[at], new[at])), limit)
    limit -= head
    tail = next((at for at in range(limit) if not same_letters(old[-1 - at], new[-1 - at])), limit)
    return head, tail


def differing_parts(old: Sequence[Clause], new: Sequence[Clause]) -> tuple[Sequence[Clause], Sequence[Clause]]:
    """Return the clauses of each side between the common first ones and the common last ones."""
    head, tail = _common_ends(old, new)
    return old[head : len(old) - tail], new[head : len(new) - tail]


#: Of the shorter text at least this share must stay, or the edit reads as one text struck out and another put in.
_STAYS = 0.2


def _is_readable(hunk: Hunk) -> bool:
    stays = sum(len(text) for op, text in hunk.words if op == "=")
    return stays >= _STAYS * min(len(hunk.old), len(hunk.new))


class _Places:
    """The places of hunks in the reading order of the new text."""

    def __init__(self, found: Alignment) -> None:
        kept = sorted([*found.same, *((olds[-1], news[-1]) for olds, news in found.reworded)])
        self._olds = [i for i, _ in kept]
        self._news = [j for _, j in kept]

    def of(self, new_at: int) -> tuple[int, int, int]:
        return new_at, 0, 0

    def of_gone(self, old_at: int) -> tuple[int, int, int]:
        """A removed clause has its place after the clause that it followed."""
        before = bisect_right(self._olds, old_at) - 1
        return (self._news[before] if before >= 0 else -1), 1, old_at


def _hunk(
    edit: Edit, old: Sequence[Clause], new: Sequence[Clause], olds: tuple[int, ...], news: tuple[int, ...]
) -> Hunk:
    """Return the hunk over the old clauses at *olds* and the new ones at *news*."""
    old_text = " ".join(readable(old[i].text) for i in olds)
    new_text = " ".join(readable(new[j].text) for j in news)
    clause = new[news[0]] if news else old[olds[0]]
    return Hunk(
        edit,
        clause.heading,
        old_text,
        new_text,
        word_edits(old_text, new_text),
        olds[0] if olds else None,
        news[0] if news else None,
        clause.kind,
        old_count=len(olds),
        new_count=len(news),
    )
