"""``tostrack reflag``: today's rules on the clauses that are kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment, emit_json, json_option
from tostrack.cli.executor_options import executor_options, jobs_option, scheduler_option

if TYPE_CHECKING:
    from tostrack.services.reflag import ReflagResult

#: So many clauses take as long to flag as processes to start.
_MUCH = 20_000


@click.command(
    epilog="Example: `tostrack reflag --dry-run`, after `topics.toml` was changed and `tostrack check` is content."
)
@click.option("-n", "--dry-run", is_flag=True, help="Say what would change; store nothing.")
@jobs_option
@scheduler_option
@json_option
@click.pass_obj
def command(environment: Environment, dry_run: bool, jobs: int | None, scheduler: str | None, as_json: bool) -> None:
    """Flag every kept clause anew by today's rules. Nobody is told; what was told stays as it was."""
    from tostrack.services.reflag import ReflagResult, reflag_archive

    with environment.archive() as archive:
        # Opened for reading first: a missing archive is a mistake here, there is nothing to flag.
        stale = archive.stale(environment.book.fingerprint)
    found = ReflagResult()
    with (
        environment.writer(datetime.now(UTC)) as writer,
        executor_options(jobs, scheduler, much=stale >= _MUCH) as workers,
    ):
        for step in _progress(reflag_archive(writer, dry_run=dry_run, spread=workers), stale):
            found = step
    topics = sorted(found.before.keys() | found.after.keys())
    counts = {topic: (found.before.get(topic, 0), found.after.get(topic, 0)) for topic in topics}
    if as_json:
        emit_json([{"clauses": found.clauses, "changed": found.changed, "before": found.before, "after": found.after}])
        return
    click.echo(f"{found.clauses} clauses flagged anew, {found.changed} otherwise than before")
    for topic, (before, after) in counts.items():
        click.echo(f"  {topic}  {before} -> {after} flags")
    if dry_run:
        click.echo("nothing was stored", err=True)


def _progress(steps: Iterator[ReflagResult], total: int) -> Iterator[ReflagResult]:
    """Yield *steps*, with a bar on standard error when a person is watching."""
    if not sys.stderr.isatty():
        yield from steps
        return
    with click.progressbar(length=total, label="reflag", file=sys.stderr) as bar:
        done = 0
        for step in steps:
            bar.update(step.clauses - done)
            done = step.clauses
            yield step
