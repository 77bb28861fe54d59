"""A clock that jumped: the number of a version is the order, people are told of it, and no stored time is a traceback."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from conftest import START, paragraphs

from tostrack.archive import Archive
from tostrack.archive.change_rows import ChangeRow, order_by_number
from tostrack.archive.stored_times import is_time
from tostrack.archive.verify import verify
from tostrack.errors import StoreError
from tostrack.models import from_iso
from tostrack.services.crawl import crawl
from tostrack.services.feeds import build_feeds, credible_time

KEEP = "We keep your data for {} days after the day on which you leave the service for good."


@pytest.fixture
def jumped(platform):
    """Three versions, of which a clock dated the second ten years ahead."""
    platform.night(terms=paragraphs(KEEP.format(30)))
    platform.at += timedelta(days=3650)
    platform.night(terms=paragraphs(KEEP.format(60)))
    platform.at -= timedelta(days=3650)
    platform.night(terms=paragraphs(KEEP.format(90)))
    return platform


def test_the_log_is_ordered_by_number(jumped):
    with Archive(jumped.database) as archive:
        assert [row.to_number for row in archive.changes()] == [3, 2]
        assert [row.to_number for row in archive.changes("acme", "terms", limit=1)] == [3]
        assert archive.times_that_go_back() == [("acme/terms", 3)]


def test_nothing_is_stored_while_the_clock_shows_no_time_of_the_web(platform):
    """A machine without a clock begins in 1970: a version of then could be read by nobody and taken back by nobody."""
    platform.night(terms=paragraphs(KEEP.format(30)))
    platform.at = from_iso("1970-01-01")
    with pytest.raises(StoreError, match="acme/terms: nothing is stored for 1970-01-01; is the clock right"):
        platform.night(terms=paragraphs(KEEP.format(60)))

    assert verify(platform.database, platform.folder / "snapshots").sound


def change(document, number, seen_at):
    return ChangeRow(
        f"acme/{document}@{number}", "acme", document, seen_at, "seen", "noise", "links", "", (),
        0, 0, 0, 0, announced=False, from_number=number - 1, to_number=number,
    )  # fmt: skip


def test_a_change_counts_as_no_later_than_those_that_follow_it():
    rows = [
        change("terms", 2, "2034-01-01T00:00:00Z"),
        change("privacy", 2, "2024-03-01T00:00:00Z"),
        change("terms", 3, "2024-02-01T00:00:00Z"),
        change("privacy", 1, "2024-01-01T00:00:00Z"),
    ]

    assert [row.id for row in order_by_number(rows)] == [
        "acme/privacy@2",
        "acme/terms@3",
        "acme/terms@2",
        "acme/privacy@1",
    ]


def test_times_that_agree_are_left_in_their_order():
    rows = [change("terms", 3, "2024-02-01T00:00:00Z"), change("terms", 2, "2024-01-01T00:00:00Z")]

    assert order_by_number(rows) == rows


def test_no_entry_of_a_feed_is_stuck_in_the_future(jumped):
    with Archive(jumped.database) as archive:
        feeds = build_feeds(archive)

    assert "2034" not in "".join(part for part in feeds["all.atom.xml"].split("<updated>")[1:] if part[:4] == "2034")
    assert credible_time("2034-01-01T00:00:00Z", "2024-01-01T00:00:00Z") == "2024-01-01T00:00:00Z"
    assert credible_time("2024-01-01T09:00:00Z", "2024-01-01T00:00:00Z") == "2024-01-01T09:00:00Z"
    assert credible_time("2034-01-01T00:00:00Z", "") == "2034-01-01T00:00:00Z"


def test_verify_and_status_name_where_the_clock_went_back(jumped, run):
    report = verify(jumped.database, jumped.folder / "snapshots")

    assert report.sound
    assert [(finding.finding, finding.version) for finding in report.findings] == [("time", 3)]
    assert run("verify").exit_code == 0
    assert "acme/terms@3" in run("status").stderr


def test_a_crawl_says_that_the_clock_is_behind_the_archive(jumped, run, monkeypatch):
    monkeypatch.setattr("tostrack.fetch.fetch_all", lambda *_args, **_options: iter(()))

    assert "check the clock" in run("crawl", "--now", "2020-01-01").stderr
    assert "check the clock" not in run("crawl", "--now", "2040-01-01").stderr


# What a stored time may be instead


@pytest.mark.parametrize(
    "value", ["", "soon", "2024-02-30T00:00:00Z", "1889-01-01T00:00:00Z", "9999-12-31T23:59:59Z", None, 7, b"2024"]
)
def test_only_a_time_of_this_world_is_one(value):
    assert not is_time(value)


BAD = ["''", "'soon'", "x'00ff'", "7", "'9999-12-31T23:59:59Z'", "'0000-00-00T00:00:00Z'"]


def tamper(platform, column, value):
    with closing(sqlite3.connect(platform.database)) as connection:
        connection.execute(f"UPDATE documents SET {column} = {value}")
        connection.commit()


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("column", ["checked_at", "failing_since", "next_try_at"])
def test_no_time_of_a_check_ends_a_crawl_or_the_status_in_a_traceback(platform, run, column, value):
    platform.night(terms=paragraphs(KEEP.format(30)))
    tamper(platform, column, value)

    for command in (["status"], ["status", "--json"], ["status", "--within", "1"], ["status", "--annotate"]):
        result = run(*command)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert [result.outcome for result in platform.night(terms=paragraphs(KEEP.format(60)))] == ["changed"]


@pytest.mark.parametrize("value", BAD)
def test_a_version_without_a_time_is_said_in_one_sentence(platform, run, value):
    platform.night(terms=paragraphs(KEEP.format(30)))
    with closing(sqlite3.connect(platform.database)) as connection:
        [[trigger]] = connection.execute("SELECT sql FROM sqlite_master WHERE name = '_versions_no_update'")
        connection.execute("DROP TRIGGER _versions_no_update")
        connection.execute(f"UPDATE _versions SET seen_at = {value}")
        connection.execute(trigger)
        connection.commit()

    for command in (["status"], ["log", "--all"], ["show", "acme/terms"], ["verify"]):
        result = run(*command)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception


def test_a_wait_longer_than_a_week_is_none(platform):
    platform.night(terms=paragraphs(KEEP.format(30)))
    tamper(platform, "next_try_at", "'2031-01-01T00:00:00Z'")

    with platform.writer() as writer:
        [found] = crawl(platform.documents, writer, platform.fetch_all, lambda: from_iso("2024-01-05"))

    assert found.outcome != "skipped"


def test_a_wait_of_some_days_is_kept(platform):
    platform.night(terms=paragraphs(KEEP.format(30)))
    tamper(platform, "next_try_at", "'2024-01-06T00:00:00Z'")

    with platform.writer() as writer:
        [found] = crawl(platform.documents, writer, platform.fetch_all, lambda: START + timedelta(days=2))

    assert found.outcome == "skipped"
