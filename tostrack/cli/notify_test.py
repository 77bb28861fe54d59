"""``tostrack notify test``: send one test message to a digest's readers."""

from __future__ import annotations

import click

from tostrack.cli.app import Clock, Environment, exit_if_failed, now_option
from tostrack.cli.sender_config import build_channel_settings, find_digest, load_sender_config
from tostrack.errors import ConfigError, NotifyError
from tostrack.models import channel_of
from tostrack.render.escape import safe_line


@click.command(
    epilog="Example: `tostrack notify test shop --to reader@example.org`. Exit status: 0 sent, 3 some were not sent."
)
@click.argument("name", metavar="DIGEST")
@click.option("--to", "recipient", help="Only this recipient of the digest; default: all of them.")
@now_option
@click.pass_obj
def command(environment: Environment, name: str, recipient: str | None, clock: Clock) -> None:
    """Send one message that is clearly marked as a test to each recipient of DIGEST, over its channel."""
    from tostrack.notify import NOTIFIERS, divide
    from tostrack.services.messages import render_test_message

    settings = find_digest(environment, name)
    at, failed = clock(), 0
    with environment.outbox() as (archive, outbox), build_channel_settings(environment) as channels:
        own = load_sender_config(environment, archive)
        confirmed = [str(row["address"]) for row in outbox.subscribers(name) if row["confirmed_at"]]
        recipients = [each for each in dict.fromkeys((*settings.to, *confirmed)) if recipient in (None, each)]
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
                for part in divide(notifier, render_test_message(own, name, each, at)):
                    notifier.send(part, at)
                click.echo(f"{each}  sent")
            except NotifyError as error:
                failed += 1
                click.echo(f"{each}  failed: {safe_line(str(error))}")
            finally:
                notifier.close()
    exit_if_failed(failed)
