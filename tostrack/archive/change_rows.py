"""The judged changes of documents, as the log lists them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tostrack.archive.hunk_rows import Query
from tostrack.archive.stored_times import require_time
from tostrack.models import Verdict, iso
from tostrack.value import Value

#: How judgements are listed: the view `changes`.
LISTED = """
SELECT j.id, s.slug AS service, d.slug AS document, o.number AS from_number, n.number AS to_number,
       o.seen_at AS from_seen_at, coalesce(j.judged_at, n.seen_at) AS seen_at, j.occasion, j.verdict, j.reason,
       j.explanation,
       (SELECT group_concat(topic, ',') FROM
           (SELECT topic FROM judgement_flags WHERE judgement_id = j.id GROUP BY topic ORDER BY min(id))) AS topics,
       j.added, j.removed, j.reworded, j.moved, j.announced, j.headline, j.importance
FROM judgements j JOIN documents d ON d.id = j.document_id JOIN services s ON s.id = d.service_id
JOIN _versions o ON o.id = j.from_version JOIN _versions n ON n.id = j.to_version
"""


class ChangeRow(Value):
    """One judged change, as ``tostrack log`` lists it."""

    #: ``instagram/terms@7``: the document and the number of the version that it led to; ``@7-settled`` when that
    #: version was reported late, because the page flapped.
    id: str
    service: str
    document: str
    #: When the version was first seen; or, if it was reported late, then.
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
    #: The change in one sentence with the names of service and document, as readers saw it.
    headline: str = ""


def changes(
    query: Query,
    service: str | None = None,
    document: str | None = None,
    *,
    verdict: Verdict | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> list[ChangeRow]:
    """Return judged changes, newest first; every argument behind *query* narrows them."""
    # Only what is asked for is a condition: `? IS NULL OR` would keep SQLite from its indexes.
    narrowed = {
        "service = ?": service,
        "document = ?": document,
        "verdict = ?": verdict,
        "seen_at >= ?": since and iso(since),
        "seen_at <= ?": until and iso(until),
    }
    asked = {condition: value for condition, value in narrowed.items() if value is not None}
    # Within a document the number of the version is the order, whatever a clock said.
    order = "to_number DESC, occasion DESC" if document else "seen_at DESC, service, document, to_number DESC"
    listed = f"""
        SELECT service, document, seen_at, occasion, verdict, reason, explanation, topics, added, removed, reworded,
               moved, announced, from_number, to_number, coalesce(headline, explanation) AS headline
        FROM ({LISTED}) WHERE {" AND ".join(asked) or "1"} ORDER BY {order}, occasion DESC LIMIT ?
    """  # noqa: S608 - the conditions are ours
    most = limit if document and limit is not None else -1
    found = [_change(dict(row)) for row in query(listed, (*asked.values(), most))]
    return (found if document else order_by_number(found))[:limit]


def order_by_number(rows: Sequence[ChangeRow]) -> list[ChangeRow]:
    """Return changes of several documents, newest first by time, with those of each document by number.

    Where a clock once was ahead, a change counts as no later than the ones that followed it in its document.
    """
    times: dict[str, str] = {}
    latest: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (row.to_number, row.occasion), reverse=True):
        document = f"{row.service}/{row.document}"
        latest[document] = times[row.id] = min(row.seen_at, latest.get(document, row.seen_at))
    if all(times[row.id] == row.seen_at for row in rows):
        return list(rows)
    by_name = sorted(rows, key=lambda row: (row.to_number, row.occasion), reverse=True)
    by_name.sort(key=lambda row: (row.service, row.document))
    return sorted(by_name, key=lambda row: times[row.id], reverse=True)


def _change(row: dict[str, Any]) -> ChangeRow:
    topics = tuple(filter(None, (row.pop("topics") or "").split(",")))
    row["announced"] = bool(row["announced"])
    late = "-settled" if row["occasion"] == "settled" else ""
    name = f"{row['service']}/{row['document']}@{row['to_number']}{late}"
    require_time(row["seen_at"], name)
    return ChangeRow(id=name, topics=topics, **row)
