"""``tostrack archive recover``: rebuild a damaged or missing archive."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import Environment, emit_json, json_option

if TYPE_CHECKING:
    from tostrack.archive.writer import Writer


@click.command(epilog="Example: `tostrack archive verify`, and if it reports differences, `tostrack archive recover`.")
@click.option(
    "--from",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the backups; default: `backups` beside the archive.",
)
@click.option("--force", is_flag=True, help="Rebuild even if the archive verifies.")
@json_option
@click.pass_obj
def command(environment: Environment, folder: Path | None, force: bool, as_json: bool) -> None:
    """Rebuild the archive from the newest intact backup and the captures since, extracted with the current rules.

    The damaged file is renamed, not deleted. No notifications are sent. Facts that no capture holds are lost: when an
    unchanged text was last seen, failed checks, and headers and redirects that the damaged file no longer has.
    """
    from tostrack.archive.lock import lock_archive
    from tostrack.archive.verify import verify
    from tostrack.archive.writer import Writer
    from tostrack.render.escape import safe_line
    from tostrack.sandbox import Worker
    from tostrack.services.recover import recover_archive

    settings = environment.watchlist.settings
    path, snapshots = Path(settings.database), Path(settings.snapshots)
    if path.is_file() and not force and verify(path, snapshots).sound:
        click.echo(f"{path}: OK; there is nothing to recover", err=True)
        return
    now = datetime.now(UTC)

    def open_writer(archive: Path, copies: Path) -> Writer:
        # No digests: nobody is notified a second time.
        return Writer(archive, copies, now=now, authority=environment.authority, book=environment.book)

    lock_archive(path)
    with Worker() as call:
        found = recover_archive(
            environment.watchlist.documents,
            path,
            snapshots,
            folder or path.parent / "backups",
            open_writer,
            call=call,
        )
    if as_json:
        left_out = [{"file": name, "why": why} for name, why in found.left_out]
        base, renamed = (str(each) if each else None for each in (found.base, found.aside))
        counts = {"documents": found.documents, "versions": found.versions, "visits": found.visits}
        emit_json([{"base": base, "aside": renamed, **counts, "left_out": left_out}])
        return
    source = f"from {found.base}" if found.base else "from the captures alone: no intact backup was found"
    click.echo(f"{path}: {found.documents} documents, {found.versions} versions, {source}")
    click.echo(f"{found.visits} later captures were extracted again", err=True)
    for name, why in found.left_out[:20]:
        click.echo(safe_line(f"skipped {name}: it {why}"), err=True)
    if len(found.left_out) > 20:
        click.echo(f"skipped {len(found.left_out) - 20} more; --json lists all", err=True)
    if found.aside:
        click.echo(f"the damaged archive was renamed to {found.aside}", err=True)
