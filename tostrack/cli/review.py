"""``tostrack review``: decide about a change, or about a quarantined text."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import (
    Clock,
    Environment,
    dry_run_option,
    emit_json,
    json_option,
    now_option,
    select_documents,
)
from tostrack.errors import ConfigError
from tostrack.models import iso

if TYPE_CHECKING:
    from datetime import datetime

    from tostrack.archive.reviews import Review
    from tostrack.models import Document


@click.command(
    epilog="Examples: `tostrack review acme/terms@7 --dismiss --note 'only the menu'`; `tostrack review acme/terms@7 "
    "--verdict editorial`; `tostrack review` lists the quarantined texts; `tostrack review acme/terms --accept` "
    "accepts the newest one."
)
@click.argument("target", required=False, metavar="[SERVICE/DOCUMENT[@NUMBER]]")
@click.option("--ack", "state", flag_value="acknowledged", help="The change was read: digests stop repeating it.")
@click.option("--dismiss", "state", flag_value="dismissed", help="The change does not matter: no digest shows it.")
@click.option(
    "--verdict", type=click.Choice(["substantive", "editorial", "noise"]), help="The verdict that you give instead."
)
@click.option("--note", default="", help="Stored with it, and shown in `tostrack log` and on the site.")
@click.option("--accept", is_flag=True, help="Make the quarantined text the next version.")
@click.option(
    "--key", default="", help="The beginning of the text's key, if several are quarantined; default: the newest."
)
@now_option
@dry_run_option
@json_option
@click.pass_obj
def command(
    environment: Environment,
    target: str | None,
    state: str | None,
    verdict: str | None,
    note: str,
    accept: bool,
    key: str,
    clock: Clock,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Acknowledge or dismiss a change, give it your verdict or a note; or list and accept quarantined texts.

    Reviews are stored beside the hash chain, merged with archives, and exported by `tostrack export jsonl --what
    reviews`. An accepted text gets a verdict and flags and is notified like any other.
    """
    from tostrack.cli.status import list_quarantined, show_quarantined

    decided = (state or "", verdict or "", note)
    if target and "@" in target:
        _review(environment, target.lower(), decided, clock, dry_run=dry_run, as_json=as_json)
    elif any(decided):
        raise ConfigError("name one change, such as acme/terms@7; `tostrack log` lists them")
    elif target and accept:
        _accept(environment, target, key, clock, dry_run=dry_run, as_json=as_json)
    else:
        with environment.archive() as archive:
            waiting = list_quarantined(archive, select_documents(archive, [target] if target else []))
        show_quarantined(environment, waiting, as_json=as_json)


def _review(
    environment: Environment,
    change: str,
    decided: tuple[str, str, str],
    clock: Clock,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Store what was decided, if anything was, and print what holds for the change."""
    from tostrack.archive.reviews import Review, combine_reviews
    from tostrack.render.escape import safe_line

    own = Review(change, iso(clock()), *decided)
    reviews = store_review(environment, own, clock(), dry_run=dry_run or not any(decided))
    found = combine_reviews([*reviews, *([own] if any(decided) else [])]).get(change)
    if as_json:
        emit_json([asdict(found)] if found else [])
    else:
        click.echo(f"{change}: {safe_line(found.sentence) if found else 'not reviewed'}")
    if dry_run:
        click.echo("nothing was stored", err=True)


def store_review(environment: Environment, own: Review, at: datetime, *, dry_run: bool = False) -> list[Review]:
    """Store *own* unless it is a dry run, and return those that were there before.

    Raises:
        ConfigError: There is no such change, or the review cannot be stored.
    """
    from tostrack.archive.reviews import LONGEST_NOTE
    from tostrack.services.export import change_of

    if len(own.note) > LONGEST_NOTE:
        raise ConfigError(f"--note: longer than {LONGEST_NOTE:,} characters")
    if not own.is_valid:
        raise ConfigError(f"{own.change}: no such state or verdict")
    with environment.archive() as archive:
        change_of(archive, own.change)
        before = archive.reviews()
    if not dry_run:
        with environment.writer(at) as writer:
            writer.write_reviews([own])
    return before


def _accept(environment: Environment, target: str, key: str, clock: Clock, *, dry_run: bool, as_json: bool) -> None:
    from tostrack.cli.crawl import row
    from tostrack.render.crawl_summary import outcome_line
    from tostrack.sandbox import Worker
    from tostrack.services.review import accept_quarantined
    from tostrack.watchlist import find

    documents = _find_unwatched(environment, target) or find(environment.watchlist, target)
    if len(documents) > 1:
        raise ConfigError(f"{target}: name one document: {', '.join(document.id for document in documents)}")
    at = clock()
    with environment.writer(at) as writer, Worker() as worker:
        result = accept_quarantined(documents[0], writer, at, key.lower(), dry_run=dry_run, call=worker)
    if as_json:
        emit_json([row(result)])
    else:
        click.echo(outcome_line(result))
    if dry_run:
        click.echo("nothing was stored", err=True)


def _find_unwatched(environment: Environment, target: str) -> tuple[Document, ...]:
    """Return the recorded document *target* where it is not watched: an import quarantined a text of it."""
    from tostrack.models import Document

    if target in (document.id for document in environment.watchlist.documents):
        return ()
    with environment.archive_if_any() as archive:
        rows = [row for row in archive.documents() if row.id == target] if archive else []
    return tuple(Document(row.service, row.document, (), row.name, row.service_name) for row in rows)
