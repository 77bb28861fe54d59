"""``tostrack blame``: since when each clause stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from tostrack.cli.app import DAY, Environment, emit_json, json_option, select_one


@click.command(epilog="Example: `tostrack blame instagram/terms --at 2013-02-01`.")
@click.argument("target", metavar="SERVICE/DOCUMENT")
@click.option("--at", "when", type=DAY, help="The text in force at this time.")
@json_option
@click.pass_obj
def command(environment: Environment, target: str, when: datetime | None, as_json: bool) -> None:
    """Show a document's text with the day on which each clause came, and the day of its last rewording.

    A clause keeps its day when it is reworded or moved, and through a page's flapping.
    """
    from tostrack.render.blame_view import render_blame

    with environment.archive() as archive:
        row = select_one(archive, target)
        found = archive.blame(row.service, row.document, when)
    if as_json:
        emit_json(asdict(each) for each in found)
    elif found:
        page = render_blame(
            [asdict(each) for each in found],
            colour=environment.may_colour,
            width=environment.width,
            ascii_marks=environment.ascii,
        )
        environment.show(page)
    else:
        click.echo("no version is recorded of that time", err=True)
