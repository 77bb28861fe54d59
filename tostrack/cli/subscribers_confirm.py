"""``tostrack subscribers confirm``: apply a signed link by hand."""

from __future__ import annotations

import click

from tostrack.cli.app import Clock, Environment, now_option
from tostrack.cli.sender_config import load_link_secret


@click.command(
    epilog="Example: `tostrack subscribers confirm WyJjb25maXJtIi...`, the token in the subject of a reader's answer."
)
@click.argument("token", metavar="TOKEN")
@now_option
@click.pass_obj
def command(environment: Environment, token: str, clock: Clock) -> None:
    """Apply the token of a subscription mail: confirm a subscription, or end one."""
    from tostrack.services.subscriptions import follow_link

    with environment.outbox() as (_, outbox):
        click.echo(follow_link(outbox, load_link_secret(environment)("KEY"), token, clock()).sentence)
