"""``tostrack reextract``: today's selectors and extractor on the captures that are kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import DAY, Environment, Exit, emit_json, json_option
from tostrack.cli.executor_options import executor_options, jobs_option, scheduler_option

if TYPE_CHECKING:
    from tostrack.services.review import Reextraction

#: So many pages take as long to read as processes to start.
_MUCH = 100


@click.command(
    epilog="Example: `tostrack reextract acme/terms --dry-run`, after its selectors were changed. "
    "Exit status 3: some could not be read, or do not look like the policy."
)
@click.argument("targets", nargs=-1, metavar="[SERVICE[/DOCUMENT]]...")
@click.option("--force", is_flag=True, help="Record also what does not look like the policy beside what stands.")
@click.option("--now", type=DAY, help="Record the run as of this time: for replays and tests.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would change; store nothing.")
@jobs_option
@scheduler_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    targets: tuple[str, ...],
    force: bool,
    now: datetime | None,
    dry_run: bool,
    jobs: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Read the newest kept captures by today's rules. Another text is a version, never a change, and nobody is told."""
    from tostrack.cli.crawl import name_result
    from tostrack.services.review import reextract

    environment: Environment = context.obj
    documents = name_result(environment.watchlist, targets)
    # A missing archive is a mistake here: there is nothing to read again.
    environment.archive().close()
    at = now or datetime.now(UTC)
    failed = 0
    much = len(documents) >= _MUCH
    with environment.writer(at) as writer, executor_options(jobs, scheduler, much=much) as workers:
        for found in reextract(documents, writer, at, dry_run=dry_run, force=force, spread=workers):
            failed += found.outcome in ("failed", "suspect")
            if as_json:
                emit_json([asdict(found)])
            else:
                click.echo(_line(found))
    if dry_run:
        click.echo("nothing was stored", err=True)
    if failed:
        context.exit(Exit.SOME_FAILED)


def _line(found: Reextraction) -> str:
    from tostrack.render.escape import safe_line

    said = found.outcome
    if found.outcome == "re-extracted":
        said += f": version {found.version}, {found.clauses_before} -> {found.clauses} clauses"
    elif found.cause:
        said += f" ({found.cause}): {found.message}"
    return f"{found.id}  {safe_line(said)}"
