"""``tostrack show``: the text itself."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.app import DAY, Environment, emit_json, json_option, select_one
from tostrack.errors import ConfigError


@click.command(epilog="Examples: `tostrack show instagram/terms --at 2012-12-31`; `tostrack show instagram/terms@7`.")
@click.argument("target", metavar="SERVICE/DOCUMENT[@NUMBER]")
@click.option("--at", "when", type=DAY, help="The text in force at this time.")
@click.option("--version", "number", type=int, help="The version of this number, as @NUMBER.")
@json_option
@click.pass_obj
def command(environment: Environment, target: str, when: datetime | None, number: int | None, as_json: bool) -> None:
    """Print a document's text as Markdown: the one that stands, or the one in force at a time."""
    from tostrack.render.escape import safe

    name, at, counted = target.partition("@")
    if at:
        try:
            number = int(counted)
        except ValueError:
            raise ConfigError(f"{target}: {counted!r} is not the number of a version") from None
    with environment.archive() as archive:
        row = select_one(archive, name)
        service, document = row.service, row.document
        if number is not None:
            version = archive.version(service, document, number)
        else:
            version = archive.at(service, document, when) if when else archive.current(service, document)
        if version is None:
            first = next(iter(archive.versions(service, document)), None)
            since = f"the first version was seen at {first.seen_at}" if first else "no version is recorded yet"
            raise ConfigError(f"{target}: no such version; {since}")
        text = archive.reading(version).version.text
    if as_json:
        fields = ("service", "document", "number", "seen_at", "kind", "sha256")
        emit_json([{**{name: getattr(version, name) for name in fields}, "text": text}])
    else:
        click.echo(safe(text), nl=False)
