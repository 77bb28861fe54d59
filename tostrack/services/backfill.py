"""History from before the first crawl: captures of an outside archive become versions, and nobody is notified."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from tostrack.analysis import comparison
from tostrack.analysis.comparison_key import reading_key
from tostrack.archive.read import Archive, VersionRow
from tostrack.archive.visits import Visit
from tostrack.archive.writer import Writer
from tostrack.errors import ExtractError, FetchError
from tostrack.importers.capture_selection import CaptureChoice, ChosenCaptures, choose_captures
from tostrack.importers.request_log import KEPT, SETTLED, LoggedRequest, RequestLog
from tostrack.importers.wayback import Capture
from tostrack.models import Change, Document, Outcome, Snapshot, Version, from_iso, iso
from tostrack.sandbox import Call, call_directly
from tostrack.services.import_history import ImportResult, import_pages
from tostrack.services.new_versions import HISTORY, new_version
from tostrack.value import Value

#: Captures in a row that the archive may fail to answer for before it is left alone.
_MOST_SILENT = 5


class CaptureSource(Protocol):
    """An archive of others."""

    @property
    def unread_rows(self) -> int:
        """Rows of its index so far that cannot be read."""

    def captures(self, url: str, start: datetime, end: datetime) -> Iterator[Capture]:
        """Yield the captures of *url* between two times, oldest first."""

    def play(self, capture: Capture) -> Snapshot:
        """Return what was captured."""


@dataclass
class BackfillResult:
    """The result for one document."""

    service: str
    document: str
    #: In the index, from and to the times asked for.
    captures: int = 0
    #: Not asked for: why, and how many.
    passed_over: Counter[str] = field(default_factory=Counter)
    #: To be asked for, or asked for before.
    wanted: int = 0
    #: Asked for in this run.
    fetched: int = 0
    #: Why captures could not be had, in this run or before.
    failed: Counter[str] = field(default_factory=Counter)
    #: Captures that are still to be had; nothing is stored before they are, or are given up.
    waiting: int = 0
    versions: int = 0
    #: Captures whose text was stored already.
    same: int = 0
    #: Captures that were had and hold no policy: address and reason.
    left_out: list[tuple[str, str]] = field(default_factory=list)
    #: Why the document as a whole could not be looked up; empty when it could.
    cause: str = ""
    message: str = ""

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return f"{self.service}/{self.document}"


class BackfillRange(Value):
    """The time to look for, and how densely: a word of `choosing.EVERY`."""

    start: datetime
    end: datetime
    every: str = "day"


class _Moment(Value):
    """A document at one time, of several pages the newest captures of each."""

    name: str
    at: datetime
    #: By page, the capture with the time from which it holds here.
    pages: Mapping[int, tuple[CaptureChoice, datetime]]
    load: Callable[[CaptureChoice], Snapshot | None]

    def read(self) -> Mapping[int, Snapshot]:
        """Return the captures; the bytes of one moment alone are in memory."""
        found = {}
        for page, (each, at) in self.pages.items():
            capture = self.load(each)
            if capture is None:
                raise ExtractError("its bytes are gone from the log of requests", cause="empty")
            found[page] = replace(capture, fetched_at=at)
        return found


class Plan(Value):
    """The captures to ask for of one document."""

    document: Document
    found: BackfillResult
    wanted: tuple[CaptureChoice, ...]


def plan_backfill(
    document: Document,
    source: CaptureSource,
    archive: Archive | None,
    ledger: RequestLog,
    span: BackfillRange,
    formerly: Sequence[str] = (),
) -> Plan:
    """Return what *source* has of the time that the versions of *document* do not cover; only its index is asked.

    Args:
        archive: What there is; None when there is nothing yet.
        formerly: Earlier addresses of the document's one page.

    Raises:
        FetchError: The index wants no more requests for a while.
    """
    found, chosen = _look_up(document, source, archive, span, formerly)
    entries = [ledger.entry(document.id, each.page, each.capture) for each in chosen.wanted]
    found.waiting = sum(entry is None or entry.is_open for entry in entries)
    return Plan(document, found, tuple(chosen.wanted))


def fetch_captures(made: Plan, source: CaptureSource, ledger: RequestLog) -> Iterator[BackfillResult]:
    """Ask for the captures of a plan, keep each in *ledger* at once, and yield how far it is.

    An archive that does not answer several times in a row is left alone: what was fetched is kept for the next run.

    Raises:
        FetchError: The archive wants no more requests for a while.
        StoreError: The ledger cannot be written.
    """
    found, silent = made.found, 0
    for wanted in made.wanted:
        if silent == _MOST_SILENT:
            return
        entry = ledger.entry(made.document.id, wanted.page, wanted.capture)
        if entry is None or entry.is_open:
            entry = _obtain(made.document, wanted, source, ledger, found)
            found.waiting -= not entry.is_open
            silent = silent + 1 if entry.is_open else 0
        if entry.outcome not in (KEPT, SETTLED):
            found.failed[entry.outcome] += 1
        yield found


def store_captures(made: Plan, ledger: RequestLog, writer: Writer, call: Call = call_directly) -> BackfillResult:
    """Make versions of what was gathered, all from before the first stored one: all of them or none.

    Raises:
        StoreError: The archive or the ledger cannot be written.
    """
    document, found = made.document, made.found
    covered = _covered(document, writer)
    moments = [each for each in _moments(document, made.wanted, ledger) if not _is_covered(each.at, covered)]
    first = next(iter(writer.versions(document.service, document.slug)), None)
    before = [each for each in moments if first and each.at < from_iso(first.seen_at)]
    if first and before:
        try:
            _take(found, _store_before(document, before, first, writer, call))
        except ExtractError as error:
            # The current text could not be compared with it, and history is stored whole or not at all.
            found.cause, found.message = error.cause, f"{document.id}: {error}"
            return found
    if after := moments[len(before) :]:
        _take(found, import_pages(document, after, writer, call))
    ledger.settle(document.id)
    return found


def _look_up(
    document: Document, source: CaptureSource, archive: Archive | None, span: BackfillRange, formerly: Sequence[str]
) -> tuple[BackfillResult, ChosenCaptures]:
    """Return what the index has of the pages of *document* that its versions do not cover, by time."""
    found = BackfillResult(document.service, document.slug)
    covered = _covered(document, archive) if archive else None
    every = ChosenCaptures()
    for number, page in enumerate(document.pages):
        addresses = dict.fromkeys([*formerly, page.url])
        unread = source.unread_rows
        try:
            index = [each for url in addresses for each in source.captures(url, span.start, span.end)]
        except FetchError as error:
            if error.status == 429:
                raise
            found.cause, found.message = error.cause, str(error)
            return found, ChosenCaptures()
        index.sort(key=lambda capture: (capture.at, capture.url))
        free = [each for each in index if not _is_covered(each.at, covered)]
        chosen = choose_captures(free, number, span.every)
        found.captures += len(index)
        found.passed_over["covered"] += len(index) - len(free)
        found.passed_over["unreadable"] += source.unread_rows - unread
        found.passed_over += chosen.passed_over
        every.wanted += chosen.wanted
    found.wanted = len(every.wanted)
    return found, every


def _covered(document: Document, archive: Archive) -> tuple[datetime, datetime] | None:
    """Return the time of which the archive knows more than others do: without an end where crawls have begun."""
    rows = archive.versions(document.service, document.slug)
    if not rows:
        return None
    if any(row.kind != "import" for row in rows):
        return from_iso(rows[0].seen_at), datetime.max.replace(tzinfo=UTC)
    last = archive.last_seen(document.service, document.slug) or rows[-1].seen_at
    return from_iso(rows[0].seen_at), from_iso(last)


def _is_covered(at: datetime, covered: tuple[datetime, datetime] | None) -> bool:
    return covered is not None and covered[0] <= at <= covered[1]


def _obtain(
    document: Document, wanted: CaptureChoice, source: CaptureSource, ledger: RequestLog, found: BackfillResult
) -> LoggedRequest:
    """Ask for *wanted*, and return what the ledger knows of it then."""
    try:
        known = ledger.same(document.id, wanted.page, wanted.capture)
        if known is None:
            found.fetched += 1
            known = source.play(wanted.capture)
    except FetchError as error:
        if error.status == 429:
            raise
        return ledger.fail(document.id, wanted.page, wanted.capture, error.cause, passing=error.transient)
    return ledger.keep(document.id, wanted.page, wanted.capture, known)


def _moments(document: Document, wanted: Iterable[CaptureChoice], ledger: RequestLog) -> list[_Moment]:
    """Return what the document was whenever one of its pages changed, from when all of them are known."""
    times: list[tuple[datetime, CaptureChoice]] = []
    for each in wanted:
        times.append((each.capture.at, each))
        if each.until > each.capture.at:
            times.append((each.until, each))

    def load(each: CaptureChoice) -> Snapshot | None:
        return ledger.kept(document.id, each.page, each.capture)

    pages: dict[int, tuple[CaptureChoice, datetime]] = {}
    moments: dict[datetime, _Moment] = {}
    for at, each in sorted(times, key=lambda entry: (entry[0], entry[1].page)):
        fetched_at = ledger.kept_at(document.id, each.page, each.capture)
        if fetched_at is None:
            continue
        pages[each.page] = each, max(fetched_at, at)
        if len(pages) == len(document.pages):
            moment = _Moment(each.capture.address, max(at for _, at in pages.values()), dict(pages), load)
            # Two pages within one second are one state of the document.
            moments[moment.at] = moment
    return sorted(moments.values(), key=lambda moment: moment.at)


def _take(found: BackfillResult, imported: ImportResult) -> None:
    found.versions += imported.versions
    found.same += imported.same
    found.left_out += imported.left_out.items()


def _store_before(
    document: Document, moments: Sequence[_Moment], first: VersionRow, writer: Writer, call: Call
) -> ImportResult:
    """Store *moments* as versions before the *first*: judged in an archive of their own, then moved in one go."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with Writer(root / "past.db", root / "snapshots", now=moments[0].at, book=writer.book) as past:
            imported = import_pages(document, moments, past, call)
            rows = past.versions(document.service, document.slug)
            if rows:
                seen = {iso(moment.at): moment for moment in moments}
                # Judged before anything is written: what takes too long is known then.
                joined = _joined(rows, first, past, writer, call)
                shift = first.number - 1 - len(rows)
                with writer.together():
                    for row in rows:
                        visit = _moved(document, row, past, writer, seen[row.seen_at].read(), shift, call)
                        writer.record(replace(visit, joined=joined) if row is rows[-1] else visit)
                    writer.list_flags(document.service, document.slug)
    return imported


def _moved(
    document: Document,
    row: VersionRow,
    past: Writer,
    writer: Writer,
    captures: Mapping[int, Snapshot],
    shift: int,
    call: Call,
) -> Visit:
    """Return the visit that puts a version of the archive *past* where it belongs in that of *writer*."""
    reading = past.reading(row)
    reading = replace(reading, version=_numbered(reading.version, shift))
    change = None
    if judged := past.change(f"{document.id}@{row.number}"):
        change = past.load_change(judged)
        change = replace(change, old=_numbered(change.old, shift), new=_numbered(change.new, shift))
    version = new_version(reading, document, writer, kind="import", captures=captures, call=call)
    version = replace(version, extractor=row.extractor, declaration=row.declaration, change=change)
    return Visit(document, from_iso(row.seen_at), Outcome.SKIPPED, versions=(version,), checked=False)


def _numbered(version: Version, shift: int) -> Version:
    return replace(version, number=version.number + shift)


def _joined(rows: Sequence[VersionRow], first: VersionRow, past: Writer, writer: Writer, call: Call) -> Change | None:
    """Return what the *first* version changed of the last one before it; None when it is the same text."""
    shift = first.number - 1 - len(rows)
    readings = [past.reading(row) for row in rows[-HISTORY:]]
    readings = [replace(each, version=_numbered(each.version, shift)) for each in readings]
    new = writer.reading(first)
    if reading_key(new) == reading_key(readings[-1]):
        return None
    change = call(comparison.compare_readings, readings[-1], new, readings[-2::-1], writer.book)
    return replace(change, service=first.service, document=first.document)
