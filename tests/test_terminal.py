import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from conftest import change_of, reworded
from hypothesis import given
from hypothesis import strategies as st

from tostrack.models import (
    Change,
    Dating,
    Direction,
    Edit,
    Fact,
    FactKind,
    Flag,
    Hunk,
    Judgement,
    Polarity,
    Reason,
    Version,
)
from tostrack.render.change_formats import change_as_json
from tostrack.render.escape import columns
from tostrack.render.terminal import change_as_text, render_change
from tostrack.render.terminal_style import TerminalStyle

ANSI = re.compile(r"\x1b\[[0-9;]+m")
LICENCE = Flag("licensing", Polarity.PERMITS, "transferable, sub-licensable", 0, 28, "grant", Direction.WIDENED)


REWORDED = reworded(
    ("=", "You grant Pixboard a worldwide, "),
    ("-", "limited "),
    ("+", "transferable, sub-licensable "),
    ("=", "licence to use what you post."),
    heading=("Rights", "Content"),
    flags=(LICENCE,),
)
ADDED = Hunk(Edit.ADDED, ("Disputes",), new="Disputes are settled by arbitration.")
REMOVED = Hunk(Edit.REMOVED, ("Your age",), old="You must be thirteen.")
MOVED = Hunk(Edit.MOVED, ("General",), old="No delay is anyone's fault.", new="No delay is anyone's fault.")


DAYS = datetime(2012, 4, 3, tzinfo=UTC), datetime(2013, 2, 3, tzinfo=UTC)


def change(*hunks, explanation="One clause says something else."):
    return change_of(*hunks, name="pixboard/terms", days=DAYS, explanation=explanation)


def plain(*hunks, **options):
    look = TerminalStyle(
        **{"width": 80, **{name: options.pop(name) for name in ("colour", "width", "ascii") if name in options}}
    )
    return render_change(change(*hunks), look, **options)


def test_a_change_begins_with_document_days_verdict_and_reason():
    lines = plain(REWORDED, ADDED).splitlines()

    assert lines[:4] == [
        "pixboard/terms  2012-04-03 → 2013-02-03",
        "substantive (new-text): licensing",
        "One clause says something else.",
        "2 edits: 1 added and 1 reworded",
    ]


def test_a_flagged_hunk_shows_heading_flag_and_the_words_that_changed():
    assert plain(REWORDED).split("\n\n")[1].splitlines() == [
        "reworded · Rights › Content",
        "⚑ licensing · widened — “transferable, sub-licensable”",
        "~ You grant Pixboard a worldwide, [-limited-]{+transferable, sub-licensable+}",
        "~ licence to use what you post.",
    ]


def test_flagged_hunks_come_first():
    text = plain(REMOVED, ADDED, REWORDED)

    assert text.index("Rights › Content") < text.index("Your age") < text.index("Disputes")


def test_what_moved_is_named_under_the_title_and_comes_before_what_cannot_be_named():
    fact = Fact(FactKind.NUMBER, "30 days", "90 days", "30 days became 90 days")
    named = reworded(("=", "For "), ("-", "30"), ("+", "90"), ("=", " days."), heading=("Data",), facts=(fact,))

    assert plain(ADDED, named, REWORDED).split("\n\n")[2] == (
        "reworded · Data\n• 30 days became 90 days\n~ For [-30-]{+90+} days."
    )


def test_a_silent_document_is_said_to_be_silent():
    silent = replace(change(ADDED), dating=Dating("2023-03-01", "2023-03-01", "Its date is still March 1, 2023."))
    noise = replace(silent, judgement=Judgement(Reason.LINKS, "Only links moved."))

    assert "\nIts date is still March 1, 2023.\n" in render_change(silent, TerminalStyle(width=80))
    assert change_as_json(silent)["stated"] == {"from": "2023-03-01", "to": "2023-03-01", "silent": True}
    assert "still" not in render_change(noise, TerminalStyle(width=80))
    assert change_as_json(noise)["stated"]["silent"] is False
    assert change_as_json(change(ADDED))["stated"] == {"from": None, "to": None, "silent": False}


def test_whole_clauses_are_signed_at_the_edge():
    text = plain(ADDED, REMOVED, MOVED)

    assert "\nadded · Disputes\n+ Disputes are settled by arbitration.\n" in text
    assert "\nremoved · Your age\n- You must be thirteen.\n" in text
    assert "\nmoved · General\n> No delay is anyone's fault.\n" in text


def test_neighbours_under_one_heading_share_its_title():
    items = [Hunk(Edit.ADDED, ("Data",), new=text, kind="li") for text in ("your name;", "your age.")]

    assert plain(*items).endswith("added · Data\n+ • your name;\n+ • your age.\n")


def test_an_added_heading_is_called_one():
    assert "added heading · Rights\n+ Arbitration\n" in plain(
        Hunk(Edit.ADDED, ("Rights",), new="Arbitration", kind="h2")
    )


def test_unflagged_edits_beyond_the_limit_are_counted():
    many = [Hunk(Edit.ADDED, (f"Part {n}",), new="More.") for n in range(50)]

    assert plain(*many, REWORDED, limit=9).endswith("Part 8\n+ More.\n\n… and 41 more edits (--all-hunks)\n")
    assert "more edits" not in plain(*many, limit=None)


def test_a_flagged_edit_is_never_only_counted():
    assert plain(*[REWORDED] * 60, limit=0).count("⚑") == 60


def test_colour_strikes_what_is_gone_and_needs_no_marks():
    text = plain(REWORDED, colour=True)

    assert "\x1b[31;9mlimited\x1b[0m" in text
    assert "\x1b[32;1mtransferable, sub-licensable\x1b[0m" in text
    assert "[-" not in ANSI.sub("", text)


def test_a_style_never_reaches_over_the_end_of_a_line():
    long = reworded(("=", "we "), ("+", "share " * 40))

    for line in plain(long, colour=True, width=40).splitlines():
        assert line.count("\x1b[") == 2 * line.count("\x1b[0m")


def test_a_stretch_that_stayed_is_folded():
    kept = " ".join(f"word{n}" for n in range(200))

    text = plain(reworded(("-", "May "), ("=", kept), ("+", " now")), context=6)

    assert "…" in text
    assert "word100" not in text


def test_side_by_side_has_the_old_text_on_the_left():
    text = plain(REWORDED, side_by_side=True, width=100)

    left, right = zip(*(line[2:].split("│") for line in text.splitlines() if line.startswith("~")), strict=True)
    assert "[-limited-]" in " ".join(left)
    assert "transferable" not in " ".join(left)
    assert "{+transferable, sub-licensable+}" in " ".join(part.strip() for part in right)


def test_side_by_side_gives_way_on_a_narrow_terminal():
    assert plain(REWORDED, side_by_side=True, width=50) == plain(REWORDED, width=50)


def test_stat_counts_by_heading():
    rows = plain(REWORDED, ADDED, ADDED, REMOVED, stat=True).split("\n\n")[1].splitlines()

    assert [row.split() for row in rows] == [
        ["1~", "Rights", "›", "Content", "⚑", "licensing"],
        ["2+", "Disputes"],
        ["1-", "Your", "age"],
    ]


def test_an_ascii_stream_gets_ascii():
    text = plain(REWORDED, ADDED, MOVED, Hunk(Edit.ADDED, new="Café “規約”", kind="li"), ascii=True)

    assert text.isascii()
    assert "! licensing - widened" in text


def test_a_change_without_hunks_or_days_is_still_told():
    empty = Change(Version("a"), Version("a"), (), Judgement(Reason.IDENTICAL, "Nothing changed."))

    assert render_change(empty, TerminalStyle(width=80)) == "change\nnoise (identical)\nNothing changed.\n"


HOSTILE = st.text(
    st.one_of(st.sampled_from("\x1b\x9b\x07\x00\r\n\t\u202e\u2028\u2066\x85:# \ud800"), st.characters()), max_size=60
)


@given(HOSTILE, HOSTILE, HOSTILE, st.booleans(), st.booleans(), st.sampled_from([0, 20, 70]))
def test_no_page_controlled_byte_reaches_the_terminal_raw(old, new, heading, colour, columns_, width):
    flag = Flag(heading, Polarity.PERMITS, new, 0, 1, "rule", Direction.GRANTED)
    fact = Fact(FactKind.NUMBER, old, new, f"{old} became {new}")
    hunks = (
        Hunk(Edit.REWORDED, (heading,), old, new, (("-", old), ("+", new)), flags=(flag,), facts=(fact,)),
        Hunk(Edit.ADDED, (heading, old), new=new or "x", kind="li"),
        Hunk(Edit.MOVED, (heading,), old or "x", new or "x"),
    )

    shown, look = change(*hunks, explanation=old), TerminalStyle(colour, width)
    text = render_change(shown, look, side_by_side=columns_) + render_change(shown, look, stat=True)

    bare = ANSI.sub("", text) if colour else text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]", bare)
    assert not any(line.lstrip().startswith("::") for line in bare.splitlines())


@given(st.lists(st.sampled_from(["share", "規約に同意", "x" * 50, "a"]), min_size=1), st.integers(24, 90))
def test_no_line_is_wider_than_the_terminal(text, width):
    hunks = [Hunk(Edit.ADDED, ("A heading that goes on",), new=" ".join(text)), REWORDED, ADDED]

    assert all(columns(line) <= width for line in plain(*hunks, width=width).splitlines())


def test_the_text_part_of_a_mail_is_bounded():
    text = change_as_text(change(*[ADDED] * 500, REWORDED), budget=500)

    assert len(text) <= 500
    assert "⚑ licensing" in text


def test_the_json_of_a_change_has_the_contract_s_fields():
    record = change_as_json(change(REWORDED))

    assert json.loads(json.dumps(record)) == record
    assert list(record) == [
        "service", "document", "from", "to", "verdict", "reason", "explanation", "importance", "topics", "hunks", "stated",
        "headline",
    ]  # fmt: skip
    assert record["from"] == {"number": 1, "seen_at": "2012-04-03T00:00:00Z", "sha256": Version("a").sha256}
    (hunk,) = record["hunks"]
    assert list(hunk) == ["edit", "heading", "old", "new", "words", "flags", "facts"]
    assert hunk["words"][1] == ["-", "limited "]
    assert hunk["flags"] == [
        {
            "topic": "licensing",
            "polarity": "permits",
            "direction": "widened",
            "quote": "transferable, sub-licensable",
            "rule": "grant",
        }
    ]


@pytest.mark.parametrize("module", ["terminal", "crawl_summary", "change_formats"])
def test_what_the_terminal_needs_loads_nothing_heavy(module):
    code = f"import sys, tostrack.render.{module}; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not {"jinja2", "bs4", "requests", "lxml", "xml.etree", "email", "sqlite_utils"} & set(loaded)


def test_a_long_name_leaves_room_for_the_days():
    text = render_change(change_of(ADDED, name="pixboard/" + "very-" * 14 + "long"), TerminalStyle(width=80))

    assert text.splitlines()[1] == "2024-05-01 → 2024-05-02"


def test_side_by_side_a_whole_clause_has_no_marks():
    text = plain(ADDED, REMOVED, side_by_side=True)

    assert "│ Disputes are settled" in text
    assert "- You must be thirteen." in text
    assert "[-" not in text
    assert "{+" not in text
