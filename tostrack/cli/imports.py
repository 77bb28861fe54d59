"""``tostrack import``: what others have gathered, and pages saved by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.environment import Environment, emit_json, json_option
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.history.declarations import Note
    from tostrack.history.folder import Collection, SavedPage
    from tostrack.importing import Imported
    from tostrack.models import Document

#: Lines told of one group; --json tells all.
_TOLD = 20
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(
    epilog="Examples: `tostrack import folder saved/ --dry-run`; `tostrack import declarations contrib-declarations/`."
)
def command() -> None:
    """Take in pages that were saved, and others' declarations."""


@command.command(epilog="Example: `tostrack import declarations contrib-declarations/ --dry-run`.")
@click.argument("folder", type=_FOLDER)
@click.option("-n", "--dry-run", is_flag=True, help="Print the tables; write nothing.")
@json_option
@click.pass_obj
def declarations(environment: Environment, folder: Path, dry_run: bool, as_json: bool) -> None:
    """Turn Open Terms Archive's declarations (ID.json, ID.history.json) into tables of the watchlist.

    What is watched already is left alone; what could not be converted is listed on standard error.
    """
    from tostrack.cli.add import read_watchlist, write_watchlist
    from tostrack.history.declarations import Note, read
    from tostrack.watchlist import to_toml
    from tostrack.watchlist.append import append

    found = read(folder)
    path = environment.watchlist_path
    # An empty file is no watchlist, but it is what a dry run may begin with.
    text = read_watchlist(path) if path.exists() or not dry_run else ""
    result = append(text, found.documents, str(path))
    notes = [*found.notes, *(Note("terms", document.id, reason) for document, reason in result.refused)]
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


def _tell(notes: Iterable[Note]) -> None:
    """List what was not carried over, by kind, the same thing once with where it stands."""
    from tostrack.history.declarations import KINDS
    from tostrack.publish.text import safe_line

    order = list(KINDS)
    ordered = sorted(set(notes), key=lambda note: (order.index(note.kind), note.what, note.where))
    for kind, group in groupby(ordered, key=lambda note: note.kind):
        listed = list(group)
        click.echo(f"{KINDS[kind]} ({len(listed)}):", err=True)
        told = [(what, [note.where for note in same]) for what, same in groupby(listed, key=lambda note: note.what)]
        for what, where in told[:_TOLD]:
            more = f" and {len(where) - 3} more" if len(where) > 3 else ""
            click.echo(safe_line(f"  {what}: {', '.join(where[:3])}{more}"), err=True)
        if len(told) > _TOLD:
            click.echo(f"  and {len(told) - _TOLD} more; --json lists all", err=True)


@command.command(
    epilog="Example: `tostrack import folder saved/`, with saved/Acme/Terms of Service/20190301_Acme_Terms.md in it, "
    "adds a version of 2019-03-01 to acme/terms-of-service."
)
@click.argument("folder", type=_FOLDER)
@click.option(
    "--rename",
    multiple=True,
    metavar="FROM=TO",
    help="Import under another id: acme/terms-of-service=acme/terms. May be repeated.",
)
@click.option("-n", "--dry-run", is_flag=True, help="List documents, their ids and dates; store nothing.")
@json_option
@click.pass_obj
def folder(environment: Environment, folder: Path, rename: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Add saved pages to the history: SERVICE/DOCUMENT/ folders of HTML, Markdown or text files, dated by their names.

    A file without a date in its name has the date on which it was last written. What is imported is judged and flagged
    and never announced; importing twice adds nothing; a crawl goes on from it.
    """
    from tostrack.history.folder import collect

    now = datetime.now(UTC)
    found = collect(folder, now)
    if not found.pages:
        raise ConfigError(f"{folder}: holds no SERVICE/DOCUMENT/ folders of .html, .md or .txt files")
    documents = _documents(environment, found, rename)
    if dry_run:
        _list(found, documents, as_json=as_json)
        return
    _warn(found.left_out)
    for done in _store(environment, found, documents, now):
        if as_json:
            emit_json([{**asdict(done), "left_out": [{"file": name, "why": why} for name, why in done.left_out]}])
        else:
            click.echo(f"{done.id}  {done.versions} versions from {done.files} files, {done.same} without change")
            _warn(done.left_out)


def _store(
    environment: Environment, found: Collection, documents: dict[str, Document], now: datetime
) -> Iterable[Imported]:
    from tostrack.importing import import_pages

    with environment.writer(now) as writer:
        for ident, pages in found.pages.items():
            yield import_pages(documents[ident], pages, writer)


def _documents(environment: Environment, found: Collection, rename: Sequence[str]) -> dict[str, Document]:
    """Return the document that each folder is of: the watched one of that id, or one that is only history."""
    from tostrack.models import Document, slug

    watched = {document.id: document for document in environment.watchlist.documents}
    renamed = dict(_pair(each) for each in rename)
    if unknown := renamed.keys() - found.pages.keys():
        raise ConfigError(f"--rename: {', '.join(sorted(unknown))}: not in the folder; --dry-run lists what is")
    documents: dict[str, Document] = {}
    for ident in found.pages:
        target = renamed.get(ident, ident)
        service, _, document = target.partition("/")
        if not document or (slug(service), slug(document)) != (service, document):
            raise ConfigError(f"--rename: {target!r} is not of the form service/document in slugs")
        if target in (each.id for each in documents.values()):
            raise ConfigError(f"--rename: {target} is the id of two folders; import one of them at a time")
        own = Document(service, document, (), found.documents[ident], found.services[ident.partition("/")[0]])
        documents[ident] = watched.get(target) or replace(
            own, service_name=environment.watchlist.services.get(service, own.service_name)
        )
    return documents


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not equals:
        raise ConfigError(f"--rename: {text!r} is not FROM=TO")
    return old.strip(), new.strip()


def _list(found: Collection, documents: dict[str, Document], *, as_json: bool) -> None:
    from tostrack.publish.text import safe_line

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
    _warn(found.left_out)
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


def _warn(left_out: Sequence[tuple[str, str]]) -> None:
    from tostrack.publish.text import safe_line

    for name, why in left_out[:_TOLD]:
        click.echo(safe_line(f"left out {name}: {why}"), err=True)
    if len(left_out) > _TOLD:
        click.echo(f"left out {len(left_out) - _TOLD} more", err=True)
