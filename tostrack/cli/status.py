"""``tostrack status``: show the result of the last check of each document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import (
    NO_TEXT,
    Environment,
    emit_json,
    exit_if_failed,
    json_option,
    quiet_option,
    select_documents,
    targets_argument,
)
from tostrack.models import from_iso
from tostrack.render.workflow_commands import format_annotation

if TYPE_CHECKING:
    from tostrack.archive import Archive, DocumentRow


@click.command(
    epilog="Example: `tostrack status instagram --json`; `tostrack status --suspects` lists the quarantined texts."
)
@targets_argument
@click.option(
    "--within",
    type=click.FloatRange(min=0),
    metavar="HOURS",
    help="Exit with 3 unless all documents were checked successfully within this time.",
)
@click.option("--annotate", is_flag=True, help="Print the ten longest failures as annotations for GitHub Actions.")
@click.option("--suspects", is_flag=True, help="List the quarantined texts, as `tostrack review` does.")
@json_option
@quiet_option
@click.pass_obj
def command(
    environment: Environment,
    targets: tuple[str, ...],
    within: float | None,
    annotate: bool,
    suspects: bool,
    as_json: bool,
) -> None:
    """Show when each document was last checked, with which result, and when its text last changed."""
    from tostrack.render.listings import render_status
    from tostrack.services.unread_languages import list_unread

    with environment.archive() as archive:
        rows = select_documents(archive, targets)
        if suspects:
            show_quarantined(environment, list_quarantined(archive, rows), as_json=as_json)
            return
        shown = {row.id for row in rows}
        went_back = [f"{name}@{number}" for name, number in archive.times_that_go_back() if name in shown]
        listed = list(_rows(archive, rows)) if as_json and not annotate else []
        unread = [] if as_json or annotate else list_unread(archive, rows)
    if annotate:
        for line in worst_failures(rows):
            # As bytes: the one line that the runner is to obey.
            click.echo(line.encode())
    elif as_json:
        emit_json(listed)
    elif not rows:
        click.echo(NO_TEXT.partition(", ")[0], err=True)
    elif not environment.quiet:
        notices = [f"{one.service}/{one.document}: {one.notice}\n" for one in unread]
        environment.show("".join([render_status(map(asdict, rows), environment.look), *notices]))
    if went_back:
        named = ", ".join(went_back[:3])
        click.echo(f"times go back at {named}: a clock was wrong; versions are ordered by number", err=True)
    if within is not None and (late := list_failing(rows, datetime.now(UTC) - timedelta(hours=within))):
        click.echo(f"failing: {', '.join(row.id for row in late)}", err=True)
        exit_if_failed(len(late))


def _rows(archive: Archive, rows: list[DocumentRow]) -> Iterator[dict[str, Any]]:
    """Yield *rows* as rows of JSON, each with its kind, whether no rule reads its language, and the date it states."""
    from tostrack.archive.kinds import find_kinds
    from tostrack.services.policy_ages import list_policy_ages
    from tostrack.services.unread_languages import list_unread

    kinds, ages = find_kinds(archive, rows), list_policy_ages(archive, rows)
    not_analysed = {f"{one.service}/{one.document}": one.language for one in list_unread(archive, rows)}
    today = datetime.now(UTC).date()
    for row in rows:
        age = ages.get(row.id)
        yield {
            **asdict(row),
            "kind": kinds[row.id],
            "not_analysed": not_analysed.get(row.id, ""),
            "stated": asdict(age) | {"days": age.days(today)} if age else None,
        }


def list_failing(rows: Iterable[DocumentRow], since: datetime) -> list[DocumentRow]:
    """Return the documents that fail, or were not checked since a time."""
    return [row for row in rows if row.failing_since or not row.checked_at or from_iso(row.checked_at) < since]


def worst_failures(rows: Iterable[DocumentRow]) -> list[str]:
    """Return an annotation for each of the ten documents that have failed longest; GitHub shows ten a step."""
    failing = sorted((row for row in rows if row.failing_since), key=lambda row: row.failing_since or "")
    return [
        format_annotation(
            "warning", f"{row.id} failing since {(row.failing_since or '')[:10]}", row.message or row.cause
        )
        for row in failing[:10]
    ]


def list_quarantined(archive: Archive, documents: Iterable[DocumentRow]) -> list[dict[str, Any]]:
    """Return the quarantined texts of *documents*, as rows of JSON."""
    return [asdict(row) for each in documents for row in archive.suspects(each.service, each.document)]


def show_quarantined(environment: Environment, rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print quarantined texts."""
    from tostrack.render.listings import render_suspects

    environment.print_rows(rows, render_suspects, as_json=as_json, nothing="no text is quarantined")
    if rows and not as_json:
        click.echo("`tostrack review SERVICE/DOCUMENT --accept` makes the newest one the next version", err=True)
