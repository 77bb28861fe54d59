"""``tostrack notify status``: list the messages that wait, were sent or failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

import click

from tostrack.archive.outbox import Message, Outbox
from tostrack.cli.app import Clock, Environment, emit_json, json_option, now_option
from tostrack.render.escape import count, safe_line

_FIELDS = "name kind digest channel recipient state attempts made_at next_try_at sent_at error".split()
#: The stored state of a message, in words.
STATES = {"pending": "waiting", "retry": "retrying", "sent": "sent", "dead": "failed"}
#: When `notify send` makes a message of what waits, by the digest's `every`.
_DUE = {"change": "now", "day": "once a day", "week": "on Monday"}


@click.command(epilog="Example: `tostrack notify status --json`; plain `tostrack notify` is the same command.")
@now_option
@json_option
@click.pass_obj
def command(environment: Environment, clock: Clock, as_json: bool) -> None:
    """List the messages that wait, are being retried or failed, and count those that were sent."""
    del clock
    with environment.outbox() as (_, outbox):
        show_messages(environment, outbox, as_json=as_json)


def show_messages(environment: Environment, outbox: Outbox, *, as_json: bool) -> None:
    """Print the messages of *outbox*."""
    messages = outbox.messages()
    if as_json:
        emit_json(map(message_row, messages))
        return
    for line in _lines(messages, describe_waiting(environment, outbox)):
        click.echo(line)


def message_row(message: Message) -> dict[str, object]:
    """Return *message* as its line of JSON."""
    columns = asdict(message)
    return {name: columns[name] for name in _FIELDS}


def describe_waiting(environment: Environment, outbox: Outbox) -> str:
    """Return how many changes no message has yet, and when each digest that waits for them is due."""
    rows = outbox.waiting()
    every = {digest.slug: digest.every for digest in environment.watchlist.digests}
    due = [f"{name} {_DUE[every[name]]}" for name in sorted({row.digest for row in rows} & every.keys())]
    are = "is" if len(rows) == 1 else "are"
    when = f" (due: {', '.join(due)})" if due else ""
    return f"{count(len(rows), 'change')} {are} not in a message yet{when}"


def _lines(messages: Iterable[Message], waiting: str) -> Iterator[str]:
    listed = list(messages)
    counts = ", ".join(f"{sum(each.state == state for each in listed)} {word}" for state, word in STATES.items())
    yield f"{waiting}; messages: {counts}"
    for each in listed:
        if each.state == "sent":
            continue
        when = "" if each.state == "dead" else f", due {each.next_try_at}"
        why = f": {safe_line(each.error)}" if each.error else ""
        held = (
            " (held: `notify release` or `notify discard`)" if each.kind == "storm" and each.state == "pending" else ""
        )
        name = each.digest or each.kind
        yield f"  {name}  {each.recipient}  {STATES[each.state]}, {count(each.attempts, 'attempt')}{when}{held}{why}"
