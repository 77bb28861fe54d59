"""The schema, step by step; every step is one transaction and raises `user_version` by one.

Plain tables, declared foreign keys and ISO 8601 UTC text times, so that Datasette and sqlite3 read the file as it is.
A step, once released, is never edited: the next one mends it.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tostrack.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database

#: How many steps this tostrack knows; an archive with more was written by a newer one.
SCHEMA = 1

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE services (id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    service_id INTEGER NOT NULL REFERENCES services(id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '',
    checked_at TEXT,
    outcome TEXT,
    cause TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    http_status INTEGER,
    failing_since TEXT,
    next_try_at TEXT,
    UNIQUE (service_id, slug)
);

CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    page INTEGER NOT NULL,
    url TEXT NOT NULL,
    chain TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL
);
CREATE INDEX snapshots_document ON snapshots(document_id, page, sha256);

CREATE TABLE pages (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    page INTEGER NOT NULL,
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
    PRIMARY KEY (document_id, page)
) WITHOUT ROWID;

CREATE TABLE clauses (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (sha256, kind)
);

CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    number INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('crawl', 're-extraction', 'import')),
    sha256 TEXT NOT NULL,
    key_sha256 TEXT NOT NULL,
    extractor TEXT NOT NULL,
    declaration TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (document_id, number)
);
CREATE INDEX versions_key ON versions(document_id, key_sha256);
CREATE INDEX versions_seen ON versions(document_id, seen_at);

CREATE TABLE version_clauses (
    version_id INTEGER NOT NULL REFERENCES versions(id),
    position INTEGER NOT NULL,
    clause_id INTEGER NOT NULL REFERENCES clauses(id),
    PRIMARY KEY (version_id, position)
) WITHOUT ROWID;
CREATE INDEX version_clauses_clause ON version_clauses(clause_id, version_id);

CREATE TABLE version_snapshots (
    version_id INTEGER NOT NULL REFERENCES versions(id),
    page INTEGER NOT NULL,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
    PRIMARY KEY (version_id, page)
) WITHOUT ROWID;
CREATE INDEX version_snapshots_snapshot ON version_snapshots(snapshot_id);

CREATE TABLE sightings (
    version_id INTEGER PRIMARY KEY REFERENCES versions(id),
    last_seen_at TEXT NOT NULL
);

CREATE TABLE suspects (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    key_sha256 TEXT NOT NULL,
    cause TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    sightings INTEGER NOT NULL,
    UNIQUE (document_id, key_sha256)
);

CREATE TABLE suspect_snapshots (
    suspect_id INTEGER NOT NULL REFERENCES suspects(id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
    PRIMARY KEY (suspect_id, page)
) WITHOUT ROWID;
CREATE INDEX suspect_snapshots_snapshot ON suspect_snapshots(snapshot_id);

CREATE TABLE judgements (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    from_version INTEGER NOT NULL REFERENCES versions(id),
    to_version INTEGER NOT NULL REFERENCES versions(id),
    occasion TEXT NOT NULL CHECK (occasion IN ('seen', 'settled')),
    judged_at TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('substantive', 'editorial', 'noise')),
    reason TEXT NOT NULL,
    explanation TEXT NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    reworded INTEGER NOT NULL,
    moved INTEGER NOT NULL,
    announced INTEGER NOT NULL CHECK (announced IN (0, 1)),
    UNIQUE (to_version, occasion)
);
CREATE INDEX judgements_document ON judgements(document_id, verdict);

CREATE TABLE judgement_flags (
    id INTEGER PRIMARY KEY,
    judgement_id INTEGER NOT NULL REFERENCES judgements(id),
    hunk INTEGER NOT NULL,
    topic TEXT NOT NULL,
    polarity TEXT NOT NULL,
    direction TEXT,
    quote TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    rule TEXT NOT NULL
);
CREATE INDEX judgement_flags_judgement ON judgement_flags(judgement_id);

CREATE TABLE flagged (
    id INTEGER PRIMARY KEY,
    clause_id INTEGER NOT NULL REFERENCES clauses(id),
    heading TEXT NOT NULL,
    lead TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    UNIQUE (clause_id, heading, lead)
);

CREATE TABLE flags (
    id INTEGER PRIMARY KEY,
    flagged_id INTEGER NOT NULL REFERENCES flagged(id),
    topic TEXT NOT NULL,
    polarity TEXT NOT NULL,
    quote TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    rule TEXT NOT NULL
);
CREATE INDEX flags_flagged ON flags(flagged_id);
CREATE INDEX flags_topic ON flags(topic);

CREATE VIEW latest AS
SELECT s.slug AS service, d.slug AS document, v.number, v.seen_at, n.last_seen_at, d.checked_at, d.outcome, d.cause,
       v.sha256, v.id AS version_id
FROM documents d JOIN services s ON s.id = d.service_id
JOIN versions v ON v.document_id = d.id
    AND v.number = (SELECT max(number) FROM versions WHERE document_id = d.id)
LEFT JOIN sightings n ON n.version_id = v.id;

CREATE VIEW changes AS
SELECT j.id, s.slug AS service, d.slug AS document, o.number AS from_number, n.number AS to_number,
       o.seen_at AS from_seen_at, j.judged_at AS seen_at, j.occasion, j.verdict, j.reason, j.explanation,
       (SELECT group_concat(topic, ',') FROM
           (SELECT topic FROM judgement_flags WHERE judgement_id = j.id GROUP BY topic ORDER BY min(id))) AS topics,
       j.added, j.removed, j.reworded, j.moved, j.announced
FROM judgements j JOIN documents d ON d.id = j.document_id JOIN services s ON s.id = d.service_id
JOIN versions o ON o.id = j.from_version JOIN versions n ON n.id = j.to_version;

CREATE VIEW clauses_now AS
SELECT l.service, l.document, vc.position, c.kind, c.text, c.id AS clause_id
FROM latest l JOIN version_clauses vc ON vc.version_id = l.version_id JOIN clauses c ON c.id = vc.clause_id;
"""

#: Rows that nobody may change once they stand: the hash chain proves it, these keep honest code honest.
_APPEND_ONLY = (
    *("versions", "version_clauses", "version_snapshots", "clauses"),
    *("judgements", "judgement_flags", "judgement_facts", "judgement_dates"),
)


def _first(db: Database) -> None:
    # Lazy: who reads an archive makes no tables.
    from tostrack.store import meaning, outbox

    # One statement at a time: executescript() would commit the open transaction.
    for statement in _statements(_FIRST + meaning.TABLES + outbox.TABLES):
        db.conn.execute(statement)
    for table in _APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            db.conn.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    db.conn.execute("PRAGMA user_version = 1")


def _statements(script: str) -> list[str]:
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return statements


def migrate(db: Database) -> None:
    """Bring *db* to the schema of this tostrack.

    Raises:
        StoreError: A newer tostrack wrote it.
    """
    from sqlite_utils.migrations import Migrations

    check_schema(db.conn)
    steps = Migrations("tostrack")
    steps(name="0001-first")(_first)
    steps.apply(db)


def check_schema(connection: sqlite3.Connection) -> int:
    """Return the archive's schema number.

    Raises:
        StoreError: The archive is newer than this tostrack.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > SCHEMA:
        raise StoreError(f"the archive has schema {found}, this tostrack knows {SCHEMA}: install a newer tostrack")
    return found
