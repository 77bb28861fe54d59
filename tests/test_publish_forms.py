import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from conftest import change_of, reworded
from hypothesis import given
from hypothesis import strategies as st

from tostrack.models import (
    Dating,
    Direction,
    Edit,
    Fact,
    FactKind,
    Flag,
    Hunk,
    Polarity,
)
from tostrack.render.change_formats import change_as_html, change_as_markdown, safe_url

GRANT = Flag("sharing", Polarity.PERMITS, "share it with partners", 0, 22, "share", Direction.GRANTED)
WORDS = (("=", "We "), ("-", "keep it"), ("+", "share it with partners"), ("=", "."))
REWORDED = reworded(*WORDS, heading=("Data",), flags=(GRANT,))
ADDED = Hunk(Edit.ADDED, ("Disputes",), new="Disputes are settled by arbitration.")


class Reader(HTMLParser):
    """What a browser would make of a fragment."""

    def __init__(self, fragment):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def test_markdown_tells_the_change_from_headline_to_words():
    text = change_as_markdown(change_of(ADDED, REWORDED), service_name="Acme", document_name="Terms")

    assert text == (
        "## Acme changes its Terms: we share more\n\n"
        "2024-05-01 → 2024-05-02 · substantive (new-text)\n\n"
        "**Reworded · Data**\\\n⚑ sharing · granted — “share it with partners”\n"
        "> We <del>keep it</del><ins>share it with partners</ins>.\n\n"
        "**Added · Disputes**\n> <ins>Disputes are settled by arbitration.</ins>\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://spy.example)",
        "# no heading",
        "- no item",
        "1. no list",
        "--- no rule",
        "`code`",
        "| cell |",
        "**loud**",
        "_loud_",
        "$math$",
        "@someone look",
        "&lt;b&gt;",
    ],
)
def test_markdown_of_a_page_is_only_text(text):
    body = change_as_markdown(change_of(replace(ADDED, edit=Edit.MOVED, old=text, new=text))).splitlines()[-1]

    assert html.unescape(re.sub(r"\\(.)", r"\1", body)).replace("\u200b", "").replace("&#8203;", "") == f"> {text}"
    active = r"(?<!\\)[`*_\[\]|$~]|(?<![\\&])#|<(?!/?(?:ins|del)>)|@\w|> (?:[-+=]|\d+[.)])"
    assert not re.search(active, body)


def test_html_says_what_was_edited_without_colour_too():
    page = Reader(change_as_html(change_of(REWORDED)))

    assert "We [−keep it][+share it with partners]." in page.text
    assert {"del", "ins"} <= set(page.tags)


def test_html_has_the_flag_and_its_quote():
    assert "⚑ sharing · granted — “share it with partners”" in Reader(change_as_html(change_of(REWORDED))).text


def test_what_moved_and_a_silent_date_are_told_in_every_form():
    fact = Fact(FactKind.MODALITY, "may", "will", "“may” became “will”")
    silent = replace(
        change_of(replace(REWORDED, facts=(fact,))), dating=Dating("2023-03-01", "2023-03-01", "Its date stood still.")
    )

    assert "• “may” became “will”\n>" in change_as_markdown(silent)
    assert "\n\nIts date stood still.\n\n" in change_as_markdown(silent)
    assert "• “may” became “will”" in Reader(change_as_html(silent)).text
    assert "<br>Its date stood still.</p>" in change_as_html(silent)


def test_html_links_to_the_whole_change_only_over_the_web():
    assert 'href="https://a.example/1"' in change_as_html(change_of(REWORDED), url="https://a.example/1")
    assert "href" not in change_as_html(change_of(REWORDED), url="javascript:alert(1)")


@pytest.mark.parametrize("url", ["https://a.example/?a=1&b=2", "http://a.example", "mailto:a@a.example"])
def test_web_and_mail_addresses_are_links(url):
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", " https://a.example", "https://a.example\n", 'https://a"x', "//a", ""],
)
def test_other_addresses_are_not(url):
    assert safe_url(url) == ""


PAYLOADS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "</div><style>*{display:none}</style>",
            "' onmouseover='alert(1)",
            "<!--",
            "&#60;script&#62;",
            "<svg/onload=alert(1)>",
        ]
    ),
)


@given(PAYLOADS, PAYLOADS, PAYLOADS, PAYLOADS)
def test_no_page_text_becomes_markup(old, new, heading, quote):
    fact = Fact(FactKind.NUMBER, old, new, f"{old} became {quote}")
    flags = (replace(GRANT, quote=quote),)
    hunk = Hunk(Edit.REWORDED, (heading,), old, new, (("-", old), ("+", new)), flags=flags, facts=(fact,))

    change = replace(change_of(hunk, replace(ADDED, new=new or "x")), service=heading)
    page = Reader(change_as_html(change, url=quote))

    assert set(page.tags) <= {"p", "strong", "div", "del", "ins", "br", "a"}
    assert {name for name, _ in page.attributes} <= {"style", "dir", "href", "rel"}


def test_a_budget_leaves_out_whole_edits_and_counts_them():
    many = [replace(ADDED, new=f"Clause {n}. " * 20) for n in range(100)]

    text = change_as_html(change_of(*many, REWORDED), budget=3000)

    assert len(text) < 4000
    assert "⚑ sharing" in text
    assert re.search(r"… and \d+ more edits", text)


def test_a_flagged_clause_that_is_too_long_is_shown_by_its_beginning():
    long = replace(ADDED, new="We may. " * 5000, flags=(GRANT,))

    text = change_as_html(change_of(long), budget=3000)

    assert "⚑ sharing" in text
    assert "We may. We may." in text
    assert len(text) < 4000
