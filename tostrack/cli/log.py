"""``tostrack log``: list changes, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

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
from tostrack.value import fields_of

if TYPE_CHECKING:
    from tostrack.archive import Archive, ChangeRow, DocumentRow

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
    from tostrack.models import Verdict
    from tostrack.render.listings import render_log

    if silenced and not (since or limit):
        limit = _LATELY
    alone = not any((targets, everything, silenced, topic, kinds, verdict, until, limit, as_json))
    since, store = last_look(environment, "log", since, alone=alone)
    asked = Verdict(verdict) if verdict else None if everything or silenced else Verdict.SUBSTANTIVE
    with environment.archive() as archive:
        documents = select_documents(archive, targets, kinds)
        found = [
            row
            for row in list_changes(archive, documents, verdict=asked, since=since, until=until)
            if topic in (None, *row.topics) and not (silenced and row.verdict == Verdict.SUBSTANTIVE)
        ]
        rows = list(_rows(archive, found[:limit], documents if as_json else []))
        store(archive)
    if not rows:
        validate_topic(topic, environment.book)
    said = "no change that matters" if asked is Verdict.SUBSTANTIVE else "no change recorded"
    nothing = report_nothing(documents, "nothing was silenced" if silenced else said)
    environment.print_rows(rows, render_log, as_json=as_json, nothing=nothing)


def _rows(archive: Archive, found: Iterable[ChangeRow], documents: Iterable[DocumentRow]) -> Iterator[dict[str, Any]]:
    """Yield the row of JSON of each change, with what readers decided, and the kind of its document among *documents*.

    Finding the kinds takes longer than all else.
    """
    from tostrack.archive.kinds import find_kinds
    from tostrack.archive.reviews import combine_reviews

    kind_of, reviews = find_kinds(archive, documents), combine_reviews(archive.reviews())
    for row in found:
        review = reviews.get(row.id)
        yield {
            **fields_of(row, _FIELDS),
            "review": {**asdict(review), "sentence": review.sentence} if review else None,
            "kind": kind_of.get(f"{row.service}/{row.document}", ""),
        }
