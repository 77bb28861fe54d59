from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.topic_moves import join_words
from tostrack.models import Change, Judgement, Reason, Version
from tostrack.render.escape import (
    ascii_only,
    columns,
    count,
    cut,
    document_id,
    path_of,
    safe,
    safe_line,
    span_of,
)

HARMFUL = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u061c", *"\u200e\u200f\u2028\u2029", "\ud800"]
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def test_an_escape_sequence_is_shown_and_not_obeyed():
    assert safe("\x1b[31mred\x9b0m") == "\\x1b[31mred\\x9b0m"


def test_an_override_of_the_writing_direction_is_shown():
    assert safe("evil\u202etxt.exe") == "evil\\u202etxt.exe"


def test_invisible_tag_characters_are_shown():
    assert safe("\U000e0041") == "\\U000e0041"


def test_lines_and_tabs_stay():
    assert safe("one\n\ttwo") == "one\n\ttwo"


def test_a_carriage_return_does_not_overwrite_a_line():
    assert safe("safe\rfake") == "safe\\x0dfake"


def test_one_line_stays_one_line():
    assert safe_line(" one\n two\r\n\tthree\u2028four ") == "one two three four"


def test_a_workflow_command_in_the_middle_of_a_line_is_disarmed():
    assert "##[" not in safe("hello ##[add-mask]secret ###[stop-commands]x")


@given(st.text(st.one_of(st.sampled_from([*HARMFUL, *BIDI]), st.characters())))
def test_no_harmful_character_is_left_in_a_safe_line(text):
    line = safe_line(text)

    assert not set(line) & {*HARMFUL, *BIDI}
    line.encode("utf-8")


@given(st.text())
def test_what_is_safe_is_left_alone(text):
    assert safe(safe(text)) == safe(text)


@given(st.text(), st.integers(0, 40))
def test_a_cut_text_fits(text, width):
    assert columns(cut(safe_line(text), width)) <= width


def test_a_cut_falls_between_words():
    assert cut("we may share your information with affiliates", 30) == "we may share your information…"
    assert cut("we may share your information with affiliates", 27) == "we may share your…"


def test_wide_and_combining_characters_are_counted_as_shown():
    assert (columns("規約"), columns("e\u0301"), columns("abc")) == (4, 1, 3)


def test_typography_has_a_plain_likeness():
    assert ascii_only("⚑ licensing · “a → b” … é") == '! licensing - "a -> b" ... \\xe9'


def test_counts_and_lists_read_as_english():
    assert (count(1, "clause"), count(1200, "clause")) == ("1 clause", "1,200 clauses")
    assert (join_words([]), join_words(["a"]), join_words(["a", "b", "c"])) == ("", "a", "a, b and c")


def test_a_document_is_named_once_whether_its_id_is_whole_or_not():
    assert document_id("acme", "terms") == document_id("acme", "acme/terms") == document_id("", "acme/terms")


def test_outer_headings_give_way_to_inner_ones():
    path = ("Terms of Use", "Rights", "Rights:", "What you post")

    assert path_of(path) == "Terms of Use › Rights › What you post"
    assert path_of(path, 24) == "… › What you post"
    assert path_of(path, 10) == "… › What…"


def moment(day, hour=0):
    return datetime(2024, 5, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (moment(1), moment(9), "2024-05-01 → 2024-05-09"),
        (moment(9, 6), moment(9, 18), "2024-05-09 06:00 → 18:00 UTC"),
        (None, moment(9), "2024-05-09"),
        (None, None, ""),
    ],
)
def test_a_change_tells_its_days(old, new, told):
    change = Change(Version("a", old), Version("b", new), (), Judgement(Reason.WORDING, ""))

    assert span_of(change) == told
