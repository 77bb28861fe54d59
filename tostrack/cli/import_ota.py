"""``tostrack import ota``: import the versions of an Open Terms Archive collection."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import Environment, emit_json, json_option
from tostrack.cli.import_options import name_documents, rename_option, warn_left_out

if TYPE_CHECKING:
    from tostrack.importers.ota import OtaCollection
    from tostrack.models import Document


@click.command(
    epilog="Examples: `tostrack import ota contrib-versions/ --dry-run`; "
    "`tostrack import ota pga-versions.zip --only facebook --rename facebook/terms-of-service=facebook/terms`.",
)
@click.argument("collection", type=click.Path(path_type=Path, exists=True))
@click.option("--only", multiple=True, metavar="SERVICE[/DOCUMENT]", help="Only these ids. May be repeated.")
@rename_option
@click.option("-n", "--dry-run", is_flag=True, help="List documents, their ids and dates; store nothing.")
@json_option
@click.pass_obj
def command(
    environment: Environment,
    collection: Path,
    only: tuple[str, ...],
    rename: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add a collection of Open Terms Archive to the history: its repository of versions, or the zip of a release.

    Names become ids by one rule: lower case, every run of other characters one hyphen. Imported changes get verdicts
    and flags and are never notified; technical upgrades are stored as re-extractions. Importing twice adds nothing, an
    interrupted import can be run again, and the next crawl compares with the newest imported text.
    """
    from tostrack.importers.ota import open_collection

    environment.may_watch_nothing = True
    with open_collection(collection) as found:
        idents = [ident for ident in sorted(found.records) if not only or {ident, ident.partition("/")[0]} & set(only)]
        if not idents:
            raise click.UsageError("--only: no such id in the collection; --dry-run lists its ids")
        documents = name_documents(environment, found, idents, rename)
        warn_left_out(found.left_out)
        if dry_run:
            for ident in idents:
                _list(_row(ident, found, documents[ident]), as_json=as_json)
            click.echo("nothing was stored", err=True)
            return
        _store(environment, found, documents, as_json=as_json)


def _store(environment: Environment, found: OtaCollection, documents: dict[str, Document], *, as_json: bool) -> None:
    from tostrack.services.import_history import import_records

    total = sum(len(found.records[ident]) for ident in documents)
    with environment.writer(datetime.now(UTC)) as writer, _progress(total) as step:
        for ident, document in documents.items():
            done = import_records(document, found, found.records[ident], writer, step)
            if as_json:
                emit_json([{**asdict(done), "left_out": [{"file": name, "why": why} for name, why in done.left_out]}])
                continue
            left_out = f", {len(done.left_out)} skipped" if done.left_out else ""
            click.echo(
                f"{done.id}  {done.versions} versions from {done.files} records, {done.same} unchanged{left_out}"
            )
            warn_left_out(done.left_out)


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that takes the size of each batch and shows progress on a terminal."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=total, label="import", file=sys.stderr) as bar:
        yield bar.update


def _row(ident: str, found: OtaCollection, document: Document) -> dict[str, Any]:
    from tostrack.models import iso

    records = found.records[ident]
    return {
        "service": document.service,
        "document": document.slug,
        "service_name": found.services[ident.partition("/")[0]],
        "name": found.documents[ident],
        "watched": bool(document.pages),
        "records": len(records),
        "upgrades": sum(record.upgrade for record in records),
        "first": iso(records[0].at),
        "last": iso(records[-1].at),
    }


def _list(row: dict[str, Any], *, as_json: bool) -> None:
    from tostrack.render.escape import safe_line

    if as_json:
        emit_json([row])
        return
    names = safe_line(f"{row['service_name']} / {row['name']}")
    text = f"{row['records']} records, {row['first'][:10]} to {row['last'][:10]}"
    watched = "" if row["watched"] else "  (not in the watchlist: history only)"
    click.echo(f"{names} -> {row['service']}/{row['document']}  {text}{watched}")
