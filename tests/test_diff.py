"""From two lists of clauses to the hunks between them."""

import sys
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.diff import diff
from tostrack.analysis.diff.align import align
from tostrack.analysis.diff.similarity import Bag, count_words
from tostrack.clauses import canonical, canonical_text, plain, split_clauses
from tostrack.models import Edit

LINES = st.sampled_from(
    [
        "# Terms",
        "## Your content",
        "## Ads",
        "We may share data.",
        "We may share data with partners.",
        "We share your data with partners and affiliates for ads.",
        "- your name",
        "- your address",
        "1. You must be 13 years old.",
        "2. You must be 16 years old.",
        "| a | b |",
        "a b",
        "a",
        "b",
        "",
        "---",
        "你可以使用本服务",
    ]
)
TEXTS = st.lists(LINES, max_size=14).map("\n\n".join)

LICENCE = (
    "1. Pixboard does NOT claim ANY ownership rights in the photos that you post on the Pixboard Services. By posting "
    "photos on the Pixboard Services, you hereby grant to Pixboard a non-exclusive, fully paid and royalty-free, "
    "worldwide, limited license to use, modify, delete from, add to, publicly perform and translate such Content."
)
NEW_LICENCE = (
    "1. Pixboard does not claim ownership of any Content that you post on or through the Service. Instead, you hereby "
    "grant to Pixboard a non-exclusive, fully paid and royalty-free, transferable, sub-licensable, worldwide license "
    "to use the Content that you post on or through the Service."
)


def changes(old: str, new: str):
    return diff(split_clauses(old), split_clauses(new))


def edits(old: str, new: str):
    return [(hunk.edit.value, hunk.old, hunk.new) for hunk in changes(old, new)]


def covered(at: int | None, count: int) -> range:
    return range(0) if at is None else range(at, at + count)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert changes(text, text) == ()


@given(TEXTS, TEXTS)
def test_without_the_clauses_of_the_hunks_both_texts_hold_the_same_words(old, new):
    before, after = split_clauses(old), split_clauses(new)
    hunks = diff(before, after)

    gone = {at for hunk in hunks for at in covered(hunk.old_at, hunk.old_count)}
    come = {at for hunk in hunks for at in covered(hunk.new_at, hunk.new_count)}
    kept_before = "".join(canonical_text(c.text) for at, c in enumerate(before) if at not in gone if canonical(c))
    kept_after = "".join(canonical_text(c.text) for at, c in enumerate(after) if at not in come if canonical(c))
    unnumbered = [
        kept.replace(" ", "").replace("1you", "you").replace("2you", "you") for kept in (kept_before, kept_after)
    ]

    assert unnumbered[0] == unnumbered[1]


@given(TEXTS, TEXTS)
def test_no_clause_is_in_two_hunks(old, new):
    hunks = changes(old, new)

    gone = [at for hunk in hunks for at in covered(hunk.old_at, hunk.old_count)]
    come = [at for hunk in hunks for at in covered(hunk.new_at, hunk.new_count)]

    assert len(gone) == len(set(gone))
    assert len(come) == len(set(come))


@given(TEXTS, TEXTS)
def test_words_join_to_the_old_and_to_the_new_text(old, new):
    before, after = split_clauses(old), split_clauses(new)

    for hunk in diff(before, after):
        gone = before[hunk.old_at : hunk.old_at + hunk.old_count] if hunk.old_at is not None else []
        come = after[hunk.new_at : hunk.new_at + hunk.new_count] if hunk.new_at is not None else []

        assert hunk.old == " ".join(plain(clause.text) for clause in gone)
        assert hunk.new == " ".join(plain(clause.text) for clause in come)
        assert "".join(text for op, text in hunk.words if op != "+") == hunk.old
        assert "".join(text for op, text in hunk.words if op != "-") == hunk.new


@given(TEXTS, TEXTS)
def test_hunks_stand_in_the_order_of_the_new_text(old, new):
    places = [hunk.new_at for hunk in changes(old, new) if hunk.new_at is not None]

    assert places == sorted(places)


def test_a_reworded_clause_is_one_hunk():
    (hunk,) = changes("We may share data with partners.", "We share data with all partners.")

    assert hunk.edit is Edit.REWORDED
    assert hunk.words == (
        ("=", "We "),
        ("-", "may "),
        ("=", "share data with "),
        ("+", "all "),
        ("=", "partners."),
    )


def test_a_clause_is_known_again_when_everything_around_it_was_rewritten():
    old = "# Terms\n\nOld words open this text.\n\n## Proprietary rights\n\n" + LICENCE + "\n\nLast things come here."
    new = "# Terms of Use\n\nQuite another beginning.\n\nAnd a second one.\n\n## Rights\n\n" + NEW_LICENCE

    (hunk,) = [hunk for hunk in changes(old, new) if "royalty-free" in hunk.old + hunk.new]

    assert hunk.edit is Edit.REWORDED
    assert any(op == "+" and "transferable, sub-licensable" in text for op, text in hunk.words)
    assert any(op == "-" and "limited" in text for op, text in hunk.words)
    assert any(op == "=" and "worldwide" in text for op, text in hunk.words)


def test_a_near_identical_sentence_is_found_in_another_section():
    clause = "Some of the Pixboard Services are supported by advertising and may display promotions on or about your Content."
    old = f"# Terms\n\n## Rights\n\n{clause}\n\n## Other\n\nFirst.\n\nSecond."
    new = f"# Terms\n\n## Other\n\nThird.\n\n## Ads\n\n{clause.replace('Pixboard Services are', 'Service is')}"

    (hunk,) = [hunk for hunk in changes(old, new) if "supported by advertising" in hunk.old + hunk.new]

    assert hunk.edit is Edit.REWORDED


def test_a_clause_that_stands_elsewhere_was_moved():
    old = "First clause here.\n\nSecond clause here.\n\nThird clause here.\n\nFourth one."
    new = "Second clause here.\n\nThird clause here.\n\nFourth one.\n\nFirst clause here."

    assert edits(old, new) == [("moved", "First clause here.", "First clause here.")]


def test_a_split_clause_is_one_hunk_over_its_parts():
    old = "We keep your photos for ninety days after you delete them. We may tell the police when the law says so."
    new = "We keep your photos for thirty days after you delete them.\n\nWe may tell the police when the law says so."

    (hunk,) = changes(old, new)

    assert (hunk.edit, hunk.old_count, hunk.new_count) == (Edit.REWORDED, 1, 2)
    assert [piece for piece in hunk.words if piece[0] != "="] == [("-", "ninety"), ("+", "thirty")]


def test_a_merged_clause_is_one_hunk_over_its_parts():
    old = "We keep your photos for ninety days after you delete them.\n\nWe may tell the police when the law says so."
    new = "We keep your photos for thirty days after you delete them. We may tell the police when the law says so."

    (hunk,) = changes(old, new)

    assert (hunk.edit, hunk.old_count, hunk.new_count) == (Edit.REWORDED, 2, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("One sentence. Another one.", "One sentence.\n\nAnother one."),
        ("We **may** share data", "We may share data."),
        ("See the [policy](https://a.example/1).", "See the [policy](https://a.example/2)."),
        ("![](a.png)\n\nWe share.", "We share."),
        ("It’s yours", "It's yours"),
        ("1. You agree.", "7. You agree."),
    ],
)
def test_what_changes_no_word_is_no_hunk(old, new):
    assert changes(old, new) == ()


def test_a_renumbered_heading_takes_its_section_along():
    old = "# 1. Scope\n\nThese terms bind you.\n\n# 2. Ads\n\nWe show ads."
    new = "# 1. Scope\n\nThese terms bind you.\n\n# 2. Age\n\nYou must be 13.\n\n# 3. Ads\n\nWe show ads."

    assert edits(old, new) == [
        ("added", "", "2. Age"),
        ("added", "", "You must be 13."),
        ("reworded", "2. Ads", "3. Ads"),
    ]


def test_an_age_at_the_start_of_a_clause_is_not_its_number():
    (hunk,) = changes("13 years is the least age.", "16 years is the least age.")

    assert hunk.edit is Edit.REWORDED


def test_clauses_with_little_in_common_are_not_paired():
    old = "You keep the rights in your photos."
    new = "Arbitration takes place in Springfield under the rules of the association."

    assert [hunk.edit for hunk in changes(old, new)] == [Edit.REMOVED, Edit.ADDED]


def test_a_clause_that_is_gone_stands_after_the_one_it_followed():
    old = "Alpha clause stays.\n\nBeta clause goes away.\n\nGamma clause stays."
    new = "Alpha clause stays.\n\nGamma clause stays.\n\nDelta is new here."

    assert [hunk.edit for hunk in changes(old, new)] == [Edit.REMOVED, Edit.ADDED]


def test_nothing_is_weighed_where_one_side_has_no_clause(monkeypatch):
    monkeypatch.setattr(sys.modules[align.__module__], "count_words", None)
    clauses = split_clauses("# Terms\n\nYou post photos.\n\nWe show them.\n")

    assert align((), clauses).come == (0, 1, 2)
    assert align(clauses, ()).gone == (0, 1, 2)


def test_two_bags_together_are_the_bag_of_what_both_hold():
    one, other = "we share a photo a day", "a photo a day we share and share"
    both = count_words(one) + count_words(other)
    whole = Bag(Counter([*_pieces(one), *_pieces(other)]))

    assert (both.pieces, both.total, both.shared(both)) == (whole.pieces, whole.total, whole.total)


def _pieces(text):
    words = text.split()
    return [*words, *map(" ".join, pairwise(words))]
