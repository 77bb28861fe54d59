"""``tostrack subscribers``: who gets which digest, and who never gets anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Clock, Environment, emit_json, json_option, now_option
from tostrack.cli.sender_config import find_address, find_digest, load_link_secret
from tostrack.errors import ConfigError
from tostrack.render.escape import safe_line

if TYPE_CHECKING:
    from tostrack.archive.outbox import Outbox
    from tostrack.models import DigestSettings

_digest_argument = click.argument("name", metavar="DIGEST")
_address_argument = click.argument("address", metavar="ADDRESS")


@click.command("list", epilog="Example: `tostrack subscribers list shop --json`.")
@click.argument("name", required=False, metavar="[DIGEST]")
@json_option
@click.pass_obj
def list_subscribers(environment: Environment, name: str | None, as_json: bool) -> None:
    """List the subscribers of each digest: addresses in the watchlist, and those that asked for it and confirmed."""
    digests = [find_digest(environment, name)] if name else list(environment.watchlist.digests)
    with environment.outbox() as (_, outbox):
        rows = [row for digest in digests for row in _rows(digest, outbox)]
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        click.echo("  ".join(safe_line(str(value)) for value in row.values() if value))


def _rows(digest: DigestSettings, outbox: Outbox) -> Iterator[dict[str, str | None]]:
    known = {str(row["address"]): row for row in outbox.subscribers(digest.slug)}
    for address in dict.fromkeys((*digest.to, *known)):
        row = known.get(address, {})
        why = outbox.refusal(digest.slug, address)
        state = why or ("confirmed" if row.get("confirmed_at") else "watchlist" if address in digest.to else "asked")
        yield {"digest": digest.slug, "address": address, "state": state, "since": row.get("confirmed_at")}


@click.command(
    "add", epilog="Example: `tostrack subscribers add shop reader@example.org`, then `tostrack notify send`."
)
@_digest_argument
@_address_argument
@now_option
@click.pass_obj
def add_subscriber(environment: Environment, name: str, address: str, clock: Clock) -> None:
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


@click.command(
    "confirm",
    epilog="Example: `tostrack subscribers confirm WyJjb25maXJtIi...`, the token in the subject of a reader's answer.",
)
@click.argument("token", metavar="TOKEN")
@now_option
@click.pass_obj
def confirm_subscriber(environment: Environment, token: str, clock: Clock) -> None:
    """Apply the token of a subscription mail: confirm a subscription, or end one."""
    from tostrack.services.subscriptions import follow_link

    with environment.outbox() as (_, outbox):
        click.echo(follow_link(outbox, load_link_secret(environment)("KEY"), token, clock()))


@click.command("remove", epilog="Example: `tostrack subscribers remove shop reader@example.org`.")
@_digest_argument
@_address_argument
@now_option
@click.pass_obj
def remove_subscriber(environment: Environment, name: str, address: str, clock: Clock) -> None:
    """End a subscription, also of an address in the watchlist; messages that wait for it are not sent."""
    find_digest(environment, name)
    with environment.outbox() as (_, outbox):
        outbox.leave(name, find_address(address), clock())
    click.echo(f"{address} no longer gets {name}")


@click.command("block", epilog='Example: `tostrack subscribers block reader@example.org --reason "bounced"`.')
@_address_argument
@click.option("--reason", default="asked for it", show_default=True, help="Stored with the address.")
@click.option("--undo", is_flag=True, help="Unblock the address.")
@now_option
@click.pass_obj
def block_address(environment: Environment, address: str, reason: str, undo: bool, clock: Clock) -> None:
    """Never send anything to ADDRESS, whatever it is subscribed to; checked for every message sent."""
    with environment.outbox() as (_, outbox):
        if undo:
            found = outbox.allow(find_address(address))
            click.echo(f"{address} is no longer blocked" if found else f"{address} was not blocked")
            return
        outbox.suppress(find_address(address), clock(), reason)
    click.echo(f"{address} is blocked")
