"""``tostrack review``: list quarantined texts, or accept one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import DAY, Environment, emit_json, json_option, select_documents
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.models import Document


@click.command(
    epilog="Examples: `tostrack review` lists the quarantined texts; `tostrack review acme/terms --accept` accepts "
    "the newest one."
)
@click.argument("target", required=False, metavar="[SERVICE/DOCUMENT]")
@click.option("--accept", is_flag=True, help="Make the quarantined text the next version.")
@click.option(
    "--key", default="", help="The beginning of the text's key, if several are quarantined; default: the newest."
)
@click.option("--now", type=DAY, help="Record it at this time: for replays and tests.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what would change; store nothing.")
@json_option
@click.pass_obj
def command(
    environment: Environment,
    target: str | None,
    accept: bool,
    key: str,
    now: datetime | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """List the quarantined texts: pages that did not look like the policy. With --accept, make one the next version.

    An accepted text gets a verdict and flags and is notified like any other.
    """
    from tostrack.cli.status import list_quarantined, show_quarantined

    if target is None or not accept:
        with environment.archive() as archive:
            waiting = list_quarantined(archive, select_documents(archive, [target] if target else []))
        show_quarantined(environment, waiting, as_json=as_json)
        return
    _accept(environment, target, key, now or datetime.now(UTC), dry_run=dry_run, as_json=as_json)


def _accept(environment: Environment, target: str, key: str, at: datetime, *, dry_run: bool, as_json: bool) -> None:
    from tostrack.cli.crawl import line, row
    from tostrack.sandbox import Worker
    from tostrack.services.review import accept_quarantined
    from tostrack.watchlist import find

    documents = _find_unwatched(environment, target) or find(environment.watchlist, target)
    if len(documents) > 1:
        raise ConfigError(f"{target}: name one document: {', '.join(document.id for document in documents)}")
    with environment.writer(at) as writer, Worker() as worker:
        result = accept_quarantined(documents[0], writer, at, key.lower(), dry_run=dry_run, call=worker)
    if as_json:
        emit_json([row(result)])
    else:
        click.echo(line(result))
    if dry_run:
        click.echo("nothing was stored", err=True)


def _find_unwatched(environment: Environment, target: str) -> tuple[Document, ...]:
    """Return the recorded document *target* where it is not watched: an import quarantined a text of it."""
    from tostrack.models import Document

    watchlist = environment.watchlist
    if target in (document.id for document in watchlist.documents) or not watchlist.settings.database.exists():
        return ()
    with environment.archive() as archive:
        rows = [row for row in archive.documents() if row.id == target]
    return tuple(Document(row.service, row.document, (), row.name, row.service_name) for row in rows)
