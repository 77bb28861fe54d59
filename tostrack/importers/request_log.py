"""What an outside archive was asked for, and what came: a working file beside ours, so that nothing is asked twice.

It holds no history. Whoever deletes it makes the next backfill ask again, and find that it has everything.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

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


class LoggedRequest(Value):
    """What came of asking for one capture."""

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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: cannot be used ({error}); it may be deleted") from error

    def entry(self, document: str, page: int, capture: Capture) -> LoggedRequest | None:
        """Return what came of *capture*, or None when it was not asked for yet."""
        query = "SELECT outcome, tries FROM captures WHERE document = ? AND page = ? AND address = ?"
        with self._reported():
            row = self._connection.execute(query, (document, page, capture.address)).fetchone()
        return LoggedRequest(*row) if row else None

    def same(self, document: str, page: int, capture: Capture) -> Snapshot | None:
        """Return the bytes of *capture* at its own time, when another capture with its digest brought them already."""
        query = """
            SELECT url, fetched_at, status, headers, chain, body FROM captures
            WHERE document = ? AND page = ? AND digest = ? AND outcome = 'kept' LIMIT 1
        """
        with self._reported():
            row = self._connection.execute(query, (document, page, capture.digest)).fetchone()
        if row is None:
            return None
        found = _snapshot(row)
        return Snapshot(capture.url, capture.at, found.status, found.body, found.headers, found.chain)

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
        query = """
            SELECT url, fetched_at, status, headers, chain, body FROM captures
            WHERE document = ? AND page = ? AND address = ? AND outcome = 'kept'
        """
        with self._reported():
            row = self._connection.execute(query, (document, page, capture.address)).fetchone()
        return _snapshot(row) if row else None

    def kept_at(self, document: str, page: int, capture: Capture) -> datetime | None:
        """Return when *capture*, whose bytes are here, was fetched; None where they are not."""
        query = """
            SELECT fetched_at FROM captures WHERE document = ? AND page = ? AND address = ? AND outcome = 'kept'
        """
        with self._reported():
            row = self._connection.execute(query, (document, page, capture.address)).fetchone()
        return from_iso(row[0]) if row else None

    def settle(self, document: str) -> None:
        """Let go of the bytes of *document*: what they held is in the archive now, or is not wanted there."""
        with self._reported():
            self._connection.execute(
                "UPDATE captures SET outcome = ?, body = NULL WHERE document = ? AND outcome = ?",
                (SETTLED, document, KEPT),
            )


def _snapshot(row: tuple[str, str, int, str, str, bytes]) -> Snapshot:
    url, fetched_at, status, headers, chain, body = row
    return Snapshot(
        url, from_iso(fetched_at), status, zlib.decompress(body), json.loads(headers), tuple(json.loads(chain))
    )
