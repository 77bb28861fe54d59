"""``tostrack import``: what others have gathered, and pages saved by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import Environment, emit_json, json_option
from tostrack.cli.import_options import TOLD, name_documents, rename_option, warn_left_out
from tostrack.cli.import_ota import import_ota_command
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.importers.declarations import DeclarationNote
    from tostrack.importers.folder import Collection, SavedPage
    from tostrack.models import Document
    from tostrack.services.import_history import ImportResult

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(
    epilog="Examples: `tostrack import ota contrib-versions/`; `tostrack import folder saved/ --dry-run`; "
    "`tostrack import declarations contrib-declarations/`."
)
def command() -> None:
    """Take in others' history and declarations, and pages that were saved."""


command.add_command(import_ota_command)


@command.command(
    short_help="Put Open Terms Archive's declarations on the watchlist.",
    epilog="Example: `tostrack import declarations contrib-declarations/ --dry-run`.",
)
@click.argument("folder", type=_FOLDER)
@click.option("-n", "--dry-run", is_flag=True, help="Print the tables; write nothing.")
@json_option
@click.pass_obj
def declarations(environment: Environment, folder: Path, dry_run: bool, as_json: bool) -> None:
    """Turn Open Terms Archive's declarations (ID.json, ID.history.json) into tables of the watchlist.

    What is watched already is left alone; what could not be converted is listed on standard error.
    """
    from tostrack.cli.add import read_watchlist, write_watchlist
    from tostrack.importers.declarations import DeclarationNote, read
    from tostrack.watchlist import to_toml
    from tostrack.watchlist.edit import append

    found = read(folder)
    path = environment.watchlist_path
    # An empty file is no watchlist, but it is what a dry run may begin with.
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
    _tell(notes)
    services = len({document.service for document in result.added})
    said = "would be added" if dry_run else f"added to {path}"
    click.echo(f"{len(result.added)} documents of {services} services {said}", err=dry_run)


def _tell(notes: Iterable[DeclarationNote]) -> None:
    """List what was not carried over, by kind, the same thing once with where it stands."""
    from tostrack.importers.declarations import KINDS
    from tostrack.render.escape import safe_line

    order = list(KINDS)
    ordered = sorted(set(notes), key=lambda note: (order.index(note.kind), note.what, note.where))
    for kind, group in groupby(ordered, key=lambda note: note.kind):
        listed = list(group)
        click.echo(f"{KINDS[kind]} ({len(listed)}):", err=True)
        told = [(what, [note.where for note in same]) for what, same in groupby(listed, key=lambda note: note.what)]
        for what, where in told[:TOLD]:
            more = f" and {len(where) - 3} more" if len(where) > 3 else ""
            click.echo(safe_line(f"  {what}: {', '.join(where[:3])}{more}"), err=True)
        if len(told) > TOLD:
            click.echo(f"  and {len(told) - TOLD} more; --json lists all", err=True)


@command.command(
    short_help="Add saved pages to the history.",
    epilog="Example: `tostrack import folder saved/`, with saved/Acme/Terms of Service/20190301_Acme_Terms.md in it, "
    "adds a version of 2019-03-01 to acme/terms-of-service.",
)
@click.argument("folder", type=_FOLDER)
@rename_option
@click.option("-n", "--dry-run", is_flag=True, help="List documents, their ids and dates; store nothing.")
@json_option
@click.pass_obj
def folder(environment: Environment, folder: Path, rename: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Add saved pages to the history: SERVICE/DOCUMENT/ folders of HTML, Markdown or text files, dated by their names.

    A file without a date in its name has the date on which it was last written. What is imported is judged and flagged
    and never announced; importing twice adds nothing; a crawl goes on from it.
    """
    from tostrack.importers.folder import collect

    environment.may_watch_nothing = True
    now = datetime.now(UTC)
    found = collect(folder, now)
    if not found.pages:
        raise ConfigError(f"{folder}: holds no SERVICE/DOCUMENT/ folders of .html, .md or .txt files")
    documents = name_documents(environment, found, found.pages, rename)
    if dry_run:
        _list(found, documents, as_json=as_json)
        return
    warn_left_out(found.left_out)
    for done in _store(environment, found, documents, now):
        if as_json:
            emit_json([{**asdict(done), "left_out": [{"file": name, "why": why} for name, why in done.left_out]}])
        else:
            click.echo(f"{done.id}  {done.versions} versions from {done.files} files, {done.same} without change")
            warn_left_out(done.left_out)


def _store(
    environment: Environment, found: Collection, documents: dict[str, Document], now: datetime
) -> Iterable[ImportResult]:
    from tostrack.sandbox import Worker
    from tostrack.services.import_history import import_pages

    with environment.writer(now) as writer, Worker() as worker:
        for ident, pages in found.pages.items():
            yield import_pages(documents[ident], pages, writer, worker)


def _list(found: Collection, documents: dict[str, Document], *, as_json: bool) -> None:
    from tostrack.render.escape import safe_line

    for ident, pages in found.pages.items():
        row = _row(ident, pages, found, documents[ident])
        if as_json:
            emit_json([row])
        else:
            by_file = f", {row['dated_by_file']} dated by the file" if row["dated_by_file"] else ""
            watched = "" if row["watched"] else "  (not in the watchlist: history only)"
            span = f"{row['first'][:10]} to {row['last'][:10]}"
            names = f"{row['service_name']} / {row['name']}"
            told = f"{len(pages)} files, {span}{by_file}{watched}"
            click.echo(f"{safe_line(names)} -> {documents[ident].id}  {told}")
    warn_left_out(found.left_out)
    click.echo("nothing was stored", err=True)


def _row(ident: str, pages: Sequence[SavedPage], found: Collection, document: Document) -> dict[str, Any]:
    from tostrack.models import iso

    return {
        "service": document.service,
        "document": document.slug,
        "service_name": found.services[ident.partition("/")[0]],
        "name": found.documents[ident],
        "watched": bool(document.pages),
        "files": len(pages),
        "first": iso(pages[0].at),
        "last": iso(pages[-1].at),
        "dated_by_file": sum(not page.dated_by_name for page in pages),
    }
