"""``tostrack edit``: open the watchlist in an editor, and check it."""

from __future__ import annotations

import click

from tostrack.cli.app import Environment
from tostrack.errors import ConfigError


@click.command(epilog="Example: `EDITOR=nano tostrack edit`.")
@click.pass_context
def command(context: click.Context) -> None:
    """Open the watchlist in the editor that VISUAL or EDITOR names; then check it, as `tostrack check` does."""
    from tostrack.cli import check

    environment: Environment = context.obj
    path = environment.watchlist_path
    if not path.is_file():
        raise ConfigError(f"{path}: no such file; `tostrack init` makes one")
    click.edit(filename=str(path))
    context.invoke(check.command)
