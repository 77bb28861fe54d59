"""``tostrack init``: a watchlist to begin with, and an empty archive."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from tostrack.cli.environment import Environment
from tostrack.errors import ConfigError


@click.command(
    epilog="Example: `tostrack init && tostrack crawl`. To try it without any network first: `tostrack demo`."
)
@click.option(
    "--authority",
    default="",
    help="A domain or e-mail address of yours for feed ids; it is kept for ever. Default: the watchlist's contact.",
)
@click.pass_obj
def command(environment: Environment, authority: str) -> None:
    """Write a watchlist to begin with, and make the archive."""
    from tostrack.store.writer import Writer
    from tostrack.watchlist import STARTER

    path = environment.watchlist_path
    if path.exists():
        raise ConfigError(f"{path}: there already; edit it, or name another file with --watchlist")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STARTER, encoding="utf-8")
    settings = environment.watchlist.settings
    with Writer(
        settings.database,
        settings.snapshots,
        now=datetime.now(UTC),
        authority=authority or environment.authority,
    ):
        pass
    click.echo(f"wrote {path} and {settings.database}")
    click.echo("next: edit the watchlist, then `tostrack check` and `tostrack crawl`")
