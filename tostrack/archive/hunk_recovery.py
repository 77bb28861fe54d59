"""Hunks of a change that was recorded without them: the two texts are compared again, and the recorded row holds.

For archives of schema 1 and for what another archive hands over: hunks are in no hash, so nobody's are taken over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence

from tostrack.analysis.diff import diff
from tostrack.archive.provenance import Row
from tostrack.models import Clause, Edit, Hunk
from tostrack.value import Value

#: What finds the hunks between two texts, as `diff` does.
Compare = Callable[[Sequence[Clause], Sequence[Clause]], tuple[Hunk, ...]]

#: The place of a flag or fact whose words are in no hunk.
NOWHERE = -1
_REDACTED = "[redacted "


class RecoveredHunks(Value):
    """The hunks between two texts, and where in them the recorded flags and facts are, by table and in their order."""

    hunks: tuple[Hunk, ...]
    #: Whether they disagree with what was recorded.
    recomputed: bool
    #: Empty where every flag and fact is in the hunk that was recorded.
    places: Mapping[str, Sequence[int]]


def recover_hunks(
    old: Sequence[Clause],
    new: Sequence[Clause],
    row: Mapping[str, int],
    details: Mapping[str, Sequence[Row]],
    compare: Compare = diff,
) -> RecoveredHunks:
    """Return the hunks from *old* to *new* of a recorded judgement."""
    hunks = compare(old, new)
    counts = {edit.value: sum(hunk.edit is edit for hunk in hunks) for edit in Edit}
    flags, facts = details["judgement_flags"], details["judgement_facts"]
    agrees = (
        all(row[edit] == count for edit, count in counts.items())
        and all(_is_at(hunks, flag, _has_flag) for flag in flags)
        and all(_is_at(hunks, fact, _has_fact) for fact in facts)
    )
    if agrees:
        return RecoveredHunks(hunks, recomputed=False, places={})
    places = {
        "judgement_flags": [_find(hunks, flag, _has_flag) for flag in flags],
        "judgement_facts": [_find(hunks, fact, _has_fact) for fact in facts],
    }
    return RecoveredHunks(hunks, recomputed=True, places=places)


def note_places(connection: sqlite3.Connection, judgement_id: int, places: Mapping[str, Sequence[int]]) -> None:
    """Note that the hunks of a judgement are not those that were recorded, and where its flags and facts are."""
    connection.execute("UPDATE judgements SET recomputed = 1 WHERE id = ?", (judgement_id,))
    for table, stored in (("judgement_flags", "_judgement_flags"), ("judgement_facts", "judgement_facts")):
        # The tables are words of this module.
        query = f"SELECT id FROM {stored} WHERE judgement_id = ? ORDER BY id"  # noqa: S608
        ids = [row[0] for row in connection.execute(query, (judgement_id,))]
        write = f"UPDATE {stored} SET place = ? WHERE id = ?"  # noqa: S608
        connection.executemany(write, zip(places[table], ids, strict=True))


def _has_flag(hunk: Hunk, flag: Row) -> bool:
    return any(flag["quote"] in text for text in (hunk.new, hunk.old)) or flag["quote"].startswith(_REDACTED)


def _has_fact(hunk: Hunk, fact: Row) -> bool:
    return all(
        fact[side] in text or fact[side].startswith(_REDACTED) for side, text in (("old", hunk.old), ("new", hunk.new))
    )


def _is_at(hunks: Sequence[Hunk], found: Row, has: Callable[[Hunk, Row], bool]) -> bool:
    place = found["hunk"]
    return 0 <= place < len(hunks) and has(hunks[place], found)


def _find(hunks: Sequence[Hunk], found: Row, has: Callable[[Hunk, Row], bool]) -> int:
    if _is_at(hunks, found, has):
        return int(found["hunk"])
    return next((place for place, hunk in enumerate(hunks) if has(hunk, found)), NOWHERE)
