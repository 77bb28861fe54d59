"""``tostrack crawl``: one night's run."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import DAY, Environment, emit_json, json_option
from tostrack.cli.groups import Exit
from tostrack.errors import FetchError
from tostrack.models import from_iso, iso

if TYPE_CHECKING:
    from tostrack.archive import Archive
    from tostrack.fetch import Fetcher
    from tostrack.fetch.shards import Shard
    from tostrack.models import Document
    from tostrack.services.new_versions import CrawlResult
    from tostrack.watchlist import Watchlist

#: Requests at a time: 100,000 documents take so many 1.6 hours (docs/capacity.md).
_MOST_JOBS = 16
#: Clocks of machines that share an archive differ by less.
_CLOCK_SLACK = timedelta(hours=1)


class _Share(click.ParamType["Shard"]):
    name = "K/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """Return the shard that ``K/N`` names."""
        from tostrack.fetch.shards import Shard

        number, slash, count = str(value).partition("/")
        if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            self.fail(f"{value!r} is not a part of the whole such as 1/4", param, ctx)
        return Shard(int(number), int(count))


@click.command(
    epilog="Example: `tostrack crawl` visits everything; `tostrack crawl instagram x/privacy` only those. "
    "Exit status: 0 done, 3 some documents failed, 75 another crawl holds the archive."
)
@click.argument("targets", nargs=-1, metavar="[SERVICE[/DOCUMENT]]...")
@click.option("--now", type=DAY, envvar="TOSTRACK_NOW", help="Record the run as of this time: for replays and tests.")
@click.option(
    "--shard", type=_Share(), help="Visit the part of machine K of N: each host is asked by one of them only."
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, _MOST_JOBS),
    default=_MOST_JOBS,
    show_default=True,
    help="Most requests at a time; a host is asked one at a time however many.",
)
@click.option("-n", "--dry-run", is_flag=True, help="List what would be visited; fetch and store nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what changed, is suspect or failed.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    targets: tuple[str, ...],
    now: datetime | None,
    shard: Shard | None,
    jobs: int,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Visit the watched pages once, keep what changed, and say whether it matters."""
    from tostrack.models import Outcome

    environment: Environment = context.obj
    documents = select_for_crawl(environment.watchlist, targets)
    if shard:
        documents = shard.of(environment.watchlist.documents, documents)
    # A part of the whole is no sign that all is well.
    beat = "" if targets or shard else environment.watchlist.settings.heartbeat
    if dry_run:
        for document in documents:
            for page in document.pages:
                click.echo(f"{document.id}  {page.url}")
        return
    failed, causes = 0, set()
    for result in _progress(run(environment, documents, now, beat, jobs), len(documents), hidden=as_json or quiet):
        failed += result.outcome in (Outcome.FAILED, Outcome.SUSPECT)
        causes.add(result.cause)
        if as_json:
            emit_json([row(result)])
        elif not quiet or result.outcome not in (Outcome.UNCHANGED, Outcome.NOT_MODIFIED):
            click.echo(line(result))
    if failed:
        click.echo(f"{failed} of {len(documents)} documents failed or look suspect: `tostrack status`", err=True)
        if causes == {"dns"}:
            click.echo("no name has an address: is this machine online?", err=True)
        context.exit(Exit.SOME_FAILED)


def select_for_crawl(watchlist: Watchlist, targets: Iterable[str]) -> list[Document]:
    """Return the watched documents that *targets* name, or all; those no longer watched are left out."""
    return [document for document in select_watched(watchlist, targets) if document.active]


def select_watched(watchlist: Watchlist, targets: Iterable[str]) -> list[Document]:
    """Return the documents that *targets* name, or all, each once."""
    from tostrack.watchlist import find

    names = tuple(targets)
    found = [document for name in names for document in find(watchlist, name)] if names else watchlist.documents
    return list(dict.fromkeys(found))


def convert_older(path: Path, now: datetime) -> None:
    """Convert an archive of an older schema, after a backup beside it; say so on standard error."""
    from tostrack.archive.migrations import SCHEMA
    from tostrack.services.migrate import migrate_archive, read_schema

    if path.exists() and read_schema(path) != SCHEMA and (done := migrate_archive(path, path.parent / "backups", now)):
        click.echo(f"{path}: schema {done.schema} converted to {SCHEMA}; as it was: {done.backup}", err=True)


def run(
    environment: Environment,
    documents: list[Document],
    now: datetime | None,
    heartbeat: str = "",
    jobs: int = _MOST_JOBS,
) -> Iterator[CrawlResult]:
    """Crawl *documents* with the watchlist's settings, yielding what came of each as soon as it is stored.

    Args:
        environment: Where the watchlist and the archive are.
        documents: What to visit.
        now: The time of the run, where it is not now.
        heartbeat: Asked when all was visited.
        jobs: Most requests at a time.
    """
    from tostrack.fetch import Fetcher, fetch_all
    from tostrack.sandbox import Worker
    from tostrack.services import crawl

    def clock() -> datetime:
        return now or datetime.now(UTC)

    settings = environment.watchlist.settings
    convert_older(Path(settings.database), clock())
    with (
        environment.writer(clock()) as writer,
        Fetcher(contact=settings.contact, delay=settings.delay, allow_private=settings.allow_private) as fetcher,
        Worker() as worker,
    ):
        _warn_of_clock(writer, clock())
        answers = partial(fetch_all, fetcher=fetcher, workers=jobs, now=now)
        recheck = timedelta(days=settings.recheck_days)
        yield from crawl.crawl(documents, writer, answers, clock, recheck=recheck, call=worker)
        if heartbeat:
            _beat(fetcher, heartbeat)


def _warn_of_clock(archive: Archive, now: datetime) -> None:
    """Say on standard error where the clock shows less than the archive has recorded."""
    times = [at for row in archive.documents() for at in (row.checked_at, row.changed_at) if at]
    if times and from_iso(max(times)) - now > _CLOCK_SLACK:
        click.echo(
            f"the clock says {iso(now)}, but the archive was written at {max(times)}: is the clock right? Versions are "
            "ordered by number",
            err=True,
        )


def _beat(fetcher: Fetcher, url: str) -> None:
    """Give the sign of life; that it was not taken is no failure of the crawl."""
    from tostrack.render.escape import safe_line

    try:
        fetcher.ping(url)
    except FetchError as error:
        click.echo(safe_line(f"tostrack: the heartbeat was not taken: {error}"), err=True)


def _progress(results: Iterator[CrawlResult], total: int, *, hidden: bool) -> Iterator[CrawlResult]:
    """Yield *results*, with a bar on standard error when a person is watching and nothing else is printed there."""
    if hidden or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from results
        return
    with click.progressbar(results, length=total, label="crawl", file=sys.stderr) as bar:
        yield from bar


def row(result: CrawlResult) -> dict[str, object]:
    """Return *result* as its line of JSON."""
    return {
        "service": result.service,
        "document": result.document,
        "outcome": result.outcome,
        "cause": result.cause,
        "http_status": result.http_status,
        "version": result.version,
        "verdict": result.verdict,
        "topics": list(result.topics),
    }


def line(result: CrawlResult) -> str:
    """Return *result* as a line for people."""
    from tostrack.render.crawl_summary import CrawlLine, outcome_line

    change = result.change
    return outcome_line(
        CrawlLine(
            result.service,
            result.document,
            result.outcome,
            cause=f"{result.cause}: {result.message}" if result.cause else "",
            verdict=change.verdict if change else None,
            reason=change.reason if change else "",
            topics=result.topics,
            clauses=len(change.hunks) if change else 0,
        )
    )
