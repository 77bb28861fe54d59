"""``tostrack search``: search the clauses of every recorded text."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from tostrack.cli.app import (
    Environment,
    is_within,
    json_option,
    kind_option,
    select_documents,
    since_option,
    until_option,
)

#: Clauses that the archive returns before they are narrowed.
_MOST = 1_000


@click.command(
    epilog='Examples: `tostrack search "sublicensable licen*"`; `tostrack search \'"train our models"\' --now --json`.'
)
@click.argument("words")
@click.option("--in", "targets", multiple=True, metavar="SERVICE[/DOCUMENT]", help="Only there. May be repeated.")
@kind_option
@click.option("--now", "standing", is_flag=True, help="Only current clauses.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Maximum number of clauses."
)
@since_option
@until_option
@json_option
@click.pass_obj
def command(
    environment: Environment,
    words: str,
    targets: tuple[str, ...],
    kinds: tuple[str, ...],
    standing: bool,
    limit: int,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Search the clauses of every recorded text; each is shown with its document and dates, the oldest first.

    All words must occur in one clause; words in quotes must be adjacent; `licen*` matches words that start with licen.
    """
    from tostrack.render.blame_view import render_search

    with environment.archive() as archive:
        names = {row.id for row in select_documents(archive, targets, kinds)}
        narrowed = bool(targets or kinds or since or until)
        found = archive.search(words, standing=standing, limit=_MOST if narrowed else limit)
        near = [] if found else archive.similar_words(words)
    found = [
        row
        for row in found
        if f"{row.service}/{row.document}" in names
        and is_within(row.last_seen_at, since, None)
        and is_within(row.first_seen_at, None, until)
    ][:limit]
    nothing = "no match" + (f"; did you mean {', '.join(near)}?" if near else "")
    environment.print_rows(list(map(asdict, found)), render_search, as_json=as_json, nothing=nothing)
