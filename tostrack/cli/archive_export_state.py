"""``tostrack archive export-state``: write the archive and its texts to a folder, for a git branch or another disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from tostrack.cli.app import Environment, quiet_option
from tostrack.render.escape import safe_line


@click.command(
    epilog="Example: `tostrack archive export-state --out state`, then commit the folder: `git log -p -- texts/` "
    "shows the edits."
)
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), default="state", show_default=True)
@quiet_option
@click.pass_obj
def command(environment: Environment, out: Path) -> None:
    """Write a consistent copy of the archive, its captures, and the current texts as SERVICE/DOCUMENT.md.

    If nothing but the times of checks changed since the last export, the folder is left unchanged, byte for byte, for
    up to a week.
    """
    from tostrack.archive.state_export import export_state

    with environment.archive() as archive:
        kept = export_state(archive, environment.watchlist.settings.snapshots, out)
    if kept.quiet:
        environment.say(f"{out}: no changes since the last export; left unchanged")
    else:
        environment.say(f"{out}: {archive.path.name}, {kept.texts} texts, {kept.written} written")
    report_missing(kept.missing)


def report_missing(captures: Sequence[str]) -> None:
    """Name, on standard error, the captures that could not be copied."""
    if captures:
        more = f" and {len(captures) - 3} more" if len(captures) > 3 else ""
        named = safe_line(", ".join(captures[:3]))
        click.echo(f"captures missing or damaged: {named}{more}; `tostrack archive verify` lists all", err=True)
