"""What readers decide about changes: stored beside the chain, shown, merged, exported, redacted."""

import json
from datetime import timedelta

import pytest
from conftest import LICENCE, START, WIDER, paragraphs

from tostrack.archive import Archive
from tostrack.archive.merge import merge
from tostrack.archive.redact import redact
from tostrack.archive.reviews import Review, combine_reviews
from tostrack.archive.verify import verify
from tostrack.archive.writer import Writer


@pytest.fixture
def changed(platform):
    platform.night(terms=paragraphs(LICENCE))
    platform.night(terms=paragraphs(WIDER))
    return platform


def rows(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_latest_state_verdict_and_note_hold():
    first = Review("acme/terms@2", "2024-01-01T00:00:00Z", "acknowledged", note="why?")
    later = Review("acme/terms@2", "2024-01-02T00:00:00Z", "dismissed")
    verdict = Review("acme/terms@2", "2024-01-03T00:00:00Z", verdict="editorial")

    held = combine_reviews([first, later, verdict])["acme/terms@2"]

    assert held.sentence == "dismissed; verdict of the reader: editorial; “why?”"
    assert held.silences
    assert not first.silences


def test_a_review_is_stored_and_shown_and_the_chain_stays(changed, run):
    heads = verify(changed.database, None).heads

    done = run("review", "acme/terms@2", "--dismiss", "--note", "only a menu \x1b[31m")
    run("review", "ACME/terms@2", "--verdict", "editorial")

    assert (done.exit_code, done.stdout) == (0, "acme/terms@2: dismissed; “only a menu \\x1b[31m”\n")
    shown = "dismissed; verdict of the reader: editorial; “only a menu \\x1b[31m”"
    assert f"Reviewed: {shown}" in run("log").stdout
    assert run("review", "acme/terms@2").stdout == f"acme/terms@2: {shown}\n"
    assert rows(run("log", "--json"))[0]["review"]["state"] == "dismissed"
    report = verify(changed.database, None)
    assert (report.heads, report.findings) == (heads, [])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["acme/terms@9", "--ack"], "no such change"),
        (["acme/terms", "--ack"], "name one change"),
        (["acme/terms@2", "--note", "x" * 10_001], "longer than"),
        (["acme/terms@2", "--verdict", "wrong"], "Invalid value"),
    ],
)
def test_what_cannot_be_stored_is_refused(changed, run, args, said):
    result = run("review", *args)

    assert (result.exit_code, said in result.stderr) == (2, True)
    assert "not reviewed" in run("review", "acme/terms@2").stdout


def test_a_dry_run_stores_nothing(changed, run):
    assert "acknowledged" in run("review", "acme/terms@2", "--ack", "--dry-run").stdout
    assert run("review", "acme/terms@2", "--json").stdout == ""


def test_while_a_crawl_writes_the_answer_is_clear(changed, run):
    with changed.writer():
        result = run("review", "acme/terms@2", "--ack")

    assert result.exit_code == 75
    assert "another crawl holds the archive" in result.stderr


def test_reviews_are_exported_with_the_change_that_was_judged(changed, run):
    run("review", "acme/terms@2", "--verdict", "noise", "--note", "a menu")

    [row] = rows(run("export", "jsonl", "--what", "reviews"))
    table = run("export", "csv", "--what", "reviews").stdout

    assert (row["change"], row["verdict"], row["judged"]) == ("acme/terms@2", "noise", "substantive")
    assert row["judged_change"]["hunks"]
    assert table.splitlines()[0] == "change,at,state,verdict,note,service,document,judged"
    assert rows(run("export", "jsonl", "acme/terms", "--what", "reviews")) == [row]


def test_reviews_of_another_archive_are_merged_once(changed, run, tmp_path):
    other, ours = changed.database, tmp_path / "ours/tostrack.db"
    run("review", "acme/terms@2", "--ack", "--note", "read")
    ours.parent.mkdir()

    for _ in range(2):
        with Writer(ours, ours.parent / "snapshots", now=START) as writer:
            list(merge(writer, other, changed.folder / "snapshots", now=START + timedelta(days=400)))
    run("review", "acme/terms@2", "--dismiss")
    with Writer(ours, ours.parent / "snapshots", now=START) as writer:
        list(merge(writer, other, changed.folder / "snapshots", now=START + timedelta(days=400)))

    with Archive(ours) as archive, Archive(other) as theirs:
        assert archive.reviews() == theirs.reviews()
        assert [one.state for one in archive.reviews()] == ["acknowledged", "dismissed"]


def test_a_note_that_quotes_what_is_redacted_is_redacted_too(changed, run):
    run("review", "acme/terms@2", "--note", f"It says {WIDER}")

    redact(changed.database, changed.folder / "snapshots", "acme/terms", "transferable", reason="Order 12", now=START)

    assert b"transferable" not in changed.database.read_bytes()
    with Archive(changed.database) as archive:
        assert archive.reviews()[0].note.startswith("[redacted ")
