"""A stored change is shown as it was found, whatever the rules say today: nothing is compared again."""

import sqlite3

import pytest
from conftest import paragraphs
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.comparison import compare_readings, read_version
from tostrack.analysis.diff import diff
from tostrack.archive import Archive
from tostrack.archive.hunk_recovery import recover_hunks
from tostrack.archive.hunk_rows import build_hunk_rows, pack_words, unpack_words
from tostrack.errors import StoreError
from tostrack.models import Edit, Hunk

OLD = (
    "You grant us a limited licence to display your photos for 30 days.",
    "Last updated: 1 May 2023",
    "Be kind to all.",
)
NEW = "Be kind to all.", "You grant us a transferable licence to display your photos for 90 days. We may sell.", "New."


def recorded(platform):
    platform.night(terms=paragraphs(*OLD))
    platform.night(terms=paragraphs(*NEW))
    return platform


def test_a_stored_change_is_read_as_it_was_compared(platform):
    with Archive(recorded(platform).database) as archive:
        [row] = archive.changes()
        stored = archive.load_change(row)
        old, new = (archive.reading(archive.version("acme", "terms", number)) for number in (1, 2))
    compared = compare_readings(old, new)

    assert stored.hunks == compared.hunks
    assert (stored.judgement, stored.dating) == (compared.judgement, compared.dating)
    assert [fact.sentence for hunk in stored.hunks for fact in hunk.facts]
    assert all(hunk.reason for hunk in stored.hunks)
    assert stored.topics == ("licensing",)
    assert stored.new.sha256 == new.version.sha256


def test_reading_a_change_compares_nothing(platform, monkeypatch):
    recorded(platform)

    def refuse(*_):
        raise AssertionError("compared again")

    for name in ("tostrack.analysis.diff.align", "tostrack.analysis.diff.word_edits"):
        monkeypatch.setattr(name, refuse)
    with Archive(platform.database) as archive:
        assert [len(change.hunks) > 1 for change in archive.load_changes(archive.changes())] == [True]


def test_many_changes_come_in_the_order_in_which_they_were_asked_for(platform):
    for days in range(20, 26):
        platform.night(terms=paragraphs(f"We keep your data for {days} days after the day on which you leave."))

    with Archive(platform.database) as archive:
        rows = archive.changes()
        assert [change.new.number for change in archive.load_changes(rows)] == [6, 5, 4, 3, 2]


def test_the_view_of_hunks_shows_words(platform):
    rows = sqlite3.connect(recorded(platform).database).execute(
        "SELECT edit, heading, old, new FROM hunks ORDER BY hunk"
    )

    assert ("reworded", "Terms", OLD[0], NEW[1]) in rows.fetchall()


@given(st.text("ab c.é", max_size=12), st.text("ab c.é", max_size=12))
def test_word_edits_come_back_from_their_lengths(old, new):
    words = diff(read_version(old).clauses, read_version(new).clauses)

    for hunk in words:
        assert unpack_words(pack_words(hunk.words, hunk.old, hunk.new), hunk.old, hunk.new) == hunk.words


@pytest.mark.parametrize("runs", ["=3", "=99-1", "x", "=1+1-1=", "=4-3+2=1", "=999999999999999999"])
def test_lengths_that_do_not_fit_the_texts_show_both_as_they_are(runs):
    assert unpack_words(runs, "old", "new") == (("-", "old"), ("+", "new"))


@pytest.mark.parametrize(
    "hunk", [Hunk(Edit.ADDED, new_at=2), Hunk(Edit.REMOVED, old_at=-1), Hunk(Edit.ADDED, new_at=0, new_count=0)]
)
def test_a_hunk_outside_its_texts_is_refused(hunk):
    with pytest.raises(StoreError, match="outside its text"):
        build_hunk_rows([hunk], [1, 2], [3, 4])


def test_hunks_that_agree_with_what_was_recorded_keep_its_places():
    old, new = (read_version("\n\n".join(text)).clauses for text in (OLD, NEW))
    hunks = diff(old, new)
    row = {edit.value: sum(hunk.edit is edit for hunk in hunks) for edit in Edit}

    found = recover_hunks(old, new, row, {"judgement_flags": [], "judgement_facts": []})

    assert (found.hunks, found.recomputed, found.places) == (hunks, False, {})


def test_where_the_diff_has_moved_the_row_holds_and_what_was_found_goes_to_the_edit_that_has_it():
    old, new = read_version("We keep logs for 30 days."), read_version("Be kind.\n\nWe keep logs for 90 days.")
    row = {"added": 1, "removed": 0, "reworded": 0, "moved": 0}
    flags = [{"hunk": 0, "quote": "keep logs"}, {"hunk": 0, "quote": "sell logs"}]
    facts = [{"hunk": 7, "old": "30 days", "new": "90 days"}]

    found = recover_hunks(old.clauses, new.clauses, row, {"judgement_flags": flags, "judgement_facts": facts})

    assert found.recomputed
    assert found.places == {"judgement_flags": [1, -1], "judgement_facts": [1]}
