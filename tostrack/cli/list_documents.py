"""``tostrack list``: list the documents of the watchlist."""

from __future__ import annotations

import click

from tostrack.cli.app import Environment, emit_json, json_option


@click.command(epilog="Examples: `tostrack list`; `tostrack list instagram --json`.")
@click.argument("targets", nargs=-1, metavar="[SERVICE[/DOCUMENT]]...")
@json_option
@click.pass_obj
def command(environment: Environment, targets: tuple[str, ...], as_json: bool) -> None:
    """List the documents of the watchlist in its order, each with its addresses."""
    from tostrack.cli.crawl import select_watched
    from tostrack.render.escape import safe_line

    documents = select_watched(environment.watchlist, targets)
    if as_json:
        emit_json(
            {
                "service": document.service,
                "document": document.slug,
                "service_name": document.service_name,
                "name": document.name,
                "active": document.active,
                "fetch": document.pages[0].fetch if document.pages else None,
                "urls": [page.url for page in document.pages],
            }
            for document in documents
        )
        return
    longest = max((len(document.id) for document in documents), default=0)
    for document in documents:
        paused = "" if document.active else "  (paused)"
        urls = " ".join(page.url for page in document.pages)
        click.echo(f"{document.id:<{longest}}  {safe_line(urls)}{paused}")
