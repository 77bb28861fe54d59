"""Answers for programs: what changed, what is said on a topic; a text that was not read is never "no change"."""

from datetime import date, timedelta

import pytest
from conftest import LICENCE, START, WIDER, paragraphs

from tostrack.archive import Archive
from tostrack.cli.app import Environment
from tostrack.cli.mcp import build_tools, report_outcome
from tostrack.errors import ConfigError, FetchError
from tostrack.services.ask import changes_since, diff_of, statements_on, upcoming_dates


@pytest.fixture
def answered(platform):
    platform.night(terms=paragraphs(LICENCE))
    platform.night(terms=paragraphs(WIDER))

    def ask(function, *args):
        with Archive(platform.database) as archive:
            return function(archive, *args)

    return ask


def test_a_change_is_named_and_a_quiet_time_is_said_to_be_quiet(answered, platform):
    [changed] = answered(changes_since, START, "acme")
    platform.night(terms=paragraphs(WIDER))
    [quiet] = answered(changes_since, START + timedelta(days=1, hours=1), "ACME/terms")

    assert (changed["state"], changed["cause"]) == ("changed", "")
    assert [one["id"] for one in changed["changes"]] == ["acme/terms@2"]
    assert (quiet["state"], quiet["changes"]) == ("no change that matters", [])


def test_what_was_not_read_is_not_compared(answered, platform):
    [stale] = answered(changes_since, START + timedelta(days=30))
    platform.night(terms=FetchError("https://acme.example/terms: 403 Forbidden", cause="http-403", status=403))
    [failed] = answered(changes_since, START + timedelta(days=1, hours=1))

    assert (stale["state"], stale["cause"]) == ("not compared", "not checked since")
    assert (failed["state"], failed["cause"]) == ("not compared", "failed (HTTP 403)")


def test_a_topic_is_answered_with_quotes(answered):
    [terms] = answered(statements_on, "licensing")
    [other] = answered(statements_on, "ai", "acme")

    assert terms["state"] == "quoted"
    assert all(one["quote"] in WIDER for one in terms["quotes"])
    assert (other["state"], other["quotes"]) == ("no flagged clause", [])


@pytest.mark.parametrize(
    "question", [(statements_on, "weather"), (statements_on, "ai", "nowhere"), (diff_of, "acme/terms@9")]
)
def test_what_is_not_there_is_refused(answered, question):
    with pytest.raises(ConfigError, match="no such"):
        answered(*question)


def test_a_diff_and_the_dates_ahead_are_those_of_the_commands(answered):
    assert [hunk["new"] for hunk in answered(diff_of, "acme/terms@2")["hunks"]] == [WIDER]
    assert answered(upcoming_dates, date(2024, 1, 1)) == []


def test_every_tool_explains_itself_and_answers(answered, platform):
    (platform.folder / "watchlist.toml").write_text('[watch.acme.terms]\nurl = "https://acme.example/terms"\n')
    tools = {tool.__name__: tool for tool in build_tools(Environment(platform.folder / "watchlist.toml"))}

    assert all(tool.__doc__ for tool in tools.values())
    assert tools["changes_since"]("2024-01-01")[0]["state"] in ("changed", "not compared")
    assert tools["diff"]("acme/terms@2")["hunks"]
    assert tools["what_it_says"]("licensing")[0]["quotes"]
    assert tools["upcoming"]() == []


def test_a_program_is_told_why_a_tool_failed_and_that_there_is_nothing():
    def fail():
        raise ConfigError("no such document")

    with pytest.raises(LookupError, match="no such document"):
        report_outcome(fail, LookupError, "nothing")()
    assert report_outcome(list, LookupError, "nothing")() == "nothing"
    assert report_outcome(lambda: [1], LookupError, "nothing")() == [1]
