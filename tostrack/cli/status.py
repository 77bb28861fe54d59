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
    from tostrack.publish.terminal import render_table

    with environment.archive() as archive:
        rows = chosen(archive, target)
    if as_json:
        emit_json(asdict(row) for row in rows)
        return
    table = [
        {
            "document": row.id,
            "checked": _day(row.checked_at),
            "outcome": row.outcome if not row.cause else f"{row.outcome} ({row.cause})",
            "since": _day(row.failing_since),
            "versions": str(row.versions),
            "changed": _day(row.changed_at),
            "muted": str(row.oscillations or ""),
        }
        for row in rows
    ]
    click.echo(render_table(table, width=environment.width, ascii_marks=environment.ascii), nl=False)
    broken = [row for row in rows if row.failing_since]
    for row in broken:
        from tostrack.publish.text import safe_line

        click.echo(safe_line(f"{row.id}: {row.outcome} since {_day(row.failing_since)}: {row.message}"))
    if not broken and rows:
        click.echo(f"all {len(rows)} documents sound")


def _day(text: str | None) -> str:
    return (text or "")[:10]
