"""What is written about the commands is what they say."""

import html
import re
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import feedparser
import pytest
from click.testing import CliRunner
from conftest import paragraphs

from tostrack.cli import COMMANDS, GROUPS, cli

ROOT = Path(__file__).resolve().parents[1]


def test_the_reference_and_the_man_page_are_what_the_commands_say():
    done = subprocess.run(
        [sys.executable, ROOT / "docs/reference.py", "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_the_demo_gives_what_the_pictures_of_the_readme_show(tmp_path, monkeypatch):
    """To draw them again: tostrack demo && python docs/pictures.py tostrack-demo."""
    spec = spec_from_file_location("pictures", ROOT / "docs/pictures.py")
    pictures = module_from_spec(spec)
    spec.loader.exec_module(pictures)
    commands = pictures.find_commands()
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "tostrack-demo"
    folder.mkdir()
    for name in (".tostrack-demo", "of an earlier demo"):
        (folder / name).touch()

    result = CliRunner().invoke(cli, ["demo"])

    def words(svg):
        return [html.unescape(text).replace("\xa0", " ") for text in re.findall(r"<text[^>]*>([^<]*)", svg)]

    assert result.exit_code == 0, result.output
    assert "tostrack diff lumora" in result.stdout
    assert not (folder / "of an earlier demo").exists()
    assert feedparser.parse((folder / "feeds/all.atom.xml").read_bytes()).entries
    assert commands.keys() == set(re.findall(r"!\[.*\]\((.*)\)", (ROOT / "README.md").read_text()))
    drawn = pictures.draw_terminal(commands["docs/diff.svg"], folder)
    assert words(drawn) == words((ROOT / "docs/diff.svg").read_text())
    assert pictures.read_words((ROOT / "docs/site.png").read_bytes()) == pictures.read_front_page(folder / "site")


def test_the_python_of_the_readme_runs(platform):
    platform.night(terms=paragraphs("You keep what you post."))
    [example] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)

    done = subprocess.run(
        [sys.executable, "-c", f"{example}\nprint(change.verdict)"],
        cwd=platform.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("substantive\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_asks_tostrack(shell):
    result = CliRunner().invoke(cli, ["--completion", shell])

    assert result.exit_code == 0
    assert f"_TOSTRACK_COMPLETE={shell}_complete" in result.stdout


def test_every_command_has_an_example():
    paths = [[name] for name in COMMANDS] + [[group, name] for group in GROUPS for name in GROUPS[group].commands]
    without = [path for path in paths if "xample" not in CliRunner().invoke(cli, [*path, "--help"]).stdout]

    assert without == []


def test_every_extra_is_named_where_it_is_missed():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"].keys() - {
        "dev",
        "dev-browser",
    }
    source = "\n".join(path.read_text() for path in (ROOT / "tostrack").rglob("*.py"))
    used = {name for name in extras if re.search(rf"^\s*(?:import|from) (?:{IMPORTED[name]})\b", source, re.MULTILINE)}

    assert {name for name in used if f"tostrack[{name}]" not in source} == set()


#: What an extra brings, by the name under which it is imported.
IMPORTED = {
    "browser": "playwright",
    "pdf": "pypdfium2",
    "notify": "apprise",
    "warc": "warcio",
    "wayback": "wayback",
    "cluster": "distributed|dask",
    "mcp": "mcp",
}


def test_each_promise_of_the_security_policy_names_tests_that_exist():
    defined = {
        name
        for path in (ROOT / "tests").glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
    }
    rows = re.findall(r"^\| (?!promise|---).*\| (.*) \|$", (ROOT / "SECURITY.md").read_text("utf-8"), re.MULTILINE)
    files = {named for row in rows for named in re.findall(r"`((?:tests|benchmarks)/\w+\.py)`", row)}
    tests = {named for row in rows for named in re.findall(r"`(test_\w+)`", row)}

    assert len(rows) > 15
    assert all("`" in row for row in rows)
    assert {named for named in files if not (ROOT / named).is_file()} == set()
    assert tests - defined == set()


def test_each_work_round_in_the_docs_has_a_script_that_fails_when_it_can_go():
    rows = re.findall(r"^\| (?!package|---)(.*) \|$", (ROOT / "docs/upstream.md").read_text("utf-8"), re.MULTILINE)
    scripts = [re.findall(r"`((?:contracts|findings)/[\w-]+\.sh)`", row) for row in rows]
    pinned = dict(re.findall(r"([a-z0-9]+)==([\d.]+)", (ROOT / "contracts/workrounds.sh").read_text("utf-8")))
    listed = {name for row in rows for name in re.findall(r"\b([a-z0-9]+ [\d.]+)\b", row.split("|")[0])}

    assert len(rows) > 10
    assert [row for row, named in zip(rows, scripts, strict=True) if not named] == []
    assert [name for named in scripts for name in named if not (ROOT / name).is_file()] == []
    assert {f"{name} {version}" for name, version in pinned.items()} <= listed
