"""``tostrack suppress``: an address that gets nothing, whatever it is subscribed to."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.app import DAY, Environment
from tostrack.cli.sender_config import current_time, find_address


@click.command(epilog='Example: `tostrack suppress reader@example.org --reason "bounced"`.')
@click.argument("address", metavar="ADDRESS")
@click.option("--reason", default="asked for it", show_default=True, help="For whoever wonders later.")
@click.option("--undo", is_flag=True, help="Let it be written to again.")
@click.option("--now", type=DAY, help="Act as of this time: for tests.")
@click.pass_obj
def command(environment: Environment, address: str, reason: str, undo: bool, now: datetime | None) -> None:
    """Never write to ADDRESS again; it is looked up when a message is sent."""
    from tostrack.archive.outbox import Outbox

    with environment.archive() as archive, Outbox(archive.path) as outbox:
        if undo:
            found = outbox.allow(find_address(address))
            click.echo(f"{address} may be written to again" if found else f"{address} was not suppressed")
            return
        outbox.suppress(find_address(address), current_time(now)(), reason)
    click.echo(f"{address} gets nothing any more")
