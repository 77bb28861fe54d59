"""Step 2 of the schema: texts become plain text, every change keeps its hunks, versions get a comparison key.

Schema 1 wrote a text with one character for each word, whose id in `_words` was its code point, and compared two
versions again whenever a change was shown. Hashed columns keep their values, so the chain of each document holds.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tostrack.analysis.comparison_key import comparison_key
from tostrack.archive.flag_rows import FlagRows
from tostrack.archive.hunk_recovery import note_places, recover_hunks
from tostrack.archive.hunk_rows import build_hunk_rows, insert_hunks
from tostrack.archive.migrations import run_script
from tostrack.archive.texts import ClauseStore
from tostrack.clauses import assemble
from tostrack.errors import StoreError
from tostrack.models import Clause

#: Versions whose clauses are remembered while the changes of a document are gone through.
_MOST_TEXTS = 16

_ALTER = """
ALTER TABLE _clauses RENAME TO clauses;
ALTER TABLE clauses RENAME COLUMN code TO text;
DROP INDEX _clauses_key;
CREATE INDEX clauses_key ON clauses(key);
ALTER TABLE _judgements RENAME TO judgements;
DROP INDEX _judgements_document;
CREATE INDEX judgements_document ON judgements(document_id);
ALTER TABLE _versions ADD COLUMN compare_key BLOB;
ALTER TABLE _versions ADD COLUMN language TEXT NOT NULL DEFAULT '';
CREATE INDEX _versions_compare_key ON _versions(document_id, substr(compare_key, 1, 6));
ALTER TABLE judgements ADD COLUMN headline TEXT;
ALTER TABLE judgements ADD COLUMN importance INTEGER;
ALTER TABLE judgements ADD COLUMN recomputed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE _judgement_flags ADD COLUMN place INTEGER;
ALTER TABLE judgement_facts ADD COLUMN place INTEGER;
CREATE TABLE _hunks (
    judgement_id INTEGER NOT NULL REFERENCES judgements(id),
    hunk INTEGER NOT NULL,
    edit TEXT NOT NULL CHECK (edit IN ('added', 'removed', 'reworded', 'moved')),
    reason TEXT NOT NULL,
    context_id INTEGER NOT NULL REFERENCES _contexts(id),
    old_at INTEGER,
    new_at INTEGER,
    old_clauses,
    new_clauses,
    words TEXT,
    PRIMARY KEY (judgement_id, hunk)
) WITHOUT ROWID;
CREATE TABLE _flag_moments (
    id INTEGER PRIMARY KEY,
    version_id INTEGER NOT NULL REFERENCES _versions(id),
    before_id INTEGER REFERENCES _versions(id),
    rulebook_id INTEGER NOT NULL REFERENCES _rulebooks(id)
);
CREATE INDEX _flag_moments_version ON _flag_moments(version_id);
CREATE TABLE _flag_events (
    id INTEGER PRIMARY KEY,
    moment_id INTEGER NOT NULL REFERENCES _flag_moments(id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    find_id INTEGER NOT NULL REFERENCES _finds(id),
    sentence TEXT NOT NULL,
    context_id INTEGER NOT NULL REFERENCES _contexts(id)
);
CREATE INDEX _flag_events_moment ON _flag_events(moment_id);
"""
_TEXTS = (("clauses", ("text",)), ("_contexts", ("heading", "lead")), ("judgements", ("explanation",)))
_CLAUSES = """
SELECT s.clause_id, c.kind, c.text
FROM _spans s JOIN clauses c ON c.id = s.clause_id
WHERE s.document_id = ?1 AND s.until > ?2 AND s.since <= ?2 ORDER BY s.rank
"""
_JUDGEMENTS = """
SELECT j.id, o.number AS from_number, n.number AS to_number, j.added, j.removed, j.reworded, j.moved
FROM judgements j JOIN _versions o ON o.id = j.from_version JOIN _versions n ON n.id = j.to_version
WHERE j.document_id = ? ORDER BY j.id
"""
_FLAGS = """
SELECT f.hunk, w.quote FROM _judgement_flags f JOIN _finds w ON w.id = f.find_id
WHERE f.judgement_id = ? ORDER BY f.id
"""
_FACTS = "SELECT hunk, old, new FROM judgement_facts WHERE judgement_id = ? ORDER BY id"

_Text = tuple[list[int], list[Clause]]


def to_schema_2(connection: sqlite3.Connection) -> None:
    """Bring an archive of schema 1 to schema 2, within the transaction that the caller opened."""
    run_script(connection, _ALTER)
    _decode(connection)
    connection.execute("DROP TABLE _words")
    connection.execute("DROP TABLE IF EXISTS _sqlite_migrations")
    contexts = FlagRows(connection, ClauseStore(connection))
    for (document_id,) in connection.execute("SELECT id FROM documents ORDER BY id").fetchall():
        _fill_document(connection, document_id, contexts)


def _decode(connection: sqlite3.Connection) -> None:
    """Replace every coded text by its words."""
    words = {chr(number): word for number, word in connection.execute("SELECT id, word FROM _words")}

    def decode(code: object) -> str:
        if isinstance(code, bytes):
            return code.decode(errors="replace")
        try:
            return "".join([words[letter] for letter in str(code)])
        except KeyError as error:
            raise StoreError("the table of words is damaged: `tostrack archive recover` rebuilds it") from error

    # Not a function of SQL: what it raises, SQLite would hide.
    for table, columns in _TEXTS:
        read = f"SELECT {', '.join(columns)}, id FROM {table}"  # noqa: S608 - words of this module
        write = f"UPDATE {table} SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?"  # noqa: S608
        rows = connection.execute(read).fetchall()
        connection.executemany(write, ((*map(decode, row[:-1]), row[-1]) for row in rows))


def _fill_document(connection: sqlite3.Connection, document_id: int, contexts: FlagRows) -> None:
    """Write the comparison keys of a document's versions and the hunks of its changes."""

    @lru_cache(maxsize=_MOST_TEXTS)
    def text_of(number: int) -> _Text:
        rows = connection.execute(_CLAUSES, (document_id, number)).fetchall()
        return [row[0] for row in rows], assemble((kind, text) for _, kind, text in rows)

    # The changes to a version while its text is remembered: a text is put together once.
    changes = defaultdict[int, list[dict[str, Any]]](list)
    for judgement in _named(connection, _JUDGEMENTS, document_id):
        changes[judgement["to_number"]].append(judgement)
    query = "SELECT id, number FROM _versions WHERE document_id = ? ORDER BY id"
    for version_id, number in connection.execute(query, (document_id,)).fetchall():
        key = bytes.fromhex(comparison_key(text_of(number)[1]))
        connection.execute("UPDATE _versions SET compare_key = ? WHERE id = ?", (key, version_id))
        for judgement in changes[number]:
            _fill_change(connection, judgement, text_of, contexts)


def _named(connection: sqlite3.Connection, query: str, *values: object) -> list[dict[str, Any]]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _fill_change(
    connection: sqlite3.Connection, judgement: dict[str, Any], text_of: Callable[[int], _Text], contexts: FlagRows
) -> None:
    (old_ids, old), (new_ids, new) = text_of(judgement["from_number"]), text_of(judgement["to_number"])
    details = {
        "judgement_flags": _named(connection, _FLAGS, judgement["id"]),
        "judgement_facts": _named(connection, _FACTS, judgement["id"]),
    }
    found = recover_hunks(old, new, judgement, details)
    rows = build_hunk_rows(found.hunks, old_ids, new_ids)
    insert_hunks(connection, judgement["id"], rows, contexts.context_id)
    if found.recomputed:
        note_places(connection, judgement["id"], found.places)
