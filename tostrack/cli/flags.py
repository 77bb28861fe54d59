"""``tostrack flags``: the current clauses about licensing, advertising, sharing and AI, or their whole history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from tostrack.archive.read import FlagRow
from tostrack.cli.app import (
    Environment,
    is_within,
    json_option,
    kind_option,
    report_nothing,
    select_documents,
    since_option,
    targets_argument,
    topic_option,
    until_option,
    validate_topic,
)
from tostrack.errors import ExtractError

if TYPE_CHECKING:
    from tostrack.archive import Archive, DocumentRow
    from tostrack.services.unread_languages import UnreadDocument


@click.command(
    epilog="Examples: `tostrack flags instagram --topic licensing`; `tostrack flags instagram/terms --history`; "
    "`tostrack flags --kind sub-processors`; `tostrack flags --topics` lists the topics that there are."
)
@targets_argument
@topic_option
@kind_option
@click.option(
    "--topics", "list_them", is_flag=True, help="List the topics and topic packs, what each is about, and which are on."
)
@click.option(
    "--history", is_flag=True, help="When each was granted, widened, narrowed and withdrawn, by today's rules."
)
@since_option
@until_option
@json_option
@click.pass_obj
def command(
    environment: Environment,
    targets: tuple[str, ...],
    topic: str | None,
    kinds: tuple[str, ...],
    list_them: bool,
    history: bool,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """List the flagged clauses of the current texts, by topic, with quotes and dates."""
    from tostrack.archive.kinds import find_kinds
    from tostrack.render.history_view import render_history
    from tostrack.render.listings import render_flags, render_topics
    from tostrack.services.unread_languages import list_unread

    if list_them:
        environment.print_rows(_topics(environment), render_topics, as_json=as_json)
        return
    with environment.archive() as archive:
        names = select_documents(archive, targets, kinds)
        read = _lives if history else _standing
        rows = [row for name in names for row in read(environment, archive, name, topic)]
        at = "seen_at" if history else "since"
        rows = [row for row in rows if is_within(row[at], since, until)]
        stale = archive.stale(environment.book.fingerprint)
        unread = list_unread(archive, names)
        kind_of = find_kinds(archive, names if as_json else ())
    if not rows:
        validate_topic(topic, environment.book)
    render = render_history if history else render_flags
    if as_json:
        rows += map(_unread_row, unread)
        rows = [{**row, "kind": kind_of[f"{row['service']}/{row['document']}"]} for row in rows]
    nothing = "" if unread and len(unread) >= sum(1 for row in names if row.versions) else "no clause is flagged"
    environment.print_rows(rows, render, as_json=as_json, nothing=nothing and report_nothing(names, nothing))
    for one in unread:
        click.echo(f"{one.service}/{one.document}: {one.notice}", err=True)
    if stale and not history:
        click.echo(f"{stale} clauses were flagged with older rules: run `tostrack rebuild flags`", err=True)


def _topics(environment: Environment) -> list[dict[str, Any]]:
    """Return the topics that are flagged, and then the packs that are off, each with what it is about."""
    from tostrack.analysis.flags import SHIPPED
    from tostrack.analysis.flags.rule_sources import list_pack_meanings

    packs, on = list_pack_meanings(), environment.book.topics()
    off = {name: meaning for name, meaning in packs.items() if name not in on}
    return [
        {
            "topic": name,
            "meaning": meaning,
            "on": name in on,
            "source": "shipped" if name in SHIPPED.topics() else "pack" if name in packs else "own",
        }
        for name, meaning in (*on.items(), *off.items())
    ]


def _standing(
    environment: Environment, archive: Archive, row: DocumentRow, topic: str | None
) -> Iterator[dict[str, Any]]:
    for flag in archive.flags(row.service, row.document, topic=topic):
        yield {**vars(flag), "meaning": environment.book.meaning(flag.rule, flag.polarity)}


def _unread_row(unread: UnreadDocument) -> dict[str, Any]:
    """Return the row of JSON for a document that no rule reads: it has the keys of a flag, and no topic."""
    return {
        **dict.fromkeys(FlagRow.__dataclass_fields__),
        "service": unread.service,
        "document": unread.document,
        "meaning": unread.notice,
        "language": unread.language,
    }


def _lives(environment: Environment, archive: Archive, row: DocumentRow, topic: str | None) -> Iterator[dict[str, Any]]:
    from tostrack.sandbox import Worker
    from tostrack.services.reflag import flag_history

    with Worker() as call:
        try:
            for event in flag_history(archive, row.service, row.document, topic, environment.book, call):
                yield asdict(event)
        except ExtractError as error:
            raise ExtractError(f"{row.service}/{row.document}: {error}", cause=error.cause) from error
