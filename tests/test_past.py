"""Since when a clause stands, and who else says so: through rewording, moving, flapping and our own re-reading."""

import json

import pytest
from click.testing import CliRunner
from conftest import START, paragraphs

from tostrack.archive import Archive
from tostrack.cli import cli
from tostrack.errors import ConfigError
from tostrack.models import Document, from_iso
from tostrack.render.blame_view import render_blame, render_search

LICENCE = "You grant us a non-exclusive, royalty-free licence to use the content that you post on the service."
WIDER = "You grant us a non-exclusive, royalty-free, worldwide licence to use the content that you post on the service."
AGE = "You must be at least 13 years old to use the service, and you keep your password secret."
ADS = "We show you advertising that is chosen by what you look at, and we measure how it does."
TRAIN = "We may use what you post to train our models, and we do not pay you for it."


def day(number):
    return (START.replace(day=START.day + number)).strftime("%Y-%m-%d")


def nights(platform, *texts):
    for clauses in texts:
        platform.night(terms=paragraphs(*clauses))


def blamed(platform, when=None):
    with Archive(platform.database) as archive:
        version = archive.at("acme", "terms", when) if when else archive.current("acme", "terms")
        return {row.text: row for row in archive.blame_of(version)}


def found(platform, words, **kwargs):
    with Archive(platform.database) as archive:
        return archive.search(words, **kwargs)


def test_an_untouched_clause_stands_since_the_first_version(platform):
    nights(platform, [LICENCE, AGE], [LICENCE, AGE, ADS])

    rows = blamed(platform)

    assert [rows[text].since[:10] for text in ("Terms", LICENCE, AGE, ADS)] == [day(0), day(0), day(0), day(1)]


def test_a_reworded_clause_stands_since_it_came_and_says_when_it_was_reworded(platform):
    nights(platform, [LICENCE, AGE], [LICENCE, AGE, ADS], [WIDER, AGE, ADS])

    row = blamed(platform)[WIDER]

    assert (row.since[:10], row.edited[:10]) == (day(0), day(2))


def test_a_moved_clause_is_not_new(platform):
    nights(platform, [LICENCE, AGE, ADS], [ADS, LICENCE, AGE])

    assert {row.since_version for row in blamed(platform).values()} == {1}


def test_a_changed_link_is_no_rewording(platform):
    link = 'Read <a href="https://acme.example/{}">our advertising policy</a> before you post anything at all.'
    nights(platform, [link.format("a"), AGE], [link.format("b"), AGE, ADS])

    [row] = [row for text, row in blamed(platform).items() if "advertising policy" in text]

    assert (row.since_version, row.edited_version) == (1, 1)


def test_a_clause_that_was_away_stands_since_it_is_back(platform):
    platform.night(days=120, terms=paragraphs(LICENCE, AGE))
    platform.night(days=120, terms=paragraphs(AGE))
    platform.night(days=1, terms=paragraphs(LICENCE, AGE))

    row = blamed(platform)[LICENCE]

    assert (row.first_version, row.since_version) == (1, 3)


def test_a_page_that_flaps_does_not_make_its_clauses_new(platform):
    nights(platform, *([[LICENCE, AGE], [LICENCE, AGE, ADS]] * 3), [LICENCE, AGE, ADS])
    with Archive(platform.database) as archive:
        noise = [row.to_number for row in archive.changes() if row.verdict == "noise"]

    row = blamed(platform)[ADS]

    assert noise, "the page must have been found to flap"
    assert row.since_version == 2


def test_what_our_own_rules_changed_is_no_rewording(platform):
    nights(platform, [LICENCE, AGE])
    html = paragraphs(LICENCE, AGE).replace("<main>", "<main><p class='x'>Menu</p>")
    platform.night(terms=html)

    assert blamed(platform)[AGE].edited_version == 1


def test_blame_of_an_earlier_day_knows_nothing_of_what_came_after(platform):
    nights(platform, [LICENCE, AGE], [WIDER, AGE])

    rows = blamed(platform, when=from_iso("2024-01-01T12:00:00Z"))

    assert LICENCE in rows
    assert WIDER not in rows


def test_search_says_when_it_was_said_first_and_last(platform):
    nights(platform, [LICENCE, AGE, ADS], [LICENCE, AGE], [LICENCE, AGE])

    [gone] = found(platform, "advertising")
    [stands] = found(platform, "royalty-free licence")

    assert (gone.first_seen_at[:10], gone.last_seen_at[:10], gone.stands) == (day(0), day(0), False)
    assert (stands.first_seen_at[:10], stands.last_seen_at[:10], stands.stands) == (day(0), day(2), True)


def test_all_wordings_of_a_clause_are_one_row(platform):
    nights(platform, [LICENCE, AGE], [WIDER, AGE])

    [row] = found(platform, '"royalty-free" licen*')

    assert (row.text, row.wordings, row.first_version) == (WIDER, 2, 1)


def test_the_first_to_say_so_stands_at_the_head(platform):
    nights(platform, [AGE])
    other = Document("lumora", "terms", platform.documents[0].pages, "Terms", "Lumora")
    platform.documents = [other, platform.documents[0]]
    platform.night(terms=paragraphs(AGE, TRAIN))
    platform.documents = platform.documents[:1]
    platform.night(terms=paragraphs(AGE, TRAIN, ADS))

    rows = found(platform, '"train our models"')

    assert sorted(row.service for row in rows) == ["acme", "lumora"]
    assert rows == sorted(rows, key=lambda row: (row.first_seen_at, row.service))
    assert [row.service for row in found(platform, "train", service="lumora")] == ["lumora"]


def test_only_what_stands_is_found_when_asked(platform):
    nights(platform, [LICENCE, AGE, ADS], [LICENCE, AGE])

    assert found(platform, "advertising", standing=True) == []


@pytest.mark.parametrize(
    "words", ["licence AND", "content: licence", "NEAR(", "licence -age", "^x*", 'a"b', "-- ; drop"]
)
def test_what_a_person_types_is_no_query_language(platform, words):
    nights(platform, [LICENCE, AGE])

    assert isinstance(found(platform, words), list)


def test_a_search_without_a_word_is_refused(platform):
    nights(platform, [LICENCE, AGE])

    with pytest.raises(ConfigError, match="no word"):
        found(platform, '" *')


def test_the_commands_answer(platform, monkeypatch):
    monkeypatch.chdir(platform.folder)
    (platform.folder / "watchlist.toml").write_text('[watch.acme.terms]\nurl = "https://acme.example/terms"\n')
    nights(platform, [LICENCE, AGE], [WIDER, AGE])
    run = CliRunner().invoke

    blame = [json.loads(line) for line in run(cli, ["show", "--dates", "acme/terms", "--json"]).stdout.splitlines()]
    search = [json.loads(line) for line in run(cli, ["search", "licence", "--json"]).stdout.splitlines()]
    log = run(cli, ["log", "acme", "--verdict", "substantive", "--until", day(1), "--json"]).stdout.splitlines()

    assert [row["text"] for row in blame] == ["Terms", WIDER, AGE]
    assert [(row["document"], row["wordings"]) for row in search] == [("terms", 2)]
    assert len(log) == 1
    assert run(cli, ["log", "acme", "--verdict", "substantive", "--until", day(0), "--json"]).stdout == ""
    assert f"{day(0)} {day(1)}  You grant us" in run(cli, ["show", "--dates", "acme/terms"]).stdout
    assert "acme/terms  2024-01-01 to now  (2 wordings)" in run(cli, ["search", "licence"]).stdout


def test_no_byte_of_a_page_reaches_the_terminal_raw():
    row = {"since": "2024-01-01", "edited": "2024-01-01", "since_version": 1, "edited_version": 1, "kind": "p"}
    hit = {"service": "a", "document": "b", "stands": True, "first_seen_at": "2024-01-01", "wordings": 1}

    pages = render_blame([{**row, "text": "a\x1b[31mb"}]), render_search([{**hit, "text": "a\x1b[31mb"}])

    assert not any("\x1b" in page for page in pages)
