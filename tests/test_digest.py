"""A digest: what matters to this reader first, quoted and explained; the rest in a line; harmless in every form."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from conftest import START, paragraphs
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack import compare
from tostrack.archive import Archive
from tostrack.archive.outbox import Outbox
from tostrack.archive.reviews import Review
from tostrack.models import DigestSettings, Document, Flag, Page, Verdict, Version
from tostrack.render.digest import (
    BUDGET,
    HEADLINES,
    Digest,
    DigestItem,
    Footer,
    digest_as_html,
    digest_as_payload,
    digest_as_text,
    digest_subject,
)
from tostrack.services.digest import assemble_digest, changes_between

DAY = datetime(2024, 5, 1, 3, tzinfo=UTC)
RULES = "You can leave the service at any time, and we will delete your account within thirty days of your request."
KEEP = "We keep the photos that you upload safe, and show them to the people you choose."
LICENCE = "You grant us a non-exclusive, limited licence to use the content that you post."
WIDER = "You grant us a non-exclusive, transferable, sub-licensable licence to use the content that you post."
ADS = "We may share your data with advertisers."


def item(old, new, document="terms", link="", day=1):
    change = compare(Version(old, DAY, 1), Version(new, DAY + timedelta(days=day), 2))
    return DigestItem(replace(change, service="pixboard", document=document), "Pixboard", document.title(), link)


def digest(*items, **options):
    return Digest("shop", DAY, DAY + timedelta(days=1), items, documents=3, services=("Pixboard",), **options)


WIDENED = item(f"{KEEP}\n\n{LICENCE}", f"{KEEP}\n\n{WIDER}", link="https://tos.example/changes/pixboard/terms/2/")
SHARED = item(RULES, f"{RULES}\n\n{ADS}", "privacy")
REWORDED = item(f"{RULES}\n\n{KEEP}", f"{RULES.replace('thirty', 'ninety')}\n\n{KEEP}", "rules")


def test_an_item_is_a_sentence_its_meaning_the_quote_and_a_link():
    meaning = {"licensing": "takes a licence to what you post"}

    text = digest_as_text(digest(WIDENED, meaning=lambda flag: meaning[flag.topic]))

    assert text.startswith("2024-05-01 to 2024-05-02 · 3 documents of Pixboard\n\nPixboard widens its content licence")
    assert "* Content licence, goes further: takes a licence to what you post" in text
    assert "{+transferable,\n   | sub-licensable+}" in text
    assert "https://tos.example/changes/pixboard/terms/2/" in text
    assert max(map(len, text.splitlines())) <= 76


def test_what_matters_to_this_reader_comes_first():
    changes = (REWORDED, WIDENED, SHARED)

    assert digest_subject(digest(*changes, topics=("sharing",))).startswith("Pixboard adds data sharing (Privacy)")
    assert digest_subject(digest(*changes, topics=("licensing",))).startswith(
        "Pixboard widens its content licence (Terms)"
    )
    assert digest_subject(digest(*changes)).endswith(", and 2 more changes")


def test_a_reader_of_one_topic_reads_only_its_quotes():
    both = item(f"{KEEP}\n\n{LICENCE}", f"{KEEP}\n\n{WIDER}\n\n{ADS}")

    text = digest_as_text(digest(both, topics=("advertising",)))

    assert "advertisers" in text
    assert "sub-licensable" not in text


def test_the_unimportant_is_one_line():
    text = digest_as_text(digest(WIDENED, editorial=2, noise=1))

    assert "Not shown: 2 editorial changes and 1 cosmetic change" in " ".join(text.split())


def test_what_lies_outside_the_topics_is_named_and_not_quoted():
    text = digest_as_text(digest(WIDENED, topics=("licensing",), others=(SHARED,)))

    assert "Also changed, outside your topics:\n  - Pixboard adds data sharing" in text.replace("- P", "  - P", 1)
    assert "advertisers" not in text


def test_the_html_holds_no_more_than_a_mail_program_shows():
    many = [item(KEEP, f"{KEEP}\n\n{WIDER} {'and so on ' * 400}{number}", f"terms-{number}") for number in range(60)]

    page = digest_as_html(digest(*many, others=tuple(many)))

    assert len(page.encode()) < BUDGET + 20_000 < 100_000
    assert f"… and {60 - HEADLINES} more" in page


def test_the_html_names_nothing_remote_and_keeps_the_colours_of_the_reader():
    page = digest_as_html(
        digest(WIDENED), Footer("You asked for it.", ("mailto:leave@tos.example", "https://tos.example/u?t=1"))
    )

    assert "color-scheme" in page
    assert not any(word in page for word in ("<img", "<script", "src=", "url(", "@import", "<link"))
    assert "Unsubscribe by mail" in page


def test_a_text_ends_with_why_and_how_to_leave():
    text = digest_as_text(digest(WIDENED), Footer("You asked for it.", ("mailto:leave@tos.example",)))

    assert text.endswith("-- \nYou asked for it.\nUnsubscribe: mailto:leave@tos.example\n")


def test_still_watching_says_so_and_no_more():
    empty = digest()

    assert digest_subject(empty) == "Still watching 3 documents: no change to report"
    assert "Nothing that matters to you changed in 3 documents" in digest_as_text(empty)


def test_the_payload_is_json_of_the_changes():
    payload = json.loads(json.dumps(digest_as_payload(digest(WIDENED, others=(SHARED,), noise=4))))

    assert payload["changes"][0]["headline"].startswith("Pixboard widens its content licence (Terms): “You grant us")
    assert payload["changes"][0]["hunks"][0]["flags"][0]["topic"] == "licensing"
    assert payload["others"] == [{"service": "pixboard", "document": "privacy", "link": ""}]
    assert payload["noise"] == 4


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = set()
        self.links = set()

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        self.links.add(dict(attributes).get("href", ""))


HOSTILE = st.text(
    st.one_of(st.sampled_from("\x00\x1b\u202e\ud800<>&\"'`\r\n|*-[]{}+"), st.characters()), min_size=1, max_size=60
)


@settings(max_examples=100)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_page_text_gets_out_of_its_place(old, new, name):
    hostile = DigestItem(replace(compare(old, f"{new}\n\n{ADS}"), service="acme"), name, name, "javascript:alert(1)")
    told = digest(hostile, others=(hostile,), meaning=lambda flag: name)
    tags = Tags()

    text, page = digest_as_text(told), digest_as_html(told)
    tags.feed(page)

    assert tags.seen <= set("html head meta style title body p strong h2 div del ins br ul li a".split())
    assert tags.links <= {"", "#"}
    assert not any(char in text + page for char in "\x00\x1b\u202e\r\x85\u2028")
    assert "\n" not in digest_subject(told)
    json.dumps(digest_as_payload(told))


# From the archive


def night(platform, *texts, **options):
    platform.night(terms=paragraphs(*texts), **options)


def test_a_digest_of_the_archive_tells_lists_and_counts(platform):
    night(platform, KEEP, RULES)
    night(platform, LICENCE, RULES)
    night(platform, LICENCE, RULES.replace("thirty", "ninety"))
    night(platform, LICENCE, RULES.replace("thirty", "ninety") + " ")
    shop = DigestSettings("shop", ("a@b.example",), topics=("licensing",))

    with Archive(platform.database) as archive:
        told = changes_between(archive, shop, START, platform.at)
        found = assemble_digest(archive, shop, told, START, platform.at, site="https://tos.example")

    assert told == ["acme/terms@2"]
    assert [one.link for one in found.items] == ["https://tos.example/changes/acme/terms/2/"]
    assert [one.link for one in found.others] == ["https://tos.example/changes/acme/terms/3/"]
    assert (found.documents, found.services) == (1, ("Acme",))
    assert "takes a licence" in digest_as_text(assemble_with_meaning(platform, shop, told))


def test_without_topics_nothing_lies_outside_of_them(platform):
    night(platform, KEEP, RULES)
    night(platform, LICENCE, RULES)
    night(platform, LICENCE, RULES.replace("thirty", "ninety"))

    with Archive(platform.database) as archive:
        found = assemble_digest(archive, DigestSettings("shop", ("a@b.example",)), ["acme/terms@2"], START, platform.at)

    assert (len(found.items), found.others) == (1, ())


def assemble_with_meaning(platform, shop, told):
    with Archive(platform.database) as archive:
        return assemble_digest(archive, shop, told, START, platform.at)


def test_the_same_archive_gives_the_same_words(platform):
    night(platform, KEEP, RULES)
    night(platform, LICENCE, RULES)
    everything = DigestSettings("all", ("a@b.example",), verdicts=(Verdict.SUBSTANTIVE, Verdict.EDITORIAL))

    with Archive(platform.database) as archive:
        pages = {
            digest_as_html(assemble_digest(archive, everything, ["acme/terms@2"], START, platform.at)) for _ in range(3)
        }

    assert len(pages) == 1


def test_a_flag_without_a_meaning_still_names_its_topic():
    def silent(flag: Flag) -> str:
        return ""

    assert "* Content licence, goes further\n" in digest_as_text(digest(WIDENED, meaning=silent))


# What readers decided


def reviewed(platform, *reviews):
    with platform.writer() as writer:
        writer.write_reviews(Review(change, "2024-03-01T00:00:00Z", *said) for change, *said in reviews)


def test_what_was_dismissed_or_overruled_is_in_no_digest(platform):
    for texts in ((LICENCE,), (WIDER,), (WIDER, ADS)):
        platform.night(terms=paragraphs(*texts))
    events, span = ["acme/terms@2", "acme/terms@3"], (START, START + timedelta(days=5))

    with Archive(platform.database) as archive:
        before = assemble_digest(archive, DigestSettings("shop"), events, *span)
    reviewed(platform, ("acme/terms@2", "dismissed"), ("acme/terms@3", "", "noise"))
    with Archive(platform.database) as archive:
        after = assemble_digest(archive, DigestSettings("shop"), events, *span)

    assert (len(before.items), len(after.items), len(after.others)) == (2, 0, 0)


def test_changes_are_listed_again_until_they_are_acknowledged(platform):
    for texts in ((LICENCE,), (WIDER,), (WIDER, ADS), (WIDER, ADS, RULES)):
        platform.night(terms=paragraphs(*texts))
    since, until = START + timedelta(days=2, hours=1), START + timedelta(days=5)
    again = DigestSettings("shop", until_acknowledged=True)

    def shown(settings):
        with Archive(platform.database) as archive:
            return assemble_digest(archive, settings, ["acme/terms@4"], since, until)

    assert shown(DigestSettings("shop")).unacknowledged == ()
    assert [item.change.new.number for item in shown(again).unacknowledged] == [3, 2]
    assert "Not acknowledged yet:" in digest_as_text(shown(again))
    reviewed(platform, ("acme/terms@3", "acknowledged"))
    assert [item.change.new.number for item in shown(again).unacknowledged] == [2]


def test_a_digest_of_kinds_tells_of_documents_of_these_kinds_only(platform):
    page = Page("https://acme.example/vendors", select=("main",))
    platform.documents.append(Document("acme", "vendors", (page,), "Whom we work with", "Acme"))
    vendors = DigestSettings("vendors", ("privacy@acme.example",), kinds=("sub-processors", "sla"))
    platform.digests = (vendors, DigestSettings("all", ("owner@acme.example",)))
    # Only the title tells what it is.
    platform.night(terms=paragraphs(LICENCE), vendors=paragraphs(RULES, title="Our sub-processors"))
    platform.night(terms=paragraphs(WIDER), vendors=paragraphs(RULES, ADS, title="Our sub-processors"))

    with Archive(platform.database) as archive, Outbox(archive.path) as outbox:
        queued = {(row.digest, row.event) for row in outbox.waiting()}
        again = changes_between(archive, vendors, START, START + timedelta(days=5))
        told = assemble_digest(archive, vendors, again, START, START + timedelta(days=5))

    assert queued == {("vendors", "acme/vendors@2"), ("all", "acme/vendors@2"), ("all", "acme/terms@2")}
    assert again == ["acme/vendors@2"]
    assert [one.change.document for one in told.items] == ["vendors"]
    assert told.documents == 1
    assert told.others == ()


def test_the_first_digest_of_a_month_says_what_was_silenced(platform):
    for day in (2, 3):
        platform.night(terms=paragraphs(f"Last updated: {day} May 2023", LICENCE))

    with Archive(platform.database) as archive:
        first = assemble_digest(archive, DigestSettings("shop"), [], START, datetime(2024, 2, 1, tzinfo=UTC))
        second = assemble_digest(archive, DigestSettings("shop"), [], START, datetime(2024, 1, 20, tzinfo=UTC))

    assert first.silenced == {"stamp": 1}
    assert "Silenced in the last 30 days: 1 (a date stamp); `tostrack log --silenced`" in " ".join(
        digest_as_text(first).split()
    )
    assert second.silenced == {}


def test_a_second_message_reads_no_text_that_the_first_has_read(platform, monkeypatch):
    night(platform, RULES, LICENCE)
    night(platform, RULES, WIDER, "These terms are effective as of March 1, 2030.")
    read = []
    reading = Archive.reading
    monkeypatch.setattr(Archive, "reading", lambda archive, row: read.append(row.id) or reading(archive, row))
    with Archive(platform.database) as archive:
        first = assemble_digest(archive, DigestSettings("shop"), ["acme/terms@2"], START, platform.at)
        texts = len(read)
        second = assemble_digest(archive, DigestSettings("shop"), ["acme/terms@2"], START, platform.at)

    assert first.upcoming == second.upcoming
    assert texts > 0
    assert len(read) == texts


def test_the_changes_of_a_document_are_listed_once_however_many_are_told(platform, monkeypatch):
    for text in (KEEP, LICENCE, WIDER, ADS):
        night(platform, RULES, text)
    listed = []
    changes = Archive.changes
    monkeypatch.setattr(
        Archive, "changes", lambda archive, *of, **named: listed.append(of) or changes(archive, *of, **named)
    )
    with Archive(platform.database) as archive:
        assemble_digest(archive, DigestSettings("shop"), ["acme/terms@2"], START, platform.at)
        once = len(listed)
        listed.clear()
        found = assemble_digest(
            archive, DigestSettings("shop"), [f"acme/terms@{n}" for n in (2, 3, 4)], START, platform.at
        )

    assert len(found.items) == 3
    assert len(listed) == once
