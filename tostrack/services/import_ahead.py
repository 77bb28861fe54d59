"""Imports of several documents at once: judged and flagged beside each other, stored by one writer in their order.

Each document that the archive does not know is worked out by a thread, whose texts are judged in a process of its own,
against a history in memory. What it brings waits, packed, until the writer comes to that document: the archive is the
same, row by row, as after one document after the other.
"""

from __future__ import annotations

import pickle
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Self

from tostrack.analysis.flags import Rulebook
from tostrack.archive.read import VersionRow
from tostrack.archive.visits import Visit
from tostrack.archive.writer import Writer
from tostrack.clauses import split_clauses, text_key
from tostrack.importers.ota import OtaCollection, Record
from tostrack.models import Clause, Document, Outcome, Reading, Version, from_iso, iso
from tostrack.sandbox import Call
from tostrack.services.import_history import BATCH, ImportResult, ImportRun, append_records, import_records

#: This many bytes of packed visits may wait for the writer in all.
_MOST_WAITING = 16 << 20
#: The fastest level: texts become a fifth.
_LEVEL = 1


def import_documents(
    documents: Mapping[str, Document],
    collected: OtaCollection,
    writer: Writer,
    calls: Sequence[Call],
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[ImportResult]:
    """Append what a collection recorded of *documents*, as `import_records` does, and yield what came of each.

    Args:
        documents: By what the collection calls them.
        collected: The collection, open.
        writer: Where to store them.
        calls: How to read, judge and flag texts, each used by one thread at a time; the first by this one.
        progress: Called with the number of records read.

    Raises:
        StoreError: The archive cannot be written; the batches before are stored.
    """
    own, *others = calls
    known = {f"{row.service}/{row.document}" for row in writer.documents()}
    ahead = {ident: document for ident, document in documents.items() if others and document.id not in known}
    if len({document.id for document in ahead.values()}) < len(ahead):
        ahead = {}  # Two go into one: the second continues the first.
    with _Ahead(ahead, collected, writer.book, others) as work:
        for ident, document in documents.items():
            if ident in ahead:
                yield _store(document, work.visits(ident), writer, progress)
            else:
                yield import_records(document, work.collected, collected.records[ident], writer, progress, own)


def _store(
    document: Document, work: Iterator[Visit | int | ImportResult], writer: Writer, progress: Callable[[int], None]
) -> ImportResult:
    """Store what was worked out of one document."""
    done = False
    while not done:
        with writer.together():
            for _ in range(BATCH):
                found = next(work)
                if isinstance(found, Visit):
                    writer.record(_without_known_flags(found, writer))
                elif isinstance(found, int):
                    progress(found)
                else:
                    done = True
                    break
    assert isinstance(found, ImportResult)
    writer.list_flags(document.service, document.slug)
    return found


def _without_known_flags(visit: Visit, writer: Writer) -> Visit:
    """Return *visit* without the flags of clauses that another document has brought since."""
    versions = []
    for version in visit.versions:
        unknown = {*writer.unflagged(version.flags, version.flags_fingerprint)}
        flags = {clause: found for clause, found in version.flags.items() if clause in unknown}
        versions.append(replace(version, flags=flags))
    return replace(visit, versions=tuple(versions))


class _Ahead:
    """Works out documents in their order, as many at a time as there are calls, while the writer stores the first."""

    def __init__(
        self, documents: Mapping[str, Document], collected: OtaCollection, book: Rulebook, calls: Sequence[Call]
    ) -> None:
        self._documents = documents
        self._book = book
        self._waiting: dict[str, deque[bytes | BaseException]] = {ident: deque() for ident in documents}
        self._next = iter(documents)
        self._size = 0
        self._stored = ""
        self._is_over = False
        self._changed = threading.Condition()
        # One reader at a time: a repository answers one question after the other.
        lock = threading.Lock()

        def read(record: Record) -> str:
            with lock:
                return collected.read(record)

        #: The collection, for all who read beside each other.
        self.collected = replace(collected, read=read)
        self._threads = [threading.Thread(target=self._work, args=(call,), daemon=True) for call in calls]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        # After a failure nobody waits for a text that takes long: who owns the processes ends them.
        for thread in self._threads if kind is None else ():
            thread.join()

    def visits(self, ident: str) -> Iterator[Visit | int | ImportResult]:
        """Yield what was worked out of a document: visits to store, numbers of records that were read, and the result.

        Raises:
            Exception: What its work failed with.
        """
        waiting = self._waiting[ident]
        with self._changed:
            self._stored = ident
            self._changed.notify_all()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: waiting)
                packed = waiting.popleft()
                if isinstance(packed, BaseException):
                    raise packed
                self._size -= len(packed)
                self._changed.notify_all()
            # Packed by this process.
            yield pickle.loads(zlib.decompress(packed))  # noqa: S301

    def _work(self, call: Call) -> None:
        while True:
            with self._changed:
                ident = None if self._is_over else next(self._next, None)
            if ident is None:
                return
            try:
                self._work_out(ident, call)
            except _OverError:
                return
            except BaseException as error:  # noqa: BLE001 - raised where the document is stored
                with self._changed:
                    self._waiting[ident].append(error)
                    self._changed.notify_all()
                return

    def _work_out(self, ident: str, call: Call) -> None:
        document, records = self._documents[ident], self.collected.records[ident]

        def put(found: Visit | int | ImportResult) -> None:
            packed = zlib.compress(pickle.dumps(found, protocol=5), _LEVEL)
            with self._changed:
                self._changed.wait_for(lambda: self._is_over or self._stored == ident or self._size < _MOST_WAITING)
                if self._is_over:
                    raise _OverError
                self._size += len(packed)
                self._waiting[ident].append(packed)
                self._changed.notify_all()

        found = ImportResult(document.service, document.slug, len(records))
        run = ImportRun(document, _NewHistory(self._book, put), call)
        append_records(run, self.collected, records, found, nullcontext, put)
        put(found)


class _OverError(Exception):
    """Nobody waits for the work any more."""


class _NewHistory:
    """The history of a document that the archive does not know yet: used like a `Writer`."""

    def __init__(self, book: Rulebook, keep: Callable[[Visit], None]) -> None:
        self.book = book
        self._keep = keep
        #: Each version with its text, packed.
        self._versions: list[tuple[VersionRow, bytes]] = []
        self._last_seen: str | None = None
        self._flagged: set[int] = set()

    def record(self, visit: Visit) -> None:
        """Pass *visit* on, and know what it brought."""
        for new in visit.versions:
            version = new.reading.version
            row = VersionRow(
                *(0, visit.document.service, visit.document.slug, version.number, iso(visit.seen_at or visit.at)),
                *(new.kind, version.sha256, text_key(new.reading), new.extractor, new.declaration, ""),
            )
            self._versions.append((row, zlib.compress(version.text.encode(), _LEVEL)))
            self._flagged.update(map(_place, new.flags))
        if visit.outcome is not Outcome.SUSPECT:
            self._last_seen = iso(visit.seen_at or visit.at)
        self._keep(visit)

    def current(self, _service: str, _document: str, /) -> VersionRow | None:
        """Return the newest version."""
        return self._versions[-1][0] if self._versions else None

    def at(self, _service: str, _document: str, when: datetime, /) -> VersionRow | None:
        """Return the last version seen by *when*."""
        return next((row for row, _ in reversed(self._versions) if row.seen_at <= iso(when)), None)

    def latest_with_text(self, _document: Document, key_sha256: str, /) -> VersionRow | None:
        """Return the newest version whose canonical text has this hash."""
        return next((row for row, _ in reversed(self._versions) if row.key_sha256 == key_sha256), None)

    def reading(self, row: VersionRow) -> Reading:
        """Return the version of *row* with its text and clauses."""
        text = zlib.decompress(self._versions[row.number - 1][1]).decode()
        return Reading(Version(text, from_iso(row.seen_at), row.number), tuple(split_clauses(text)))

    def last_seen(self, _service: str, _document: str, /) -> str | None:
        """Return when the current text was last seen."""
        return self._last_seen

    def unflagged(self, clauses: Iterable[Clause], _fingerprint: str, /) -> list[Clause]:
        """Return the distinct *clauses* that no version before had under these headings."""
        return [clause for clause in dict.fromkeys(clauses) if _place(clause) not in self._flagged]


def _place(clause: Clause) -> int:
    return hash((clause.kind, clause.text, clause.heading, clause.lead))
