"""``tostrack keep``: what a branch, or another disk, keeps of the archive."""

from __future__ import annotations

from pathlib import Path

import click

from tostrack.cli.app import Environment


@click.command(
    epilog="Example: `tostrack keep --out state`, and commit the folder: `git log -p -- texts/` is then a second trail."
)
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), default="state", show_default=True)
@click.pass_obj
def command(environment: Environment, out: Path) -> None:
    """Write a sound copy of the archive, its captures, and the texts that stand as SERVICE/DOCUMENT.md.

    Where nothing was found since the copy that lies there, all is left as it is, byte for byte; times of checks alone
    are kept once a week.
    """
    from tostrack.archive.state_export import export_state

    with environment.archive() as archive:
        kept = export_state(archive, environment.watchlist.settings.snapshots, out)
    if kept.quiet:
        click.echo(f"{out}: nothing was found since the copy that is there; left as it is")
    else:
        click.echo(f"{out}: {archive.path.name}, {kept.texts} texts, {kept.written} written")
