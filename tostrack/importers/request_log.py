"""The requests to an outside archive and their answers: a working file beside ours, so that nothing is asked twice.

It holds no history. When it is deleted, the next backfill asks again, and finds that it has everything.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tostrack.errors import StoreError
from tostrack.importers.wayback import Capture
from tostrack.models import Snapshot, from_iso, iso
from tostrack.value import Value

#: How often what failed in passing is asked for before it counts as lost.
_MOST_TRIES = 3
#: Outcomes beside the causes of failures: the bytes are here; what they held is in the archive, or was found wanting.
KEPT, SETTLED = "kept", "settled"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS captures (
    document TEXT NOT NULL,
    page INTEGER NOT NULL,
    address TEXT NOT NULL,
    digest TEXT NOT NULL,
    outcome TEXT NOT NULL,
    tries INTEGER NOT NULL,
    url TEXT,
    fetched_at TEXT,
    status INTEGER,
    headers TEXT,
    chain TEXT,
    body BLOB,
    PRIMARY KEY (document, page, address)
)
"""
_OF_CAPTURE = "FROM captures WHERE document = ? AND page = ? AND address = ?"


class LoggedRequest(Value):
    """The answer to the request for one capture."""

    outcome: str
    tries: int

    @property
    def is_open(self) -> bool:
        """Whether it is worth asking again."""
        return self.outcome == "unavailable" and self.tries < _MOST_TRIES


class RequestLog:
    """The working file at *path*; made when it is not there.

    Raises:
        StoreError: It cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._reported():
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: cannot be used ({error}); it may be deleted") from error

    def _first(self, query: str, *values: object) -> Any:
        with self._reported():
            return self._connection.execute(query, values).fetchone()

    def entry(self, document: str, page: int, capture: Capture) -> LoggedRequest | None:
        """Return what came of *capture*, or None when it was not asked for yet."""
        row = self._first(f"SELECT outcome, tries {_OF_CAPTURE}", document, page, capture.address)
        return LoggedRequest(*row) if row else None

    def same(self, document: str, page: int, capture: Capture) -> Snapshot | None:
        """Return the bytes of *capture* at its own time, when another capture with its digest brought them already."""
        query = """
            SELECT url, fetched_at, status, headers, chain, body FROM captures
            WHERE document = ? AND page = ? AND digest = ? AND outcome = 'kept' LIMIT 1
        """
        row = self._first(query, document, page, capture.digest)
        return replace(_snapshot(row), url=capture.url, fetched_at=capture.at) if row else None

    def keep(self, document: str, page: int, capture: Capture, found: Snapshot) -> LoggedRequest:
        """Write down what *capture* brought."""
        headers, chain = json.dumps(dict(found.headers)), json.dumps(found.chain)
        facts = (found.url, iso(found.fetched_at), found.status, headers, chain, zlib.compress(found.body))
        return self._write(document, page, capture, LoggedRequest(KEPT, 0), *facts)

    def fail(self, document: str, page: int, capture: Capture, cause: str, *, passing: bool) -> LoggedRequest:
        """Write down why *capture* could not be had; what is *passing* may be asked for again."""
        before = self.entry(document, page, capture)
        tries = (before.tries if before else 0) + 1
        return self._write(
            document, page, capture, LoggedRequest("unavailable" if passing else cause, tries), *[None] * 6
        )

    def _write(self, document: str, page: int, capture: Capture, entry: LoggedRequest, *facts: object) -> LoggedRequest:
        values = (document, page, capture.address, capture.digest, entry.outcome, entry.tries, *facts)
        with self._reported():
            self._connection.execute("INSERT OR REPLACE INTO captures VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", values)
        return entry

    def kept(self, document: str, page: int, capture: Capture) -> Snapshot | None:
        """Return what *capture* brought, if it did and is not in the archive yet."""
        query = f"SELECT url, fetched_at, status, headers, chain, body {_OF_CAPTURE} AND outcome = 'kept'"
        row = self._first(query, document, page, capture.address)
        return _snapshot(row) if row else None

    def kept_at(self, document: str, page: int, capture: Capture) -> datetime | None:
        """Return when *capture*, whose bytes are here, was fetched; None where they are not."""
        query = f"SELECT fetched_at {_OF_CAPTURE} AND outcome = 'kept'"
        row = self._first(query, document, page, capture.address)
        return from_iso(row[0]) if row else None

    def settle(self, document: str) -> None:
        """Let go of the bytes of *document*: what they held is in the archive now, or is not wanted there."""
        query = "UPDATE captures SET outcome = ?, body = NULL WHERE document = ? AND outcome = ?"
        self._first(query, SETTLED, document, KEPT)


def _snapshot(row: tuple[str, str, int, str, str, bytes]) -> Snapshot:
    url, fetched_at, status, headers, chain, body = row
    return Snapshot(
        url, from_iso(fetched_at), status, zlib.decompress(body), json.loads(headers), tuple(json.loads(chain))
    )
