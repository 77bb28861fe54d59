"""``tostrack confirm``: what a signed link says, done by hand."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.environment import DAY, Environment
from tostrack.cli.office import now_or, secret_of


@click.command(epilog="Example: `tostrack confirm WyJjb25maXJtIi...`, the word in the subject of a reader's answer.")
@click.argument("token", metavar="TOKEN")
@click.option("--now", type=DAY, help="Act as of this time: for tests.")
@click.pass_obj
def command(environment: Environment, token: str, now: datetime | None) -> None:
    """Do what the token of a mail says: confirm a subscription, or end one."""
    from tostrack.store.outbox import Outbox
    from tostrack.tasks.permission import follow

    with environment.archive() as archive, Outbox(archive.path) as outbox:
        click.echo(follow(outbox, secret_of(environment)("KEY"), token, now_or(now)()).sentence)
