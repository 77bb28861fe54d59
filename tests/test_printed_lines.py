"""Paragraphs of which a text has one for each line of print are put together."""

import pytest

from tostrack import compare, split_clauses
from tostrack.analysis.printed_lines import join_printed_lines
from tostrack.analysis.recorded import read_markdown
from tostrack.clauses import canonical_key

FILLER = [
    f"This is sentence {number} of a page that Acme printed and\n\nread back, with one paragraph a line."
    for number in range(10)
]
WHOLE = [" ".join(sentence.split()) for sentence in FILLER]


def set_in_lines(*lines):
    return "\n\n".join([*FILLER, *lines])


def joined(*lines):
    """Return the clauses of *lines* behind a page in lines, each as its kind and text."""
    return [(clause.kind, clause.text) for clause in split_clauses(join_printed_lines(set_in_lines(*lines)))][
        len(FILLER) :
    ]


def test_lines_of_one_paragraph_are_joined():
    lines = ["We keep what you post, and we erase it", "within thirty days when you close your account", "with Acme."]

    assert joined(*lines) == [("p", " ".join(lines))]
    assert [clause.text for clause in split_clauses(join_printed_lines(set_in_lines()))] == WHOLE


@pytest.mark.parametrize(
    ("lines", "clauses"),
    [
        (["•", "Threats of harm", "•", "Spam"], [("li", "Threats of harm"), ("li", "Spam")]),
        (["•Threats of harm to a person whom we", "know", "o", "Spam"], [("li", "Threats of harm to a person whom we know"), ("li2", "Spam")]),
        (["1.", "Open the settings", "2.", "Save"], [("ol", "1. Open the settings"), ("ol", "2. Save")]),
        (["**What you may post**", "Photos."], [("h2", "What you may post"), ("p", "Photos.")]),
        (["**READ THESE TERMS CAREFULLY BEFORE YOU**", "**POST, AS THEY BIND YOU.**"], [("p", "**READ THESE TERMS CAREFULLY BEFORE YOU POST, AS THEY BIND YOU.**")]),
        (["**3 March 2019**", "Photos."], [("p", "**3 March 2019**"), ("p", "Photos.")]),
        (["Attempts to sell fire arms to a person", "Depicts the sale of alcoholic drinks"], [("p", "Attempts to sell fire arms to a person"), ("p", "Depicts the sale of alcoholic drinks")]),
        (["Once you have registered an account with", "Acme you are bound by these terms."], [("p", "Once you have registered an account with Acme you are bound by these terms.")]),
        (["You may (i) read what other people post, or", "(ii) post what is yours."], [("p", "You may (i) read what other people post, or (ii) post what is yours.")]),
        (["We are not liable for a self-", "promotional post."], [("p", "We are not liable for a self-promotional post.")]),
        (["One. ", " ", "Two."], [("p", "One."), ("p", "Two.")]),
    ],
)  # fmt: skip
def test_what_begins_on_a_line_of_its_own_stays_by_itself(lines, clauses):
    assert joined(*lines) == clauses


def test_a_text_of_whole_paragraphs_is_left_as_it_is():
    text = "# Terms\n\nWe keep what you post.\n\n- and what you send,\n\nin these terms.\n"

    assert join_printed_lines(text) == text


def test_a_text_that_was_put_together_is_left_as_it_is_and_says_the_same():
    text = set_in_lines("**Rules**", "•", "Spam is not", "allowed.", "Write to us.")
    once = join_printed_lines(text)

    assert join_printed_lines(once) == once
    assert canonical_key(split_clauses(once)) == canonical_key(split_clauses(text))


def test_an_import_stores_whole_paragraphs():
    assert read_markdown(set_in_lines("Write to us.")).clauses == [("p", text) for text in (*WHOLE, "Write to us.")]


def test_a_sentence_that_a_page_sets_in_lines_is_quoted_whole():
    old = set_in_lines("Once you close your account we delete what you have", "stored with us.")
    new = set_in_lines(
        "Once you close your account we delete what you have",
        "stored with us. Once you let another site connect with your account, it",
        "can read your profile and publish stories about you.",
    )

    assert compare(old, new).explanation == (
        "Adds text: “Once you let another site connect with your account, it can read your profile and publish stories "
        "about you”."
    )


def test_words_that_went_to_the_next_line_did_not_move():
    old = set_in_lines("We keep the messages that you send for thirty days and then we", "erase them for good.")
    new = set_in_lines(
        "We keep the messages that you send for sixty days and then", "we erase them for good.", "Write to us."
    )

    assert "thirty days and then → sixty" not in compare(old, new).explanation
    assert "thirty days → sixty days" in compare(old, new).explanation
