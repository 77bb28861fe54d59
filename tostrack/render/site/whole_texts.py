"""Which versions of a document are shown whole, and which clauses the pages of the others leave to a whole one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

#: A version is shown whole where more than this of its characters differ from the whole text before it.
_SHARE = 0.25
#: Characters below which a text is always shown whole: the rest of its page is larger.
_SMALL = 2_000
#: Fewer clauses are shown: naming their places takes as much room.
_RUN = 3


def choose_whole(texts: Sequence[Sequence[int]], sizes: Mapping[int, int]) -> list[int]:
    """Return for each text the place of the whole text that its page refers to; its own where it is shown whole.

    Args:
        texts: The clauses of each version by their ids, oldest first; later ones change nothing for earlier ones.
        sizes: The characters of each clause.
    """
    found: list[int] = []
    whole, known = 0, frozenset[int]()
    for at, text in enumerate(texts):
        total = sum(sizes[clause] for clause in text)
        fresh = sum(sizes[clause] for clause in text if clause not in known)
        if total <= _SMALL or fresh > _SHARE * total:
            whole, known = at, frozenset(text)
        found.append(whole)
    return found


def find_kept(text: Sequence[int], whole: Sequence[int], headings: Collection[int]) -> dict[int, int]:
    """Return the places of the clauses of *text* that its page leaves out, each with its place in *whole*.

    A clause that is shown has the heading above it beside it.

    Args:
        text: The clauses of the version by their ids.
        whole: The clauses of the version that is shown whole.
        headings: The places of headings in *text*.
    """
    kept = _aligned(text, whole)
    heading: int | None = None
    for at in range(len(text)):
        if at in headings:
            heading = at
        elif at not in kept and heading is not None:
            kept.pop(heading, None)
    for run in _runs(kept):
        if len(run) < _RUN:
            for at in run:
                del kept[at]
    return kept


def _aligned(text: Sequence[int], whole: Sequence[int]) -> dict[int, int]:
    """Return the places of the clauses of *text* that *whole* has, with their places there: neighbours side by side."""
    places: dict[int, list[int]] = defaultdict(list)
    for place, clause in enumerate(whole):
        places[clause].append(place)
    found: dict[int, int] = {}
    last = -1
    for at, clause in enumerate(text):
        if there := places.get(clause):
            last = next((place for place in there if place > last), there[0])
            found[at] = last
    return found


def _runs(kept: Mapping[int, int]) -> list[list[int]]:
    """Return the places of *kept* in runs of clauses that are neighbours in both texts."""
    runs: list[list[int]] = []
    for at, place in kept.items():
        if runs and runs[-1][-1] == at - 1 and kept[at - 1] == place - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs
