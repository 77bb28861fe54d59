"""A checksum for each judgement over what its seal leaves out: headline, importance, hunks, places of flags and facts.

It shows damage. It proves nothing: rules may rewrite what it covers, and the checksum with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from tostrack.archive.hunk_rows import Query
from tostrack.models import sha256

#: A step of the schema: see `tostrack.archive.migrations`.
TABLES = """
CREATE TABLE judgement_sums (
    judgement_id INTEGER PRIMARY KEY REFERENCES judgements(id),
    sum TEXT NOT NULL
);
"""
_CONTENT = """
SELECT j.id, quote(j.headline) || quote(j.importance) || quote(j.recomputed)
    || quote((SELECT group_concat(quote(hunk) || edit || '/' || reason || '/' || context_id || quote(old_at)
        || quote(new_at) || quote(old_clauses) || quote(new_clauses) || quote(words), char(10))
        FROM (SELECT * FROM _hunks WHERE judgement_id = j.id ORDER BY hunk)))
    || quote((SELECT group_concat(quote(place)) FROM (SELECT place FROM _judgement_flags
        WHERE judgement_id = j.id ORDER BY id)))
    || quote((SELECT group_concat(quote(place)) FROM (SELECT place FROM judgement_facts
        WHERE judgement_id = j.id ORDER BY id))) AS content
FROM judgements j
"""
_SUMS = f"""
SELECT c.id, v.number, c.content, s.sum FROM ({_CONTENT} WHERE j.document_id = ?) c
JOIN judgements j ON j.id = c.id JOIN _versions v ON v.id = j.to_version
LEFT JOIN judgement_sums s ON s.judgement_id = c.id ORDER BY c.id
"""  # noqa: S608 - both are of this module


def check_sums(query: Query, document_id: int) -> Iterator[tuple[int, str]]:
    """Yield the version and what is wrong, for each change of a document that does not have its checksum."""
    for row in query(_SUMS, (document_id,)):
        if row["sum"] != _sum(row["content"]):
            yield row["number"], "its headline, importance or hunks are not those that were stored"


def write_sums(connection: sqlite3.Connection, judgement_ids: Iterable[int]) -> None:
    """Store, in the open transaction, the checksums of judgements as they are now."""
    for judgement_id in judgement_ids:
        [(_, content)] = connection.execute(f"{_CONTENT} WHERE j.id = ?", (judgement_id,)).fetchall()
        connection.execute("INSERT OR REPLACE INTO judgement_sums VALUES (?, ?)", (judgement_id, _sum(content)))


def sound_judgements(connection: sqlite3.Connection) -> list[int]:
    """Return the ids of the judgements that have their checksum."""
    sums = dict(connection.execute("SELECT judgement_id, sum FROM judgement_sums").fetchall())
    return [one for one, content in connection.execute(_CONTENT) if sums.get(one) == _sum(content)]


def _sum(content: object) -> str:
    return sha256(str(content))[:16]
