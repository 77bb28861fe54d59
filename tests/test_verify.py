"""Proof: what was changed behind the archive's back is found and named; what grew by itself is sound."""

import itertools
import json
import sqlite3
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from conftest import paragraphs

from tostrack.archive import Archive, provenance
from tostrack.archive.verify import compare_heads, verify
from tostrack.cli import cli
from tostrack.models import Document, Page, sha256

KEEP = "We keep your data for {} days after the day on which you leave the service for good."
LICENCE = "You grant us a worldwide, royalty-free licence to use and display the photos that you post."


@pytest.fixture
def history(platform):
    for days in (30, 60, 90):
        platform.night(terms=paragraphs(KEEP.format(days), LICENCE))
    return platform


def tampered(platform, statement):
    """Run *statement* as somebody who is at home in SQL: triggers dropped, and put back afterwards."""
    connection = sqlite3.connect(platform.database)
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    assert connection.execute(statement).rowcount
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()


def check(platform):
    return verify(platform.database, platform.folder / "snapshots")


def found(platform):
    return {(each.finding, each.document, each.version) for each in check(platform).findings}


def test_an_archive_that_only_grew_is_sound(history):
    report = check(history)

    assert report.sound
    assert (report.findings, report.documents, report.versions, report.captures) == ([], 1, 3, 3)


def test_places_of_clauses_are_read_once_for_all_documents(platform, monkeypatch):
    platform.documents.append(Document("acme", "privacy", (Page("https://acme.example/privacy", select=("main",)),)))
    platform.night(terms=paragraphs(KEEP.format(30), LICENCE), privacy=paragraphs(KEEP.format(10)))
    asked, query = [], Archive.query
    monkeypatch.setattr(Archive, "query", lambda self, sql, *rest: asked.append(sql) or query(self, sql, *rest))

    assert check(platform).documents == 2
    assert len([sql for sql in asked if "FROM _places" in sql and "typeof" not in sql]) == 1


def test_a_document_that_takes_too_long_is_named_and_the_next_one_is_checked(platform, monkeypatch):
    platform.documents.append(Document("acme", "privacy", (Page("https://acme.example/privacy", select=("main",)),)))
    for days in range(30, 50):
        platform.night(terms=paragraphs(KEEP.format(days), LICENCE), privacy=paragraphs(KEEP.format(10)))
    # Each look at the clock costs a second: a document takes some dozens of them, and two for each version.
    seconds = itertools.count()
    monkeypatch.setattr("tostrack.archive.read.time", SimpleNamespace(monotonic=lambda: next(seconds)))
    monkeypatch.setattr("tostrack.archive.verify.LONGEST_DOCUMENT", 60)
    report = check(platform)

    assert [(each.finding, each.document) for each in report.findings] == [("file", "acme/terms")]
    assert report.documents == 2


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (
            "UPDATE clauses SET text = '?' WHERE id = (SELECT id FROM clauses WHERE text LIKE '%60 days%')",
            ("text", "acme/terms", 2),
        ),
        ("UPDATE clauses SET text = replace(text, 'keep', 'keeps')", ("text", "acme/terms", 2)),
        ("UPDATE _versions SET seen_at = '2023-01-02T03:00:00Z' WHERE number = 2", ("chain", "acme/terms", 2)),
        ("DELETE FROM _versions WHERE number = 2", ("chain", "acme/terms", 3)),
        ("DELETE FROM _versions WHERE number = 3", ("head", "acme/terms", 2)),
        ("UPDATE snapshots SET headers = '{}' WHERE id = 1", ("chain", "acme/terms", 1)),
        ("UPDATE judgements SET verdict = 'noise' WHERE id = 1", ("chain", "acme/terms", 2)),
        ("UPDATE judgements SET explanation = '?' WHERE id = 2", ("chain", "acme/terms", 3)),
        ("DELETE FROM judgements WHERE id = 2", ("chain", "acme/terms", 3)),
        ("DELETE FROM version_snapshots WHERE version_id = 2", ("chain", "acme/terms", 2)),
        ("UPDATE documents SET slug = 'privacy'", ("chain", "acme/privacy", 1)),
        ("UPDATE heads SET hash = 'x'", ("head", "acme/terms", 3)),
    ],
)
def test_tampering_is_named_by_document_and_version(history, statement, finding):
    tampered(history, statement)

    assert finding in found(history)


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"other")])
def test_a_capture_that_is_gone_or_another_is_named_by_the_version_that_cites_it(history, spoil):
    spoil(history.folder / "snapshots" / history.files()[1])

    assert found(history) == {("capture", "acme/terms", 2)}


def test_a_view_that_was_made_to_lie_is_found(history):
    connection = sqlite3.connect(history.database)
    connection.executescript("DROP VIEW latest; CREATE VIEW latest AS SELECT 'acme' AS service;")

    assert found(history) == {("schema", "", None)}


def test_a_dropped_trigger_is_found(history):
    sqlite3.connect(history.database).execute("DROP TRIGGER _versions_no_update")

    assert found(history) == {("schema", "", None)}


def rewrite_the_end(platform):
    """Forge the last version with all its hashes: what nobody can see from inside."""
    connection = sqlite3.connect(platform.database)
    connection.row_factory = sqlite3.Row
    query = lambda sql, values=(): connection.execute(sql, values).fetchall()  # noqa: E731
    *_, last = provenance.Provenance(query).versions(1)
    last.row["seen_at"] = "2024-06-01T00:00:00Z"
    blocks = query(
        "SELECT kind, text FROM texts WHERE version_id = ? ORDER BY rank",
        (last.row["id"],),
    )
    [[before]] = query("SELECT previous FROM versions WHERE number = 3")
    forged = sha256(last.link(before, [(kind, sha256(text)) for kind, text in blocks]))
    tampered(platform, f"UPDATE _versions SET seen_at = '2024-06-01T00:00:00Z', hash = x'{forged}' WHERE number = 3")
    tampered(platform, f"UPDATE heads SET hash = '{forged}'")


def test_only_a_head_noted_elsewhere_shows_an_end_that_was_forged_with_its_hashes(history):
    noted = {"acme/terms": check(history).heads["acme/terms"][-1]}
    rewrite_the_end(history)

    report = check(history)

    assert report.sound, "the archive alone cannot show it"
    assert [(each.finding, each.document) for each in compare_heads(report, noted)] == [("head", "acme/terms")]


def test_a_head_that_was_noted_long_ago_is_still_part_of_the_chain(history):
    noted = {"acme/terms": check(history).heads["acme/terms"][-1]}
    history.night(terms=paragraphs(KEEP.format(120), LICENCE))

    assert compare_heads(check(history), noted) == []


def test_a_document_that_was_dropped_shows_by_its_noted_head(history):
    [finding] = compare_heads(check(history), {"acme/privacy": "0" * 64})

    assert (finding.finding, finding.document) == ("head", "acme/privacy")


def test_a_late_judgement_is_sealed_by_the_head_and_by_the_next_version(platform):
    one, other = paragraphs(KEEP.format(30), LICENCE), paragraphs(KEEP.format(90), LICENCE)
    for page in (one, other, one, other, one):
        platform.night(terms=page)
    platform.night(days=60, terms=one)
    platform.night(terms=one)
    settled = "SELECT to_version FROM judgements WHERE occasion = 'settled'"
    [[late]] = sqlite3.connect(platform.database).execute(settled).fetchall()
    assert check(platform).sound

    platform.night(terms=paragraphs(KEEP.format(365), LICENCE))
    assert check(platform).sound
    tampered(platform, "UPDATE judgements SET explanation = '?' WHERE occasion = 'settled'")

    assert found(platform) == {("chain", "acme/terms", late), ("chain", "acme/terms", late + 1)}


def run(platform, *arguments):
    path = platform.folder / "watchlist.toml"
    path.write_text(
        f'[settings]\ndatabase = "{platform.database}"\nsnapshots = "{platform.folder / "snapshots"}"\n'
        '[watch.acme.terms]\nurl = "https://acme.example/terms"\n'
    )
    return CliRunner().invoke(cli, ["-w", str(path), "archive", "verify", *arguments])


def test_the_command_says_that_all_is_well_and_ends_with_0(history):
    result = run(history)

    assert (result.exit_code, result.stdout) == (0, "1 documents, 3 versions, 3 captures: OK\n")


def test_the_command_names_each_difference_on_a_line_and_ends_with_1(history):
    tampered(history, "UPDATE _versions SET seen_at = '2024-01-02T04:00:00Z' WHERE number = 2")

    result = run(history, "acme/terms")
    as_json = run(history, "--json")

    assert result.exit_code == as_json.exit_code == 1
    assert result.stdout.startswith("acme/terms@2: chain: ")
    row = json.loads(as_json.stdout.splitlines()[0])
    assert (row["service"], row["document"], row["version"], row["finding"]) == ("acme", "terms", 2, "chain")


def test_heads_are_printed_like_a_list_of_sha256sum_and_taken_back(history, tmp_path):
    noted = tmp_path / "heads.txt"
    noted.write_text(run(history, "--heads").stdout)
    assert noted.read_text() == f"{check(history).heads['acme/terms'][-1]}  acme/terms\n"
    assert run(history, "--against", str(noted)).exit_code == 0

    rewrite_the_end(history)

    assert run(history, "--against", str(noted)).exit_code == 1


def test_a_file_that_is_no_list_of_heads_is_a_mistake(history, tmp_path):
    (tmp_path / "other.txt").write_text("hello\n")

    result = run(history, "--against", str(tmp_path / "other.txt"))

    assert result.exit_code == 2
    assert "not a list of hashes" in result.stderr


def test_a_time_that_is_no_time_is_a_finding_and_no_crash(history):
    tampered(history, "UPDATE _versions SET seen_at = x'00ff' WHERE number = 2")

    assert ("chain", "acme/terms", 2) in found(history)


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE _hunks SET reason = 'no-such-reason' WHERE judgement_id = 1", ("reading", "acme/terms", 2)),
        ("UPDATE _hunks SET words = '=3-1+1' WHERE judgement_id = 2", ("hunk", "acme/terms", 3)),
        ("UPDATE _hunks SET reason = 'new-text' WHERE judgement_id = 1", ("sum", "acme/terms", 2)),
        ("UPDATE judgements SET headline = headline || '.' WHERE id = 2", ("sum", "acme/terms", 3)),
        ("UPDATE judgements SET importance = 1 - importance WHERE id = 1", ("sum", "acme/terms", 2)),
        ("UPDATE _judgement_flags SET place = 0", ("sum", "acme/terms", 2)),
        ("DELETE FROM judgement_sums WHERE judgement_id = 2", ("sum", "acme/terms", 3)),
        ("UPDATE _contexts SET heading = heading || '?'", ("text", "", None)),
        ("UPDATE _hunks SET words = x'00' WHERE judgement_id = 2", ("hunk", "acme/terms", 3)),
        ("UPDATE judgement_facts SET kind = 'no-such-kind' WHERE judgement_id = 1", ("reading", "acme/terms", 2)),
        ("UPDATE _judgement_flags SET direction = 'sideways'", ("reading", "acme/terms", 2)),
        ("UPDATE _finds SET polarity = 'odd'", ("reading", "acme/terms", None)),
        ("UPDATE _flag_events SET event = 'sideways'", ("reading", "acme/terms", None)),
        ("INSERT INTO suspects VALUES (1, 1, 'x', 'shrunk', 'now', 'now', 1)", ("reading", "acme/terms", None)),
    ],
)
def test_what_no_reader_can_read_is_found_although_no_hash_holds_it(platform, statement, finding):
    for days, more in ((30, []), (60, [LICENCE]), (90, [LICENCE])):
        platform.night(terms=paragraphs(KEEP.format(days), *more))
    assert not found(platform)
    tampered(platform, statement)

    assert finding in found(platform)


def test_a_flag_that_quotes_other_words_than_its_clause_has_is_found(history):
    tampered(history, "UPDATE _finds SET quote = upper(quote)")

    assert "a flag does not quote its clause" in str(check(history).findings)
