"""The one writing connection: what a visit to a document brought becomes rows, all of them or none."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from tostrack.clauses import canonical_key
from tostrack.errors import StoreError
from tostrack.flag import SHIPPED, Rulebook
from tostrack.models import (
    Change,
    Clause,
    DigestSettings,
    Document,
    Edit,
    Flag,
    Outcome,
    Snapshot,
    Validators,
    Verdict,
    from_iso,
    iso,
    sha256,
)
from tostrack.store import snapshots as files
from tostrack.store.chain import chain_hash
from tostrack.store.db import _BUSY_TIMEOUT, _VERSION, Archive, VersionRow
from tostrack.store.flagged import FlaggedClause, by_others, flag_context, replace_flags, unflagged
from tostrack.store.lock import locked
from tostrack.store.meaning import write_meaning
from tostrack.store.migrations import migrate
from tostrack.store.outbox import queue
from tostrack.store.visits import NewVersion, PageState, SuspectRow, Visit


class Writer(Archive):
    """An archive opened for writing; made when it is not there. Reading methods see what was written.

    Args:
        path: The archive file.
        snapshots: The folder of raw captures.
        now: When a new archive says it was made.
        authority: A domain or e-mail address for feed ids (RFC 4151), frozen in a new archive.
        book: The rules by which what is written is flagged.
        digests: Who is to be told of what a visit changed.

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
        from sqlite_utils import Database

        self.path = Path(path)
        self.snapshots = snapshots
        self.book = book
        self.digests = digests
        self._lock = locked(self.path)
        try:
            with self._reported():
                self._connection = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT, isolation_level=None)
                self._connection.row_factory = sqlite3.Row
                for pragma in ("journal_mode = DELETE", "synchronous = FULL", "foreign_keys = ON"):
                    self._connection.execute(f"PRAGMA {pragma}")
                self._database = Database(self._connection)
                migrate(self._database)
                self._found(now, authority)
        except StoreError:
            os.close(self._lock)
            raise

    def close(self) -> None:
        """Let go of the file and of its lock."""
        super().close()
        os.close(self._lock)

    def _found(self, now: datetime, authority: str) -> None:
        """Write down, once, what must never change about this archive."""
        with self._database.atomic():
            facts = {"authority": authority or "tostrack.invalid", "created_at": iso(now)}
            for fact in facts.items():
                self._connection.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", fact)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: cannot write the archive ({error})") from error

    # What the next visit needs to know

    def pages(self, document: Document) -> dict[int, PageState]:
        """Return the newest sound capture of each page by page number, where the page still has that address."""
        rows = self._rows(
            """
            SELECT p.page, p.url, p.etag, p.last_modified, n.sha256, n.path, n.fetched_at, n.status, n.content_type,
                   n.chain
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
                row["fetched_at"],
                row["status"],
                row["content_type"],
                tuple(json.loads(row["chain"])),
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
        return [VersionRow(**dict(row)) for row in self._rows(query, (document.service, document.slug, limit))]

    def latest_with_text(self, document: Document, key_sha256: str) -> VersionRow | None:
        """Return the newest version whose canonical text has this hash, or None: was this text seen before?"""
        query = _VERSION + "AND v.key_sha256 = ? ORDER BY v.number DESC LIMIT 1"
        return self._one(query, (document.service, document.slug, key_sha256))

    def suspect(self, document: Document, key_sha256: str) -> SuspectRow | None:
        """Return the quarantined text with this hash, or None."""
        rows = self.suspects(document.service, document.slug)
        return next((row for row in rows if row.key_sha256 == key_sha256), None)

    def quarantined(self, suspect: SuspectRow) -> dict[int, Snapshot]:
        """Return the captures of a text in quarantine by page number; pages that were not new are not among them."""
        rows = self._rows(
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
                from_iso(row["fetched_at"]),
                row["status"],
                files.read(self.snapshots, row["path"]),
                json.loads(row["headers"]),
                tuple(json.loads(row["chain"])),
            )
            for row in rows
        }

    def unflagged(self, clauses: Iterable[Clause], fingerprint: str) -> list[Clause]:
        """Return the distinct *clauses* whose flags under the rules of *fingerprint* are not stored yet."""
        return unflagged(self._rows, clauses, fingerprint)

    def flagged_by_others(self, after: int, limit: int) -> list[FlaggedClause]:
        """Return at most *limit* clauses behind id *after* that other rules than ours (``book``) flagged."""
        return by_others(self._rows, self.book.fingerprint, after, limit)

    # What a visit brought

    def record(self, visit: Visit) -> None:
        """Store *visit*: snapshots on disk first, then every row in one transaction.

        Raises:
            StoreError: Nothing of the visit is stored.
        """
        known = self.pages(visit.document)
        fresh = {
            page: capture
            for page, capture in visit.captures.items()
            if visit.suspect_key or page not in known or known[page].sha256 != capture.sha256
        }
        if visit.suspect_key and self.suspect(visit.document, visit.suspect_key):
            fresh = {}
        paths = {page: self._path(visit.document, page, capture) for page, capture in fresh.items()}
        for page, capture in fresh.items():
            files.write(self.snapshots, paths[page], capture.body)
        own = [self._files(visit.document, version) for version in visit.versions]
        with self._reported(), self._database.atomic():
            document_id = self._document(visit)
            ids = {page: self._snapshot(document_id, page, capture, paths[page]) for page, capture in fresh.items()}
            if visit.suspect_key:
                self._suspect(document_id, visit, ids)
            else:
                self._pages(document_id, visit, ids)
            for version, where in zip(visit.versions, own, strict=True):
                self._version(document_id, visit, version, where)
                self._release(document_id, sha256(canonical_key(version.reading.clauses)))
            self._release(document_id, visit.accepts)
            if visit.settled:
                self._judgement(document_id, visit.settled, visit.at, occasion="settled", announced=True)
            if visit.joined:
                self._judgement(document_id, visit.joined, visit.joined.new.seen_at or visit.at, announced=False)
            for event, change in visit.changes():
                queue(self._connection, self.digests, event, change, visit.at)
            if visit.outcome in (Outcome.FIRST, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED):
                self._seen(document_id, visit.seen_at or visit.at)
            obsolete = [] if visit.suspect_key else self._obsolete(document_id)
        for path in obsolete:
            files.delete(self.snapshots, path)

    def record_all(self, visits: Sequence[Visit]) -> None:
        """Store *visits* in one transaction.

        Raises:
            StoreError: None of them is stored.
        """
        with self._reported(), self._database.atomic():
            for visit in visits:
                self.record(visit)

    def reflag(self, flags: Mapping[int, Sequence[Flag]]) -> None:
        """Store *flags*, by the id of their flagged clause, as those of our rules; all or none."""
        with self._reported(), self._database.atomic():
            replace_flags(self._connection, flags, self.book.fingerprint)

    def _path(self, document: Document, page: int, capture: Snapshot) -> str:
        path = files.name(document.service, document.slug, page, capture)
        # Two captures within one second: a file that a version may cite is never written over.
        taken = self._rows("SELECT 1 FROM snapshots WHERE path = ? AND sha256 <> ?", (path, capture.sha256))
        return path.replace("Z.", f"Z-{capture.sha256[:8]}.", 1) if taken else path

    def _files(self, document: Document, version: NewVersion) -> dict[int, str]:
        """Keep what *version* alone was read from; return where each page lies."""
        paths = {page: self._path(document, page, capture) for page, capture in version.captures.items()}
        for page, capture in version.captures.items():
            files.write(self.snapshots, paths[page], capture.body)
        return paths

    def _insert(self, table: str, **values: Any) -> int:
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        # Table and columns are words of this module; what a page says is only ever bound.
        query = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
        cursor = self._connection.execute(query, tuple(values.values()))
        return int(cursor.lastrowid or 0)

    def _id(self, query: str, *values: object) -> int | None:
        row = self._connection.execute(query, values).fetchone()
        return int(row[0]) if row else None

    def _document(self, visit: Visit) -> int:
        """Return the id of the visit's document, its row brought up to date."""
        document = visit.document
        name = document.service_name or document.service
        self._connection.execute(
            "INSERT INTO services (slug, name) VALUES (?1, ?2) ON CONFLICT (slug) DO UPDATE SET name = ?2",
            (document.service, name),
        )
        service_id = self._id("SELECT id FROM services WHERE slug = ?", document.service)
        self._connection.execute(
            """
            INSERT INTO documents (service_id, slug, name, language) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (service_id, slug) DO UPDATE SET name = ?3, language = ?4
            """,
            (service_id, document.slug, document.name or document.slug, document.language),
        )
        document_id = self._id("SELECT id FROM documents WHERE service_id = ? AND slug = ?", service_id, document.slug)
        if visit.checked:
            self._check(document_id, visit)
        return document_id or 0

    def _check(self, document_id: int | None, visit: Visit) -> None:
        """Note how the check went."""
        failing = visit.outcome in (Outcome.FAILED, Outcome.SUSPECT)
        next_try_at = iso(visit.next_try_at) if visit.next_try_at else None
        self._connection.execute(
            """
            UPDATE documents SET checked_at = ?2, outcome = ?3, cause = ?4, message = ?5, http_status = ?6,
                failing_since = CASE WHEN ?7 THEN coalesce(failing_since, ?2) END, next_try_at = ?8
            WHERE id = ?1
            """,
            (
                *(document_id, iso(visit.at), visit.outcome, visit.cause, visit.message, visit.http_status),
                *(failing, next_try_at),
            ),
        )

    def _snapshot(self, document_id: int, page: int, capture: Snapshot, path: str) -> int:
        # The same run repeated after a kill finds its own row: the time and the bytes are the same.
        known = self._id(
            "SELECT id FROM snapshots WHERE document_id = ? AND path = ? AND sha256 = ?",
            *(document_id, path, capture.sha256),
        )
        return known or self._insert(
            "snapshots",
            document_id=document_id,
            page=page,
            url=capture.url,
            chain=json.dumps(capture.chain or (capture.url,)),
            fetched_at=iso(capture.fetched_at),
            status=capture.status,
            content_type=capture.content_type,
            headers=json.dumps(dict(capture.headers), sort_keys=True),
            size=len(capture.body),
            sha256=capture.sha256,
            path=path,
        )

    def _pages(self, document_id: int, visit: Visit, ids: Mapping[int, int]) -> None:
        for page, capture in visit.captures.items():
            validators = capture.validators
            snapshot_id = ids.get(page) or self._id(
                "SELECT snapshot_id FROM pages WHERE document_id = ? AND page = ?", document_id, page
            )
            self._connection.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(document_id, page, visit.document.pages[page].url),
                    *(validators.etag, validators.last_modified, iso(visit.at), snapshot_id),
                ),
            )
        if not visit.document.pages:
            return  # imported, and not watched
        # A document that lost a page forgets what was latest there; the versions keep what they cite.
        self._connection.execute(
            "DELETE FROM pages WHERE document_id = ? AND page >= ?", (document_id, len(visit.document.pages))
        )

    def _suspect(self, document_id: int, visit: Visit, ids: Mapping[int, int]) -> None:
        changed = self._connection.execute(
            """
            UPDATE suspects SET last_seen_at = ?3, sightings = sightings + (last_seen_at < ?3)
            WHERE document_id = ?1 AND key_sha256 = ?2
            """,
            (document_id, visit.suspect_key, iso(visit.at)),
        ).rowcount
        if not changed and ids:
            suspect_id = self._insert(
                "suspects",
                document_id=document_id,
                key_sha256=visit.suspect_key,
                cause=visit.cause,
                first_seen_at=iso(visit.at),
                last_seen_at=iso(visit.at),
                sightings=1,
            )
            for page, snapshot_id in ids.items():
                self._insert("suspect_snapshots", suspect_id=suspect_id, page=page, snapshot_id=snapshot_id)

    def _release(self, document_id: int, key_sha256: str) -> None:
        """Let a text out of quarantine, if it is there: it is a version now."""
        self._connection.execute(
            "DELETE FROM suspects WHERE document_id = ? AND key_sha256 = ?", (document_id, key_sha256)
        )

    def _evidence(self, document_id: int, new: NewVersion, paths: Mapping[int, str]) -> list[sqlite3.Row]:
        """Return the snapshots that a version cites, by page: its own, or the newest of each page."""
        if new.captures:
            ids = {page: self._snapshot(document_id, page, new.captures[page], path) for page, path in paths.items()}
        else:
            query = "SELECT page, snapshot_id FROM pages WHERE document_id = ?"
            ids = dict(self._connection.execute(query, (document_id,)).fetchall())
        query = "SELECT ? AS page, id, chain, fetched_at, status, sha256 FROM snapshots WHERE id = ?"
        return [self._connection.execute(query, cited).fetchone() for cited in sorted(ids.items())]

    def _version(self, document_id: int, visit: Visit, new: NewVersion, paths: Mapping[int, str]) -> None:
        version = new.reading.version
        snapshots = self._evidence(document_id, new, paths)
        previous = self._connection.execute(
            "SELECT hash FROM versions WHERE document_id = ? ORDER BY id DESC LIMIT 1", (document_id,)
        ).fetchone()
        row = {
            "number": version.number,
            "seen_at": iso(version.seen_at or visit.at),
            "kind": new.kind,
            "sha256": version.sha256,
            "key_sha256": sha256(canonical_key(new.reading.clauses)),
            "extractor": new.extractor,
            "declaration": new.declaration,
            "previous": previous[0] if previous else "",
        }
        evidence = [[json.loads(s["chain"]), s["fetched_at"], s["status"], s["sha256"]] for s in snapshots]
        row["hash"] = chain_hash(visit.document.id, row, evidence)
        version_id = self._insert("versions", document_id=document_id, **row)
        clause_ids = [self._clause(clause) for clause in new.reading.clauses]
        self._connection.executemany(
            "INSERT INTO version_clauses VALUES (?, ?, ?)",
            [(version_id, position, clause_id) for position, clause_id in enumerate(clause_ids)],
        )
        self._connection.executemany(
            "INSERT INTO version_snapshots VALUES (?, ?, ?)", [(version_id, s["page"], s["id"]) for s in snapshots]
        )
        for clause, flags in new.flags.items():
            self._flags(clause, flags, new.flags_fingerprint)
        if new.change:
            self._judgement(document_id, new.change, version.seen_at or visit.at, announced=new.announced)

    def _clause(self, clause: Clause) -> int:
        digest = sha256(clause.text)
        known = self._id("SELECT id FROM clauses WHERE sha256 = ? AND kind = ?", digest, clause.kind)
        return known or self._insert("clauses", sha256=digest, kind=clause.kind, text=clause.text)

    def _flags(self, clause: Clause, flags: Sequence[Flag], fingerprint: str) -> None:
        clause_id = self._clause(clause)
        heading, lead = flag_context(clause)
        known = self._id(
            "SELECT id FROM flagged WHERE clause_id = ? AND heading = ? AND lead = ?", clause_id, heading, lead
        )
        flagged_id = known or self._insert(
            "flagged", clause_id=clause_id, heading=heading, lead=lead, fingerprint=fingerprint
        )
        replace_flags(self._connection, {flagged_id: flags}, fingerprint)

    def _judgement(
        self, document_id: int, change: Change, at: datetime, *, announced: bool, occasion: str = "seen"
    ) -> None:
        numbered = "SELECT id FROM versions WHERE document_id = ? AND number = ?"
        counts = {edit.value: sum(hunk.edit is edit for hunk in change.hunks) for edit in Edit}
        judgement_id = self._insert(
            "judgements",
            document_id=document_id,
            from_version=self._id(numbered, document_id, change.old.number),
            to_version=self._id(numbered, document_id, change.new.number),
            occasion=occasion,
            judged_at=iso(at),
            verdict=change.verdict,
            reason=change.reason,
            explanation=change.explanation,
            announced=int(announced and change.verdict is Verdict.SUBSTANTIVE),
            **counts,
        )
        for place, hunk in enumerate(change.hunks):
            for flag in hunk.flags:
                columns = asdict(flag)
                self._insert("judgement_flags", judgement_id=judgement_id, hunk=place, **columns)
        write_meaning(self._connection, judgement_id, change)

    def _seen(self, document_id: int, at: datetime) -> None:
        """Move the time at which the text that stands was last seen; it never goes back."""
        self._connection.execute(
            """
            INSERT INTO sightings (version_id, last_seen_at)
            SELECT id, ?2 FROM versions WHERE document_id = ?1 ORDER BY number DESC LIMIT 1
            ON CONFLICT (version_id) DO UPDATE SET last_seen_at = max(last_seen_at, excluded.last_seen_at)
            """,
            (document_id, iso(at)),
        )

    def _obsolete(self, document_id: int) -> list[str]:
        """Forget the captures that nothing cites any more, and return where their files lie."""
        unused = """
            FROM snapshots WHERE document_id = ?1
            AND id NOT IN (SELECT snapshot_id FROM pages WHERE document_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM suspect_snapshots c WHERE c.snapshot_id = snapshots.id)
            AND NOT EXISTS (SELECT 1 FROM version_snapshots c WHERE c.snapshot_id = snapshots.id)
        """
        paths = [row[0] for row in self._connection.execute(f"SELECT path {unused}", (document_id,))]
        self._connection.execute(f"DELETE {unused}", (document_id,))
        return paths
