"""``tostrack subscribers remove``: end a subscription."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.app import DAY, Environment
from tostrack.cli.sender_config import current_time, find_address, find_digest


@click.command(epilog="Example: `tostrack subscribers remove shop reader@example.org`.")
@click.argument("name", metavar="DIGEST")
@click.argument("address", metavar="ADDRESS")
@click.option("--now", type=DAY, help="Run as of this time: for tests.")
@click.pass_obj
def command(environment: Environment, name: str, address: str, now: datetime | None) -> None:
    """End a subscription, also of an address in the watchlist; messages that wait for it are not sent."""
    from tostrack.archive.outbox import Outbox

    find_digest(environment, name)
    with environment.archive() as archive, Outbox(archive.path) as outbox:
        outbox.leave(name, find_address(address), current_time(now)())
    click.echo(f"{address} no longer gets {name}")
