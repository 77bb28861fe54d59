"""Clauses and the texts that are made of them, as rows: each clause once, each text as what it changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from tostrack.archive.intervals import OPEN, Interval, Step, lines_of, step
from tostrack.clauses import assemble
from tostrack.models import Clause, sha256
from tostrack.value import Value

#: This many clauses are known without a look: those of the document at hand, for an import works document by document.
_MOST_KNOWN = 20_000


class _Course(Value):
    """A document at its version *number*."""

    document_id: int
    number: int
    #: The next version that is there already: what was found later of the time before ends where it begins.
    until: int
    standing: tuple[Interval, ...]
    free_line: int


class ClauseStore:
    """The texts of an archive that is open for writing.

    What was looked up is remembered; `forget` it when a transaction is rolled back.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.forget()

    def forget(self) -> None:
        """Clear the caches after a rollback."""
        self._ids: dict[tuple[str, str], int] = {}
        self._clauses: dict[int, tuple[str, str]] = {}
        self._course: _Course | None = None

    def find(self, clause: Clause) -> int | None:
        """Return the id of *clause*, or None when it is not stored."""
        named = clause.kind, clause.text
        if named not in self._ids:
            query = "SELECT id FROM clauses WHERE key = ? AND kind = ? AND text = ?"
            row = self._connection.execute(query, (clause_key(*named), *named)).fetchone()
            if row is None:
                return None
            self._know(int(row[0]), *named)
        return self._ids[named]

    def id_of(self, clause: Clause) -> int:
        """Return the id of *clause*, which is stored when it was not."""
        found = self.find(clause)
        if found is None:
            query = "INSERT INTO clauses (key, kind, text) VALUES (?, ?, ?)"
            values = (clause_key(clause.kind, clause.text), clause.kind, clause.text)
            found = int(self._connection.execute(query, values).lastrowid or 0)
            self._connection.execute("INSERT INTO clauses_fts (rowid, text) VALUES (?, ?)", (found, clause.text))
            self._know(found, clause.kind, clause.text)
        return found

    def _know(self, clause_id: int, kind: str, text: str) -> None:
        if len(self._ids) > _MOST_KNOWN:
            self._ids.clear()
            self._clauses.clear()
        self._ids[kind, text] = clause_id
        self._clauses[clause_id] = kind, text

    def append(self, document_id: int, number: int, clauses: Sequence[Clause]) -> None:
        """Store *clauses* as the text of the version *number* of a document."""
        before = self._before(document_id, number)
        change = step(before.standing, [self.id_of(clause) for clause in clauses], number)
        by_rank = dict(zip((span.rank for span in change.standing), clauses, strict=True))
        lines = lines_of(
            change,
            list(self._read(span.clause_id for span in change.closed)),
            [by_rank[span.rank] for span in change.opened],
            self._earlier(document_id, change),
            before.free_line,
        )
        change = change.on_lines(lines)
        self._store(before, change, number)
        free = max(before.free_line, *(line + 1 for line in lines), 1)
        self._course = _Course(document_id, number, before.until, change.standing, free)

    def _before(self, document_id: int, number: int) -> _Course:
        """Return the document before *number*."""
        query = """
            SELECT (SELECT max(number) FROM _versions WHERE document_id = ?1 AND number < ?2),
                   (SELECT min(number) FROM _versions WHERE document_id = ?1 AND number > ?2)
        """
        previous, following = self._connection.execute(query, (document_id, number)).fetchone()
        until = OPEN if following is None else following
        known = self._course
        if known and (known.document_id, known.number, known.until) == (document_id, previous, until):
            return known
        free = "SELECT coalesce(max(line), 0) + 1 FROM _spans WHERE document_id = ?"
        standing = () if previous is None else tuple(self.standing(document_id, previous))
        return _Course(
            document_id, number, until, standing, self._connection.execute(free, (document_id,)).fetchone()[0]
        )

    def clause_ids(self, document_id: int, number: int) -> list[int]:
        """Return the ids of the clauses of a version, in the order of its text."""
        known = self._course
        if known and (known.document_id, known.number) == (document_id, number):
            return [interval.clause_id for interval in known.standing]
        return [interval.clause_id for interval in self.standing(document_id, number)]

    def clauses(self, document_id: int, number: int) -> list[Clause]:
        """Return the clauses of a version, in the order of its text, with their headings and lead-ins."""
        clauses = self._read(iter(self.clause_ids(document_id, number)))
        return assemble((clause.kind, clause.text) for clause in clauses)

    def standing(self, document_id: int, number: int) -> Iterator[Interval]:
        """Yield the stays that make up a version, by rank."""
        query = """
            SELECT rank, since, clause_id, line FROM _spans WHERE document_id = ? AND until > ? AND since <= ?
            ORDER BY rank
        """
        for row in self._connection.execute(query, (document_id, number, number)):
            yield Interval(*row)

    def _read(self, clause_ids: Iterator[int]) -> Iterator[Clause]:
        for clause_id in clause_ids:
            if clause_id not in self._clauses:
                query = "SELECT kind, text FROM clauses WHERE id = ?"
                self._clauses[clause_id] = tuple(self._connection.execute(query, (clause_id,)).fetchone())
            yield Clause(*self._clauses[clause_id])

    def _earlier(self, document_id: int, change: Step) -> dict[int, int]:
        """Return the lines on which the added clauses were before in the document."""
        query = "SELECT line FROM _places WHERE clause_id = ? AND document_id = ?"
        found = {}
        for span in change.opened:
            row = self._connection.execute(query, (span.clause_id, document_id)).fetchone()
            if row:
                found[span.clause_id] = int(row[0])
        return found

    def _store(self, before: _Course, change: Step, number: int) -> None:
        document_id, until = before.document_id, before.until
        stand = {span.clause_id for span in change.standing}
        self._connection.executemany(
            "UPDATE _spans SET until = ? WHERE document_id = ? AND until = ? AND rank = ?",
            [(number, document_id, until, span.rank) for span in change.closed],
        )
        self._connection.executemany(
            "INSERT INTO _spans (document_id, until, rank, since, clause_id, line) VALUES (?, ?, ?, ?, ?, ?)",
            [(document_id, until, span.rank, number, span.clause_id, span.line) for span in change.opened],
        )
        self._connection.executemany(
            "UPDATE _places SET until = ?1 WHERE clause_id = ?3 AND document_id = ?2 AND until <= ?4",
            [(number, document_id, span.clause_id, until) for span in change.closed if span.clause_id not in stand],
        )
        self._connection.executemany(
            """
            INSERT INTO _places (clause_id, document_id, line, first, until) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO UPDATE SET first = min(first, ?4), until = max(until, ?5)
            """,
            [(span.clause_id, document_id, span.line, number, until) for span in change.opened],
        )


def clause_key(kind: str, text: str) -> int:
    """Return a number of four bytes, signed as SQLite keeps them, by which a clause is found; two may share it."""
    return int(sha256(f"{kind}\n{text}")[:8], 16) - 2**31
