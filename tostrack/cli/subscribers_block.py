"""``tostrack subscribers block``: never send anything to an address."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.app import DAY, Environment
from tostrack.cli.sender_config import current_time, find_address


@click.command(epilog='Example: `tostrack subscribers block reader@example.org --reason "bounced"`.')
@click.argument("address", metavar="ADDRESS")
@click.option("--reason", default="asked for it", show_default=True, help="Stored with the address.")
@click.option("--undo", is_flag=True, help="Unblock the address.")
@click.option("--now", type=DAY, help="Run as of this time: for tests.")
@click.pass_obj
def command(environment: Environment, address: str, reason: str, undo: bool, now: datetime | None) -> None:
    """Never send anything to ADDRESS, whatever it is subscribed to; checked for every message sent."""
    from tostrack.archive.outbox import Outbox

    with environment.archive() as archive, Outbox(archive.path) as outbox:
        if undo:
            found = outbox.allow(find_address(address))
            click.echo(f"{address} is no longer blocked" if found else f"{address} was not blocked")
            return
        outbox.suppress(find_address(address), current_time(now)(), reason)
    click.echo(f"{address} is blocked")
