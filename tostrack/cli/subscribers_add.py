"""``tostrack subscribers add``: start a subscription with confirmation (double opt-in)."""

from __future__ import annotations

import click

from tostrack.cli.app import Clock, Environment, now_option
from tostrack.cli.sender_config import find_address, find_digest, load_link_secret
from tostrack.errors import ConfigError


@click.command(epilog="Example: `tostrack subscribers add shop reader@example.org`, then `tostrack notify send`.")
@click.argument("name", metavar="DIGEST")
@click.argument("address", metavar="ADDRESS")
@now_option
@click.pass_obj
def command(environment: Environment, name: str, address: str, clock: Clock) -> None:
    """Send ADDRESS a mail that asks it to confirm the subscription; it gets no digest before it confirms."""
    from tostrack.services.subscriptions import subscribe

    find_digest(environment, name)
    if not load_link_secret(environment)("KEY"):
        raise ConfigError(
            "links must be signed: set TOSTRACK_KEY, or `key` in the secrets file, to a long random string"
        )
    with environment.outbox() as (archive, outbox):
        environment.fix_identity(archive)
        subscribe(outbox, name, find_address(address), clock(), archive.meta("authority"))
    click.echo(f"{address}: the next `tostrack notify send` sends the confirmation mail")
