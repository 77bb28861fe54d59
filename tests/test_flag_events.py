"""The history of flags is stored with each version, read as rows, and the same as when all texts are compared again."""

import sqlite3
from itertools import pairwise

import pytest
from conftest import LICENCE, START, WIDER, paragraphs

from tostrack.analysis import comparison
from tostrack.archive import Archive
from tostrack.archive.redact import redact
from tostrack.sandbox import Worker
from tostrack.services.executor import LocalExecutor
from tostrack.services.reflag import flag_history, reflag_archive, trace_history

ADS = "A business may pay us to display your name and photos in sponsored content."
KEEP = "We keep your data for {} days after the day on which you leave the service for good."


@pytest.fixture
def history(platform):
    for page in ((LICENCE,), (LICENCE, ADS), (WIDER, ADS), (WIDER, ADS, KEEP.format(30)), (WIDER, KEEP.format(90))):
        platform.night(terms=paragraphs(*page))
    return platform


def traced(platform):
    with Archive(platform.database) as archive:
        versions = archive.went_by("acme", "terms")
        readings = [None, *map(archive.reading, versions)]
        compared = [comparison.find_flag_events(before, after) for before, after in pairwise(readings)]
        return list(trace_history(archive, versions, platform.book)), compared


def forget(platform):
    connection = sqlite3.connect(platform.database)
    connection.execute("DELETE FROM _flag_events")
    connection.execute("DELETE FROM _flag_moments")
    connection.commit()


def test_what_is_stored_is_what_comparing_all_texts_finds(history):
    stored, compared = traced(history)

    assert stored == compared
    assert {event.event for events in stored for event in events} >= {"first", "granted", "widened"}


def test_the_stored_history_is_read_without_comparing(history, monkeypatch):
    def refuse(*_):
        raise AssertionError("compared again")

    monkeypatch.setattr("tostrack.analysis.comparison.find_flag_events", refuse)
    with Archive(history.database) as archive:
        events = list(flag_history(archive, "acme", "terms"))

    assert next(event.event for event in events if event.topic == "advertising") == "granted"


def test_where_nothing_is_stored_two_texts_are_compared(history):
    forget(history)

    stored, compared = traced(history)

    assert stored == compared


def test_flagging_again_stores_the_history_that_another_process_finds(history, monkeypatch):
    forget(history)
    with history.writer() as writer, Worker() as worker:
        list(reflag_archive(writer, spread=LocalExecutor(worker)))
    expected = traced(history)[1]
    monkeypatch.setattr("tostrack.analysis.comparison.find_flag_events", None)

    with Archive(history.database) as archive:
        assert list(trace_history(archive, archive.went_by("acme", "terms"), history.book)) == expected


def test_the_view_shows_the_events(history):
    rows = sqlite3.connect(history.database).execute("SELECT number, before, event, topic, heading FROM flag_events")

    assert (2, 1, "granted", "advertising", "Terms") in rows.fetchall()


def test_a_redacted_sentence_is_in_no_event(history):
    redact(history.database, history.folder / "snapshots", "acme/terms", "sponsored content", reason="Order", now=START)

    assert b"sponsored content" not in history.database.read_bytes()
