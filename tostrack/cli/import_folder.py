"""``tostrack import folder``: add saved pages to the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import Environment, emit_json, json_option
from tostrack.cli.import_options import folder_type, name_documents, rename_option, warn_left_out
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.importers.folder import Collection, SavedPage
    from tostrack.models import Document
    from tostrack.services.import_history import ImportResult


@click.command(
    epilog="Example: `tostrack import folder saved/`, with saved/Acme/Terms of Service/20190301_Acme_Terms.md in it, "
    "adds a version of 2019-03-01 to acme/terms-of-service.",
)
@click.argument("folder", type=folder_type)
@rename_option
@click.option("-n", "--dry-run", is_flag=True, help="List documents, their ids and dates; store nothing.")
@json_option
@click.pass_obj
def command(environment: Environment, folder: Path, rename: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Add saved pages to the history: SERVICE/DOCUMENT/ folders of HTML, Markdown or text files, dated by their names.

    A file without a date in its name gets the date of its last modification. Imported changes get verdicts and flags
    and are never notified; importing twice adds nothing; the next crawl compares with the newest imported text.
    """
    from tostrack.importers.folder import collect

    environment.may_watch_nothing = True
    now = datetime.now(UTC)
    found = collect(folder, now)
    if not found.pages:
        raise ConfigError(f"{folder}: contains no SERVICE/DOCUMENT/ folders of .html, .md or .txt files")
    documents = name_documents(environment, found, found.pages, rename)
    if dry_run:
        _list(found, documents, as_json=as_json)
        return
    warn_left_out(found.left_out)
    for done in _store(environment, found, documents, now):
        if as_json:
            emit_json([{**asdict(done), "left_out": [{"file": name, "why": why} for name, why in done.left_out]}])
        else:
            click.echo(f"{done.id}  {done.versions} versions from {done.files} files, {done.same} unchanged")
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
            text = f"{len(pages)} files, {span}{by_file}{watched}"
            click.echo(f"{safe_line(names)} -> {documents[ident].id}  {text}")
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
