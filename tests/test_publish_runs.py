from conftest import reworded
from hypothesis import given
from hypothesis import strategies as st

from tostrack.models import Edit, Hunk
from tostrack.render.escape import columns, safe_line
from tostrack.render.word_edits import clipped, excerpt, fold, marked, runs_of, shortened, side, whole, wrap

RUNS = st.lists(st.tuples(st.sampled_from("=-+"), st.text("ab .;é規", min_size=1)), min_size=1, max_size=8)


def text_of(runs):
    return "".join(text for _, text in runs)


def test_the_blank_after_an_edit_stands_outside_of_it():
    runs = runs_of(reworded(("=", "we "), ("-", "never "), ("=", "share")))

    assert runs == [("=", "we "), ("-", "never"), ("=", " share")]


def test_a_replacement_is_told_once_with_its_blanks_around_it():
    runs = runs_of(reworded(("=", "we "), ("-", "may "), ("+", "will "), ("=", "share")))

    assert runs == [("=", "we "), ("-", "may"), ("+", "will"), ("=", " share")]


def test_an_insertion_before_its_deletion_is_put_behind_it():
    runs = runs_of(reworded(("+", "will"), ("-", "may"), ("=", " share")))

    assert [op for op, _ in runs] == ["-", "+", "="]


def test_quotes_that_are_only_drawn_otherwise_are_not_marked():
    quotes = [("=", "the "), ("-", "“"), ("+", '"'), ("=", "Terms"), ("-", "”"), ("+", '"'), ("=", " ")]

    runs = runs_of(reworded(*quotes, ("-", "apply"), ("+", "bind")))

    assert runs == [("=", 'the "Terms" '), ("-", "apply"), ("+", "bind")]


def test_a_reworded_clause_without_words_shows_both_texts():
    runs = runs_of(Hunk(Edit.REWORDED, old="one", new="two"))

    assert runs == [("-", "one"), ("+", "two")]


@given(RUNS)
def test_the_runs_still_hold_every_word_of_both_texts(words):
    hunk = reworded(*words)

    runs = runs_of(hunk)

    assert text_of(side(runs, "-")).replace(" ", "") == safe_line(hunk.old).replace(" ", "")
    assert text_of(side(runs, "+")).replace(" ", "") == safe_line(hunk.new).replace(" ", "")


def test_a_long_kept_stretch_is_folded_between_edits():
    middle = " ".join(f"w{n}" for n in range(60))

    folded = fold([("-", "a"), ("=", f" {middle} "), ("+", "b")], 5)

    assert text_of(folded).startswith("a w0 w1 w2 w3 … w")
    assert text_of(folded).endswith(" w58 w59 b")
    assert len(text_of(folded).split()) < 16


def test_a_fold_begins_where_a_sentence_does_when_one_is_near():
    kept = " ".join(f"w{n}" for n in range(40)) + ". Now it is said again: we may"

    folded = fold([("=", f"{kept} "), ("+", "not"), ("=", " share.")], 6)

    assert text_of(folded) == "… Now it is said again: we may not share."


def test_a_short_stretch_is_not_worth_an_ellipsis():
    runs = [("-", "a"), ("=", " " + "w " * 14), ("+", "b")]

    assert fold(runs, 5) == runs


@given(RUNS, st.integers(1, 6))
def test_folding_leaves_every_edit_whole(words, context):
    runs = runs_of(reworded(*words))

    edits = [run for run in fold(runs, context) if run[0] in "-+"]

    assert edits == [run for run in runs if run[0] in "-+"]


def test_marks_stand_at_the_words():
    assert text_of(marked([("=", "we "), ("-", "may"), ("+", "will"), ("=", " share")])) == "we [-may-]{+will+} share"


@given(RUNS, st.integers(1, 20))
def test_no_line_is_wider_than_asked_and_no_word_is_lost(words, width):
    runs = runs_of(reworded(*words))

    lines = wrap(runs, width)

    assert all(columns(text_of(line)) <= max(width, 2) for line in lines)
    assert "".join(map(text_of, lines)).replace(" ", "") == text_of(runs).replace(" ", "")


def test_lines_break_between_words():
    assert [text_of(line) for line in wrap([("=", "we may share"), ("+", " it all")], 8)] == [
        "we may",
        "share it",
        "all",
    ]


def test_a_word_longer_than_the_line_is_broken():
    assert [text_of(line) for line in wrap([("=", "see https://x.example")], 9)] == ["see", "https://x", ".example"]


def test_without_a_width_a_clause_is_one_line():
    assert len(wrap([("=", "word " * 500)], 0)) == 1


def test_a_moved_clause_is_known_by_its_beginning():
    assert text_of(shortened(" ".join(map(str, range(50))), 5)) == "0 1 2 3 4 …"


def test_a_clipped_text_says_that_it_goes_on():
    assert clipped([("+", "one two three"), ("=", "four")], 9) == [("+", "one two"), ("…", " …")]


def test_an_accent_written_in_another_way_is_no_edit():
    runs = runs_of(reworded(("=", "wird "), ("-", "gelo\u0308scht"), ("+", "gel\u00f6scht"), ("=", " und vergessen")))

    assert runs == [("=", "wird gel\u00f6scht und vergessen")]


def test_a_paragraph_that_came_is_shown_whole():
    text = " ".join(f"w{n}" for n in range(150))

    assert excerpt(text, [], 5) == [("=", text)]


def test_of_a_page_in_one_clause_the_beginning_is_shown_or_what_is_quoted():
    text = " ".join(f"w{n}" for n in range(900))

    assert text_of(excerpt(text, [], 5)).endswith("w199 …")
    assert text_of(excerpt(text, ["w500 w501"], 3)) == "… w498 w499 w500 w501 w502 w503 …"
    assert [op for op, _ in whole(Hunk(Edit.REMOVED, old=text), 5)] == ["-", "…"]
