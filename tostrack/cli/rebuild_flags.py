"""``tostrack rebuild flags``: flag all stored clauses with the current rules."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from tostrack.cli.app import Environment, emit_json, json_option, progress_bar
from tostrack.cli.executor_options import executor_options, jobs_option, scheduler_option

#: Clauses. With fewer, starting worker processes takes longer than it saves.
_PARALLEL_FROM = 20_000


@click.command(
    epilog="Example: `tostrack rebuild flags --dry-run`, after `topics.toml` was changed and `tostrack check` "
    "reports no error."
)
@click.option("-n", "--dry-run", is_flag=True, help="Show what would change; store nothing.")
@jobs_option
@scheduler_option
@json_option
@click.pass_obj
def command(environment: Environment, dry_run: bool, jobs: int | None, scheduler: str | None, as_json: bool) -> None:
    """Flag all stored clauses with the current rules. No notifications are sent; sent ones do not change."""
    from tostrack.services.reflag import ReflagResult, reflag_archive

    with environment.archive() as archive:
        # Opened for reading first: a missing archive is an error here, there is nothing to flag.
        stale = archive.stale(environment.book.fingerprint)
    found = ReflagResult()
    with (
        environment.writer(datetime.now(UTC)) as writer,
        executor_options(jobs, scheduler, much=stale >= _PARALLEL_FROM) as workers,
        progress_bar(stale, "rebuild flags") as advance,
    ):
        for step in reflag_archive(writer, dry_run=dry_run, spread=workers):
            advance(step.clauses - found.clauses)
            found = step
    topics = sorted(found.before.keys() | found.after.keys())
    counts = {topic: (found.before.get(topic, 0), found.after.get(topic, 0)) for topic in topics}
    if as_json:
        emit_json([{"clauses": found.clauses, "changed": found.changed, "before": found.before, "after": found.after}])
        return
    click.echo(f"{found.clauses} clauses flagged, {found.changed} differently than before")
    for topic, (before, after) in counts.items():
        click.echo(f"  {topic}  {before} -> {after} flags")
    if dry_run:
        click.echo("nothing was stored", err=True)
