"""What a person decides: a text in quarantine is the policy; the kept captures are read by today's rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import START, paragraphs

from tostrack.archive import Archive
from tostrack.errors import ConfigError
from tostrack.models import Document, Outcome, Page
from tostrack.services import review

RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."
ADS = "You agree that a business may pay us to display your username, likeness and photos in sponsored content."
PARTS = [
    f"In case {number} the parties settle what they owe each other, in money or in kind, in {number} days."
    for number in range(2, 40)
]
OUTAGE = paragraphs("Something went wrong. The terms are temporarily unavailable.", title="Pixboard")
SHORTER = paragraphs(RULES.replace("13", "16"), ADS, *PARTS[:9])
ASIDE = f"<aside><p>{ADS}</p></aside></main>"


def accept(platform, **more):
    with platform.writer() as writer:
        return review.accept_quarantined(platform.documents[0], writer, platform.at, **more)


def reextract(platform, **more):
    with platform.writer() as writer:
        [found] = review.reextract(platform.documents, writer, platform.at, **more)
        return found


def quarantine(platform, page=OUTAGE):
    platform.night(terms=paragraphs(RULES, *PARTS))
    [result] = platform.night(terms=page)
    assert result.outcome is Outcome.SUSPECT


def test_an_accepted_text_is_the_next_version_judged_and_told(platform):
    quarantine(platform, SHORTER)

    result = accept(platform)

    assert (result.outcome, result.version, result.verdict) == (Outcome.CHANGED, 2, "substantive")
    with Archive(platform.database) as archive:
        [change] = archive.changes()
        assert change.announced
        assert archive.suspects() == []
        assert archive.documents()[0].failing_since is None


def test_it_cites_the_capture_that_was_kept_and_is_the_base_of_the_next_crawl(platform):
    quarantine(platform)
    files = platform.files()

    accept(platform)
    [next_night] = platform.night(terms=OUTAGE)

    assert next_night.outcome is Outcome.UNCHANGED
    assert platform.files() == files


def test_a_dry_run_says_what_would_change_and_stores_nothing(platform):
    quarantine(platform, SHORTER)

    result = accept(platform, dry_run=True)

    assert (result.version, result.verdict) == (2, "substantive")
    with Archive(platform.database) as archive:
        assert len(archive.versions("acme", "terms")) == 1
        assert len(archive.suspects()) == 1


def test_of_several_texts_the_last_one_seen_is_taken_or_the_one_that_is_named(platform):
    quarantine(platform)
    platform.night(terms=paragraphs("You must log in to continue to the terms of this service.", title="Pixboard"))
    with Archive(platform.database) as archive:
        last, first = archive.suspects("acme", "terms")

    assert (last.cause, first.cause) == ("login", "outage")
    assert accept(platform, key=first.key_sha256[:8], dry_run=True).outcome is Outcome.CHANGED
    accept(platform)
    with Archive(platform.database) as archive:
        assert "log in" in archive.text("acme", "terms")


def test_a_text_that_has_passed_is_not_accepted(platform):
    quarantine(platform)
    platform.night(terms=paragraphs(RULES, *PARTS))

    with pytest.raises(ConfigError, match="it has passed"):
        accept(platform)


def test_evidence_without_a_text_is_not_accepted(platform):
    platform.night(terms=paragraphs(RULES, *PARTS))
    platform.night(terms=paragraphs(RULES, *PARTS).replace("main", "section"))

    with pytest.raises(ConfigError, match="holds no text to accept"):
        accept(platform)


def test_with_nothing_in_quarantine_there_is_nothing_to_accept(platform):
    platform.night(terms=paragraphs(RULES))

    with pytest.raises(ConfigError, match="no text is quarantined"):
        accept(platform)


def test_the_first_text_of_a_document_can_be_one_from_quarantine(platform):
    platform.night(terms=OUTAGE)

    assert accept(platform).outcome is Outcome.FIRST


def test_a_document_of_two_pages_is_accepted_whole(platform):
    platform.documents = [
        Document("acme", "terms", tuple(Page(f"https://acme.example/{n}", ("main",)) for n in ("one", "two")))
    ]
    platform.night(one=paragraphs(*PARTS), two=paragraphs(RULES, *PARTS))
    platform.night(one=paragraphs(PARTS[0]), two=paragraphs(RULES))

    accept(platform)

    with Archive(platform.database) as archive:
        text = archive.text("acme", "terms")
    assert PARTS[0] in text
    assert RULES in text
    assert PARTS[1] not in text


def test_an_odd_text_that_comes_again_leaves_the_quarantine_by_itself(platform):
    platform.night(terms=paragraphs(RULES, *PARTS))
    for _ in range(2):
        platform.night(terms=paragraphs(RULES, *PARTS[:9]))

    with Archive(platform.database) as archive:
        assert archive.suspects() == []
        assert len(archive.versions("acme", "terms")) == 2


@pytest.fixture
def narrowed(platform):
    platform.night(terms=paragraphs(RULES, *PARTS).replace("</main>", ASIDE))
    page = replace(platform.documents[0].pages[0], remove=("aside",))
    platform.documents = [replace(platform.documents[0], pages=(page,))]
    return platform


def test_new_selectors_on_the_kept_capture_make_a_version_that_nobody_is_told_of(narrowed):
    found = reextract(narrowed)

    assert (found.outcome, found.version, found.clauses_before - found.clauses) == ("re-extracted", 2, 1)
    with Archive(narrowed.database) as archive:
        assert [row.kind for row in archive.versions("acme", "terms")] == ["crawl", "re-extraction"]
        assert archive.changes() == []
        assert archive.last_seen("acme", "terms") == "2024-01-01T03:00:00Z"
        assert archive.documents()[0].checked_at == "2024-01-01T03:00:00Z"


def test_the_next_crawl_compares_like_with_like(narrowed):
    reextract(narrowed)

    [same] = narrowed.night(terms=paragraphs(RULES, *PARTS).replace("</main>", ASIDE))
    [other] = narrowed.night(terms=paragraphs(RULES, *PARTS, "We may sell your photos.").replace("</main>", ASIDE))

    assert same.outcome is Outcome.UNCHANGED
    assert [hunk.new for hunk in other.change.hunks] == ["We may sell your photos."]


def test_a_dry_run_of_a_re_extraction_stores_nothing(narrowed):
    assert reextract(narrowed, dry_run=True).outcome == "re-extracted"
    assert reextract(narrowed).outcome == "re-extracted"
    assert reextract(narrowed).outcome == "unchanged"


def test_rules_that_lose_most_of_the_text_are_held_back_unless_forced(platform):
    platform.night(terms=paragraphs(RULES, *PARTS))
    platform.documents = [Document("acme", "terms", (Page("https://acme.example/terms", ("p:nth-of-type(-n+12)",)),))]

    held = reextract(platform)
    forced = reextract(platform, force=True)

    assert (held.outcome, held.cause, held.version) == ("suspect", "collapse", 1)
    assert (forced.outcome, forced.version) == ("re-extracted", 2)


def test_a_selector_that_fits_nothing_says_where_the_text_is(platform):
    platform.night(terms=paragraphs(RULES, *PARTS))
    platform.documents = [Document("acme", "terms", (Page("https://acme.example/terms", ("#policy",)),))]

    found = reextract(platform)

    assert (found.outcome, found.cause) == ("failed", "selector")
    assert "try select = 'main'" in found.message


def test_without_a_capture_there_is_nothing_to_read_again(platform):
    assert reextract(platform).cause == "no-version"
    platform.night(terms=paragraphs(RULES))
    platform.documents = [Document("acme", "terms", (Page("https://acme.example/moved", ("main",)),))]
    assert reextract(platform).cause == "no-capture"


def test_time_does_not_go_back(platform):
    quarantine(platform)

    accept(platform)

    with Archive(platform.database) as archive:
        assert archive.current("acme", "terms").seen_at == "2024-01-03T03:00:00Z"
        assert platform.at == START + timedelta(days=2)
