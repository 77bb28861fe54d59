"""``tostrack list``: list the documents of the watchlist."""

from __future__ import annotations

from typing import Any

import click

from tostrack.cli.app import Environment, json_option, kind_option, targets_argument
from tostrack.render.escape import safe_line


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

    documents = select_watched(environment.watchlist, targets)
    kind_of = {document.id: find_document_kind(*document_names(document)) for document in documents}
    rows = [
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
        if not kinds or kind_of[document.id] in kinds
    ]
    nothing = f"no watched document is of the kind {' or '.join(kinds)} by its name and address"
    environment.print_rows(rows, _render, as_json=as_json, nothing=nothing)


def _render(rows: list[dict[str, Any]], _: object) -> str:
    named = [(f"{row['service']}/{row['document']}", row["kind"], row) for row in rows]
    longest = max(len(name) for name, _, _ in named)
    widest = max(len(kind) for _, kind, _ in named)
    return "".join(
        f"{name:<{longest}}  {kind or '-':<{widest}}  {safe_line(' '.join(row['urls']))}"
        f"{'' if row['active'] else '  (paused)'}\n"
        for name, kind, row in named
    )
