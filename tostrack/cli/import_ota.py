"""``tostrack import ota``: import the versions of an Open Terms Archive collection."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment, json_option, progress_bar
from tostrack.cli.executor_options import count_cores, jobs_option
from tostrack.cli.import_options import (
    list_import,
    name_documents,
    print_import,
    rename_option,
    warn_left_out,
)

if TYPE_CHECKING:
    from tostrack.importers.ota import OtaCollection, Record
    from tostrack.models import Document

#: Records. With fewer, starting worker processes takes longer than it saves.
_PARALLEL_FROM = 200


@click.command(
    epilog="Examples: `tostrack import ota contrib-versions/ --dry-run`; "
    "`tostrack import ota pga-versions.zip --only facebook --rename facebook/terms-of-service=facebook/terms`.",
)
@click.argument("collection", type=click.Path(path_type=Path, exists=True))
@click.option("--only", multiple=True, metavar="SERVICE[/DOCUMENT]", help="Only these ids. May be repeated.")
@rename_option
@jobs_option
@click.option("-n", "--dry-run", is_flag=True, help="List documents, their ids and dates; store nothing.")
@json_option
@click.pass_obj
def command(
    environment: Environment,
    collection: Path,
    only: tuple[str, ...],
    rename: tuple[str, ...],
    jobs: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add a collection of Open Terms Archive to the history: its repository of versions, or the zip of a release.

    Names become ids by one rule: lower case, every run of other characters one hyphen. Imported changes get verdicts
    and flags and are never notified; technical upgrades are stored as re-extractions. Importing twice adds nothing, an
    interrupted import can be run again, and the next crawl compares with the newest imported text.
    """
    from tostrack.importers.ota import open_collection

    with open_collection(collection, datetime.now(UTC)) as found:
        idents = [ident for ident in sorted(found.records) if not only or {ident, ident.partition("/")[0]} & set(only)]
        if not idents:
            raise click.UsageError("--only: no such id in the collection; --dry-run lists its ids")
        documents = name_documents(environment, found, idents, rename)
        warn_left_out(found.left_out)
        if dry_run:
            list_import(found, documents, found.records, _count, as_json=as_json)
            click.echo("nothing was stored", err=True)
            return
        store_collection(environment, found, documents, jobs, as_json=as_json)


def _count(records: Sequence[Record]) -> tuple[dict[str, int], str, str]:
    upgrades = sum(record.upgrade for record in records)
    return {"records": len(records), "upgrades": upgrades}, f"{len(records)} records", ""


def store_collection(
    environment: Environment, found: OtaCollection, documents: dict[str, Document], jobs: int | None, *, as_json: bool
) -> None:
    """Store what a collection recorded of *documents*, by its ids, and print what came of each."""
    from tostrack.sandbox import Worker
    from tostrack.services.import_ahead import import_documents
    from tostrack.services.import_history import WORKER_MEGABYTES

    total = sum(len(found.records[ident]) for ident in documents)
    hidden = sys.stdout.isatty()
    processes = min(jobs or (count_cores() if total >= _PARALLEL_FROM else 1), len(documents))
    with ExitStack() as stack:
        writer = stack.enter_context(environment.writer(datetime.now(UTC)))
        step = stack.enter_context(progress_bar(total, "import", hidden=hidden))
        # One more for what only the writer can do; each starts when it is first asked.
        workers = [
            stack.enter_context(Worker(megabytes=WORKER_MEGABYTES))
            for _ in range(processes + 1 if processes > 1 else 1)
        ]
        for done in import_documents(documents, found, writer, workers, step):
            left_out = f", {len(done.left_out)} skipped" if done.left_out else ""
            line = f"{done.id}  {done.versions} versions from {done.files} records, {done.same} unchanged{left_out}"
            print_import(done, line, as_json=as_json)
