"""The outbox against a model of a page: nights, changes, readers, crashes, clocks and refusals in any order.

Whatever the order, in the end each event is told once to everyone who was to hear of it, by Message-ID; no message ever
changes what it tells, and no channel or recipient keeps the news from another.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tostrack.archive.outbox import Outbox, queue
from tostrack.archive.writer import Writer
from tostrack.errors import NotifyError
from tostrack.models import Change, DigestSettings, Hunk, Judgement, Reason, Version, channel_of
from tostrack.notify import Notifier, OutgoingMessage
from tostrack.services.delivery import LEASE, DeliveryRun, gather_messages
from tostrack.services.messages import SenderConfig

START = datetime(2024, 1, 1, 3, tzinfo=UTC)
DIGESTS = (
    DigestSettings("each", ("each@example.org", "https://hooks.example/x"), every="change"),
    DigestSettings("day", ("day@example.org", "two@example.org")),
    DigestSettings("week", ("week@example.org",), every="week"),
)
RECIPIENTS = [recipient for digest in DIGESTS for recipient in digest.to]
CHANGE = Change(Version("old"), Version("new"), (Hunk("added"),), Judgement(Reason.NEW_TEXT, "New."))


class Killed(BaseException):
    """The process is gone: nothing after this point has happened."""


class Mailbox(Notifier):
    """A channel that delivers, refuses for now, breaks off, or sees the process die, as it was told."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def send(self, letter: OutgoingMessage, _at: datetime) -> None:
        mood = self.machine.mood
        if mood == "busy":
            raise NotifyError("451")
        if mood == "down":
            raise NotifyError("no route", down=True)
        if mood == "killed before":
            raise Killed
        self.machine.arrived[letter.name].append((letter.recipient, letter.text))
        if mood == "dropped":
            raise NotifyError("broke off")
        if mood == "killed after":
            raise Killed


class Machine(RuleBasedStateMachine):
    """The rules are what may happen; `settle` is what must be true when the world has calmed down."""

    @initialize()
    def make(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "tostrack.db")
        Writer(self.path, self.path.parent / "snapshots", now=START, authority="acme.example").close()
        self.now, self.events, self.mood = START, 0, "well"
        self.wanted: set[tuple[str, str]] = set()
        self.arrived: dict[str, list[tuple[str, str]]] = defaultdict(list)

    @rule(documents=st.integers(1, 3), crash=st.booleans())
    def night(self, documents: int, *, crash: bool) -> None:
        """Some documents change; a crash takes the change and its rows together."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        for _ in range(documents):
            self.events += 1
            event = f"acme/d{self.events}@2"
            connection.execute("BEGIN IMMEDIATE")
            queue(connection, DIGESTS, event, CHANGE, self.now)
            connection.execute("ROLLBACK" if crash else "COMMIT")
            self.wanted |= set() if crash else {(event, recipient) for recipient in RECIPIENTS}
        connection.close()

    @rule(mood=st.sampled_from(["well", "well", "busy", "down", "dropped", "killed before", "killed after"]))
    def turn(self, mood: str) -> None:
        """The mail server is in another mood."""
        self.mood = mood

    @rule(hours=st.sampled_from([1, 7, 24, 24, 7 * 24, -30, 24 * 400, -24 * 400]))
    def clock(self, hours: int) -> None:
        """Time passes, or is set."""
        self.now = max(START, min(self.now + timedelta(hours=hours), START + timedelta(days=4000)))

    @rule(stops=st.booleans())
    def notify(self, *, stops: bool) -> None:
        """Somebody runs notify; it may die on the way."""
        office = SenderConfig({digest.slug: digest for digest in DIGESTS}, "acme.example", START)
        box = Mailbox(self)
        with Outbox(self.path) as outbox:
            outbox._connection.execute("PRAGMA synchronous = OFF")
            try:
                gather_messages(outbox, office, self.now)
                run = DeliveryRun(
                    outbox, office, {"email": box, "webhook": box}, lambda m: self.write(outbox, m), lambda: self.now
                )
                for _ in run.deliveries():
                    if stops:
                        return
            except Killed:
                return

    @staticmethod
    def write(outbox: Outbox, message) -> OutgoingMessage:
        text = " ".join(outbox.events(message))
        return OutgoingMessage(message.name, message.recipient, "s", text, START)

    @invariant()
    def a_message_never_changes(self) -> None:
        self.steps = getattr(self, "steps", -1) + 1
        assert all(len(set(copies)) == 1 for copies in getattr(self, "arrived", {}).values())

    def teardown(self) -> None:
        if not hasattr(self, "path"):
            return
        self.settle()
        self.folder.cleanup()

    def settle(self) -> None:
        """Let the world be well for some weeks: then all is told, each event once to each reader."""
        self.mood = "well"
        for _ in range(40):
            self.now += timedelta(days=1)
            self.notify(stops=False)
            self.now += LEASE
        told = [(event, copies[0][0]) for copies in self.arrived.values() for event in copies[0][1].split()]
        with Outbox(self.path) as outbox:
            dead = {(event, m.recipient) for m in outbox.messages() if m.state == "dead" for event in outbox.events(m)}
        assert sorted(set(told)) == sorted(told), "an event was told in two messages"
        assert set(told) | dead == self.wanted, "an event was dropped, or told and never wanted"
        assert all(channel_of(recipient) for _, recipient in told)
