"""Redaction: the words are gone from the file and the folder, the chain holds, and verify says what was taken out."""

import sqlite3

import pytest
from conftest import START, paragraphs

from tostrack.archive import Archive
from tostrack.archive.judgement_sums import write_sums
from tostrack.archive.redact import redact
from tostrack.archive.verify import verify
from tostrack.errors import ArchiveBusyError, ConfigError
from tostrack.models import from_iso

NAMED = "Complaints go to Jane Doe, who may share your data with advertisers within 30 days of the complaint."
LICENCE = "You grant us a worldwide, royalty-free licence to use and display the photos that you post."
OTHER = "We keep your data for {} days after the day on which you leave."


@pytest.fixture
def history(platform):
    platform.night(terms=paragraphs(LICENCE, OTHER.format(30)))
    platform.night(terms=paragraphs(LICENCE, OTHER.format(30), NAMED))
    platform.night(terms=paragraphs(LICENCE, OTHER.format(90), NAMED))
    platform.night(terms=paragraphs(LICENCE, OTHER.format(90)))
    return platform


def take_out(platform, words="Jane Doe", **options):
    folder = platform.folder / "snapshots"
    return redact(platform.database, folder, "acme/terms", words, reason="Order 12", now=START, **options)


def check(platform):
    return verify(platform.database, platform.folder / "snapshots")


def test_the_words_are_gone_and_the_chain_holds(history):
    before = [row.hash for row in versions(history)]
    found = take_out(history)

    report = check(history)

    assert found.clauses == (NAMED,)
    assert report.sound, report.findings
    assert {finding.finding for finding in report.findings} == {"redacted"}
    assert any("Order 12" in finding.message for finding in report.findings)
    assert [row.hash for row in versions(history)] == before
    assert b"Jane Doe" not in history.database.read_bytes()
    assert b"advertisers" not in history.database.read_bytes(), "nor in the index of words"


def versions(platform):
    with Archive(platform.database) as archive:
        return archive.versions("acme", "terms")


def test_the_captures_that_hold_them_go_and_the_others_stay(history):
    found = take_out(history)

    assert len(found.captures) == 2
    assert history.files() == ["acme/terms/2024-01-01T03-00-00Z.html.gz", "acme/terms/2024-01-04T03-00-00Z.html.gz"]


def test_a_dry_run_says_what_would_go_and_takes_nothing_out(history):
    before = history.database.read_bytes(), history.files()

    found = take_out(history, dry_run=True)

    assert (found.clauses, len(found.captures)) == ((NAMED,), 2)
    assert (history.database.read_bytes(), history.files()) == before


def test_what_is_left_reads_as_before_and_the_change_can_still_be_shown(history):
    take_out(history)

    with Archive(history.database) as archive:
        for row in archive.changes():
            assert "Jane Doe" not in repr(archive.load_change(row))
        assert archive.text("acme", "terms").count("90 days") == 1
        assert "[redacted " in archive.reading(archive.version("acme", "terms", 2)).version.text


def test_a_tombstone_is_no_cover_for_tampering(history):
    take_out(history)
    connection = sqlite3.connect(history.database)
    connection.execute("DROP TRIGGER clauses_no_update")
    connection.execute("UPDATE clauses SET text = '?' WHERE text LIKE '[redacted%'")
    connection.commit()

    assert not check(history).sound


def test_a_capture_that_was_taken_out_may_not_come_back(history):
    [path, _] = take_out(history).captures
    (history.folder / "snapshots" / path).write_bytes(b"")

    assert next(
        (finding.finding, finding.message.partition(": ")[2][:16])
        for finding in check(history).findings
        if finding.finding != "redacted"
    ) == ("capture", "it was redacted,")


def test_the_next_crawl_goes_on(history):
    take_out(history)

    history.night(terms=paragraphs(LICENCE, OTHER.format(120)))

    assert check(history).sound


def test_words_that_stand_nowhere_are_a_mistake(history):
    with pytest.raises(ConfigError, match="no clause of it holds"):
        take_out(history, words="John Roe")


def test_nothing_is_taken_out_beside_a_writer_which_would_know_what_is_gone(history):
    with history.writer() as writer:
        with pytest.raises(ArchiveBusyError):
            take_out(history)

        assert NAMED in writer.text("acme", "terms", from_iso("2024-01-03"))

    take_out(history)
    history.night(terms=paragraphs(LICENCE, "Complaints go to advertisers."))

    assert check(history).sound
    with Archive(history.database) as archive:
        assert "Complaints go to advertisers." in archive.text("acme", "terms")


def test_who_has_the_archive_open_reads_what_is_left(history):
    with Archive(history.database) as archive:
        before = archive.text("acme", "terms")

        take_out(history)
        history.night(terms=paragraphs(LICENCE, OTHER.format(90), "Lumora writes new words after it."))

        assert "Lumora writes new words after it." in archive.text("acme", "terms")
        assert before in archive.text("acme", "terms", from_iso("2024-01-04T12:00:00Z"))
        assert "Jane Doe" not in archive.text("acme", "terms", from_iso("2024-01-03T12:00:00Z"))


def test_a_part_of_the_clause_that_an_explanation_or_a_headline_quotes_goes_too(history):
    connection = sqlite3.connect(history.database)
    connection.execute(
        "UPDATE judgements SET headline = 'Adds sharing: “… your data with advertisers within …”' WHERE id = 1"
    )
    connection.execute("UPDATE judgements SET headline = 'Keeps data for “90 days after the day”' WHERE id = 2")
    write_sums(connection, [1, 2])
    connection.commit()
    connection.close()

    take_out(history)

    [first, second, _] = sqlite3.connect(history.database).execute("SELECT headline FROM judgements ORDER BY id")
    assert first[0].startswith("[redacted ")
    assert second == ("Keeps data for “90 days after the day”",)
    assert b"advertisers" not in history.database.read_bytes()
    assert check(history).sound
