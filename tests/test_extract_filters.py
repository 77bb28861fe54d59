"""Filters: what each takes away, that it leaves the rest, and that twice is once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.errors import ExtractError
from tostrack.extraction import extract
from tostrack.extraction.dom import etree, parse
from tostrack.extraction.filters import FILTERS, untracked

URL = "https://acme.example/terms"


def filtered(html, *filters):
    return extract(html, url=URL, select="body", filters=filters).rstrip("\n")


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://acme.example/a?utm_source=x&id=1&utm_medium=y", "https://acme.example/a?id=1"),
        ("https://acme.example/a?fbclid=x#part", "https://acme.example/a#part"),
        ("/a?id=1&amp;gclid=2", "/a?id=1"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Facme.example%2Fp%3Fa%3D1&h=AT1", "https://acme.example/p?a=1"),
        ("https://www.google.com/url?q=https://acme.example/p&sa=D&usg=x", "https://acme.example/p"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Facme.example%2F&data=x",
            "https://acme.example/",
        ),
        (
            "https://l.instagram.com/?u=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Facme.example%252F",
            "https://acme.example/",
        ),
        ("https://l.facebook.com/l.php?u=javascript:alert(1)", "https://l.facebook.com/l.php?u=javascript:alert(1)"),
        ("https://notgoogle.com/url?q=https://acme.example", "https://notgoogle.com/url?q=https://acme.example"),
    ],
)
def test_tracking_is_taken_off_addresses(href, expected):
    assert untracked(href) == expected


@pytest.mark.parametrize(
    "href",
    [
        "/a",
        "#b",
        "https://acme.example/?a=&b&c=%2F+x#?utm_source=1",
        "?hl=en",
        "mailto:a@acme.example?subject=utm",
        "http://[",
        "a?b?c",
    ],
)
def test_addresses_without_tracking_stay_byte_for_byte(href):
    assert untracked(href) == href


def test_tracking_is_dropped_without_asking():
    assert filtered("<a href='/p?utm_campaign=x&v=2'>p</a>") == "[p](https://acme.example/p?v=2)"


CODE = "4a2b0a2b29272f642f322b273a262f"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (f"<span data-cfemail={CODE}>[email&nbsp;protected]</span> now", "a@acme.example now"),
        (f"<a href='/cdn-cgi/l/email-protection#{CODE}'>our lawyer</a>", "[our lawyer](mailto:a@acme.example)"),
        (
            f"<a href='/cdn-cgi/l/email-protection'><b data-cfemail={CODE}>x</b></a>",
            "[**a@acme.example**](mailto:a@acme.example)",
        ),
        ("<a href='/cdn-cgi/l/email-protection#zz'>[email protected]</a>", "[email protected]"),
        ("<span data-cfemail=xyz>hidden</span>", "hidden"),
    ],
)
def test_hidden_email_addresses_are_read_without_asking(html, expected):
    assert filtered(html) == expected


@pytest.mark.parametrize(
    ("name", "html", "expected"),
    [
        ("drop-images", "<p>a <img alt=logo> <picture><img alt=b></picture>c</p>", "a c"),
        ("drop-links", "<p>see <a href=/x>this <b>page</b></a></p>", "see this **page**"),
        ("drop-query", "<a href='/x?a=1&b=2#c'>x</a>", "[x](https://acme.example/x#c)"),
        (
            "drop-anchors",
            "<h2>Ads <a href='#ads'>#</a><button>Copy link</button></h2><a href=#t>Terms</a>",
            "## Ads\n\nTerms",
        ),
        ("drop-buttons", "<p>We share.</p><button>OK</button><a role=button>No</a>", "We share."),
        ("drop-emphasis", "<p><b>We</b> <i>may</i> share</p>", "We may share"),
    ],
)
def test_a_filter_takes_away_what_its_name_says(name, html, expected):
    assert filtered(html, name) == expected


def test_an_unknown_filter_is_an_error_with_a_hint():
    with pytest.raises(ExtractError, match="did you mean 'drop-images'") as error:
        filtered("<p>x</p>", "drop-image")

    assert error.value.cause == "config"


def test_every_filter_says_in_one_line_what_it_does():
    for name, function in FILTERS.items():
        assert function.__doc__, name
        assert "\n" not in function.__doc__


PIECES = st.lists(
    st.sampled_from(
        [
            "<a href='/x?utm_source=1&a=2'>",
            "<a href='https://l.facebook.com/l.php?u=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fa.b%252F'>",
            f"<a href='/cdn-cgi/l/email-protection#{CODE}'>",
            f"<span data-cfemail={CODE}>[email protected]</span>",
            "<b>",
            "</b>",
            "</a>",
            "<img alt=x>",
            "<picture>",
            "</picture>",
            "<button>",
            "Copy link",
            "#",
            "</button>",
            "<a href='#top'>",
            "words ",
            "<i>",
            "</i>",
            "<div role=button>",
            "</div>",
        ]
    ),
    max_size=14,
).map("".join)


@settings(deadline=None)
@given(PIECES, st.sampled_from(sorted(FILTERS)))
def test_a_filter_run_twice_is_run_once(html, name):
    root = parse(f"<body>{html}</body>")
    FILTERS[name](root, URL)
    once = etree.tostring(root)
    FILTERS[name](root, URL)

    assert etree.tostring(root) == once


def test_an_address_that_only_the_link_holds_is_read():
    code = "2a" + "".join(f"{ord(letter) ^ 0x2A:02x}" for letter in "boats@acme.example")
    hidden = f"<a href='/cdn-cgi/l/email-protection#{code}'>{{}}</a>"

    for inside in ("[email&#160;protected]", "<span>[email protected]</span>", ""):
        assert filtered(hidden.format(inside)) == "[boats@acme.example](mailto:boats@acme.example)"
    assert filtered(hidden.format("Write to us")) == "[Write to us](mailto:boats@acme.example)"
