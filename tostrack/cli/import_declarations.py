"""``tostrack import declarations``: add Open Terms Archive declarations to the watchlist."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment, emit_json, json_option, name_few
from tostrack.cli.import_options import MOST_LINES, folder_type

if TYPE_CHECKING:
    from tostrack.importers.declarations import DeclarationNote


@click.command(epilog="Example: `tostrack import declarations contrib-declarations/ --dry-run`.")
@click.argument("folder", type=folder_type)
@click.option("-n", "--dry-run", is_flag=True, help="Print the tables; write nothing.")
@json_option
@click.pass_obj
def command(environment: Environment, folder: Path, dry_run: bool, as_json: bool) -> None:
    """Turn Open Terms Archive's declarations (ID.json, ID.history.json) into tables of the watchlist.

    Documents already in the watchlist are not changed; whatever could not be converted is listed on standard error.
    """
    from tostrack.cli.add import read_watchlist, write_watchlist
    from tostrack.importers.declarations import DeclarationNote, read
    from tostrack.watchlist import to_toml
    from tostrack.watchlist.edit import append

    found = read(folder)
    path = environment.watchlist_path
    # A dry run needs no watchlist.
    text = read_watchlist(path) if path.exists() or not dry_run else ""
    result = append(text, found.documents, str(path))
    notes = [*found.notes, *(DeclarationNote("terms", document.id, reason) for document, reason in result.refused)]
    if not dry_run and result.added:
        write_watchlist(path, result.text)
    if as_json:
        emit_json(
            {"service": document.service, "document": document.slug, "outcome": "added"} for document in result.added
        )
        emit_json({"outcome": note.kind, "where": note.where, "what": note.what} for note in notes)
        return
    if dry_run:
        for document in result.added:
            click.echo(to_toml(document))
    _list_notes(notes)
    services = len({document.service for document in result.added})
    outcome = "would be added" if dry_run else f"added to {path}"
    click.echo(f"{len(result.added)} documents of {services} services {outcome}", err=dry_run)


def _list_notes(notes: Iterable[DeclarationNote]) -> None:
    """List on standard error what was not converted, by kind, each note once with its places."""
    from tostrack.importers.declarations import KINDS
    from tostrack.render.escape import safe_line

    order = list(KINDS)
    ordered = sorted(set(notes), key=lambda note: (order.index(note.kind), note.what, note.where))
    for kind, group in groupby(ordered, key=lambda note: note.kind):
        listed = list(group)
        number = len({note.where for note in listed}) if kind == "filter" else len(listed)
        click.echo(f"{KINDS[kind]} ({number}):", err=True)
        if kind == "filter":
            _list_noisy(listed)
            continue
        lines = [(what, [note.where for note in same]) for what, same in groupby(listed, key=lambda note: note.what)]
        for what, where in lines[:MOST_LINES]:
            click.echo(safe_line(f"  {what}: {name_few(where)}"), err=True)
        if len(lines) > MOST_LINES:
            click.echo(f"  and {len(lines) - MOST_LINES} more; --json lists all", err=True)


def _list_noisy(notes: Iterable[DeclarationNote]) -> None:
    """List every document of *notes* with the filters that it lacks: each is to be looked at by itself."""
    from tostrack.render.escape import safe_line

    for where, group in groupby(sorted(notes, key=lambda note: note.where), key=lambda note: note.where):
        click.echo(safe_line(f"  {where}: {', '.join(note.what for note in group)}"), err=True)
