"""Copies and recovery: a sound copy is never given up for a bad one, and a lost archive comes back from its captures."""

import gzip
import resource
import signal
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import START, paragraphs

from tostrack.archive import Archive, snapshots
from tostrack.archive.backup import backup, backups
from tostrack.archive.migrations import open_read_only
from tostrack.archive.verify import verify
from tostrack.archive.writer import Writer
from tostrack.errors import StoreError
from tostrack.services.recover import find_newest_sound, recover_archive

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
    [[trigger]] = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'clauses_no_update'")
    connection.execute("DROP TRIGGER clauses_no_update")
    connection.execute("UPDATE clauses SET text = '?' WHERE id = (SELECT id FROM clauses WHERE text LIKE '%60 days%')")
    connection.execute(trigger)
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

    assert find_newest_sound(history.database, history.folder / "backups") == sound


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


def test_a_damaged_capture_is_listed_and_the_others_are_read(history):
    copy(history)
    for days in (90, 120):
        history.night(terms=text(days))
    (history.folder / "snapshots" / history.files()[2]).write_bytes(b"no gzip")
    history.database.unlink()

    found = again(history)

    assert found.left_out == [(history.files()[2], "is damaged")]
    assert (found.visits, found.versions) == (1, 3)
    with Archive(history.database) as archive:
        assert "120 days" in archive.text("acme", "terms")


def test_a_capture_that_the_backup_cites_and_that_is_damaged_is_listed(history):
    copy(history)
    (history.folder / "snapshots" / history.files()[0]).write_bytes(b"no gzip")
    history.database.unlink()

    found = again(history)

    assert found.left_out == [(history.files()[0], "is cited by a version, but the file is damaged")]
    assert found.versions == 2


def test_messages_name_the_files_of_the_user(history):
    def open_writer(path, snapshots):
        raise StoreError(f"{path}: disk full while writing {snapshots}/a.gz")

    with pytest.raises(StoreError) as caught:
        recover_archive(
            history.documents, history.database, history.folder / "snapshots", history.folder / "backups", open_writer
        )

    folder = history.folder
    assert str(caught.value) == f"{folder}/tostrack.db: disk full while writing {folder}/snapshots/a.gz"


def test_a_backup_of_an_older_schema_is_good_enough(platform):
    packed = Path(__file__).parent / "archives" / "schema-1.db.gz"
    (platform.folder / "backups").mkdir()
    (platform.folder / "backups" / "tostrack-2024-01-01T00-00-00Z.db").write_bytes(gzip.decompress(packed.read_bytes()))
    (platform.folder / "snapshots").mkdir()

    found = again(platform)

    assert found.documents == 2
    with Archive(platform.database) as archive:
        assert "Lumora" in archive.text("lumora", "terms")


@pytest.mark.parametrize("path", ["/etc/hosts", "../outside.gz", "a/../../outside.gz", b"bytes", None])
def test_no_path_leads_out_of_the_folder_of_captures(tmp_path, path):
    with pytest.raises(StoreError, match="no path of a snapshot"):
        snapshots.read(tmp_path, path)


def test_a_capture_is_not_decompressed_beyond_what_a_capture_may_have(tmp_path):
    snapshots.write(tmp_path, "a/b/bomb.html.gz", bytes(100_000))

    assert len(snapshots.read(tmp_path, "a/b/bomb.html.gz", 100_000)) == 100_000
    for rest in (bytes(1_000), gzip.compress(b"")):
        # A reader that goes on through what follows would go on for as long as somebody likes.
        (tmp_path / "a/b/more.html.gz").write_bytes(gzip.compress(b"x") + rest)
        with pytest.raises(StoreError, match="not one whole stream"):
            snapshots.read(tmp_path, "a/b/more.html.gz")
    with pytest.raises(StoreError, match="more than 99999 bytes"):
        snapshots.read(tmp_path, "a/b/bomb.html.gz", 99_999)


def test_a_copy_that_the_disk_has_no_room_for_leaves_nothing_and_names_the_copy(platform, tmp_path):
    platform.night(terms=paragraphs("You keep the rights to what you post on the service, and we keep none of them."))
    target = tmp_path / "copies" / "copy.db"
    target.parent.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        with Archive(platform.database) as archive, pytest.raises(StoreError, match=r"copy\.db: .* cannot be written"):
            archive.copy(target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    assert list(target.parent.iterdir()) == []


def test_what_a_damaged_archive_says_of_its_captures_is_read_whatever_its_folder_is_called(tmp_path):
    """A question mark ended the name of the file, and another file was opened."""
    path = tmp_path / "what? #1 %20" / "tostrack.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.commit()

    with closing(open_read_only(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]
