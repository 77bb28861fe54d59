"""Finds which of the watched services said a thing first: from stored rows, without rules."""

from __future__ import annotations

from tostrack.archive.hunk_rows import Query
from tostrack.models import Flag
from tostrack.render.memo import Precedence

_WATCHED = """
SELECT count(DISTINCT d.service_id) FROM documents d JOIN services s ON s.id = d.service_id
JOIN _versions v ON v.document_id = d.id WHERE s.slug <> ? AND v.seen_at <= ?
"""
_BEFORE = """
SELECT s.name, min(v.seen_at) AS seen_at FROM flags f JOIN _places p ON p.clause_id = f.clause_id
JOIN documents d ON d.id = p.document_id JOIN services s ON s.id = d.service_id
JOIN _versions v ON v.document_id = d.id AND v.number = p.first
WHERE f.rule = ? AND f.polarity = ? AND s.slug <> ? AND v.seen_at <= ? GROUP BY s.id ORDER BY 2, 1
"""


def find_precedence(query: Query, service: str, flag: Flag, meaning: str, seen_at: str) -> Precedence:
    """Return which services other than *service* had a clause with the rule and polarity of *flag* by *seen_at*.

    Args:
        query: Runs a query on the archive.
        service: Whose clause it is.
        flag: The flag.
        meaning: What a flag of that rule says.
        seen_at: ISO 8601.
    """
    [watched] = query(_WATCHED, (service, seen_at))
    rows = query(_BEFORE, (flag.rule, flag.polarity, service, seen_at))
    return Precedence(meaning, watched[0], tuple((row["name"], row["seen_at"]) for row in rows))
