"""``tostrack archive merge``: combine the archives of several machines."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from tostrack.cli.app import Environment, emit_json, exit_if_failed, json_option
from tostrack.errors import ConfigError


@click.command(
    epilog="Example: `tostrack archive merge shard-1/tostrack.db shard-2/tostrack.db`, after each machine ran "
    "`tostrack crawl --shard K/2`. Exit status: 3 some documents were refused, 75 one of the archives is in use."
)
@click.argument("others", nargs=-1, required=True, metavar="OTHER.db...", type=click.Path(path_type=Path))
@click.option(
    "--snapshots",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the captures of OTHER.db; default: the folder beside it with the name of this archive's folder.",
)
@json_option
@click.pass_obj
def command(environment: Environment, others: tuple[Path, ...], snapshots: Path | None, as_json: bool) -> None:
    """Add the documents and versions that other archives have and this one does not.

    Each document is verified first and added in one transaction. Merging twice changes nothing; an interrupted merge
    can be run again. A document whose versions differ between two archives is refused. No notifications are sent.
    """
    from tostrack.analysis.comparison import flag_clauses
    from tostrack.analysis.diff import diff
    from tostrack.archive.merge import merge
    from tostrack.archive.merge_writer import BoundedCalls
    from tostrack.render.escape import safe_line
    from tostrack.sandbox import Worker

    if snapshots and len(others) > 1:
        raise ConfigError("--snapshots applies to one archive; merge one at a time, or give the folders the same name")
    name = Path(environment.watchlist.settings.snapshots).name
    counts = dict.fromkeys(("new", "extended", "same", "refused"), 0)
    with environment.writer(datetime.now(UTC)) as writer, Worker() as call:
        decide = BoundedCalls(
            lambda clauses, book: call(flag_clauses, clauses, book), lambda old, new: call(diff, old, new)
        )
        for other in others:
            for found in merge(writer, other, snapshots or other.parent / name, now=datetime.now(UTC), decide=decide):
                counts[found.outcome] += 1
                if as_json:
                    emit_json([asdict(found)])
                elif found.outcome != "same":
                    said = f"{found.outcome}: {found.message}" if found.message else found.outcome
                    click.echo(f"{found.id}  {safe_line(said)}" + f", {found.versions} versions" * bool(found.versions))
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in counts.items()), err=True)
    exit_if_failed(counts["refused"])
