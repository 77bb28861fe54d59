"""``tostrack upcoming``: list the days on which current texts take effect."""

from __future__ import annotations

from datetime import datetime

import click

from tostrack.cli.app import (
    Clock,
    Environment,
    is_within,
    json_option,
    now_option,
    report_nothing,
    select_documents,
    since_option,
    targets_argument,
    topic_option,
    until_option,
    validate_topic,
)


@click.command(
    epilog="Examples: `tostrack upcoming instagram`; `tostrack upcoming --json`. `tostrack feed` and `tostrack site` "
    "write the same days as calendars (.ics)."
)
@targets_argument
@topic_option
@since_option
@until_option
@now_option
@json_option
@click.pass_obj
def command(
    environment: Environment,
    targets: tuple[str, ...],
    topic: str | None,
    since: datetime | None,
    until: datetime | None,
    clock: Clock,
    as_json: bool,
) -> None:
    """List the effective dates ahead, as the current texts state them, with the words that state them.

    Only dates that a document states of itself, and stated before the day, are listed; --since lists past ones too.
    """
    from tostrack.render.calendar import binding_row, render_upcoming
    from tostrack.services.upcoming import list_binding_dates

    today = clock().date()
    with environment.archive() as archive:
        documents = select_documents(archive, targets)
        dates = list_binding_dates(archive, documents)
    if not dates:
        validate_topic(topic, environment.book)
    rows = [
        binding_row(one, today)
        for one in dates
        if topic in (None, *one.topics)
        and (since or one.day >= today)
        and is_within(f"{one.day.isoformat()}T12:00:00Z", since, until)
    ]
    nothing = report_nothing(documents, "no current text states an effective date ahead")
    environment.print_rows(rows, render_upcoming, as_json=as_json, nothing=nothing)
