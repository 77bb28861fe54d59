"""Copies keep history that the archive has lost, say which captures are missing, and their full-text index is checked."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from conftest import START, paragraphs

from tostrack.archive import Archive
from tostrack.archive.backup import backup
from tostrack.archive.lock import remove_stale_files
from tostrack.archive.search_index import check_search_index, rebuild_search_index
from tostrack.archive.state_export import export_state
from tostrack.archive.verify import verify
from tostrack.errors import StoreError

KEEP = "We keep your data for {} days after the day on which you leave the service for good."


@pytest.fixture
def history(platform):
    for days in (30, 60):
        platform.night(terms=paragraphs(KEEP.format(days)))
    return platform


def export(platform):
    with Archive(platform.database) as archive:
        return export_state(archive, platform.folder / "snapshots", platform.folder / "state")


def copy(platform, days=0, keep=1):
    folder = platform.folder / "backups"
    return backup(platform.database, folder, START + timedelta(days=days), keep, platform.folder / "snapshots")


def start_again(platform):
    """Lose the archive; the next crawl begins with the page of today."""
    platform.database.unlink()
    shutil.rmtree(platform.folder / "snapshots")
    platform.night(terms=paragraphs(KEEP.format(90)))


def test_a_state_that_has_more_than_the_archive_is_not_replaced(history):
    export(history)
    before = (history.folder / "state/tostrack.db").read_bytes()
    start_again(history)

    with pytest.raises(StoreError, match=r"holds versions of acme/terms that .* does not have"):
        export(history)

    assert (history.folder / "state/tostrack.db").read_bytes() == before
    assert len(list((history.folder / "state/snapshots").rglob("*.gz"))) == 2


def test_a_state_that_the_archive_goes_on_from_is_replaced(history):
    export(history)
    history.night(terms=paragraphs(KEEP.format(90)))

    assert not export(history).quiet
    assert verify(history.folder / "state/tostrack.db", history.folder / "state/snapshots").sound


def test_a_state_whose_end_is_a_late_judgement_is_replaced(platform):
    one, other = (paragraphs(KEEP.format(days), "Be kind.") for days in (30, 90))
    for page in (one, other, one, other, one):
        platform.night(terms=page)
    platform.night(days=60, terms=one)
    platform.night(terms=one)
    assert sqlite3.connect(platform.database).execute("SELECT 1 FROM judgements WHERE occasion = 'settled'").fetchone()
    export(platform)

    platform.night(terms=paragraphs(KEEP.format(365), "Be kind."))

    assert not export(platform).quiet


def test_the_last_copy_of_a_lost_history_is_not_deleted_for_a_new_archive(history):
    old = copy(history).path
    start_again(history)

    done = copy(history, days=1)

    assert (done.removed, done.kept) == ((), (old,))
    assert old.exists()


def test_a_copy_that_cannot_be_read_is_not_deleted(history):
    damaged = copy(history).path
    damaged.write_bytes(b"no archive")

    assert copy(history, days=1).kept == (damaged,)


def test_captures_that_are_missing_or_damaged_are_named(history):
    missing, damaged = history.files()
    (history.folder / "snapshots" / missing).unlink()
    (history.folder / "snapshots" / damaged).write_bytes(b"other")

    exported, copied = export(history), copy(history)

    assert set(exported.missing) == {missing, damaged}
    assert {message.partition(": ")[0] for message in copied.missing} == {missing, damaged}
    assert copied.path.exists()


def test_the_commands_say_which_captures_are_missing(history, run):
    [path, _] = history.files()
    (history.folder / "snapshots" / path).unlink()

    for command in (["backup"], ["keep", "--out", str(history.folder / "state")]):
        result = run(*command)
        assert result.exit_code == 0
        assert path in result.stderr


# The full-text index


def empty_index(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO clauses_fts (clauses_fts) VALUES ('delete-all')")
        connection.commit()


def garble_index(path):
    with closing(sqlite3.connect(path)) as connection:
        [[text]] = connection.execute("SELECT text FROM clauses WHERE id = 1").fetchall()
        connection.execute("INSERT INTO clauses_fts (clauses_fts, rowid, text) VALUES ('delete', 1, ?)", (text,))
        connection.execute("INSERT INTO clauses_fts (rowid, text) VALUES (1, 'other words')")
        connection.commit()


@pytest.mark.parametrize("spoil", [empty_index, garble_index])
def test_an_index_that_does_not_hold_the_clauses_is_found_and_built_anew(history, spoil):
    assert check_search_index(history.database) == ""
    spoil(history.database)

    assert [finding.finding for finding in verify(history.database, None).findings] == ["index"]
    with pytest.raises(StoreError, match="full-text index"):
        copy(history)

    rebuild_search_index(history.database)
    assert verify(history.database, None).sound
    with Archive(history.database) as archive:
        assert archive.search("leave the service")


def test_looking_at_the_index_writes_nothing(history):
    before = history.database.read_bytes()

    check_search_index(history.database)

    assert history.database.read_bytes() == before


def test_verify_repairs_the_index(history, run):
    empty_index(history.database)

    first, repaired, again = run("verify"), run("verify", "--repair"), run("verify", "--repair")

    assert (first.exit_code, repaired.exit_code, again.exit_code) == (1, 0, 0)
    assert "--repair" in first.output
    assert "was rebuilt" in repaired.stderr
    assert "was rebuilt" not in again.stderr


# What a run that was killed leaves behind


def test_half_written_files_go_a_day_later(tmp_path):
    names = (
        ".tostrack.db.part",
        ".tostrack-2024.db.unproved",
        ".tostrack.db.migrating-journal",
        "mine.part",
        ".hidden",
    )
    for name in names:
        (tmp_path / name).touch()
    now = (tmp_path / names[0]).stat().st_mtime

    assert remove_stale_files(tmp_path, now + 3600) == []
    assert sorted(path.name for path in remove_stale_files(tmp_path, now + 90_000)) == sorted(names[:3])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "mine.part"]


def test_a_crawl_removes_half_written_captures_of_runs_that_were_killed(platform):
    platform.night(terms=paragraphs(KEEP.format(30)))
    left = platform.folder / "snapshots" / "acme" / "terms" / ".2023-01-01T00-00-00Z.html.gz.part"
    left.touch()
    os.utime(left, (0, 0))

    platform.night(terms=paragraphs(KEEP.format(60)))

    assert not left.exists()
