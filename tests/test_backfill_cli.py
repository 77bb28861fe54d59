"""``tostrack import wayback`` as a user meets it."""

import json

import pytest
from click.testing import CliRunner
from conftest import paragraphs
from fakes_wayback import FakeWayback, Kept

from tostrack.cli import cli

URL = "https://acme.example/terms"
TEXTS = ["You keep what you post and we show it to the people you choose.", "You must be 13 years old to use it."]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "watchlist.toml").write_text(
        f'[settings]\nallow_private = ["127.0.0.1"]\n[watch.acme.terms]\nurl = "{URL}"\n[watch.acme.cookies]\nurl = "{URL}2"\n'
    )
    return tmp_path


@pytest.fixture
def archive():
    captures = [Kept(f"201{year}0101000000", URL, paragraphs(*TEXTS, f"Clause {year}.").encode()) for year in range(3)]
    with FakeWayback([*captures, Kept("20140101000000", URL, b"", how="missing")]) as archive:
        yield archive


def run(folder, archive, *arguments):
    command = ["-w", str(folder / "watchlist.toml"), "import", "wayback", *arguments, "--from", "2005-01-01"]
    return CliRunner().invoke(cli, [*command, "--archive", archive.url])


def test_a_dry_run_says_how_long_it_takes_and_stores_nothing(folder, archive):
    result = run(folder, archive, "acme/terms", "--dry-run")

    assert result.stdout == "acme/terms  4 captures in the index; 4 to fetch, about 4 s\n"
    assert archive.asked["playback"] == 0
    assert not (folder / "tostrack.db").exists()


def test_what_came_and_what_did_not_is_said(folder, archive):
    result = run(folder, archive, "acme/terms")

    assert result.exit_code == 0
    assert result.stdout.startswith("acme/terms  3 versions, 0 unchanged; 4 fetched of 4 captures")
    assert "1 not available: the index names a capture that is not there" in result.stderr


def test_json_is_one_object_a_document(folder, archive):
    result = run(folder, archive, "acme", "--json")

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["document"], row["versions"], row["failed"]) for row in rows] == [
        ("terms", 3, {"missing": 1}),
        ("cookies", 0, {}),
    ]


def test_an_archive_that_does_not_answer_is_an_unfinished_run(folder, archive):
    archive.blocked = frozenset({URL})

    result = run(folder, archive, "acme/terms")

    assert result.exit_code == 3
    assert "acme/terms failed:" in result.stderr


def test_an_address_that_was_never_captured_asks_for_earlier_ones(folder, archive):
    result = run(folder, archive, "acme/cookies")

    assert result.exit_code == 0
    assert "if the page moved, name earlier addresses with --url" in result.stderr


def test_an_earlier_address_needs_one_page(folder, archive):
    result = run(folder, archive, "acme", "--url", "http://acme.example/old")

    assert result.exit_code == 2
    assert "name one document" in result.stderr


def test_a_span_that_ends_before_it_begins_is_refused(folder, archive):
    result = run(folder, archive, "acme/terms", "--to", "2004-01-01")

    assert result.exit_code == 2
    assert "swap them" in result.stderr
