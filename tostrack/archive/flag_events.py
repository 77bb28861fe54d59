"""The history of each topic of a document, version by version, as rows: written with the version, read by SQL.

A moment is a pair of versions that readers know, under one set of rules; its events are what the rules found there.
No hash holds them: they are made by rules, and made again when the rules change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from tostrack.analysis.flags.history import FIRST, FlagEvent, merge_events
from tostrack.archive.flag_rows import FlagRows, flag_of
from tostrack.archive.hunk_rows import HEADING_SEPARATOR, Query, split_heading
from tostrack.models import Direction, Hunk
from tostrack.value import Value

#: The last version before one that readers know: it was not noise, by the later judgement where it has two.
_BEFORE = """
SELECT v.id, v.number FROM _versions v
LEFT JOIN judgements j ON j.to_version = v.id
    AND j.occasion = (SELECT max(occasion) FROM judgements WHERE to_version = v.id)
WHERE v.document_id = ? AND v.number < ? AND coalesce(j.verdict, '') <> 'noise' ORDER BY v.number DESC LIMIT 1
"""
_EVENTS = """
SELECT m.version_id, m.before_id, e.event, w.topic, w.polarity, w.quote, w.start, w."end", w.rule, e.sentence, x.heading
FROM _flag_moments m JOIN _rulebooks r ON r.id = m.rulebook_id JOIN _versions v ON v.id = m.version_id
LEFT JOIN _flag_events e ON e.moment_id = m.id LEFT JOIN _finds w ON w.id = e.find_id
LEFT JOIN _contexts x ON x.id = e.context_id
WHERE v.document_id = (SELECT document_id FROM _versions WHERE id = ?) AND r.fingerprint = ? ORDER BY m.id, e.id
"""

#: A version and the one before it that readers know; None for the first.
Moment = tuple[int, int | None]


class VersionBefore(Value):
    """The version that readers know before another one."""

    id: int
    number: int


def find_before(connection: sqlite3.Connection, document_id: int, number: int) -> VersionBefore | None:
    """Return the last version before *number* whose coming was not noise, or None."""
    row = connection.execute(_BEFORE, (document_id, number)).fetchone()
    return VersionBefore(*row) if row else None


def events_of_hunks(hunks: Iterable[Hunk]) -> list[FlagEvent]:
    """Return what happened to the flags of a change, from the directions that were found when it was compared."""
    return list(merge_events((hunk, hunk.flags) for hunk in hunks))


def write_moment(
    connection: sqlite3.Connection, flags: FlagRows, moment: Moment, events: Sequence[FlagEvent], fingerprint: str
) -> None:
    """Store the *events* of a moment by the rules of *fingerprint*, in the place of those of any other rules."""
    connection.execute("DELETE FROM _flag_moments WHERE version_id = ?", moment[:1])
    cursor = connection.execute(
        "INSERT INTO _flag_moments (version_id, before_id, rulebook_id) VALUES (?, ?, ?)",
        (*moment, flags.rulebook_id(fingerprint)),
    )
    connection.executemany(
        "INSERT INTO _flag_events (moment_id, event, find_id, sentence, context_id) VALUES (?, ?, ?, ?, ?)",
        [
            (
                *(cursor.lastrowid, event.event, flags.find(asdict(event.flag)), event.sentence),
                flags.context_id(HEADING_SEPARATOR.join(event.heading)),
            )
            for event in events
        ],
    )


def read_moments(query: Query, version_id: int, fingerprint: str) -> dict[Moment, list[FlagEvent]]:
    """Return the stored events of the document of a version, by moment, as the rules of *fingerprint* found them."""
    found: dict[Moment, list[FlagEvent]] = {}
    for row in query(_EVENTS, (version_id, fingerprint)):
        events = found.setdefault((row["version_id"], row["before_id"]), [])
        if row["event"] is not None:
            heading = split_heading(row["heading"])
            direction = None if row["event"] == FIRST else Direction(row["event"])
            events.append(FlagEvent(row["event"], flag_of(row, direction), row["sentence"], heading))
    return found
