"""``tostrack notify send``: send the messages that are due."""

from __future__ import annotations

from functools import partial

import click

from tostrack.archive.outbox import Outbox
from tostrack.cli.app import Clock, Environment, emit_json, exit_if_failed, json_option, now_option, quiet_option
from tostrack.cli.sender_config import build_channel_settings, load_sender_config
from tostrack.render.escape import count, safe_line


@click.command(
    epilog="Example: `tostrack crawl; tostrack notify send`, or send every hour: a message that is not due waits. "
    "Exit status: 0 done, 3 some messages were not sent."
)
@click.option("--gather-only", is_flag=True, help="Create the messages that are due; send none.")
@now_option
@json_option
@quiet_option
@click.pass_obj
def command(environment: Environment, gather_only: bool, clock: Clock, as_json: bool) -> None:
    """Create the messages that are due and send them, each at least once and normally exactly once."""
    with environment.outbox() as (_, outbox):
        if gather_only:
            create_messages(environment, outbox, clock)
            return
        failed = send_messages(environment, outbox, clock, as_json=as_json)
    report_unsent(failed)


def create_messages(environment: Environment, outbox: Outbox, clock: Clock) -> None:
    """Create the messages that are due, and print how many."""
    from tostrack.services.delivery import gather_messages

    with environment.archive() as archive:
        made = gather_messages(outbox, load_sender_config(environment, archive), clock())
    environment.say(f"{count(made, 'message')} created")


def send_messages(environment: Environment, outbox: Outbox, clock: Clock, *, as_json: bool) -> int:
    """Send the messages that are due, print the result of each, and return how many were not sent."""
    from tostrack.cli.notify_status import STATES, describe_waiting, message_row
    from tostrack.notify import NOTIFIERS
    from tostrack.services.delivery import DeliveryRun, gather_messages
    from tostrack.services.messages import render_message

    failed = done = 0
    with environment.archive() as archive, build_channel_settings(environment) as settings:
        own = load_sender_config(environment, archive)
        gather_messages(outbox, own, clock())
        notifiers = {channel: make(settings) for channel, make in NOTIFIERS.items()}
        run = DeliveryRun(outbox, own, notifiers, partial(render_message, archive, outbox, own), clock)
        for delivery in run.deliveries():
            done += 1
            failed += delivery.state != "sent"
            message = delivery.message
            if as_json:
                emit_json([{**message_row(message), "state": delivery.state, "error": delivery.error}])
            else:
                why = f": {safe_line(delivery.error)}" if delivery.error else ""
                line = f"{message.digest or message.kind}  {message.recipient}  {STATES[delivery.state]}{why}"
                (environment.say if delivery.state == "sent" else click.echo)(line)
        for notifier in notifiers.values():
            notifier.close()
        for channel, why in run.down.items():
            click.echo(f"tostrack: {channel} is unavailable: {safe_line(why)}", err=True)
    if not (done or as_json):
        earlier = "no change waits for one; `tostrack notify preview NAME --since DATE` shows earlier ones"
        why = describe_waiting(environment, outbox) if outbox.waiting() else earlier
        environment.say(f"no message is due: {why}", err=True)
    return failed


def report_unsent(failed: int) -> None:
    """Exit with the status for unsent messages when *failed* is not zero."""
    if failed:
        click.echo(f"{count(failed, 'message')} not sent: `tostrack notify status` lists them", err=True)
    exit_if_failed(failed)
