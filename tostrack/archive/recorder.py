"""One visit as rows: what it brought, put into the archive within the transaction that its caller opened."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from tostrack.analysis.comparison_key import comparison_key
from tostrack.analysis.flags.history import FIRST, FlagEvent, describe_event
from tostrack.archive.chain import late_link, version_link
from tostrack.archive.flag_events import events_of_hunks, find_before, write_moment
from tostrack.archive.flag_rows import FlagRows
from tostrack.archive.hunk_rows import build_hunk_rows, insert_hunks
from tostrack.archive.judgement_rows import ENDS, JudgementRows, build_judgement_rows
from tostrack.archive.judgement_sums import write_sums
from tostrack.archive.texts import ClauseStore
from tostrack.archive.visits import NewVersion, Visit
from tostrack.clauses import plain, text_key
from tostrack.language.detect import detect_language
from tostrack.models import Clause, Document, Hunk, Judgement, Outcome, Reason, Snapshot, Verdict, iso, sha256
from tostrack.render.headline import write_headline

_DOCUMENT = """
SELECT d.id FROM documents d JOIN services s ON s.id = d.service_id WHERE s.slug = ? AND d.slug = ?
"""
_NAMES = "SELECT s.name, d.name FROM documents d JOIN services s ON s.id = d.service_id WHERE d.id = ?"


class Recorder:
    """Writes visits through *connection*; opens and ends no transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._texts = ClauseStore(connection)
        self.flags = FlagRows(connection, self._texts)
        #: The document whose names are up to date.
        self._named: Document | None = None

    def forget(self) -> None:
        """Clear the caches after a rollback."""
        self._texts.forget()
        self.flags.forget()
        self._named = None

    def record(self, visit: Visit, fresh: Mapping[int, str], own: Sequence[Mapping[int, str]]) -> list[str]:
        """Write every row of *visit*; return the paths of captures that nothing cites any more.

        Args:
            fresh: The paths of the new captures of the visit, by page.
            own: For each of its versions, the paths of the captures that it alone was read from, by page.
        """
        document_id = self._document(visit)
        ids = {page: self._snapshot(document_id, page, visit.captures[page], path) for page, path in fresh.items()}
        if visit.suspect_key:
            self._suspect(document_id, visit, ids)
        else:
            self._pages(document_id, visit, ids)
        for version, where in zip(visit.versions, own, strict=True):
            self._version(document_id, visit, version, where)
            self._release(document_id, text_key(version.reading))
        self._release(document_id, visit.accepts)
        if visit.settled:
            late = build_judgement_rows(visit.settled, announced=True, told_at=visit.at)
            self._late(visit.document.id, document_id, late, visit.settled.hunks)
        if visit.joined:
            joined = build_judgement_rows(visit.joined, announced=False)
            self._late(visit.document.id, document_id, joined, visit.joined.hunks)
        if visit.outcome in (Outcome.FIRST, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED):
            self._seen(document_id, visit.seen_at or visit.at)
        return self._obsolete(document_id) if visit.captures and not visit.suspect_key else []

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
        if document != self._named:
            name = document.service_name or document.service
            self._name(document.service, name, document.slug, document.name or document.slug, document.language)
            self._named = document
        document_id = self._document_id(document.service, document.slug)
        if visit.checked:
            self._check(document_id, visit)
        return document_id

    def _document_id(self, service: str, slug: str) -> int:
        return self._id(_DOCUMENT, service, slug) or 0

    def _name(self, service: str, service_name: str, slug: str, name: str, language: str) -> None:
        """Bring what the archive calls a document up to date."""
        self._connection.execute(
            "INSERT INTO services (slug, name) VALUES (?1, ?2) ON CONFLICT (slug) DO UPDATE SET name = ?2",
            (service, service_name),
        )
        service_id = self._id("SELECT id FROM services WHERE slug = ?", service)
        self._connection.execute(
            """
            INSERT INTO documents (service_id, slug, name, language) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (service_id, slug) DO UPDATE SET name = ?3, language = ?4
            """,
            (service_id, slug, name, language),
        )

    def _check(self, document_id: int | None, visit: Visit) -> None:
        """Store the result of the check."""
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
        return self._known_capture(document_id, path, capture.sha256) or self._insert(
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

    def _known_capture(self, document_id: int, path: str, digest: str) -> int | None:
        query = "SELECT id FROM snapshots WHERE document_id = ? AND path = ? AND sha256 = ?"
        return self._id(query, document_id, path, digest)

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
        query = "SELECT ? AS page, id, chain, fetched_at, status, headers, sha256 FROM snapshots WHERE id = ?"
        return [self._connection.execute(query, cited).fetchone() for cited in sorted(ids.items())]

    def _version(self, document_id: int, visit: Visit, new: NewVersion, paths: Mapping[int, str]) -> None:
        version = new.reading.version
        snapshots = self._evidence(document_id, new, paths)
        row: dict[str, Any] = {
            "number": version.number,
            "seen_at": iso(version.seen_at or visit.at),
            "kind": new.kind,
            "sha256": version.sha256,
            "key_sha256": text_key(new.reading),
            "extractor": new.extractor,
            "declaration": new.declaration,
            "record": new.record,
            "previous": self._head(document_id),
        }
        judged = build_judgement_rows(new.change, announced=new.announced) if new.change else None
        clauses = [(clause.kind, _digest(clause.text)) for clause in new.reading.clauses]
        seal = judged.seal if judged else ""
        head = sha256(version_link(visit.document.id, row, map(dict, snapshots), clauses, seal))
        self._append(document_id, row, head, new.reading.clauses, {s["page"]: s["id"] for s in snapshots})
        for clause, flags in new.flags.items():
            self.flags.store(clause, flags, new.flags_fingerprint)
        if judged and new.change:
            self._hunks(document_id, self._judgement(document_id, judged), judged, new.change.hunks)
        if new.flags_fingerprint:
            self._flag_moment(document_id, version.number, new)
        self._advance(document_id, head)

    def _append(
        self,
        document_id: int,
        row: Mapping[str, Any],
        head: str,
        clauses: Sequence[Clause],
        captures: Mapping[int, int],
    ) -> None:
        """Write the version of *row* and its text; *captures* are the snapshots that it cites, by page."""
        version_id = self._insert(
            "_versions",
            document_id=document_id,
            number=row["number"],
            seen_at=row["seen_at"],
            origin_id=self._origin(row),
            sha256=bytes.fromhex(row["sha256"]),
            key_sha256=bytes.fromhex(row["key_sha256"]),
            hash=bytes.fromhex(head),
            compare_key=bytes.fromhex(comparison_key(clauses)),
            language=self._language(document_id, clauses),
        )
        if row["record"]:
            self._insert("_records", version_id=version_id, name=_packed(row["record"]))
        self._texts.append(document_id, row["number"], clauses)
        self._connection.executemany(
            "INSERT INTO version_snapshots VALUES (?, ?, ?)", [(version_id, *cited) for cited in captures.items()]
        )

    def _language(self, document_id: int, clauses: Sequence[Clause]) -> str:
        """Return the language of a text by its words, else the declared one; empty when neither is known."""
        declared = self._connection.execute("SELECT language FROM documents WHERE id = ?", (document_id,)).fetchone()
        return detect_language("\n".join(clause.text for clause in clauses)) or str(declared[0])

    def _head(self, document_id: int) -> str:
        """Return the end of the document's chain; empty before the first version."""
        row = self._connection.execute("SELECT hash FROM heads WHERE document_id = ?", (document_id,)).fetchone()
        return str(row[0]) if row else ""

    def _advance(self, document_id: int, head: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO heads (document_id, hash) VALUES (?, ?)", (document_id, head))

    def _origin(self, row: Mapping[str, Any]) -> int:
        values = {name: row[name] for name in ("kind", "extractor", "declaration")}
        query = "SELECT id FROM _origins WHERE kind = ? AND extractor = ? AND declaration = ?"
        return self._id(query, *values.values()) or self._insert("_origins", **values)

    def _judgement(self, document_id: int, judged: JudgementRows) -> int:
        """Write a judgement and what was found in it; return its id."""
        numbered = "SELECT id FROM _versions WHERE document_id = ? AND number = ?"
        places = {f"{end}_version": self._id(numbered, document_id, judged.row[f"{end}_number"]) for end in ENDS}
        columns = {name: value for name, value in judged.row.items() if not name.endswith("_number")}
        service, document = self._connection.execute(_NAMES, (document_id,)).fetchone()
        told = Judgement(Reason(columns["reason"]), columns["explanation"])
        columns |= {"importance": judged.importance, "headline": write_headline(told, service, document)}
        judgement_id = self._insert("judgements", document_id=document_id, **places, **columns)
        for table, rows in judged.details.items():
            for row in rows:
                if table == "judgement_flags":
                    kept = {"hunk": row["hunk"], "direction": row["direction"], "find_id": self.flags.find(row)}
                    self._insert("_judgement_flags", judgement_id=judgement_id, **kept)
                else:
                    self._insert(table, judgement_id=judgement_id, **row)
        return judgement_id

    def _hunks(self, document_id: int, judgement_id: int, judged: JudgementRows, hunks: Sequence[Hunk]) -> None:
        """Write the hunks of a judgement whose two versions are stored."""
        old, new = (self._texts.clause_ids(document_id, judged.row[f"{end}_number"]) for end in ENDS)
        insert_hunks(self._connection, judgement_id, build_hunk_rows(hunks, old, new), self.flags.context_id)
        write_sums(self._connection, [judgement_id])

    def _flag_moment(self, document_id: int, number: int, new: NewVersion) -> None:
        """Write what happened to the flags with a version, where that is known without comparing two texts again."""
        change = new.change
        if change and change.verdict is Verdict.NOISE:
            return  # readers do not go by it
        before = find_before(self._connection, document_id, number)
        if before and not (change and change.old.number == before.number):
            return  # compared with another one: readers compare the two when they are asked
        version_id = self._id("SELECT id FROM _versions WHERE document_id = ? AND number = ?", document_id, number)
        moment = (version_id or 0, before.id if before else None)
        events = events_of_hunks(change.hunks) if change and before else self._first_events(new)
        write_moment(self._connection, self.flags, moment, events, new.flags_fingerprint)

    def _first_events(self, new: NewVersion) -> list[FlagEvent]:
        """Return the flags of the first version; all of them are stored by now."""
        found: list[FlagEvent] = []
        for clause in new.reading.clauses:
            text = plain(clause.text)
            found += [
                FlagEvent(FIRST, flag, describe_event(text, flag.start, flag.end), clause.heading)
                for flag in self.flags.stored(clause)
            ]
        return found

    def _late(self, document: str, document_id: int, judged: JudgementRows, hunks: Sequence[Hunk]) -> None:
        """Append the judgement of a version that was stored before, as a link of its own."""
        self._hunks(document_id, self._judgement(document_id, judged), judged, hunks)
        self._advance(document_id, sha256(late_link(document, self._head(document_id), judged.seal)))

    def _seen(self, document_id: int, at: datetime) -> None:
        """Move the time at which the current text was last seen; it never goes back.

        A version that was last seen when it was first seen has no row.
        """
        self._connection.execute(
            """
            INSERT INTO sightings (version_id, last_seen_at)
            SELECT id, ?2 FROM
                (SELECT id, seen_at FROM _versions WHERE document_id = ?1 ORDER BY number DESC LIMIT 1)
            WHERE seen_at <> ?2
            ON CONFLICT (version_id) DO UPDATE SET last_seen_at = max(last_seen_at, excluded.last_seen_at)
            """,
            (document_id, iso(at)),
        )

    def _obsolete(self, document_id: int) -> list[str]:
        """Forget the captures that nothing cites any more, and return the paths of their files."""
        unused = """
            FROM snapshots WHERE document_id = ?1
            AND id NOT IN (SELECT snapshot_id FROM pages WHERE document_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM suspect_snapshots c WHERE c.snapshot_id = snapshots.id)
            AND NOT EXISTS (SELECT 1 FROM version_snapshots c WHERE c.snapshot_id = snapshots.id)
        """
        paths = [row[0] for row in self._connection.execute(f"SELECT path {unused}", (document_id,))]
        self._connection.execute(f"DELETE {unused}", (document_id,))
        return paths


@lru_cache(maxsize=20_000)
def _digest(text: str) -> str:
    return sha256(text)


_OBJECT = re.compile(r"(?:[0-9a-f]{2})+")


def _packed(name: str) -> bytes | str:
    """Return what is stored for the *name* of a record: a git object's takes half the room as bytes."""
    return bytes.fromhex(name) if _OBJECT.fullmatch(name) else name
