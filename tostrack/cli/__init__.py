"""The command line: arguments to one call to text or JSON and an exit status; no decisions."""

from __future__ import annotations

import sys

import click

from tostrack import __version__
from tostrack.cli.environment import Environment, ReportingGroup

#: Each command lives in a module of its own that is imported when it is asked for; a new one is one line here.
COMMANDS = (
    *("init", "add", "check", "crawl", "status", "log", "diff", "explain", "show", "flags", "feed"),
    *("accept", "reextract", "reflag", "import", "demo"),
)


@click.group(
    cls=ReportingGroup,
    commands_in=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="First steps: `tostrack demo` shows it all on an invented platform; `tostrack init` starts yours.",
)
@click.option(
    "-w",
    "--watchlist",
    "path",
    default="watchlist.toml",
    show_default=True,
    envvar="TOSTRACK_WATCHLIST",
    type=click.Path(dir_okay=False),
    help="The file that says what is watched and where the archive lies.",
)
@click.option("-v", "--verbose", count=True, help="Say more on standard error; twice for the requests as well.")
@click.version_option(__version__, prog_name="tostrack")
@click.pass_context
def cli(context: click.Context, path: str, verbose: int) -> None:
    """Watch platforms' terms and privacy policies; hear only about the changes that matter."""
    context.obj = Environment.from_process(path, verbose)
    if not context.obj.may_colour:
        context.color = False


def main() -> None:
    """Run the command line of this process."""
    sys.exit(cli())
