"""``tostrack crawl``: fetch the watched pages and store what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tostrack.cli.app import (
    Clock,
    Environment,
    emit_json,
    exit_if_failed,
    json_option,
    now_option,
    progress_bar,
    targets_argument,
)
from tostrack.errors import ConfigError, FetchError
from tostrack.models import from_iso, iso
from tostrack.value import fields_of

if TYPE_CHECKING:
    from tostrack.archive import Archive
    from tostrack.fetch import Fetcher
    from tostrack.fetch.shards import Shard
    from tostrack.models import Document
    from tostrack.render.crawl_summary import CrawlResult
    from tostrack.watchlist import Watchlist

#: Parallel requests: with 16, 100,000 documents take 1.6 hours (docs/capacity.md).
_MOST_JOBS = 16
_FIELDS = ("service", "document", "outcome", "cause", "http_status", "version", "verdict", "topics")
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
    epilog="Example: `tostrack crawl` fetches everything; `tostrack crawl instagram x/privacy` only those. "
    "Exit status: 0 done, 3 some documents failed, 75 another crawl uses the archive."
)
@targets_argument
@now_option
@click.option("--shard", type=_Share(), help="Crawl the share of machine K of N; each host belongs to one machine.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, _MOST_JOBS),
    default=_MOST_JOBS,
    show_default=True,
    help="Parallel requests; always one at a time for each host.",
)
@click.option("-n", "--dry-run", is_flag=True, help="List the pages that would be fetched; fetch and store nothing.")
@click.option(
    "-q",
    "--quiet",
    is_flag=True,
    help="Print only what needs attention: substantive changes, failures and quarantined texts.",
)
@json_option
@click.pass_obj
def command(
    environment: Environment,
    targets: tuple[str, ...],
    clock: Clock,
    shard: Shard | None,
    jobs: int,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Fetch the watched pages once, store what changed, and report the changes that matter."""
    documents = select_for_crawl(environment.watchlist, targets)
    if shard:
        documents = shard.of(environment.watchlist.documents, documents)
    # Ping the heartbeat URL only after a complete crawl.
    beat = "" if targets or shard else environment.settings.heartbeat
    if dry_run:
        rows = [
            {"service": one.service, "document": one.slug, "url": page.url} for one in documents for page in one.pages
        ]
        if as_json:
            emit_json(rows)
        else:
            click.echo("".join(f"{each['service']}/{each['document']}  {each['url']}\n" for each in rows), nl=False)
        return
    found: dict[str, CrawlResult] = {}
    try:
        with progress_bar(len(documents), "crawl", hidden=as_json or quiet) as advance:
            for result in run(environment, documents, clock, beat, jobs):
                advance(1)
                if as_json:
                    emit_json([row(result)])
                # Without its edits: a crawl of many documents has many.
                found[result.id] = replace(result, change=None)
    finally:
        # After an interruption, what was stored before it is still listed.
        lines = [found[document.id] for document in documents if document.id in found]
        if not as_json:
            _print_lines(lines, quiet=quiet)
    _report(lines, quiet=quiet)


def _print_lines(lines: list[CrawlResult], *, quiet: bool) -> None:
    from tostrack.render.crawl_summary import needs_attention, outcome_line

    width = max((len(each.id) for each in lines), default=0)
    for each in lines:
        if not quiet or needs_attention(each):
            click.echo(outcome_line(each, width=0 if quiet else width))


def _report(lines: list[CrawlResult], *, quiet: bool) -> None:
    """Print the summary of a crawl, and exit with the status for failed documents if there are any."""
    from tostrack.models import Outcome
    from tostrack.render.crawl_summary import crawl_line

    failed = sum(each.outcome in (Outcome.FAILED, Outcome.SUSPECT) for each in lines)
    if failed or not quiet:
        click.echo(crawl_line(lines) + ("; `tostrack status` shows the errors" if failed else ""), err=True)
    if {each.cause for each in lines} == {"dns"}:
        click.echo("no host name could be resolved: is this machine online?", err=True)
    exit_if_failed(failed)


def select_for_crawl(watchlist: Watchlist, targets: Iterable[str]) -> list[Document]:
    """Return the watched documents that *targets* name, or all; those no longer watched are left out."""
    return [document for document in select_watched(watchlist, targets) if document.active]


def select_watched(watchlist: Watchlist, targets: Iterable[str]) -> list[Document]:
    """Return the documents that *targets* name, or all, each once.

    Raises:
        ConfigError: They name one that is not watched, or nothing is watched.
    """
    from tostrack.watchlist import find

    if not watchlist.documents:
        raise ConfigError(f"{watchlist.source}: nothing to watch; add a table such as [watch.acme.terms] with a url")
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
    clock: Clock,
    heartbeat: str = "",
    jobs: int = _MOST_JOBS,
) -> Iterator[CrawlResult]:
    """Crawl *documents* with the watchlist's settings, yielding the result of each as soon as it is stored."""
    from tostrack.fetch import fetch_all
    from tostrack.sandbox import Worker
    from tostrack.services import crawl

    settings = environment.settings
    convert_older(settings.database, clock())
    with environment.writer(clock()) as writer, environment.fetcher() as fetcher, Worker() as worker:
        _warn_of_clock(writer, clock())
        answers = partial(fetch_all, fetcher=fetcher, workers=jobs, now=clock.fixed)
        recheck = timedelta(days=settings.recheck_days)
        yield from crawl.crawl(documents, writer, answers, clock, recheck=recheck, call=worker)
        if heartbeat:
            _ping_heartbeat(fetcher, heartbeat)


def _warn_of_clock(archive: Archive, now: datetime) -> None:
    """Warn on standard error if the clock is behind the newest time in the archive."""
    times = [at for row in archive.documents() for at in (row.checked_at, row.changed_at) if at]
    if times and from_iso(max(times)) - now > _CLOCK_SLACK:
        click.echo(
            f"the clock is at {iso(now)}, but the archive was written at {max(times)}: check the clock. Versions are "
            "ordered by number",
            err=True,
        )


def _ping_heartbeat(fetcher: Fetcher, url: str) -> None:
    """Ping the heartbeat URL; ignore failures."""
    from tostrack.render.escape import safe_line

    try:
        fetcher.ping(url)
    except FetchError as error:
        click.echo(safe_line(f"tostrack: the heartbeat URL failed: {error}"), err=True)


def row(result: CrawlResult) -> dict[str, object]:
    """Return *result* as its line of JSON."""
    return fields_of(result, _FIELDS)
