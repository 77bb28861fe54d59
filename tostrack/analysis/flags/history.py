"""The history of each topic of a document, version by version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tostrack.analysis.flags.directions import find_directions
from tostrack.analysis.flags.rulebook import SHIPPED, Rulebook
from tostrack.clauses import canonical_text, plain, sentences
from tostrack.models import Clause, Flag, Hunk

#: The event of the flags of the first version: nobody knows when they were granted.
FIRST = "first"


@dataclass(frozen=True)
class FlagEvent:
    """A flag that was added, removed or moved."""

    #: ``first``, ``granted``, ``widened``, ``narrowed`` or ``withdrawn``.
    event: str
    flag: Flag
    #: The sentence that it is quoted from.
    sentence: str
    heading: tuple[str, ...]


def first_events(clauses: Iterable[Clause], book: Rulebook = SHIPPED) -> Iterator[FlagEvent]:
    """Yield every flag of a document's first version."""
    for clause in clauses:
        flags = book.of_clause(clause)
        text = plain(clause.text) if flags else ""
        for flag in flags:
            yield FlagEvent(FIRST, flag, describe_event(text, flag.start, flag.end), clause.heading)


def is_touched(old: Sequence[Clause], new: Sequence[Clause], book: Rulebook = SHIPPED) -> bool:
    """Return whether a flagged clause differs between two versions: where none does, no flag can have moved."""
    return _flagged(old, book) != _flagged(new, book)


def change_events(
    hunks: Iterable[Hunk], old: Sequence[Clause], new: Sequence[Clause], book: Rulebook = SHIPPED
) -> Iterator[FlagEvent]:
    """Return the flags that moved from one version to the next; the arguments are those of `find_directions`."""
    listed = list(hunks)
    return merge_events(zip(listed, find_directions(listed, old, new, book), strict=True))


def merge_events(found: Iterable[tuple[Hunk, Iterable[Flag]]]) -> Iterator[FlagEvent]:
    """Yield the flags that moved, from the hunks of a change, each with the flags that it touches.

    What a sentence says is listed once, in however many parts of the text, for several countries say, it is.
    """
    told: set[tuple[str, str, str, str]] = set()
    for hunk, flags in found:
        for flag in flags:
            if not flag.direction:
                continue
            stands = hunk.new[flag.start : flag.end] == flag.quote
            sentence = describe_event(hunk.new if stands else hunk.old, flag.start, flag.end)
            key = flag.topic, flag.polarity, flag.direction, canonical_text(sentence)
            if key not in told:
                told.add(key)
                yield FlagEvent(flag.direction.value, flag, sentence, hunk.heading)


def describe_event(text: str, start: int, end: int) -> str:
    """Return the sentence of *text*, or the sentences, that ``text[start:end]`` is in."""
    spans = sentences(text)
    start = max((first for first, _ in spans if first <= start), default=0)
    end = min((last for _, last in spans if last >= end), default=len(text))
    return text[start:end]


def _flagged(clauses: Iterable[Clause], book: Rulebook) -> set[tuple[str, str]]:
    return {(clause.text, clause.lead) for clause in clauses if book.of_clause(clause)}
