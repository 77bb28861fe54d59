"""``tostrack demo``: watch an invented platform on loopback, without a network."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tostrack.cli.app import WATCHLIST, Clock, Environment
from tostrack.cli.groups import Exit
from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.demo import DemoPlatform, Night

#: The file that marks a folder the demo created and may replace.
_MARK = ".tostrack-demo"


@click.command(epilog="Example: `tostrack demo`, then `tostrack -w tostrack-demo/watchlist.toml diff lumora`.")
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="tostrack-demo",
    show_default=True,
    help="The folder to create.",
)
@click.pass_context
def command(context: click.Context, out: Path) -> None:
    """Crawl a small invented platform for twelve nights and show which changes tostrack reports, and which not."""
    from tostrack.demo import NIGHTS, SERVICE, serve, watchlist_text

    path = _fresh(out) / WATCHLIST
    environment = Environment(path, colour=context.obj.colour)
    wrong = 0
    with serve() as platform:
        path.write_text(watchlist_text(platform.url), encoding="utf-8")
        click.echo(f"Lumora, an invented platform, is served at {platform.url}. Twelve nights:\n")
        for night in NIGHTS:
            wrong += _night(environment, platform, night)
    context.obj = environment
    from tostrack.cli import diff, feed, flags, log, site

    _say(f"tostrack log {SERVICE}")
    context.invoke(log.command, targets=(SERVICE,))
    _say(f"tostrack diff {SERVICE}/terms --from 2024-01-02 --to 2024-07-08")
    context.invoke(diff.command, targets=(f"{SERVICE}/terms",), start=_day("2024-01-02"), end=_day("2024-07-08"))
    _say(f"tostrack flags {SERVICE}")
    context.invoke(flags.command, targets=(SERVICE,))
    _say("tostrack feed")
    context.invoke(feed.command, out=out / "feeds")
    _say("tostrack site")
    context.invoke(site.command, out=out / "site")
    click.echo(
        f"\nThe archive, its captures, the feeds and the site are in {out}/. Open {out}/site/index.html, or run:\n\n"
        f"  {_program()} -w {out}/watchlist.toml diff {SERVICE}"
    )
    if wrong:
        click.echo(f"{wrong} nights had unexpected results: please report this", err=True)
        context.exit(Exit.FAILED)


def _program() -> str:
    """Return how to call tostrack from this shell: its name where PATH has it, else the path of this program."""
    if shutil.which("tostrack"):
        return "tostrack"
    program = Path(sys.argv[0])
    return str(program) if program.name == "tostrack" else f"{sys.executable} -m tostrack"


def _fresh(out: Path) -> Path:
    """Return *out* as an empty folder; replace one that the demo created, and refuse any other."""
    if out.exists():
        if not (out / _MARK).is_file():
            raise ConfigError(f"{out} exists and was not created by the demo; name another folder with --out")
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / _MARK).touch()
    return out


def _night(environment: Environment, platform: DemoPlatform, night: Night) -> bool:
    """Crawl once and show it; return whether tostrack spoke of other documents than the story says."""
    from tostrack.cli.crawl import run
    from tostrack.render.escape import safe_line

    platform.show(night)
    results = list(run(environment, list(environment.watchlist.documents), Clock(night.at)))
    told = tuple(sorted(result.document for result in results if result.verdict == "substantive"))
    click.echo(f"{night.at:%Y-%m-%d}  {night.story}")
    for result in results:
        if result.change:
            said = f"{result.document}: {result.verdict} ({result.change.reason}): {result.change.explanation}"
            click.echo(f"            {safe_line(said)}")
        elif result.cause:
            click.echo(f"            {safe_line(f'{result.document}: {result.outcome} ({result.cause})')}")
    return told != tuple(sorted(night.speaks))


def _day(text: str) -> object:
    from tostrack.cli.app import DAY

    return DAY.convert(text, None, None)


def _say(line: str) -> None:
    click.echo(f"\n$ {line}")
