"""``tostrack feed``: the changes that matter, for feed readers."""

from __future__ import annotations

from pathlib import Path

import click

from tostrack.cli.environment import Environment
from tostrack.errors import StoreError


@click.command(epilog="Example: `tostrack feed --out public/feeds --url https://example.org/feeds`.")
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), default="feeds", show_default=True)
@click.option("--url", default="", help="Where the files will be served; default: the watchlist's `url`.")
@click.pass_obj
def command(environment: Environment, out: Path, url: str) -> None:
    """Write Atom and RSS feeds: of everything, and of each service. Files whose content did not change are left."""
    from tostrack.press import feeds

    with environment.archive() as archive:
        files = feeds(archive, (url or environment.watchlist.settings.url).rstrip("/"))
    written = [path for path, text in files.items() if _write(out / path, text)]
    click.echo(f"{out}: {len(files)} feeds, {len(written)} written")


def _write(path: Path, text: str) -> bool:
    """Write *text* unless it stands there already; whole or not at all."""
    content = text.encode()
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.part")
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot write the feed ({error.strerror})") from error
    return True
