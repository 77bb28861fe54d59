"""The judged changes of documents, as the log lists them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tostrack.models import Verdict, iso


@dataclass(frozen=True)
class ChangeRow:
    """One judged change, as ``tostrack log`` lists it."""

    #: ``instagram/terms@7``: the document and the number of the version that it led to; ``@7-settled`` when that
    #: version was told late, having outlived the flapping.
    id: str
    service: str
    document: str
    #: When the version was first seen; when it was told late, then.
    seen_at: str
    occasion: str
    verdict: str
    reason: str
    explanation: str
    topics: tuple[str, ...]
    added: int
    removed: int
    reworded: int
    moved: int
    announced: bool
    from_number: int
    to_number: int


def changes(
    query: Callable[[str, Sequence[object]], list[sqlite3.Row]],
    service: str | None = None,
    document: str | None = None,
    *,
    verdict: Verdict | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> list[ChangeRow]:
    """Return judged changes, newest first; every argument but *query*, which runs one on the archive, narrows them."""
    # Only what is asked for is a condition: `? IS NULL OR` would keep SQLite from its indexes.
    narrowed = {
        "service = ?": service,
        "document = ?": document,
        "verdict = ?": verdict,
        "seen_at >= ?": since and iso(since),
        "seen_at <= ?": until and iso(until),
    }
    asked = {condition: value for condition, value in narrowed.items() if value is not None}
    listed = f"""
        SELECT service, document, seen_at, occasion, verdict, reason, explanation, topics, added, removed, reworded,
               moved, announced, from_number, to_number
        FROM changes WHERE {" AND ".join(asked) or "1"}
        ORDER BY seen_at DESC, service, document, to_number DESC, occasion DESC LIMIT ?
    """  # noqa: S608 - the conditions are ours
    rows = query(listed, (*asked.values(), -1 if limit is None else limit))
    return [_change(dict(row)) for row in rows]


def _change(row: dict[str, Any]) -> ChangeRow:
    topics = tuple(filter(None, (row.pop("topics") or "").split(",")))
    row["announced"] = bool(row["announced"])
    late = "-settled" if row["occasion"] == "settled" else ""
    return ChangeRow(id=f"{row['service']}/{row['document']}@{row['to_number']}{late}", topics=topics, **row)
