"""``tostrack list``: list the documents of the watchlist."""

from __future__ import annotations

from difflib import get_close_matches

import click

from tostrack.cli.app import Environment, emit_json, json_option
from tostrack.errors import ConfigError


@click.command(epilog="Examples: `tostrack list`; `tostrack list instagram --json`.")
@click.argument("targets", nargs=-1, metavar="[SERVICE[/DOCUMENT]]...")
@click.option("--kind", help="Only documents of this kind, such as `sub-processors` or `data-processing`.")
@json_option
@click.pass_obj
def command(environment: Environment, targets: tuple[str, ...], kind: str | None, as_json: bool) -> None:
    """List the documents of the watchlist in its order, each with its kind and its addresses."""
    from tostrack.cli.crawl import select_watched
    from tostrack.document_kind import KINDS, document_names, find_document_kind
    from tostrack.render.escape import safe_line

    if kind is not None and kind not in KINDS:
        near = get_close_matches(kind, KINDS, 1)
        raise ConfigError(f"{kind}: no such kind; " + (f"did you mean {near[0]!r}?" if near else ", ".join(KINDS)))
    documents = select_watched(environment.watchlist, targets)
    kinds = {document.id: find_document_kind(*document_names(document)) for document in documents}
    documents = [document for document in documents if kind in (None, kinds[document.id])]
    if as_json:
        emit_json(
            {
                "service": document.service,
                "document": document.slug,
                "service_name": document.service_name,
                "name": document.name,
                "kind": kinds[document.id],
                "active": document.active,
                "fetch": document.pages[0].fetch if document.pages else None,
                "urls": [page.url for page in document.pages],
            }
            for document in documents
        )
        return
    longest = max((len(document.id) for document in documents), default=0)
    widest = max((len(kinds[document.id]) for document in documents), default=0)
    for document in documents:
        paused = "" if document.active else "  (paused)"
        urls = " ".join(page.url for page in document.pages)
        click.echo(f"{document.id:<{longest}}  {kinds[document.id] or '-':<{widest}}  {safe_line(urls)}{paused}")
