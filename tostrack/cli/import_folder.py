"""``tostrack import folder``: add saved pages to the history."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment, json_option
from tostrack.cli.import_options import (
    folder_type,
    list_import,
    name_documents,
    print_import,
    rename_option,
    warn_left_out,
)
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
    """Add saved pages to the history: SERVICE/DOCUMENT/ folders of HTML, Markdown, text or PDF files, dated by name.

    A file without a date in its name gets the date of its last modification. Imported changes get verdicts and flags
    and are never notified; importing twice adds nothing; the next crawl compares with the newest imported text.
    """
    from tostrack.importers.folder import collect, find_layout

    now = datetime.now(UTC)
    found = collect(folder, now)
    if not found.pages:
        right = find_layout(folder)
        hint = f"; did you mean `tostrack import folder {shlex.quote(str(right))}`?" if right else ""
        raise ConfigError(f"{folder}: contains no SERVICE/DOCUMENT/ folders of .html, .md, .txt or .pdf files{hint}")
    documents = name_documents(environment, found, found.pages, rename)
    if dry_run:
        list_import(found, documents, found.pages, _count, as_json=as_json)
        warn_left_out(found.left_out)
        click.echo("nothing was stored", err=True)
        return
    warn_left_out(found.left_out)
    for done in _store(environment, found, documents, now):
        line = f"{done.id}  {done.versions} versions from {done.files} files, {done.same} unchanged"
        print_import(done, line, as_json=as_json)


def _store(
    environment: Environment, found: Collection, documents: dict[str, Document], now: datetime
) -> Iterable[ImportResult]:
    from tostrack.sandbox import Worker
    from tostrack.services.import_history import PAGE_MEGABYTES, import_pages

    with environment.writer(now) as writer, Worker(megabytes=PAGE_MEGABYTES) as worker:
        for ident, pages in found.pages.items():
            yield import_pages(documents[ident], pages, writer, worker)


def _count(pages: Sequence[SavedPage]) -> tuple[dict[str, int], str, str]:
    by_file = sum(not page.dated_by_name for page in pages)
    remark = f", {by_file} dated by the file" if by_file else ""
    return {"files": len(pages), "dated_by_file": by_file}, f"{len(pages)} files", remark
