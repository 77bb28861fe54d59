"""``tostrack log``: list changes, newest first."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from tostrack.cli.app import (
    DAY,
    FIRST_DAY,
    Environment,
    emit_json,
    json_option,
    report_nothing,
    select_documents,
    validate_topic,
)

_FIELDS = "id service document seen_at verdict reason topics added removed reworded moved announced".split()


@click.command(epilog="Example: `tostrack log instagram --topic licensing --since 2013-01-01 --until 2013-12-31`.")
@click.argument("target", required=False, metavar="[SERVICE[/DOCUMENT]]")
@click.option("--all", "everything", is_flag=True, help="Include editorial changes and noise.")
@click.option("--topic", help="Only changes that touch this topic.")
@click.option(
    "--verdict", type=click.Choice(["substantive", "editorial", "noise"]), help="Only changes with this verdict."
)
@click.option("--since", type=FIRST_DAY, help="Only changes seen since the start of this day.")
@click.option("--until", type=DAY, help="Only changes seen until the end of this day.")
@click.option("-n", "--limit", type=click.IntRange(min=1), help="Maximum number of changes.")
@json_option
@click.pass_obj
def command(
    environment: Environment,
    target: str | None,
    everything: bool,
    topic: str | None,
    verdict: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the changes that matter; with --all every change, with its verdict and the reason for it."""
    from tostrack.models import Verdict
    from tostrack.render.listings import render_log

    asked = Verdict(verdict) if verdict else None if everything else Verdict.SUBSTANTIVE
    service, _, document = (target or "").partition("/")
    with environment.archive() as archive:
        documents = select_documents(archive, target)
        found = archive.changes(service or None, document or None, verdict=asked, since=since, until=until)
    rows = [row for row in found if topic is None or topic in row.topics][:limit]
    if not rows:
        validate_topic(topic, environment.book)
    if as_json:
        emit_json({name: getattr(row, name) for name in _FIELDS} for row in rows)
    elif rows:
        environment.show(render_log(map(asdict, rows), environment.look))
    else:
        said = "no change that matters" if asked is Verdict.SUBSTANTIVE else "no change recorded"
        click.echo(report_nothing(documents, said), err=True)
