"""``tostrack list``: list the documents of the watchlist."""

from __future__ import annotations

import click

from tostrack.cli.app import Environment, emit_json, json_option, kind_option, targets_argument


@click.command(
    epilog="Examples: `tostrack list`; `tostrack list instagram --json`; `tostrack list --kind sub-processors`."
)
@targets_argument
@kind_option
@json_option
@click.pass_obj
def command(environment: Environment, targets: tuple[str, ...], kinds: tuple[str, ...], as_json: bool) -> None:
    """List the documents of the watchlist in its order, each with its kind and its addresses."""
    from tostrack.cli.crawl import select_watched
    from tostrack.language.document_kind import document_names, find_document_kind
    from tostrack.render.escape import safe_line

    documents = select_watched(environment.watchlist, targets)
    kind_of = {document.id: find_document_kind(*document_names(document)) for document in documents}
    documents = [document for document in documents if not kinds or kind_of[document.id] in kinds]
    if as_json:
        emit_json(
            {
                "service": document.service,
                "document": document.slug,
                "service_name": document.service_name,
                "name": document.name,
                "kind": kind_of[document.id],
                "active": document.active,
                "fetch": document.pages[0].fetch if document.pages else None,
                "urls": [page.url for page in document.pages],
            }
            for document in documents
        )
        return
    if not documents and kinds:
        click.echo(f"no watched document is of the kind {' or '.join(kinds)} by its name and address", err=True)
    longest = max((len(document.id) for document in documents), default=0)
    widest = max((len(kind_of[document.id]) for document in documents), default=0)
    for document in documents:
        paused = "" if document.active else "  (paused)"
        urls = " ".join(page.url for page in document.pages)
        click.echo(f"{document.id:<{longest}}  {kind_of[document.id] or '-':<{widest}}  {safe_line(urls)}{paused}")
