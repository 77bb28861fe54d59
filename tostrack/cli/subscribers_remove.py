"""``tostrack subscribers remove``: end a subscription."""

from __future__ import annotations

import click

from tostrack.cli.app import Clock, Environment, now_option
from tostrack.cli.sender_config import find_address, find_digest


@click.command(epilog="Example: `tostrack subscribers remove shop reader@example.org`.")
@click.argument("name", metavar="DIGEST")
@click.argument("address", metavar="ADDRESS")
@now_option
@click.pass_obj
def command(environment: Environment, name: str, address: str, clock: Clock) -> None:
    """End a subscription, also of an address in the watchlist; messages that wait for it are not sent."""
    find_digest(environment, name)
    with environment.outbox() as (_, outbox):
        outbox.leave(name, find_address(address), clock())
    click.echo(f"{address} no longer gets {name}")
