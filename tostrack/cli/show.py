"""``tostrack show``: print a document's text."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import DAY, Environment, emit_json, json_option, select_one
from tostrack.errors import ConfigError
from tostrack.value import fields_of

if TYPE_CHECKING:
    from tostrack.archive import Archive, VersionRow


@click.command(
    epilog="Examples: `tostrack show instagram/terms --at 2012-12-31`; `tostrack show instagram/terms@7`; "
    "`tostrack show instagram/terms --dates`."
)
@click.argument("target", metavar="SERVICE/DOCUMENT[@NUMBER]")
@click.option("--at", "when", type=DAY, help="The text that was current at this time.")
@click.option("--version", "number", type=int, help="The version with this number, as @NUMBER.")
@click.option("--dates", is_flag=True, help="Print each clause with the date since when it is in the text.")
@json_option
@click.pass_obj
def command(
    environment: Environment, target: str, when: datetime | None, number: int | None, dates: bool, as_json: bool
) -> None:
    """Print a document's text as Markdown: the current one, or the one that was current at a time.

    With --dates a clause keeps its date when it is reworded or moved, and when it disappears for a few days.
    """
    from tostrack.render.escape import safe

    name, at, counted = target.partition("@")
    if at:
        try:
            number = int(counted)
        except ValueError:
            raise ConfigError(f"{target}: {counted!r} is not the number of a version") from None
    with environment.archive() as archive:
        version = _select_version(archive, name, when, number)
        if dates:
            _show_dates(environment, archive, version, as_json=as_json)
            return
        text = archive.reading(version).version.text
    if as_json:
        fields = ("service", "document", "number", "seen_at", "kind", "sha256")
        emit_json([fields_of(version, fields) | {"text": text}])
    else:
        click.echo(safe(text), nl=False)


def _select_version(archive: Archive, name: str, when: datetime | None, number: int | None) -> VersionRow:
    row = select_one(archive, name)
    service, document = row.service, row.document
    if number is not None:
        version = archive.version(service, document, number)
    else:
        version = archive.at(service, document, when) if when else archive.current(service, document)
    if version is None:
        first = next(iter(archive.versions(service, document)), None)
        since = f"the first version is of {first.seen_at}" if first else "no version is recorded yet"
        raise ConfigError(f"{name}: no such version; {since}")
    return version


def _show_dates(environment: Environment, archive: Archive, version: VersionRow, *, as_json: bool) -> None:
    from tostrack.render.blame_view import render_blame

    environment.print_rows(list(map(asdict, archive.blame_of(version))), render_blame, as_json=as_json)
