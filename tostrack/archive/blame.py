"""Since when each clause of a text stands, from the stays that make it up: no two texts are compared."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from tostrack.clauses import canonical
from tostrack.models import Clause


@dataclass(frozen=True)
class BlameRow:
    """One clause of a text, and its past: it keeps it when it is reworded or moved."""

    position: int
    kind: str
    heading: tuple[str, ...]
    text: str
    #: When it came, in whatever words, since when it has not been away; flapping is no being away.
    since: str
    since_version: int
    #: When its words became what they are; as `since` when they never changed.
    edited: str
    edited_version: int
    #: When it came for the first time; before `since` where it was away.
    first: str
    first_version: int


@dataclass(frozen=True)
class _Stay:
    line: int
    since: int
    until: int
    clause_id: int


class Blame:
    """The past of the clauses of one document.

    Args:
        query: Runs a query on the archive.
        document_id: The document's.
    """

    def __init__(self, query: Callable[[str, Sequence[object]], list[sqlite3.Row]], document_id: int) -> None:
        self._query = query
        self._document_id = document_id

    def rows(self, number: int, clauses: Sequence[tuple[int, Clause]]) -> list[BlameRow]:
        """Return the rows of the version *number*, which is made of *clauses*, each with its id."""
        found = self._query(
            "SELECT line, since, until, clause_id, rank FROM _spans WHERE document_id = ? AND since <= ? "
            "ORDER BY line, since",
            (self._document_id, number),
        )
        pasts = {
            line: [_Stay(*row[:4]) for row in stays] for line, stays in groupby(found, key=lambda row: int(row["line"]))
        }
        standing = sorted((row for row in found if row["until"] > number), key=lambda row: float(row["rank"]))
        words = self._words([stay for row in standing if len(pasts[row["line"]]) > 1 for stay in pasts[row["line"]]])
        seen, ours, quiet = self._versions()
        result = []
        for position, (row, (_, clause)) in enumerate(zip(standing, clauses, strict=True)):
            past = pasts[row["line"]]
            came = _came(past, quiet)
            worded = max(came, _worded(past, words, ours))
            first = past[0].since
            text = (position, clause.kind, clause.heading, clause.text)
            result.append(BlameRow(*text, seen[came], came, seen[worded], worded, seen[first], first))
        return result

    def _words(self, stays: Sequence[_Stay]) -> dict[int, str]:
        """Return the canonical words of the clauses of *stays* by id."""
        ids = json.dumps(sorted({stay.clause_id for stay in stays}))
        rows = self._query("SELECT id, kind, text FROM clauses WHERE id IN (SELECT value FROM json_each(?))", (ids,))
        return {row["id"]: canonical(Clause(row["kind"], row["text"])) for row in rows}

    def _versions(self) -> tuple[dict[int, str], set[int], set[int]]:
        """Return when each version was first seen, which ones our own rules made, and whose coming was noise."""
        rows = self._query(
            """
            SELECT v.number, v.seen_at, o.kind,
                   EXISTS (SELECT 1 FROM judgements j WHERE j.to_version = v.id AND j.verdict = 'noise') AS quiet
            FROM _versions v JOIN _origins o ON o.id = v.origin_id WHERE v.document_id = ?
            """,
            (self._document_id,),
        )
        ours = {row["number"] for row in rows if row["kind"] == "re-extraction"}
        return {row["number"]: row["seen_at"] for row in rows}, ours, {row["number"] for row in rows if row["quiet"]}


def _came(past: Sequence[_Stay], quiet: set[int]) -> int:
    """Return the version since which a line has not been away; a return that was noise ends no absence."""
    came = past[-1].since
    for before, after in reversed(list(pairwise(past))):
        if before.until < after.since and after.since not in quiet:
            break
        came = before.since
    return came


def _worded(past: Sequence[_Stay], words: Mapping[int, str], ours: set[int]) -> int:
    """Return the version that gave a line its words; marks and addresses are none, and our own rules change none."""
    worded = past[-1].since
    for before, after in reversed(list(pairwise(past))):
        if words.get(before.clause_id) != words.get(after.clause_id) and after.since not in ours:
            break
        worded = before.since
    return worded
