"""``tostrack rebuild``: extract stored captures, or flag stored clauses, with the current rules."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import (
    Clock,
    Environment,
    dry_run_option,
    emit_json,
    exit_if_failed,
    json_option,
    now_option,
    progress_bar,
    targets_argument,
)
from tostrack.cli.executor_options import executor_options, jobs_option, scheduler_option
from tostrack.render.escape import safe_line

if TYPE_CHECKING:
    from tostrack.services.review import Reextraction

#: Documents and clauses. With fewer, starting worker processes takes longer than it saves.
_MANY_DOCUMENTS, _MANY_CLAUSES = 100, 20_000


@click.command(
    "text",
    epilog="Example: `tostrack rebuild text acme/terms --dry-run`, after its selectors were changed. "
    "Exit status 3: some captures could not be extracted, or do not look like the policy.",
)
@targets_argument
@click.option("--force", is_flag=True, help="Also store a text that does not look like the policy.")
@now_option
@dry_run_option
@jobs_option
@scheduler_option
@json_option
@click.pass_obj
def rebuild_text(
    environment: Environment,
    targets: tuple[str, ...],
    force: bool,
    clock: Clock,
    dry_run: bool,
    jobs: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Extract the newest stored captures with the current rules.

    A different text becomes a version, never a change, and no notifications are sent.
    """
    from tostrack.cli.crawl import select_watched
    from tostrack.services.review import reextract

    documents = select_watched(environment.watchlist, targets)
    # A missing archive is an error here: there are no captures to extract.
    environment.archive().close()
    at = clock()
    failed = 0
    much = len(documents) >= _MANY_DOCUMENTS
    with environment.writer(at) as writer, executor_options(jobs, scheduler, much=much) as workers:
        for found in reextract(documents, writer, at, dry_run=dry_run, force=force, spread=workers):
            failed += found.outcome in ("failed", "suspect")
            if as_json:
                emit_json([asdict(found)])
            else:
                click.echo(_line(found))
    if dry_run:
        click.echo("nothing was stored", err=True)
    exit_if_failed(failed)


def _line(found: Reextraction) -> str:
    text = found.outcome
    if found.outcome == "re-extracted":
        text += f": version {found.version}, {found.clauses_before} -> {found.clauses} clauses"
    elif found.cause:
        text += f" ({found.cause}): {found.message}"
    return f"{found.id}  {safe_line(text)}"


@click.command(
    "flags",
    epilog="Example: `tostrack rebuild flags --dry-run`, after `topics.toml` was changed and `tostrack check` "
    "reports no error.",
)
@dry_run_option
@jobs_option
@scheduler_option
@json_option
@click.pass_obj
def rebuild_flags(
    environment: Environment, dry_run: bool, jobs: int | None, scheduler: str | None, as_json: bool
) -> None:
    """Flag all stored clauses with the current rules. No notifications are sent; sent ones do not change."""
    from tostrack.services.reflag import ReflagResult, reflag_archive

    with environment.archive() as archive:
        # Opened for reading first: a missing archive is an error here, there is nothing to flag.
        stale = archive.stale(environment.book.fingerprint)
    found, done = ReflagResult(), 0
    with (
        environment.writer(datetime.now(UTC)) as writer,
        executor_options(jobs, scheduler, much=stale >= _MANY_CLAUSES) as workers,
        progress_bar(stale, "rebuild flags") as advance,
    ):
        for found in reflag_archive(writer, dry_run=dry_run, spread=workers):
            advance(found.clauses - done)
            done = found.clauses
    if as_json:
        emit_json([asdict(found)])
        return
    click.echo(f"{found.clauses} clauses flagged, {found.changed} differently than before")
    for topic in sorted(found.before.keys() | found.after.keys()):
        click.echo(f"  {topic}  {found.before.get(topic, 0)} -> {found.after.get(topic, 0)} flags")
    if dry_run:
        click.echo("nothing was stored", err=True)
