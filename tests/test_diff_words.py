"""From two plain texts to edits that read as phrases."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.diff.anchors import equal_pairs
from tostrack.analysis.diff.word_diff import word_edits

TEXT = st.lists(
    st.sampled_from("we may share your data with our partners , . ( ) 13 days 你 好".split()), max_size=24
).map(" ".join)


def redline(old: str, new: str) -> str:
    marks = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    return "".join(marks[op].format(text) for op, text in word_edits(old, new))


@given(st.one_of(TEXT, st.text(max_size=40)), st.one_of(TEXT, st.text(max_size=40)))
def test_edits_join_to_both_texts(old, new):
    words = word_edits(old, new)

    assert "".join(text for op, text in words if op != "+") == old
    assert "".join(text for op, text in words if op != "-") == new
    assert all(text for _, text in words)


@given(TEXT, TEXT)
def test_no_two_pieces_of_one_kind_touch(old, new):
    ops = [op for op, _ in word_edits(old, new)]

    assert all(one != other for one, other in itertools.pairwise(ops))


@given(st.lists(st.integers(0, 6), max_size=30), st.lists(st.integers(0, 6), max_size=30))
def test_anchors_are_equal_and_rise_on_both_sides(old, new):
    pairs = equal_pairs(old, new)

    assert all(old[i] == new[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))


def test_all_of_a_sequence_is_anchored_in_itself():
    items = [1, 2, 1, 1, 3, 2, 1]

    assert equal_pairs(items, items) == [(at, at) for at in range(7)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("for 90 days", "for 30 days", "for [-90-]{+30+} days"),
        ("a, b and c", "a, x, b and c", "a, {+x, +}b and c"),
        ("We will never sell it.", "We will sell it.", "We will [-never -]sell it."),
        (
            "fully paid, worldwide, limited license to use",
            "fully paid, transferable, sub-licensable, worldwide license to use",
            "fully paid, {+transferable, sub-licensable, +}worldwide[-, limited-] license to use",
        ),
        (
            "You may post the photos of a friend.",
            "You may not upload any image or video of a stranger.",
            "You may [-post the photos of a friend-]{+not upload any image or video of a stranger+}.",
        ),
        ("我们可以共享数据", "我们不可以共享数据", "我们{+不+}可以共享数据"),
    ],
)
def test_edits_read_as_phrases(old, new, expected):
    assert redline(old, new) == expected


def test_long_unrelated_texts_are_one_replacement_and_no_race_against_a_clock():
    old = " ".join(f"a{number}" for number in range(4000))
    new = " ".join(f"b{number}" for number in range(4000))

    assert word_edits(old, new) == (("-", old), ("+", new))


def test_words_in_common_hold_long_texts_together():
    old = " ".join(f"word{number}" for number in range(2000))
    new = old.replace("word500 ", "").replace("word1500", "other")

    assert [piece for piece in word_edits(old, new) if piece[0] != "="] == [
        ("-", "word500 "),
        ("-", "word1500"),
        ("+", "other"),
    ]
