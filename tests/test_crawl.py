"""A night's run, from answers to what is stored and told."""

import sqlite3

import pytest
from conftest import paragraphs

from tostrack.analysis.decision import STABLE_AFTER
from tostrack.archive import Archive
from tostrack.archive.flag_listing import has_listing
from tostrack.archive.recorder import Recorder
from tostrack.archive.writer import Writer
from tostrack.errors import ExtractError, FetchError
from tostrack.models import Document, NotModified, Outcome, Page, Snapshot, Validators
from tostrack.services import crawl

LICENCE = "You grant us a non-exclusive, royalty-free, worldwide, limited licence to use the content that you post."
WIDER = "You grant us a non-exclusive, royalty-free, worldwide, transferable, sub-licensable licence to use the content that you post."
RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."
ADS = "You agree that a business may pay us to display your username, likeness and photos in sponsored content."
TERMS = paragraphs(LICENCE, RULES)


def outcomes(results):
    return [result.outcome for result in results]


def test_the_first_night_records_a_version_and_tells_nobody(platform):
    [result] = platform.night(terms=TERMS)

    assert (result.outcome, result.version, result.verdict) == (Outcome.FIRST, 1, None)
    with Archive(platform.database) as archive:
        assert archive.changes() == []
        assert "royalty-free" in archive.text("acme", "terms")


def test_the_same_bytes_again_add_nothing(platform):
    platform.night(terms=TERMS)
    before = platform.files()

    [result] = platform.night(terms=TERMS)

    assert result.outcome is Outcome.UNCHANGED
    assert platform.files() == before
    with Archive(platform.database) as archive:
        assert len(archive.versions("acme", "terms")) == 1


def test_a_304_moves_only_the_time_at_which_the_text_was_last_seen(platform):
    platform.night(terms=TERMS)

    [result] = platform.night(terms=NotModified("https://acme.example/terms", platform.at))

    assert (result.outcome, result.http_status) == (Outcome.NOT_MODIFIED, 304)
    rows = sqlite3.connect(platform.database).execute("SELECT seen_at, last_seen_at FROM latest").fetchall()
    assert rows == [("2024-01-01T03:00:00Z", "2024-01-02T03:00:00Z")]


def test_new_bytes_with_the_same_text_keep_one_more_capture_and_no_version(platform):
    platform.night(terms=TERMS)
    platform.night(terms=TERMS.replace("<main>", "<!-- token 1 --><main>"))

    [result] = platform.night(terms=TERMS.replace("<main>", "<!-- token 2 --><main>"))

    assert result.outcome is Outcome.UNCHANGED
    # What the version cites, and the latest; the one between is forgotten.
    assert platform.files() == ["acme/terms/2024-01-01T03-00-00Z.html.gz", "acme/terms/2024-01-03T03-00-00Z.html.gz"]


def test_a_change_that_matters_is_stored_judged_and_told(platform):
    platform.night(terms=TERMS)

    [result] = platform.night(terms=paragraphs(WIDER, RULES, ADS))

    assert (result.outcome, result.verdict, result.version) == (Outcome.CHANGED, "substantive", 2)
    assert set(result.topics) >= {"licensing", "advertising"}
    with Archive(platform.database) as archive:
        [change] = archive.changes()
        assert (change.id, change.announced, change.added, change.reworded) == ("acme/terms@2", True, 1, 1)


def test_what_does_not_matter_is_stored_and_not_told(platform):
    platform.night(terms=paragraphs("Last updated: 2 January 2024", LICENCE, RULES))

    [result] = platform.night(terms=paragraphs("Last updated: 3 January 2024", LICENCE, RULES))

    assert (result.outcome, result.verdict) == (Outcome.CHANGED, "noise")
    with Archive(platform.database) as archive:
        assert [change.announced for change in archive.changes()] == [False]


def test_a_failed_page_is_no_version_and_the_old_text_stands(platform):
    platform.night(terms=TERMS)

    [result] = platform.night(terms=FetchError("https://acme.example/terms: 503", cause="http-503", status=503))

    assert (result.outcome, result.cause, result.http_status, result.version) == (Outcome.FAILED, "http-503", 503, 1)
    with Archive(platform.database) as archive:
        [row] = archive.documents()
        assert row.failing_since == "2024-01-02T03:00:00Z"
        assert "royalty-free" in archive.text("acme", "terms")


def test_failing_since_is_the_first_of_the_bad_nights_and_goes_with_the_first_good_one(platform):
    error = FetchError("down", cause="timeout")
    platform.night(terms=TERMS)
    platform.night(terms=error)
    platform.night(terms=error)
    with Archive(platform.database) as archive:
        assert archive.documents()[0].failing_since == "2024-01-02T03:00:00Z"

    platform.night(terms=TERMS)

    with Archive(platform.database) as archive:
        assert archive.documents()[0].failing_since is None


def test_a_selector_that_matches_nothing_fails_with_its_name_and_keeps_the_evidence(platform):
    platform.night(terms=TERMS)

    [result] = platform.night(terms=TERMS.replace("main", "section"))

    assert (result.outcome, result.cause) == (Outcome.FAILED, "selector")
    assert "main" in result.message
    assert len(platform.files()) == 2
    platform.night(terms=TERMS.replace("main", "article"))
    assert len(platform.files()) == 2, "one capture for each kind of failure is evidence enough"


def test_a_dead_selector_is_answered_with_the_container_that_holds_the_text_now(platform):
    platform.night(terms=TERMS)

    [result] = platform.night(terms=TERMS.replace("<main>", "<div id=policy>").replace("</main>", "</div>"))

    assert "the last good text is most like '#policy' (100%): try select = '#policy'" in result.message
    with Archive(platform.database) as archive:
        assert archive.documents()[0].message == result.message


def test_of_two_pages_the_one_whose_selector_died_gets_the_proposal(platform):
    pages = tuple(Page(f"https://acme.example/{name}", select=("main",)) for name in ("one", "two"))
    platform.documents = [Document("acme", "terms", pages)]
    platform.night(one=paragraphs(LICENCE), two=paragraphs(RULES, ADS))

    [result] = platform.night(one=paragraphs(LICENCE), two=paragraphs(RULES, ADS).replace("main>", "article>"))

    assert "'article' of https://acme.example/two (100%)" in result.message


def test_a_server_that_asks_us_to_wait_is_not_asked_before(platform):
    busy = FetchError("https://acme.example/terms: 429", cause="http-429", status=429, retry_after=36 * 3600)
    platform.night(terms=TERMS)
    platform.night(terms=busy)
    asked = []
    fetch_all = platform.fetch_all
    platform.fetch_all = lambda requests: fetch_all([asked.append(r.key) or r for r in requests])

    [early] = platform.night(terms=TERMS)
    with Archive(platform.database) as archive:
        [row] = archive.documents()
    [due] = platform.night(terms=TERMS)

    assert (early.outcome, early.cause, early.version) == (Outcome.SKIPPED, "waiting", 1)
    assert (row.outcome, row.next_try_at, row.failing_since) == (
        "failed",
        "2024-01-03T15:00:00Z",
        "2024-01-02T03:00:00Z",
    )
    assert due.outcome is Outcome.UNCHANGED
    assert asked == [("acme/terms", 0)]
    with Archive(platform.database) as archive:
        assert archive.documents()[0].next_try_at is None


def test_nobody_makes_us_wait_for_years(platform):
    platform.night(terms=FetchError("busy", cause="http-503", status=503, retry_after=1e12))

    with Archive(platform.database) as archive:
        assert archive.documents()[0].next_try_at == "2024-01-08T03:00:00Z"


def test_a_preview_tells_what_does_not_stay_the_same_between_two_fetches(platform):
    pages = iter([paragraphs(RULES, "Read by 17 people."), paragraphs(RULES, "Read by 19 people.")])
    platform.fetch_all = lambda requests: (
        (request, Snapshot(request.page.url, platform.at, 200, next(pages).encode())) for request in requests
    )

    [preview] = crawl.preview(platform.documents, platform.fetch_all)

    assert (preview.cause, preview.unstable) == ("", (("17", "19"),))


def test_a_preview_of_a_stable_page_asks_twice_and_has_nothing_to_tell(platform):
    platform.pages["https://acme.example/terms"] = TERMS

    [preview] = crawl.preview(platform.documents, platform.fetch_all)

    assert (preview.unstable, preview.again, len(preview.clauses)) == ((), "", 3)


def test_a_preview_names_the_container_that_is_most_like_the_last_good_text(platform):
    platform.pages["https://acme.example/terms"] = TERMS.replace("main>", "article>")

    [preview] = crawl.preview(platform.documents, platform.fetch_all, lambda _: f"{LICENCE}\n\n{RULES}\n")

    assert preview.cause == "selector"
    assert "try select = 'article'" in preview.message


def test_an_outage_page_with_status_200_is_kept_apart_and_never_a_version(platform):
    platform.night(terms=paragraphs(*[f"{RULES} {number}" for number in range(30)]))
    outage = (
        "<html><title>Oops</title><main><h1>We'll be right back</h1><p>The service is down for maintenance.</p></main>"
    )

    results = [platform.night(terms=outage, days=2) for _ in range(3)]

    assert [outcomes(night) for night in results] == [[Outcome.SUSPECT]] * 3
    with Archive(platform.database) as archive:
        assert len(archive.versions("acme", "terms")) == 1
    assert len(platform.files()) == 2


def test_one_bad_document_does_not_stop_the_others(platform):
    privacy = Document("acme", "privacy", (Page("https://acme.example/privacy", select=("main",)),))
    platform.documents = [privacy, *platform.documents]

    results = platform.night(privacy=FetchError("no", cause="dns"), terms=TERMS)

    assert outcomes(results) == [Outcome.FAILED, Outcome.FIRST]


def test_a_document_of_two_pages_is_one_text_and_one_bad_page_makes_no_half_version(platform):
    pages = tuple(Page(f"https://acme.example/{name}", select=("main",)) for name in ("one", "two"))
    platform.documents = [Document("acme", "terms", pages)]
    platform.night(one=paragraphs(LICENCE), two=paragraphs(RULES))

    [result] = platform.night(one=paragraphs(WIDER), two=FetchError("no", cause="timeout"))

    assert result.outcome is Outcome.FAILED
    with Archive(platform.database) as archive:
        text = archive.text("acme", "terms")
        assert text.index(LICENCE) < text.index(RULES)


def test_our_own_change_of_selector_is_a_version_and_never_a_change(platform):
    page = TERMS.replace("</main>", "<aside>Related: how to pay, how to leave, where to complain.</aside></main>")
    platform.night(terms=page)
    platform.documents = [
        Document("acme", "terms", (Page("https://acme.example/terms", select=("main",), remove=("aside",)),))
    ]

    [result] = platform.night(terms=page)

    assert (result.outcome, result.verdict) == (Outcome.UNCHANGED, None)
    with Archive(platform.database) as archive:
        assert [row.kind for row in archive.versions("acme", "terms")] == ["crawl", "re-extraction"]
        assert archive.changes() == []


def test_their_change_in_the_night_of_our_own_is_compared_like_with_like(platform):
    aside = "<aside>Related: how to pay, how to leave, where to complain.</aside></main>"
    platform.night(terms=TERMS.replace("</main>", aside))
    platform.documents = [
        Document("acme", "terms", (Page("https://acme.example/terms", select=("main",), remove=("aside",)),))
    ]

    [result] = platform.night(terms=paragraphs(LICENCE, RULES, ADS).replace("</main>", aside))

    assert [hunk.new for hunk in result.change.hunks] == [ADS]
    with Archive(platform.database) as archive:
        kinds = [row.kind for row in archive.versions("acme", "terms")]
        assert kinds == ["crawl", "re-extraction", "crawl"]


def test_an_edit_inside_one_of_two_alternating_variants_is_compared_with_that_variant(platform):
    other = paragraphs(
        "Another edition of the terms, for those whom we show it.", "It says little, and in its own words."
    )
    for page in (TERMS, other, TERMS, other, TERMS, other):
        platform.night(terms=page)

    [result] = platform.night(terms=paragraphs(LICENCE, RULES.replace("13", "16")))

    assert [(hunk.old, hunk.new) for hunk in result.change.hunks] == [(RULES, RULES.replace("13", "16"))]


def test_a_page_that_turns_every_week_is_told_when_it_first_returns_and_then_no_more(platform):
    platform.night(terms=TERMS)
    for _ in range(15):
        for page in (paragraphs(WIDER, RULES), TERMS):
            platform.night(terms=page, days=6)
            platform.night(terms=page)

    with Archive(platform.database) as archive:
        told = [row for row in archive.changes() if row.announced]

    assert sorted(row.to_number for row in told) == [2, 3]


def test_the_validators_of_the_last_good_answer_are_sent_again(platform):
    platform.night(terms=TERMS)
    connection = sqlite3.connect(platform.database)
    connection.execute("UPDATE pages SET etag = ?", ('"abc"',))
    connection.commit()
    sent = []
    fetch_all = platform.fetch_all
    platform.fetch_all = lambda requests: fetch_all([sent.append(r.validators) or r for r in requests])

    platform.night(terms=TERMS)

    assert sent == [Validators('"abc"', "")]


@pytest.mark.parametrize("at_call", range(1, 50, 4))
def test_a_run_that_is_killed_and_repeated_ends_as_an_unbroken_one(platform, tmp_path, at_call):
    from conftest import Platform

    other = Platform(tmp_path / "unbroken")
    other.folder.mkdir()
    for one in (platform, other):
        one.night(terms=TERMS)
    other.night(terms=paragraphs(WIDER, RULES, ADS))

    class KilledError(Exception):
        pass

    calls = 0
    with platform.writer() as writer:
        connection = writer._connection

        class Killing:
            def __getattr__(self, name):
                return getattr(connection, name)

            def execute(self, *args):
                nonlocal calls
                calls += 1
                if calls == at_call:
                    raise KilledError
                return connection.execute(*args)

        writer._connection = writer._database.conn = Killing()
        writer._recorder = Recorder(writer._connection)
        try:
            platform.pages["https://acme.example/terms"] = paragraphs(WIDER, RULES, ADS)
            list(crawl.crawl(platform.documents, writer, platform.fetch_all, lambda: platform.at))
        except KilledError:
            connection.rollback()
    assert calls >= at_call, "the run was over before it was killed"
    platform.night()

    assert _content(platform.database) == _content(other.database)


def _content(database):
    connection = sqlite3.connect(database)
    tables = ["documents", "snapshots", "pages", "clauses", "versions", "judgements", "judgement_flags", "suspects"]
    return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def stops_at(name):
    """Return a call that ends *name* at its limits and runs every other function."""

    def call(function, /, *arguments, **named):
        if function.__name__ == name:
            raise ExtractError("processing it took more than 20 s", cause="too-slow")
        return function(*arguments, **named)

    return call


def test_a_comparison_that_is_stopped_fails_by_name_and_is_made_on_the_next_night(platform):
    platform.night(terms=TERMS)
    changed = paragraphs(WIDER, RULES, ADS)

    [stopped] = platform.night(terms=changed, call=stops_at("decide"))
    [result] = platform.night(terms=changed)

    assert (stopped.outcome, stopped.cause, stopped.version) == (Outcome.FAILED, "too-slow", 1)
    assert (result.outcome, result.verdict, result.version) == (Outcome.CHANGED, "substantive", 2)


def test_flags_of_a_first_text_that_are_stopped_end_no_crawl(platform):
    [stopped] = platform.night(terms=TERMS, call=stops_at("flag_clauses"))
    [result] = platform.night(terms=TERMS)

    assert (stopped.outcome, stopped.cause) == (Outcome.FAILED, "too-slow")
    assert (result.outcome, result.version) == (Outcome.FIRST, 1)


def test_a_reversion_whose_confirmation_is_stopped_is_confirmed_later(platform):
    platform.night(terms=TERMS)
    platform.night(terms=paragraphs(WIDER, RULES, ADS))
    platform.night(terms=TERMS)
    platform.at += STABLE_AFTER

    [stopped] = platform.night(terms=TERMS, call=stops_at("decide"))
    [result] = platform.night(terms=TERMS)

    assert (stopped.outcome, stopped.cause) == (Outcome.FAILED, "too-slow")
    assert (result.outcome, result.verdict) == (Outcome.UNCHANGED, "substantive")


def test_a_night_on_which_no_reversion_waits_asks_for_no_decision(platform):
    platform.night(terms=paragraphs("Last updated: 2 January 2024", LICENCE, RULES))
    platform.night(terms=paragraphs("Last updated: 3 January 2024", LICENCE, RULES))

    [result] = platform.night(call=stops_at("decide"))

    assert result.outcome is Outcome.UNCHANGED


def test_a_run_that_ends_before_the_flags_are_listed_stores_nothing_of_the_visit(platform, monkeypatch):
    licence = "You grant us a worldwide, royalty-free licence to use and display the photos that you post."
    platform.night(terms=paragraphs("We keep your data for 30 days after the day on which you leave.", licence))
    more = paragraphs("We keep your data for 60 days after the day on which you leave.", licence)

    def stop(*_values):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "list_flags", stop)
        with pytest.raises(KeyboardInterrupt):
            platform.night(terms=more)
    with Archive(platform.database) as archive:
        assert archive.current("acme", "terms").number == 1
    platform.night(terms=more)

    with Archive(platform.database) as archive:
        assert archive.current("acme", "terms").number == 2
        assert has_listing(archive.query, "acme", "terms")
