"""``tostrack log``: list changes, newest first."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import (
    Environment,
    json_option,
    kind_option,
    last_look,
    list_changes,
    report_nothing,
    select_documents,
    since_last_option,
    targets_argument,
    topic_option,
    until_option,
    validate_topic,
)

if TYPE_CHECKING:
    from tostrack.archive.reviews import Review

_FIELDS = "id service document seen_at verdict reason topics added removed reworded moved announced explanation".split()
#: Silenced changes listed without --since and -n.
_LATELY = 50


@click.command(
    epilog="Examples: `tostrack log instagram --topic licensing --since 2013-01 --until 2013-12`; `tostrack log` on a "
    "terminal lists what is new since the last time; `tostrack log --silenced --since '2 weeks'`; "
    "`tostrack log --kind sub-processors --kind dpa`."
)
@targets_argument
@click.option("--all", "everything", is_flag=True, help="Include editorial changes and noise.")
@click.option("--silenced", is_flag=True, help="Only changes that nobody was notified of, each with the reason.")
@topic_option
@kind_option
@click.option(
    "--verdict", type=click.Choice(["substantive", "editorial", "noise"]), help="Only changes with this verdict."
)
@since_last_option
@until_option
@click.option("-n", "--limit", type=click.IntRange(min=1), help="Maximum number of changes.")
@json_option
@click.pass_obj
def command(
    environment: Environment,
    targets: tuple[str, ...],
    everything: bool,
    silenced: bool,
    topic: str | None,
    kinds: tuple[str, ...],
    verdict: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the changes that matter; with --all every change, with its verdict and the reason for it."""
    from tostrack.archive.kinds import find_kinds
    from tostrack.archive.reviews import combine_reviews
    from tostrack.models import Verdict
    from tostrack.render.listings import render_log

    if silenced and not (since or limit):
        limit = _LATELY
    alone = not (targets or everything or silenced or topic or kinds or verdict or until or limit or as_json)
    since, store = last_look(environment, "log", since, alone=alone)
    asked = Verdict(verdict) if verdict else None if everything or silenced else Verdict.SUBSTANTIVE
    with environment.archive() as archive:
        documents = select_documents(archive, targets, kinds)
        found = list_changes(archive, documents, verdict=asked, since=since, until=until)
        kind_of = find_kinds(archive, documents if as_json else ())
        reviews = combine_reviews(archive.reviews())
        store(archive)
    rows = [
        {
            **{name: getattr(row, name) for name in _FIELDS},
            "review": _said(reviews.get(row.id)),
            "kind": kind_of.get(f"{row.service}/{row.document}", ""),
        }
        for row in found
        if (topic is None or topic in row.topics) and not (silenced and row.verdict == Verdict.SUBSTANTIVE)
    ][:limit]
    if not rows:
        validate_topic(topic, environment.book)
    said = "no change that matters" if asked is Verdict.SUBSTANTIVE else "no change recorded"
    nothing = report_nothing(documents, "nothing was silenced" if silenced else said)
    environment.print_rows(rows, render_log, as_json=as_json, nothing=nothing)


def _said(review: Review | None) -> dict[str, str] | None:
    return {**asdict(review), "sentence": review.sentence} if review else None
