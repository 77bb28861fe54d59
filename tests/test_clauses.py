"""Markdown to clauses and back; what counts as the same text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.clauses import (
    canonical,
    canonical_key,
    canonical_text,
    join_clauses,
    plain,
    sentences,
    split_clauses,
)
from tostrack.models import Clause

WORDS = st.text(alphabet="abcdef éß-*_#>|`.:1234()[]!\\~=+", min_size=1, max_size=30)
MARKDOWN = st.lists(
    st.one_of(
        WORDS,
        WORDS.map(lambda text: f"# {text}"),
        WORDS.map(lambda text: f"* {text}"),
        WORDS.map(lambda text: f"    - {text}"),
        WORDS.map(lambda text: f"12. {text}"),
        WORDS.map(lambda text: f"| {text} | {text} |"),
        st.sampled_from(["", "===", "---", "* * *", "| --- |", "> "]),
    ),
    max_size=12,
).map("\n".join)


def kinds(markdown):
    return [(clause.kind, clause.text) for clause in split_clauses(markdown)]


def test_every_block_is_one_clause():
    found = kinds("# Terms\n\nWe may\nshare data.\n\n- with partners\n    - and theirs\n\n1. Pay\n2. Leave\n")

    assert found == [
        ("h1", "Terms"),
        ("p", "We may share data."),
        ("li", "with partners"),
        ("li2", "and theirs"),
        ("ol", "1. Pay"),
        ("ol", "2. Leave"),
    ]


def test_a_table_row_is_a_clause_and_its_rule_is_not():
    assert kinds("| Data | Use |\n| --- | --- |\n| Name | Ads |") == [("row", "Data | Use"), ("row", "Name | Ads")]


@pytest.mark.parametrize(
    ("turndown", "ours"),
    [
        ("Terms\n=====\n\nUse\n---", "# Terms\n\n## Use"),
        ("*   One\n    \n    *   Two", "- One\n    - Two"),
        ("1\\. Use of data", "1\\. Use of data"),
        ("Line one  \nline two", "Line one line two"),
        ("Above\n\n* * *\n\nBelow", "Above\n\nBelow"),
    ],
)
def test_what_turndown_writes_splits_as_what_we_write(turndown, ours):
    assert split_clauses(turndown) == split_clauses(ours)


def test_a_clause_knows_the_headings_above_it():
    clause = split_clauses("# Terms\n\n## Rights\n\n### Content\n\n## Ads\n\nWe show ads.")[-1]

    assert clause.heading == ("Terms", "Ads")


def test_a_list_item_carries_the_sentence_that_it_completes():
    markdown = "**This licence allows us to:**\n\n- use it\n- share it with:\n    - partners\n\nThat is all.\n\n- end"

    assert [clause.lead for clause in split_clauses(markdown)] == [
        "",
        "This licence allows us to:",
        "This licence allows us to:",
        "share it with:",
        "",
        "",
    ]


def test_a_paragraph_that_looks_like_a_list_item_stays_a_paragraph():
    clauses = [Clause("p", "4\\. We may share data."), Clause("p", "\\# of users")]

    assert split_clauses(join_clauses(clauses)) == clauses
    assert plain(clauses[0].text) == "4. We may share data."


@settings(deadline=None)
@given(MARKDOWN)
def test_joining_and_splitting_again_changes_nothing(markdown):
    clauses = split_clauses(markdown)

    assert split_clauses(join_clauses(clauses)) == clauses


@given(MARKDOWN)
def test_the_passages_of_a_text_split_as_the_whole_of_it_does(markdown):
    # No passage begins behind a line that is not quite empty.
    whole = markdown.replace("\n\n", "\n \n")

    assert split_clauses(markdown) == split_clauses(whole)


@given(st.lists(st.text(alphabet="abcxyz .,;", min_size=1, max_size=40), max_size=8))
def test_splitting_keeps_every_word(paragraphs):
    words = " ".join(paragraphs).split()

    assert " ".join(clause.text for clause in split_clauses("\n\n".join(paragraphs))).split() == words


@given(st.text(max_size=200))
def test_any_text_splits(text):
    for clause in split_clauses(text):
        assert clause.text == " ".join(clause.text.split())
        assert canonical(clause) == canonical(clause).strip()
        assert plain(clause.text) == plain(clause.text).strip()


@pytest.mark.parametrize(
    ("markdown", "read"),
    [
        ("See [our **policy**](https://a.example/b_(c)).", "See our policy."),
        ("[![icon](https://a.example/i.png) Help](https://a.example)", "icon Help"),
        ("snake_case stays, _this_ does not", "snake_case stays, this does not"),
        ("5 \\* 3 \\[sic\\]", "5 * 3 [sic]"),
        ("Write to <mailto:a@b.example>", "Write to mailto:a@b.example"),
        ("<span>Hi</span>", "Hi"),
    ],
)
def test_plain_text_is_what_a_reader_sees(markdown, read):
    assert plain(markdown) == read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We “share” data — always.", 'we "share" data - ALWAYS'),
        ("[Policy](https://a.example/1)", "[Policy](https://a.example/2)"),
        ("don't", "don’t"),
        ("of\ufb01ce", "office"),
        ("ter\u00adms", "terms"),
        ("**bold** words", "bold words"),
    ],
)
def test_typography_markup_and_addresses_are_not_the_text(one, other):
    assert canonical_text(one) == canonical_text(other)


@pytest.mark.parametrize(("one", "other"), [("30 days", "90 days"), ("may", "will"), ("€5", "$5"), ("5%", "5 EUR")])
def test_words_numbers_and_currencies_are(one, other):
    assert canonical_text(one) != canonical_text(other)


def test_the_number_of_an_ordered_item_is_not_its_text():
    assert canonical(Clause("ol", "3. We may share")) == canonical(Clause("ol", "4. We may share"))


def test_where_lines_break_does_not_decide_what_a_text_is():
    assert canonical_key(split_clauses("One two.\n\nThree.")) == canonical_key(split_clauses("One two. Three."))


def test_sentences_end_where_a_reader_stops():
    text = "We share data, e.g. with Acme Inc. and others. You agree (see Sec. 3). Why? Because."

    assert [text[start:end] for start, end in sentences(text)] == [
        "We share data, e.g. with Acme Inc. and others.",
        "You agree (see Sec. 3).",
        "Why?",
        "Because.",
    ]
