"""``tostrack accept``: a text in quarantine is the policy after all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import DAY, Environment, emit_json, json_option, select_documents
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.models import Document


@click.command(
    epilog="Example: `tostrack accept` lists the texts in quarantine; `tostrack accept acme/terms` takes the last one."
)
@click.argument("target", required=False, metavar="[SERVICE/DOCUMENT]")
@click.option("--key", default="", help="The beginning of the text's key, where several wait; default: the last seen.")
@click.option("--now", type=DAY, help="Record it as of this time: for replays and tests.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would change; store nothing.")
@json_option
@click.pass_obj
def command(
    environment: Environment, target: str | None, key: str, now: datetime | None, dry_run: bool, as_json: bool
) -> None:
    """Make a text in quarantine the next version: judged, flagged and told like any other."""
    from tostrack.cli.crawl import line, row
    from tostrack.cli.status import list_quarantined, show_suspects
    from tostrack.sandbox import Worker
    from tostrack.services.review import accept_quarantined
    from tostrack.watchlist import find

    if target is None:
        with environment.archive() as archive:
            waiting = list_quarantined(archive, select_documents(archive, None))
        show_suspects(environment, waiting, as_json=as_json)
        return
    documents = _find_unwatched(environment, target) or find(environment.watchlist, target)
    if len(documents) > 1:
        raise ConfigError(f"{target}: name one document: {', '.join(document.id for document in documents)}")
    at = now or datetime.now(UTC)
    with environment.writer(at) as writer, Worker() as worker:
        result = accept_quarantined(documents[0], writer, at, key.lower(), dry_run=dry_run, call=worker)
    if as_json:
        emit_json([row(result)])
    else:
        click.echo(line(result))
    if dry_run:
        click.echo("nothing was stored", err=True)


def _find_unwatched(environment: Environment, target: str) -> tuple[Document, ...]:
    """Return the recorded document *target* where it is not watched: an import put it into quarantine."""
    from tostrack.models import Document

    watchlist = environment.watchlist
    if target in (document.id for document in watchlist.documents) or not watchlist.settings.database.exists():
        return ()
    with environment.archive() as archive:
        rows = [row for row in archive.documents() if row.id == target]
    return tuple(Document(row.service, row.document, (), row.name, row.service_name) for row in rows)
