"""The archive: what is written stays, what is read is what was written, what is wrong is said."""

import gzip
import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from conftest import paragraphs

from tostrack.archive import Archive, snapshots
from tostrack.archive.read import open_read_only
from tostrack.errors import ArchiveBusyError, StoreError
from tostrack.models import from_iso, sha256
from tostrack.services import crawl


def two_versions(platform):
    platform.night(terms=paragraphs("You may post photos.", "We keep your data for 30 days after you leave."))
    platform.night(terms=paragraphs("You may post photos.", "We keep your data for 90 days after you leave."))


def test_no_visit_reads_a_whole_table_that_grows_with_every_document(platform):
    asked = set()
    pages = [paragraphs("You may post photos."), paragraphs("You may post photos and films."), "<main>Down</main>"]
    for page in pages:
        platform.pages["https://acme.example/terms"] = page
        with platform.writer() as writer:
            writer._connection.set_trace_callback(asked.add)
            list(crawl.crawl(platform.documents, writer, platform.fetch_all, lambda: platform.at))
        platform.at += timedelta(days=1)

    # By their names in the schema and in its views.
    growing = ("snapshots", "n", "judgements", "j", "_versions", "v", "documents", "d", "clauses", "c", "_spans", "p")
    with closing(sqlite3.connect(platform.database)) as db:
        questions = [each for each in asked if re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT)", each)]
        steps = [row[3] for each in questions for row in db.execute(f"EXPLAIN QUERY PLAN {each}")]
    assert len(questions) > 20
    assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in growing] == []


def test_the_text_at_a_date_is_the_one_in_force_then(platform):
    two_versions(platform)

    with Archive(platform.database) as archive:
        assert archive.text("acme", "terms", from_iso("2023-12-31")) is None
        assert "30 days" in archive.text("acme", "terms", from_iso("2024-01-02T02:59:59Z"))
        assert "90 days" in archive.text("acme", "terms", from_iso("2024-01-02T03:00:00Z"))
        assert "90 days" in archive.text("acme", "terms")


def test_a_version_costs_what_changed(platform):
    two_versions(platform)

    count = sqlite3.connect(platform.database).execute("SELECT count(*) FROM clauses").fetchone()[0]

    assert count == 4, "a heading, the paragraph that both share, and the two that differ"


def test_the_stored_text_hashes_to_what_the_version_says(platform):
    two_versions(platform)

    with Archive(platform.database) as archive:
        for row in archive.versions("acme", "terms"):
            assert sha256(archive.reading(row).version.text) == row.sha256


@pytest.mark.parametrize("table", ["_versions", "_spans", "_origins", "_hunks", "versions", "clauses", "judgements"])
@pytest.mark.parametrize(
    "statement", ["DELETE FROM {}", "UPDATE {} SET rowid = rowid + 100", "UPDATE {} SET text = ''"]
)
def test_what_is_recorded_cannot_be_edited(platform, table, statement):
    two_versions(platform)
    connection = sqlite3.connect(platform.database)

    with pytest.raises(sqlite3.DatabaseError):
        connection.execute(statement.format(table))


def test_the_raw_capture_is_kept_byte_for_byte(platform):
    page = paragraphs("Ünïcode terms are kept as they were sent, whatever we make of them.")
    platform.night(terms=page)

    [path] = platform.files()
    assert gzip.decompress((platform.folder / "snapshots" / path).read_bytes()) == page.encode()


def test_the_same_capture_is_the_same_file(tmp_path):
    snapshots.write(tmp_path, "a/b/one.html.gz", b"terms")
    snapshots.write(tmp_path, "a/b/two.html.gz", b"terms")

    assert (tmp_path / "a/b/one.html.gz").read_bytes() == (tmp_path / "a/b/two.html.gz").read_bytes()


def test_a_link_planted_in_the_folder_is_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".x.html.gz.part").symlink_to(outside)

    with pytest.raises(StoreError, match="cannot keep the snapshot"):
        snapshots.write(tmp_path, "a/x.html.gz", b"hostile")

    assert outside.read_bytes() == b"precious"


def test_two_captures_in_one_second_are_two_files(platform):
    platform.night(
        days=0, terms=paragraphs("We keep your data, all of it, for 30 days after the day on which you leave.")
    )
    platform.night(
        days=0, terms=paragraphs("We keep your data, all of it, for 90 days after the day on which you leave.")
    )

    assert len(platform.files()) == 2
    with Archive(platform.database) as archive:
        assert len(archive.versions("acme", "terms")) == 2


def test_a_second_writer_is_refused_while_the_first_writes(platform):
    with platform.writer(), pytest.raises(ArchiveBusyError, match="another crawl"):
        platform.writer()


def test_the_lock_goes_with_the_writer(platform):
    platform.writer().close()

    with platform.writer() as second:
        assert second.documents() == []


def test_a_missing_archive_is_said_with_the_remedy(tmp_path):
    with pytest.raises(StoreError, match="`tostrack crawl` makes it"):
        Archive(tmp_path / "none.db")


def test_the_flags_that_stand_tell_since_when(platform):
    licence = "You grant us a worldwide, royalty-free licence to use, copy and display the content that you post."
    platform.night(terms=paragraphs("Welcome to Acme, the place for your photos.", licence))
    platform.night(terms=paragraphs("Welcome to Acme, a good place for your photos.", licence))

    with Archive(platform.database) as archive:
        flags = archive.flags("acme")
        assert archive.flags("acme", topic="sharing") == []

    assert {(flag.topic, flag.since) for flag in flags} == {("licensing", "2024-01-01T03:00:00Z")}
    assert all(flag.quote == licence[flag.start : flag.end] for flag in flags)


def test_the_views_read_as_plain_rows(platform):
    two_versions(platform)
    connection = sqlite3.connect(platform.database)

    assert connection.execute("SELECT service, document, number FROM latest").fetchall() == [("acme", "terms", 2)]
    assert connection.execute("SELECT from_number, to_number, verdict FROM changes").fetchall() == [
        (1, 2, "substantive")
    ]
    assert len(connection.execute("SELECT * FROM clauses_now").fetchall()) == 3
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_file_is_opened_to_read_whatever_its_folder_is_called(tmp_path):
    folder = tmp_path / "50%25 #1?mode=rw"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "a.db")) as made:
        made.execute("PRAGMA user_version = 7")

    with closing(open_read_only(folder / "a.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (7,)
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("CREATE TABLE t (x)")
