"""The recorded origin of a version, as rows that can be hashed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from tostrack.archive.chain import version_link
from tostrack.archive.hunk_rows import Query
from tostrack.archive.judgement_rows import JudgementRows
from tostrack.models import sha256
from tostrack.value import Value

Row = dict[str, Any]

#: What replaces a redacted text; its hash is what it was known by.
TOMBSTONE = "[redacted {}]"

_CAPTURES = """
SELECT c.version_id, c.page, n.id, n.url, n.chain, n.fetched_at, n.status, n.content_type, n.headers, n.size, n.sha256,
       n.path
FROM _versions v JOIN version_snapshots c ON c.version_id = v.id JOIN snapshots n ON n.id = c.snapshot_id
WHERE v.document_id = ? ORDER BY c.version_id, c.page
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
SELECT j.id, j.to_version, o.id < n.id AND j.occasion = 'seen' AS is_own, o.number AS from_number,
       n.number AS to_number, j.occasion, j.judged_at, j.verdict, j.reason,
       j.explanation, j.added, j.removed, j.reworded, j.moved, j.announced
FROM judgements j JOIN _versions o ON o.id = j.from_version JOIN _versions n ON n.id = j.to_version
WHERE j.document_id = ?1 AND n.document_id = ?1 AND o.document_id = ?1 ORDER BY j.id
"""
#: Columns that say which judgement it is, and whether its version was stored with it: against one that was there
#: before. The others came later: reported late, or against a text that was found later.
_NAMES = ("id", "to_version", "is_own")
#: Everything that a judgement is made of beside its row, in the order in which it was stored.
_DETAILS = ("judgement_flags", "judgement_facts", "judgement_dates")
#: Columns of those that no hash holds.
_UNSEALED = ("id", "judgement_id", "place")


class Origin(Value):
    """A version's columns, what it was read from, and the judgement it was stored with; clauses are read apart."""

    row: Row
    captures: tuple[Row, ...]
    judged: JudgementRows | None
    #: The hash of `judged`; empty when there is none.
    seal: str = ""

    def link(self, previous: str, clauses: Sequence[tuple[str, str]]) -> str:
        """Return the link of the chain that the rows come to."""
        return version_link(self.row["document"], {**self.row, "previous": previous}, self.captures, clauses, self.seal)


class Provenance:
    """Reads, for one archive, what the chain is made of.

    Attributes:
        gone: The new wording of a redacted text, and the hash that it is known by.
        captures: The hashes of raw captures that were redacted.
    """

    def __init__(self, query: Query) -> None:
        self._query = query
        taken_out = query("SELECT kind, sha256 FROM redactions", ())
        self.gone = {TOMBSTONE.format(row["sha256"]): row["sha256"] for row in taken_out if row["kind"] == "text"}
        self.captures = {row["sha256"] for row in taken_out if row["kind"] == "capture"}

    def versions(self, document_id: int) -> Iterator[Origin]:
        """Yield the versions of a document in the order in which they were stored."""
        captures: dict[int, list[Row]] = defaultdict(list)
        for row in self._query(_CAPTURES, (document_id,)):
            capture = dict(row)
            captures[capture.pop("version_id")].append(capture)
        own: dict[int, JudgementRows] = {}
        for names, judged in self._judgements(document_id):
            if names["is_own"]:
                own.setdefault(names["to_version"], judged)
        for row in self._query(_VERSIONS, (document_id,)):
            judgement = own.get(row["id"])
            seal = self.seal(judgement) if judgement else ""
            yield Origin(dict(row), tuple(captures.get(row["id"], ())), judgement, seal)

    def late(self, document_id: int) -> list[JudgementRows]:
        """Return the judgements that came after their versions, in the order in which they were stored."""
        return [judged for names, judged in self._judgements(document_id) if not names["is_own"]]

    def digest(self, text: object) -> str:
        """Return the hash that a text is known by; of one that was taken out, that of what it was."""
        return (self.gone.get(text) or sha256(text)) if isinstance(text, str) else ""

    def seal(self, judged: JudgementRows) -> str:
        """Return the hash that seals a judgement, of which texts may have been taken out."""
        return sha256(judged.content(self.digest))

    def _judgements(self, document_id: int) -> Iterator[tuple[Row, JudgementRows]]:
        """Yield the judgements of a document, each with the columns that name it."""
        details = {table: self._details(table, document_id) for table in _DETAILS}
        for stored in self._query(_JUDGEMENTS, (document_id,)):
            row = dict(stored)
            names = {name: row.pop(name) for name in _NAMES}
            yield names, JudgementRows(row, {table: details[table].get(names["id"], []) for table in _DETAILS})

    def _details(self, table: str, document_id: int) -> dict[int, list[Row]]:
        """Return the rows of *table* of a document, by judgement."""
        # The tables are words of this module; the first column is what they are ordered by.
        query = f"""
            SELECT t.* FROM judgements j JOIN {table} t ON t.judgement_id = j.id WHERE j.document_id = ? ORDER BY 1
        """  # noqa: S608
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self._query(query, (document_id,)):
            kept = {name: value for name, value in dict(row).items() if name not in _UNSEALED}
            found[row["judgement_id"]].append(kept)
        return found
