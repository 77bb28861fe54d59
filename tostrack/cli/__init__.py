"""The command line: each command turns arguments into one call and its result into text or JSON; no decisions."""

from __future__ import annotations

import gc
import sys

import click

from tostrack.cli.app import Environment
from tostrack.cli.groups import ReportingGroup, Subcommands
from tostrack.cli.process import run_process

#: Each command is a module of its own, imported only when the command runs. A new one is one line here: its section,
#: its name, and what `tostrack --help` says of it.
SECTIONS = {
    "Get started": {
        "init": "Write a watchlist and create the archive.",
        "add": "Add a web page to the watchlist.",
        "discover": "List the policies that a site publishes, to add them.",
        "list": "List the documents of the watchlist.",
        "check": "Check the watchlist; with names, fetch those pages twice.",
    },
    "Every day": {
        "crawl": "Fetch the watched pages and store what changed.",
        "status": "Show the result of the last check of each document.",
        "log": "List the changes that matter, newest first.",
        "diff": "Show what changed, clause by clause.",
        "upcoming": "List the days on which new texts take effect.",
        "flags": "List the flagged clauses of the current texts.",
        "review": "Decide about a change, or a quarantined text.",
    },
    "Understand": {
        "explain": "Show the reasons for one change's verdict.",
        "show": "Print a document's text, current or of a date.",
        "search": "Search the clauses of every recorded text.",
    },
    "Notify": {
        "notify": "Show waiting messages; preview and send them.",
        "subscribers": "List, add and remove the subscribers of digests.",
        "feed": "Write feeds: everything, by service, document, topic.",
        "site": "Write a static website, or serve it on this machine.",
    },
    "Import history": {
        "import": "Import history, declarations and saved pages.",
    },
    "Audit and back up": {
        "archive": "Verify, back up, merge and repair the archive.",
        "export": "Write evidence, WARC, JSON lines, CSV or a dataset.",
    },
}
#: Commands that run and that `tostrack --help` does not list: a demonstration, repairs, and old names.
HIDDEN = {
    "completion": "Print a completion script.",
    "edit": "Open the watchlist in your editor, then check it.",
    "demo": "Watch an invented platform, without a network.",
    "mcp": "Answer a program over the Model Context Protocol.",
    "start": "Import the history that others kept of what is watched.",
    "rebuild": "Extract texts or flag clauses with the current rules.",
}
#: The commands of each group: the module of `archive verify` is `archive`, of `import ota` it is `import_ota`.
GROUPS = {
    "archive": Subcommands(
        {
            "verify": "Check that the archive has not been modified.",
            "migrate": "Convert an archive that an older tostrack made.",
            "backup": "Write a verified copy and rotate older ones.",
            "recover": "Rebuild a damaged archive from a backup and captures.",
            "merge": "Add the documents and versions of other archives.",
            "redact": "Delete clauses and captures; keep their hashes.",
            "export-state": "Write a copy of the archive, and the texts as files.",
        },
        "Examples: `tostrack archive verify`; `tostrack archive backup --to /mnt/disk/tostrack`. After new selectors "
        "or rules: `tostrack rebuild text` and `tostrack rebuild flags`.",
    ),
    "rebuild": Subcommands(
        {
            "text": "Extract stored captures with the current selectors.",
            "flags": "Flag all clauses with the current rules.",
        },
        "Example: `tostrack rebuild text acme/terms --dry-run`, after its selectors were changed.",
    ),
    "subscribers": Subcommands(
        {
            "list": "List the subscribers of each digest.",
            "add": "Ask an address to confirm a subscription.",
            "confirm": "Apply the token of a subscription mail.",
            "remove": "End a subscription.",
            "block": "Never send anything to an address.",
        },
        "Examples: `tostrack subscribers`; `tostrack subscribers add shop reader@example.org`.",
        default="list",
    ),
    "notify": Subcommands(
        {
            "send": "Send the messages that are due.",
            "preview": "Print a digest as its readers would get it.",
            "status": "List messages that wait, were sent or failed.",
            "test": "Send one marked test message to a digest's readers.",
            "release": "Send the messages held after unusually many changes.",
            "discard": "Discard the messages held after unusually many changes.",
            "issues": "Open a GitHub issue for each failing document.",
        },
        "Example: `tostrack crawl; tostrack notify send`, or send every hour: a message that is not due waits.",
        default="status",
        old_options=("--send", "--gather", "--status", "--release", "--drop", "--issues"),
        hidden={"options": "Run the commands that old options name."},
    ),
    "import": Subcommands(
        {
            "wayback": "Import captures of the Wayback Machine.",
            "ota": "Import the versions of an Open Terms Archive collection.",
            "folder": "Import saved pages.",
            "declarations": "Add Open Terms Archive declarations to the watchlist.",
        },
        "Examples: `tostrack import wayback acme/terms --from 2019-01-01 --dry-run`; "
        "`tostrack import ota contrib-versions/`; `tostrack import folder saved/ --dry-run`; "
        "`tostrack import declarations contrib-declarations/`.",
    ),
}
#: Names that commands had in 0.1, and what runs instead. Removed in 0.3.
RENAMED = {
    "accept": ("review", "--accept"),
    "backfill": ("import", "wayback"),
    "backup": ("archive", "backup"),
    "blame": ("show", "--dates"),
    "confirm": ("subscribers", "confirm"),
    "digest": ("notify", "preview"),
    "keep": ("archive", "export-state"),
    "merge": ("archive", "merge"),
    "recover": ("archive", "recover"),
    "redact": ("archive", "redact"),
    "reextract": ("rebuild", "text"),
    "reflag": ("rebuild", "flags"),
    "subscribe": ("subscribers", "add"),
    "suppress": ("subscribers", "block"),
    "unsubscribe": ("subscribers", "remove"),
    "verify": ("archive", "verify"),
}
COMMANDS = {name: text for section in SECTIONS.values() for name, text in section.items()}


def _print_completion(context: click.Context, _: click.Parameter, shell: str | None) -> None:
    if shell and not context.resilient_parsing:
        from tostrack.cli.completion import completion_script

        click.echo(completion_script(context.command, shell))
        context.exit()


@click.group(
    cls=ReportingGroup,
    listed=Subcommands(
        COMMANDS,
        "First steps: `tostrack demo` shows everything on an invented platform; `tostrack init` creates yours.",
        hidden=HIDDEN,
    ),
    sections=SECTIONS,
    groups=GROUPS,
    renamed=RENAMED,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-w",
    "--watchlist",
    "path",
    envvar="TOSTRACK_WATCHLIST",
    type=click.Path(dir_okay=False),
    help="The file that names the watched pages and the archive; default: watchlist.toml here or in a folder above.",
)
@click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to use colours. Also accepted after the command, as is --watchlist.",
)
@click.option("-v", "--verbose", count=True, help="Log progress on standard error; -vv also logs requests.")
@click.option(
    "--completion",
    type=click.Choice(["bash", "zsh", "fish"]),
    is_eager=True,
    expose_value=False,
    callback=_print_completion,
    help='Print a completion script: `eval "$(tostrack --completion bash)"` in ~/.bashrc.',
)
@click.version_option(package_name="tostrack", prog_name="tostrack")
@click.pass_context
def cli(context: click.Context, path: str | None, colour: str, verbose: int) -> None:
    """Watch platforms' terms and privacy policies; report only the changes that matter."""
    context.obj = Environment.from_process(path, verbose)
    context.obj.colour = colour
    context.color = context.obj.may_colour


def main() -> None:
    """Run the command line of this process."""
    # A start makes tens of thousands of objects that stay: looking for cycles among them would cost a tenth of it.
    gc.set_threshold(10_000, 20, 20)
    status = run_process(cli)
    # The interpreter looks once more when it ends, unless there is nothing to look at.
    gc.freeze()
    sys.exit(status)
