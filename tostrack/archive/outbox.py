"""The messages to send: rows written with the change itself, gathered into messages, each sent at least once.

A row says that a reader is to hear of an event; it is written in the transaction of the change. A message gathers rows
and freezes which; its name, the Message-ID, is the same forever. Here `notify` has a connection of its own, so that a
slow mail server never holds up a crawl: its transactions take milliseconds and SQLite's lock orders them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from tostrack.archive.migrations import report_errors
from tostrack.errors import StoreError
from tostrack.models import Change, DigestSettings, channel_of, iso
from tostrack.value import Value

#: These tables hold people's addresses (`PRIVATE`).
TABLES = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('digest', 'storm', 'question', 'confirm', 'still-watching')),
    digest TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    since TEXT NOT NULL,
    made_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'retry', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT NOT NULL,
    leased_until TEXT,
    sent_at TEXT,
    error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX messages_due ON messages(state, next_try_at);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    digest TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    message_id INTEGER REFERENCES messages(id),
    UNIQUE (event, channel, recipient)
);
CREATE INDEX outbox_message ON outbox(message_id);

CREATE TABLE subscribers (
    digest TEXT NOT NULL,
    address TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    confirmed_at TEXT,
    left_at TEXT,
    PRIMARY KEY (digest, address)
) WITHOUT ROWID;

CREATE TABLE suppressions (address TEXT PRIMARY KEY, since TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
"""

#: What became of each part of a message that is delivered in several: to several targets, or as several messages.
DELIVERIES = """
CREATE TABLE deliveries (
    message_id INTEGER NOT NULL REFERENCES messages(id),
    part TEXT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (message_id, part)
) WITHOUT ROWID;
"""
#: Tables with people's addresses: a copy for the public has no row of them.
PRIVATE = ("outbox", "deliveries", "messages", "subscribers", "suppressions")

#: The identity of an archive as long as the watchlist gives none (RFC 2606).
UNSET_AUTHORITY = "tostrack.invalid"

#: How long another notifier's transaction is waited for, in seconds.
_BUSY_TIMEOUT = 30.0


#: No message is put off for longer.
_FARTHEST = timedelta(hours=36)


class Waiting(Value):
    """A row that no message has gathered yet."""

    id: int
    event: str
    digest: str
    channel: str
    recipient: str
    queued_at: str


class Message(Value):
    """One message to one recipient: its members never change."""

    id: int
    kind: str
    digest: str
    channel: str
    recipient: str
    #: The Message-ID without its brackets.
    name: str
    #: Where the span of time begins that it speaks of.
    since: str
    made_at: str
    state: str
    attempts: int
    next_try_at: str
    leased_until: str | None
    sent_at: str | None
    error: str


def queue(
    connection: sqlite3.Connection,
    digests: Sequence[DigestSettings],
    event: str,
    change: Change,
    at: datetime,
    kind: str = "",
) -> None:
    """Write, in the open transaction, a row for everyone who is to hear of *change*; one a channel and recipient.

    Args:
        event: The id of the change, ``acme/terms@7``.
        kind: What kind of document changed; asked for only where a digest names kinds.
    """
    for digest in digests:
        if not digest.wants(event.partition("@")[0], change.verdict, change.topics, kind):
            continue
        confirmed = connection.execute(
            "SELECT address FROM subscribers WHERE digest = ? AND confirmed_at IS NOT NULL AND left_at IS NULL",
            (digest.slug,),
        )
        for recipient in dict.fromkeys((*digest.to, *(row[0] for row in confirmed))):
            connection.execute(
                "INSERT OR IGNORE INTO outbox (event, digest, channel, recipient, queued_at) VALUES (?, ?, ?, ?, ?)",
                (event, digest.slug, channel_of(recipient), recipient, iso(at)),
            )


class Outbox:
    """The outbox of an archive, open for gathering and sending beside a crawl. Usable as a context manager.

    Raises:
        StoreError: The archive is missing or cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise StoreError(f"{self.path}: no archive there yet; `tostrack crawl` makes it")
        with self._reported():
            self._connection = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT, isolation_level=None)
            self._connection.row_factory = sqlite3.Row
            for pragma in ("synchronous = FULL", "foreign_keys = ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.execute("SELECT 1 FROM outbox LIMIT 1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _reported(self) -> AbstractContextManager[None]:
        return report_errors(self.path, "cannot use the outbox")

    @contextmanager
    def _atomic(self) -> Iterator[None]:
        with self._reported():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._reported():
            return self._connection.execute(query, values).fetchall()

    def _write(self, query: str, *values: object) -> int:
        """Run *query* in a transaction of its own; return how many rows it changed."""
        with self._atomic():
            return self._connection.execute(query, values).rowcount

    def set_authority(self, authority: str) -> None:
        """Make *authority* the identity in ids of feeds and messages, unless the archive has one already."""
        self._write("UPDATE meta SET value = ? WHERE key = 'authority' AND value = ?", authority, UNSET_AUTHORITY)

    # Gathering

    def waiting(self, digest: str | None = None) -> list[Waiting]:
        """Return the rows that no message has gathered, oldest first."""
        query = """
            SELECT id, event, digest, channel, recipient, queued_at FROM outbox
            WHERE message_id IS NULL AND (?1 IS NULL OR digest = ?1) ORDER BY queued_at, id
        """
        return [Waiting(**dict(row)) for row in self._rows(query, (digest,))]

    def nights(self) -> dict[str, int]:
        """Return of how many documents each night's rows tell, by day."""
        query = """
            SELECT substr(queued_at, 1, 10), count(DISTINCT substr(event, 1, instr(event, '@'))) FROM outbox
            GROUP BY substr(queued_at, 1, 10)
        """
        return dict(map(tuple, self._rows(query)))

    def told_on(self, day: str) -> list[str]:
        """Return the ids of the changes of one night that any reader is notified of."""
        query = "SELECT DISTINCT event FROM outbox WHERE substr(queued_at, 1, 10) = ?"
        return [row[0] for row in self._rows(query, (day,))]

    def gather(
        self,
        kind: str,
        digest: str,
        channel: str,
        recipient: str,
        rows: Sequence[Waiting],
        *,
        name: str,
        since: datetime,
        at: datetime,
        not_before: datetime | None = None,
    ) -> bool:
        """Freeze *rows* as a message of this *name*; return False when another process has gathered it or them."""
        with self._atomic():
            for row in rows:
                free = self._connection.execute("SELECT message_id FROM outbox WHERE id = ?", (row.id,)).fetchone()
                if free is None or free[0] is not None:
                    return False
            made = self._connection.execute(
                """
                INSERT OR IGNORE INTO messages (kind, digest, channel, recipient, name, since, made_at, next_try_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                (kind, digest, channel, recipient, name, iso(since), iso(at), iso(not_before or at)),
            )
            if not made.rowcount:
                return False
            self._connection.executemany(
                "UPDATE outbox SET message_id = ? WHERE id = ?", [(made.lastrowid, row.id) for row in rows]
            )
        return True

    def messages(self, digest: str | None = None, recipient: str | None = None) -> list[Message]:
        """Return the messages, newest first."""
        query = """
            SELECT * FROM messages WHERE (?1 IS NULL OR digest = ?1) AND (?2 IS NULL OR recipient = ?2)
            ORDER BY made_at DESC, id DESC
        """
        return [Message(**dict(row)) for row in self._rows(query, (digest, recipient))]

    def events(self, message: Message) -> list[str]:
        """Return the ids of the changes that *message* tells of, in the order in which they happened."""
        query = "SELECT event FROM outbox WHERE message_id = ? ORDER BY queued_at, id"
        return [row[0] for row in self._rows(query, (message.id,))]

    # Sending

    def lease(self, at: datetime, until: datetime, without: Sequence[str] = ()) -> Message | None:
        """Return a message that is due, ours alone *until* then; None when there is none.

        A lease more than twice as long, or a wait longer than any that we set, was written by a clock that has been set
        back since: it is void.

        Args:
            without: Channels that are down.
        """
        query = """
            UPDATE messages SET leased_until = ?1, attempts = attempts + 1
            WHERE id = (
                SELECT id FROM messages
                WHERE state IN ('pending', 'retry') AND (next_try_at <= ?2 OR next_try_at > ?4)
                    AND (leased_until IS NULL OR leased_until <= ?2 OR leased_until > ?5)
                    AND channel NOT IN (SELECT value FROM json_each(?3))
                ORDER BY next_try_at, id LIMIT 1
            ) RETURNING *
        """
        # Twice: a lease may have been renewed while this one waited for its turn to write.
        values = (iso(until), iso(at), json.dumps(without), iso(at + _FARTHEST), iso(until + (until - at)))
        with self._atomic():
            rows = self._connection.execute(query, values).fetchall()
        return Message(**dict(rows[0])) if rows else None

    def renew(self, message: Message, until: datetime) -> bool:
        """Let *message*, as `lease` returned it, be ours alone *until* then; False when another sender has it now."""
        query = """
            UPDATE messages SET leased_until = ?
            WHERE id = ? AND attempts = ? AND state IN ('pending', 'retry') AND leased_until IS NOT NULL
        """
        return bool(self._write(query, iso(until), message.id, message.attempts))

    def sent(self, message: Message, at: datetime) -> None:
        """Note that *message* has arrived."""
        self._settle(message, "sent", sent_at=iso(at))

    def retry(self, message: Message, at: datetime, error: str) -> None:
        """Note that *message* is to be tried again *at* a time."""
        self._settle(message, "retry", next_try_at=iso(at), error=error)

    def bury(self, message: Message, error: str) -> None:
        """Note that *message* is not tried any more."""
        self._settle(message, "dead", error=error)

    def _settle(
        self,
        message: Message,
        state: str,
        *,
        sent_at: str | None = None,
        next_try_at: str | None = None,
        error: str = "",
    ) -> None:
        # What arrived has arrived, whatever a second sender says of it; of all else the last sender knows.
        query = """
            UPDATE messages SET state = ?1, leased_until = NULL, sent_at = ?2,
                next_try_at = coalesce(?3, next_try_at), error = ?4
            WHERE id = ?5 AND state <> 'sent' AND (?1 = 'sent' OR attempts = ?6)
        """
        self._write(query, state, sent_at, next_try_at, error, message.id, message.attempts)

    def release(self, at: datetime) -> int:
        """Let what was held back after a storm go at once; return how many messages."""
        query = "UPDATE messages SET next_try_at = ?1 WHERE kind = 'storm' AND state = 'pending' AND next_try_at > ?1"
        return self._write(query, iso(at))

    def drop(self, reason: str) -> int:
        """Give up what is held back after a storm; return how many messages."""
        query = "UPDATE messages SET state = 'dead', error = ? WHERE kind = 'storm' AND state = 'pending'"
        return self._write(query, reason)

    def deliveries(self, message: Message) -> dict[str, str]:
        """Return the settled parts of *message*: each with why it was refused for good, empty when it arrived."""
        return dict(map(tuple, self._rows("SELECT part, error FROM deliveries WHERE message_id = ?", (message.id,))))

    def settle_part(self, message: Message, part: str, error: str = "") -> None:
        """Note that a part of *message* has arrived, or with what *error* it was refused for good."""
        self._write("INSERT OR REPLACE INTO deliveries VALUES (?, ?, ?)", message.id, part, error)

    # Permission

    def ask(self, digest: str, address: str, at: datetime) -> None:
        """Note that *address* asked for a digest, or asked again; nothing is sent before it is confirmed."""
        query = """
            INSERT INTO subscribers (digest, address, asked_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (digest, address) DO UPDATE SET asked_at = ?3
        """
        self._write(query, digest, address, iso(at))

    def confirm(self, digest: str, address: str, at: datetime) -> bool:
        """Note that the owner of *address* wants the digest; False when nobody asked since it left."""
        query = """
            UPDATE subscribers SET confirmed_at = ?, left_at = NULL
            WHERE digest = ? AND address = ? AND (left_at IS NULL OR asked_at > left_at)
        """
        return bool(self._write(query, iso(at), digest, address))

    def leave(self, digest: str, address: str, at: datetime) -> None:
        """Note that *address* wants the digest no more; it may never have subscribed, being named in the watchlist."""
        query = """
            INSERT INTO subscribers (digest, address, asked_at, left_at) VALUES (?1, ?2, ?3, ?3)
            ON CONFLICT (digest, address) DO UPDATE SET left_at = ?3
        """
        self._write(query, digest, address, iso(at))

    def suppress(self, address: str, at: datetime, reason: str) -> None:
        """Note that *address* gets nothing any more, whatever it subscribes to."""
        self._write("INSERT OR IGNORE INTO suppressions VALUES (?, ?, ?)", address.lower(), iso(at), reason)

    def allow(self, address: str) -> bool:
        """Undo `suppress`; return whether there was anything to undo."""
        return bool(self._write("DELETE FROM suppressions WHERE address = ?", address.lower()))

    def subscribers(self, digest: str | None = None) -> list[dict[str, str | None]]:
        """Return who asked for which digest, when they confirmed, and when they left."""
        query = "SELECT * FROM subscribers WHERE ?1 IS NULL OR digest = ?1 ORDER BY digest, address"
        return [dict(row) for row in self._rows(query, (digest,))]

    def recipients(self, digest: DigestSettings) -> list[str]:
        """Return who gets *digest*: whom it names, then who confirmed a subscription; some may have left since."""
        confirmed = [str(row["address"]) for row in self.subscribers(digest.slug) if row["confirmed_at"]]
        return list(dict.fromkeys((*digest.to, *confirmed)))

    def refusal(self, digest: str, address: str) -> str:
        """Return why *address* must not get the digest now; empty when it may."""
        if rows := self._rows("SELECT reason FROM suppressions WHERE address = ?", (address.lower(),)):
            return f"blocked: {rows[0][0]}"
        query = "SELECT left_at FROM subscribers WHERE digest = ? AND address = ? AND left_at IS NOT NULL"
        rows = self._rows(query, (digest, address))
        return f"unsubscribed at {rows[0][0]}" if rows else ""
