"""Clause in, flags out."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.flags import SHIPPED, flag
from tostrack.clauses import plain, plain_offsets
from tostrack.models import Clause, Polarity

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import flags as benchmark


def said(text):
    return {(found.topic, str(found.polarity)) for found in flag(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You grant Pixboard a worldwide, royalty-free licence to use your photos.", {("licensing", "permits")}),
        ("We grant you a personal licence to use the app.", set()),
        ("You keep all rights in the photos that you post.", {("licensing", "restricts")}),
        ("You may not copy, modify or sell the content of others.", set()),
        ("You represent that you own your content.", set()),
        ("We may share your e-mail address with our partners.", {("sharing", "permits")}),
        ("Our partners may share your e-mail address with us.", set()),
        ("We will never sell your personal information.", {("sharing", "restricts")}),
        ("None of your data is ever sold to anyone.", {("sharing", "restricts")}),
        ("Acme may pass on your data to the police.", {("sharing", "permits")}),
        ("You may share your data with your friends.", set()),
        ("We may assign these terms in a merger.", set()),
        ("We show you ads that fit your interests.", {("advertising", "permits")}),
        ("If you run ads on Acme, our rules for advertisers apply.", set()),
        ("You must not post advertising.", set()),
        ("You can opt out of personalised ads.", {("advertising", "restricts")}),
        ("We use your posts to train our AI models.", {("ai", "permits"), ("licensing", "permits")}),
        ("We do not use your posts to train AI.", {("ai", "restricts"), ("licensing", "restricts")}),
        ("These terms are governed by the laws of Freedonia.", set()),
        ("", set()),
    ],
)
def test_a_clause_is_flagged_by_who_does_what_to_whom(text, expected):
    assert said(text) == expected


def test_a_sentence_with_both_is_flagged_with_both():
    assert said("We share your data with vendors, but we never sell your data.") == {
        ("sharing", "permits"),
        ("sharing", "restricts"),
    }


def test_an_item_says_what_its_lead_in_begins():
    assert said("We may share your information with:\nadvertisers") == {
        ("sharing", "permits"),
        ("advertising", "permits"),
    }


def test_an_item_under_a_lead_in_of_prohibitions_is_not_flagged():
    assert said("You agree that you will not:\nshare personal data of other users with anyone") == set()


def test_what_begins_with_who_acts_is_no_item_of_a_list_of_prohibitions():
    assert [
        found.rule for found in flag("You may not upload anything that:\nWe may share your photos with partners.")
    ] == ["disclose"]


def test_a_lead_in_alone_is_a_clause():
    assert said("We may share your information with:") == {("sharing", "permits")}


def test_a_lead_in_that_only_points_back_counts_with_what_stands_before():
    assert said("We share your data with vendors. For example:\nwe use a company that sends mail") == {
        ("sharing", "permits")
    }


def test_the_lead_in_is_not_quoted_and_offsets_count_behind_it():
    (found,) = [found for found in flag("**We may:**\n- share *your data* with vendors") if found.topic == "sharing"]

    assert "- share *your data* with vendors"[found.start : found.end] == found.quote
    assert found.quote.endswith("share *your data* with vendors")


def test_a_quote_has_the_marks_and_line_breaks_of_its_clause():
    text = "Short: we  may <br>share\n[your data](https://acme.example/we-share-data) with *partners*."
    (found,) = flag(text)

    assert text[found.start : found.end] == found.quote
    assert found.quote.startswith("we  may")
    assert found.quote.endswith("with *partners")


def test_several_lines_are_one_text_with_their_first_line():
    text = "We share your data with:\nour partners\nthe police"

    assert flag(text)
    assert all(text[found.start : found.end] == found.quote for found in flag(text))


def test_markdown_does_not_change_what_is_said():
    assert said("We **may share** [your information](https://acme.example/data) with *advertisers*.") == said(
        "We may share your information with advertisers."
    )


def test_a_clause_of_a_document_is_read_under_its_lead_in():
    item = Clause("li", "our affiliates", ("Sharing",), "We share your data with:")

    assert [(found.topic, found.quote) for found in SHIPPED.of_clause(item)] == [("sharing", "our affiliates")]


def test_what_the_contract_calls_the_things_of_users_is_theirs():
    assert said("You keep all title to Your Recordings.") == {("licensing", "restricts")}
    assert said("We may distribute and translate the Seller's Brochures.") == {("licensing", "permits")}
    assert said("We may distribute and translate our Brochures.") == set()
    assert said("We may adapt and publish Your Account.") == set()


def test_an_item_begins_with_one_who_gets_data_where_its_heading_is_about_sharing():
    def quotes(text, heading):
        return [
            one.quote for one in SHIPPED.of_clause(Clause("li", text, ("Policy", heading))) if one.topic == "sharing"
        ]

    assert quotes("Payment providers, such as banks", "How we share information") == ["Payment providers"]
    assert quotes("Payment providers, such as banks", "How you can pay") == []
    assert quotes("Payment providers that you choose", "How we share information") == []


def test_a_long_sentence_is_no_title_though_it_ends_in_a_question():
    text = (
        "In the last year we have sold such personal information to those listed under Who do we share your data with?"
    )

    assert said(text) == {("sharing", "permits")}


def test_a_question_that_stands_alone_says_nothing():
    assert said("Do we share your personal data with partners?") == set()
    assert said("Do we share your personal data? We share your personal data with partners.") == {
        ("sharing", "permits")
    }


def test_a_heading_has_no_flags():
    assert SHIPPED.of_clause(Clause("h2", "How we share your data with partners")) == ()


@pytest.mark.parametrize(
    "heading",
    [
        "Sub-processors",
        "3rd parties: third parties with whom we share data",
        "3rd parties with whom data may be shared",
        "Podprocesorzy",
    ],
)
def test_a_row_of_a_table_of_recipients_names_one_who_gets_data(heading):
    row = Clause("row", "**Paybird Inc.** | Payments | Freedonia", ("Privacy", heading))

    assert [(found.topic, found.rule, found.quote) for found in SHIPPED.of_clause(row)] == [
        ("sharing", "recipients", "Paybird Inc.")
    ]


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("Sub-processors", "Name | Purpose | Place"),
        ("Sub-processors", "12 | 13"),
        ("Sub-processors", "Paybird Inc."),
        ("Prices", "Paybird Inc. | Payments"),
    ],
)
def test_other_rows_name_nobody(heading, text):
    assert SHIPPED.of_clause(Clause("row", text, (heading,))) == ()


def test_an_enumerated_warranty_is_no_claim_of_ownership():
    assert said("You represent and warrant that: (i) you own the content that you post; (ii) it is lawful.") == set()


def test_shouted_text_has_no_company_names():
    assert said("THE SERVICE IS PROVIDED AS IS AND ACME DISCLAIMS ALL WARRANTIES.") == set()


@pytest.mark.parametrize("topic", ["licensing", "advertising", "sharing", "ai"])
def test_every_topic_tells_what_it_is_about(topic):
    assert SHIPPED.topics()[topic]


def test_every_flag_can_be_told_in_plain_words():
    found = SHIPPED.explain("We may share your data with partners.\n")

    assert [(entry.flag.rule, entry.meaning) for entry in found] == [("disclose", "may pass data on")]
    assert SHIPPED.meaning("disclose") == "may pass data on"
    assert SHIPPED.meaning("disclose", "restricts") == "limits or rules out passing data on"
    assert SHIPPED.meaning("no such rule") == ""


def test_the_fingerprint_is_short_and_stable():
    assert len(SHIPPED.fingerprint) == 16
    assert int(SHIPPED.fingerprint, 16)


PIECES = (
    "We may share your data with partners", "You grant us a licence to use your photos", "we show you ads", "[our",
    "partners](https://acme.example/a_(b))", "**never**", "*", "_", "`", "~~", "\\.", "\\[", "![", "](x)", "<br>", "<b", "&amp;",
    "<https://acme.example>", ":", ".", "\n", "\r\n", "\t", "\u00a0", "\u200b", "- ", "| ", "1. ", "(a) ", "\u2028", "É", "",
)  # fmt: skip


def in_clause(text: str) -> str:
    """Return the part of *text* that offsets count in."""
    first, _, rest = text.lstrip().partition("\n")
    return rest if rest.strip() and "\n" not in rest.strip() and plain(first).endswith(":") else text


@given(st.text(max_size=400) | st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_a_quote_is_what_stands_at_its_offsets_whatever_the_text(text):
    for found in flag(text):
        assert in_clause(text)[found.start : found.end] == found.quote
        assert found.quote.strip()


@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_every_character_of_plain_text_has_a_place_in_the_clause(text):
    places = plain_offsets(text)

    assert len(places) == len(plain(text))
    assert places == sorted(set(places))
    assert all(
        text[at] == sign or (sign == " " and text[at].isspace()) for at, sign in zip(places, plain(text), strict=True)
    )


@pytest.mark.skipif(benchmark.shared() is None, reason="no labelled clauses here")
@pytest.mark.parametrize("name", ["reading", "tosdr"])
def test_every_quote_of_the_labelled_clauses_is_exact(name):
    texts = [benchmark.as_text(clause) for clause in benchmark.load(benchmark.shared(), name)]
    said = [(text, found) for text in texts for found in flag(text)]

    assert len(said) > 200
    assert [found for text, found in said if in_clause(text)[found.start : found.end] != found.quote] == []


@given(st.lists(st.sampled_from(["We share data.", "You own your photos.", "No ads.", "Hello there."])).map(" ".join))
def test_the_same_clause_has_the_same_flags(text):
    assert flag(text) == flag(text)


def test_a_flag_is_polarity_typed():
    (found,) = flag("We share your data.")

    assert found.polarity is Polarity.PERMITS
    assert found.direction is None
