"""What a change was found to mean when it was judged, kept beside its judgement: what moved, what days are stated.

They are written with it: see `tostrack.archive.judgement_rows`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from tostrack.models import Dating, Fact, FactKind

#: Steps of the schema: see `tostrack.archive.migrations`.
TABLES = """
CREATE TABLE judgement_facts (
    id INTEGER PRIMARY KEY,
    judgement_id INTEGER NOT NULL REFERENCES _judgements(id),
    hunk INTEGER NOT NULL,
    kind TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    sentence TEXT NOT NULL
);
CREATE INDEX judgement_facts_judgement ON judgement_facts(judgement_id);

CREATE TABLE judgement_dates (
    judgement_id INTEGER PRIMARY KEY REFERENCES _judgements(id),
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    note TEXT NOT NULL
);
"""


def read_facts(
    query: Callable[[str, Sequence[object]], list[sqlite3.Row]], judgement_id: int
) -> tuple[list[tuple[int, Fact]], Dating | None]:
    """Return the facts of a judgement, each with the place of its hunk, and the days that the two texts state."""
    facts = query(
        "SELECT hunk, kind, old, new, sentence FROM judgement_facts WHERE judgement_id = ? ORDER BY id",
        (judgement_id,),
    )
    dates = query("SELECT old, new, note FROM judgement_dates WHERE judgement_id = ?", (judgement_id,))
    found = [(row["hunk"], Fact(FactKind(row["kind"]), row["old"], row["new"], row["sentence"])) for row in facts]
    return found, Dating(*dates[0]) if dates else None
