"""What the archive recorded of a version's origin, as rows that can be hashed again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tostrack.archive.chain import version_link
from tostrack.archive.judgement_rows import JudgementRows
from tostrack.models import sha256

#: Runs a query on the archive.
Query = Callable[[str, Sequence[object]], list[sqlite3.Row]]
Row = dict[str, Any]

#: What stands where a text was taken out by order; its hash is what it was known by.
TOMBSTONE = "[redacted {}]"

_CAPTURES = """
SELECT c.page, n.id, n.url, n.chain, n.fetched_at, n.status, n.content_type, n.headers, n.size, n.sha256, n.path
FROM version_snapshots c JOIN snapshots n ON n.id = c.snapshot_id WHERE c.version_id = ? ORDER BY c.page
"""
_VERSIONS = """
SELECT v.id, s.slug || '/' || d.slug AS document, v.number, v.seen_at, o.kind, lower(hex(v.sha256)) AS sha256,
       lower(hex(v.key_sha256)) AS key_sha256, o.extractor, o.declaration, lower(hex(v.hash)) AS hash,
       coalesce(iif(typeof(r.name) = 'blob', lower(hex(r.name)), r.name), '') AS record
FROM _versions v JOIN _origins o ON o.id = v.origin_id LEFT JOIN _records r ON r.version_id = v.id
JOIN documents d ON d.id = v.document_id JOIN services s ON s.id = d.service_id
WHERE v.document_id = ? ORDER BY v.id
"""
_JUDGEMENTS = """
SELECT j.id, o.number AS from_number, n.number AS to_number, j.occasion, j.judged_at, j.verdict, j.reason,
       spelled(j.explanation) AS explanation, j.added, j.removed, j.reworded, j.moved, j.announced
FROM _judgements j JOIN _versions o ON o.id = j.from_version JOIN _versions n ON n.id = j.to_version
WHERE j.document_id = ?1 AND n.document_id = ?1 AND o.document_id = ?1 AND {} ORDER BY j.id
"""
#: The judgement that a version was stored with: against one that was there before it.
_OWN = "j.to_version = ?2 AND j.occasion = 'seen' AND o.id < n.id"
#: A judgement that came later: told late, or against a text that was found later.
_LATE = "(j.occasion = 'settled' OR o.id > n.id)"
#: Everything that a judgement is made of beside its row, in the order in which it was stored.
_DETAILS = ("judgement_flags", "judgement_facts", "judgement_dates")


@dataclass(frozen=True)
class Origin:
    """A version's columns, what it was read from, and the judgement it was stored with; clauses are read apart."""

    row: Row
    captures: tuple[Row, ...]
    judged: JudgementRows | None
    #: The hash of `judged`; empty when there is none.
    seal: str = ""

    def link(self, previous: str, clauses: Sequence[tuple[str, str]]) -> str:
        """Return the link of the chain that the rows come to.

        Args:
            previous: The head before it.
            clauses: Kind and hash of the text of each clause.
        """
        return version_link(self.row["document"], {**self.row, "previous": previous}, self.captures, clauses, self.seal)


class Provenance:
    """Reads, for one archive, what the chain is made of.

    Attributes:
        gone: What a text that was taken out by order reads now, and the hash that it is known by.
        captures: The hashes of raw captures that were taken out by order.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        taken_out = query("SELECT kind, sha256 FROM redactions", ())
        self.gone = {TOMBSTONE.format(row["sha256"]): row["sha256"] for row in taken_out if row["kind"] == "text"}
        self.captures = {row["sha256"] for row in taken_out if row["kind"] == "capture"}

    def versions(self, document_id: int) -> Iterator[Origin]:
        """Yield the versions of a document in the order in which they were stored."""
        for row in self._query(_VERSIONS, (document_id,)):
            captures = tuple(dict(capture) for capture in self._query(_CAPTURES, (row["id"],)))
            own = self._judgements(_OWN, document_id, row["id"])
            yield Origin(dict(row), captures, own[0], self.seal(own[0])) if own else Origin(dict(row), captures, None)

    def late(self, document_id: int) -> list[JudgementRows]:
        """Return the judgements that came after their versions, in the order in which they were stored."""
        return self._judgements(_LATE, document_id)

    def digest(self, text: object) -> str:
        """Return the hash that a text is known by; of one that was taken out, that of what it was."""
        return (self.gone.get(text) or sha256(text)) if isinstance(text, str) else ""

    def seal(self, judged: JudgementRows) -> str:
        """Return the hash that seals a judgement, of which texts may have been taken out."""
        return sha256(judged.content(self.digest))

    def _judgements(self, which: str, *values: int) -> list[JudgementRows]:
        found = []
        for stored in self._query(_JUDGEMENTS.format(which), values):
            row = dict(stored)
            judgement_id = row.pop("id")
            found.append(JudgementRows(row, {table: self._details(table, judgement_id) for table in _DETAILS}))
        return found

    def _details(self, table: str, judgement_id: int) -> list[Row]:
        # The tables are words of this module.
        rows = self._query(f"SELECT * FROM {table} WHERE judgement_id = ? ORDER BY 1", (judgement_id,))  # noqa: S608
        return [
            {name: value for name, value in dict(row).items() if name not in ("id", "judgement_id")} for row in rows
        ]
