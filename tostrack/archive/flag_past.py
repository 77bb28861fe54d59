"""The first version that said what a flag says, in any words, and when it was widened or narrowed since."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from tostrack.archive.blame import Blame, Stay
from tostrack.archive.hunk_rows import Query
from tostrack.archive.read import FlagRow, VersionRow
from tostrack.clauses import plain
from tostrack.models import Direction

_FLAGGED = "SELECT DISTINCT clause_id, topic, polarity FROM flags WHERE clause_id IN (SELECT value FROM json_each(?))"
_TEXTS = "SELECT id, text FROM clauses WHERE id IN (SELECT value FROM json_each(?))"
_MOVES = """
SELECT number, event, seen_at, topic, polarity, sentence FROM flag_events
WHERE service = ? AND document = ? AND event IN ('granted', 'widened', 'narrowed')
"""
_START = "SELECT seen_at FROM _versions WHERE document_id = ? ORDER BY number LIMIT 1"

#: A topic and a polarity.
_Subject = tuple[str, str]


def add_pasts(query: Query, blame: Blame, standing: VersionRow, rows: Iterable[FlagRow]) -> list[FlagRow]:
    """Return the flags of the current version, each with its past.

    Args:
        blame: The past of the clauses of its document.
    """
    found = list(rows)
    names = standing.service, standing.document
    if not found:
        return []
    stays = blame.unbroken(standing.number)
    subjects: dict[int, set[_Subject]] = defaultdict(set)
    for clause_id, topic, polarity in map(tuple, query(_FLAGGED, (_ids(stays.values()),))):
        subjects[clause_id].add((topic, polarity))
    stays = {clause_id: past for clause_id, past in stays.items() if clause_id in subjects}
    texts = {row["id"]: row["text"] for row in query(_TEXTS, (_ids(stays.values()),))}
    events: dict[tuple[int, _Subject], list[tuple[str, str, str]]] = defaultdict(list)
    for number, event, seen_at, topic, polarity, sentence in map(tuple, query(_MOVES, names)):
        events[number, (topic, polarity)].append((event, seen_at, sentence))
    lines = {texts[clause_id]: past for clause_id, past in stays.items()}
    [(start,)] = query(_START, (blame.document_id,))
    result = []
    for row in found:
        subject = row.topic, row.polarity
        first = row.since
        moves: list[tuple[str, str]] = []
        for stay in reversed(lines.get(row.clause, [])):
            if subject not in subjects[stay.clause_id]:
                break
            first = min(row.since, blame.seen_at(stay.since))
            text = plain(texts[stay.clause_id])
            here = [(event, at) for event, at, sentence in events[stay.since, subject] if sentence in text]
            if any(event == Direction.GRANTED for event, _ in here):
                break
            moves += reversed(here)
        moves = [move for move in dict.fromkeys(reversed(moves)) if move[1] > first]
        result.append(replace(row, first=first, from_start=first == start, moves=tuple(moves)))
    return result


def _ids(pasts: Iterable[Iterable[Stay]]) -> str:
    return json.dumps(sorted({stay.clause_id for past in pasts for stay in past}))
