"""``tostrack status``: how every document is doing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.environment import Environment, chosen, emit_json, json_option

if TYPE_CHECKING:
    from tostrack.store import Archive, DocumentRow


@click.command(epilog="Example: `tostrack status instagram --json`; `tostrack status --suspects` for the quarantine.")
@click.argument("target", required=False, metavar="[SERVICE[/DOCUMENT]]")
@click.option("--suspects", is_flag=True, help="The texts in quarantine: pages that do not look like the policy.")
@json_option
@click.pass_obj
def command(environment: Environment, target: str | None, suspects: bool, as_json: bool) -> None:
    """Show when each document was last checked, how it went, and since when its text stands."""
    from tostrack.publish.tables import render_status

    with environment.archive() as archive:
        rows = chosen(archive, target)
        waiting = quarantined(archive, rows) if suspects else []
    if suspects:
        show_suspects(environment, waiting, as_json=as_json)
        return
    if as_json:
        emit_json(asdict(row) for row in rows)
        return
    click.echo(
        render_status(
            [asdict(row) for row in rows],
            colour=environment.may_colour,
            width=environment.width,
            ascii_marks=environment.ascii,
        ),
        nl=False,
    )


def quarantined(archive: Archive, documents: Iterable[DocumentRow]) -> list[dict[str, Any]]:
    """Return the texts in quarantine of *documents*, as rows of JSON."""
    return [asdict(row) for each in documents for row in archive.suspects(each.service, each.document)]


def show_suspects(environment: Environment, rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """List texts in quarantine."""
    from tostrack.publish.tables import render_suspects

    if as_json:
        emit_json(rows)
    elif rows:
        table = render_suspects(
            rows, colour=environment.may_colour, width=environment.width, ascii_marks=environment.ascii
        )
        click.echo(table, nl=False)
        click.echo("`tostrack accept SERVICE/DOCUMENT` makes the last one seen the next version", err=True)
    else:
        click.echo("nothing is in quarantine", err=True)
