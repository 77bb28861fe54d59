"""The nightly workflow's own steps, run here night after night."""

import importlib.util
import sys
from pathlib import Path

import feedparser
import pytest

PATH = Path(__file__).resolve().parents[1] / "benchmarks" / "rehearsal.py"


@pytest.fixture(scope="module")
def rehearsal():
    spec = importlib.util.spec_from_file_location("rehearsal", PATH)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules["rehearsal"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["rehearsal"]


def commits(rehearsal, folder):
    return rehearsal.history_of(folder / "remote.git")


@pytest.mark.slow
def test_news_of_a_night_that_was_not_kept_or_not_noted_is_told_under_one_name(rehearsal, tmp_path):
    faults = {
        1: rehearsal.Fault(remote_down=True),
        2: rehearsal.Fault(lost_at="notify:Copy the ledger of what was sent"),
    }

    found = rehearsal.rehearse(tmp_path / "nights", 4, faults, log=lambda _: None)

    names = [letter["id"] for letter in found["heard"]]
    # The first night tells nothing, the second could not be kept; the third told, and the fourth told it again.
    assert len(names) == 2 * len(set(names)) > 0
    assert set(rehearsal.events(found["heard"]).values()) == {1}
    assert found["archive"]["not sent"] == []


@pytest.mark.slow
def test_a_quiet_night_makes_no_commit_and_a_feed_knows_its_address(rehearsal, tmp_path):
    # The first nights: a baseline, news, and then silence.
    rehearsal.rehearse(tmp_path / "nights", 3, {}, log=lambda _: None)

    # One for the baseline; one for the news, and one for who was told of it.
    assert commits(rehearsal, tmp_path / "nights") == 3
    feed = feedparser.parse(tmp_path / "nights/night-02/artifacts/site/feeds/all.atom.xml").feed
    [own] = [link.href for link in feed.links if link.rel == "self"]
    assert own == "https://pixboard.github.io/terms/feeds/all.atom.xml"
    assert feed.id.startswith("tag:pixboard.github.io,2023:")


@pytest.mark.slow
def test_a_night_whose_upload_was_cut_off_is_told_when_its_jobs_are_run_again(rehearsal, tmp_path):
    faults = {1: rehearsal.Fault(upload="cut", again="at once")}

    found = rehearsal.rehearse(tmp_path / "nights", 2, faults, log=lambda _: None, large=True)

    assert set(rehearsal.events(found["heard"]).values()) == {1}
    assert found["archive"]["not sent"] == []
    assert {number for _, number, _ in found["archive"]["versions"]} == {1, 2}
