"""Effective dates ahead: only those that a text states of itself, as a list, a calendar and a line of a digest."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import LICENCE, WIDER, paragraphs
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.facts.deadlines import find_deadlines
from tostrack.archive import Archive
from tostrack.models import Clause, DigestSettings
from tostrack.render.calendar import BindingDate, render_calendar
from tostrack.render.digest import digest_as_chat, digest_as_html, digest_as_payload, digest_as_text
from tostrack.services.digest import assemble_digest
from tostrack.services.upcoming import build_calendars, list_binding_dates

ONE = BindingDate(
    "acme", "terms", "Acme", "Terms", date(2024, 6, 1), "Effective June 1, 2024", 2, "2024-05-01T03:00:00Z"
)


@pytest.fixture
def announced(platform):
    platform.night(terms=paragraphs("Effective date: December 1, 2023", LICENCE))
    platform.night(terms=paragraphs("Effective date: February 1, 2024", WIDER))
    return platform


def unfolded(text):
    return text.replace("\r\n ", "").split("\r\n")


def test_a_date_ahead_is_listed_with_its_words_and_gone_when_it_is_past(announced, run):
    before = run("upcoming", "--json", "--now", "2024-01-20")
    after = run("upcoming", "--now", "2024-02-02")

    [row] = map(json.loads, before.stdout.splitlines())
    assert (row["date"], row["days"], row["version"]) == ("2024-02-01", 12, 2)
    assert "February 1, 2024" in row["words"]
    assert row["topics"] == ["licensing"]
    assert "in 12 days  acme/terms" in run("upcoming", "ACME", "--now", "2024-01-20").stdout
    assert (after.stdout, "no current text states" in after.stderr) == ("", True)
    assert "2024-02-01" in run("upcoming", "--since", "2024-01", "--now", "2024-03-01").stdout


@pytest.mark.parametrize(
    "stated",
    [
        "Effective date: February 2024",
        "You have until February 1, 2024 to object to the new prices.",
        "The price rises on February 1, 2024.",
        "Last updated: February 1, 2024",
        "Effective date: December 1, 2023",
    ],
)
def test_no_date_is_invented(platform, stated):
    platform.night(terms=paragraphs(LICENCE))
    platform.night(terms=paragraphs(stated, WIDER))

    with Archive(platform.database) as archive:
        assert list_binding_dates(archive, archive.documents()) == []


def test_a_calendar_has_one_event_a_date_with_a_stable_uid(announced):
    with Archive(announced.database) as archive:
        calendars = build_calendars(archive, "https://tos.example")

    assert set(calendars) == {"all.ics", "acme.ics", "topics/licensing.ics"}
    lines = unfolded(calendars["all.ics"])
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == 1
    for line in (
        "UID:acme-terms-20240201@acme.example",
        "DTSTAMP:20240102T030000Z",
        "DTSTART;VALUE=DATE:20240201",
        "DTEND;VALUE=DATE:20240202",
        "URL:https://tos.example/changes/acme/terms/2/",
    ):
        assert line in lines


def test_a_calendar_without_a_date_is_still_one():
    lines = unfolded(render_calendar("Acme", [], "acme.example"))

    assert "BEGIN:VTIMEZONE" in lines
    assert "BEGIN:VEVENT" not in lines


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_line_is_longer_than_75_octets_and_no_text_adds_a_line(name, words):
    one = BindingDate("acme", "terms", name, "Terms", date(2024, 6, 1), words, 2, "2024-05-01T03:00:00Z")

    text = render_calendar(name, [one], "me@acme.example")

    assert all(len(line.encode("utf-8", "replace")) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert [line.partition(":")[0] for line in unfolded(text)].count("SUMMARY") == 1
    assert len(unfolded(text)) == len(unfolded(render_calendar("Acme", [ONE], "acme.example")))


def test_a_digest_says_in_how_many_days_a_text_takes_effect(announced):
    since, until = datetime(2024, 1, 1, 12, tzinfo=UTC), datetime(2024, 1, 20, tzinfo=UTC)
    with Archive(announced.database) as archive:
        digest = assemble_digest(archive, DigestSettings("shop"), ["acme/terms@2"], since, until)
        later = assemble_digest(archive, DigestSettings("shop"), [], since, until + timedelta(days=30))

    chat = "\n".join(block.text for block in digest_as_chat(digest))
    for text in (digest_as_text(digest), digest_as_html(digest), chat):
        assert "takes effect in 12 days (2024-02-01)" in " ".join(text.split())
    assert digest_as_payload(digest)["upcoming"][0]["days"] == 12
    assert later.upcoming == ()


@pytest.mark.parametrize(
    ("said", "deadlines"),
    [
        ("We notify you at least 30 days before changes take effect.", [("notice", "2024-01-02")]),
        ("We will give you 2 weeks' notice before any change becomes effective.", [("notice", "2024-01-18")]),
        ("You may object within 60 days after the effective date of the changes.", [("objection", "2024-04-01")]),
        ("You can reject a change up to one month before it takes effect.", [("objection", "2024-01-01")]),
        ("Sie können den Änderungen bis zu 14 Tage nach Inkrafttreten widersprechen.", [("objection", "2024-02-15")]),
        ("Customer may terminate within 30 days after the Effective Date of the order.", []),
        ("You may opt out of arbitration within 30 days of first accepting these terms.", []),
        ("We notify you 10 business days before changes take effect.", []),
        ("We notify you before changes take effect; refunds take 30 days.", []),
    ],
)
def test_a_period_counts_only_from_the_day_on_which_a_change_takes_effect(said, deadlines):
    found = find_deadlines([Clause("p", said)], date(2024, 2, 1))

    assert [(one.kind, one.day.isoformat()) for one in found] == deadlines


def test_the_age_of_a_text_is_that_of_the_newer_of_its_own_dates(platform, run):
    platform.night(terms=paragraphs("Effective date: December 1, 2023", "Last updated: December 20, 2023", LICENCE))

    [row] = map(json.loads, run("status", "--json").stdout.splitlines())
    stated = row["stated"]

    assert (stated["effective"], stated["updated"], stated["newest"]) == ("2023-12-01", "2023-12-20", "2023-12-20")
    assert stated["days"] == (datetime.now(UTC).date() - date(2023, 12, 20)).days


def test_a_text_that_states_no_date_has_no_age(platform, run):
    platform.night(terms=paragraphs(LICENCE))

    [row] = map(json.loads, run("status", "--json").stdout.splitlines())

    assert (row["stated"]["newest"], row["stated"]["days"]) == ("", None)
