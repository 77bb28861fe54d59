"""The judged changes of documents, as the log lists them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tostrack.models import Verdict, iso

#: How judgements are listed, by the SQL for their explanation: the view `changes` spells it out.
LISTED = """
SELECT j.id, s.slug AS service, d.slug AS document, o.number AS from_number, n.number AS to_number,
       o.seen_at AS from_seen_at, coalesce(j.judged_at, n.seen_at) AS seen_at, j.occasion, j.verdict, j.reason,
       {explanation} AS explanation,
       (SELECT group_concat(topic, ',') FROM
           (SELECT topic FROM judgement_flags WHERE judgement_id = j.id GROUP BY topic ORDER BY min(id))) AS topics,
       j.added, j.removed, j.reworded, j.moved, j.announced
FROM _judgements j JOIN documents d ON d.id = j.document_id JOIN services s ON s.id = d.service_id
JOIN _versions o ON o.id = j.from_version JOIN _versions n ON n.id = j.to_version
"""


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
    spell: Callable[[Sequence[object]], list[str]],
    service: str | None = None,
    document: str | None = None,
    *,
    verdict: Verdict | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> list[ChangeRow]:
    """Return judged changes, newest first; every argument behind *spell* narrows them.

    Args:
        query: Runs a query on the archive.
        spell: Reads stored texts: see `tostrack.archive.words`.
        service: Only its changes; and so on.
    """
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
        FROM ({LISTED.format(explanation="j.explanation")}) WHERE {" AND ".join(asked) or "1"}
        ORDER BY seen_at DESC, service, document, to_number DESC, occasion DESC LIMIT ?
    """  # noqa: S608 - the conditions are ours
    rows = query(listed, (*asked.values(), -1 if limit is None else limit))
    said = spell([row["explanation"] for row in rows])
    return [_change({**dict(row), "explanation": text}) for row, text in zip(rows, said, strict=True)]


def _change(row: dict[str, Any]) -> ChangeRow:
    topics = tuple(filter(None, (row.pop("topics") or "").split(",")))
    row["announced"] = bool(row["announced"])
    late = "-settled" if row["occasion"] == "settled" else ""
    return ChangeRow(id=f"{row['service']}/{row['document']}@{row['to_number']}{late}", topics=topics, **row)
