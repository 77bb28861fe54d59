"""``tostrack diff``: show what changed, clause by clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import (
    DAY,
    Environment,
    emit_json,
    json_option,
    last_look,
    list_changes,
    report_nothing,
    select_documents,
    since_last_option,
    until_option,
)
from tostrack.errors import ConfigError, ExtractError
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.value import Value

if TYPE_CHECKING:
    from tostrack.archive import Archive, ChangeRow, DocumentRow, VersionRow
    from tostrack.models import Change
    from tostrack.render.terminal_style import TerminalStyle

#: For two columns where no terminal says how much room there is.
_PIPED_COLUMNS = 120
#: Unflagged edits shown without --all-hunks.
_SHOWN = 20
_PAIR = lazy_pattern(r"(-?\d+)\.\.@?(-?\d+)")


class _Span(Value):
    """Which changes to show: the net difference between two days, those of a span of time, or the latest."""

    start: datetime | None
    end: datetime | None
    since: datetime | None
    until: datetime | None
    everything: bool


@click.command(
    epilog="Examples: `tostrack diff instagram tiktok`; `tostrack diff instagram --from 2012-09 --to 2013-02`; "
    "`tostrack diff instagram/terms@7` for one change of `tostrack log`; `tostrack diff instagram/terms@3..@7`; "
    "`tostrack diff instagram --format memo`. On a terminal, `tostrack diff` shows what is new since the last time."
)
@click.argument("targets", nargs=-1, metavar="[SERVICE[/DOCUMENT[@NUMBER[..@NUMBER]]]]...")
@click.option("--from", "start", type=DAY, help="Net change since the text of this date.")
@click.option("--to", "end", type=DAY, help="... up to the text of this date; default: the current one.")
@since_last_option
@until_option
@click.option("--all", "everything", is_flag=True, help="Also changes that are editorial or noise.")
@click.option("--all-hunks", is_flag=True, help="Every edit, not only the flagged ones and the first twenty others.")
@click.option("--side-by-side", is_flag=True, help="Old text on the left, new text on the right.")
@click.option(
    "--context", type=click.IntRange(min=1), default=14, show_default=True, help="Unchanged words around an edit."
)
@click.option("--word-diff", type=click.Choice(["color", "plain"]), help="`plain`: signs instead of colours.")
@click.option("--no-pager", is_flag=True, help="Do not use a pager.")
@click.option("--stat", is_flag=True, help="Only the number of edits under each heading.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "markdown", "html", "memo", "json"]),
    default="text",
    show_default=True,
    help="`memo` is a paragraph to paste, with quotes, source and hash.",
)
@json_option
@click.pass_obj
def command(
    environment: Environment,
    targets: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    since: datetime | None,
    until: datetime | None,
    everything: bool,
    all_hunks: bool,
    side_by_side: bool,
    context: int,
    word_diff: str | None,
    no_pager: bool,
    stat: bool,
    shape: str,
    as_json: bool,
) -> None:
    """Show the latest substantive change of each document, the changes of a time, or the net change of two days."""
    if start and end and end < start:
        raise ConfigError(f"--from {start:%Y-%m-%d} is after --to {end:%Y-%m-%d}: swap them")
    since, store = last_look(environment, "diff", since, alone=not (targets or start or end or until))
    span = _Span(start, end, since, until, everything)
    with environment.archive() as archive:
        names = [target.lower().partition("@") for target in targets]
        rows = select_documents(archive, [name for name, _, _ in names])
        changes: list[Change] = []
        for name, _, numbers in names or [("", "", "")]:
            named = [row for row in rows if name in ("", row.id, row.service)]
            changes += _changes(environment, archive, named, numbers, span)
        store(archive)
        if as_json or shape == "json":
            from tostrack.render.change_formats import change_as_json

            emit_json(map(change_as_json, changes))
            return
        if shape != "text":
            _print(environment, archive, changes, shape)
    if shape == "text":
        look = replace(environment.look, colour=environment.look.colour and word_diff != "plain")
        limit = None if all_hunks else _SHOWN
        text = _as_text(changes, look, context=context, side_by_side=side_by_side, stat=stat, limit=limit)
        environment.show(text, pager=not no_pager)
    if not changes:
        said = "no change that matters" + ("" if everything else " (--all includes others)")
        about = f"{' '.join(targets)}: " if targets else ""
        click.echo(f"{about}{report_nothing(rows, said)}", err=True)


def _as_text(changes: list[Change], look: TerminalStyle, *, side_by_side: bool, **options: Any) -> str:
    from tostrack.render.terminal import render_change

    if side_by_side and not look.width:
        look = replace(look, width=_PIPED_COLUMNS)
    return "".join(f"{render_change(change, look, side_by_side=side_by_side, **options)}\n" for change in changes)


def _print(environment: Environment, archive: Archive, changes: list[Change], shape: str) -> None:
    from tostrack.render.change_formats import change_as_html, change_as_markdown
    from tostrack.services.export import memo_of

    for change in changes:
        if shape == "memo":
            click.echo(memo_of(archive, change, environment.book, environment.settings.url))
        else:
            click.echo((change_as_html if shape == "html" else change_as_markdown)(change))


def _changes(
    environment: Environment, archive: Archive, rows: list[DocumentRow], numbers: str, span: _Span
) -> Iterator[Change]:
    """Yield the changes of one name on the command line; *numbers* is what follows its ``@``."""
    if numbers:
        if len(rows) > 1:
            raise ConfigError(f"{rows[0].service}@{numbers}: name one document: {', '.join(row.id for row in rows)}")
        yield from _numbered(environment, archive, rows[0], numbers)
    elif span.start or span.end:
        for row in rows:
            # Before the first version: compare with the first version.
            old = archive.at(row.service, row.document, span.start) if span.start else None
            old = old or next(iter(archive.versions(row.service, row.document)), None)
            new = archive.at(row.service, row.document, span.end) if span.end else None
            yield from _net(environment, archive, row, old, new or archive.current(row.service, row.document))
    else:
        yield from archive.load_changes(_listed(archive, rows, span))


def _numbered(environment: Environment, archive: Archive, row: DocumentRow, numbers: str) -> Iterator[Change]:
    """Yield the change of this number, or the difference between two versions: ``3..7``."""
    from tostrack.services.export import change_of

    name = f"{row.id}@{numbers}"
    if pair := _PAIR.fullmatch(numbers):
        old, new = (archive.version(row.service, row.document, int(number)) for number in pair.groups())
        if old is None or new is None:
            raise ConfigError(f"{name}: no such version; `tostrack log {row.id} --all` lists them")
        yield from _net(environment, archive, row, old, new)
    else:
        yield archive.load_change(change_of(archive, name))


def _listed(archive: Archive, rows: list[DocumentRow], span: _Span) -> list[ChangeRow]:
    from tostrack.models import Verdict

    verdict = None if span.everything else Verdict.SUBSTANTIVE
    if span.since or span.until:
        return list_changes(archive, rows, verdict=verdict, since=span.since, until=span.until)
    latest = [archive.changes(row.service, row.document, verdict=verdict, limit=1) for row in rows]
    return [change for found in latest for change in found]


def _net(
    environment: Environment, archive: Archive, row: DocumentRow, old: VersionRow | None, new: VersionRow | None
) -> Iterator[Change]:
    """Yield the difference between two versions of one document, if there is one.

    Raises:
        ConfigError: They cannot be compared within the bounds of a document.
    """
    from tostrack.sandbox import Worker
    from tostrack.services.stored_rules import compare_versions

    if old and new and old.number < new.number:
        try:
            with Worker() as call:
                change = compare_versions(archive, old, new, environment.book, call)
        except ExtractError as error:
            raise ConfigError(
                f"{row.id}: versions {old.number} and {new.number} cannot be compared: {error}"
            ) from error
        if change.hunks:
            yield change
