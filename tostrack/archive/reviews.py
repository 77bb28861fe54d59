"""The decisions of readers about changes: beside the hash chain and not in it; all are kept, the latest holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from tostrack.models import Verdict
from tostrack.value import Value

STATES = ("acknowledged", "dismissed")
#: Characters of a note.
LONGEST_NOTE = 10_000

TABLES = """
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    judgement_id INTEGER NOT NULL REFERENCES judgements(id),
    at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('', 'acknowledged', 'dismissed')),
    verdict TEXT NOT NULL CHECK (verdict IN ('', 'substantive', 'editorial', 'noise')),
    note TEXT NOT NULL
);
CREATE INDEX reviews_judgement ON reviews(judgement_id);
"""
_ALL = """
SELECT s.slug || '/' || d.slug || '@' || n.number || iif(j.occasion = 'settled', '-settled', '') AS change, r.at,
       r.state, r.verdict, r.note
FROM reviews r JOIN judgements j ON j.id = r.judgement_id JOIN documents d ON d.id = j.document_id
JOIN services s ON s.id = d.service_id JOIN _versions n ON n.id = j.to_version ORDER BY r.at, r.id
"""
_INSERT = """
INSERT INTO reviews (judgement_id, at, state, verdict, note)
SELECT j.id, ?5, ?6, ?7, ?8 FROM judgements j JOIN documents d ON d.id = j.document_id
JOIN services s ON s.id = d.service_id JOIN _versions n ON n.id = j.to_version
WHERE s.slug = ?1 AND d.slug = ?2 AND n.number = ?3 AND j.occasion = ?4 AND NOT EXISTS (
    SELECT 1 FROM reviews WHERE (judgement_id, at, state, verdict, note) = (j.id, ?5, ?6, ?7, ?8))
"""


class Review(Value):
    """One decision about one change; what is empty says nothing."""

    #: As ``tostrack log`` lists it: ``instagram/terms@7``.
    change: str
    at: str
    #: ``acknowledged``, ``dismissed`` or empty.
    state: str = ""
    #: The verdict that the reader gives instead.
    verdict: str = ""
    note: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether it can be stored; of another archive, anything may be read."""
        return self.state in ("", *STATES) and self.verdict in ("", *Verdict) and len(self.note) <= LONGEST_NOTE

    @property
    def silences(self) -> bool:
        """Whether the reader does not want to be notified: dismissed, or not substantive by their verdict."""
        return self.state == "dismissed" or self.verdict not in ("", Verdict.SUBSTANTIVE)

    @property
    def sentence(self) -> str:
        """It in words: ``dismissed; verdict of the reader: noise; “a menu”``."""
        verdict = f"verdict of the reader: {self.verdict}" if self.verdict else ""
        return "; ".join(filter(None, [self.state, verdict, f"“{self.note}”" if self.note else ""]))


def read_reviews(query: Callable[[str], Sequence[sqlite3.Row]]) -> list[Review]:
    """Return every review, the oldest first."""
    return [Review(**dict(row)) for row in query(_ALL)]


def combine_reviews(reviews: Iterable[Review]) -> dict[str, Review]:
    """Return what holds for each change: of its state, verdict and note the latest."""
    found: dict[str, Review] = {}
    for one in reviews:
        said = {name: value for name, value in vars(one).items() if value}
        found[one.change] = replace(found.get(one.change, one), **said)
    return found


def write_reviews(connection: sqlite3.Connection, reviews: Iterable[Review]) -> None:
    """Write, in the open transaction, those of *reviews* whose change is here and that are not here yet."""
    for one in reviews:
        document, _, number = one.change.partition("@")
        number, settled, _ = number.partition("-settled")
        place = (*document.split("/", 1), int(number), "settled" if settled else "seen")
        connection.execute(_INSERT, (*place, one.at, one.state, one.verdict, one.note))
