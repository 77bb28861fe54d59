"""Words that people read: terms that were retired do not come back."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest
from click.testing import CliRunner

from tostrack.cli import COMMANDS, GROUPS, cli
from tostrack.render.wording import CAUSES, describe_cause, describe_outcome

ROOT = Path(__file__).resolve().parents[1]
#: Retired words and phrases: archaic, inverted, or replaced by the term of the glossary.
RETIRED = re.compile(
    r"\b(anew|told|stands?|stood|went|kept aside|by order|for ever|look(?:s|ed)? after|read again|sign of life|weather"
    r"|of ours|is held against|not well|returns muted|text since|nobody was bothered|the finding|the remedy"
    r"|says so|will not have us|gets? nothing any more|in quarantine|held against|goes on standing|whoever|walks round|hushed"
    r"|mended|quiet night|past one machine|watches the watcher|without a word|faults? of ours)\b",
    re.IGNORECASE,
)
PATHS = [[], *([name] for name in COMMANDS), *([group, name] for group in GROUPS for name in GROUPS[group].commands)]
WORKFLOWS = [ROOT / "action.yml", ROOT / "tostrack/nightly/github.yml"]
EXPORTS = [["export", name] for name in ("evidence", "warc", "jsonl", "csv", "ota")]


@pytest.mark.parametrize("path", [*PATHS, *EXPORTS], ids=" ".join)
def test_help_has_no_retired_word(path):
    shown = " ".join(CliRunner().invoke(cli, [*path, "--help"]).stdout.split())

    assert RETIRED.findall(shown) == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tostrack/render/site/templates").iterdir()), ids=lambda path: path.name
)
def test_a_template_has_no_retired_word(path):
    visible = re.sub(r"{[%#{].*?[%#}]}|<[^>]*>", " ", path.read_text(), flags=re.DOTALL)

    assert RETIRED.findall(visible) == []


PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *(path for path in sorted((ROOT / "docs").glob("*.md"))),
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_of_documentation_has_no_retired_word(path):
    assert RETIRED.findall(path.read_text()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs/decisions").iterdir()), ids=lambda path: path.name)
def test_the_title_of_a_decision_has_no_retired_word(path):
    title = path.read_text().partition("\n")[0]

    assert re.match(rf"# {path.name[:4]} ", title)
    assert RETIRED.findall(title) == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_retired_word(path):
    assert RETIRED.findall(path.read_text()) == []


#: In comments and docstrings: how the old register sounded, without the words that are also names in the code.
OLD_REGISTER = re.compile(
    r"\b(anew|is told|are told|stands? (?:in|for|under|before|behind|beside)|stood|came or went|went or came|by order"
    r"|for ever|of ours|sign of life|held against|whoever)\b"
)
MODULES = sorted((ROOT / "tostrack").rglob("*.py"))


def list_prose(source):
    """Yield the comments and docstrings of *source*."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield re.sub(r"``.*?``|\*\w+\*", "", ast.get_docstring(node) or "")


def test_comments_and_docstrings_have_no_old_register():
    found = {path.name: OLD_REGISTER.findall(" ".join(list_prose(path.read_text()))) for path in MODULES}

    assert {name: words for name, words in found.items() if words} == {}


def test_a_retired_word_is_found():
    assert RETIRED.findall("What stands is told anew.") == ["stands", "told", "anew"]


def test_every_cause_is_described_in_words():
    assert describe_outcome("failed", "http-403") == "failed (HTTP 403)"
    assert describe_outcome("suspect", "collapse") == "quarantined (most of the text is missing)"
    assert describe_cause("made-up-code") == "made up code"
    assert [word for word in CAUSES.values() if "-" in word] == []
