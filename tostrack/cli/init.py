"""``tostrack init``: write a watchlist and create the archive."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import WATCHLIST, Environment
from tostrack.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from tostrack.models import Document
    from tostrack.watchlist import Watchlist

#: Below the folder of the watchlist, which is the root of the repository.
WORKFLOW = Path(".github/workflows/nightly.yml")


@click.command(
    epilog="Examples: `tostrack init instagram tiktok && tostrack crawl`; `tostrack init --tag developers`; "
    "`tostrack init` offers a list on a terminal. "
    "To try it without a network first: `tostrack demo`. "
    "`tostrack init --github` in your repository: a crawl every night, with its state on a separate branch."
)
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option(
    "--tag",
    "tags",
    multiple=True,
    help="Take only documents of this tag: creators, developers, privacy or vendors. May be repeated.",
)
@click.option(
    "--authority",
    default="",
    help="Your domain or e-mail address for feed ids; it cannot be changed later. Default: the watchlist's contact.",
)
@click.option("--github", is_flag=True, help="Write only a workflow that crawls every night on GitHub.")
@click.pass_obj
def command(
    environment: Environment, services: tuple[str, ...], tags: tuple[str, ...], authority: str, github: bool
) -> None:
    """Write a watchlist of the named services, or an example to start from, and create the archive."""
    from tostrack.archive.writer import Writer

    path = environment.named_path or Path(WATCHLIST)
    if github:
        _write_workflow(path)
        return
    if path.exists():
        raise ConfigError(f"{path} exists: edit it, or name another file with --watchlist")
    text = _choose(services, tags)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    settings = environment.settings
    with Writer(
        settings.database,
        settings.snapshots,
        now=datetime.now(UTC),
        authority=authority or environment.authority,
    ):
        pass
    click.echo(f"wrote {path} and {settings.database}")
    click.echo("next: `tostrack edit` to choose what to watch, then `tostrack crawl`")


def _choose(services: tuple[str, ...], tags: tuple[str, ...]) -> str:
    """Return a watchlist of *services* and *tags* of the shipped list; of a choice or the example without them.

    Raises:
        ConfigError: The shipped list has no such service or tag.
    """
    from tostrack.watchlist import STARTER, load, to_toml
    from tostrack.watchlist.edit import append
    from tostrack.watchlist.starter import find_shipped_watchlist
    from tostrack.watchlist.write import service_to_toml

    if not services and not tags and not sys.stdin.isatty():
        return STARTER
    shipped = load(find_shipped_watchlist())
    if not services and not tags:
        services = _ask(shipped)
    if not services and not tags:
        return STARTER
    documents = _pick(shipped, services, tags)
    rendered = sorted({document.id for document in documents for page in document.pages if page.fetch == "browser"})
    if rendered:
        from tostrack.cli.extras import describe_install

        click.echo(f"these need a browser ({describe_install('browser')}): {', '.join(rendered)}", err=True)
    first, *others = dict.fromkeys(documents)
    head = f"{service_to_toml(first)}\n{to_toml(first)}"
    return append(STARTER.partition("[watch.")[0] + head, others, "the watchlist").text


def _ask(shipped: Watchlist) -> tuple[str, ...]:
    """Return the services that a person chooses on the terminal; a name that is not there is asked for again."""

    def read(answer: str) -> tuple[str, ...]:
        names = tuple(answer.replace(",", " ").split())
        try:
            _pick(shipped, names, ())
        except ConfigError as error:
            raise click.BadParameter(str(error)) from error
        return names

    listed = f"Services: {', '.join(sorted(shipped.services))}"
    click.echo(click.wrap_text(listed, get_terminal_size().columns), err=True)
    question = "Which ones, separated by spaces? Enter alone: an example"
    names: tuple[str, ...] = click.prompt(question, default="", show_default=False, err=True, value_proc=read)
    return names


def _pick(shipped: Watchlist, services: tuple[str, ...], tags: tuple[str, ...]) -> list[Document]:
    """Return the documents of *services*, or of all, that have one of *tags*, or any.

    Raises:
        ConfigError: The shipped list has no such service, tag or document.
    """
    from tostrack.watchlist import find
    from tostrack.watchlist.findings import did_you_mean

    slugs = {document.id for document in shipped.documents} | set(shipped.services)
    for name in services:
        if name.lower() not in slugs:
            hint = did_you_mean(name, slugs)
            raise ConfigError(f"{name}: not in the shipped list{hint}; `tostrack add URL` adds any page")
    named = [document for name in services for document in find(shipped, name.lower())] or shipped.documents
    known = sorted({tag for document in shipped.documents for tag in document.tags})
    for tag in tags:
        if tag not in known:
            raise ConfigError(f"{tag}: no such tag; choose from {', '.join(known)}")
    documents = [document for document in named if not tags or (document.active and set(tags) & set(document.tags))]
    if not documents:
        raise ConfigError(f"no document of {', '.join(services)} has the tag {' or '.join(tags)}")
    return documents


def _write_workflow(watchlist: Path) -> None:
    """Write the workflow for GitHub Actions, and the watchlist where there is none; the archive is the workflow's."""
    from importlib.resources import files

    from tostrack.watchlist import STARTER

    path = watchlist.parent / WORKFLOW
    if watchlist.name != WATCHLIST:
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
    click.echo(
        "next: set TOSTRACK in the workflow to what pip installs there (tostrack is not on PyPI yet: push a clone, and "
        "name it as git+https://github.com/YOU/tostrack@COMMIT), edit the watchlist, commit both, push; then Actions > "
        "nightly > Run workflow"
    )
