"""The schema, step by step: each step is one transaction that raises `user_version` by one.

A new archive gets the current tables at once (`create_schema`); an older one goes through every step after its own
(`migrate`). A step that was released is never edited: the next one corrects it. A new step is one module, one line in
`_steps`, and the new tables or columns in `schema.py`; `make schema` then writes what the tests compare them with.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

from tostrack.errors import StoreError
from tostrack.models import sha256
from tostrack.value import Value

#: The schema that this tostrack reads and writes: one more than there are `_steps`.
SCHEMA = 5
#: What SQLite raises on a file that is damaged, in use or cannot be written; on text that is no UTF-8, the second.
DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
#: In the header of every archive since schema 2: "tost" in ASCII. It tells SQLite files of other programs apart.
APPLICATION_ID = 0x746F7374
#: What is said of an older archive.
MIGRATE_HINT = "`tostrack archive migrate` converts it after a backup, and so does the next `tostrack crawl`"

#: Rows that nobody may change: the hash chain proves them, these triggers prevent mistakes. Where columns are named,
#: only those are protected: no hash holds the others.
_APPEND_ONLY: Mapping[str, str] = {
    **dict.fromkeys(("clauses", "_finds", "_origins", "_records", "version_snapshots"), ""),
    "_versions": "id, document_id, number, seen_at, origin_id, sha256, key_sha256, hash",
    "judgements": "id, document_id, from_version, to_version, occasion, judged_at, verdict, reason, explanation, "
    "added, removed, reworded, moved, announced",
    "_judgement_flags": "id, judgement_id, hunk, direction, find_id",
    "judgement_facts": "id, judgement_id, hunk, kind, old, new, sentence",
    **dict.fromkeys(("_hunks", "judgement_dates", "redactions", "reviews"), ""),
}
#: Of an interval only its end is set later, once, to the version that ends it.
_INTERVALS_END = (
    "CREATE TRIGGER _spans_no_delete BEFORE DELETE ON _spans BEGIN SELECT RAISE(ABORT, '_spans is append-only'); END",
    """
    CREATE TRIGGER _spans_no_update BEFORE UPDATE ON _spans
    WHEN NOT (NEW.until < OLD.until AND (NEW.document_id, NEW.rank, NEW.since, NEW.clause_id, NEW.line)
                                      = (OLD.document_id, OLD.rank, OLD.since, OLD.clause_id, OLD.line))
    BEGIN SELECT RAISE(ABORT, 'of _spans only the end is set'); END
    """,
)
_HEADER = 100
_MAGIC = b"SQLite format 3\0"
#: What `digest_schema` returns for an archive of the current schema; with any other, each definition is compared.
_DIGEST = "bc0920a22da772a7"

#: Brings a database one schema further, within a transaction that its caller opened.
Step = Callable[[sqlite3.Connection], None]


def _steps() -> Mapping[int, Step]:
    """Return the steps by the schema that each leads to; lazily, because readers need none."""
    from tostrack.archive import flag_listing, reviews
    from tostrack.archive.migration_2 import to_schema_2

    new_tables = (partial(run_script, script=module.TABLES) for module in (reviews, flag_listing))
    return dict(enumerate((to_schema_2, *new_tables, _to_schema_5), 2))


def _to_schema_5(connection: sqlite3.Connection) -> None:
    """Make the tables of what became of the parts of a message, and of checksums; sum up the judgements stored."""
    from tostrack.archive import judgement_sums, outbox

    run_script(connection, outbox.DELIVERIES + judgement_sums.TABLES)
    judgement_sums.write_sums(
        connection, [row[0] for row in connection.execute("SELECT id FROM judgements ORDER BY id")]
    )


def create_schema(connection: sqlite3.Connection) -> None:
    """Make the tables of the current schema in an empty database."""
    from tostrack.archive import flag_listing, judgement_sums, outbox, reviews, schema

    modules = (schema, outbox, reviews, flag_listing, judgement_sums)
    run_script(connection, "".join((*(module.TABLES for module in modules), outbox.DELIVERIES)))
    _create_views_and_triggers(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _create_views_and_triggers(connection: sqlite3.Connection) -> None:
    """Make the current views and triggers; the tables are there."""
    from tostrack.archive import schema

    for statement in (*split_statements(schema.VIEWS), *_INTERVALS_END):
        connection.execute(statement)
    for table, columns in _APPEND_ONLY.items():
        for verb in ("UPDATE", "DELETE"):
            when = f"WHEN {_differ(columns)} " if columns and verb == "UPDATE" else ""
            connection.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _differ(columns: str) -> str:
    """Return the SQL that tells whether one of *columns* is changed; OF would not notice a change of the rowid."""
    old, new = (", ".join(f"{row}.{name.strip()}" for name in columns.split(",")) for row in ("OLD", "NEW"))
    return f"({new}) IS NOT ({old})"


def _drop_views_and_triggers(connection: sqlite3.Connection, number: int) -> None:
    """Remove every view and trigger of a schema, so that its tables can be changed."""
    query = "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger')"
    known = schema_objects(number)
    for kind, name in connection.execute(query).fetchall():
        if name in known:
            connection.execute(f'DROP {kind} "{name}"')


def run_script(connection: sqlite3.Connection, script: str) -> None:
    """Run an SQL script statement by statement: executescript() would commit the open transaction."""
    for statement in split_statements(script):
        connection.execute(statement)


def split_statements(script: str) -> list[str]:
    """Return the statements of an SQL script."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return statements


def migrate(connection: sqlite3.Connection) -> int:
    """Bring the database of *connection* (in autocommit mode) to the current schema; return the schema it had.

    Views and triggers go with the first step and come with the last. A run that is broken off between two steps leaves
    a database that is refused: work on a copy, as `tostrack.services.migrate` does.

    Raises:
        StoreError: It is no archive, or a newer tostrack wrote it.
    """
    found = check_schema(connection, older=True)
    for number in range(found + 1, SCHEMA + 1):
        # Tables are replaced: references are checked at the end of the step instead of at each row.
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        try:
            if number == found + 1:
                _drop_views_and_triggers(connection, found)
            _steps()[number](connection)
            if number == SCHEMA:
                _create_views_and_triggers(connection)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _check_references(connection)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        finally:
            connection.execute("PRAGMA foreign_keys = ON")
    return found


def _check_references(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise StoreError("a row names one that is not there; run `tostrack archive verify` of the older tostrack")


# What a file must be before anything is written to it


def check_header(path: Path) -> None:
    """Look at the first bytes of a file, so that nothing touches one that is no archive.

    Raises:
        StoreError: It is empty, no SQLite database, or that of another application.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError as error:
        raise StoreError(f"{path}: cannot read the archive ({error.strerror})") from error
    if not header:
        raise StoreError(f"{path}: the file is empty, an archive never is: `tostrack archive recover` rebuilds one")
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        raise StoreError(
            f"{path}: cannot read the archive (this is not an SQLite database); is the path right? "
            "`tostrack archive recover` rebuilds a damaged archive"
        )
    if int.from_bytes(header[68:72], "big") not in (0, APPLICATION_ID):
        raise StoreError(f"{path}: not a tostrack archive: another application made this SQLite file")


@contextmanager
def report_errors(path: Path, finding: str) -> Iterator[None]:
    """Raise as a `StoreError` with *finding* what SQLite raises in the block; each names the archive at *path*."""
    try:
        yield
    except DATABASE_ERRORS as error:
        raise StoreError(f"{path}: {finding} ({error})") from error
    except StoreError as error:
        raise StoreError(f"{path}: {error}") from error


def open_read_only(path: Path, timeout: float = 5.0) -> sqlite3.Connection:
    """Open the SQLite file at *path*, whatever its name, for reading alone.

    Args:
        timeout: Seconds to wait for a writer's commit.
    """
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=timeout)


def check_schema(connection: sqlite3.Connection, *, older: bool = False, lenient: bool = False) -> int:
    """Return the archive's schema number, having compared its tables with those that the number promises.

    Args:
        lenient: Whether only the number is looked at: for who compares the tables himself.

    Raises:
        StoreError: It is no archive, of another schema, or not what its number promises.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if found > SCHEMA and application == APPLICATION_ID:
        raise StoreError(f"the archive has schema {found}, this tostrack knows {SCHEMA}: install a newer tostrack")
    if not 1 <= found <= SCHEMA or application != (APPLICATION_ID if found > 1 else 0):
        raise StoreError("not a tostrack archive: another application made this SQLite file")
    if not lenient and (different := schema_differences(connection, found)):
        message = f"{different[0].message}; an unreleased build made it, or it was changed"
        raise StoreError(f"{message}: `tostrack archive verify`")
    if found < SCHEMA and not older:
        raise StoreError(f"the archive has schema {found}, this tostrack reads {SCHEMA}: {MIGRATE_HINT}")
    return found


class SchemaDifference(Value):
    """A table, index, view or trigger that is not what the schema defines."""

    name: str
    message: str
    #: Whether rows are read through it: a table or a view.
    holds_rows: bool


def schema_differences(connection: sqlite3.Connection, number: int) -> list[SchemaDifference]:
    """Return what of a database is not as the schema *number* defines it; what users added does not count."""
    if number == SCHEMA and digest_schema(connection) == _DIGEST:
        return []
    stored = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())
    found = []
    for name, digest in schema_objects(number).items():
        if name not in stored:
            found.append(SchemaDifference(name, f"{name} is missing", _holds_rows(name)))
        elif definition_hash(stored[name]) != digest:
            found.append(SchemaDifference(name, f"{name} is not what schema {number} defines", _holds_rows(name)))
    return found


def digest_schema(connection: sqlite3.Connection) -> str:
    """Return a hash of every definition of a database as it is stored: 16 hex digits."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    return sha256("\n".join(f"{name} {sql}" for name, sql in rows))[:16]


def _holds_rows(name: str) -> bool:
    return not name.endswith(("_no_update", "_no_delete"))


@cache
def _all_objects() -> dict[str, dict[str, str]]:
    # Lazy: an archive of the current schema is recognised by its digest.
    import json

    found: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("schema_objects.json").read_text("utf-8"))
    return found


def schema_objects(number: int) -> dict[str, str]:
    """Return the tables, indexes, views and triggers of a schema by name, each with the hash of its definition."""
    return _all_objects().get(str(number), {})


def definition_hash(sql: str) -> str:
    """Return a short hash of a definition; white space, and quotes around names, as ALTER TABLE adds, are ignored."""
    normal = re.sub(r'"(\w+)"', r"\1", sql)
    normal = re.sub(r"\s*([(),])\s*", r"\1", " ".join(normal.split()))
    return sha256(normal)[:16]
