"""``tostrack check``: is the watchlist right, and what would be kept of its pages?"""

from __future__ import annotations

from typing import Any

import click

from tostrack.cli.environment import Environment, Exit, emit_json, json_option


@click.command(
    epilog="Example: `tostrack check` reads the file only; `tostrack check instagram/terms` fetches as well."
)
@click.argument("targets", nargs=-1, metavar="[SERVICE[/DOCUMENT]]...")
@json_option
@click.pass_context
def command(context: click.Context, targets: tuple[str, ...], as_json: bool) -> None:
    """Check the watchlist; with names, fetch those documents and show what would be kept. Stores nothing."""
    from tostrack.watchlist import check_selectors

    environment: Environment = context.obj
    watchlist = environment.watchlist
    check_selectors(watchlist)
    if not targets:
        found = {"services": len(watchlist.services), "documents": len(watchlist.documents)}
        if as_json:
            emit_json([found])
        else:
            click.echo(
                f"{environment.watchlist_path}: sound; "
                f"{found['services']} services, {found['documents']} documents. Name some to fetch them."
            )
        return
    rows = _fetched(environment, targets)
    if as_json:
        emit_json(rows)
    else:
        _show(rows)
    if any(row["cause"] for row in rows):
        context.exit(Exit.SOME_FAILED)


def _fetched(environment: Environment, targets: tuple[str, ...]) -> list[dict[str, Any]]:
    from tostrack import tracker
    from tostrack.cli.crawl import selected
    from tostrack.fetch import Fetcher, fetch_all

    settings = environment.watchlist.settings
    with Fetcher(contact=settings.contact, delay=settings.delay, allow_private=settings.allow_private) as fetcher:
        previews = tracker.preview(
            selected(environment.watchlist, targets), lambda requests: fetch_all(requests, fetcher)
        )
        return [
            {
                "service": preview.document.service,
                "document": preview.document.slug,
                "cause": preview.cause,
                "message": preview.message,
                "clauses": preview.clauses,
                "words": len(preview.text.split()),
                "text": preview.text,
            }
            for preview in previews
        ]


def _show(rows: list[dict[str, Any]]) -> None:
    from tostrack.publish.text import safe

    for row in rows:
        name = f"{row['service']}/{row['document']}"
        if row["cause"]:
            click.echo(f"{name}  {row['cause']}: {safe(row['message'])}")
        else:
            click.echo(f"{name}  {row['clauses']} clauses, {row['words']} words\n")
            click.echo(safe(row["text"]))
