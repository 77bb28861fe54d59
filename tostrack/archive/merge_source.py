"""A document of another archive, as values to be put into ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from tostrack.archive.judgement_rows import JudgementRows
from tostrack.archive.provenance import Origin, Provenance
from tostrack.archive.read import Archive
from tostrack.models import Clause
from tostrack.value import Value

Rows = Sequence[sqlite3.Row]


class SourceText(Value):
    """How far an archive has come with a document."""

    document_id: int
    #: The end of its chain; empty before the first version.
    head: str
    checked_at: str
    #: When the current text was last seen, where that is not when it was first seen.
    last_seen_at: str


def read_source_texts(archive: Archive) -> dict[str, SourceText]:
    """Return every document of *archive*, by its id in words."""
    rows = archive.query(
        """
        SELECT s.slug || '/' || d.slug AS id, d.id AS document_id, coalesce(h.hash, '') AS head,
               coalesce(d.checked_at, '') AS checked_at, coalesce(
                   (SELECT max(n.last_seen_at) FROM sightings n JOIN _versions v ON v.id = n.version_id
                    WHERE v.document_id = d.id), '') AS last_seen_at
        FROM documents d JOIN services s ON s.id = d.service_id LEFT JOIN heads h ON h.document_id = d.id
        ORDER BY s.slug, d.slug
        """
    )
    return {row["id"]: SourceText(row["document_id"], *tuple(row)[2:]) for row in rows}


class MergeSource:
    """A document as *archive* holds it; read as it is asked for."""

    def __init__(self, archive: Archive, document_id: int) -> None:
        self._archive = archive
        self._values = (document_id,)
        self._origins = Provenance(archive.query)
        self._document_id = document_id

    @property
    def document(self) -> sqlite3.Row:
        """The columns of its row, with ``service`` and ``service_name``."""
        query = """
            SELECT s.slug AS service, s.name AS service_name, d.* FROM documents d
            JOIN services s ON s.id = d.service_id WHERE d.id = ?
        """
        return self._rows(query)[0]

    @property
    def captures(self) -> Rows:
        """Every capture that is kept of it."""
        return self._rows("SELECT * FROM snapshots WHERE document_id = ? ORDER BY id")

    @property
    def pages(self) -> Rows:
        """The newest capture of each page."""
        return self._rows("SELECT * FROM pages WHERE document_id = ?")

    @property
    def suspects(self) -> list[tuple[sqlite3.Row, Rows]]:
        """The texts in quarantine, each with its evidence."""
        evidence = "SELECT page, snapshot_id FROM suspect_snapshots WHERE suspect_id = ?"
        rows = self._rows("SELECT * FROM suspects WHERE document_id = ? ORDER BY id")
        return [(row, self._archive.query(evidence, (row["id"],))) for row in rows]

    @property
    def sightings(self) -> Rows:
        """When each version was last seen, by number."""
        return self._rows(
            """
            SELECT v.number, n.last_seen_at FROM sightings n JOIN _versions v ON v.id = n.version_id
            WHERE v.document_id = ?
            """
        )

    @property
    def head(self) -> str:
        """The end of its chain; empty before the first version."""
        rows = self._rows("SELECT hash FROM heads WHERE document_id = ?")
        return str(rows[0]["hash"]) if rows else ""

    def versions(self, but: frozenset[str]) -> Iterator[tuple[Origin, tuple[Clause, ...]]]:
        """Yield in the order of the chain the versions whose hash is not in *but*: origin and clauses."""
        document = self.document
        rows = {row.number: row for row in self._archive.versions(document["service"], document["slug"])}
        for origin in self._origins.versions(self._document_id):
            if origin.row["hash"] not in but:
                yield origin, self._archive.reading(rows[origin.row["number"]]).clauses

    def late(self) -> list[JudgementRows]:
        """Return the judgements that came after their versions, in the order of the chain."""
        return self._origins.late(self._document_id)

    def times(self) -> Iterator[object]:
        """Yield every time that is stored of it, whatever it is."""
        for row in self._rows(_TIMES):
            yield row[0]

    def _rows(self, query: str) -> list[sqlite3.Row]:
        return self._archive.query(query, self._values)


_TIMES = """
SELECT seen_at FROM _versions WHERE document_id = ?1
UNION SELECT fetched_at FROM snapshots WHERE document_id = ?1
UNION SELECT seen_at FROM pages WHERE document_id = ?1
UNION SELECT first_seen_at FROM suspects WHERE document_id = ?1
UNION SELECT last_seen_at FROM suspects WHERE document_id = ?1
UNION SELECT n.last_seen_at FROM sightings n JOIN _versions v ON v.id = n.version_id WHERE v.document_id = ?1
UNION SELECT judged_at FROM judgements WHERE document_id = ?1 AND judged_at IS NOT NULL
UNION SELECT checked_at FROM documents WHERE id = ?1 AND checked_at IS NOT NULL
UNION SELECT failing_since FROM documents WHERE id = ?1 AND failing_since IS NOT NULL
"""
