import json
import random
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import feedparser
import pytest
from conftest import paragraphs
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tostrack.archive import Archive
from tostrack.errors import NotifyError
from tostrack.models import Change, Direction, Edit, Flag, Hunk, Judgement, Polarity, Reason, Version
from tostrack.notify.websub import ping
from tostrack.render.feed import FORMS as WRITERS
from tostrack.render.feed import (
    MAX_ENTRIES,
    FeedData,
    FeedEntry,
    build_entry,
    change_id,
    render_atom,
    render_json_feed,
    render_rss,
    tag,
)
from tostrack.services.feeds import build_feeds

START = datetime(2024, 5, 1, 2, tzinfo=UTC)
GRANT = Flag("licensing", Polarity.PERMITS, "sub-licensable", 0, 14, "grant", Direction.WIDENED)
FORMS = pytest.mark.parametrize("form", [render_atom, render_rss], ids=["atom", "rss"])
WRITTEN = pytest.mark.parametrize("form", WRITERS.values(), ids=WRITERS)


#: lxml's validator does not keep what it is given, so one serves all tests.
ATOM = etree.RelaxNG(etree.parse(Path(__file__).parent / "pages" / "atom.rng"))


def change(day=0, new="Our licence is sub-licensable."):
    hunk = Hunk(Edit.REWORDED, ("Rights",), "Our licence is limited.", new, flags=(GRANT,))
    return Change(
        Version("old", START + timedelta(days=day - 1), day + 1),
        Version(new, START + timedelta(days=day), day + 2),
        (hunk,),
        Judgement(Reason.NEW_TEXT, "The licence says more."),
        "acme",
        "terms",
    )


def entry_of(day=0, **options):
    return build_entry(change(day), **{"authority": "acme.example", "year": 2024, **options})


def feed(*entries, **options):
    return FeedData(**{"id": tag("acme.example", 2024, "feed", "all"), "title": "Acme", "entries": entries, **options})


@FORMS
def test_a_reader_gets_every_id_title_and_time_back(form):
    entries = [entry_of(day, service_name="Acme", document_name="Terms") for day in range(3)]

    parsed = feedparser.parse(form(feed(*entries)))

    assert not parsed.bozo
    assert [item.id for item in parsed.entries] == [one.id for one in reversed(entries)]
    assert {item.title for item in parsed.entries} == {"Acme changes its Terms: the licence says more"}
    assert [item.published_parsed[:6] for item in parsed.entries] == [
        one.updated.timetuple()[:6] for one in reversed(entries)
    ]


@FORMS
def test_the_content_is_the_redline_with_its_flags(form):
    parsed = feedparser.parse(form(feed(entry_of())))

    content = parsed.entries[0].content[0].value
    assert "<ins" in content
    assert "<del" in content
    assert "licensing · widened" in content
    assert [one.term for one in parsed.entries[0].tags] == ["licensing"]


@WRITTEN
def test_the_same_changes_give_the_same_bytes_in_any_order(form):
    entries = [entry_of(day) for day in range(20)]
    shuffled = random.Random(7).sample(entries, len(entries))

    assert form(feed(*entries)) == form(feed(*shuffled))


def test_an_id_does_not_move_with_names_sites_or_places():
    known = entry_of(3).id

    assert entry_of(3, service_name="Acme Renamed", document_name="New", link="https://new.example/x").id == known
    assert known in render_atom(feed(entry_of(3), entry_of(9), url="https://elsewhere.example/atom.xml"))
    assert known == "tag:acme.example,2024:change:acme/terms:2024-05-04T020000Z:" + change(3).new.sha256[:16]


def test_an_id_is_the_same_in_every_time_zone():
    there = START.astimezone(timezone(timedelta(hours=9)))
    moved = replace(change(), new=replace(change().new, seen_at=there))

    assert change_id(moved, "acme.example", 2024) == change_id(change(), "acme.example", 2024)


def test_a_return_to_a_text_seen_before_has_an_id_of_its_own():
    assert change_id(change(0), "acme.example", 2024) != change_id(change(5), "acme.example", 2024)


def test_a_feed_is_as_old_as_its_newest_entry():
    parsed = feedparser.parse(render_atom(feed(entry_of(0), entry_of(7))))

    assert parsed.feed.updated == "2024-05-08T02:00:00Z"
    assert "<lastBuildDate>Wed, 08 May 2024 02:00:00 GMT</lastBuildDate>" in render_rss(feed(entry_of(0), entry_of(7)))


@FORMS
def test_a_hub_is_named_where_there_is_one(form):
    links = feedparser.parse(form(feed(hub="https://hub.example/"))).feed.links

    assert ("hub", "https://hub.example/") in {(link.rel, link.href) for link in links}


def test_a_json_feed_says_what_the_atom_feed_says():
    entries = [entry_of(day, link=f"https://tos.example/{day}/") for day in range(3)]
    options = {"url": "https://tos.example/x", "home": "https://tos.example/", "hub": "https://hub.example/"}

    parsed = json.loads(render_json_feed(feed(*entries, **options)))
    same = feedparser.parse(render_atom(feed(*entries, **options)))

    assert parsed["version"] == "https://jsonfeed.org/version/1.1"
    assert parsed["feed_url"] == "https://tos.example/x"
    assert parsed["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert [(item["id"], item["url"], item["title"], item["date_published"]) for item in parsed["items"]] == [
        (one.id, one.link, one.title, one.published) for one in same.entries
    ]
    assert parsed["items"][0]["tags"] == ["licensing"]


@FORMS
def test_an_empty_feed_is_a_feed(form):
    parsed = feedparser.parse(form(feed()))

    assert not parsed.bozo
    assert parsed.feed.title == "Acme"
    assert parsed.entries == []


@FORMS
def test_a_feed_names_itself_and_its_page_when_it_is_published(form):
    links = feedparser.parse(form(feed(url="https://a.example/x.xml", home="https://a.example/"))).feed.links

    assert ("self", "https://a.example/x.xml") in {(link.rel, link.href) for link in links}
    assert ("alternate", "https://a.example/") in {(link.rel, link.href) for link in links}


@WRITTEN
def test_only_web_and_mail_addresses_become_links(form):
    text = form(feed(entry_of(link="javascript:alert(1)"), url="file:///etc/passwd"))

    assert "javascript:" not in text
    assert "file:" not in text


def test_a_guid_is_not_a_link():
    assert '<guid isPermaLink="false">tag:acme.example,2024:change' in render_rss(feed(entry_of()))


def test_an_entry_is_told_once():
    assert render_atom(feed(entry_of(), entry_of())).count("<entry>") == 1


@FORMS
def test_a_feed_keeps_the_newest_hundred(form):
    entries = [entry_of(day) for day in range(MAX_ENTRIES + 20)]

    parsed = feedparser.parse(form(feed(*entries)))

    assert len(parsed.entries) == MAX_ENTRIES
    assert parsed.entries[0].id == entries[-1].id


@WRITTEN
def test_a_feed_of_giant_changes_stays_below_a_megabyte(form):
    giant = build_entry(change(new="<&>" * 20_000), authority="a.example", year=2024)
    entries = [replace(giant, id=f"{giant.id}-{number}") for number in range(MAX_ENTRIES)]
    loud = [replace(one, summary_html="&" * 60_000) for one in entries]

    assert len(form(feed(*entries)).encode()) < 1_000_000
    assert len(form(feed(*loud)).encode()) < 1_000_000


def test_a_tag_holds_only_what_rfc_4151_allows():
    assert tag("a.example", 2024, "change", "acme/tërms x") == "tag:a.example,2024:change:acme/t%C3%ABrms%20x"
    assert tag("ops@a.example", 2024, "feed") == "tag:ops@a.example,2024:feed"


@pytest.mark.parametrize("authority", ["", "https://a.example", "a b", "Ä.example", "a.example,2024", "-a"])
def test_a_bad_authority_is_refused(authority):
    with pytest.raises(ValueError, match="neither a domain nor a mail address"):
        tag(authority, 2024, "feed")


def test_a_change_without_a_time_is_no_entry():
    timeless = replace(change(), new=Version("new"))

    with pytest.raises(ValueError, match="without a time"):
        build_entry(timeless, authority="a.example", year=2024)


HOSTILE = st.text(
    st.one_of(st.sampled_from("\x00\x0b\x1b\x85\ufffe\uffff\ud800\udfff]]><&\"'\r\n\u2028"), st.characters()),
    max_size=80,
)


@settings(max_examples=200)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_title_or_text_breaks_a_feed(title, body, topic, link):
    hostile = FeedEntry("tag:a.example,2024:1", title, START, f"<p>{body}]]></p>", body, link, (topic,))

    for form in (render_atom, render_rss):
        text = form(feed(hostile, title=title, subtitle=body, url=link, home=link, hub=link))
        parsed = feedparser.parse(text)
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert parsed.entries[0].id == hostile.id
        ET.fromstring(text.encode("utf-8"))
    text = render_atom(feed(hostile, title=title, subtitle=body, url=link, home=link, hub=link))
    assert ATOM.validate(etree.fromstring(text.encode())), ATOM.error_log
    assert json.loads(render_json_feed(feed(hostile, title=title)))["items"][0]["id"] == hostile.id


@settings(max_examples=100)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_page_text_breaks_an_entry(old, new, heading):
    hunk = Hunk(Edit.REWORDED, (heading,), old, new, (("-", old), ("+", new)), flags=(replace(GRANT, quote=new),))
    hostile = replace(change(), hunks=(hunk,), judgement=Judgement(Reason.NEW_TEXT, old))

    text = render_atom(feed(build_entry(hostile, authority="a.example", year=2024, service_name=heading)))

    assert not feedparser.parse(text).bozo
    tags = set(re.findall(r"<([^\s>]*)", ET.fromstring(text.encode("utf-8")).find(".//{*}content").text))
    assert tags <= {"p", "/p", "strong", "/strong", "div", "/div", "del", "/del", "ins", "/ins", "br"}


# From the archive


RULES = "You can leave the service at any time, and we will delete your account within thirty days of your request."
PLAIN = paragraphs("We keep the photos that you upload safe, and show them to the people you choose.", RULES)
LICENSED = paragraphs("You grant us a transferable, sub-licensable licence to use the photos that you upload.", RULES)


def published(platform, **options):
    with Archive(platform.database) as archive:
        return build_feeds(archive, **options)


def test_a_change_is_in_the_feeds_of_all_its_service_its_document_and_its_topics(platform):
    platform.night(terms=PLAIN)
    platform.night(terms=LICENSED)

    files = published(platform, url="https://tos.example/feeds", site="https://tos.example")

    names = {"all", "acme", "documents/acme/terms", "topics/licensing"}
    assert files.keys() == {f"{name}.{suffix}" for name in names for suffix in WRITERS}
    items = [json.loads(files[f"{name}.feed.json"])["items"] for name in sorted(names)]
    assert [item["url"] for [item] in items] == ["https://tos.example/changes/acme/terms/2/"] * 4
    for name in names:
        assert ATOM.validate(etree.fromstring(files[f"{name}.atom.xml"].encode())), ATOM.error_log


def test_an_unchanged_night_gives_the_same_bytes(platform):
    platform.night(terms=PLAIN)
    platform.night(terms=LICENSED)
    before = published(platform)
    platform.night()

    assert published(platform) == before


def test_a_hub_is_told_of_many_feeds_at_once():
    asked = []

    def post(method, url, headers, body):
        asked.append((method, url, parse_qsl(body.decode())))
        return 204, b""

    ping(post, "https://hub.example/", [f"https://tos.example/{number}.atom.xml" for number in range(150)])

    assert [len(fields) for _, _, fields in asked] == [101, 51]
    assert asked[0][2][:2] == [("hub.mode", "publish"), ("hub.url", "https://tos.example/0.atom.xml")]
    with pytest.raises(NotifyError, match="answered 500"):
        ping(lambda *_: (500, b""), "https://hub.example/", ["https://tos.example/x"])


def test_without_a_site_an_entry_links_to_the_policy(platform):
    platform.night(terms=PLAIN)
    platform.night(terms=LICENSED)

    [item] = json.loads(published(platform)["all.feed.json"])["items"]

    assert item["url"] == "https://acme.example/terms"


@FORMS
def test_an_empty_feed_says_why_and_since_when(platform, form):
    platform.night(terms=PLAIN)
    suffix = next(name for name, writer in WRITERS.items() if writer is form)

    files = published(platform)

    assert "No change that matters since watching began on 2024-01-01" in files[f"all.{suffix}"]
    assert "1970" not in files[f"all.{suffix}"]


def test_imported_history_is_fed_on_request(platform):
    platform.night(terms=PLAIN)
    platform.night(terms=LICENSED)
    with closing(sqlite3.connect(platform.database)) as connection, connection:
        # As an import stores it; the table is append-only.
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'judgements'"
        triggers = connection.execute(query).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE judgements SET announced = 0")
        for _, sql in triggers:
            connection.execute(sql)

    empty, full = (json.loads(published(platform, history=history)["all.feed.json"]) for history in (False, True))

    assert (empty["items"], "1 imported change not listed" in empty["description"]) == ([], True)
    assert len(full["items"]) == 1


def test_the_identity_is_fixed_when_something_is_published_and_then_stays(run, platform, capfd):
    platform.night(terms=PLAIN)
    platform.night(terms=LICENSED)  # with a change nothing is fixed yet
    with closing(sqlite3.connect(platform.database)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'tostrack.invalid' WHERE key = 'authority'")
    path = platform.folder / "watchlist.toml"
    watched = path.read_text().replace('contact = "ops@acme.example"\n', "")
    senders = "", '[notify]\nfrom = "tos@shop.example"\n', '[notify]\nfrom = "other@shop.example"\n'
    found = []

    for sender in senders:
        path.write_text(sender + watched)
        result = run("feed", "--out", str(platform.folder / "feeds"))
        warned = "tostrack.invalid: set `contact` or `url`" in result.stderr
        found.append((json.loads((platform.folder / "feeds/all.feed.json").read_text())["items"][0]["id"], warned))

    assert [(entry.partition(",")[0], warned) for entry, warned in found] == [
        ("tag:tostrack.invalid", True),
        ("tag:tos@shop.example", False),
        ("tag:tos@shop.example", False),
    ]
