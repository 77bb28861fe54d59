"""``tostrack notify discard``: discard the messages that were held."""

from __future__ import annotations

import click

from tostrack.cli.app import Clock, Environment, now_option

#: The stored reason of a discarded message.
REASON = "dropped by the operator"


@click.command(epilog="Example: `tostrack notify discard`, when the changes were an error of tostrack.")
@now_option
@click.pass_obj
def command(environment: Environment, clock: Clock) -> None:
    """Discard the messages held because unusually many documents changed in one night; they are never sent."""
    del clock
    with environment.outbox() as (_, outbox):
        click.echo(f"{outbox.drop(REASON)} messages discarded")
