"""A document of another archive as rows of our archive, under the hashes that it has there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence

from tostrack.analysis.comparison import flag_clauses
from tostrack.analysis.diff import diff
from tostrack.analysis.flags import Rulebook
from tostrack.archive.hunk_recovery import Compare, note_places, recover_hunks
from tostrack.archive.judgement_rows import ENDS, JudgementRows
from tostrack.archive.judgement_sums import write_sums
from tostrack.archive.merge_checks import bound_wait
from tostrack.archive.merge_source import MergeSource
from tostrack.archive.recorder import Recorder
from tostrack.models import Clause, Flag
from tostrack.value import Value

#: The result of the last check: these columns move together.
_CHECK = ("checked_at", "outcome", "cause", "message", "http_status", "failing_since", "next_try_at")
_CAPTURE = ("page", "url", "chain", "fetched_at", "status", "content_type", "headers", "size", "sha256")


class BoundedCalls(Value):
    """How texts of another archive, which may be hostile, are flagged and compared.

    Each raises `ExtractError` for what takes too long or too much memory.
    """

    flag: Callable[[Sequence[Clause], Rulebook], Sequence[Sequence[Flag]]] = flag_clauses
    compare: Compare = diff


class MergeWriter(Recorder):
    """Writes what another archive holds; opens and ends no transaction.

    Args:
        book: What flags clauses here: no hash proves how they were flagged there.
    """

    def __init__(self, connection: sqlite3.Connection, book: Rulebook, decide: BoundedCalls) -> None:
        super().__init__(connection)
        self._book = book
        self._decide = decide

    def adopt(self, held: MergeSource, paths: Mapping[int, str]) -> tuple[int, list[str]]:
        """Write what *held* has and our archive lacks; return how many versions, and the paths of uncited files.

        What we have must be the beginning of its chain.

        Args:
            paths: The paths of its captures here, by their id there.
        """
        document_id = self._row(held.document)
        captures = {row["id"]: self._capture(document_id, row, paths[row["id"]]) for row in held.captures}
        versions = self._chain(document_id, held, captures)
        self._standing(document_id, held, captures)
        return versions, self._obsolete(document_id)

    def _row(self, document: sqlite3.Row) -> int:
        """Return the id of a document, whose row is brought to what it is there."""
        self._name(
            document["service"], document["service_name"], document["slug"], document["name"], document["language"]
        )
        document_id = self._document_id(document["service"], document["slug"])
        state = {**dict(document), "next_try_at": bound_wait(document["checked_at"], document["next_try_at"])}
        self._connection.execute(
            f"UPDATE documents SET {', '.join(f'{name} = ?' for name in _CHECK)} WHERE id = ?",  # noqa: S608
            (*(state[name] for name in _CHECK), document_id),
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
            fresh = self.flags.unflagged(clauses, self._book.fingerprint)
            for clause, flags in zip(fresh, self._decide.flag(fresh, self._book) if fresh else (), strict=True):
                self.flags.store(clause, flags, self._book.fingerprint)
            if origin.judged:
                self._recover(document_id, origin.judged)
            count += 1
        query = """
            SELECT n.number, j.occasion FROM judgements j JOIN _versions n ON n.id = j.to_version
            WHERE j.document_id = ?
        """
        told = set(map(tuple, self._connection.execute(query, (document_id,))))
        for judged in held.late():
            if (judged.row["to_number"], judged.row["occasion"]) not in told:
                self._recover(document_id, judged)
        if held.head:
            self._advance(document_id, held.head)
        return count

    def _recover(self, document_id: int, judged: JudgementRows) -> None:
        """Write a judgement of the other archive, with hunks of our own: no hash holds those that it has."""
        judgement_id = self._judgement(document_id, judged)
        old, new = (self._texts.clauses(document_id, judged.row[f"{end}_number"]) for end in ENDS)
        found = recover_hunks(old, new, judged.row, judged.details, self._decide.compare)
        self._hunks(document_id, judgement_id, judged, found.hunks)
        if found.recomputed:
            note_places(self._connection, judgement_id, found.places)
            write_sums(self._connection, [judgement_id])

    def _standing(self, document_id: int, held: MergeSource, captures: Mapping[int, int]) -> None:
        """Take over what moves every night: the newest captures, the quarantine, when each version was last seen."""
        self._connection.execute("DELETE FROM pages WHERE document_id = ?", (document_id,))
        for row in held.pages:
            # No validators: unproved ones must not make a server answer forever that nothing changed.
            moved: dict[str, object] = {"etag": "", "last_modified": ""}
            moved |= {"document_id": document_id, "snapshot_id": captures[row["snapshot_id"]]}
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
