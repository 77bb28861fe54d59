"""Stored changes as they were recorded: hunks, word edits, flags, facts and reasons are read, nothing is compared."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from tostrack.archive.change_rows import ChangeRow
from tostrack.archive.flag_rows import flag_of
from tostrack.archive.hunk_rows import Query, read_hunks
from tostrack.archive.judgement_rows import IMPORTANCE
from tostrack.archive.stored_times import require_time
from tostrack.errors import StoreError
from tostrack.models import (
    Change,
    Dating,
    Direction,
    Edit,
    Fact,
    FactKind,
    Flag,
    Hunk,
    Judgement,
    Reason,
    Version,
    from_iso,
)

_IMPORTANCE = {stored: importance for importance, stored in IMPORTANCE.items()}
#: This many changes are read together.
_BATCH = 100

_JUDGEMENTS = """
SELECT j.id, o.number AS from_number, o.seen_at AS from_seen_at, lower(hex(o.sha256)) AS from_sha256,
       n.number AS to_number, n.seen_at AS to_seen_at, lower(hex(n.sha256)) AS to_sha256, j.recomputed,
       j.importance
FROM services s JOIN documents d ON d.service_id = s.id JOIN _versions n ON n.document_id = d.id
JOIN judgements j ON j.to_version = n.id JOIN _versions o ON o.id = j.from_version
WHERE s.slug = ? AND d.slug = ? AND n.number = ? AND j.occasion = ?
"""
_FLAGS = """
SELECT f.judgement_id, coalesce(f.place, f.hunk) AS place, w.topic, w.polarity, w.quote, w.start, w."end", w.rule,
       f.direction
FROM _judgement_flags f JOIN _finds w ON w.id = f.find_id
WHERE f.judgement_id IN (SELECT value FROM json_each(?)) ORDER BY f.id
"""
_FACTS = """
SELECT judgement_id, coalesce(place, hunk) AS place, kind, old, new, sentence FROM judgement_facts
WHERE judgement_id IN (SELECT value FROM json_each(?)) ORDER BY id
"""
_HUNK_KINDS = """
SELECT DISTINCT edit, reason FROM _hunks WHERE judgement_id IN (SELECT value FROM json_each(?))
"""
_DATES = "SELECT * FROM judgement_dates WHERE judgement_id IN (SELECT value FROM json_each(?))"


@dataclass
class _Details:
    """The findings of one change, by the place of its hunk."""

    flags: dict[int, list[Flag]] = field(default_factory=lambda: defaultdict(list))
    facts: dict[int, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    dating: Dating | None = None


def load_changes(query: Query, rows: Sequence[ChangeRow]) -> Iterator[Change]:
    """Yield the change of each of *rows*, in their order.

    Raises:
        StoreError: A row names a version or clauses that are not there.
    """
    for ids, batch in _read_batches(query, rows):
        hunks = read_hunks(query, ids)
        for row, end, details in batch:
            yield _change(row, end, hunks[end["id"]], details)


def check_changes(query: Query, rows: Sequence[ChangeRow]) -> None:
    """Read the stored changes of *rows* but for the clauses and word edits of their hunks, which `check_hunks` reads.

    Raises:
        StoreError: A row names a version that is not there, or a time is none.
        ValueError: A word of a vocabulary, such as the reason of a hunk, is none of it.
    """
    for ids, batch in _read_batches(query, rows):
        for kind in query(_HUNK_KINDS, (json.dumps(ids),)):
            Edit(kind["edit"])
            _ = kind["reason"] and Reason(kind["reason"])
        for row, end, details in batch:
            _change(row, end, (), details)


def _read_batches(
    query: Query, rows: Sequence[ChangeRow]
) -> Iterator[tuple[list[int], list[tuple[ChangeRow, sqlite3.Row, _Details]]]]:
    """Yield the ids of judgements that are read together, with what is stored of each but its hunks."""
    waiting = iter(rows)
    while batch := list(islice(waiting, _BATCH)):
        ends = [_judgement(query, row) for row in batch]
        ids = [end["id"] for end in ends]
        details = _read_details(query, ids)
        yield ids, [(row, end, details[end["id"]]) for row, end in zip(batch, ends, strict=True)]


def _judgement(query: Query, row: ChangeRow) -> sqlite3.Row:
    found = query(_JUDGEMENTS, (row.service, row.document, row.to_number, row.occasion))
    if not found:
        raise StoreError(f"{row.id} names a version that is not there; run `tostrack archive verify`")
    return found[0]


def _read_details(query: Query, ids: Sequence[int]) -> dict[int, _Details]:
    found, asked = {one: _Details() for one in ids}, (json.dumps(ids),)
    for row in query(_FLAGS, asked):
        direction = Direction(row["direction"]) if row["direction"] else None
        found[row["judgement_id"]].flags[row["place"]].append(flag_of(row, direction))
    for row in query(_FACTS, asked):
        fact = Fact(FactKind(row["kind"]), row["old"], row["new"], row["sentence"])
        found[row["judgement_id"]].facts[row["place"]].append(fact)
    for row in query(_DATES, asked):
        found[row["judgement_id"]].dating = Dating(row["old"], row["new"], row["note"])
    return found


def _change(row: ChangeRow, end: sqlite3.Row, hunks: Sequence[Hunk], details: _Details) -> Change:
    return Change(
        _version(end, "from"),
        _version(end, "to"),
        tuple(
            replace(hunk, flags=tuple(details.flags[place]), facts=tuple(details.facts[place]))
            if place in details.flags or place in details.facts
            else hunk
            for place, hunk in enumerate(hunks)
        ),
        Judgement(Reason(row.reason), row.explanation, _IMPORTANCE.get(end["importance"], "")),
        service=row.service,
        document=row.document,
        dating=details.dating,
    )


def _version(end: sqlite3.Row, side: str) -> Version:
    seen_at, number = from_iso(require_time(end[f"{side}_seen_at"], "a version")), end[f"{side}_number"]
    return Version("", seen_at, number, stored_sha256=end[f"{side}_sha256"])
