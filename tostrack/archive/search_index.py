"""The full-text index of an archive: whether it holds what the clauses say, and how it is rebuilt."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from tostrack.archive.lock import locked
from tostrack.archive.migrations import DATABASE_ERRORS, check_header, check_schema
from tostrack.errors import StoreError

#: How long a writer's commit is waited for, in seconds.
_BUSY_TIMEOUT = 30.0
#: Clauses that the index does not have, and what it has of no clause.
_MISSING = """
SELECT (SELECT count(*) FROM clauses WHERE id NOT IN (SELECT id FROM clauses_fts_docsize))
     + (SELECT count(*) FROM clauses_fts_docsize WHERE id NOT IN (SELECT id FROM clauses))
"""
_REPAIR = "`tostrack archive verify --repair` rebuilds it"
_COMMAND = "INSERT INTO clauses_fts (clauses_fts, rank) VALUES ('integrity-check', 1)"


def check_search_index(path: Path) -> str:
    """Return what is wrong with the full-text index of the archive at *path*; empty when it is sound.

    SQLite's `PRAGMA integrity_check` does not look into it: an emptied index passes, and a search finds nothing.
    Nothing is written. Where the file cannot be opened for writing, which the check by FTS5 itself needs, only the
    clauses that it knows are counted.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_TIMEOUT)) as db:
            db.isolation_level = None
            if missing := int(db.execute(_MISSING).fetchone()[0]):
                return f"the full-text index misses {missing} clauses: {_REPAIR}"
            if not os.access(path, os.W_OK):
                return ""
            db.execute("BEGIN")
            try:
                db.execute(_COMMAND)
            finally:
                db.execute("ROLLBACK")
    except DATABASE_ERRORS as error:
        return f"the full-text index is damaged ({error}): {_REPAIR}"
    return ""


def rebuild_search_index(path: Path) -> None:
    """Rebuild the full-text index of the archive at *path* from its clauses.

    Raises:
        StoreError: It is no archive, or cannot be written.
        ArchiveBusyError: Another process writes to it.
    """
    with locked(path):
        try:
            check_header(path)
            with closing(sqlite3.connect(path, timeout=_BUSY_TIMEOUT, isolation_level=None)) as db:
                check_schema(db)
                db.execute("PRAGMA synchronous = EXTRA")
                db.execute("INSERT INTO clauses_fts (clauses_fts) VALUES ('rebuild')")
        except (*DATABASE_ERRORS, StoreError) as error:
            raise StoreError(f"{path}: the full-text index cannot be rebuilt ({error})") from error
