"""What a change was found to mean when it was judged, kept beside its judgement: what moved, what days are stated.

They are written with it: see `tostrack.archive.judgement_rows`.
"""

from __future__ import annotations

#: Steps of the schema: see `tostrack.archive.migrations`.
TABLES = """
CREATE TABLE judgement_facts (
    id INTEGER PRIMARY KEY,
    judgement_id INTEGER NOT NULL REFERENCES judgements(id),
    hunk INTEGER NOT NULL,
    kind TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    sentence TEXT NOT NULL,
    place INTEGER
);
CREATE INDEX judgement_facts_judgement ON judgement_facts(judgement_id);

CREATE TABLE judgement_dates (
    judgement_id INTEGER PRIMARY KEY REFERENCES judgements(id),
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    note TEXT NOT NULL
);
"""
