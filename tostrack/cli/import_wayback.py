"""``tostrack import wayback``: import captures of the Wayback Machine from before the first crawl."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import DAY, FIRST_DAY, Environment, emit_json, exit_if_failed, json_option, progress_bar
from tostrack.errors import ConfigError, FetchError

if TYPE_CHECKING:
    from tostrack.importers.request_log import RequestLog
    from tostrack.importers.wayback import Wayback
    from tostrack.models import Document
    from tostrack.services.backfill import BackfillRange, BackfillResult

#: The Wayback Machine has no captures before this date.
_BEGINNING = datetime(1996, 1, 1, tzinfo=UTC)
#: Lines listed for one document; --json lists all.
_MOST_LINES = 10


@click.command(
    epilog="Example: `tostrack import wayback instagram/terms --from 2012-01-01 --url "
    "http://instagram.com/legal/terms/ "
    "--dry-run`. An interrupted import can be run again; importing twice adds nothing."
)
@click.argument("targets", nargs=-1, required=True, metavar="SERVICE[/DOCUMENT]...")
@click.option("--from", "start", type=FIRST_DAY, required=True, help="The first day to look for.")
@click.option("--to", "end", type=DAY, help="The last day; default: today, or the start of the recorded history.")
@click.option(
    "--every",
    type=click.Choice(["capture", "day", "week", "month"]),
    default="day",
    show_default=True,
    help="At most one capture per period; an unchanged page is not downloaded twice in any case.",
)
@click.option("--url", "formerly", multiple=True, help="An earlier address of the page. May be repeated.")
@click.option(
    "--partial", is_flag=True, help="Store the captures that were fetched, without waiting for those that failed."
)
@click.option(
    "--archive", "mirror", default="", help="Use this server instead of web.archive.org: for mirrors and tests."
)
@click.option(
    "-n", "--dry-run", is_flag=True, help="Query only the index and print the number of captures; store nothing."
)
@json_option
@click.pass_obj
def command(
    environment: Environment,
    targets: tuple[str, ...],
    start: datetime,
    end: datetime | None,
    every: str,
    formerly: tuple[str, ...],
    partial: bool,
    mirror: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import the Wayback Machine's captures as history: with verdicts and flags, and without notifications.

    Every version has the time of its capture. Versions before version 1 get the numbers 0, -1, -2... The Wayback
    Machine limits requests: allow a second for each capture.
    """
    from tostrack.cli.crawl import select_watched
    from tostrack.services.backfill import BackfillRange

    documents = select_watched(environment.watchlist, targets)
    if formerly and (len(documents) != 1 or len(documents[0].pages) != 1):
        raise ConfigError("--url: names an earlier address of one page; name one document that has one page")
    now = datetime.now(UTC)
    if end and end < start:
        raise ConfigError(f"--from {start:%Y-%m-%d} lies after --to {end:%Y-%m-%d}: swap them")
    span = BackfillRange(max(start, _BEGINNING), min(end or now, now), every)
    failed = 0
    with open_wayback(environment, mirror) as (source, ledger):
        for document in documents:
            done = import_captures(
                environment, document, source, ledger, span, formerly, partial=partial, dry_run=dry_run
            )
            failed += bool(done.cause or (done.waiting and not dry_run and not partial))
            if as_json:
                emit_json([vars(done)])
            else:
                print_captures(done, dry_run=dry_run)
    exit_if_failed(failed)


@contextmanager
def open_wayback(environment: Environment, mirror: str) -> Iterator[tuple[Wayback, RequestLog]]:
    """Open the Wayback Machine, or *mirror* in its place, and the log of what was asked of it.

    Raises:
        ConfigError: The extra is not installed.
    """
    from tostrack.fetch import user_agent
    from tostrack.fetch.client import Client
    from tostrack.fetch.transport import GuardedTransport
    from tostrack.importers.request_log import RequestLog
    from tostrack.importers.wayback import ORIGIN, Wayback, pause

    settings = environment.settings
    agent = user_agent(settings.contact)
    transport = GuardedTransport(
        Client(agent, monotonic=time.monotonic, allow_private=settings.allow_private),
        # A mirror has no rate limit.
        pause=(lambda _: 0.0) if mirror else pause,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        sleep=time.sleep,
        mirrors={ORIGIN: mirror.rstrip("/"), ORIGIN.replace("https:", "http:"): mirror.rstrip("/")} if mirror else {},
    )
    with ExitStack() as stack:
        source = Wayback(transport, agent)
        stack.callback(source.close)
        # ``tostrack.backfill.db`` beside ``tostrack.db``.
        working = settings.database.with_suffix(f".backfill{settings.database.suffix}")
        yield source, stack.enter_context(RequestLog(working))


def import_captures(
    environment: Environment,
    document: Document,
    source: Wayback,
    ledger: RequestLog,
    span: BackfillRange,
    formerly: tuple[str, ...],
    *,
    partial: bool,
    dry_run: bool,
) -> BackfillResult:
    """Plan, fetch and store one document, and return what came of it.

    The archive is locked only while versions are stored.

    Raises:
        FetchError: The Wayback Machine asks to be left alone.
    """
    from tostrack.sandbox import Worker
    from tostrack.services import backfill
    from tostrack.services.import_history import PAGE_MEGABYTES

    try:
        with environment.archive_if_any() as archive:
            made = backfill.plan_backfill(document, source, archive, ledger, span, formerly)
        if dry_run or made.found.cause:
            return made.found
        with progress_bar(len(made.wanted), made.document.id) as advance:
            for _ in backfill.fetch_captures(made, source, ledger):
                advance(1)
    except FetchError as error:
        wait = f" for {error.retry_after:.0f} s" if error.retry_after else ""
        raise FetchError(
            f"{error}: rate limited{wait}. Fetched captures are kept: run the same command later",
            cause=error.cause,
            status=error.status,
        ) from error
    if made.found.waiting and not partial:
        return made.found
    with environment.writer(datetime.now(UTC)) as writer, Worker(megabytes=PAGE_MEGABYTES) as worker:
        return backfill.store_captures(made, ledger, writer, worker)


def print_captures(done: BackfillResult, *, dry_run: bool) -> None:
    """Print what came of one document, or would come."""
    from tostrack.importers.wayback import CAUSES
    from tostrack.render.escape import safe_line

    if done.cause:
        click.echo(safe_line(f"{done.id}  failed: {done.message}"), err=True)
        return
    if not done.captures:
        click.echo(
            f"{done.id}  no captures in the index; if the page moved, name earlier addresses with --url", err=True
        )
        return
    skipped = ", ".join(f"{number} {why}" for why, number in sorted(done.passed_over.items()) if number)
    listed = f"{done.captures} captures in the index" + (f" ({skipped})" if skipped else "")
    if dry_run:
        time_left = f"{done.waiting} s" if done.waiting < 120 else f"{round(done.waiting / 60)} min"
        click.echo(f"{done.id}  {listed}; {done.waiting} to fetch, about {time_left}")
        return
    click.echo(f"{done.id}  {done.versions} versions, {done.same} unchanged; {done.fetched} fetched of {listed}")
    for cause, number in sorted(done.failed.items()):
        click.echo(f"  {number} not available: {CAUSES.get(cause, cause)}", err=True)
    for name, why in done.left_out[:_MOST_LINES]:
        click.echo(safe_line(f"  skipped {name}: {why}"), err=True)
    if len(done.left_out) > _MOST_LINES:
        click.echo(f"  skipped {len(done.left_out) - _MOST_LINES} more; --json lists all", err=True)
    if done.waiting:
        click.echo(
            f"  {done.waiting} captures could not be fetched: run the same command again, or store the others "
            "with --partial; fetched captures are kept",
            err=True,
        )
