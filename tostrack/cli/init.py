"""``tostrack init``: write a watchlist and create the archive."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from tostrack.cli.app import Environment
from tostrack.errors import ConfigError, StoreError

#: Below the folder of the watchlist, which is the root of the repository.
WORKFLOW = Path(".github/workflows/nightly.yml")


@click.command(
    epilog="Examples: `tostrack init instagram tiktok && tostrack crawl`; `tostrack init` offers a list on a terminal. "
    "To try it without a network first: `tostrack demo`. "
    "`tostrack init --github` in your repository: a crawl every night, with its state on a separate branch."
)
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option(
    "--authority",
    default="",
    help="Your domain or e-mail address for feed ids; it cannot be changed later. Default: the watchlist's contact.",
)
@click.option("--github", is_flag=True, help="Write only a workflow that crawls every night on GitHub.")
@click.pass_obj
def command(environment: Environment, services: tuple[str, ...], authority: str, github: bool) -> None:
    """Write a watchlist of the named services, or an example to start from, and create the archive."""
    from tostrack.archive.writer import Writer

    path = environment.watchlist_path
    if github:
        _write_workflow(path)
        return
    if path.exists():
        raise ConfigError(f"{path} exists: edit it, or name another file with --watchlist")
    text = _choose(services)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
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


def _choose(services: tuple[str, ...]) -> str:
    """Return a watchlist of *services* of the shipped list; of none, of those chosen on a terminal, or the example.

    Raises:
        ConfigError: The shipped list has no service of that name.
    """
    from tostrack.watchlist import STARTER, find, load, to_toml
    from tostrack.watchlist.edit import append
    from tostrack.watchlist.starter import find_shipped_watchlist

    if not services and not sys.stdin.isatty():
        return STARTER
    shipped = load(find_shipped_watchlist())
    if not services:
        click.echo(f"Services: {', '.join(sorted(shipped.services))}", err=True)
        answer = click.prompt("Which ones, by spaces? Enter: an example", default="", show_default=False, err=True)
        services = tuple(answer.replace(",", " ").split())
    if not services:
        return STARTER
    documents = [document for name in dict.fromkeys(services) for document in find(shipped, name.lower())]
    rendered = sorted({document.id for document in documents for page in document.pages if page.fetch == "browser"})
    if rendered:
        click.echo(f'these need a browser (pip install "tostrack[browser]"): {", ".join(rendered)}', err=True)
    first, *others = dict.fromkeys(documents)
    # JSON writes a string as TOML reads it.
    named = f"[watch.{first.service}]\nname = {json.dumps(first.service_name)}\n\n{to_toml(first)}"
    return append(STARTER.partition("[watch.")[0] + named, others, "the watchlist").text


def _write_workflow(watchlist: Path) -> None:
    """Write the workflow for GitHub Actions, and the watchlist where there is none; the archive is the workflow's."""
    from importlib.resources import files

    from tostrack.watchlist import STARTER

    path = watchlist.parent / WORKFLOW
    if watchlist.name != "watchlist.toml":
        raise ConfigError(f"{watchlist}: the workflow reads watchlist.toml in the root of the repository; rename it")
    if path.exists():
        raise ConfigError(f"{path} exists: delete it first to write it again")
    written = [path]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((files("tostrack") / "nightly" / "github.yml").read_text("utf-8"), encoding="utf-8")
        if not watchlist.exists():
            watchlist.write_text(STARTER, encoding="utf-8")
            written.append(watchlist)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from error
    click.echo(f"wrote {' and '.join(map(str, written))}")
    click.echo("next: edit the watchlist, commit both, push; then Actions > nightly > Run workflow")
