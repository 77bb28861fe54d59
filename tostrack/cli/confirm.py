"""``tostrack confirm``: what a signed link says, done by hand."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.app import DAY, Environment
from tostrack.cli.sender_config import current_time, load_link_secret


@click.command(epilog="Example: `tostrack confirm WyJjb25maXJtIi...`, the word in the subject of a reader's answer.")
@click.argument("token", metavar="TOKEN")
@click.option("--now", type=DAY, help="Act as of this time: for tests.")
@click.pass_obj
def command(environment: Environment, token: str, now: datetime | None) -> None:
    """Do what the token of a mail says: confirm a subscription, or end one."""
    from tostrack.archive.outbox import Outbox
    from tostrack.services.subscriptions import follow_link

    with environment.archive() as archive, Outbox(archive.path) as outbox:
        click.echo(follow_link(outbox, load_link_secret(environment)("KEY"), token, current_time(now)()).sentence)
