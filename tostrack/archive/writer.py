"""The one writing connection: what a visit to a document brought becomes rows, all of them or none."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.analysis.flags.history import FlagEvent
from tostrack.archive import snapshots as files
from tostrack.archive.current_flags import CurrentFlags
from tostrack.archive.flag_events import Moment, write_moment
from tostrack.archive.flag_listing import has_listing, write_listing
from tostrack.archive.flag_rows import Place
from tostrack.archive.lock import lock_archive, remove_stale_files, replace_whole
from tostrack.archive.merge_source import MergeSource
from tostrack.archive.merge_writer import BoundedCalls, MergeWriter
from tostrack.archive.migrations import DATABASE_ERRORS, check_header, check_schema, create_schema
from tostrack.archive.outbox import UNSET_AUTHORITY, queue
from tostrack.archive.read import _BUSY_TIMEOUT, _VERSION, Archive, VersionRow, version_row
from tostrack.archive.recorder import Recorder
from tostrack.archive.reviews import Review, write_reviews
from tostrack.archive.stored_times import require_time
from tostrack.archive.visits import PageState, SuspectRow, Visit
from tostrack.errors import StoreError
from tostrack.models import (
    EARLIEST,
    LATEST,
    Change,
    Clause,
    DigestSettings,
    Document,
    Flag,
    Snapshot,
    Validators,
    from_iso,
    iso,
    sha256,
)

log = logging.getLogger(__name__)

#: FULL does not sync the folder once the journal is removed: after a power cut the journal may be back, and what was
#: reported as stored is rolled back (benchmarks/powerloss.py shows it).
SYNCHRONOUS = "EXTRA"


#: For texts of our own.
UNBOUNDED = BoundedCalls()


class Writer(Archive):
    """An archive opened for writing; made when it is not there. Reading methods see what was written.

    Args:
        now: When a new archive says it was made.
        authority: A domain or e-mail address for the ids of a new archive's feeds and messages (RFC 4151).
        digests: Who is notified of what a visit changed.

    Raises:
        ArchiveBusyError: Another process writes to it.
        StoreError: It cannot be opened, or a newer tostrack wrote it.
    """

    def __init__(
        self,
        path: str | Path,
        snapshots: Path,
        *,
        now: datetime,
        authority: str = "",
        book: Rulebook = SHIPPED,
        digests: Sequence[DigestSettings] = (),
    ) -> None:
        self.path = Path(path)
        self.snapshots = snapshots
        self.book = book
        self.digests = digests
        #: Folders of captures in which half-written files were looked for.
        self._swept: set[Path] = set()
        self._lock = lock_archive(self.path)
        try:
            remove_stale_files(self.path.parent)
            if not self.path.exists():
                self._create(now, authority or UNSET_AUTHORITY)
            check_header(self.path)
            self._connection = self._connect()
        except StoreError:
            os.close(self._lock)
            raise
        from sqlite_utils import Database

        self._database = Database(self._connection)
        self._recorder = Recorder(self._connection)

    def close(self) -> None:
        """Let go of the file and of its lock."""
        super().close()
        os.close(self._lock)

    def _connect(self) -> sqlite3.Connection:
        with self._reported():
            connection = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT, isolation_level=None)
            try:
                # Nothing is written to a file before it is known to be an archive.
                check_schema(connection)
                for pragma in ("journal_mode = DELETE", f"synchronous = {SYNCHRONOUS}", "foreign_keys = ON"):
                    connection.execute(f"PRAGMA {pragma}")
            except BaseException:
                connection.close()
                raise
            connection.row_factory = sqlite3.Row
            return connection

    def _create(self, now: datetime, authority: str) -> None:
        """Make a new archive under another name and rename it: an archive that was half made is never met."""
        try:
            with replace_whole(self.path) as part, self._reported():
                part.unlink(missing_ok=True)
                with closing(sqlite3.connect(part, isolation_level=None)) as connection:
                    connection.execute("BEGIN IMMEDIATE")
                    create_schema(connection)
                    # What must never change about this archive.
                    facts = {"authority": authority, "created_at": iso(now)}
                    connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", facts.items())
                    connection.execute("COMMIT")
        except OSError as error:
            raise StoreError(f"{self.path}: cannot make the archive ({error.strerror})") from error

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except DATABASE_ERRORS as error:
            reason = str(error)
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                reason = f"another program reads or writes it for more than {_BUSY_TIMEOUT:g} seconds; run this again"
            raise StoreError(f"{self.path}: cannot write the archive ({reason})") from error
        except StoreError as error:
            named = str(error).startswith(f"{self.path}: ")
            raise error if named else StoreError(f"{self.path}: {error}") from error

    # What the next visit needs to know

    def pages(self, document: Document) -> dict[int, PageState]:
        """Return the newest sound capture of each page by page number, where the page still has that address."""
        rows = self.query(
            """
            SELECT p.page, p.url, p.etag, p.last_modified, n.sha256, n.path, n.fetched_at, n.status, n.content_type,
                   n.chain, p.seen_at
            FROM pages p JOIN snapshots n ON n.id = p.snapshot_id
            JOIN documents d ON d.id = p.document_id JOIN services s ON s.id = d.service_id
            WHERE s.slug = ? AND d.slug = ?
            """,
            (document.service, document.slug),
        )
        addresses = dict(enumerate(page.url for page in document.pages))
        return {
            row["page"]: PageState(
                row["url"],
                Validators(row["etag"], row["last_modified"]),
                row["sha256"],
                row["path"],
                require_time(row["fetched_at"], row["path"]),
                row["status"],
                row["content_type"],
                tuple(json.loads(row["chain"])),
                row["seen_at"],
            )
            for row in rows
            if addresses.get(row["page"]) == row["url"]
        }

    def body(self, state: PageState) -> bytes:
        """Return the bytes of a kept capture."""
        return files.read(self.snapshots, state.path)

    def recent(self, document: Document, limit: int) -> list[VersionRow]:
        """Return the last *limit* versions, newest first."""
        query = _VERSION + "ORDER BY v.number DESC LIMIT ?"
        return [version_row(row) for row in self.query(query, (document.service, document.slug, limit))]

    def latest_with_text(self, document: Document, key_sha256: str) -> VersionRow | None:
        """Return the newest version whose canonical text has this hash, or None: was this text seen before?"""
        key = bytes.fromhex(key_sha256)
        query = _VERSION + "AND substr(v.key_sha256, 1, 6) = ? AND v.key_sha256 = ? ORDER BY v.number DESC LIMIT 1"
        return self._one(query, (document.service, document.slug, key[:6], key)) if key else None

    def last_record(self, document: Document, names: Collection[str]) -> str | None:
        """Return the one of *names* that the newest version which others recorded goes by, or None."""
        query = """
            SELECT v.record FROM versions v JOIN documents d ON d.id = v.document_id
            JOIN services s ON s.id = d.service_id
            WHERE s.slug = ? AND d.slug = ? AND v.record <> '' ORDER BY v.number DESC
        """
        known = set(names)
        rows = self.query(query, (document.service, document.slug))
        return next((row["record"] for row in rows if row["record"] in known), None)

    def suspect(self, document: Document, key_sha256: str) -> SuspectRow | None:
        """Return the quarantined text with this hash, or None."""
        rows = self.suspects(document.service, document.slug)
        return next((row for row in rows if row.key_sha256 == key_sha256), None)

    def quarantined(self, suspect: SuspectRow) -> dict[int, Snapshot]:
        """Return the captures of a text in quarantine by page number; pages that were not new are not among them."""
        rows = self.query(
            """
            SELECT c.page, n.url, n.chain, n.fetched_at, n.status, n.headers, n.path
            FROM suspects q JOIN documents d ON d.id = q.document_id
            JOIN services s ON s.id = d.service_id
            JOIN suspect_snapshots c ON c.suspect_id = q.id JOIN snapshots n ON n.id = c.snapshot_id
            WHERE s.slug = ? AND d.slug = ? AND q.key_sha256 = ?
            """,
            (suspect.service, suspect.document, suspect.key_sha256),
        )
        return {
            row["page"]: Snapshot(
                row["url"],
                from_iso(require_time(row["fetched_at"], row["path"])),
                row["status"],
                files.read(self.snapshots, row["path"]),
                json.loads(row["headers"]),
                tuple(json.loads(row["chain"])),
            )
            for row in rows
        }

    def unflagged(self, clauses: Iterable[Clause], fingerprint: str) -> list[Clause]:
        """Return the distinct *clauses* whose flags under the rules of *fingerprint* are not stored yet."""
        with self._reported():
            return self._recorder.flags.unflagged(clauses, fingerprint)

    # What a visit brought

    def record(self, visit: Visit) -> None:
        """Store *visit*: snapshots on disk first, then every row in one transaction.

        Raises:
            StoreError: Nothing of the visit is stored.
        """
        if not EARLIEST <= visit.at <= LATEST:
            # No reader would take such a time, and what is stored is never changed.
            raise StoreError(f"{visit.document.id}: nothing is stored for {visit.at:%Y-%m-%d}; is the clock right?")
        known = self.pages(visit.document) if visit.captures else {}
        fresh = {
            page: capture
            for page, capture in visit.captures.items()
            if visit.suspect_key or page not in known or known[page].sha256 != capture.sha256
        }
        if visit.suspect_key and self.suspect(visit.document, visit.suspect_key):
            fresh = {}
        paths = self._keep_all(visit.document, fresh)
        own = [self._keep_all(visit.document, version.captures) for version in visit.versions]
        with self.together():
            obsolete = self._recorder.record(visit, paths, own)
            for event, change in visit.changes():
                kind = self._find_kind(visit.document, change)
                queue(self._connection, self.digests, event, change, visit.at, kind)
        log.debug("%s: stored %d versions, %d captures", visit.document.id, len(visit.versions), len(fresh))
        for path in obsolete:
            files.delete(self.snapshots, path)

    def _find_kind(self, document: Document, change: Change) -> str:
        """Return the kind of a document that changed, as readers of the archive know it; empty where none asks."""
        if not any(digest.kinds for digest in self.digests):
            return ""
        from tostrack.language.document_kind import document_names, find_document_kind

        return find_document_kind(*document_names(document), change.new.text)

    def list_flags(self, service: str, document: str) -> None:
        """Store the flags of the current text of a document, each with the version it dates from, for readers."""
        chain = self.went_by(service, document)
        if not chain or has_listing(self.query, service, document):
            return
        flags = list(CurrentFlags(self.query, self.clauses, chain[::-1]).listed())
        with self.together():
            write_listing(self._connection, service, document, flags)

    def adopt(self, held: MergeSource, folder: Path, decide: BoundedCalls = UNBOUNDED) -> int:
        """Store what another archive holds of a document and ours does not; return how many versions that is.

        Args:
            held: The document there; what we have of it must be the beginning of its chain.

        Raises:
            StoreError: Nothing of it is stored.
            ExtractError: A text of it overran the bounds of *decide*; nothing of it is stored.
        """
        captures = held.captures
        paths = {row["id"]: self._free(row["path"], row["sha256"]) for row in captures}
        for row in captures:
            # A redacted one is not there, and a version continues to cite it.
            if not files.is_there(self.snapshots, paths[row["id"]]) and files.is_there(folder, row["path"]):
                body = files.read(folder, row["path"])
                if sha256(body) != row["sha256"]:
                    raise StoreError(
                        f"{folder / row['path']}: is not the capture that was stored; `tostrack archive verify` there"
                    )
                self._keep(paths[row["id"]], body)
        with self.together():
            versions, obsolete = MergeWriter(self._connection, self.book, decide).adopt(held, paths)
        for path in obsolete:
            files.delete(self.snapshots, path)
        return versions

    def adopt_redactions(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Store what was redacted in another archive."""
        with self.together():
            self._connection.executemany(
                "INSERT OR IGNORE INTO redactions (at, kind, sha256, reason) VALUES (:at, :kind, :sha256, :reason)",
                rows,
            )

    def write_reviews(self, reviews: Iterable[Review]) -> None:
        """Store what readers decided about changes; all or none."""
        with self.together():
            write_reviews(self._connection, reviews)

    def reflag(self, flags: Mapping[Place, Sequence[Flag]]) -> None:
        """Store *flags*, by the place of their clause, as those of our rules; all or none."""
        with self.together():
            self._recorder.flags.replace(flags, self.book.fingerprint)

    def write_flag_history(self, moments: Mapping[Moment, Sequence[FlagEvent]]) -> None:
        """Store what happened to the flags of a document by our rules, by pairs of versions; all or none."""
        with self.together():
            for moment, events in moments.items():
                write_moment(self._connection, self._recorder.flags, moment, events, self.book.fingerprint)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Store what is recorded inside in one transaction: all of it, or nothing."""
        done = False
        try:
            with self._reported(), self._database.atomic():
                yield
            done = True
        finally:
            if not done:
                self._recorder.forget()

    def _free(self, path: str, digest: str) -> str:
        """Return *path*, or another path for a capture when it is taken.

        Two within one second: a file that a version may cite is never written over.
        """
        service, document, _ = path.split("/", 2)
        taken = self.query(
            """
            SELECT 1 FROM services s JOIN documents d ON d.service_id = s.id JOIN snapshots n ON n.document_id = d.id
            WHERE s.slug = ? AND d.slug = ? AND n.path = ? AND n.sha256 <> ?
            """,
            (service, document, path, digest),
        )
        return path.replace("Z.", f"Z-{digest[:8]}.", 1) if taken else path

    def _keep_all(self, document: Document, captures: Mapping[int, Snapshot]) -> dict[int, str]:
        """Write the captures of pages; return the path of each."""
        paths = {}
        for page, capture in captures.items():
            path = files.name(document.service, document.slug, page, capture)
            paths[page] = self._free(path, capture.sha256)
            self._keep(paths[page], capture.body)
        return paths

    def _keep(self, path: str, body: bytes) -> None:
        """Write a capture; once for each folder, remove what runs that were killed left in it."""
        folder = (self.snapshots / path).parent
        if folder not in self._swept:
            self._swept.add(folder)
            remove_stale_files(folder)
        files.write(self.snapshots, path, body)
