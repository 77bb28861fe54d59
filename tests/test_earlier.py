"""History that is found after the first crawl: numbered down from 0, chained in the order in which it was stored."""

from datetime import timedelta

import pytest
from conftest import START, paragraphs

from tostrack.analysis import comparison
from tostrack.archive import Archive
from tostrack.archive.verify import verify
from tostrack.archive.visits import Visit
from tostrack.errors import StoreError
from tostrack.extraction import document_text
from tostrack.models import Outcome, Snapshot, Version
from tostrack.services.new_versions import new_version

LICENCE = "You grant us a non-exclusive, royalty-free, worldwide licence to use the content that you post."
WIDER = (
    "You grant us a non-exclusive, royalty-free, worldwide, sub-licensable licence to use the content that you post."
)
RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."


def record(writer, *visits):
    with writer.together():
        for visit in visits:
            writer.record(visit)


def earlier(platform, number, days, *clauses):
    """Return a visit that puts a text of *days* before the first crawl at *number*."""
    document, at = platform.documents[0], START - timedelta(days=days)
    html = paragraphs(*clauses).encode()
    capture = Snapshot(document.pages[0].url, at, 200, html, {"content-type": "text/html"}, (document.pages[0].url,))
    reading = comparison.read_version(Version(document_text.extract_text(document, {0: capture}), at, number))
    with platform.writer() as writer:
        version = new_version(reading, document, writer, kind="import", captures={0: capture})
    return Visit(document, at, Outcome.SKIPPED, versions=(version,), checked=False)


def chain(platform):
    with Archive(platform.database) as archive:
        rows = archive.query("SELECT number, previous, hash FROM versions ORDER BY id")
    return [(row["number"], row["previous"], row["hash"]) for row in rows]


def test_a_version_before_version_1_is_chained_to_the_one_stored_last(platform):
    platform.night(terms=paragraphs(LICENCE, RULES))
    visits = [earlier(platform, -1, 20, RULES, "Old words."), earlier(platform, 0, 10, LICENCE)]
    with platform.writer() as writer:
        record(writer, *visits)
    platform.night(terms=paragraphs(WIDER, RULES))

    links = chain(platform)

    assert [number for number, _, _ in links] == [1, -1, 0, 2]
    assert [previous for _, previous, _ in links[1:]] == [own for _, _, own in links[:-1]]
    assert verify(platform.database, platform.folder / "snapshots").findings == []


def test_history_before_version_1_changes_nothing_that_stands(platform):
    platform.night(terms=paragraphs(LICENCE, RULES))
    before = earlier(platform, 0, 10, LICENCE)
    with platform.writer() as writer:
        record(writer, before)

    with Archive(platform.database) as archive:
        assert archive.current("acme", "terms").number == 1
        assert [row.number for row in archive.versions("acme", "terms")] == [0, 1]
        assert archive.at("acme", "terms", START - timedelta(days=5)).number == 0


def test_a_crawl_tells_the_same_with_and_without_an_earlier_history(platform):
    platform.night(terms=paragraphs(LICENCE, RULES))
    seam = earlier(platform, 0, 10, WIDER, RULES)
    with platform.writer() as writer:
        first = writer.reading(writer.current("acme", "terms"))
        joined = comparison.compare_readings(seam.versions[0].reading, first, book=writer.book)
        record(writer, Visit(**{**vars(seam), "joined": joined}))

    [result] = platform.night(terms=paragraphs(LICENCE, RULES, "We train artificial intelligence on your photos."))

    with Archive(platform.database) as archive:
        told = {row.id: row.announced for row in archive.changes("acme", "terms")}
    assert (result.change.old.number, result.change.new.number) == (1, 2)
    assert told == {"acme/terms@1": False, "acme/terms@2": True}
    assert verify(platform.database, platform.folder / "snapshots").sound, "its late judgement is a link of its own"


def test_all_of_an_earlier_history_is_stored_or_nothing(platform):
    platform.night(terms=paragraphs(LICENCE, RULES))
    older, twice = earlier(platform, -1, 20, RULES), earlier(platform, 0, 10, WIDER, RULES)

    with platform.writer() as writer, pytest.raises(StoreError):
        record(writer, older, twice, twice)

    assert [number for number, _, _ in chain(platform)] == [1]
