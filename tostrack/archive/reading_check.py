"""Can readers read what is stored of a document? Of values that no hash holds, such as reasons and kinds of facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial

from tostrack.archive.flag_listing import read_listing
from tostrack.archive.flag_rows import flag_of
from tostrack.archive.hunk_rows import Query
from tostrack.archive.migrations import SCHEMA, schema_objects
from tostrack.archive.read import Archive, DocumentRow
from tostrack.archive.stored_changes import check_changes
from tostrack.clauses import plain
from tostrack.errors import StoreError

_COLUMNS = """
SELECT t.name AS table_name, c.name, c.type FROM sqlite_master t JOIN pragma_table_info(t.name) c
WHERE t.type = 'table' AND c.type IN ('TEXT', 'INTEGER', 'REAL') ORDER BY 1
"""
#: What reading a damaged row may end in: SQLite lets any column hold anything.
DAMAGED = (StoreError, TypeError, ValueError, AttributeError, LookupError)


def check_readable(archive: Archive, document: DocumentRow) -> Iterator[tuple[int | None, str]]:
    """Yield the version, where it is of one, and what is wrong with each change, flag or suspect that none can read."""
    service, slug = document.service, document.document
    changes = archive.changes(service, slug)
    if _failure(lambda: check_changes(archive.query, changes)):
        # All at once is many times faster; one by one names the version.
        for row in changes:
            if failure := _failure(partial(archive.load_change, row)):
                yield row.to_number, f"its change cannot be read ({failure})"
    if failure := _failure(lambda: _read_flags(archive, service, slug)):
        yield None, f"its flags cannot be read ({failure}); `tostrack rebuild flags` replaces them"
    if failure := _failure(lambda: archive.suspects(service, slug)):
        yield None, f"its texts in quarantine cannot be read ({failure})"


def check_types(query: Query) -> Iterator[str]:
    """Yield what is wrong where a column holds what its table does not declare, such as bytes in the place of text."""
    declared: dict[str, list[tuple[str, str]]] = defaultdict(list)
    ours = schema_objects(SCHEMA)
    for row in query(_COLUMNS, ()):
        if row["table_name"] in ours:
            declared[row["table_name"]].append((row["name"], row["type"]))
    for table, columns in declared.items():
        # The names are those of our own tables.
        odd = {name: f"typeof(\"{name}\") NOT IN ('{kind.lower()}', 'null')" for name, kind in columns}
        if query(f"SELECT 1 FROM {table} WHERE {' OR '.join(odd.values())} LIMIT 1", ()):  # noqa: S608
            for name, kind in columns:
                if query(f"SELECT 1 FROM {table} WHERE {odd[name]} LIMIT 1", ()):  # noqa: S608
                    yield f"{name} of {table} holds what is no {kind}"


def check_archive_readable(archive: Archive) -> Iterator[str]:
    """Yield what is wrong with what belongs to no one document and cannot be read."""
    if failure := _failure(archive.reviews):
        yield f"the reviews cannot be read ({failure})"
    if failure := _failure(lambda: [flag_of(row) for row in archive.query("SELECT * FROM _finds")]):
        yield f"what rules found cannot be read ({failure}); `tostrack rebuild flags` replaces the flags"
        return
    for clause_id in _misquoted(archive):
        yield f"a flag does not quote its clause ({clause_id}); `tostrack archive verify --repair` replaces it"


def _misquoted(archive: Archive) -> list[int]:
    """Return the clauses of which a flag quotes other words than they have; redacted ones are not checked."""
    rows = archive.query(
        """
        SELECT f.clause_id, c.text, w.quote, w.start, w."end"
        FROM _flags f JOIN _finds w ON w.id = f.find_id JOIN clauses c ON c.id = f.clause_id
        WHERE w.quote NOT LIKE '[redacted %' AND c.text NOT LIKE '[redacted %'
        """
    )
    found = {row["clause_id"] for row in rows if plain(row["text"])[row["start"] : row["end"]] != row["quote"]}
    return sorted(found)


def _read_flags(archive: Archive, service: str, slug: str) -> None:
    read_listing(archive.query, service, slug)
    current = archive.current(service, slug)
    if current is None:
        return
    for (fingerprint,) in archive.query("SELECT fingerprint FROM _rulebooks"):
        archive.flag_moments(current, fingerprint)


def _failure(read: Callable[[], object]) -> str:
    """Return how *read* failed; empty when it did not."""
    try:
        read()
    except DAMAGED as error:
        return str(error) or type(error).__name__
    return ""
