"""``tostrack notify``: what waits for readers, and sending it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial

import click

from tostrack.archive.outbox import Message, Outbox
from tostrack.cli.app import DAY, Environment, Exit, emit_json, json_option
from tostrack.cli.sender_config import (
    build_channel_settings,
    current_time,
    load_link_secret,
    load_sender_config,
    posting,
)
from tostrack.errors import NotifyError
from tostrack.render.escape import safe_line

_FIELDS = "name kind digest channel recipient state attempts made_at next_try_at sent_at error".split()


@click.command(
    epilog="Example: `tostrack crawl; tostrack notify --send`, or --send every hour: what is not due waits. "
    "Exit status: 0 done, 3 something did not go out."
)
@click.option("--send", "sends", is_flag=True, help="Gather what is due, and send it.")
@click.option("--gather", "gathers", is_flag=True, help="Only gather what is due: the messages are frozen, not sent.")
@click.option("--status", is_flag=True, help="List what waits, was sent and failed: the default.")
@click.option("--release", is_flag=True, help="Let go what is held after a storm: it was them.")
@click.option("--drop", is_flag=True, help="Give up what is held after a storm: it was us.")
@click.option("--issues", is_flag=True, help="Open a GitHub issue for each document that fails; close the others.")
@click.option("--now", type=DAY, envvar="TOSTRACK_NOW", help="Act as of this time: for replays and tests.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    sends: bool,
    gathers: bool,
    status: bool,
    release: bool,
    drop: bool,
    issues: bool,
    now: datetime | None,
    as_json: bool,
) -> None:
    """Say what waits for readers; with --send, gather what is due and send it, each message once if it can be."""
    from tostrack.services.delivery import gather_messages

    environment: Environment = context.obj
    clock = current_time(now)
    with environment.archive() as archive, Outbox(archive.path) as outbox:
        if release:
            click.echo(f"{outbox.release(clock())} messages released")
        if drop:
            click.echo(f"{outbox.drop('dropped by the operator')} messages dropped")
        if gathers and not sends:
            click.echo(
                f"{gather_messages(outbox, load_sender_config(environment, archive), clock())} messages gathered"
            )
        failed = _send(environment, outbox, clock, as_json=as_json) if sends else 0
        if issues:
            for line in _issues(environment, clock()):
                click.echo(line)
        if status or not (sends or gathers or release or drop or issues):
            _show(outbox, as_json=as_json)
    if failed:
        click.echo(f"{failed} messages did not go out: `tostrack notify --status`", err=True)
        context.exit(Exit.SOME_FAILED)


def _send(environment: Environment, outbox: Outbox, clock: Callable[[], datetime], *, as_json: bool) -> int:
    """Send what is due and say what became of it; return how many messages did not go out."""
    from tostrack.notify import NOTIFIERS
    from tostrack.services.delivery import DeliveryRun, gather_messages
    from tostrack.services.messages import render_message

    failed = 0
    with environment.archive() as archive, build_channel_settings(environment) as world:
        own = load_sender_config(environment, archive)
        gather_messages(outbox, own, clock())
        notifiers = {channel: make(world) for channel, make in NOTIFIERS.items()}
        run = DeliveryRun(outbox, own, notifiers, partial(render_message, archive, outbox, own), clock)
        for delivery in run.deliveries():
            failed += delivery.state != "sent"
            message = delivery.message
            if as_json:
                emit_json([{**_row(message), "state": delivery.state, "error": delivery.error}])
            else:
                why = f": {safe_line(delivery.error)}" if delivery.error else ""
                click.echo(f"{message.digest or message.kind}  {message.recipient}  {delivery.state}{why}")
        for notifier in notifiers.values():
            notifier.close()
        for channel, why in run.down.items():
            click.echo(f"tostrack: {channel} is down: {safe_line(why)}", err=True)
    return failed


def _row(message: Message) -> dict[str, object]:
    columns = asdict(message)
    return {name: columns[name] for name in _FIELDS}


def _show(outbox: Outbox, *, as_json: bool) -> None:
    messages = outbox.messages()
    if as_json:
        emit_json(map(_row, messages))
        return
    for line in _lines(messages, len(outbox.waiting())):
        click.echo(line)


def _lines(messages: Iterable[Message], waiting: int) -> Iterator[str]:
    listed = list(messages)
    states = {state: sum(each.state == state for each in listed) for state in ("pending", "retry", "sent", "dead")}
    counts = ", ".join(f"{number} {state}" for state, number in states.items())
    yield f"{waiting} events not gathered yet; messages: {counts}"
    for each in listed:
        if each.state == "sent":
            continue
        when = "" if each.state == "dead" else f", due {each.next_try_at}"
        why = f": {safe_line(each.error)}" if each.error else ""
        held = " (held after a storm: --release or --drop)" if each.kind == "storm" and each.state == "pending" else ""
        yield f"  {each.digest or each.kind}  {each.recipient}  {each.state}, {each.attempts} tries{when}{held}{why}"


def _issues(environment: Environment, now: datetime) -> Iterator[str]:
    from tostrack.notify.github import FailureIssues
    from tostrack.render.failure_issues import list_failure_issues

    repository = environment.watchlist.notify.issues
    if not repository:
        raise NotifyError('no repository: set issues = "owner/repository" in [notify] of the watchlist')
    token = load_link_secret(environment)("GITHUB_TOKEN") or os.environ.get("GITHUB_TOKEN", "")
    with environment.archive() as archive, posting(environment) as post:
        yield from FailureIssues(repository, token, post).sync(
            list_failure_issues(map(asdict, archive.documents()), now)
        )
