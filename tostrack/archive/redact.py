"""Redaction of texts and captures: hashes, time and reason stay, and the chain still holds."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from tostrack.archive import snapshots as files
from tostrack.archive.hunk_rows import unpack_ids
from tostrack.archive.judgement_sums import sound_judgements, write_sums
from tostrack.archive.lock import locked
from tostrack.archive.migrations import check_header, check_schema, report_errors
from tostrack.archive.provenance import TOMBSTONE
from tostrack.archive.texts import clause_key
from tostrack.clauses import plain
from tostrack.errors import ConfigError
from tostrack.models import iso, sha256
from tostrack.value import Value

#: What quotes a clause beside the clause itself; all of it is sealed by hashes: see `tostrack.archive.judgement_rows`.
_QUOTES = (
    *(("judgements", "explanation"), ("judgements", "headline"), ("_finds", "quote")),
    *(("_flag_events", "sentence"), ("reviews", "note")),
    *(("judgement_facts", "old"), ("judgement_facts", "new"), ("judgement_facts", "sentence")),
)
#: What an explanation or a headline quotes.
_QUOTED = re.compile("“([^”]*)”")
#: A shorter piece says nothing by itself: "30 days".
_SAYS_SOMETHING = 12


class Redaction(Value):
    """The result of a redaction, or its plan."""

    #: Plain texts of the clauses.
    clauses: tuple[str, ...]
    #: Quotes of them in judgements.
    quotes: int
    #: Paths of the captures.
    captures: tuple[str, ...]


def redact(
    path: Path, snapshots: Path, document: str, words: str, *, reason: str, now: datetime, dry_run: bool = False
) -> Redaction:
    """Redact every clause of *document* that holds *words*, in all of its places, and what quotes it.

    With it go the captures of the versions that had it: they hold it too. Backups keep what they have.

    Raises:
        ConfigError: No clause of the document holds the words.
        StoreError: Another process writes, or the disk is full; nothing was taken out.
    """
    with locked(path):
        check_header(path)
        reported = report_errors(path, "nothing was taken out")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection, reported:
            check_schema(connection)
            connection.execute("PRAGMA synchronous = EXTRA")
            # What is taken out must not stay readable in the file's free pages.
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            found = _take_out(connection, document, words, reason, now)
            if dry_run:
                connection.execute("ROLLBACK")
                return found
            # The index keeps what was deleted until its parts are merged.
            connection.execute("INSERT INTO clauses_fts (clauses_fts) VALUES ('optimize')")
            connection.execute("COMMIT")
            connection.execute("VACUUM")
        for capture in found.captures:
            files.delete(snapshots, capture)
    return found


def _take_out(connection: sqlite3.Connection, document: str, words: str, reason: str, now: datetime) -> Redaction:
    texts = _find_texts(connection, document, words)
    stored = connection.execute("SELECT id, text FROM clauses").fetchall()
    clauses = {clause_id: text for clause_id, text in stored if text in texts}
    captures = _captures(connection, clauses)
    sound = sound_judgements(connection)
    with _writable(connection):
        # Flags are made by rules, and `reflag` makes them again where a text is left to flag.
        connection.executemany("DELETE FROM _flags WHERE clause_id = ?", [(clause_id,) for clause_id in clauses])
        quotes = sum(_quotes(connection, table, column, texts, words, reason, now) for table, column in _QUOTES)
        tombs = {text: _tomb(connection, text, reason, now) for text in texts}
        for clause_id, text in clauses.items():
            _clause(connection, clause_id, text, tombs[text])
        _contexts(connection, {plain(text): tomb for text, tomb in tombs.items() if plain(text)})
        _hunks(connection, set(clauses))
        write_sums(connection, sound)
        for digest in dict.fromkeys(digest for digest, _ in captures):
            _note(connection, "capture", digest, reason, now)
    return Redaction(tuple(map(plain, texts)), quotes, tuple(path for _, path in captures))


def _find_texts(connection: sqlite3.Connection, document: str, words: str) -> list[str]:
    """Return the texts of the clauses of *document* that hold *words*.

    Raises:
        ConfigError: None does.
    """
    query = """
        SELECT DISTINCT c.text FROM _spans p JOIN clauses c ON c.id = p.clause_id
        JOIN documents d ON d.id = p.document_id JOIN services s ON s.id = d.service_id
        WHERE s.slug || '/' || d.slug = ? ORDER BY c.id
    """
    texts = [text for (text,) in connection.execute(query, (document,)) if words in text or words in plain(text)]
    if not texts:
        raise ConfigError(f"{document}: no clause of it holds {words!r}")
    return texts


def _clause(connection: sqlite3.Connection, clause_id: int, text: str, tomb: str) -> None:
    """Put *tomb* in the place of a clause, and take its words out of the index, which does not follow by itself."""
    insert = "INSERT INTO clauses_fts"
    connection.execute(f"{insert} (clauses_fts, rowid, text) VALUES ('delete', ?, ?)", (clause_id, text))
    connection.execute(f"{insert} (rowid, text) VALUES (?, ?)", (clause_id, tomb))
    connection.execute("UPDATE clauses SET text = ? WHERE id = ?", (tomb, clause_id))


def _hunks(connection: sqlite3.Connection, clause_ids: set[int]) -> None:
    """Remove the word edits of hunks that cover one of the clauses: their lengths are those of what was removed."""
    query = "SELECT judgement_id, hunk, old_clauses, new_clauses FROM _hunks WHERE words IS NOT NULL"
    covering = [
        (judgement_id, hunk)
        for judgement_id, hunk, *sides in connection.execute(query).fetchall()
        if not clause_ids.isdisjoint(one for side in sides for one in unpack_ids(side))
    ]
    connection.executemany("UPDATE _hunks SET words = NULL WHERE judgement_id = ? AND hunk = ?", covering)


def _contexts(connection: sqlite3.Connection, tombs: Mapping[str, str]) -> None:
    """Put the tombs, by the words that are taken out, into headings and lead-ins."""
    query = "SELECT id, heading, lead FROM _contexts"
    for context_id, *before in connection.execute(query).fetchall():
        after = before
        for words, tomb in tombs.items():
            after = [said.replace(words, tomb) for said in after]
        if after != before:
            values = (clause_key(*after), *after, context_id)
            connection.execute("UPDATE _contexts SET key = ?, heading = ?, lead = ? WHERE id = ?", values)


def _captures(connection: sqlite3.Connection, clause_ids: Iterable[int]) -> list[tuple[str, str]]:
    """Return hash and path of the captures of every version that had one of the clauses, and of the same bytes."""
    query = """
        SELECT DISTINCT n.sha256, n.path FROM snapshots n WHERE n.sha256 IN (
            SELECT k.sha256 FROM _spans p
            JOIN _versions v ON v.document_id = p.document_id AND p.until > v.number AND p.since <= v.number
            JOIN version_snapshots x ON x.version_id = v.id JOIN snapshots k ON k.id = x.snapshot_id
            WHERE p.clause_id IN (SELECT value FROM json_each(?)))
        ORDER BY n.path
    """
    return [(digest, path) for digest, path in connection.execute(query, (json.dumps([*clause_ids]),))]


def _quotes(
    connection: sqlite3.Connection, table: str, column: str, texts: list[str], words: str, reason: str, now: datetime
) -> int:
    """Take out what quotes one of *texts*; return how often."""
    whole = [plain(text) for text in texts]
    count = 0
    # Table and column are words of this module.
    query = f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608
    for row_id, said in connection.execute(query).fetchall():
        if words in said or any(piece in text for piece in _pieces(said) for text in whole) or _holds(said, whole):
            tomb = _tomb(connection, said, reason, now)
            if table == "_finds":
                _part(connection, row_id)
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (tomb, row_id))  # noqa: S608
            count += 1
    return count


def _holds(said: str, whole: list[str]) -> bool:
    """Whether one of the texts is in *said*."""
    return any(len(text) >= _SAYS_SOMETHING and text in said for text in whole)


def _pieces(said: str) -> list[str]:
    """Return *said* and what it quotes, cut where words are left out, without pieces too short to say anything."""
    quoted = [piece for quote in _QUOTED.findall(said) for piece in re.split("…| → ", quote)]
    return [piece for piece in map(str.strip, (said, *quoted)) if len(piece) >= _SAYS_SOMETHING]


def _part(connection: sqlite3.Connection, find_id: int) -> None:
    """Give the flags of clauses that stay a find of their own: those clauses say so still."""
    if connection.execute("SELECT 1 FROM _flags WHERE find_id = ?", (find_id,)).fetchone():
        columns = 'topic, polarity, quote, start, "end", rule'
        copy = f"INSERT INTO _finds ({columns}) SELECT {columns} FROM _finds WHERE id = ?"  # noqa: S608
        own = connection.execute(copy, (find_id,)).lastrowid
        connection.execute("UPDATE _flags SET find_id = ? WHERE find_id = ?", (own, find_id))


def _tomb(connection: sqlite3.Connection, text: str, reason: str, now: datetime) -> str:
    """Store that *text* is redacted; return its replacement."""
    _note(connection, "text", sha256(text), reason, now)
    return TOMBSTONE.format(sha256(text))


def _note(connection: sqlite3.Connection, kind: str, digest: str, reason: str, now: datetime) -> None:
    values = (iso(now), kind, digest, reason)
    connection.execute("INSERT OR IGNORE INTO redactions (at, kind, sha256, reason) VALUES (?, ?, ?, ?)", values)


@contextmanager
def _writable(connection: sqlite3.Connection) -> Iterator[None]:
    """Lift the triggers that keep texts as they are, within the transaction."""
    tables = ("clauses", "_hunks", *dict.fromkeys(table for table, _ in _QUOTES if table != "_flag_events"))
    names = [f"{table}_no_update" for table in tables]
    marks = ", ".join("?" * len(names))
    query = f"SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name IN ({marks})"  # noqa: S608
    definitions = [sql for (sql,) in connection.execute(query, names)]
    for name in names:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for definition in definitions:
        connection.execute(definition)
