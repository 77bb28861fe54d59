"""Write the reference of all commands from the commands themselves: docs/reference.md and the man page docs/tostrack.1.

    python docs/reference.py            # or: make reference
    python docs/reference.py --check    # exit status 1 when they are not what the commands say; a test asks

Nothing of a reference is written by hand, so that it cannot be wrong.
"""

import re
import sys
from pathlib import Path

import click

from tostrack import __version__
from tostrack.cli import cli

HERE = Path(__file__).resolve().parent
EXITS = [
    ("0", "done"),
    ("1", "failed"),
    ("2", "usage or configuration"),
    ("3", "some documents failed, or some messages did not go out"),
    ("75", "another crawl holds the archive: try again later"),
    ("129, 130, 143", "SIGHUP, Ctrl-C or SIGTERM: what was stored before is kept"),
    ("141", "nobody read the output any more"),
]
VARIABLES = [
    ("TOSTRACK_WATCHLIST", "the watchlist, where --watchlist does not name it"),
    ("TOSTRACK_CHROMIUM", "the Chromium that fetches pages which scripts write"),
    ("TOSTRACK_URL", "where the site is published, where the watchlist does not say it"),
    ("TOSTRACK_NOW", "the time that a run is recorded as of: for replays and tests"),
    ("NO_COLOR", "no colours, whatever it holds"),
    ("PAGER", "what long answers go through on a terminal"),
]


def commands(group: click.Group, context: click.Context, path: tuple[str, ...]) -> list:
    """Return every command below *group* with its context and the words that call it."""
    found = []
    repairs = [] if path else ["edit", "mcp", "rebuild"]
    for name in [*group.list_commands(context), *repairs]:
        command = group.get_command(context, name)
        own = click.Context(command, info_name=name, parent=context)
        found.append(((*path, name), command, own))
        if isinstance(command, click.Group):
            found += commands(command, own, (*path, name))
    return found


def parameters(command: click.Command, context: click.Context) -> list[tuple[str, str]]:
    """Return the options of *command* as help lists them: how they are written, and what they do."""
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    return [record for record in records if record and record[1]]


def usage(command: click.Command, context: click.Context) -> str:
    return " ".join([context.command_path, *command.collect_usage_pieces(context)])


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a docstring or epilog, each in one line."""
    text = (text or "").replace("\b", "").strip()
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def markdown() -> str:
    root = click.Context(cli, info_name="tostrack", **cli.context_settings)
    lines = ["# Reference", "", "Written by `docs/reference.py` from the commands themselves; do not edit.", ""]
    lines += [f"`{usage(cli, root)}`", ""]
    lines += [f"- `{option}`: {says}" for option, says in parameters(cli, root)]
    for path, command, context in commands(cli, root, ()):
        lines += ["", f"## {' '.join(path)}", "", f"`{usage(command, context)}`"]
        for text in paragraphs(command.help):
            lines += ["", text]
        lines += [""] + [f"- `{option}`: {says}" for option, says in parameters(command, context)]
        for text in paragraphs(command.epilog):
            lines += ["", text]
    lines += ["", "## Exit status", ""] + [f"- `{code}`: {says}" for code, says in EXITS]
    lines += ["", "## Environment", ""] + [f"- `{name}`: {says}" for name, says in VARIABLES]
    return "\n".join(lines) + "\n"


def roff(text: str) -> str:
    """Return *text* for troff: its own signs written out, no line taken for a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def man() -> str:
    root = click.Context(cli, info_name="tostrack", **cli.context_settings)
    lines = [f'.TH TOSTRACK 1 "" "tostrack {__version__}"', ".SH NAME"]
    lines += [f"tostrack \\- {roff(paragraphs(cli.help)[0].rstrip('.'))}", ".SH SYNOPSIS", roff(usage(cli, root))]
    lines += [".SH OPTIONS", *_listed(parameters(cli, root))]
    lines += [".SH COMMANDS"]
    for path, command, context in commands(cli, root, ()):
        lines += [f".SS {roff(' '.join(path))}", roff(usage(command, context))]
        for text in paragraphs(command.help):
            lines += [".PP", roff(text)]
        lines += _listed(parameters(command, context))
        for text in paragraphs(command.epilog):
            lines += [".PP", roff(text)]
    lines += [".SH EXIT STATUS", *_listed(EXITS), ".SH ENVIRONMENT", *_listed(VARIABLES)]
    return "\n".join(lines) + "\n"


def _listed(pairs: list[tuple[str, str]]) -> list[str]:
    return [line for name, says in pairs for line in (".TP", f"\\fB{roff(name)}\\fR", roff(" ".join(says.split())))]


FILES = {HERE / "reference.md": markdown, HERE / "tostrack.1": man}


def main() -> int:
    stale = [path for path, make in FILES.items() if not path.is_file() or path.read_text() != make()]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.name} is not what the commands say: python docs/reference.py", file=sys.stderr)
        return bool(stale)
    for path in stale:
        path.write_text(FILES[path]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
