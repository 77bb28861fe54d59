"""``tostrack archive backup``: write a verified copy and rotate older ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from tostrack.cli.app import Environment, emit_json, json_option, quiet_option
from tostrack.cli.archive_export_state import report_missing


@click.command(
    epilog="Example: `tostrack archive backup --to /mnt/disk/tostrack --keep 30`, every night after the crawl."
)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the copies; default: `backups` beside the archive.",
)
@click.option("--keep", type=click.IntRange(min=1), default=7, show_default=True, help="How many copies to keep.")
@json_option
@quiet_option
@click.pass_obj
def command(environment: Environment, folder: Path | None, keep: int, as_json: bool) -> None:
    """Write a verified copy of the archive file, and delete the oldest copies beyond --keep.

    A damaged archive is not backed up and no copy is deleted for it. Raw captures are files that never change: copy
    their folder with any tool.
    """
    from tostrack.archive.backup import backup

    path = Path(environment.watchlist.settings.database)
    done = backup(
        path, folder or path.parent / "backups", datetime.now(UTC), keep, Path(environment.watchlist.settings.snapshots)
    )
    if as_json:
        removed = [str(old) for old in done.removed]
        row = {"path": str(done.path), "documents": done.documents, "versions": done.versions, "removed": removed}
        row |= {"kept": [str(old) for old in done.kept], "missing": list(done.missing)}
        emit_json([row])
        return
    environment.say(f"{done.path}: {done.documents} documents, {done.versions} versions, verified")
    for old in done.removed:
        environment.say(f"deleted {old}", err=True)
    for old in done.kept:
        click.echo(f"kept {old}: it holds history that the archive does not have, or cannot be read", err=True)
    report_missing(done.missing)
