"""Stored flags of clauses, and by which rules they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from tostrack.archive.flag_listing import drop_listings_with
from tostrack.archive.hunk_rows import HEADING_SEPARATOR, Query, split_heading
from tostrack.archive.texts import ClauseStore, clause_key
from tostrack.models import Clause, Direction, Flag, Polarity
from tostrack.value import Value

#: A clause and the headings and lead-in it is under.
Place = tuple[int, int]
#: What a rule finds, as the columns of `_finds`.
_FIND = ("topic", "polarity", "quote", "start", "end", "rule")
#: This many places, and so many headings with their lead-ins, are remembered: those of the document at hand.
_MOST_KNOWN = 20_000


class FlaggedClause(Value):
    """A clause under its headings and lead-in, with the flags that are stored."""

    place: Place
    clause: Clause
    flags: tuple[Flag, ...]

    @property
    def is_redacted(self) -> bool:
        """Whether what was flagged was redacted."""
        return any(text.startswith("[redacted ") for text in (self.clause.text, *(flag.quote for flag in self.flags)))


def flag_context(clause: Clause) -> tuple[str, str]:
    """Return what, beside its text, decides a clause's flags: the headings above it and its lead-in."""
    return HEADING_SEPARATOR.join(clause.heading), clause.lead


def flag_of(row: sqlite3.Row, direction: Direction | None = None) -> Flag:
    """Return the flag that *row* holds; in a change, with the way that it moved."""
    return Flag(row["topic"], Polarity(row["polarity"]), row["quote"], row["start"], row["end"], row["rule"], direction)


def by_rules(query: Query, fingerprint: str, after: Place, limit: int, *, others: bool = False) -> list[FlaggedClause]:
    """Return at most *limit* clauses behind *after* that the rules of *fingerprint* flagged, or that others did."""
    rows = query(
        f"""
        SELECT g.clause_id, g.context_id, x.heading, x.lead, c.kind, c.text
        FROM _flagged g JOIN _contexts x ON x.id = g.context_id JOIN _rulebooks r ON r.id = g.rulebook_id
        JOIN clauses c ON c.id = g.clause_id
        WHERE r.fingerprint {"<>" if others else "="} ? AND (g.clause_id, g.context_id) > (?, ?)
        ORDER BY g.clause_id, g.context_id LIMIT ?
        """,  # noqa: S608 - what is put in is ours
        (fingerprint, *after, limit),
    )
    flags: dict[Place, list[Flag]] = {(row["clause_id"], row["context_id"]): [] for row in rows}
    if rows:
        stored = query(
            """
            SELECT clause_id, context_id, topic, polarity, quote, start, "end", rule FROM flags
            WHERE clause_id BETWEEN ? AND ? ORDER BY id
            """,
            (rows[0]["clause_id"], rows[-1]["clause_id"]),
        )
        for row in stored:
            if (place := (row["clause_id"], row["context_id"])) in flags:
                flags[place].append(flag_of(row))
    return [
        FlaggedClause(
            (place := (row["clause_id"], row["context_id"])),
            Clause(row["kind"], row["text"], split_heading(row["heading"]), row["lead"]),
            tuple(flags[place]),
        )
        for row in rows
    ]


#: The ids of the clauses that a document ever had, and of those that some of its versions have.
_EVER = "SELECT p.clause_id FROM _versions v JOIN _places p ON p.document_id = v.document_id"
_STANDING = """
SELECT s.clause_id FROM _versions v
JOIN _spans s ON s.document_id = v.document_id AND s.until > v.number AND s.since <= v.number
"""


def stored_flags(
    query: Query, version_ids: Sequence[int], fingerprint: str, *, ever: bool = True
) -> dict[tuple[str, str], tuple[Flag, ...]]:
    """Return the flags of clauses, by text and lead-in, as the rules of *fingerprint* found them.

    Args:
        ever: Whether every clause that their documents ever had is asked for, and not only those of the versions.
    """
    rows = query(
        f"""
        WITH asked (clause_id) AS ({_EVER if ever else _STANDING} WHERE v.id IN (SELECT value FROM json_each(?1)))
        SELECT c.text, x.lead, w.topic, w.polarity, w.quote, w.start, w."end", w.rule
        FROM (SELECT DISTINCT clause_id FROM asked) a CROSS JOIN clauses c ON c.id = a.clause_id
        JOIN _flagged g ON g.clause_id = a.clause_id
        JOIN _rulebooks r ON r.id = g.rulebook_id AND r.fingerprint = ?2 JOIN _contexts x ON x.id = g.context_id
        LEFT JOIN _flags f ON f.clause_id = g.clause_id AND f.context_id = g.context_id
        LEFT JOIN _finds w ON w.id = f.find_id
        ORDER BY f.id
        """,  # noqa: S608 - what is put in is ours
        (str([*version_ids]), fingerprint),
    )
    found: dict[tuple[str, str], dict[Flag, None]] = {}
    for row in rows:
        flags = found.setdefault((row["text"], row["lead"]), {})
        if row["topic"] is not None:
            # Under several headings a clause has the same flags.
            flags[flag_of(row)] = None
    return {place: tuple(flags) for place, flags in found.items()}


class FlagRows:
    """The flags of an archive that is open for writing.

    What was looked up is remembered; `forget` it when a transaction is rolled back.
    """

    def __init__(self, connection: sqlite3.Connection, texts: ClauseStore) -> None:
        self._connection = connection
        self._texts = texts
        self.forget()

    def forget(self) -> None:
        """Clear the caches after a rollback."""
        self._contexts: dict[tuple[str, str], int] = {}
        self._rulebooks: dict[str, int] = {}
        #: Most clauses of a version were in the one before: which are flagged, and by which rules.
        self._flagged: dict[Place, str] = {}

    def unflagged(self, clauses: Iterable[Clause], fingerprint: str) -> list[Clause]:
        """Return the distinct *clauses* whose flags by the rules of *fingerprint* are not stored yet."""
        return [clause for clause in dict.fromkeys(clauses) if not self._is_flagged(clause, fingerprint)]

    def _is_flagged(self, clause: Clause, fingerprint: str) -> bool:
        clause_id, context_id = self._texts.find(clause), self._find_context(*flag_context(clause))
        if clause_id is None or context_id is None:
            return False
        if (clause_id, context_id) not in self._flagged:
            query = """
                SELECT r.fingerprint FROM _flagged g JOIN _rulebooks r ON r.id = g.rulebook_id
                WHERE g.clause_id = ? AND g.context_id = ?
            """
            row = self._connection.execute(query, (clause_id, context_id)).fetchone()
            if row is None:
                return False
            self._know((clause_id, context_id), str(row[0]))
        return self._flagged[clause_id, context_id] == fingerprint

    def _know(self, place: Place, fingerprint: str) -> None:
        if len(self._flagged) > _MOST_KNOWN:
            self._flagged.clear()
        self._flagged[place] = fingerprint

    def store(self, clause: Clause, flags: Sequence[Flag], fingerprint: str) -> None:
        """Keep *flags* as those of *clause* by the rules of *fingerprint*."""
        place = (self._texts.id_of(clause), self.context_id(*flag_context(clause)))
        self.replace({place: flags}, fingerprint)

    def replace(self, flags: Mapping[Place, Sequence[Flag]], fingerprint: str) -> None:
        """Put *flags* in the place of those that are stored."""
        rulebook_id = self.rulebook_id(fingerprint)
        for (clause_id, context_id), found in flags.items():
            self._know((clause_id, context_id), fingerprint)
            known = self._connection.execute(
                "UPDATE _flagged SET rulebook_id = ?3 WHERE clause_id = ?1 AND context_id = ?2",
                (clause_id, context_id, rulebook_id),
            ).rowcount
            if known:
                drop_listings_with(self._connection, clause_id)
                query = "DELETE FROM _flags WHERE clause_id = ? AND context_id = ?"
                self._connection.execute(query, (clause_id, context_id))
            else:
                self._insert("INSERT INTO _flagged VALUES (?, ?, ?)", clause_id, context_id, rulebook_id)
            self._connection.executemany(
                "INSERT INTO _flags (clause_id, context_id, find_id) VALUES (?, ?, ?)",
                [(clause_id, context_id, self.find(asdict(flag))) for flag in found],
            )

    def stored(self, clause: Clause) -> list[Flag]:
        """Return the stored flags of *clause* under its headings and lead-in."""
        place = (self._texts.find(clause), self._find_context(*flag_context(clause)))
        query = """
            SELECT w.topic, w.polarity, w.quote, w.start, w."end", w.rule
            FROM _flags f JOIN _finds w ON w.id = f.find_id WHERE f.clause_id = ? AND f.context_id = ? ORDER BY f.id
        """
        return [flag_of(row) for row in self._connection.execute(query, place)]

    def find(self, flag: Mapping[str, object]) -> int:
        """Return the id of what a rule found: the same words at the same place are stored once."""
        named = {name: flag[name] for name in _FIND}
        where = " AND ".join(f'"{name}" = :{name}' for name in _FIND)
        # The columns are words of this module.
        row = self._connection.execute(f"SELECT id FROM _finds WHERE {where}", named).fetchone()  # noqa: S608
        columns, marks = ", ".join(f'"{name}"' for name in _FIND), ", ".join(f":{name}" for name in _FIND)
        insert = f"INSERT INTO _finds ({columns}) VALUES ({marks})"  # noqa: S608
        return int(row[0]) if row else int(self._connection.execute(insert, named).lastrowid or 0)

    def context_id(self, heading: str, lead: str = "") -> int:
        """Return the id of a heading path with a lead-in, which is stored when it was not."""
        found = self._find_context(heading, lead)
        if found is None:
            query = "INSERT INTO _contexts (key, heading, lead) VALUES (?, ?, ?)"
            found = self._insert(query, clause_key(heading, lead), heading, lead)
            self._contexts[heading, lead] = found
        return found

    def _find_context(self, heading: str, lead: str) -> int | None:
        context = heading, lead
        if context not in self._contexts:
            if len(self._contexts) > _MOST_KNOWN:
                self._contexts.clear()
            query = "SELECT id FROM _contexts WHERE key = ? AND heading = ? AND lead = ?"
            row = self._connection.execute(query, (clause_key(*context), *context)).fetchone()
            if row is None:
                return None
            self._contexts[context] = int(row[0])
        return self._contexts[context]

    def rulebook_id(self, fingerprint: str) -> int:
        """Return the id of the rules of *fingerprint*, which is stored when it was not."""
        if fingerprint not in self._rulebooks:
            row = self._connection.execute("SELECT id FROM _rulebooks WHERE fingerprint = ?", (fingerprint,)).fetchone()
            insert = "INSERT INTO _rulebooks (fingerprint) VALUES (?)"
            self._rulebooks[fingerprint] = int(row[0]) if row else self._insert(insert, fingerprint)
        return self._rulebooks[fingerprint]

    def _insert(self, query: str, *values: object) -> int:
        return int(self._connection.execute(query, values).lastrowid or 0)
