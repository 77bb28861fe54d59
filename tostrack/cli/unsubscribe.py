"""``tostrack unsubscribe``: a reader who wrote instead of clicking."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.app import DAY, Environment
from tostrack.cli.sender_config import current_time, find_address, find_digest


@click.command(epilog="Example: `tostrack unsubscribe shop reader@example.org`.")
@click.argument("name", metavar="DIGEST")
@click.argument("address", metavar="ADDRESS")
@click.option("--now", type=DAY, help="Act as of this time: for tests.")
@click.pass_obj
def command(environment: Environment, name: str, address: str, now: datetime | None) -> None:
    """End a subscription, also that of an address which the watchlist names; what waits for it is not sent."""
    from tostrack.archive.outbox import Outbox

    find_digest(environment, name)
    with environment.archive() as archive, Outbox(archive.path) as outbox:
        outbox.leave(name, find_address(address), current_time(now)())
    click.echo(f"{address} gets {name} no more")
