"""``tostrack search``: search the clauses of every recorded text."""

from __future__ import annotations

from dataclasses import asdict

import click

from tostrack.cli.app import Environment, json_option, select_documents


@click.command(
    epilog='Examples: `tostrack search "sublicensable licen*"`; `tostrack search \'"train our models"\' --now --json`.'
)
@click.argument("words")
@click.option("--in", "target", metavar="SERVICE[/DOCUMENT]", help="Only in this service or document.")
@click.option("--now", "standing", is_flag=True, help="Only current clauses.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Maximum number of clauses."
)
@json_option
@click.pass_obj
def command(
    environment: Environment, words: str, target: str | None, standing: bool, limit: int, as_json: bool
) -> None:
    """Search the clauses of every recorded text; each is shown with its document and dates, the oldest first.

    All words must occur in one clause; words in quotes must be adjacent; `licen*` matches words that start with licen.
    """
    from tostrack.render.blame_view import render_search

    with environment.archive() as archive:
        if target:
            select_documents(archive, target)
        service, _, document = (target or "").partition("/")
        found = archive.search(words, service or None, document or None, standing=standing, limit=limit)
    environment.print_rows(list(map(asdict, found)), render_search, as_json=as_json, nothing="no match")
