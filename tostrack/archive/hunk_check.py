"""Check that the stored hunks of a document fit its texts, and that they are as many as were counted.

No hash holds them. What is checked is that they are about the two texts, and that their word edits are edits of their
clauses; what each hunk comes to by itself, nobody vouches for.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from tostrack.archive.hunk_rows import Query, unpack_ids, words_fit
from tostrack.archive.version_texts import VersionTexts
from tostrack.clauses import plain
from tostrack.errors import StoreError
from tostrack.models import Edit

_JUDGEMENTS = """
SELECT j.id, o.number AS from_number, n.number AS to_number, j.added, j.removed, j.reworded, j.moved, j.recomputed
FROM judgements j JOIN _versions o ON o.id = j.from_version JOIN _versions n ON n.id = j.to_version
WHERE j.document_id = ? ORDER BY j.to_version, j.id
"""
_HUNKS = """
SELECT h.judgement_id, h.hunk, h.edit, h.old_at, h.new_at, h.old_clauses, h.new_clauses, h.words
FROM judgements j JOIN _hunks h ON h.judgement_id = j.id WHERE j.document_id = ? ORDER BY h.judgement_id, h.hunk
"""


def check_hunks(
    query: Query, document_id: int, texts: VersionTexts, gone: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Yield the version and what is wrong, for each change of a document whose hunks are not about its two texts.

    Args:
        gone: What replaces clauses that were redacted: their word edits no longer fit.
    """
    hunks = defaultdict(list)
    for row in query(_HUNKS, (document_id,)):
        hunks[row["judgement_id"]].append(row)
    # Most clauses are in the hunks of many changes.
    plains: dict[int, str] = {}
    for judgement in query(_JUDGEMENTS, (document_id,)):
        found = hunks[judgement["id"]]
        counts = Counter(row["edit"] for row in found)
        counted = all(judgement[edit.value] == counts[edit.value] for edit in Edit)
        if not counted and not judgement["recomputed"]:
            yield judgement["to_number"], "its hunks are not those that were counted"
        if not _are_placed(found, *(texts.ids(judgement[end]) for end in ("from_number", "to_number"))):
            yield judgement["to_number"], "its hunks are not about its clauses"
        elif not all(row["words"] is None or _words_fit(row, texts, gone, plains) for row in found):
            yield judgement["to_number"], "its word edits are not edits of its clauses"


def _are_placed(hunks: Sequence[sqlite3.Row], old: list[int], new: list[int]) -> bool:
    """Return whether *hunks* are numbered, and each is of the clauses of the two texts that are where it says."""
    try:
        return all(
            row["hunk"] == place
            and _is_at(old, row["old_at"], unpack_ids(row["old_clauses"]))
            and _is_at(new, row["new_at"], unpack_ids(row["new_clauses"]))
            for place, row in enumerate(hunks)
        )
    except (StoreError, TypeError):
        return False


def _words_fit(row: sqlite3.Row, texts: VersionTexts, gone: Collection[str], plains: dict[int, str]) -> bool:
    sides = [unpack_ids(row[side]) for side in ("old_clauses", "new_clauses")]
    for clause_id in {one for side in sides for one in side}:
        if texts.clauses[clause_id].text in gone:
            return True
        if clause_id not in plains:
            plains[clause_id] = plain(texts.clauses[clause_id].text)
    try:
        return words_fit(row["words"], *(" ".join([plains[one] for one in side]) for side in sides))
    except TypeError:
        return False


def _is_at(ids: list[int], at: int | None, clauses: list[int]) -> bool:
    if at is None:
        return not clauses
    return bool(clauses) and at >= 0 and ids[at : at + len(clauses)] == clauses
