"""``tostrack subscribers confirm``: apply a signed link by hand."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.app import DAY, Environment
from tostrack.cli.sender_config import current_time, load_link_secret


@click.command(
    epilog="Example: `tostrack subscribers confirm WyJjb25maXJtIi...`, the token in the subject of a reader's answer."
)
@click.argument("token", metavar="TOKEN")
@click.option("--now", type=DAY, help="Run as of this time: for tests.")
@click.pass_obj
def command(environment: Environment, token: str, now: datetime | None) -> None:
    """Apply the token of a subscription mail: confirm a subscription, or end one."""
    from tostrack.archive.outbox import Outbox
    from tostrack.services.subscriptions import follow_link

    with environment.archive() as archive, Outbox(archive.path) as outbox:
        click.echo(follow_link(outbox, load_link_secret(environment)("KEY"), token, current_time(now)()).sentence)
