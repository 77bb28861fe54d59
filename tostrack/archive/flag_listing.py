"""The flags of the current texts as rows, each with the version since which it has said what it says.

Finding that version means going back through the history of a document. It is done once, when the document changes; a
listing that no longer fits its document is ignored, and the history is found from the rows again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from tostrack.archive.hunk_rows import Query, split_heading
from tostrack.archive.read import FlagRow

TABLES = """
CREATE TABLE _flag_listings (
    document_id INTEGER PRIMARY KEY REFERENCES documents(id),
    version_id INTEGER NOT NULL REFERENCES _versions(id),
    versions INTEGER NOT NULL,
    judgements INTEGER NOT NULL,
    flags INTEGER NOT NULL
);
CREATE TABLE _listed_flags (
    document_id INTEGER NOT NULL REFERENCES _flag_listings(document_id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    flag_id INTEGER NOT NULL REFERENCES _flags(id) ON DELETE CASCADE,
    since_id INTEGER NOT NULL REFERENCES _versions(id),
    PRIMARY KEY (document_id, place)
) WITHOUT ROWID;
CREATE INDEX _listed_flags_flag ON _listed_flags(flag_id);
"""
#: What a listing was made from; it fits while all of it is as it was.
_STATE = """
SELECT d.id AS document_id,
       (SELECT id FROM _versions WHERE document_id = d.id ORDER BY number DESC LIMIT 1) AS version_id,
       (SELECT count(*) FROM _versions WHERE document_id = d.id) AS versions,
       (SELECT count(*) FROM judgements WHERE document_id = d.id) AS judgements
FROM documents d JOIN services s ON s.id = d.service_id WHERE s.slug = ? AND d.slug = ?
"""
# Both are of this module.
_FITS = f"""
SELECT 1 FROM ({_STATE}) n JOIN _flag_listings l ON l.document_id = n.document_id
WHERE (l.version_id, l.versions, l.judgements) = (n.version_id, n.versions, n.judgements)
  AND l.flags = (SELECT count(*) FROM _listed_flags WHERE document_id = l.document_id)
"""  # noqa: S608
_ROWS = """
SELECT s.slug AS service, d.slug AS document, w.topic, w.polarity, w.quote, w.start, w."end", w.rule, x.heading,
       c.text AS clause, v.seen_at AS since
FROM services s JOIN documents d ON d.service_id = s.id JOIN _listed_flags l ON l.document_id = d.id
JOIN _flags f ON f.id = l.flag_id JOIN _finds w ON w.id = f.find_id JOIN clauses c ON c.id = f.clause_id
JOIN _contexts x ON x.id = f.context_id JOIN _versions v ON v.id = l.since_id
WHERE s.slug = ? AND d.slug = ? ORDER BY l.place
"""


def has_listing(query: Query, service: str, document: str) -> bool:
    """Return whether the flags of a document are listed as they are now."""
    return bool(query(_FITS, (service, document)))


def read_listing(query: Query, service: str, document: str) -> list[FlagRow] | None:
    """Return the flags of the current text of a document by their places; None where no listing fits it."""
    if not has_listing(query, service, document):
        return None
    return [
        FlagRow(**{**dict(row), "heading": split_heading(row["heading"])}) for row in query(_ROWS, (service, document))
    ]


def write_listing(
    connection: sqlite3.Connection, service: str, document: str, flags: Iterable[tuple[int, int]]
) -> None:
    """Store the *flags* of a document in the open transaction: ids of flags, each with the version it dates from."""
    state = connection.execute(_STATE, (service, document)).fetchone()
    rows = list(flags)
    connection.execute("DELETE FROM _flag_listings WHERE document_id = ?", (state[0],))
    connection.execute("INSERT INTO _flag_listings VALUES (?, ?, ?, ?, ?)", (*state, len(rows)))
    connection.executemany(
        "INSERT INTO _listed_flags VALUES (?, ?, ?, ?)", [(state[0], place, *row) for place, row in enumerate(rows)]
    )


def drop_listings_with(connection: sqlite3.Connection, clause_id: int) -> None:
    """Drop, in the open transaction, the listings of documents that ever held a clause."""
    query = "DELETE FROM _flag_listings WHERE document_id IN (SELECT document_id FROM _places WHERE clause_id = ?)"
    connection.execute(query, (clause_id,))
