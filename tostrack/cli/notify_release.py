"""``tostrack notify release``: send the messages that were held."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.archive.outbox import Outbox
from tostrack.cli.app import Environment
from tostrack.cli.notify_send import now_option
from tostrack.cli.sender_config import current_time


@click.command(epilog="Example: `tostrack notify release && tostrack notify send`.")
@now_option
@click.pass_obj
def command(environment: Environment, now: datetime | None) -> None:
    """Let the next `notify send` send the messages held because unusually many documents changed in one night.

    Without this command they are sent after 24 hours, with a warning.
    """
    with environment.archive() as archive, Outbox(archive.path) as outbox:
        click.echo(f"{outbox.release(current_time(now)())} messages released")
