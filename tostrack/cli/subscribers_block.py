"""``tostrack subscribers block``: never send anything to an address."""

from __future__ import annotations

import click

from tostrack.cli.app import Clock, Environment, now_option
from tostrack.cli.sender_config import find_address


@click.command(epilog='Example: `tostrack subscribers block reader@example.org --reason "bounced"`.')
@click.argument("address", metavar="ADDRESS")
@click.option("--reason", default="asked for it", show_default=True, help="Stored with the address.")
@click.option("--undo", is_flag=True, help="Unblock the address.")
@now_option
@click.pass_obj
def command(environment: Environment, address: str, reason: str, undo: bool, clock: Clock) -> None:
    """Never send anything to ADDRESS, whatever it is subscribed to; checked for every message sent."""
    with environment.outbox() as (_, outbox):
        if undo:
            found = outbox.allow(find_address(address))
            click.echo(f"{address} is no longer blocked" if found else f"{address} was not blocked")
            return
        outbox.suppress(find_address(address), clock(), reason)
    click.echo(f"{address} is blocked")
