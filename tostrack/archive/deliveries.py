"""What became of each part of a message that is delivered in several: to several targets, or as several messages."""

from __future__ import annotations

import sqlite3

TABLES = """
CREATE TABLE deliveries (
    message_id INTEGER NOT NULL REFERENCES messages(id),
    part TEXT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (message_id, part)
) WITHOUT ROWID;
"""


def write_delivery(connection: sqlite3.Connection, message_id: int, part: str, error: str) -> None:
    """Store, in the open transaction, that *part* arrived, or with what *error* it was refused for good."""
    connection.execute("INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?)", (message_id, part, error))
