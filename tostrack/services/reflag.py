"""What the archive's texts say of each topic: the life of their flags, and flags anew when the rules changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tostrack.analysis import comparison
from tostrack.analysis.flags import SHIPPED, Rulebook, RuleFile
from tostrack.archive import Archive
from tostrack.archive.flag_rows import FlaggedClause
from tostrack.archive.writer import Writer
from tostrack.errors import ExtractError
from tostrack.executor import HERE, Executor
from tostrack.models import Flag
from tostrack.sandbox import Call

#: So many clauses are flagged anew in one transaction: a run that is killed goes on from there.
_BATCH = 500


@dataclass(frozen=True)
class FlagHistoryEvent:
    """One thing that happened to a topic in a document, as ``flags --history --json`` prints it."""

    service: str
    document: str
    topic: str
    #: When the version was first seen in which it happened, and its number.
    seen_at: str
    version: int
    #: ``first`` for what the first version said; else ``granted``, ``widened``, ``narrowed`` or ``withdrawn``.
    event: str
    polarity: str
    meaning: str
    #: From the text that stood then; of what was withdrawn, from the text before.
    quote: str
    #: The whole sentence that the quote is from.
    sentence: str
    rule: str
    heading: tuple[str, ...]


def flag_history(
    archive: Archive, service: str, document: str, topic: str | None = None, book: Rulebook = SHIPPED
) -> Iterator[FlagHistoryEvent]:
    """Yield what happened to each topic of a document, oldest first, by the rules of *book*.

    By today's rules, and not as it was told: a rule written this morning has a history too. Versions whose coming was
    noise are passed over, so that a page that flaps does not grant and withdraw by turns.
    """
    versions = archive.went_by(service, document)
    readings = (archive.reading(row) for row in versions)
    for row, moments in zip(versions, comparison.trace_flag_history(readings, book), strict=True):
        for moment in moments:
            flag = moment.flag
            if topic in (None, flag.topic):
                yield FlagHistoryEvent(
                    service,
                    document,
                    flag.topic,
                    row.seen_at,
                    row.number,
                    moment.event,
                    flag.polarity.value,
                    book.meaning(flag.rule, flag.polarity),
                    flag.quote,
                    moment.sentence,
                    flag.rule,
                    moment.heading,
                )


@dataclass
class ReflagResult:
    """What flagging anew came to, so far."""

    #: Clauses that other rules had flagged, and of these those whose flags are others now.
    clauses: int = 0
    changed: int = 0
    #: Flags by topic: how many there were, how many there are.
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)

    def count(self, old: Sequence[Flag], new: Sequence[Flag]) -> None:
        """Add one clause."""
        self.clauses += 1
        self.changed += list(old) != list(new)
        for counts, flags in ((self.before, old), (self.after, new)):
            for flag in flags:
                counts[flag.topic] = counts.get(flag.topic, 0) + 1


def reflag_archive(writer: Writer, *, dry_run: bool = False, spread: Executor = HERE) -> Iterator[ReflagResult]:
    """Flag anew every clause that other rules than the archive's flagged, and yield how far it has come.

    Each distinct clause once, under its headings and its lead-in. Nobody is told: what a change was flagged with, and
    told of, stays as it was. Nothing is left to do the second time.

    Args:
        dry_run: Store nothing.
        spread: Who works.
    """
    found = ReflagResult()
    for (_, batch), flags in spread(_flagged, _batches(writer)):
        if isinstance(flags, ExtractError):
            raise flags
        for one, anew in zip(batch, flags, strict=True):
            found.count(one.flags, anew)
        if not dry_run:
            writer.reflag({one.place: anew for one, anew in zip(batch, flags, strict=True)})
        yield found


_Batch = tuple[tuple[RuleFile, ...], list[FlaggedClause]]


def _batches(writer: Writer) -> Iterator[tuple[str, _Batch]]:
    last = (0, 0)
    while batch := writer.flagged_by_others(last, _BATCH):
        yield f"the clauses {batch[0].place[0]} to {batch[-1].place[0]}", (writer.book.own, batch)
        last = batch[-1].place


def _flagged(batch: _Batch, _: Call) -> list[tuple[Flag, ...]]:
    """Return the flags of each clause; pure."""
    own, clauses = batch
    return [_book(own).of_clause(one.clause) for one in clauses]


@lru_cache(maxsize=1)
def _book(own: tuple[RuleFile, ...]) -> Rulebook:
    # Read once in a process: reading the rules takes as long as flagging some thousand clauses.
    return Rulebook(own)
