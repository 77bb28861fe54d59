"""``tostrack subscribers list``: list the subscribers of each digest."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tostrack.archive.outbox import Outbox
from tostrack.cli.app import Environment, emit_json, json_option
from tostrack.cli.sender_config import find_digest
from tostrack.models import DigestSettings
from tostrack.render.escape import safe_line


@click.command(epilog="Example: `tostrack subscribers list shop --json`.")
@click.argument("name", required=False, metavar="[DIGEST]")
@json_option
@click.pass_obj
def command(environment: Environment, name: str | None, as_json: bool) -> None:
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
