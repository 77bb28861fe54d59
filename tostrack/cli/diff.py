"""``tostrack diff``: show what changed, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import DAY, Environment, emit_json, json_option, report_nothing, select_documents
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.archive import Archive, DocumentRow
    from tostrack.models import Change

#: For two columns where no terminal says how much room there is.
_PIPED_COLUMNS = 120


@click.command(
    epilog="Examples: `tostrack diff instagram`; `tostrack diff instagram --from 2012-09-01 --to 2013-03-01`; "
    "`tostrack diff instagram/terms@7` for one change of `tostrack log`."
)
@click.argument("target", metavar="SERVICE[/DOCUMENT[@NUMBER]]")
@click.option("--from", "start", type=DAY, help="Net change since the text of this date.")
@click.option("--to", "end", type=DAY, help="... up to the text of this date; default: the current one.")
@click.option("--all", "everything", is_flag=True, help="The latest change even if it is noise.")
@click.option("--all-hunks", is_flag=True, help="Every edit, not only the flagged ones and the first twenty others.")
@click.option("--side-by-side", is_flag=True, help="Old text on the left, new text on the right.")
@click.option(
    "--context", type=click.IntRange(min=1), default=14, show_default=True, help="Unchanged words around an edit."
)
@click.option("--no-pager", is_flag=True, help="Do not use a pager.")
@click.option("--stat", is_flag=True, help="Only the number of edits under each heading.")
@click.option(
    "--format", "shape", type=click.Choice(["text", "markdown", "html", "json"]), default="text", show_default=True
)
@json_option
@click.pass_obj
def command(
    environment: Environment,
    target: str,
    start: datetime | None,
    end: datetime | None,
    everything: bool,
    all_hunks: bool,
    side_by_side: bool,
    context: int,
    no_pager: bool,
    stat: bool,
    shape: str,
    as_json: bool,
) -> None:
    """Show the latest substantive change of each document, or the net change between two days."""
    name, _, number = target.partition("@")
    if start and end and end < start:
        raise ConfigError(f"--from {start:%Y-%m-%d} is after --to {end:%Y-%m-%d}: swap them")
    with environment.archive() as archive:
        rows = select_documents(archive, name)
        if start or end:
            changes = [change for row in rows if (change := _net(environment, archive, row, start, end))]
        else:
            changes = list(_stored(archive, rows, target if number else None, everything=everything))
    if as_json or shape == "json":
        from tostrack.render.change_formats import change_as_json as form

        emit_json(map(form, changes))
    elif shape in ("markdown", "html"):
        from tostrack.render import change_formats

        for change in changes:
            click.echo(
                change_formats.change_as_markdown(change)
                if shape == "markdown"
                else change_formats.change_as_html(change)
            )
    else:
        from tostrack.render.terminal import render_change

        shown = [
            render_change(
                change,
                colour=environment.may_colour,
                width=environment.width or (_PIPED_COLUMNS if side_by_side else 0),
                context=context,
                side_by_side=side_by_side,
                stat=stat,
                limit=None if all_hunks else 20,
                ascii_marks=environment.ascii,
            )
            for change in changes
        ]
        environment.show("".join(f"{text}\n" for text in shown), pager=not no_pager)
    if not changes:
        said = "no change that matters" + ("" if everything else " (--all includes others)")
        click.echo(f"{target}: {report_nothing(rows, said)}", err=True)


def _net(
    environment: Environment, archive: Archive, row: DocumentRow, start: datetime | None, end: datetime | None
) -> Change | None:
    """Return the difference between the texts in force on two days, or None when there is none."""
    from tostrack.analysis.comparison import compare_readings

    versions = archive.versions(row.service, row.document)
    old = archive.at(row.service, row.document, start) if start else None
    # Before the first version: compare with the first version.
    old = old or next(iter(versions), None)
    new = archive.at(row.service, row.document, end) if end else archive.current(row.service, row.document)
    if old is None or new is None or old.number >= new.number:
        return None
    change = compare_readings(archive.reading(old), archive.reading(new), book=environment.book)
    return replace(change, service=row.service, document=row.document) if change.hunks else None


def _stored(archive: Archive, rows: list[DocumentRow], change_id: str | None, *, everything: bool) -> Iterator[Change]:
    from tostrack.models import Verdict

    for row in rows:
        if change_id is not None:
            found = [change for change in [archive.change(change_id)] if change]
            if not found:
                raise ConfigError(f"{change_id}: no such change; `tostrack log {row.id} --all` lists them")
        else:
            verdict = None if everything else Verdict.SUBSTANTIVE
            found = archive.changes(row.service, row.document, verdict=verdict, limit=1)
        for stored in found:
            yield archive.load_change(stored)
