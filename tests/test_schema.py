"""What a file must be before anything is written to it, and what becomes of an archive that an older tostrack made."""

import gzip
import json
import shutil
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest
from conftest import START, paragraphs
from write_schema import read_schema_objects

from tostrack.archive import Archive, migrations
from tostrack.archive.migrations import (
    APPLICATION_ID,
    SCHEMA,
    create_schema,
    migrate,
    schema_differences,
    schema_objects,
)
from tostrack.archive.redact import redact
from tostrack.archive.verify import verify
from tostrack.archive.writer import Writer
from tostrack.errors import StoreError
from tostrack.services.migrate import migrate_archive

ARCHIVES = Path(__file__).parent / "archives"
#: As the older tostrack printed them.
HEADS = {
    "lumora/privacy": "1bae0a6a7a84b6b9ffc934e189520805b2d9b946c733bb6bbd2e6bc70c85f1bb",
    "lumora/terms": "df5d7d1a73a7a47b8f84120e1427c206754936fe65bebdb12595faf97afc16d3",
}


def fixture(number, folder):
    path = folder / "tostrack.db"
    path.write_bytes(gzip.decompress((ARCHIVES / f"schema-{number}.db.gz").read_bytes()))
    return path


@pytest.fixture
def older(tmp_path):
    return fixture(1, tmp_path)


def heads(path):
    report = verify(path, None)
    assert report.sound, report.findings
    return {document: found[-1] for document, found in report.heads.items()}


def rows(path, query):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


# Schemas


def test_the_current_schema_is_written_down():
    """After a change of the tables: `make schema`."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create_schema(connection)
        assert read_schema_objects(connection) == schema_objects(SCHEMA)


def test_the_digest_of_the_current_schema_is_written_down(monkeypatch):
    """After a change of the tables: `make schema`."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create_schema(connection)
        monkeypatch.setattr(migrations, "schema_objects", refuse)
        assert schema_differences(connection, SCHEMA) == []


def refuse(number):
    raise AssertionError(f"the definitions of schema {number} were compared one by one")


def test_what_a_user_added_is_no_difference_of_the_schema():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        create_schema(connection)
        connection.execute("CREATE TABLE notes (text TEXT)")
        assert schema_differences(connection, SCHEMA) == []
        connection.execute("DROP TRIGGER clauses_no_update")
        assert [found.name for found in schema_differences(connection, SCHEMA)] == ["clauses_no_update"]


def test_a_migrated_archive_has_the_schema_of_a_new_one(older):
    with closing(sqlite3.connect(older, isolation_level=None)) as connection:
        assert migrate(connection) == 1
        assert read_schema_objects(connection) == schema_objects(SCHEMA)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        connection.execute("INSERT INTO clauses_fts (clauses_fts, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize("number", range(1, SCHEMA + 1))
def test_there_is_an_archive_of_every_schema(tmp_path, number):
    path = fixture(number, tmp_path)

    assert rows(path, "PRAGMA user_version") == [(number,)]
    migrate_archive(path, tmp_path / "backups", START)
    assert heads(path) == HEADS


# Conversion


def test_an_older_archive_keeps_its_heads_and_shows_its_changes(older, tmp_path):
    done = migrate_archive(older, tmp_path / "backups", START)

    assert (done.schema, done.documents, done.versions) == (1, 2, 10)
    assert heads(older) == HEADS
    with Archive(older) as archive:
        changes = list(archive.load_changes(archive.changes()))
        assert "Lumora" in archive.text("lumora", "terms")
    counts = rows(older, "SELECT added, removed, reworded, moved, recomputed FROM judgements ORDER BY id")
    assert len(changes) == len(counts) == 8
    assert all(change.hunks for change in changes if sum(next(iter(counts))[:4]))
    assert not any(count[4] for count in counts)
    assert rows(older, "SELECT count(*) FROM versions WHERE compare_key = ''") == [(0,)]


def test_the_backup_is_the_archive_as_it_was(older, tmp_path):
    before = rows(older, "SELECT * FROM _clauses"), rows(older, "SELECT * FROM heads")

    done = migrate_archive(older, tmp_path / "backups", START)

    assert (rows(done.backup, "SELECT * FROM _clauses"), rows(done.backup, "SELECT * FROM heads")) == before
    assert rows(done.backup, "PRAGMA user_version") == [(1,)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backups", "tostrack.db", "tostrack.db.lock"]


def test_a_damaged_older_archive_stays_as_it_is(older, tmp_path):
    with closing(sqlite3.connect(older)) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE name LIKE '\\_versions\\_no%' ESCAPE '\\'"
        )
        definitions = dict(triggers.fetchall())
        connection.execute("DROP TRIGGER _versions_no_update")
        connection.execute("UPDATE _versions SET seen_at = '2020-01-01T00:00:00Z' WHERE id = 2")
        connection.execute(definitions["_versions_no_update"])
        connection.commit()
    before = older.read_bytes()

    with pytest.raises(StoreError, match="left as it is"):
        migrate_archive(older, tmp_path / "backups", START)

    assert older.read_bytes() == before


def test_a_current_archive_is_not_converted(platform):
    platform.night(terms=paragraphs("We keep logs."))

    assert migrate_archive(platform.database, platform.folder / "backups", START) is None
    assert not (platform.folder / "backups").exists()


def test_what_is_redacted_after_the_conversion_is_in_no_hunk(older, tmp_path):
    migrate_archive(older, tmp_path / "backups", START)
    [[text]] = rows(
        older, "SELECT c.text FROM _hunks h JOIN clauses c ON c.id = h.new_clauses WHERE words <> '' LIMIT 1"
    )

    redact(older, tmp_path / "snapshots", "lumora/terms", text, reason="Order 12", now=START)

    assert text.encode() not in older.read_bytes()
    with Archive(older) as archive:
        assert text not in repr(list(archive.load_changes(archive.changes())))
    assert heads(older) == HEADS


@pytest.mark.parametrize("command", [["log"], ["diff", "lumora"], ["flags"], ["verify"], ["backup"], ["notify"]])
def test_readers_of_an_older_archive_name_the_command_that_converts_it(platform, run, command):
    fixture(1, platform.folder)

    result = run(*command)

    assert result.exit_code == 1
    assert "archive migrate" in result.output


def test_the_command_converts_and_says_so(platform, run):
    fixture(1, platform.folder)

    first, again = run("archive", "migrate"), run("archive", "migrate")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert f"schema 1 converted to {SCHEMA}" in first.stdout
    assert "already" in again.stderr
    assert "lumora/terms" in run("log").stdout


def test_a_crawl_converts_after_a_backup(platform, run, monkeypatch):
    fixture(1, platform.folder)
    monkeypatch.setattr("tostrack.fetch.fetch_all", lambda *_args, **_options: iter(()))

    result = run("crawl", "--quiet")

    assert "converted" in result.stderr
    assert heads(platform.database) == HEADS
    assert len(list((platform.folder / "backups").glob("*.db"))) == 1


# Files that are no archive


def empty(path):
    path.write_bytes(b"")


def other_application(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (id INTEGER)")
        connection.execute("PRAGMA application_id = 1234")
        connection.commit()


def plain_sqlite(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (id INTEGER)")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()


def text_file(path):
    path.write_text("this is not a database, it is only long enough to look like one" * 40)


def garbage_pages(path):
    shutil.copyfile(fixture(SCHEMA, path.parent), path) if path.name != "tostrack.db" else fixture(SCHEMA, path.parent)
    content = bytearray(path.read_bytes())
    content[100:4096] = bytes(range(256)) * 15 + bytes(156)
    path.write_bytes(content)


def other_tables(path):
    fixture(SCHEMA, path.parent)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE services ADD COLUMN rating TEXT")
        connection.commit()


def unreleased_build(path):
    """A demo archive that was made before the first step was edited: it says that it has schema 1."""
    fixture(1, path.parent)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE _flagged RENAME TO flagged_clauses")
        connection.commit()


def newer(path):
    fixture(SCHEMA, path.parent)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
        connection.commit()


STRANGE = {
    empty: "the file is empty",
    other_application: "another application",
    plain_sqlite: "missing|another application|is not what",
    text_file: "not an SQLite database",
    garbage_pages: "malformed|not a database",
    other_tables: f"services is not what schema {SCHEMA} defines",
    unreleased_build: "_flagged is missing",
    newer: "newer tostrack",
}


@pytest.mark.parametrize("make", STRANGE)
@pytest.mark.parametrize("use", ["read", "write", "migrate", "redact"])
def test_a_file_that_is_no_archive_is_refused_in_one_sentence_and_left(tmp_path, make, use):
    path = tmp_path / "tostrack.db"
    make(path)
    before = path.read_bytes()
    uses = {
        "read": lambda: Archive(path),
        "write": lambda: Writer(path, tmp_path / "snapshots", now=START),
        "migrate": lambda: migrate_archive(path, tmp_path / "backups", START),
        "redact": lambda: redact(path, tmp_path, "acme/terms", "words", reason="r", now=START),
    }

    with pytest.raises(StoreError, match=STRANGE[make]) as caught:
        uses[use]()

    assert str(caught.value).count(str(path)) == 1
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert not (tmp_path / "tostrack.db-journal").exists()


def test_a_new_archive_is_never_met_half_made(tmp_path, monkeypatch):
    path = tmp_path / "tostrack.db"

    def fail(_):
        assert not path.exists()
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr("tostrack.archive.writer.create_schema", fail)
    with pytest.raises(StoreError, match="disk full"):
        Writer(path, tmp_path / "snapshots", now=START)

    assert [each.name for each in tmp_path.iterdir()] == ["tostrack.db.lock"]


def test_what_users_add_to_their_archive_is_no_difference(platform):
    platform.night(terms=paragraphs("We keep logs."))
    with closing(sqlite3.connect(platform.database)) as connection:
        connection.execute("CREATE VIEW mine AS SELECT 1")
        connection.execute("CREATE INDEX mine_by_slug ON services(slug)")
        connection.commit()

    platform.night(terms=paragraphs("We keep logs for 30 days."))

    assert verify(platform.database, None).sound


def test_the_definitions_are_in_the_package():
    found = json.loads(files("tostrack.archive").joinpath("schema_objects.json").read_text())

    assert set(found) == {str(number) for number in range(1, SCHEMA + 1)}


def test_a_definition_that_is_no_utf_8_is_refused_in_a_sentence(tmp_path):
    path = fixture(SCHEMA, tmp_path)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE services (", b"CREATE TABLE services \xc5", 1))

    with pytest.raises(StoreError, match=r"cannot read the archive"):
        Archive(path)
    assert not verify(path, None).sound
