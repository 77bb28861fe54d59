"""``tostrack start``: the history that others kept of what is watched, and the newest change in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import FIRST_DAY, Environment
from tostrack.errors import ConfigError, FetchError
from tostrack.value import Value

if TYPE_CHECKING:
    from tostrack.archive import Archive
    from tostrack.archive.change_rows import ChangeRow
    from tostrack.importers.ota import OtaCollection
    from tostrack.models import Document

#: How far back the Wayback Machine is asked: at most one capture a month, so that ten years take two minutes a page.
_SPAN = timedelta(days=3650)
#: Seconds that a record of a collection takes: 4,857 of the longest policies took 390 on a busy machine.
_SECONDS = 0.08


#: A document, and from when to when its captures are asked for.
_Span = tuple["Document", datetime, datetime]


class _Offer(Value):
    """What a collection recorded of a watched document."""

    document: Document
    collection: Path
    ident: str
    records: int
    first: datetime
    last: datetime


@click.command(
    epilog="Example: `tostrack start instagram --dry-run`, beside a clone of a public collection. Run it before the "
    "first crawl; an interrupted one can be run again."
)
@click.argument("targets", nargs=-1, required=True, metavar="SERVICE[/DOCUMENT]...")
@click.option(
    "--collection",
    "collections",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="A collection of Open Terms Archive; default: those that lie beside the watchlist. May be repeated.",
)
@click.option(
    "--from", "start", type=FIRST_DAY, help="The first day to ask the Wayback Machine for; default: 10 years ago."
)
@click.option(
    "--archive", "mirror", default="", help="Use this server instead of web.archive.org: for mirrors and tests."
)
@click.option("-n", "--dry-run", is_flag=True, help="Say only what there is and what it would take; store nothing.")
@click.option("-y", "--yes", is_flag=True, help="Import without asking.")
@click.pass_obj
def command(
    environment: Environment,
    targets: tuple[str, ...],
    collections: tuple[Path, ...],
    start: datetime | None,
    mirror: str,
    dry_run: bool,
    yes: bool,
) -> None:
    """Import the history that others kept of these documents, and show the newest change that matters in it.

    Looks into collections of Open Terms Archive and asks the Wayback Machine, says what an import takes, and asks.
    """
    from tostrack.cli.crawl import select_watched

    documents = select_watched(environment.watchlist, targets)
    now = datetime.now(UTC)
    with ExitStack() as opened:
        found = _open_collections(environment, documents, collections, now, opened)
        offers = list(_find_offers(environment, documents, found))
        _print_offers(offers)
        begins = {offer.document.id: offer.first for offer in offers}
        spans = [(each, start or now - _SPAN, begins.get(each.id, now)) for each in documents]
        spans = _ask_wayback(environment, spans, mirror, dry_run=True)
        if dry_run:
            click.echo("nothing was stored", err=True)
            return
        if not yes:
            click.confirm("Import this?", abort=True, err=True)
        _import_offers(environment, offers, found)
    _ask_wayback(environment, spans, mirror, dry_run=False)
    _show_newest(environment, documents)


def _print_offers(offers: Iterable[_Offer]) -> None:
    for offer in offers:
        about = f"{offer.records} records of {offer.collection.name} ({offer.ident})"
        took = max(1, round(offer.records * _SECONDS))
        click.echo(f"{offer.document.id}  {about}, {offer.first:%Y-%m-%d} to {offer.last:%Y-%m-%d}; about {took} s")


def _open_collections(
    environment: Environment,
    documents: Sequence[Document],
    collections: Sequence[Path],
    now: datetime,
    opened: ExitStack,
) -> dict[Path, OtaCollection]:
    """Open *collections*, or those beside the watchlist, until *opened* ends; print where to get one."""
    from tostrack.importers.ota import open_collection
    from tostrack.importers.public_collections import ORIGIN, list_collections

    folder = environment.watchlist_path.parent
    named = {document.service: list_collections(document.service) for document in documents}
    beside = {folder / f"{name}{end}" for names in named.values() for name in names for end in ("", ".git", ".zip")}
    here = list(collections) or sorted(filter(Path.exists, beside))
    for service, names in named.items():
        if not here and names:
            click.echo(
                f"{service}: recorded in {' and '.join(names)}; to import from it, "
                f"`git clone --bare {ORIGIN}/{names[0]}` beside the watchlist and run this again",
                err=True,
            )
    return {path: opened.enter_context(open_collection(path, now)) for path in here}


def _find_offers(
    environment: Environment, documents: Sequence[Document], found: Mapping[Path, OtaCollection]
) -> Iterator[_Offer]:
    """Yield the collection that holds most of each document."""
    from tostrack.importers.public_collections import find_recorded

    best: dict[str, _Offer] = {}
    with environment.archive_if_any() as archive:
        crawled = {each.id for each in documents if archive and _has_own_history(archive, each)}
    for path, collection in found.items():
        for each in documents:
            if not (ident := find_recorded(each, collection.records)):
                continue
            records = collection.records[ident]
            offer = _Offer(each, path, ident, len(records), records[0].at, records[-1].at)
            best[each.id] = max(best.get(each.id, offer), offer, key=lambda one: one.records)
    for ident, offer in best.items():
        if ident in crawled:
            click.echo(f"{ident}: {offer.collection.name} is left out: the document has been crawled before", err=True)
        else:
            yield offer


def _has_own_history(archive: Archive, document: Document) -> bool:
    """Return whether version 1 is not from a collection: nothing of one can go before it."""
    from tostrack.services.import_history import COLLECTION

    first = archive.version(document.service, document.slug, 1)
    return first is not None and not first.declaration.startswith(COLLECTION)


def _import_offers(environment: Environment, offers: Sequence[_Offer], found: Mapping[Path, OtaCollection]) -> None:
    from tostrack.cli.import_ota import store_collection

    for path in dict.fromkeys(offer.collection for offer in offers):
        documents = {offer.ident: offer.document for offer in offers if offer.collection == path}
        store_collection(environment, found[path], documents, None, as_json=False)


def _ask_wayback(environment: Environment, spans: Sequence[_Span], mirror: str, *, dry_run: bool) -> list[_Span]:
    """Import captures of each document and time, or say what that takes; return those of which there are captures.

    Where the Wayback Machine cannot be asked, that is said, and the rest of the command goes on.
    """
    from tostrack.cli.import_wayback import import_captures, open_wayback, print_captures
    from tostrack.services.backfill import BackfillRange

    kept = []
    try:
        with open_wayback(environment, mirror) as (source, ledger):
            for document, start, end in spans:
                span = BackfillRange(start, end, "month")
                done = import_captures(environment, document, source, ledger, span, (), partial=False, dry_run=dry_run)
                print_captures(done, dry_run=dry_run)
                if done.captures and not done.cause:
                    kept.append((document, start, end))
    except (ConfigError, FetchError) as error:
        click.echo(f"Wayback Machine: {error}", err=True)
    return kept


def _show_newest(environment: Environment, documents: Sequence[Document]) -> None:
    """Print the newest change that matters of *documents*."""
    from tostrack.cli import diff
    from tostrack.models import Verdict

    newest: list[ChangeRow] = []
    with environment.archive() as archive:
        for each in documents:
            newest += archive.changes(each.service, each.slug, verdict=Verdict.SUBSTANTIVE, limit=1)
    if not newest:
        click.echo("no change that matters in what was imported; `tostrack log --all` lists the others", err=True)
        return
    change = max(newest, key=lambda each: each.seen_at)
    click.get_current_context().invoke(diff.command, targets=(change.id,))
