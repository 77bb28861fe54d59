"""The hunks of a change as rows: which clauses each covers, where, and its word edits as lengths.

The texts of a hunk are those of its clauses, so they are stored once, and what is redacted there is redacted here. Word
edits are runs such as ``=12-5+7``: characters kept, removed and added, counted in the plain texts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

from tostrack.clauses import plain
from tostrack.errors import StoreError
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Edit, Hunk, Reason
from tostrack.value import Value

#: Runs a query on the archive.
Query = Callable[[str, Sequence[object]], list[sqlite3.Row]]
WordEdits = tuple[tuple[str, str], ...]
#: A heading path is one text in the archive; no heading holds this character (`clauses.plain` folds white space).
HEADING_SEPARATOR = "\n"

_RUN = lazy_pattern(r"([=+-])(\d{1,9})")
_RUNS = lazy_pattern(r"(?:[=+-]\d{1,9})*")
#: This many hunks are read with one query.
_MOST_IDS = 5_000

_HUNKS = """
SELECT h.judgement_id, h.hunk, h.edit, h.reason, x.heading, h.old_at, h.new_at, h.old_clauses, h.new_clauses, h.words
FROM _hunks h JOIN _contexts x ON x.id = h.context_id
WHERE h.judgement_id IN (SELECT value FROM json_each(?)) ORDER BY h.judgement_id, h.hunk
"""
_CLAUSES = "SELECT id, kind, text FROM clauses WHERE id IN (SELECT value FROM json_each(?))"


class HunkRow(Value):
    """A row of `_hunks` without its judgement; ``context`` is the heading path as stored."""

    edit: str
    reason: str
    context: str
    old_at: int | None
    new_at: int | None
    old_clauses: int | str | None
    new_clauses: int | str | None
    words: str | None


def split_heading(stored: str) -> tuple[str, ...]:
    """Return a heading path as `Clause.heading` has it from the text that is stored of it."""
    return tuple(filter(None, stored.split(HEADING_SEPARATOR)))


def build_hunk_rows(hunks: Iterable[Hunk], old: Sequence[int], new: Sequence[int]) -> list[HunkRow]:
    """Return *hunks* as rows.

    Raises:
        StoreError: A hunk is outside the two texts.
    """
    return [
        HunkRow(
            hunk.edit.value,
            hunk.reason.value if hunk.reason else "",
            HEADING_SEPARATOR.join(hunk.heading),
            hunk.old_at,
            hunk.new_at,
            _pack_ids(old, hunk.old_at, hunk.old_count),
            _pack_ids(new, hunk.new_at, hunk.new_count),
            pack_words(hunk.words, hunk.old, hunk.new),
        )
        for hunk in hunks
    ]


def insert_hunks(
    connection: sqlite3.Connection, judgement_id: int, rows: Iterable[HunkRow], context_id: Callable[[str], int]
) -> None:
    """Write, in the open transaction, the hunks of a judgement; *context_id* gives the id of a heading path."""
    connection.executemany(
        "INSERT INTO _hunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(judgement_id, place, row.edit, row.reason, context_id(row.context)),
                *(row.old_at, row.new_at, row.old_clauses, row.new_clauses, row.words),
            )
            for place, row in enumerate(rows)
        ],
    )


def _pack_ids(ids: Sequence[int], at: int | None, count: int) -> int | str | None:
    """Return the ids of a hunk's clauses: a number where there is one, else a JSON list; both are read by json_each."""
    if at is None:
        return None
    if at < 0 or count < 1 or at + count > len(ids):
        raise StoreError("a hunk lies outside its text")
    return ids[at] if count == 1 else json.dumps([*ids[at : at + count]], separators=(",", ":"))


def unpack_ids(packed: int | str | None) -> list[int]:
    """Return the ids that `_hunks` holds for one side.

    Raises:
        StoreError: They are no ids.
    """
    if packed is None or isinstance(packed, int):
        return [] if packed is None else [packed]
    try:
        found = json.loads(packed)
    except (ValueError, TypeError, RecursionError) as error:
        raise StoreError("the clauses of a hunk cannot be read; run `tostrack archive verify`") from error
    if not isinstance(found, list) or not all(isinstance(one, int) for one in found):
        raise StoreError("the clauses of a hunk cannot be read; run `tostrack archive verify`")
    return found


def pack_words(words: WordEdits, old: str, new: str) -> str | None:
    """Return word edits as runs; None where the whole old text is replaced by the whole new one, or both are equal."""
    if words == _whole(old, new):
        return None
    runs = "".join(f"{op}{len(text)}" for op, text in words)
    return runs if unpack_words(runs, old, new) == words else None


def unpack_words(runs: str | None, old: str, new: str) -> WordEdits:
    """Return the word edits between two plain texts; where *runs* do not fit them, the whole texts."""
    found = None if runs is None else _read_runs(runs, old, new)
    return _whole(old, new) if found is None else found


def _read_runs(runs: str, old: str, new: str) -> WordEdits | None:
    """Return the word edits between two plain texts; None where *runs* do not fit them."""
    if not _RUNS.fullmatch(runs):
        return None
    found, before, after = [], 0, 0
    for op, digits in _RUN.findall(runs):
        length = int(digits)
        found.append((op, new[after : after + length] if op == "+" else old[before : before + length]))
        before += length * (op != "+")
        after += length * (op != "-")
    sides = ("".join(text for op, text in found if op != without) for without in "+-")
    return tuple(found) if (old, new) == tuple(sides) else None


def words_fit(runs: str | None, old: str, new: str) -> bool:
    """Return whether stored word edits are those of two plain texts, as `pack_words` writes them; None fits any."""
    if runs is None:
        return True
    found = _read_runs(runs, old, new)
    return found is not None and found != _whole(old, new) and runs == "".join(f"{op}{len(text)}" for op, text in found)


def _whole(old: str, new: str) -> WordEdits:
    if old == new:
        return (("=", old),) if old else ()
    return tuple((op, text) for op, text in (("-", old), ("+", new)) if text)


def read_hunks(query: Query, judgement_ids: Sequence[int]) -> dict[int, list[Hunk]]:
    """Return the stored hunks of judgements, by judgement, in document order; without flags and facts.

    Raises:
        StoreError: A row names clauses that are not there.
    """
    found: dict[int, list[Hunk]] = {judgement_id: [] for judgement_id in judgement_ids}
    rows = query(_HUNKS, (json.dumps([*found]),))
    for first in range(0, len(rows), _MOST_IDS):
        batch = rows[first : first + _MOST_IDS]
        sides = [(unpack_ids(row["old_clauses"]), unpack_ids(row["new_clauses"])) for row in batch]
        ids = sorted({one for pair in sides for side in pair for one in side})
        clauses = {row["id"]: (row["kind"], plain(row["text"])) for row in query(_CLAUSES, (json.dumps(ids),))}
        for row, (old, new) in zip(batch, sides, strict=True):
            found[row["judgement_id"]].append(_hunk(row, old, new, clauses))
    return found


def _hunk(row: sqlite3.Row, old: list[int], new: list[int], clauses: Mapping[int, tuple[str, str]]) -> Hunk:
    try:
        before, after = (" ".join([clauses[one][1] for one in side]) for side in (old, new))
        return Hunk(
            Edit(row["edit"]),
            split_heading(row["heading"]),
            before,
            after,
            unpack_words(row["words"], before, after),
            row["old_at"],
            row["new_at"],
            clauses[(new or old)[0]][0],
            old_count=len(old),
            new_count=len(new),
            reason=Reason(row["reason"]) if row["reason"] else None,
        )
    except (LookupError, ValueError) as error:
        raise StoreError("a hunk names clauses that are not there; run `tostrack archive verify`") from error
