"""``tostrack site``: write a static website of the changes."""

from __future__ import annotations

from pathlib import Path

import click

from tostrack.cli.app import Clock, Environment, quiet_option
from tostrack.errors import ConfigError
from tostrack.models import iso


@click.command(
    epilog="Examples: `tostrack site` writes the folder `site`; `tostrack site --serve` shows it on this machine and "
    "keeps it up to date after each crawl; `tostrack site --out public --url https://example.org/terms` is what a "
    "workflow publishes."
)
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), default="site", show_default=True)
@click.option("--url", default="", help="The URL of the published site; default: the watchlist's `url`.")
@click.option("--title", help="The title of the site.")
# The name of --force in 0.1. Removed in 0.3.
@click.option("--anew", "force", is_flag=True, hidden=True)
@click.option("--force", is_flag=True, help="Write every page, not only those that changed.")
@click.option(
    "--serve", is_flag=True, help="Serve it on this machine, update it after each crawl, and take reviews of changes."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 chooses a free port.")
@quiet_option
@click.pass_obj
def command(
    environment: Environment, out: Path, url: str, title: str | None, force: bool, serve: bool, port: int
) -> None:
    """Write a website without a server: changes, clause by clause, with evidence. It also works as local files."""
    from tostrack.services.site import TITLE, build_site

    address = (url or environment.settings.url).rstrip("/")

    def write(*, force: bool = False) -> str:
        with environment.archive() as archive:
            environment.fix_identity(archive)
            built = build_site(archive, out, title=title or TITLE, url=address, book=environment.book, force=force)
        removed = f", {built.removed:,} removed" if built.removed else ""
        return f"{out}: {built.pages:,} files, {built.written:,} written{removed}"

    environment.say(write(force=force))
    if not serve:
        if not address:
            environment.say("no sitemap: it requires --url, or `url` in the watchlist's [settings]", err=True)
        environment.say(f"open {out / 'index.html'}", err=True)
        return
    from tostrack.archive.reviews import Review
    from tostrack.cli.review import store_review
    from tostrack.services.site.review_form import ReviewForm
    from tostrack.services.site.serve import rebuild_when_changed, serve_site

    def store(change: str, *decided: str) -> Review:
        if not any(decided):
            raise ConfigError("choose a state or a verdict, or write a note")
        now = Clock()()
        own = Review(change, iso(now), *decided)
        store_review(environment, own, now)
        return own

    with serve_site(out, port, ReviewForm(store)) as at:
        click.echo(f"{at}  (Ctrl-C to stop)")
        for _ in rebuild_when_changed(environment.settings.database):
            environment.say(write())
