"""Commands in groups: few at the top, old names that still run, and hints that do no harm."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from conftest import LICENCE, WIDER, paragraphs

from tostrack.cli import COMMANDS, GROUPS, RENAMED, cli
from tostrack.cli.groups import DESTRUCTIVE, find_nearest
from tostrack.watchlist import load

NESTED = [(group, name) for group, listed in GROUPS.items() for name in listed.commands]


def test_at_most_22_commands_are_at_the_top():
    assert len(COMMANDS) <= 22


@pytest.mark.parametrize("path", NESTED, ids=" ".join)
def test_every_command_of_a_group_explains_itself_as_the_group_does(run, path):
    result = run(*path, "--help")

    assert result.exit_code == 0
    assert "xample" in result.stdout


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_lists_its_commands_and_imports_none_of_them(group):
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from tostrack.cli import cli\n"
        f"shown = CliRunner().invoke(cli, [{group!r}, '--help'])\n"
        f"print(sorted(name for name in sys.modules if f'{{name}}_'.startswith('tostrack.cli.{group}_')))\n"
        "print(shown.stdout)"
    )

    imported, *listed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert imported == "[]"
    assert {line.split()[0] for line in listed if line.startswith("  ") and line.strip()} >= set(GROUPS[group].commands)


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_name_runs_the_new_command_and_says_so_in_one_line_on_standard_error(run, old):
    new = RENAMED[old]

    was, now = run(old, "--help"), run(*new, "--help")

    assert (was.exit_code, was.stdout) == (0, now.stdout)
    assert was.stderr.count("\n") == 1
    assert f"`tostrack {' '.join(new)}`" in was.stderr


def test_help_shows_no_old_name(run):
    shown = run("--help").stdout

    assert [old for old in RENAMED if f"\n  {old} " in shown] == []


def test_old_names_give_what_the_new_ones_give(run, platform):
    platform.night(terms=paragraphs(LICENCE))

    for old, new, *arguments in (
        ("verify", ("archive", "verify"), "--json"),
        ("blame", ("show", "--dates"), "acme/terms", "--json"),
        ("accept", ("review",), "--json"),
        ("subscribers", ("subscribers", "list"), "--json"),
    ):
        assert run(old, *arguments).stdout == run(*new, *arguments).stdout


def test_the_options_that_notify_had_still_run(run, platform):
    platform.night(terms=paragraphs(LICENCE))

    result = run("notify", "--send", "--status")

    assert result.exit_code == 0
    assert "0 waiting" in result.stdout
    assert "`tostrack notify send` `tostrack notify status`" in result.stderr
    assert run("notify").stdout == result.stdout


def test_the_old_name_of_site_force_still_runs_and_help_does_not_show_it(run, platform, tmp_path):
    platform.night(terms=paragraphs(LICENCE))

    assert (done := run("site", "--out", str(tmp_path / "public"), "--anew")).exit_code == 0, done.stderr
    assert (tmp_path / "public/index.html").is_file()
    assert "--anew" not in run("site", "--help").stdout


def test_completion_was_a_command_and_is_an_option(run):
    old = run("completion", "bash")

    assert old.stdout == run("--completion", "bash").stdout
    assert "`tostrack --completion`" in old.stderr


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("crwal",), "did you mean 'crawl'?"),
        (("edti",), "did you mean 'edit'?"),
        (("verfy",), "did you mean 'archive verify'?"),
        (("archive", "bakcup"), "did you mean 'backup'?"),
        (("subscribers", "lst"), "did you mean 'list'?"),
    ],
)
def test_the_nearest_command_is_named(run, typed, hint):
    result = run(*typed)

    assert result.exit_code == 2
    assert hint in result.stderr


@pytest.mark.parametrize("typed", ["edit", "redct", "reedact", "recovr", "mrge", "discrad", "remov", "bloc", "migrat"])
def test_no_hint_proposes_what_deletes_or_overwrites(typed):
    names = [*COMMANDS, *(" ".join(path) for path in NESTED)]

    assert not DESTRUCTIVE & set(find_nearest(typed, names).replace("'", " ").replace("?", " ").split())


def test_a_digest_is_named_as_before_subscribers_was_a_group(platform, tmp_path):
    watchlist = tmp_path / "watchlist.toml"
    watchlist.write_text(
        '[watch.acme.terms]\nurl = "https://acme.example/terms"\n[digest.shop]\nto = ["a@b.example"]\n'
    )
    platform.night(terms=paragraphs(LICENCE))

    listed, old = (
        CliRunner().invoke(cli, ["-w", str(watchlist), "subscribers", *words])
        for words in (("list", "shop"), ("shop",))
    )

    assert listed.exit_code == 0
    assert old.stdout == listed.stdout == "shop  a@b.example  watchlist\n"


@pytest.fixture
def archived(run, platform):
    platform.night(terms=paragraphs(LICENCE))
    return platform.folder


def test_watchlist_and_color_are_taken_behind_the_command_too(archived, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path / "..")
    path = str(archived / "watchlist.toml")

    before, behind = (
        CliRunner().invoke(cli, words)
        for words in (["-w", path, "--color", "always", "status"], ["status", "-w", path, "--color", "always"])
    )
    nested = CliRunner().invoke(cli, ["export", "csv", "--watchlist", path])

    assert (before.exit_code, nested.exit_code) == (0, 0), before.stderr + nested.stderr
    assert before.stdout == behind.stdout


@pytest.mark.parametrize(("how", "coloured"), [("always", True), ("never", False), ("auto", False)])
def test_colours_are_the_users_choice_and_a_pipe_has_none_by_itself(run, platform, how, coloured):
    platform.night(terms=paragraphs(LICENCE))
    platform.night(terms=paragraphs(WIDER))

    assert ("\x1b[" in run("diff", "acme", "--color", how).stdout) is coloured


def test_the_watchlist_of_a_folder_above_is_found_and_init_writes_a_new_one_here(archived, monkeypatch):
    below = archived / "a/b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    found = CliRunner().invoke(cli, ["status"])
    made = CliRunner().invoke(cli, ["init"])

    assert (found.exit_code, made.exit_code) == (0, 0), found.stderr + made.stderr
    assert "acme/terms" in found.stdout
    assert (below / "watchlist.toml").is_file()


def test_edit_opens_the_watchlist_and_says_what_is_wrong_with_it(run, archived, monkeypatch):
    script = archived / "editor.sh"
    script.write_text("#!/bin/sh\nprintf '\\n[watch.acme.privacy]\\nurl = 3\\n' >> \"$1\"\n")
    script.chmod(0o755)

    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)
    sound = run("edit")
    monkeypatch.setenv("EDITOR", str(script))
    broken = run("edit")

    assert (sound.exit_code, "OK; 1 service" in sound.stdout) == (0, True)
    assert (broken.exit_code, "url" in broken.stderr) == (2, True)


QUIET = [
    ("notify", "send"),
    ("feed", "--out", "{}/feeds"),
    ("site", "--out", "{}/site"),
    ("status",),
    ("archive", "verify"),
    ("archive", "backup", "--to", "{}/copies"),
    ("archive", "export-state", "--out", "{}/state"),
    ("archive", "migrate"),
]


@pytest.mark.parametrize("words", QUIET, ids=" ".join)
def test_what_cron_runs_says_nothing_with_quiet_when_all_is_well(run, archived, tmp_path, words):
    result = run(*(word.format(tmp_path / "out") for word in words), "--quiet")

    assert (result.exit_code, result.output) == (0, "")


def test_init_on_a_terminal_asks_again_for_a_name_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("tostrack.cli.init.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))

    result = CliRunner().invoke(cli, ["init"], input="flick\nFlickr, telegram\n")

    assert 'did you mean "flickr"?' in result.stderr
    assert max(map(len, result.stderr.partition("Which ones")[0].splitlines())) <= 80
    assert {document.service for document in load(tmp_path / "watchlist.toml").documents} == {"flickr", "telegram"}


def test_an_unknown_service_for_init_is_named_with_the_nearest(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(cli, ["init", "instagramm"])

    assert result.exit_code == 2
    assert 'instagramm: not in the shipped list; did you mean "instagram"?' in result.stderr


def test_a_page_is_added_to_a_watchlist_without_pages(platform, tmp_path, monkeypatch):
    (tmp_path / "watchlist.toml").write_text("[settings]\n")
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(cli, ["add", "http://127.0.0.1:9/terms"])

    assert "nothing to watch" not in result.stderr
    assert "127.0.0.1" in result.stderr
