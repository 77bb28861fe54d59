"""History from the Wayback Machine: asked for politely and once, told apart by what goes wrong, put before version 1."""

import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from conftest import START, Platform, paragraphs
from fakes import FakeClock
from fakes_wayback import FakeWayback, Kept

from tostrack.archive import Archive
from tostrack.archive.flag_listing import has_listing
from tostrack.archive.verify import verify
from tostrack.archive.writer import Writer
from tostrack.errors import ConfigError, FetchError
from tostrack.fetch.client import Client
from tostrack.fetch.transport import GuardedTransport
from tostrack.importers.capture_selection import choose_captures
from tostrack.importers.request_log import RequestLog
from tostrack.importers.wayback import ORIGIN, Capture, Wayback, pause
from tostrack.models import Document, Outcome, Page, Verdict
from tostrack.services import backfill
from tostrack.services.backfill import BackfillRange

URL = "https://acme.example/terms"
LICENCE = "You grant us a non-exclusive, royalty-free, worldwide licence to use the content that you post."
WIDER = (
    "You grant us a non-exclusive, royalty-free, worldwide, sub-licensable licence to use the content that you post."
)
ADS = "You agree that a business may pay us to display your username, likeness and photos in sponsored content."
RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."


def html(*clauses):
    return paragraphs(*clauses).encode()


def kept(stamp, *clauses, url=URL, **more):
    return Kept(stamp.ljust(14, "0"), url, html(*clauses), **more)


YEARS = [
    kept("20121001", LICENCE, RULES),
    kept("20121002", LICENCE, RULES, how="revisit"),
    kept("20121217", LICENCE, RULES, ADS),
    kept("20130116", LICENCE, RULES),
    kept("20200101", WIDER, RULES),
]


class Backfill:
    """One platform, one fake archive, one ledger; time passes only in the clock."""

    def __init__(self, folder, archive, **pauses):
        self.platform = Platform(folder)
        self.archive = archive
        self.clock = FakeClock()
        self.pauses = pauses

    def source(self):
        client = Client("tests", monotonic=self.clock.monotonic, allow_private=["127.0.0.1"])
        transport = GuardedTransport(
            client,
            pause=self.pauses.get("pause", lambda _: 0.0),
            now=lambda: START,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            mirrors={ORIGIN: self.archive.url},
        )
        return Wayback(transport, "tests")

    def run(self, *, formerly=(), every="day", partial=False, document=None):
        document = document or self.platform.documents[0]
        source = self.source()
        with RequestLog(self.platform.folder / "ledger.db") as ledger, self.platform.writer() as writer:
            span = BackfillRange(datetime(2000, 1, 1, tzinfo=UTC), START, every)
            made = backfill.plan_backfill(document, source, writer, ledger, span, formerly)
            for _ in backfill.fetch_captures(made, source, ledger):
                pass
            if made.found.cause or (made.found.waiting and not partial):
                return made.found
            return backfill.store_captures(made, ledger, writer)

    def numbers(self, document="terms"):
        with Archive(self.platform.database) as archive:
            return [(row.number, row.seen_at[:10]) for row in archive.versions("acme", document)]


@pytest.fixture
def years(tmp_path):
    with FakeWayback(YEARS) as archive:
        yield Backfill(tmp_path, archive)


def test_captures_become_versions_of_their_own_day_and_nobody_is_told(years):
    found = years.run()

    assert (found.versions, found.fetched, found.failed) == (4, 3, {})
    assert years.numbers() == [(1, "2012-10-01"), (2, "2012-12-17"), (3, "2013-01-16"), (4, "2020-01-01")]
    with Archive(years.platform.database) as archive:
        changes = archive.changes("acme", "terms")
    assert not any(row.announced for row in changes)
    assert "advertising" in next(row for row in changes if row.to_number == 2).topics


def test_bytes_that_the_archive_calls_the_same_are_asked_for_once(years):
    found = years.run()

    # The second of October is a revisit; what came back in 2013 has the digest of 2012.
    assert found.passed_over["same-bytes"] == 1
    assert years.archive.asked["playback"] == 3


def test_a_second_run_asks_for_no_capture_and_adds_nothing(years):
    years.run()
    asked = years.archive.asked["playback"]

    again = years.run()

    assert (again.versions, again.fetched, years.archive.asked["playback"]) == (0, 0, asked)


def test_what_is_found_after_the_first_crawl_stands_before_version_1(years):
    years.platform.night(terms=paragraphs(WIDER, RULES, "We train artificial intelligence on your photos."))

    found = years.run()

    assert found.versions == 4
    assert years.numbers() == [
        *[(-3, "2012-10-01"), (-2, "2012-12-17"), (-1, "2013-01-16"), (0, "2020-01-01"), (1, "2024-01-01")]
    ]
    with Archive(years.platform.database) as archive:
        seam = archive.change("acme/terms@1")
        assert (seam.from_number, seam.verdict, seam.announced) == (0, Verdict.SUBSTANTIVE, False)
        assert archive.change("acme/terms@-2").topics == ("advertising",)
        assert LICENCE in archive.text("acme", "terms", datetime(2015, 1, 1, tzinfo=UTC))


def test_a_backfill_that_ends_before_the_flags_are_listed_puts_nothing_before_what_stands(years, monkeypatch):
    years.platform.night(terms=paragraphs(WIDER, RULES, "We train artificial intelligence on your photos."))
    standing = years.numbers()

    def stop(writer, *_values):
        # Only in the archive itself: the texts of the past are judged in one of their own.
        if writer.path == years.platform.database:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "list_flags", stop)
        with pytest.raises(KeyboardInterrupt):
            years.run()
    with Archive(years.platform.database) as archive:
        assert has_listing(archive.query, "acme", "terms")
    assert years.numbers() == standing
    found = years.run()

    assert (found.versions, found.fetched) == (4, 0)
    with Archive(years.platform.database) as archive:
        assert has_listing(archive.query, "acme", "terms")
        assert {row.since[:10] for row in archive.flags("acme")} == {"2020-01-01", "2024-01-01"}


def test_a_crawl_goes_on_from_what_was_found(years):
    years.run()

    [same] = years.platform.night(terms=paragraphs(WIDER, RULES))
    [changed] = years.platform.night(terms=paragraphs(WIDER, RULES, ADS))

    assert (same.outcome, same.version) == (Outcome.UNCHANGED, 4)
    assert (changed.version, changed.verdict) == (5, Verdict.SUBSTANTIVE)


def test_a_crawl_that_had_begun_is_not_disturbed(years):
    years.platform.night(terms=paragraphs(WIDER, RULES))
    years.run()

    [result] = years.platform.night(terms=paragraphs(WIDER, RULES, ADS))

    assert (result.version, result.change.old.number) == (2, 1)


def test_an_earlier_backfill_goes_below_a_later_one(tmp_path):
    with FakeWayback(YEARS[3:]) as archive:
        late = Backfill(tmp_path, archive)
        late.run()
    with FakeWayback(YEARS) as archive:
        early = Backfill(tmp_path, archive)
        found = early.run()

    assert found.versions == 2
    assert early.numbers() == [(-1, "2012-10-01"), (0, "2012-12-17"), (1, "2013-01-16"), (2, "2020-01-01")]


def test_what_goes_wrong_is_told_apart(tmp_path):
    captures = [
        kept("20110101", LICENCE, "One."),
        kept("20120101", LICENCE, "Two.", how="missing"),
        kept("20130101", LICENCE, "Three.", how="elsewhere", other="20110101000000"),
        kept("20140101", "Moved.", status=301, location="https://acme.example/other"),
        kept("20150101", "Gone.", status=404),
        kept("20160101", "Picture.", media="image/png"),
        kept("20170101", LICENCE, "Seven."),
        kept("20170101120000", LICENCE, "Eight."),
    ]
    with FakeWayback(captures) as archive:
        found = Backfill(tmp_path, archive).run()

    assert found.failed == {"missing": 1, "another-date": 1}
    assert +found.passed_over == {"redirects": 1, "errors": 1, "other-media": 1, "thinned": 1}
    assert (found.captures, found.versions, found.waiting) == (8, 2, 0)


def test_a_row_of_the_index_that_cannot_be_read_leaves_out_that_capture(tmp_path):
    rows = (
        "example,acme)/terms 20121399000000 https://acme.example/terms text/html 200 A 100",
        "example,acme)/terms 20120008241731 https://acme.example/terms text/html 200 B 100",
        "example,acme)/terms 2012 https://acme.example/terms text/html 200 C 100",
        "example,acme)/terms 20120101000000 https://acme.example/terms text/html two D 100",
        "example,acme)/terms 20120101000000 https://acme.example/ter ms text/html 200 E 100",
        "half of a row",
    )
    with FakeWayback([kept("20110101", LICENCE, "One.")], odd_rows=rows) as archive:
        found = Backfill(tmp_path, archive).run()

    assert +found.passed_over == {"unreadable": 6}
    assert (found.cause, found.captures, found.versions) == ("", 1, 1)


def test_a_capture_of_nearly_that_time_counts_with_its_own_time(tmp_path):
    near = kept("20110102", LICENCE, RULES)
    asked = kept("20110101120000", "The index says so.", how="elsewhere", other=near.stamp)
    with FakeWayback([asked, near]) as archive:
        backfill = Backfill(tmp_path, archive)
        backfill.run(every="week")

    assert backfill.numbers() == [(1, "2011-01-02")]


def test_an_interrupted_backfill_goes_on(tmp_path):
    captures = [kept(f"2011{month:02}01", LICENCE, f"Clause number {month} of the terms.") for month in range(1, 13)]
    with FakeWayback(captures, breaks_after=5) as archive:
        backfill = Backfill(tmp_path, archive)
        broken = backfill.run()
        archive.breaks_after = None
        asked = archive.asked["playback"]
        whole = backfill.run()

    assert (broken.versions, broken.failed["unavailable"] > 0, broken.waiting) == (0, True, 7)
    assert (whole.versions, archive.asked["playback"] - asked) == (12, 7)


def test_what_there_is_can_be_taken_without_the_rest(tmp_path):
    captures = [kept(f"2011{month:02}01", LICENCE, f"Clause number {month} of the terms.") for month in range(1, 13)]
    with FakeWayback(captures, breaks_after=5) as archive:
        found = Backfill(tmp_path, archive).run(partial=True)

    assert (found.versions, found.waiting) == (5, 7)


def test_a_long_index_is_read_page_by_page(tmp_path):
    captures = [kept(f"20{year}{month:02}01", f"Clause {year} {month}.") for year in (10, 11) for month in range(1, 13)]
    with FakeWayback(captures, page=5) as archive:
        source = Backfill(tmp_path, archive).source()
        found = list(source.captures(URL, datetime(2000, 1, 1, tzinfo=UTC), START))

    assert len(found) == 24
    assert archive.asked["index"] == 5


def test_a_429_is_obeyed_and_the_run_goes_on(tmp_path):
    with FakeWayback(YEARS[:1], refusals=[(429, "90")]) as archive:
        backfill = Backfill(tmp_path, archive)
        found = backfill.run()

    assert found.versions == 1
    assert backfill.clock.slept == [90.0]


def test_a_429_without_a_word_is_a_minute(tmp_path):
    with FakeWayback(YEARS[:1], refusals=[(429, "")]) as archive:
        backfill = Backfill(tmp_path, archive)
        backfill.run()

    assert backfill.clock.slept == [60.0]


def test_a_429_for_an_hour_ends_the_run(tmp_path):
    with FakeWayback(YEARS[:1], refusals=[(429, "3600")]) as archive, pytest.raises(FetchError) as caught:
        Backfill(tmp_path, archive).run()

    assert (caught.value.status, caught.value.retry_after) == (429, 3600.0)


def test_an_error_page_that_was_archived_is_an_answer(tmp_path):
    page = kept("20110101", "We are down.", status=503)
    with FakeWayback([page]) as archive:
        source = Backfill(tmp_path, archive).source()
        capture = Capture(datetime(2011, 1, 1, tzinfo=UTC), URL, page.digest, None, "warc/revisit")

        with pytest.raises(FetchError) as caught:
            source.play(capture)

    assert (caught.value.cause, caught.value.transient, archive.asked["playback"]) == ("archived-error", False, 1)


def test_a_server_error_of_the_archive_is_tried_again(tmp_path):
    with FakeWayback(YEARS[:1], refusals=[(503, ""), (503, "")]) as archive:
        backfill = Backfill(tmp_path, archive)
        found = backfill.run()

    assert (found.versions, backfill.clock.slept) == (1, [2.0, 8.0])


def test_the_index_is_asked_24_times_a_minute_at_most_and_playback_60(tmp_path):
    with FakeWayback(YEARS, page=2) as archive:
        backfill = Backfill(tmp_path, archive, pause=pause)
        backfill.run()

    index, playback = archive.asked["index"], archive.asked["playback"]
    assert sum(backfill.clock.slept) == pytest.approx((index) * 2.5 + (playback - 1) * 1.0)


def test_an_address_that_the_archive_hides_is_said_to_be_hidden(tmp_path):
    with FakeWayback(YEARS, blocked=frozenset({URL})) as archive:
        found = Backfill(tmp_path, archive).run()

    assert (found.cause, found.versions) == ("blocked", 0)


def test_an_earlier_address_belongs_to_the_same_history(tmp_path):
    old = "http://acme.example/legal/terms/"
    with FakeWayback([kept("20100101", ADS, RULES, url=old), *YEARS]) as archive:
        backfill = Backfill(tmp_path, archive)
        backfill.run(formerly=(old,))

    assert backfill.numbers()[0] == (1, "2010-01-01")


def test_a_document_of_two_pages_begins_when_both_are_known(tmp_path):
    pages = (Page(f"{URL}/one", select=("main",)), Page(f"{URL}/two", select=("main",)))
    document = Document("acme", "both", pages, "Both", "Acme")
    captures = [
        kept("20110101", LICENCE, url=f"{URL}/one"),
        kept("20120101", RULES, url=f"{URL}/two"),
        kept("20130101", WIDER, url=f"{URL}/one"),
    ]
    with FakeWayback(captures) as archive:
        backfill = Backfill(tmp_path, archive)
        backfill.run(document=document)

    assert backfill.numbers("both") == [(1, "2012-01-01"), (2, "2013-01-01")]
    with Archive(backfill.platform.database) as archive:
        text = archive.text("acme", "both")
    assert WIDER in text
    assert RULES in text


def test_the_evidence_names_the_archive(years):
    years.run()

    with Archive(years.platform.database) as archive:
        [row] = archive.query("SELECT url, chain, fetched_at FROM snapshots WHERE fetched_at LIKE '2012-12-17%'")
    assert row["url"] == URL
    assert f"{ORIGIN}/web/20121217000000id_/{URL}" in row["chain"]


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "wayback", None)

    with pytest.raises(ConfigError, match=r"tostrack\[wayback\]"):
        Wayback(SimpleNamespace(), "tests")


def test_no_connection_passes_by_the_guard(tmp_path):
    with FakeWayback(YEARS) as archive:
        backfill = Backfill(tmp_path, archive)
        client = Client("tests", monotonic=backfill.clock.monotonic)
        transport = GuardedTransport(
            client,
            pause=lambda _: 0.0,
            now=lambda: START,
            monotonic=backfill.clock.monotonic,
            sleep=backfill.clock.sleep,
            mirrors={ORIGIN: archive.url},
        )
        source = Wayback(transport, "tests")

        with pytest.raises(FetchError) as caught:
            list(source.captures(URL, START, START))
    assert caught.value.cause == "forbidden-address"
    assert not archive.asked


def test_a_revisit_is_what_the_capture_with_its_digest_is():
    def line(day, digest, status):
        return Capture(
            datetime(2011, 1, day, tzinfo=UTC), URL, digest, status, "text/html" if status else "warc/revisit"
        )

    chosen = choose_captures([line(1, "A", 301), line(2, "A", None), line(3, "B", None), line(4, "C", 200)])

    assert [wanted.capture.digest for wanted in chosen.wanted] == ["B", "C"]
    assert chosen.passed_over == {"redirects": 2}


def test_an_archive_with_a_history_before_version_1_is_as_recorded(years):
    years.platform.night(terms=paragraphs(WIDER, RULES, "We train artificial intelligence on your photos."))
    years.run()
    years.platform.night(terms=paragraphs(WIDER, RULES, ADS))

    report = verify(years.platform.database, years.platform.folder / "snapshots")

    assert (report.findings, report.versions) == ([], 6)
