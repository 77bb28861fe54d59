"""Every command that the README and the pages of docs/ show exists with its options; those that read are run."""

import re
import shlex
from pathlib import Path

import click
import pytest
from conftest import LICENCE, WIDER, paragraphs

from tostrack.cli import cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Commands that only read the archive, or write into a folder that they are given.
READERS = {"log", "diff", "explain", "flags", "search", "show", "status", "upcoming", "list", "export", "review"}
FENCE = re.compile(r"^```(?:console|sh|bash)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`(tostrack [^`]+)`")


def shown(page):
    """Yield the arguments of each tostrack command of a page: of fenced blocks and of code spans, once each."""
    text = page.read_text()
    lines = [line for block in FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *SPAN.findall(text)]:
        for part in re.split(r"\s*(?:;|&&|\|\||\||>)\s*", re.sub(r"\s#\s.*$", "", line.removeprefix("$ "))):
            words = shlex.split(part) if part.count("'") % 2 == part.count('"') % 2 == 0 else []
            if words[:1] == ["tostrack"] and not re.search(r"\.\.\.$|…|\[OPTIONS\]|\[ARGS\]|COMMAND", part):
                yield tuple(words[1:])


COMMANDS = sorted({(page.name, words) for page in PAGES for words in shown(page)})


def resolve(words):
    """Parse *words* as the command line does, without running anything; return the names of the command."""
    command, context, path = cli, None, []
    while True:
        context = command.make_context(path[-1] if path else "tostrack", list(words), parent=context)
        rest = [*getattr(context, "_protected_args", ()), *context.args] if isinstance(command, click.Group) else []
        if not rest:
            return path
        name, command, words = command.resolve_command(context, rest)
        path.append(name)


@pytest.mark.parametrize(
    ("page", "words"), COMMANDS, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_a_command_that_is_shown_exists_with_its_options(page, words):
    try:
        resolve(words)
    except (click.BadParameter, click.MissingParameter, click.exceptions.Exit):
        pass  # a placeholder, a file that is not here, or --help
    except (click.NoSuchOption, click.UsageError) as error:
        pytest.fail(f"{page}: tostrack {' '.join(words)}: {error.format_message()}")


RUN = sorted(
    {words for _, words in COMMANDS if words and words[0] in READERS and not {"--accept", "SERVICE"} & set(words)}
)


@pytest.mark.parametrize("words", RUN, ids=" ".join)
def test_a_command_that_reads_runs(words, run, platform, tmp_path, monkeypatch):
    platform.night(terms=paragraphs(LICENCE))
    platform.night(terms=paragraphs(WIDER))
    monkeypatch.chdir(tmp_path)
    # The names of the pages stand for documents of the reader.
    ours = [re.sub(r"@-?\d+(\.\.@?\d+)?$", "@2", re.sub(r"^(?!--)[a-z]+(?=/|$)", _service, word)) for word in words]

    result = run(*ours)

    assert result.exit_code in (0, 2, 3), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if result.exit_code == 2:
        assert re.search(
            r"no such (?:document|version|change|topic)|no recorded document|extra|name one change|Missing argument",
            result.stderr,
        ), result.stderr


def _service(match):
    return "acme" if match[0] in ("instagram", "tiktok", "lumora", "shop", "x") else match[0]
