"""Stored flags of clauses, and by which rules they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from tostrack.models import Clause, Flag, Polarity, sha256

#: Runs a query on the archive.
Query = Callable[[str, Sequence[object]], list[sqlite3.Row]]
#: A heading path is one text in the archive; no heading holds this character (`clauses.plain` folds white space).
HEADING_SEPARATOR = "\n"


@dataclass(frozen=True)
class FlaggedClause:
    """A clause under its headings and lead-in, with the flags that are stored."""

    id: int
    clause: Clause
    flags: tuple[Flag, ...]


def flag_context(clause: Clause) -> tuple[str, str]:
    """Return what, beside its text, decides a clause's flags: the headings above it and its lead-in."""
    return HEADING_SEPARATOR.join(clause.heading), clause.lead


def flag_of(row: sqlite3.Row) -> Flag:
    """Return the flag that *row* holds."""
    return Flag(row["topic"], Polarity(row["polarity"]), row["quote"], row["start"], row["end"], row["rule"])


def unflagged(query: Query, clauses: Iterable[Clause], fingerprint: str) -> list[Clause]:
    """Return the distinct *clauses* whose flags by the rules of *fingerprint* are not stored yet."""
    known = """
        SELECT 1 FROM flagged g JOIN clauses c ON c.id = g.clause_id
        WHERE c.sha256 = ? AND c.kind = ? AND g.heading = ? AND g.lead = ? AND g.fingerprint = ?
    """
    return [
        clause
        for clause in dict.fromkeys(clauses)
        if not query(known, (sha256(clause.text), clause.kind, *flag_context(clause), fingerprint))
    ]


def by_others(query: Query, fingerprint: str, after: int, limit: int) -> list[FlaggedClause]:
    """Return at most *limit* clauses behind id *after* that other rules than those of *fingerprint* flagged."""
    rows = query(
        """
        SELECT g.id, g.heading, g.lead, c.kind, c.text FROM flagged g JOIN clauses c ON c.id = g.clause_id
        WHERE g.fingerprint <> ? AND g.id > ? ORDER BY g.id LIMIT ?
        """,
        (fingerprint, after, limit),
    )
    flags: dict[int, list[Flag]] = {row["id"]: [] for row in rows}
    if rows:
        stored = query(
            """
            SELECT f.flagged_id, f.topic, f.polarity, f.quote, f.start, f."end", f.rule FROM flags f
            WHERE f.flagged_id BETWEEN ? AND ? ORDER BY f.id
            """,
            (rows[0]["id"], rows[-1]["id"]),
        )
        for row in stored:
            if row["flagged_id"] in flags:
                flags[row["flagged_id"]].append(flag_of(row))
    return [
        FlaggedClause(
            row["id"],
            Clause(row["kind"], row["text"], tuple(filter(None, row["heading"].split(HEADING_SEPARATOR))), row["lead"]),
            tuple(flags[row["id"]]),
        )
        for row in rows
    ]


def replace_flags(connection: sqlite3.Connection, flags: Mapping[int, Sequence[Flag]], fingerprint: str) -> None:
    """Put *flags*, by the id of their flagged clause, in the place of those that are stored."""
    for flagged_id, found in flags.items():
        connection.execute("UPDATE flagged SET fingerprint = ? WHERE id = ?", (fingerprint, flagged_id))
        connection.execute("DELETE FROM flags WHERE flagged_id = ?", (flagged_id,))
        connection.executemany(
            """
            INSERT INTO flags (flagged_id, topic, polarity, quote, start, "end", rule)
            VALUES (:flagged_id, :topic, :polarity, :quote, :start, :end, :rule)
            """,
            [{**asdict(flag), "flagged_id": flagged_id} for flag in found],
        )
