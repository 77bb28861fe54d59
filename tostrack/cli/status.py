"""``tostrack status``: how every document is doing."""

from __future__ import annotations

from dataclasses import asdict

import click

from tostrack.cli.environment import Environment, chosen, emit_json, json_option


@click.command(epilog="Example: `tostrack status instagram --json`.")
@click.argument("target", required=False, metavar="[SERVICE[/DOCUMENT]]")
@json_option
@click.pass_obj
def command(environment: Environment, target: str | None, as_json: bool) -> None:
    """Show when each document was last checked, how it went, and since when its text stands."""
    from tostrack.publish.tables import render_status

    with environment.archive() as archive:
        rows = chosen(archive, target)
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
