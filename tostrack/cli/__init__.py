"""The command line: arguments to one call to text or JSON and an exit status; no decisions."""

from __future__ import annotations

import sys

import click

from tostrack import __version__
from tostrack.cli.app import Environment, ReportingGroup

#: Each command lives in a module of its own that is imported when it is asked for; a new one is one line here: what
#: `tostrack --help` says of it without importing it, under what one comes for, in the order in which a newcomer does.
SECTIONS = {
    "Begin": {
        "demo": "Crawl an invented platform over twelve nights.",
        "init": "Write a watchlist to begin with, and make the archive.",
        "add": "Fetch a page, find its text and put it on the watchlist.",
        "discover": "List the policies that a site publishes, to add them.",
        "check": "Check the watchlist; with names, try their pages twice.",
        "completion": "Print the script that completes commands in a shell.",
    },
    "Every day": {
        "crawl": "Visit the watched pages once and keep what changed.",
        "status": "Show how the last check of each document went.",
        "log": "List the changes that matter, newest first.",
        "diff": "Show what changed, clause by clause.",
        "flags": "List the flagged clauses of the texts that stand.",
    },
    "Understand": {
        "explain": "Show the whole reasoning behind one change.",
        "show": "Print a document's text, now or on a day.",
        "blame": "Show since when each clause of a text stands.",
        "search": "Find clauses in every text that was ever recorded.",
    },
    "Tell people": {
        "notify": "Say what waits for readers, and send it.",
        "digest": "Print what the readers of a digest would be told.",
        "feed": "Write feeds: of everything, by service, document, topic.",
        "site": "Write a site that needs no server, or look at it here.",
        "subscribe": "Ask an address whether it wants a digest.",
        "confirm": "Do what the token of a mail says.",
        "unsubscribe": "End a subscription.",
        "suppress": "Never write to an address again.",
        "subscribers": "List who gets each digest.",
    },
    "Set right": {
        "accept": "Let a text out of quarantine: it is the next version.",
        "reextract": "Read the newest kept captures by today's rules.",
        "reflag": "Flag every kept clause anew by today's rules.",
    },
    "Have history": {
        "backfill": "Fetch the history before the first crawl.",
        "import": "Take in others' history, declarations, and saved pages.",
        "merge": "Take over what the archives of other machines have.",
    },
    "Prove and keep": {
        "verify": "Check that the archive is what it was when it was written.",
        "export": "Write evidence, WARC, JSON lines, CSV or a dataset.",
        "keep": "Write a copy of the archive, and the texts as files.",
        "backup": "Write a verified copy, and keep the newest few.",
        "recover": "Rebuild a damaged archive from a backup and the captures.",
        "redact": "Take words and captures out by order; their hashes stay.",
    },
}
COMMANDS = {name: told for section in SECTIONS.values() for name, told in section.items()}


@click.group(
    cls=ReportingGroup,
    sections=SECTIONS,
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
