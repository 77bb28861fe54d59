"""``tostrack notify release``: send the messages that were held."""

from __future__ import annotations

import click

from tostrack.cli.app import Clock, Environment, now_option


@click.command(epilog="Example: `tostrack notify release && tostrack notify send`.")
@now_option
@click.pass_obj
def command(environment: Environment, clock: Clock) -> None:
    """Let the next `notify send` send the messages held because unusually many documents changed in one night.

    Without this command they are sent after 24 hours, with a warning.
    """
    with environment.outbox() as (_, outbox):
        click.echo(f"{outbox.release(clock())} messages released")
