"""The texts of the archive by topic: the life of their flags, and new flags when the rules changed."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tostrack.analysis.comparison import find_flag_events
from tostrack.analysis.flags import SHIPPED, Rulebook, RuleFile
from tostrack.analysis.flags.history import FlagEvent
from tostrack.archive import Archive, VersionRow
from tostrack.archive.flag_events import Moment
from tostrack.archive.flag_rows import FlaggedClause, Place, by_rules
from tostrack.archive.writer import Writer
from tostrack.errors import ConfigError, ExtractError
from tostrack.models import Clause, Flag, Reading
from tostrack.sandbox import Call, call_directly
from tostrack.services.executor import HERE, Executor
from tostrack.services.stored_rules import StoredRules, read_stored_rules
from tostrack.value import Value

#: This many clauses are flagged again in one transaction: a run that is killed continues from there.
_BATCH = 500
#: This many moments of the history of flags are stored in one.
_MOMENTS = 100


class FlagHistoryEvent(Value):
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
    #: From the text of that time; of a withdrawn flag, from the text before.
    quote: str
    #: The whole sentence that the quote is from.
    sentence: str
    rule: str
    heading: tuple[str, ...]


def flag_history(
    archive: Archive,
    service: str,
    document: str,
    topic: str | None = None,
    book: Rulebook = SHIPPED,
    call: Call = call_directly,
) -> Iterator[FlagHistoryEvent]:
    """Yield what happened to each topic of a document, oldest first, by the rules of *book*.

    By today's rules, and not as it was reported: a rule written this morning has a history too. Versions that were
    noise are passed over, so that a page that flaps does not grant and withdraw by turns. *call* compares texts.

    Raises:
        ExtractError: Two versions, which the message names, cannot be compared within the bounds of a document.
    """
    versions = archive.went_by(service, document)
    for row, moments in zip(versions, trace_history(archive, versions, book, call), strict=True):
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


def moments_of(versions: Sequence[VersionRow]) -> list[Moment]:
    """Return each of *versions* with the one before it, as history is stored."""
    return [(row.id, before.id if before else None) for before, row in zip([None, *versions], versions, strict=False)]


def trace_history(
    archive: Archive, versions: Sequence[VersionRow], book: Rulebook, call: Call = call_directly
) -> Iterator[list[FlagEvent]]:
    """Yield what happened to the flags with each of *versions*, oldest first, by the rules of *book*.

    What is stored is read; two versions are compared, by *call*, only where nothing by these rules is stored of them.

    Raises:
        ExtractError: As `flag_history`.
    """
    known = archive.flag_moments(versions[-1], book.fingerprint) if versions else {}
    pairs = _pairs(archive, versions, book, known)
    for moment in moments_of(versions):
        found = known[moment] if moment in known else _compare(next(pairs), call)
        if isinstance(found, ExtractError):
            raise found
        yield found


class _Pair(Value):
    """A version and the one before it, whose flags are to be compared: what a process needs for it."""

    document: str
    moment: Moment
    before: Reading | None
    after: Reading
    book: Rulebook
    #: Flags of their clauses that were found before, by text and lead-in.
    known: list[tuple[str, str, tuple[Flag, ...]]]


def _pairs(
    archive: Archive, versions: Sequence[VersionRow], book: Rulebook, known: Container[Moment]
) -> Iterator[_Pair]:
    """Yield the pairs of *versions* that are not *known*, oldest first."""
    rules: StoredRules | None = None
    for moment, before, row in zip(moments_of(versions), [None, *versions], versions, strict=False):
        if moment not in known:
            rules = rules or read_stored_rules(archive, row, book)
            was, now = archive.reading(before) if before else None, archive.reading(row)
            asked = {(clause.text, clause.lead) for each in (was, now) if each for clause in each.clauses}
            stored = [(*key, rules.known[key]) for key in asked & rules.known.keys()]
            yield _Pair(f"{row.service}/{row.document}", moment, was, now, book, stored)


def _compare(pair: _Pair, call: Call) -> list[FlagEvent] | ExtractError:
    """Return what happened to the flags from the one version to the other, or why that cannot be reported; pure."""
    try:
        return call(find_events_between, pair.before, pair.after, pair.book, pair.known)
    except ExtractError as error:
        before, after = (each.version.number if each else 0 for each in (pair.before, pair.after))
        what = f"versions {before} and {after}" if before else f"version {after}"
        return ExtractError(f"the flags of {what} cannot be compared: {error}", cause=error.cause)


def find_events_between(
    before: Reading | None, after: Reading, book: Rulebook, known: Sequence[tuple[str, str, tuple[Flag, ...]]]
) -> list[FlagEvent]:
    """Return what `comparison.find_flag_events` does; *known* are flags found before, by text and lead-in. Pure."""
    flags = {(text, lead): found for text, lead, found in known}
    return find_flag_events(before, after, StoredRules(book.own, flags))


@dataclass
class ReflagResult:
    """The result of flagging again, so far."""

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
    """Flag again every clause that other rules than the archive's flagged, and yield how far it has come.

    Each distinct clause once, under its headings and its lead-in. Nobody is notified: the flags that a change had, and
    that were reported, stay as they were. Nothing is left to do the second time.
    """
    found = ReflagResult()
    for (_, batch), flags in spread(_flagged, _batches(writer)):
        if isinstance(flags, ExtractError):
            raise ConfigError(f"{flags}: the clauses before it are flagged again")
        for one, anew in zip(batch, flags, strict=True):
            found.count(one.flags, anew)
        if not dry_run:
            writer.reflag({one.place: anew for one, anew in zip(batch, flags, strict=True)})
        yield found
    if not dry_run:
        rebuild_history(writer, spread)


def rebuild_history(writer: Writer, spread: Executor = HERE) -> None:
    """Store what happened to the flags of every document by the rules of *writer*, where it is not stored.

    Raises:
        ConfigError: Two versions, which the message names, cannot be compared within the bounds of a document; what
            was found before is stored.
    """
    found: dict[Moment, list[FlagEvent]] = {}
    try:
        for pair, events in spread(_compare, _missing(writer)):
            if isinstance(events, ExtractError):
                raise ConfigError(f"{pair.document}: {events}") from events
            found[pair.moment] = events
            if len(found) == _MOMENTS:
                writer.write_flag_history(found)
                found = {}
    finally:
        writer.write_flag_history(found)
    for document in writer.documents():
        writer.list_flags(document.service, document.document)


def _missing(writer: Writer) -> Iterator[tuple[str, _Pair]]:
    """Yield every pair of versions of which nothing by the rules of *writer* is stored, with its document."""
    for document in writer.documents():
        versions = writer.went_by(document.service, document.document)
        known = writer.flag_moments(versions[-1], writer.book.fingerprint) if versions else {}
        for pair in _pairs(writer, versions, writer.book, known):
            yield pair.document, pair


_Batch = tuple[tuple[RuleFile, ...], list[FlaggedClause]]


def _batches(writer: Writer) -> Iterator[tuple[str, _Batch]]:
    for batch in _flagged_clauses(writer, writer.book, others=True):
        yield f"the clauses {batch[0].place[0]} to {batch[-1].place[0]}", (writer.book.own, batch)


def _flagged_clauses(archive: Archive, book: Rulebook, *, others: bool) -> Iterator[list[FlaggedClause]]:
    last = (0, 0)
    while batch := by_rules(archive.query, book.fingerprint, last, _BATCH, others=others):
        yield batch
        last = batch[-1].place


def find_odd_flags(
    archive: Archive, book: Rulebook, call: Call = call_directly
) -> Iterator[tuple[Place, tuple[Flag, ...]]]:
    """Yield the places whose stored flags are said to be by the rules of *book*, which find others; and those.

    Raises:
        ExtractError: A clause overran the bounds of *call*.
    """
    for batch in _flagged_clauses(archive, book, others=False):
        known = [one for one in batch if not one.is_redacted]
        found = call(_flags_of, book.own, [one.clause for one in known])
        yield from ((one.place, flags) for one, flags in zip(known, found, strict=True) if flags != one.flags)


def _flagged(batch: _Batch, call: Call) -> list[tuple[Flag, ...]] | ExtractError:
    """Return the flags of each clause, or why there are none; pure."""
    own, flagged = batch
    clauses = [one.clause for one in flagged]
    try:
        return call(_flags_of, own, clauses)
    except ExtractError:
        # One of them, or all of them together: each has the time of a document.
        found = []
        for one in flagged:
            try:
                found += call(_flags_of, own, [one.clause])
            except ExtractError as error:
                return ExtractError(f"clause {one.place[0]}: {error}", cause=error.cause)
        return found


def _flags_of(own: tuple[RuleFile, ...], clauses: Sequence[Clause]) -> list[tuple[Flag, ...]]:
    book = _book(own)
    return [book.of_clause(clause) for clause in clauses]


@lru_cache(maxsize=1)
def _book(own: tuple[RuleFile, ...]) -> Rulebook:
    # Read once in a process: reading the rules takes as long as flagging some thousand clauses.
    return Rulebook(own)
