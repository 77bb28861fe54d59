"""From the outbox to people: what waits is gathered into messages when it is due, and each is sent at least once.

Every step is a transaction of its own, so that a kill at any moment loses nothing: the next run continues, and what was
out twice carries the same Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from tostrack.archive.outbox import Message, Outbox, Waiting
from tostrack.errors import NotifyError, StoreError, TostrackError
from tostrack.models import DigestSettings, channel_of, from_iso
from tostrack.notify import Notifier, OutgoingMessage
from tostrack.services.messages import SenderConfig
from tostrack.services.subscriptions import find_refusal, is_mail, message_name
from tostrack.value import Value

log = logging.getLogger(__name__)

#: How long a message is one sender's: more than a server may take for one part of it.
LEASE = timedelta(minutes=10)
#: Waits between tries double from the first to the second; after so long and so often it is given up.
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=12)
GIVEN_UP_AFTER, _TRIES = timedelta(hours=72), 4
#: How long a storm waits for the operator; after that it is sent, because a true change must be reported.
HOLD = timedelta(days=1)
#: A reader who heard nothing for so long may want to know that somebody still looks.
QUIET = timedelta(days=30)


def is_due(every: str, rows: Sequence[Waiting], made: Iterable[datetime], at: datetime) -> bool:
    """Return whether the messages waiting for one reader are due *at* this time.

    A day's digest goes with the first run of a day that has something to tell; a week's on Monday, or as soon after it
    as there is a run. A reader never gets two in one period, however the clock jumps.

    Args:
        every: ``change``, ``day`` or ``week``.
        made: When the digests before were made.
    """
    if every == "change":
        return True
    if every == "day":
        return at.date() not in {when.date() for when in made}
    week = at.isocalendar()[:2]
    from_before = any(from_iso(row.queued_at).isocalendar()[:2] != week for row in rows)
    return (from_before or at.weekday() == 0) and week not in {when.isocalendar()[:2] for when in made}


def gather_messages(outbox: Outbox, office: SenderConfig, at: datetime) -> int:
    """Make messages of what is due and return how many; whose membership is frozen from then on."""
    stormy = {day for day, documents in outbox.nights().items() if documents >= office.storm}
    made = sum(_ask(outbox, office, day, at) for day in stormy)
    for reader, group in groupby(sorted(outbox.waiting(), key=_reader), key=_reader):
        digest, _, recipient = reader
        rows = list(group)
        before = [from_iso(each.made_at) for each in outbox.messages(digest, recipient) if each.kind != "confirm"]
        since = min(at, max(before, default=from_iso(rows[0].queued_at[:10])))
        for kind, part in _bundles(rows, stormy, office.digests.get(digest, DigestSettings(digest)), before, at):
            name = message_name(office.authority, *reader, *sorted(row.event for row in part))
            start = at + HOLD if kind == "storm" else at
            made += outbox.gather(kind, *reader, part, name=name, since=since, at=at, not_before=start)
    return made + sum(_say_still_watching(outbox, office, at))


def _bundles(
    rows: Sequence[Waiting], stormy: Collection[str], settings: DigestSettings, before: Iterable[datetime], at: datetime
) -> list[tuple[str, Sequence[Waiting]]]:
    """Return which of one reader's *rows* become which messages now, by kind."""
    storm = [row for row in rows if row.queued_at[:10] in stormy]
    usual = [row for row in rows if row.queued_at[:10] not in stormy]
    bundles: list[tuple[str, Sequence[Waiting]]] = [("storm", storm)] if storm else []
    if usual and is_due(settings.every, usual, before, at):
        bundles += [("digest", [row]) for row in usual] if settings.every == "change" else [("digest", usual)]
    return bundles


def _reader(row: Waiting) -> tuple[str, str, str]:
    return row.digest, row.channel, row.recipient


def _ask(outbox: Outbox, office: SenderConfig, day: str, at: datetime) -> bool:
    """Ask the operator, once, whether the storm of *day* was theirs or ours."""
    if not office.operator:
        return False
    name = message_name(office.authority, "question", day)
    return outbox.gather("question", "", "email", office.operator, [], name=name, since=from_iso(day), at=at)


def _say_still_watching(outbox: Outbox, office: SenderConfig, at: datetime) -> Iterator[bool]:
    for digest in office.digests.values():
        for recipient in filter(is_mail, outbox.recipients(digest) if digest.still_watching else ()):
            told = outbox.messages(digest.slug, recipient)
            last = max((from_iso(each.made_at) for each in told), default=office.began)
            if at - last >= QUIET:
                name = message_name(office.authority, "still", digest.slug, recipient, f"{at:%Y-%m-%d}")
                yield outbox.gather(
                    "still-watching", digest.slug, channel_of(recipient), recipient, [], name=name, since=last, at=at
                )


class Delivery(Value):
    """The result for one message in this run."""

    message: Message
    #: ``sent``, ``retry`` or ``dead``; ``retry`` too where another sender goes on with it.
    state: str
    error: str = ""


class _LeaseLostError(TostrackError):
    """The lease ran out, and another sender took the message."""


@dataclass
class DeliveryRun:
    """One run of sending; the channels that were found down are passed by for its length."""

    outbox: Outbox
    office: SenderConfig
    notifiers: Mapping[str, Notifier]
    #: Writes a message as the letter that goes out; the same message, the same letter.
    write: Callable[[Message], OutgoingMessage]
    now: Callable[[], datetime]
    down: dict[str, str] = field(default_factory=dict)

    def deliveries(self) -> Iterator[Delivery]:
        """Send all that is due, one after the other, and yield what became of each as soon as it is written down."""
        while message := self._next():
            delivery = self._deliver(message)
            # Never the recipient: the address of a chat is a secret.
            log.info("digest %s by %s: %s", message.digest, message.channel, delivery.state)
            yield delivery

    def _next(self) -> Message | None:
        at = self.now()
        return self.outbox.lease(at, at + LEASE, tuple(self.down))

    def _deliver(self, message: Message) -> Delivery:
        settings = self.office.digests.get(message.digest)
        if no := find_refusal(self.outbox, settings, message):
            return self._bury(message, no)
        notifier = self.notifiers.get(message.channel)
        if notifier is None:
            return self._bury(message, f"no such channel: {message.channel}")
        try:
            refused = self._send(message, notifier)
        except _LeaseLostError as error:
            # What the other sender writes down counts.
            return Delivery(message, "retry", str(error))
        except NotifyError as error:
            if error.down:
                self.down[message.channel] = str(error)
            return self._again(message, str(error)) if error.transient else self._bury(message, str(error))
        except StoreError as error:
            return self._again(message, str(error))
        if refused:
            return self._bury(message, refused)
        self.outbox.sent(message, self.now())
        return Delivery(message, "sent")

    def _send(self, message: Message, notifier: Notifier) -> str:
        """Send all parts of *message* that are not settled; return why some are refused for good, or the empty string.

        The lease is renewed before each part, so that it holds however many there are.

        Raises:
            NotifyError: A part may not have arrived.
            _LeaseLostError: Another sender has the message now; nothing more of it was sent.
        """
        parts = notifier.divide(self.write(message))
        if len(parts) == 1:
            self._send_part(message, notifier, parts[0])
            return ""
        settled = self.outbox.deliveries(message)
        waiting: dict[str, NotifyError] = {}
        for target, group in groupby(parts, key=lambda part: part.part.partition("/")[0]):
            left = [part for part in group if part.part not in settled]
            try:
                for part in left:
                    self._send_part(message, notifier, part)
                    settled[part.part] = ""
                    self.outbox.settle_part(message, part.part)
            except NotifyError as error:
                # What follows a part that did not arrive waits for it; what a target refuses once it refuses again.
                if error.transient:
                    waiting[target] = error
                for part in left if not error.transient else ():
                    if part.part not in settled:
                        settled[part.part] = str(error)
                        self.outbox.settle_part(message, part.part, str(error))
        errors = dict.fromkeys((*map(str, waiting.values()), *filter(None, settled.values())))
        arrived = sum(settled.get(part.part) == "" for part in parts)
        account = "; ".join((f"{arrived} of {len(parts)} deliveries arrived", *errors)) if errors else ""
        if waiting:
            raise NotifyError(account, down=any(error.down for error in waiting.values()))
        return account

    def _send_part(self, message: Message, notifier: Notifier, part: OutgoingMessage) -> None:
        at = self.now()
        if not self.outbox.renew(message, at + LEASE):
            raise _LeaseLostError("another sender goes on with it")
        notifier.send(part, at)

    def _again(self, message: Message, error: str) -> Delivery:
        at = self.now()
        if message.attempts >= _TRIES and at - from_iso(message.made_at) > GIVEN_UP_AFTER + HOLD * (
            message.kind == "storm"
        ):
            return self._bury(message, f"given up after {message.attempts} tries: {error}")
        # 2**10 quarters of an hour are more than the longest wait; attempts of a message that is killed may be many.
        wait = min(_FIRST_WAIT * 2 ** min(message.attempts - 1, 10), _LONGEST_WAIT)
        self.outbox.retry(message, at + wait, error)
        return Delivery(message, "retry", error)

    def _bury(self, message: Message, error: str) -> Delivery:
        self.outbox.bury(message, error)
        return Delivery(message, "dead", error)
