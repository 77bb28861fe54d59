"""``tostrack notify``: messages that wait, their preview, and sending them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from tostrack.archive.outbox import Message, Outbox
from tostrack.cli.app import (
    DAY,
    FIRST_DAY,
    Clock,
    Environment,
    emit_json,
    exit_if_failed,
    json_option,
    now_option,
    quiet_option,
)
from tostrack.cli.sender_config import (
    build_channel_settings,
    find_digest,
    load_link_secret,
    load_sender_config,
    posting,
)
from tostrack.errors import ConfigError, NotifyError
from tostrack.models import channel_of, from_iso
from tostrack.render.escape import count, safe_line
from tostrack.value import fields_of

if TYPE_CHECKING:
    from tostrack.archive import Archive

#: The stored reason of a discarded message.
_DISCARDED = "dropped by the operator"
_FIELDS = "name kind digest channel recipient state attempts made_at next_try_at sent_at error".split()
#: The stored state of a message, in words.
_STATES = {"pending": "waiting", "retry": "retrying", "sent": "sent", "dead": "failed"}
#: When `notify send` makes a message of what waits, by the digest's `every`.
_DUE = {"change": "now", "day": "once a day", "week": "on Monday"}


@click.command(
    "send",
    epilog="Example: `tostrack crawl; tostrack notify send`, or send every hour: a message that is not due waits. "
    "Exit status: 0 done, 3 some messages were not sent.",
)
@click.option("--gather-only", is_flag=True, help="Create the messages that are due; send none.")
@now_option
@json_option
@quiet_option
@click.pass_obj
def send(environment: Environment, gather_only: bool, clock: Clock, as_json: bool) -> None:
    """Create the messages that are due and send them, each at least once and normally exactly once."""
    from tostrack.services.delivery import gather_messages

    with environment.outbox() as (archive, outbox):
        if gather_only:
            made = gather_messages(outbox, load_sender_config(environment, archive), clock())
            environment.say(f"{count(made, 'message')} created", err=as_json)
            return
        failed = _send_messages(environment, archive, outbox, clock, as_json=as_json)
    if failed:
        click.echo(f"{count(failed, 'message')} not sent: `tostrack notify status` lists them", err=True)
    exit_if_failed(failed)


def _send_messages(environment: Environment, archive: Archive, outbox: Outbox, clock: Clock, *, as_json: bool) -> int:
    """Send the messages that are due, print the result of each, and return how many were not sent."""
    from tostrack.notify import NOTIFIERS
    from tostrack.services.delivery import DeliveryRun, gather_messages
    from tostrack.services.messages import render_message

    failed = done = 0
    with build_channel_settings(environment) as settings:
        own = load_sender_config(environment, archive)
        gather_messages(outbox, own, clock())
        notifiers = {channel: make(settings) for channel, make in NOTIFIERS.items()}
        run = DeliveryRun(outbox, own, notifiers, partial(render_message, archive, outbox, own), clock)
        for delivery in run.deliveries():
            done += 1
            failed += delivery.state != "sent"
            message = delivery.message
            if as_json:
                emit_json([{**_message_row(message), "state": delivery.state, "error": delivery.error}])
            else:
                why = f": {safe_line(delivery.error)}" if delivery.error else ""
                line = f"{message.digest or message.kind}  {message.recipient}  {_STATES[delivery.state]}{why}"
                (environment.say if delivery.state == "sent" else click.echo)(line)
        for notifier in notifiers.values():
            notifier.close()
        for channel, why in run.down.items():
            click.echo(f"tostrack: {channel} is unavailable: {safe_line(why)}", err=True)
    if not (done or as_json):
        earlier = "no change waits for one; `tostrack notify preview NAME --since DATE` shows earlier ones"
        why = _describe_waiting(environment, outbox) if outbox.waiting() else earlier
        environment.say(f"no message is due: {why}", err=True)
    return failed


@click.command(
    "preview", epilog="Example: `tostrack notify preview shop --since 2024-05-01`; `tostrack notify send` sends."
)
@click.argument("name", metavar="NAME")
@click.option(
    "--since", type=FIRST_DAY, help="All notified changes since the start of this day; default: waiting changes."
)
@click.option("--until", type=DAY, help="Only changes seen until the end of this day.")
@click.option(
    "-n", "--dry-run", is_flag=True, expose_value=False, help="Accepted for scripts; this command never sends anything."
)
@click.option("--format", "shape", type=click.Choice(["text", "html", "json"]), default="text", show_default=True)
@json_option
@click.pass_obj
def preview_digest(
    environment: Environment, name: str, since: datetime | None, until: datetime | None, shape: str, as_json: bool
) -> None:
    """Print the digest NAME as its readers would get it, subject first. Sends nothing."""
    from tostrack.render import digest as forms
    from tostrack.services.digest import assemble_digest, changes_between

    settings = find_digest(environment, name)
    until = until or datetime.now(UTC)
    with environment.archive() as archive:
        if since:
            events = changes_between(archive, settings, since, until)
        else:
            with Outbox(archive.path) as outbox:
                waiting = outbox.waiting(name)
            events = list(dict.fromkeys(row.event for row in waiting))
            since = from_iso(waiting[0].queued_at) if waiting else until
        site = environment.settings.url
        digest = assemble_digest(archive, settings, events, since, until, site=site, book=environment.book)
    if as_json or shape == "json":
        emit_json([forms.digest_as_payload(digest)])
    elif not digest.items:
        click.echo(f"{name}: no change to report, so no mail", err=True)
    elif shape == "html":
        click.echo(forms.digest_as_html(digest), nl=False)
    else:
        environment.show(f"Subject: {forms.digest_subject(digest)}\n\n{forms.digest_as_text(digest)}")


# Every command of this group takes --now: scripts give it to all of them.
@click.command(
    "status", epilog="Example: `tostrack notify status --json`; plain `tostrack notify` is the same command."
)
@now_option
@json_option
@click.pass_obj
def list_messages(environment: Environment, clock: Clock, as_json: bool) -> None:  # noqa: ARG001
    """List the messages that wait, are being retried or failed, and count those that were sent."""
    with environment.outbox() as (_, outbox):
        messages, waiting = outbox.messages(), _describe_waiting(environment, outbox)
    if as_json:
        emit_json(map(_message_row, messages))
        return
    for line in _lines(messages, waiting):
        click.echo(line)


def _message_row(message: Message) -> dict[str, object]:
    """Return *message* as its line of JSON."""
    return fields_of(message, _FIELDS)


def _describe_waiting(environment: Environment, outbox: Outbox) -> str:
    """Return how many changes no message has yet, and when each digest that waits for them is due."""
    rows = outbox.waiting()
    every = {digest.slug: digest.every for digest in environment.watchlist.digests}
    due = [f"{name} {_DUE[every[name]]}" for name in sorted({row.digest for row in rows} & every.keys())]
    are = "is" if len(rows) == 1 else "are"
    when = f" (due: {', '.join(due)})" if due else ""
    return f"{count(len(rows), 'change')} {are} not in a message yet{when}"


def _lines(messages: Iterable[Message], waiting: str) -> Iterator[str]:
    listed = list(messages)
    counts = ", ".join(f"{sum(each.state == state for each in listed)} {word}" for state, word in _STATES.items())
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
        yield f"  {name}  {each.recipient}  {_STATES[each.state]}, {count(each.attempts, 'attempt')}{when}{held}{why}"


@click.command(
    "test",
    epilog="Example: `tostrack notify test shop --to reader@example.org`. Exit status: 0 sent, 3 some were not sent.",
)
@click.argument("name", metavar="DIGEST")
@click.option("--to", "recipient", help="Only this recipient of the digest; default: all of them.")
@now_option
@click.pass_obj
def send_test(environment: Environment, name: str, recipient: str | None, clock: Clock) -> None:
    """Send one message that is clearly marked as a test to each recipient of DIGEST, over its channel."""
    from tostrack.notify import NOTIFIERS
    from tostrack.services.messages import render_test_message

    settings = find_digest(environment, name)
    at, failed = clock(), 0
    with environment.outbox() as (archive, outbox), build_channel_settings(environment) as channels:
        own = load_sender_config(environment, archive)
        recipients = [each for each in outbox.recipients(settings) if recipient in (None, each)]
        if not recipients:
            raise ConfigError(f"{name}: {recipient or 'nobody'} is not a recipient; `tostrack subscribers list {name}`")
        for each in recipients:
            if refused := outbox.refusal(name, each):
                click.echo(f"{each}  not sent: {safe_line(refused)}")
                continue
            if (make := NOTIFIERS.get(channel_of(each))) is None:
                raise ConfigError(f"{each}: there is no channel {channel_of(each)!r}")
            notifier = make(channels)
            try:
                for part in notifier.divide(render_test_message(own, name, each, at)):
                    notifier.send(part, at)
                click.echo(f"{each}  sent")
            except NotifyError as error:
                failed += 1
                click.echo(f"{each}  failed: {safe_line(str(error))}")
            finally:
                notifier.close()
    exit_if_failed(failed)


@click.command("release", epilog="Example: `tostrack notify release && tostrack notify send`.")
@now_option
@click.pass_obj
def release_messages(environment: Environment, clock: Clock) -> None:
    """Let the next `notify send` send the messages held because unusually many documents changed in one night.

    Without this command they are sent after 24 hours, with a warning.
    """
    with environment.outbox() as (_, outbox):
        click.echo(f"{outbox.release(clock())} messages released")


@click.command("discard", epilog="Example: `tostrack notify discard`, when the changes were an error of tostrack.")
@now_option
@click.pass_obj
def discard_messages(environment: Environment, clock: Clock) -> None:  # noqa: ARG001
    """Discard the messages held because unusually many documents changed in one night; they are never sent."""
    with environment.outbox() as (_, outbox):
        click.echo(f"{outbox.drop(_DISCARDED)} messages discarded")


@click.command("issues", epilog="Example: `tostrack notify issues`, with GITHUB_TOKEN set and `issues` in [notify].")
@now_option
@quiet_option
@click.pass_obj
def sync_issues(environment: Environment, clock: Clock) -> None:
    """Open a GitHub issue for each document that keeps failing, and close the issues of those that recovered."""
    from tostrack.notify.github import FailureIssues
    from tostrack.render.failure_issues import list_failure_issues

    repository = environment.watchlist.notify.issues
    if not repository:
        raise NotifyError('no repository: set issues = "owner/repository" in [notify] of the watchlist')
    token = load_link_secret(environment)("GITHUB_TOKEN") or os.environ.get("GITHUB_TOKEN", "")
    with environment.archive() as archive, posting(environment) as post:
        failing = list_failure_issues(map(asdict, archive.documents()), clock())
        for line in FailureIssues(repository, token, post).sync(failing):
            environment.say(line)


#: The options that `notify` had before it was a group, in the order in which it obeyed them, and what runs instead.
#: Removed in 0.3.
_OLD_OPTIONS = {
    "release": ("release", release_messages),
    "drop": ("discard", discard_messages),
    "gather": ("send --gather-only", send),
    "send": ("send", send),
    "issues": ("issues", sync_issues),
    "status": ("status", list_messages),
}


@click.command("options", hidden=True, epilog="Example: `tostrack notify send`.")
@now_option
@json_option
@click.pass_context
def run_old_options(context: click.Context, /, clock: Clock, as_json: bool, **given: bool) -> None:
    """Run the commands that the options of `notify` name."""
    asked = [name for name in _OLD_OPTIONS if given[name]]
    new = " ".join(f"`tostrack notify {_OLD_OPTIONS[name][0]}`" for name in asked)
    click.echo(f"tostrack: the options of `tostrack notify` are now {new}; the old ones work until 0.3", err=True)
    if given["gather"] and given["send"]:
        asked.remove("gather")
    status = 0
    for name in asked:
        command = _OLD_OPTIONS[name][1]
        options: dict[str, Any] = {"gather_only": name == "gather"} if command is send else {}
        if command in (send, list_messages):
            options["as_json"] = as_json
        try:
            context.invoke(command, clock=clock, **options)
        except click.exceptions.Exit as ended:
            status = ended.exit_code
    context.exit(status)


run_old_options.params += [click.Option([f"--{name}"], is_flag=True) for name in _OLD_OPTIONS]
