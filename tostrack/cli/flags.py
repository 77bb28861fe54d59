"""``tostrack flags``: the clauses that stand now about licensing, advertising, sharing and AI."""

from __future__ import annotations

from dataclasses import asdict

import click

from tostrack.cli.environment import Environment, chosen, emit_json, json_option


@click.command(epilog="Example: `tostrack flags instagram --topic licensing`.")
@click.argument("target", required=False, metavar="[SERVICE[/DOCUMENT]]")
@click.option("--topic", help="Only this topic.")
@json_option
@click.pass_obj
def command(environment: Environment, target: str | None, topic: str | None, as_json: bool) -> None:
    """List the flagged clauses of the texts that stand, by topic, quoted, and since when each clause stands."""
    from tostrack.publish.tables import render_flags

    with environment.archive() as archive:
        names = chosen(archive, target)
        rows = [flag for row in names for flag in archive.flags(row.service, row.document, topic=topic)]
    if as_json:
        emit_json(asdict(row) for row in rows)
    elif rows:
        click.echo(
            render_flags(
                [asdict(row) for row in rows],
                colour=environment.may_colour,
                width=environment.width,
                ascii_marks=environment.ascii,
            ),
            nl=False,
        )
    else:
        click.echo("no clause is flagged", err=True)
