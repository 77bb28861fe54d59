"""A document of another archive as rows of ours, under the hashes that it has there."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from tostrack.archive.merge_source import MergeSource
from tostrack.archive.recorder import Recorder

#: How the last check went: these columns move together.
_CHECK = ("checked_at", "outcome", "cause", "message", "http_status", "failing_since", "next_try_at")
_CAPTURE = ("page", "url", "chain", "fetched_at", "status", "content_type", "headers", "size", "sha256")


class MergeWriter(Recorder):
    """Writes what another archive holds; opens and ends no transaction."""

    def adopt(self, held: MergeSource, paths: Mapping[int, str]) -> tuple[int, list[str]]:
        """Write what *held* has and we have not; return how many versions, and where lies what nothing cites any more.

        What we have must be the beginning of its chain.

        Args:
            held: The document there.
            paths: Where its captures lie here, by their id there.
        """
        document_id = self._row(held.document)
        captures = {row["id"]: self._capture(document_id, row, paths[row["id"]]) for row in held.captures}
        versions = self._chain(document_id, held, captures)
        self._standing(document_id, held, captures)
        for clause, flags, fingerprint in held.flags() if versions else ():
            if not self.flags.is_known(clause):
                self.flags.store(clause, flags, fingerprint)
        return versions, self._obsolete(document_id)

    def _row(self, document: sqlite3.Row) -> int:
        """Return the id of a document, whose row is brought to what it is there."""
        self._name(
            document["service"], document["service_name"], document["slug"], document["name"], document["language"]
        )
        document_id = self._document_id(document["service"], document["slug"])
        self._connection.execute(
            f"UPDATE documents SET {', '.join(f'{name} = ?' for name in _CHECK)} WHERE id = ?",  # noqa: S608
            (*(document[name] for name in _CHECK), document_id),
        )
        return document_id

    def _capture(self, document_id: int, row: sqlite3.Row, path: str) -> int:
        known = self._known_capture(document_id, path, row["sha256"])
        return known or self._insert(
            "snapshots", document_id=document_id, path=path, **{name: row[name] for name in _CAPTURE}
        )

    def _chain(self, document_id: int, held: MergeSource, captures: Mapping[int, int]) -> int:
        """Append the links that we have not; return how many of them are versions."""
        query = "SELECT lower(hex(hash)) FROM _versions WHERE document_id = ?"
        ours = frozenset(row[0] for row in self._connection.execute(query, (document_id,)))
        count = 0
        for origin, clauses in held.versions(ours):
            cited = {capture["page"]: captures[capture["id"]] for capture in origin.captures}
            self._append(document_id, origin.row, origin.row["hash"], clauses, cited)
            if origin.judged:
                self._judgement(document_id, origin.judged)
            count += 1
        query = """
            SELECT n.number, j.occasion FROM judgements j JOIN _versions n ON n.id = j.to_version
            WHERE j.document_id = ?
        """
        told = set(map(tuple, self._connection.execute(query, (document_id,))))
        for judged in held.late():
            if (judged.row["to_number"], judged.row["occasion"]) not in told:
                self._judgement(document_id, judged)
        if held.head:
            self._advance(document_id, held.head)
        return count

    def _standing(self, document_id: int, held: MergeSource, captures: Mapping[int, int]) -> None:
        """Take over what moves every night: the newest captures, the quarantine, when each version was last seen."""
        self._connection.execute("DELETE FROM pages WHERE document_id = ?", (document_id,))
        for row in held.pages:
            moved = {"document_id": document_id, "snapshot_id": captures[row["snapshot_id"]]}
            self._insert("pages", **{**dict(row), **moved})
        self._connection.execute("DELETE FROM suspects WHERE document_id = ?", (document_id,))
        for row, evidence in held.suspects:
            values = {name: value for name, value in dict(row).items() if name != "id"}
            suspect_id = self._insert("suspects", **{**values, "document_id": document_id})
            for page, snapshot_id in evidence:
                self._insert("suspect_snapshots", suspect_id=suspect_id, page=page, snapshot_id=captures[snapshot_id])
        for row in held.sightings:
            self._connection.execute(
                """
                INSERT INTO sightings (version_id, last_seen_at)
                SELECT id, ?3 FROM _versions WHERE document_id = ?1 AND number = ?2
                ON CONFLICT (version_id) DO UPDATE SET last_seen_at = max(last_seen_at, excluded.last_seen_at)
                """,
                (document_id, row["number"], row["last_seen_at"]),
            )
