"""Words that people read: terms that were retired do not come back."""

import re
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
    r"|says so|will not have us|gets? nothing any more|in quarantine)\b",
    re.IGNORECASE,
)
PATHS = [[], *([name] for name in COMMANDS), *([group, name] for group in GROUPS for name in GROUPS[group].commands)]
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


@pytest.mark.parametrize("name", ["README.md", "docs/glossary.md", "docs/reference.md"])
def test_a_page_of_documentation_has_no_retired_word(name):
    assert RETIRED.findall((ROOT / name).read_text()) == []


def test_a_retired_word_is_found():
    assert RETIRED.findall("What stands is told anew.") == ["stands", "told", "anew"]


def test_every_cause_is_described_in_words():
    assert describe_outcome("failed", "http-403") == "failed (HTTP 403)"
    assert describe_outcome("suspect", "collapse") == "quarantined (most of the text is missing)"
    assert describe_cause("made-up-code") == "made up code"
    assert [word for word in CAUSES.values() if "-" in word] == []
