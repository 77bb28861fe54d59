"""``tostrack rebuild text``: extract stored captures with the current selectors and extractor."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Clock, Environment, emit_json, exit_if_failed, json_option, now_option
from tostrack.cli.executor_options import executor_options, jobs_option, scheduler_option

if TYPE_CHECKING:
    from tostrack.services.review import Reextraction

#: Documents. With fewer, starting worker processes takes longer than it saves.
_PARALLEL_FROM = 100


@click.command(
    epilog="Example: `tostrack rebuild text acme/terms --dry-run`, after its selectors were changed. "
    "Exit status 3: some captures could not be extracted, or do not look like the policy."
)
@click.argument("targets", nargs=-1, metavar="[SERVICE[/DOCUMENT]]...")
@click.option("--force", is_flag=True, help="Also store a text that does not look like the policy.")
@now_option
@click.option("-n", "--dry-run", is_flag=True, help="Show what would change; store nothing.")
@jobs_option
@scheduler_option
@json_option
@click.pass_obj
def command(
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
    much = len(documents) >= _PARALLEL_FROM
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
    from tostrack.render.escape import safe_line

    text = found.outcome
    if found.outcome == "re-extracted":
        text += f": version {found.version}, {found.clauses_before} -> {found.clauses} clauses"
    elif found.cause:
        text += f" ({found.cause}): {found.message}"
    return f"{found.id}  {safe_line(text)}"
