"""What the archive's texts say of each topic: the life of their flags, and flags anew when the rules changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tostrack.analysis.comparison import find_flag_events
from tostrack.analysis.flags import SHIPPED, Rulebook, RuleFile
from tostrack.analysis.flags.history import FlagEvent
from tostrack.archive import Archive, VersionRow
from tostrack.archive.flag_events import Moment
from tostrack.archive.flag_rows import FlaggedClause, by_others
from tostrack.archive.writer import Writer
from tostrack.errors import ConfigError, ExtractError
from tostrack.models import Clause, Flag, Reading, Version
from tostrack.sandbox import Call, call_directly
from tostrack.services.executor import HERE, Executor
from tostrack.services.stored_rules import (
    StoredRules,
    find_events_between,
    read_standing_rules,
    read_stored_rules,
)
from tostrack.value import Value

#: So many clauses are flagged anew in one transaction: a run that is killed goes on from there.
_BATCH = 500
#: So many characters of versions are compared in one job.
_MOST_CHARACTERS = 500_000


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
    #: From the text that stood then; of what was withdrawn, from the text before.
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

    By today's rules, and not as it was told: a rule written this morning has a history too. Versions whose coming was
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
    rules: StoredRules | None = None
    for moment, before, row in zip(moments_of(versions), [None, *versions], versions, strict=False):
        if moment in known:
            yield known[moment]
        else:
            rules = rules or read_stored_rules(archive, row, book)
            was, now = archive.reading(before) if before else None, archive.reading(row)
            asked = {(clause.text, clause.lead) for each in (was, now) if each for clause in each.clauses}
            stored = [(*key, rules.known[key]) for key in asked & rules.known.keys()]
            try:
                yield call(find_events_between, was, now, book, stored)
            except ExtractError as error:
                raise _name_versions(before, row, error) from error


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
    """
    found = ReflagResult()
    for (_, batch), flags in spread(_flagged, _batches(writer)):
        if isinstance(flags, ExtractError):
            raise ConfigError(f"{flags}: the clauses before it are flagged anew")
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
    for (moments, _, _), events in spread(_trace, _stretches(writer)):
        if isinstance(events, ExtractError):
            raise ConfigError(f"{events}; the history of the versions before them is stored")
        writer.write_flag_history(dict(zip(moments, events, strict=True)))
    for document in writer.documents():
        writer.list_flags(document.service, document.document)


#: Versions of one document by moments, each with the one before it, and the rules.
_Pair = tuple[Reading | None, Reading]
_Stretch = tuple[list[Moment], list[_Pair], Rulebook]


def _stretches(writer: Writer) -> Iterator[tuple[str, _Stretch]]:
    """Yield the moments of which nothing is stored, some at a time, with the name of the document."""
    for document in writer.documents():
        versions = writer.went_by(document.service, document.document)
        known = writer.flag_moments(versions[-1], writer.book.fingerprint) if versions else {}
        moments, pairs, used = list[Moment](), list[_Pair](), list[VersionRow]()
        before: Reading | None = None
        for moment, row in zip(moments_of(versions), versions, strict=True):
            if moment in known:
                before = None
                continue
            earlier = versions[versions.index(row) - 1] if moment[1] else None
            before = before or (writer.reading(earlier) if earlier else None)
            after = writer.reading(row)
            moments.append(moment)
            pairs.append((before, after))
            used += [row, *([earlier] if earlier else [])]
            before = after
            if sum(len(reading.version.text) for _, reading in pairs) > _MOST_CHARACTERS:
                yield document.id, (moments, pairs, read_standing_rules(writer, used, writer.book))
                moments, pairs, used = [], [], []
        if moments:
            yield document.id, (moments, pairs, read_standing_rules(writer, used, writer.book))


def _trace(stretch: _Stretch, call: Call) -> list[list[FlagEvent]] | ExtractError:
    """Return what happened to the flags at each moment; pure."""
    _, pairs, rules = stretch
    try:
        return call(_trace_pairs, pairs, rules)
    except ExtractError:
        # Two of them, or all of them together: each pair has the time of a document.
        found = []
        for before, after in pairs:
            try:
                found += call(_trace_pairs, [(before, after)], rules)
            except ExtractError as error:
                return _name_versions(before.version if before else None, after.version, error)
        return found


def _name_versions(
    before: VersionRow | Version | None, after: VersionRow | Version, error: ExtractError
) -> ExtractError:
    what = f"versions {before.number} and {after.number}" if before else f"version {after.number}"
    return ExtractError(f"the flags of {what} cannot be compared: {error}", cause=error.cause)


def _trace_pairs(pairs: Sequence[_Pair], rules: Rulebook) -> list[list[FlagEvent]]:
    return [find_flag_events(before, after, rules) for before, after in pairs]


_Batch = tuple[tuple[RuleFile, ...], list[FlaggedClause]]


def _batches(writer: Writer) -> Iterator[tuple[str, _Batch]]:
    last = (0, 0)
    while batch := by_others(writer.query, writer.book.fingerprint, last, _BATCH):
        yield f"the clauses {batch[0].place[0]} to {batch[-1].place[0]}", (writer.book.own, batch)
        last = batch[-1].place


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
