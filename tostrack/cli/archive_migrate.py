"""``tostrack archive migrate``: convert an archive that an older tostrack made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from tostrack.cli.app import Environment, quiet_option


@click.command(
    epilog="Example: `tostrack archive migrate`, after an update that asks for it; a crawl migrates automatically."
)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the backup; default: `backups` beside the archive.",
)
@quiet_option
@click.pass_obj
def command(environment: Environment, folder: Path | None) -> None:
    """Convert the archive to the schema of this tostrack: back it up, convert a copy, verify it, replace the archive.

    Hashes stay as they are: heads that were noted earlier still verify.
    """
    from tostrack.archive.migrations import SCHEMA
    from tostrack.services.migrate import migrate_archive

    path = Path(environment.watchlist.settings.database)
    done = migrate_archive(path, folder or path.parent / "backups", datetime.now(UTC))
    if done is None:
        environment.say(f"{path}: has schema {SCHEMA} already", err=True)
        return
    environment.say(f"{path}: schema {done.schema} converted to {SCHEMA}, {done.documents} documents, verified")
    environment.say(f"the archive as it was: {done.backup}", err=True)
