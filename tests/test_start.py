"""``tostrack start``: what others kept of the watched documents, from offer to first change."""

import pytest
from click.testing import CliRunner
from conftest import paragraphs
from fakes_wayback import FakeWayback, Kept
from test_import_ota import ADS, HISTORY, LICENCE, RULES, repository

from tostrack.cli import cli
from tostrack.importers.public_collections import find_recorded, list_collections
from tostrack.models import Document, Page

URL = "https://pixboard.example/terms"


@pytest.fixture
def archive():
    captures = [
        Kept(f"200{year}0101000000", URL, paragraphs(LICENCE, RULES, f"Year {year}.").encode()) for year in (8, 9)
    ]
    with FakeWayback([*captures, Kept("20200101000000", URL, paragraphs(ADS).encode())]) as machine:
        yield machine


@pytest.fixture
def run(tmp_path, monkeypatch, archive):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watchlist.toml").write_text(
        f'[settings]\nallow_private = ["127.0.0.1"]\n[watch.pix-board.terms]\nurl = "{URL}"\n'
    )
    repository(tmp_path / "v.git", *HISTORY)
    command = ["start", "pix-board", "--from", "2005-01-01", "--archive", archive.url]
    return lambda *more: CliRunner().invoke(cli, [*command, *more])


def test_a_dry_run_says_what_there_is_and_what_it_takes_and_stores_nothing(run, tmp_path):
    result = run("--collection", "v.git", "--dry-run")

    assert result.stdout.splitlines() == [
        "pix-board/terms  4 records of v.git (pix-board/terms-of-service), 2012-01-01 to 2013-02-04; about 1 s",
        "pix-board/terms  2 captures in the index; 2 to fetch, about 2 s",
    ]
    assert not (tmp_path / "tostrack.db").exists()


def test_what_others_kept_is_imported_and_the_newest_change_that_matters_is_shown(run):
    result = run("--collection", "v.git", "--yes")
    versions = CliRunner().invoke(cli, ["log", "pix-board/terms", "--all"]).stdout

    assert result.exit_code == 0, result.output
    assert "pix-board/terms  4 versions from 4 records" in result.stdout
    assert "pix-board/terms  2 versions" in result.stdout
    assert "2013-02-04" in result.stdout.split("captures in the index")[-1]
    assert "2009-01-01" in versions
    assert "0 versions from 4 records" in run("--collection", "v.git", "--yes").stdout


def test_nothing_is_imported_without_a_yes(run, tmp_path):
    result = run("--collection", "v.git")

    assert (result.exit_code, "Import this?" in result.stderr) == (1, True)
    assert not (tmp_path / "tostrack.db").exists()


def test_a_collection_is_left_out_after_the_first_crawl(run):
    run("--yes")

    assert "v.git is left out: the document has been crawled before" in run("--collection", "v.git", "--yes").stderr


def test_a_public_collection_that_does_not_lie_here_is_named(run, tmp_path):
    (tmp_path / "watchlist.toml").write_text('[watch.instagram.terms]\nurl = "https://instagram.example/terms"\n')

    result = CliRunner().invoke(cli, ["start", "instagram", "--archive", "http://127.0.0.1:9", "--dry-run"])

    assert "`git clone --bare https://github.com/OpenTermsArchive/pga-versions`" in result.stderr
    assert (list_collections("instagram")[0], list_collections("pix-board")) == ("pga-versions", [])


@pytest.mark.parametrize(
    ("slug", "name", "expected"),
    [("terms", "", "terms-of-service"), ("cookies", "Cookie Policy", "trackers-policy"), ("imprint", "", "imprint"), ("sla", "", "")],
)  # fmt: skip
def test_a_document_is_found_by_its_kind(slug, name, expected):
    idents = [f"acme/{each}" for each in ("terms-of-service", "commercial-terms", "trackers-policy", "imprint")]
    document = Document("acme", slug, (Page("https://acme.example/"),), name)

    assert find_recorded(document, idents) == (f"acme/{expected}" if expected else "")
