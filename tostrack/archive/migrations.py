"""The schema, step by step; every step is one transaction and raises `user_version` by one.

A step, once released, is never edited: the next one mends it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tostrack.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database

#: How many steps this tostrack knows; an archive with more was written by a newer one.
SCHEMA = 1

#: Rows that nobody may change once they stand: the hash chain proves it, these keep honest code honest.
_APPEND_ONLY = (
    *("_versions", "_words", "_clauses", "_finds", "_origins", "_records", "version_snapshots"),
    *("_judgements", "_judgement_flags", "judgement_facts", "judgement_dates"),
    "redactions",
)
#: Of a stay in a text only the end is not known from the beginning; it moves once, to the version that ends it.
_STAYS_END = (
    "CREATE TRIGGER _spans_no_delete BEFORE DELETE ON _spans BEGIN SELECT RAISE(ABORT, '_spans is append-only'); END",
    """
    CREATE TRIGGER _spans_no_update BEFORE UPDATE ON _spans
    WHEN NOT (NEW.until < OLD.until AND (NEW.document_id, NEW.rank, NEW.since, NEW.clause_id, NEW.line)
                                      = (OLD.document_id, OLD.rank, OLD.since, OLD.clause_id, OLD.line))
    BEGIN SELECT RAISE(ABORT, 'of _spans only the end is set'); END
    """,
)


def _first(db: Database) -> None:
    prepare(db.conn)


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables of schema 1 in an empty database."""
    # Lazy: who reads an archive makes no tables.
    from tostrack.archive import fact_rows, outbox, schema, words

    # One statement at a time: executescript() would commit the open transaction.
    script = schema.TABLES + schema.PROOF + fact_rows.TABLES + outbox.TABLES + schema.VIEWS
    for statement in (*_statements(script), *_STAYS_END):
        connection.execute(statement)
    words.seed(connection)
    for table in _APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    connection.execute("PRAGMA user_version = 1")


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


def expected_schema() -> dict[str, str]:
    """Return how every table, index, trigger and view is defined by the steps, by name."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        prepare(connection)
        query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%\\_fts\\_%' ESCAPE '\\'"
        return dict(connection.execute(query).fetchall())


def check_schema(connection: sqlite3.Connection) -> int:
    """Return the archive's schema number.

    Raises:
        StoreError: The archive is newer than this tostrack.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > SCHEMA:
        raise StoreError(f"the archive has schema {found}, this tostrack knows {SCHEMA}: install a newer tostrack")
    return found
