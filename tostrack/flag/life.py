"""What happened to each topic of a document, version by version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tostrack.flag.moves import moves
from tostrack.flag.rulebook import SHIPPED, Rulebook
from tostrack.models import Clause, Flag, Hunk

#: What is told of the flags of the first version: nobody knows when they were granted.
FIRST = "first"


@dataclass(frozen=True)
class Moment:
    """A flag that came, went, or moved."""

    #: ``first``, ``granted``, ``widened``, ``narrowed`` or ``withdrawn``.
    event: str
    flag: Flag
    heading: tuple[str, ...]


def beginning(clauses: Iterable[Clause], book: Rulebook = SHIPPED) -> Iterator[Moment]:
    """Yield every flag of a document's first version."""
    for clause in clauses:
        for flag in book.of_clause(clause):
            yield Moment(FIRST, flag, clause.heading)


def is_touched(old: Sequence[Clause], new: Sequence[Clause], book: Rulebook = SHIPPED) -> bool:
    """Return whether a flagged clause differs between two versions: where none does, no flag can have moved."""
    return _flagged(old, book) != _flagged(new, book)


def passage(
    hunks: Iterable[Hunk], old: Sequence[Clause], new: Sequence[Clause], book: Rulebook = SHIPPED
) -> Iterator[Moment]:
    """Yield the flags that moved from one version to the next; the arguments are those of `moves`."""
    listed = list(hunks)
    for hunk, flags in zip(listed, moves(listed, old, new, book), strict=True):
        # One clause may say the same in two sentences that moved alike: told once each, as they are quoted.
        for flag in dict.fromkeys(replace(flag, start=0, end=0) for flag in flags):
            if flag.direction:
                yield Moment(flag.direction.value, flag, hunk.heading)


def _flagged(clauses: Iterable[Clause], book: Rulebook) -> set[tuple[str, str]]:
    return {(clause.text, clause.lead) for clause in clauses if book.of_clause(clause)}
