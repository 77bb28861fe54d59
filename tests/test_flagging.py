"""Flags in the archive: since when they stand, their life, and flags anew."""

import json
import re
import sqlite3
from contextlib import closing, nullcontext

import pytest
from click.testing import CliRunner
from conftest import START, paragraphs

from tostrack.analysis.flags import Rulebook, RuleFile
from tostrack.analysis.flags.rule_sources import load_pack
from tostrack.archive import Archive
from tostrack.cli import cli
from tostrack.models import DigestSettings, NotModified
from tostrack.render.digest import digest_as_text
from tostrack.services.digest import assemble_digest
from tostrack.services.reflag import flag_history, reflag_archive
from tostrack.services.site import build_site

HELLO = "Welcome to Acme, the place where people show their photos to the friends that they have made here."
LICENCE = "You grant us a non-exclusive, royalty-free, limited licence to use the content that you post."
SAME = "You hereby grant to us a non-exclusive, royalty-free, limited licence to use any content that you post."
WIDER = "You hereby grant to us a non-exclusive, royalty-free, transferable licence to use any content that you post."
PARROT = "You may keep two parrots in your account, and no other animals of any kind, as long as you feed them."
PETS = """
[topic.pets]
meaning = "animals on the platform"
[rule.pets]
topic = "pets"
why = "Some people keep them."
meaning = "allows pets"
denied = "allows no pets"
patterns = ["@keep ...4 parrots"]
hits = ["You may keep two parrots."]
misses = ["You may keep two copies."]
"""
WATCHLIST = """
[watch.acme.terms]
url = "https://acme.example/terms"
select = "main"
"""


def since(platform):
    with Archive(platform.database) as archive:
        return {(flag.topic, flag.since[:10]) for flag in archive.flags("acme")}


def events(platform, **options):
    with Archive(platform.database) as archive:
        return [
            (event.seen_at[:10], event.event, event.topic)
            for event in flag_history(archive, "acme", "terms", **options)
        ]


def test_a_flag_stands_since_before_its_words_were_recast(platform):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    platform.night(terms=paragraphs(HELLO, SAME), days=30)

    assert since(platform) == {("licensing", "2024-01-01")}


def test_a_flag_that_was_widened_stands_since_then(platform):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    platform.night(terms=paragraphs(HELLO, WIDER), days=30)

    assert since(platform) == {("licensing", "2024-01-02")}


def test_listing_history_blame_topic_page_and_mail_agree_since_when(platform, run, tmp_path):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    platform.night(terms=paragraphs(HELLO, SAME), days=30)
    platform.night(terms=paragraphs(HELLO, WIDER), days=30)
    with Archive(platform.database) as archive:
        mail = assemble_digest(archive, DigestSettings("shop", ()), ["acme/terms@3"], START, platform.at)
    platform.night(terms=paragraphs(HELLO, WIDER.replace("hereby grant to", "grant")), days=30)

    with Archive(platform.database) as archive:
        (flag,) = archive.flags("acme")
        blamed = [row for row in archive.blame_of(archive.current("acme", "terms")) if "licence" in row.text]
    [(_, came, _), (moved, event, _)] = events(platform)

    assert (flag.first, flag.from_start, came) == (blamed[0].since, True, "first")
    assert [(at[:10], event) for event, at in flag.moves] == [(moved, event)] == [("2024-02-01", "widened")]
    said = "since 2024-01-01 or before, widened 2024-02-01"
    assert said in run("flags", "acme").stdout
    with Archive(platform.database) as archive:
        build_site(archive, tmp_path / "site")
    assert said in " ".join(digest_as_text(mail).split())
    [(cell, late)] = re.findall(
        r'">([^<]*)</a><span class="quiet">([^<]*)</span>', (tmp_path / "site/topics/licensing/index.html").read_text()
    )
    assert (cell, late) == ("≤ 2024-01", ", widened 2024-02")


def test_a_flag_that_was_withdrawn_and_came_again_stands_since_it_came_again(platform):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    platform.night(terms=paragraphs(HELLO), days=30)
    platform.night(terms=paragraphs(HELLO, LICENCE), days=30)
    platform.night(terms=NotModified("https://acme.example/terms", platform.at))

    assert since(platform) == {("licensing", "2024-02-01")}


def test_the_flags_of_the_current_text_are_rows(platform, run):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    platform.night(terms=paragraphs(HELLO, WIDER), days=30)

    with Archive(platform.database) as archive:
        read = archive.flags("acme", "terms")
        rows = archive.query("SELECT service, document, topic, quote, since FROM flags_now")
    assert [tuple(row) for row in rows] == [(f.service, f.document, f.topic, f.quote, f.since) for f in read]
    assert {flag.topic for flag in read} == {"licensing"}


@pytest.mark.parametrize(
    "change", ["DELETE FROM _listed_flags", "UPDATE _flag_listings SET versions = 0", "DELETE FROM _flag_listings"]
)
def test_a_listing_that_does_not_fit_its_document_is_not_read(platform, change):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    platform.night(terms=paragraphs(HELLO, WIDER), days=30)
    with Archive(platform.database) as archive:
        before = archive.flags("acme", "terms")
    with closing(sqlite3.connect(platform.database)) as connection:
        connection.execute(change)
        connection.commit()

    with Archive(platform.database) as archive:
        assert archive.flags("acme", "terms") == before != []


def test_a_flag_survives_a_night_of_noise(platform):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    platform.night(terms=paragraphs(HELLO, LICENCE.replace("royalty-free", "<b>royalty-free</b>")))

    assert since(platform) == {("licensing", "2024-01-01")}


def test_the_history_tells_when_each_was_granted_widened_and_withdrawn(platform):
    platform.night(terms=paragraphs(HELLO))
    platform.night(terms=paragraphs(HELLO, LICENCE), days=30)
    platform.night(terms=paragraphs(HELLO, SAME), days=30)
    platform.night(terms=paragraphs(HELLO, WIDER), days=30)
    platform.night(terms=paragraphs(HELLO), days=30)

    assert events(platform) == [
        ("2024-01-02", "granted", "licensing"),
        ("2024-03-02", "widened", "licensing"),
        ("2024-04-01", "withdrawn", "licensing"),
    ]


def test_a_rule_written_today_has_a_history(platform):
    platform.night(terms=paragraphs(HELLO))
    platform.night(terms=paragraphs(HELLO, PARROT))

    assert events(platform, book=Rulebook((RuleFile("pets.toml", PETS),))) == [("2024-01-02", "granted", "pets")]


def test_flags_anew_are_stored_once_and_nobody_is_told(platform):
    platform.night(terms=paragraphs(HELLO))
    [told] = platform.night(terms=paragraphs(HELLO, PARROT))
    platform.book = Rulebook((RuleFile("pets.toml", PETS),))

    with platform.writer() as writer:
        changes = writer.changes()
        [first] = list(reflag_archive(writer))
        again = list(reflag_archive(writer))

        assert (first.before, first.after, first.changed) == ({}, {"pets": 1}, 1)
        assert again == []
        assert [flag.topic for flag in writer.flags("acme")] == ["pets"]
        assert writer.changes() == changes
    assert told.topics == ()


def test_a_dry_run_of_reflag_stores_nothing(platform):
    platform.night(terms=paragraphs(HELLO, PARROT))
    platform.book = Rulebook((RuleFile("pets.toml", PETS),))

    with platform.writer() as writer:
        [found] = list(reflag_archive(writer, dry_run=True))

        assert found.after == {"pets": 1}
        assert writer.flags("acme") == []
        assert writer.stale(writer.book.fingerprint) == found.clauses


def test_a_crawl_flags_by_the_rules_of_ones_own(platform):
    platform.book = Rulebook((RuleFile("pets.toml", PETS),))
    platform.night(terms=paragraphs(HELLO))

    [result] = platform.night(terms=paragraphs(HELLO, PARROT))

    assert result.topics == ("pets",)
    assert since(platform) == {("pets", "2024-01-02")}


@pytest.fixture
def run(platform):
    (platform.folder / "watchlist.toml").write_text(WATCHLIST)

    def run(*args):
        return CliRunner().invoke(cli, ["-w", str(platform.folder / "watchlist.toml"), *args])

    return run


def test_flags_are_told_in_plain_words(platform, run):
    platform.night(terms=paragraphs(HELLO, LICENCE))

    [row] = [json.loads(line) for line in run("flags", "acme", "--json").stdout.splitlines()]

    assert (row["meaning"], row["since"]) == ("takes a licence to what you post", "2024-01-01T03:00:00Z")
    assert "takes a licence to what you post" in run("flags", "acme").stdout


def test_the_history_is_a_page_and_json(platform, run):
    platform.night(terms=paragraphs(HELLO))
    platform.night(terms=paragraphs(HELLO, LICENCE))

    [row] = [json.loads(line) for line in run("flags", "acme", "--history", "--json").stdout.splitlines()]

    assert (row["event"], row["version"], row["sentence"]) == ("granted", 2, LICENCE)
    page = run("flags", "acme/terms", "--history").stdout
    assert page.splitlines()[0] == "acme/terms  licensing  2024-01-02"
    assert "2024-01-02  version 2  granted (1 time)" in page
    assert f"“{LICENCE}”" in page


def test_rules_beside_the_watchlist_are_used_and_stale_flags_are_named(platform, run):
    platform.night(terms=paragraphs(HELLO, PARROT))
    (platform.folder / "topics").mkdir()
    (platform.folder / "topics" / "pets.toml").write_text(PETS)

    assert "`tostrack rebuild flags`" in run("flags").stderr
    assert "1 differently than before" in run("rebuild", "flags").stdout
    assert "allows pets" in run("flags", "--topic", "pets").stdout


def test_the_bar_of_rebuild_flags_moves_with_every_batch_of_clauses(platform, run, monkeypatch):
    platform.night(terms=paragraphs(HELLO, PARROT, LICENCE))
    (platform.folder / "topics.toml").write_text(PETS)
    monkeypatch.setattr("tostrack.services.reflag._BATCH", 1)
    steps = []
    monkeypatch.setattr("tostrack.cli.rebuild.progress_bar", lambda *_: nullcontext(steps.append))

    run("rebuild", "flags")

    assert len(steps) > 1
    assert set(steps) == {1}


def test_check_asks_the_rules_of_ones_own_about_their_examples(platform, run):
    (platform.folder / "topics.toml").write_text(PETS)
    assert "1 rule of your own" in run("check").stdout

    (platform.folder / "topics.toml").write_text(PETS.replace("two parrots.", "two horses."))
    result = run("check")

    assert result.exit_code == 2
    assert "topics.toml: rule.pets.hits: it does not find 'You may keep two horses.'" in result.stderr


def test_a_broken_file_of_rules_is_named_and_stops_nothing(platform, run):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    (platform.folder / "topics.toml").write_text("[rule")

    result = run("flags", "acme")

    assert result.exit_code == 0
    assert "takes a licence" in result.stdout
    assert "ignored" in result.stderr
    assert run("check").exit_code == 2


def test_a_digest_may_name_a_topic_of_ones_own(platform, run):
    digest = '[digest.me]\nto = ["me@acme.example"]\nwatch = ["acme"]\ntopics = ["pets"]\n'
    (platform.folder / "watchlist.toml").write_text(WATCHLIST + digest)
    assert run("check").exit_code == 2

    (platform.folder / "topics.toml").write_text(PETS)

    assert run("check").exit_code == 0


FORUM = "All disputes between you and Acme go to the exclusive jurisdiction of the courts of Springfield, wherever you live."


def test_a_pack_that_is_turned_on_shows_like_every_topic(platform, run):
    platform.night(terms=paragraphs(HELLO, LICENCE, FORUM))
    assert "arbitration" not in run("flags", "acme").stdout
    assert run("flags", "--topic", "arbitration").exit_code == 2

    (platform.folder / "watchlist.toml").write_text(f'[settings]\npacks = ["arbitration"]\n{WATCHLIST}')
    assert "clauses were flagged with older rules" in run("flags", "acme").stderr
    run("rebuild", "flags")

    assert "names the courts that decide" in run("flags", "acme", "--topic", "arbitration").stdout
    assert "present in the first version" in run("flags", "acme", "--history", "--topic", "arbitration").stdout
    [row] = [json.loads(line) for line in run("flags", "acme", "--topic", "arbitration", "--json").stdout.splitlines()]
    assert (row["topic"], row["polarity"], row["rule"]) == ("arbitration", "permits", "courts")
    run("site", "-o", str(platform.folder / "site"))
    assert (platform.folder / "site" / "topics" / "arbitration" / "index.html").is_file()
    platform.book = Rulebook((load_pack("arbitration"),))
    platform.night(terms=paragraphs(HELLO, LICENCE), days=30)
    assert "acme/terms" in run("log", "--topic", "arbitration").stdout
    assert "Drops part of its terms on arbitration" in run("log", "--topic", "arbitration").stdout


HUNGARIAN = (
    "Ez a szabályzat azt írja le, hogy a szolgáltatás milyen adatokat gyűjt, és hogy ezek az adatok mire valók.",
    "A személyes adatokat harmadik felekkel is megoszthatjuk, ha ez a szolgáltatás működéséhez szükséges lehet.",
    "Az ön adatait nem tároljuk tovább, mint ameddig az a cél, amely miatt gyűjtöttük őket, ezt valóban indokolja.",
)


def test_a_language_that_no_rule_reads_is_not_called_free_of_flags(platform, run):
    platform.night(terms=paragraphs(*HUNGARIAN))

    result = run("flags", "acme")
    assert "acme/terms: not analysed: Hungarian" in result.stderr
    assert "no clause is flagged" not in result.stderr
    [row] = [json.loads(line) for line in run("flags", "acme", "--json").stdout.splitlines()]
    assert (row["service"], row["document"], row["topic"]) == ("acme", "terms", None)
    assert (row["language"], row["meaning"]) == ("hu", "not analysed: Hungarian")
    assert "acme/terms: not analysed: Hungarian" in run("status").stdout
    [row] = [json.loads(line) for line in run("status", "--json").stdout.splitlines()]
    assert row["not_analysed"] == "hu"


def test_a_text_that_is_read_and_has_no_flag_says_so(platform, run):
    platform.night(terms=paragraphs(HELLO, HELLO + " They come here every day, and they like it."))

    assert "no clause is flagged" in run("flags", "acme").stderr
    assert "not analysed" not in run("status").stdout


@pytest.mark.parametrize("column", ["topic = 'advertising'", "rule = 'other'"])
def test_a_stored_flag_that_its_rules_do_not_find_is_named_and_made_anew(platform, run, column):
    platform.night(terms=paragraphs(HELLO, LICENCE))
    before = since(platform)
    assert run("archive", "verify").exit_code == 0
    with closing(sqlite3.connect(platform.database)) as connection:
        trigger = connection.execute("SELECT sql FROM sqlite_master WHERE name = '_finds_no_update'").fetchone()[0]
        connection.execute("DROP TRIGGER _finds_no_update")
        connection.execute(f"UPDATE _finds SET {column}")
        connection.execute(trigger)
        connection.commit()

    found = run("archive", "verify")
    repaired = run("archive", "verify", "--repair")

    assert (found.exit_code, repaired.exit_code) == (1, 0)
    assert "flag: the flags of clause" in found.stdout
    assert "the flags of 1 clauses were replaced" in repaired.stderr
    assert since(platform) == before
