"""Copies and recovery: a sound copy is never given up for a bad one, and a lost archive comes back from its captures."""

import sqlite3
from datetime import timedelta

import pytest
from conftest import START, paragraphs

from tostrack.archive import Archive
from tostrack.archive.backup import backup, backups, newest_sound
from tostrack.archive.verify import verify
from tostrack.archive.writer import Writer
from tostrack.errors import StoreError
from tostrack.services.recover import recover_archive

KEEP = "We keep your data for {} days after the day on which you leave the service for good."


def text(days):
    return paragraphs(KEEP.format(days), "You must be at least 13 years old.")


@pytest.fixture
def history(platform):
    for days in (30, 60):
        platform.night(terms=text(days))
    return platform


def copy(platform, days=0, keep=7):
    return backup(platform.database, platform.folder / "backups", START + timedelta(days=days), keep)


def spoil(path):
    connection = sqlite3.connect(path)
    for verb in ("update", "delete"):
        connection.execute(f"DROP TRIGGER _clauses_no_{verb}")
    connection.execute(
        "UPDATE _clauses SET code = x'3F' WHERE id = (SELECT id FROM clauses WHERE text LIKE '%60 days%')"
    )
    connection.commit()


def test_a_backup_is_an_archive_of_its_own(history):
    done = copy(history)

    assert (done.documents, done.versions, done.removed) == (1, 2, ())
    with Archive(done.path) as archive:
        assert "60 days" in archive.text("acme", "terms")


def test_the_newest_copies_are_kept_and_the_oldest_given_up(history):
    made = [copy(history, days, keep=2).path for days in range(4)]

    assert list(backups(history.database, history.folder / "backups")) == [made[3], made[2]]


def test_a_backup_is_never_written_over(history):
    copy(history)

    with pytest.raises(StoreError, match="never written over"):
        copy(history)


def test_a_damaged_archive_is_not_backed_up_and_takes_no_sound_copy_away(history):
    sound = copy(history, keep=1).path
    spoil(history.database)

    with pytest.raises(StoreError, match="no backup was made"):
        copy(history, days=1, keep=1)

    assert list((history.folder / "backups").iterdir()) == [sound]


def test_the_newest_sound_copy_is_not_the_newest_when_that_is_damaged(history):
    sound, newer = copy(history).path, copy(history, days=1).path
    spoil(newer)

    assert newest_sound(history.database, history.folder / "backups") == sound


def again(platform):
    def open_writer(path, snapshots):
        return Writer(path, snapshots, now=START, authority="acme.example")

    backups_in = platform.folder / "backups"
    return recover_archive(
        platform.documents, platform.database, platform.folder / "snapshots", backups_in, open_writer
    )


def told(path):
    with Archive(path) as archive:
        versions = [(row.number, row.seen_at, row.sha256, row.hash) for row in archive.versions("acme", "terms")]
        return versions, [(row.id, row.verdict, row.announced) for row in archive.changes()]


def test_nights_after_the_backup_come_back_from_their_captures(history):
    copy(history)
    for days in (90, 120):
        history.night(terms=text(days))
    before, files = told(history.database), history.files()
    spoil(history.database)

    found = again(history)

    assert told(history.database) == before, "what the damaged file still says of the captures is used"
    assert (found.visits, found.versions, found.left_out) == (2, 4, [])
    assert found.aside.exists()
    assert history.files() == files
    assert verify(history.database, history.folder / "snapshots").sound


def test_without_a_backup_and_without_a_file_the_captures_tell_the_texts(history):
    texts = [version[:3] for version in told(history.database)[0]]
    history.database.unlink()

    found = again(history)

    assert [version[:3] for version in told(history.database)[0]] == texts
    assert (found.base, found.aside) == (None, None)


def test_two_captures_of_one_second_keep_their_files(platform):
    platform.night(days=0, terms=text(30))
    platform.night(days=0, terms=text(60))
    platform.database.unlink()

    again(platform)

    assert verify(platform.database, platform.folder / "snapshots").sound


def test_captures_of_what_is_not_watched_are_named_and_left(history):
    other = history.folder / "snapshots" / "lumora" / "terms" / "2024-01-01T03-00-00Z.html.gz"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"")

    found = again(history)

    assert found.left_out == [("lumora/terms/2024-01-01T03-00-00Z.html.gz", "is of no watched document")]
    assert other.exists()


def test_where_nothing_can_be_recovered_nothing_is_changed(platform):
    platform.writer().close()

    with pytest.raises(StoreError, match="nothing sound could be recovered"):
        again(platform)

    assert platform.database.exists()


def test_who_only_reads_meets_no_half_written_archive(history):
    connection = sqlite3.connect(history.database, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("PRAGMA cache_spill = 1")
    connection.execute("BEGIN IMMEDIATE")
    for number in range(2000):
        connection.execute("INSERT INTO services (slug, name) VALUES (?, ?)", (f"s{number}", "x" * 500))
    half = history.folder / "killed"
    half.mkdir()
    for name in ("tostrack.db", "tostrack.db-journal"):
        (half / name).write_bytes((history.folder / name).read_bytes())
    connection.rollback()

    with Archive(half / "tostrack.db") as archive:
        assert archive.services() == ["acme"]
