"""``tostrack flags``: the clauses that stand now about licensing, advertising, sharing and AI, or their whole life."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import Environment, emit_json, json_option, report_nothing, select_documents, validate_topic

if TYPE_CHECKING:
    from tostrack.archive import Archive, DocumentRow


@click.command(
    epilog="Examples: `tostrack flags instagram --topic licensing`; `tostrack flags instagram/terms --history`."
)
@click.argument("target", required=False, metavar="[SERVICE[/DOCUMENT]]")
@click.option("--topic", help="Only this topic.")
@click.option(
    "--history", is_flag=True, help="When each was granted, widened, narrowed and withdrawn, by today's rules."
)
@json_option
@click.pass_obj
def command(environment: Environment, target: str | None, topic: str | None, history: bool, as_json: bool) -> None:
    """List the flagged clauses of the current texts, by topic, with quotes and dates."""
    from tostrack.render.history_view import render_history
    from tostrack.render.listings import render_flags

    with environment.archive() as archive:
        names = select_documents(archive, target)
        read = _lives if history else _standing
        rows = [row for name in names for row in read(environment, archive, name, topic)]
        stale = archive.stale(environment.book.fingerprint)
    if not rows:
        validate_topic(topic, environment.book)
    render: Callable[..., str] = render_history if history else render_flags
    if as_json:
        emit_json(rows)
    elif rows:
        page = render(rows, colour=environment.may_colour, width=environment.width, ascii_marks=environment.ascii)
        click.echo(page, nl=False)
    else:
        click.echo(report_nothing(names, "no clause is flagged"), err=True)
    if stale and not history:
        click.echo(f"{stale} clauses were flagged with older rules: run `tostrack rebuild flags`", err=True)


def _standing(
    environment: Environment, archive: Archive, row: DocumentRow, topic: str | None
) -> Iterator[dict[str, Any]]:
    for flag in archive.flags(row.service, row.document, topic=topic):
        yield {**asdict(flag), "meaning": environment.book.meaning(flag.rule, flag.polarity)}


def _lives(environment: Environment, archive: Archive, row: DocumentRow, topic: str | None) -> Iterator[dict[str, Any]]:
    from tostrack.services.reflag import flag_history

    for event in flag_history(archive, row.service, row.document, topic, environment.book):
        yield asdict(event)
