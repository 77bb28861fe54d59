"""``tostrack feed``: write feeds of the changes that matter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from tostrack.cli.app import Environment, quiet_option, replace_file
from tostrack.errors import ConfigError


@click.command(
    epilog="Example: `tostrack feed --out public/feeds --url https://example.org/feeds`; when they are served, "
    "`tostrack feed --out public/feeds --url https://example.org/feeds --ping`."
)
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), default="feeds", show_default=True)
@click.option("--url", default="", help="The URL of the published folder; default: the watchlist's `url`.")
@click.option(
    "--ping", is_flag=True, help="Write nothing; notify the WebSub `hub` of [notify] that the feeds were updated."
)
@click.option("--history", is_flag=True, help="Also changes of imported history, of which nobody was notified.")
@quiet_option
@click.pass_obj
def command(environment: Environment, out: Path, url: str, ping: bool, history: bool) -> None:
    """Write Atom, RSS and JSON feeds: of everything, each service, document and topic; unchanged files stay.

    Beside them, calendars (.ics) of the effective dates that current texts state.
    """
    from tostrack.services.feeds import build_feeds
    from tostrack.services.upcoming import build_calendars

    site, hub = environment.settings.url, environment.watchlist.notify.hub
    url = (url or site).rstrip("/")
    with environment.archive() as archive:
        environment.fix_identity(archive)
        files = build_feeds(archive, url, site, hub, history=history)
        calendars = {} if ping else build_calendars(archive, site)
    if ping:
        environment.say(f"{hub}: notified of {_ping(environment, hub, url, files)} feeds")
        return
    written = [path for path, text in {**files, **calendars}.items() if _write(out / path, text)]
    environment.say(f"{out}: {len(files)} feeds and {len(calendars)} calendars, {len(written)} written")


def _ping(environment: Environment, hub: str, url: str, paths: Iterable[str]) -> int:
    """Tell *hub* of the feeds at *paths* that it can serve, and return how many they are."""
    from tostrack.cli.sender_config import posting
    from tostrack.notify.websub import ping

    if not hub or not url:
        raise ConfigError(f"{environment.watchlist.source}: a ping needs `hub` in [notify] and `url` in [settings]")
    # WebSub hubs know Atom and RSS.
    topics = [f"{url}/{path}" for path in paths if not path.endswith(".json")]
    with posting(environment) as post:
        ping(post, hub, topics)
    return len(topics)


def _write(path: Path, text: str) -> bool:
    """Write *text* unless the file holds it already; return whether it was written."""
    content = text.encode()
    if path.is_file() and path.read_bytes() == content:
        return False
    with replace_file(path) as file:
        file.write(content)
    return True
