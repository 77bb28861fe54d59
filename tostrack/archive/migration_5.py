"""Step 5 of the schema: what became of the parts of a message, and checksums of judgements."""

from __future__ import annotations

import sqlite3

from tostrack.archive import judgement_sums, outbox
from tostrack.archive.migrations import run_script


def to_schema_5(connection: sqlite3.Connection) -> None:
    """Make the two tables, and sum up what is stored."""
    run_script(connection, outbox.DELIVERIES + judgement_sums.TABLES)
    ids = [row[0] for row in connection.execute("SELECT id FROM judgements ORDER BY id")]
    judgement_sums.write_sums(connection, ids)
