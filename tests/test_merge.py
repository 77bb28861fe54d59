"""The archives of several machines become one."""

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import LICENCE, START, WATCHLIST, WIDER, Platform, paragraphs

from tostrack.analysis.comparison import compare_readings, read_version
from tostrack.archive import Archive
from tostrack.archive.flag_listing import has_listing
from tostrack.archive.merge import merge
from tostrack.archive.redact import redact
from tostrack.archive.state_export import export_state
from tostrack.archive.verify import verify
from tostrack.archive.visits import Visit
from tostrack.archive.writer import Writer
from tostrack.errors import ArchiveBusyError, ConfigError, StoreError
from tostrack.models import Document, Outcome, Page, Version
from tostrack.services.new_versions import new_version

KEEP = "We keep your data for {} days after the day on which you leave the service for good."
OUTAGE = paragraphs("Something went wrong. The terms are temporarily unavailable.", title="Pixboard")


def machine(folder, *names):
    """Return a machine that watches the documents of these names."""
    folder.mkdir()
    watches = Platform(folder)
    watches.documents = [
        Document("acme", name, (Page(f"https://acme.example/{name}", select=("main",)),), name.title(), "Acme")
        for name in names
    ]
    return watches


@pytest.fixture
def ours(tmp_path):
    return machine(tmp_path / "ours", "terms")


@pytest.fixture
def theirs(tmp_path):
    found = machine(tmp_path / "theirs", "privacy")
    for days in (30, 60, 90):
        found.night(privacy=paragraphs(KEEP.format(days), LICENCE))
    return found


def merged(ours, theirs):
    with ours.writer() as writer:
        return [
            (each.id, each.outcome, each.versions)
            for each in merge(writer, theirs.database, theirs.folder / "snapshots")
        ]


def proved(platform):
    report = verify(platform.database, platform.folder / "snapshots")
    assert report.findings == []
    return report.heads


def rows(platform, *tables):
    """Return what the views show of an archive, ids left out."""
    with Archive(platform.database) as archive:
        found = {}
        for table in tables:
            query = archive.query(f"SELECT * FROM {table}")
            # How important a change is is not proved by the chain: a merge does not take it over.
            names = (
                [name for name in dict(query[0]) if not name.endswith("id") and name != "importance"] if query else []
            )
            kept = [{name: row[name] for name in names} for row in query]
            found[table] = sorted(json.dumps(row, default=str) for row in kept)
        return found


TOLD = ("changes", "texts", "latest", "versions", "suspects", "pages", "snapshots", "flagged", "flags", "sightings")


def test_a_document_of_another_archive_comes_with_all_that_is_known_of_it(ours, theirs):
    theirs.night(privacy=OUTAGE)

    assert merged(ours, theirs) == [("acme/privacy", "new", 3)]

    assert rows(ours, *TOLD) == rows(theirs, *TOLD)
    assert ours.files() == theirs.files()
    assert proved(ours) == proved(theirs)


def test_a_merge_that_ends_before_the_flags_are_listed_takes_nothing_of_the_document(ours, theirs, monkeypatch):
    ours.documents = theirs.documents
    copy_archive(theirs, ours)
    theirs.night(privacy=paragraphs(KEEP.format(120), WIDER))
    before = flag_listing(ours)

    def stop(*_values):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "list_flags", stop)
        with pytest.raises(KeyboardInterrupt):
            merged(ours, theirs)
    killed = flag_listing(ours)
    merged(ours, theirs)

    assert killed == before
    assert before[:2] == (3, True)
    assert flag_listing(ours)[:2] == (4, True)
    assert "transferable" in flag_listing(ours)[2]


def copy_archive(source, target):
    with Archive(source.database) as archive:
        export_state(archive, source.folder / "snapshots", target.folder)


def flag_listing(platform):
    """Return the number of the version that stands, whether its flags are listed, and what is flagged."""
    with Archive(platform.database) as archive:
        fits = has_listing(archive.query, "acme", "privacy")
        flagged = " ".join(row.clause for row in archive.flags("acme"))
        return archive.current("acme", "privacy").number, fits, flagged


def test_documents_of_ours_are_left_as_they_are(ours, theirs):
    ours.night(terms=paragraphs(WIDER, LICENCE))
    before = proved(ours)

    merged(ours, theirs)

    assert proved(ours) == before | proved(theirs)


def test_a_second_merge_changes_nothing(ours, theirs):
    merged(ours, theirs)
    before = ours.database.read_bytes()

    assert merged(ours, theirs) == [("acme/privacy", "same", 0)]
    assert ours.database.read_bytes() == before


def test_what_a_chain_goes_on_with_is_added(ours, theirs):
    merged(ours, theirs)
    theirs.night(privacy=paragraphs(KEEP.format(120), WIDER))

    assert merged(ours, theirs) == [("acme/privacy", "extended", 1)]
    assert rows(ours, *TOLD) == rows(theirs, *TOLD)
    assert proved(ours) == proved(theirs)


def test_a_night_without_a_change_moves_only_when_the_text_was_last_seen(ours, theirs):
    merged(ours, theirs)
    theirs.night()

    assert merged(ours, theirs) == [("acme/privacy", "same", 0)]
    assert rows(ours, "latest") == rows(theirs, "latest")


def test_a_night_with_other_bytes_and_the_same_text_brings_the_capture(ours, theirs):
    merged(ours, theirs)
    theirs.night(privacy=paragraphs(KEEP.format(90), LICENCE).replace("<main>", "<hr><main>"))

    assert merged(ours, theirs) == [("acme/privacy", "same", 0)]
    assert rows(ours, *TOLD) == rows(theirs, *TOLD)
    assert ours.files() == theirs.files()


def test_an_archive_that_is_behind_adds_nothing(ours, theirs):
    merged(ours, theirs)
    ours.documents, ours.at = theirs.documents, theirs.at
    ours.night(privacy=paragraphs(KEEP.format(120), WIDER))
    before = proved(ours)

    assert merged(ours, theirs) == [("acme/privacy", "same", 0)]
    assert proved(ours) == before


def test_a_late_judgement_comes_with_the_chain(ours, theirs):
    theirs.night(privacy=paragraphs(KEEP.format(60), LICENCE))
    merged(ours, theirs)
    for _ in range(30):
        theirs.night()
    assert "settled" in "".join(rows(theirs, "judgements")["judgements"])

    merged(ours, theirs)

    assert rows(ours, "changes") == rows(theirs, "changes")
    assert proved(ours) == proved(theirs)


def test_history_that_was_found_later_keeps_its_place_in_time_and_in_the_chain(ours, theirs):
    merged(ours, theirs)
    document, at = theirs.documents[0], START - timedelta(days=20)
    reading = read_version(Version(KEEP.format(10) + "\n", at, 0))
    with theirs.writer() as writer:
        version = new_version(reading, document, writer, kind="import")
        joined = compare_readings(reading, writer.reading(writer.version("acme", "privacy", 1)))
        writer.record(Visit(document, at, Outcome.SKIPPED, versions=(version,), joined=joined, checked=False))

    assert merged(ours, theirs) == [("acme/privacy", "extended", 1)]
    assert rows(ours, *TOLD) == rows(theirs, *TOLD)
    assert proved(ours) == proved(theirs)


def test_a_merged_document_is_crawled_on_as_if_it_had_always_been_here(ours, theirs):
    merged(ours, theirs)
    ours.documents, ours.at = theirs.documents, theirs.at

    [same] = ours.night(privacy=paragraphs(KEEP.format(90), LICENCE))
    [other] = ours.night(privacy=paragraphs(KEEP.format(120), LICENCE))

    assert (same.outcome, other.outcome, other.version) == (Outcome.UNCHANGED, Outcome.CHANGED, 4)
    proved(ours)


def test_a_fork_is_refused_with_both_heads(ours, theirs):
    merged(ours, theirs)
    ours.documents, ours.at = theirs.documents, theirs.at
    ours.night(privacy=paragraphs(KEEP.format(120), WIDER))
    theirs.night(privacy=paragraphs(KEEP.format(150), WIDER))
    before = proved(ours)

    with ours.writer() as writer:
        [found] = merge(writer, theirs.database, theirs.folder / "snapshots")

    assert found.outcome == "refused"
    for platform in (ours, theirs):
        assert proved(platform)["acme/privacy"][-1][:12] in found.message
    assert proved(ours) == before


def test_what_was_tampered_with_is_refused(ours, theirs):
    connection = sqlite3.connect(theirs.database)
    connection.execute("UPDATE heads SET hash = 'x'")
    connection.commit()

    assert merged(ours, theirs) == [("acme/privacy", "refused", 0)]
    assert ours.files() == []


def test_a_capture_that_is_gone_is_named_and_the_document_waits(ours, theirs):
    gone = theirs.files()[0]
    (theirs.folder / "snapshots" / gone).unlink()

    with ours.writer() as writer:
        [found] = merge(writer, theirs.database, theirs.folder / "snapshots")

    assert (found.outcome, found.message) == ("refused", f"acme/privacy: {gone}: the file is missing")


def test_no_name_of_another_archive_leads_out_of_our_folder(ours, theirs):
    outside = theirs.folder / "outside.html.gz"
    (theirs.folder / "snapshots" / theirs.files()[0]).rename(outside)
    connection = sqlite3.connect(theirs.database)
    connection.execute("UPDATE snapshots SET path = '../outside.html.gz' WHERE id = 1")
    connection.commit()

    with ours.writer() as writer:
        [found] = merge(writer, theirs.database, theirs.folder / "snapshots")

    assert (found.outcome, "../outside.html.gz" in found.message) == ("refused", True)
    assert not (ours.folder / "outside.html.gz").exists()


def taken_out(platform):
    day = START + timedelta(days=30)
    redact(platform.database, platform.folder / "snapshots", "acme/privacy", "60 days", reason="by order", now=day)


def test_what_was_taken_out_here_does_not_come_back(ours, theirs):
    merged(ours, theirs)
    taken_out(ours)
    theirs.night(privacy=paragraphs(KEEP.format(120), WIDER))

    assert merged(ours, theirs) == [("acme/privacy", "refused", 0)]


def test_what_was_taken_out_there_comes_as_its_hash_and_is_proved(ours, theirs):
    taken_out(theirs)

    assert merged(ours, theirs) == [("acme/privacy", "new", 3)]

    report = verify(ours.database, ours.folder / "snapshots")
    assert report.sound
    assert "60 days" not in "".join(rows(ours, "texts")["texts"])
    assert report.heads == verify(theirs.database, theirs.folder / "snapshots").heads


def test_a_merge_that_is_broken_off_goes_on(ours, theirs):
    theirs.documents += [replace(theirs.documents[0], slug="rules", pages=(Page("https://acme.example/rules"),))]
    theirs.night(rules=paragraphs(WIDER))

    with ours.writer() as writer:
        next(merge(writer, theirs.database, theirs.folder / "snapshots"))

    assert merged(ours, theirs) == [("acme/privacy", "same", 0), ("acme/rules", "new", 1)]
    assert proved(ours) == proved(theirs)


def test_an_archive_in_use_and_our_own_are_not_merged(ours, theirs):
    with ours.writer() as writer:
        with theirs.writer(), pytest.raises(ArchiveBusyError):
            list(merge(writer, theirs.database, theirs.folder))
        with pytest.raises(ConfigError, match="is the archive itself"):
            list(merge(writer, ours.database, ours.folder))
        with pytest.raises(StoreError, match="no archive there"):
            list(merge(writer, ours.folder / "none.db", ours.folder))


def test_the_command_finds_the_captures_beside_the_archive(run, platform, theirs):
    result = run("archive", "merge", str(theirs.database))
    again = run("archive", "merge", str(theirs.database), "--json")

    assert result.stdout == "acme/privacy  new, 3 versions\n"
    assert json.loads(again.stdout)["outcome"] == "same"
    assert platform.files() == theirs.files()
    assert WATCHLIST in (platform.folder / "watchlist.toml").read_text()


# What no hash proves


def tampered(platform, *statements):
    """Change what the chain does not hold; triggers protect only what it holds."""
    connection = sqlite3.connect(platform.database)
    for statement in statements:
        connection.execute(statement)
    connection.commit()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE documents SET checked_at = 'x'", "states a time that cannot be"),
        ("UPDATE documents SET checked_at = '2199-01-01T00:00:00Z'", "states a time that cannot be"),
        ("UPDATE documents SET failing_since = '0001-01-01T00:00:00Z'", "states a time that cannot be"),
        ("UPDATE sightings SET last_seen_at = x'00'", "states a time that cannot be"),
        ("UPDATE pages SET seen_at = '2024-13-01T00:00:00Z'", "states a time that cannot be"),
        ("UPDATE documents SET outcome = 'splendid'", "came to nothing"),
        ("UPDATE documents SET cause = 'a b'", "no cause"),
        ("UPDATE documents SET message = x'00'", "no message"),
        ("UPDATE documents SET http_status = 'teapot'", "none of HTTP"),
        ("UPDATE documents SET name = x'00'", "no text"),
        ("UPDATE pages SET url = x'00'", "no address"),
        ("UPDATE snapshots SET content_type = x'00'", "not described"),
    ],
)
def test_a_document_with_what_cannot_be_is_refused(ours, theirs, statement, message):
    tampered(theirs, "INSERT OR IGNORE INTO sightings VALUES (1, '2024-01-01T03:00:00Z')", statement)

    with ours.writer() as writer:
        [found] = merge(writer, theirs.database, theirs.folder / "snapshots", now=START + timedelta(days=9))

    assert found.outcome == "refused"
    assert message in found.message


@pytest.mark.parametrize(
    ("wait", "kept"), [("2024-01-04T03:00:00Z", "2024-01-04T03:00:00Z"), ("2199-01-01T00:00:00Z", None), ("soon", None)]
)
def test_a_wait_is_bounded(ours, theirs, wait, kept):
    tampered(theirs, f"UPDATE documents SET next_try_at = '{wait}'")

    merged(ours, theirs)

    with Archive(ours.database) as archive:
        assert [row.next_try_at for row in archive.documents()] == [kept]


def test_no_validator_is_taken_over(ours, theirs):
    tampered(theirs, "UPDATE pages SET etag = 'for ever', last_modified = 'never'")

    merged(ours, theirs)

    assert sqlite3.connect(ours.database).execute("SELECT etag, last_modified FROM pages").fetchall() == [("", "")]


def test_flags_and_hunks_are_our_own(ours, theirs):
    tampered(
        theirs,
        "DELETE FROM _listed_flags",
        "DELETE FROM _flags",
        "UPDATE judgements SET headline = 'Nothing to see here'",
    )

    merged(ours, theirs)

    connection = sqlite3.connect(ours.database)
    assert connection.execute("SELECT count(*) FROM flags WHERE topic = 'licensing'").fetchone()[0] > 0
    told = [row[0] for row in connection.execute("SELECT headline FROM judgements")]
    assert [sentence.split()[0] for sentence in told] == ["Acme", "Acme"]
    assert connection.execute("SELECT count(DISTINCT judgement_id) FROM _hunks").fetchone() == (2,)
    proved(ours)


def test_a_redaction_that_shows_nowhere_is_not_taken_over(ours, theirs):
    ours.night(terms=paragraphs(KEEP.format(30)))
    [[digest]] = sqlite3.connect(ours.database).execute("SELECT sha256 FROM snapshots").fetchall()
    for kind, sha256 in (("capture", digest), ("text", "0" * 64)):
        tampered(
            theirs,
            "INSERT INTO redactions (at, kind, sha256, reason) "
            f"VALUES ('2024-01-01T00:00:00Z', '{kind}', '{sha256}', 'x')",
        )

    merged(ours, theirs)

    assert sqlite3.connect(ours.database).execute("SELECT count(*) FROM redactions").fetchone() == (0,)
    proved(ours)


def test_an_archive_with_other_tables_is_refused_before_a_row_is_read(ours, theirs):
    tampered(theirs, "DROP VIEW flags", "CREATE VIEW flags AS SELECT 1 AS clause_id")

    with ours.writer() as writer, pytest.raises(StoreError, match="flags is not what schema"):
        list(merge(writer, theirs.database, theirs.folder / "snapshots"))


def test_a_question_to_another_archive_is_given_up(ours, theirs):
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

    with Archive(theirs.database, longest_query=1e-9) as archive, pytest.raises(StoreError, match="interrupted"):
        archive.query(endless)
