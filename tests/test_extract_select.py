"""Selectors: what is taken out, what is kept, and the errors that name what went wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.errors import ExtractError
from tostrack.extraction import extract
from tostrack.extraction.dom import parse
from tostrack.extraction.selectors import Selection, parse_selectors
from tostrack.models import Range

PAGE = """
<html><body>
  <h1>Terms of Acme</h1>
  <p id="a">First we <b>share</b> data.</p>
  <p id="b">Then we keep it.</p>
  <div id="box"><p id="c">In the end</p> we delete it. <p id="d">Perhaps.</p></div>
  <div id="void"></div>
  <footer>Acme Inc.</footer>
</body></html>
"""


def texts(**options):
    return [line for line in extract(PAGE, **options).splitlines() if line]


def test_css_keeps_what_it_names_in_the_order_of_the_page():
    assert texts(select="#b, #a") == ["First we **share** data.", "Then we keep it."]


def test_a_list_keeps_its_own_order():
    assert texts(select=["#b", "#a"]) == ["Then we keep it.", "First we **share** data."]


def test_a_selector_sees_the_live_page_after_another_one_took_its_part():
    assert texts(select=["h1", "h1 ~ p"]) == ["# Terms of Acme", "First we **share** data.", "Then we keep it."]


@pytest.mark.parametrize(
    ("ends", "kept"),
    [
        ({"start_before": "#a", "end_before": "#b"}, ["First we **share** data."]),
        ({"start_before": "#b", "end_after": "#b"}, ["Then we keep it."]),
        ({"start_after": "#a", "end_before": "#box"}, ["Then we keep it."]),
        ({"start_after": "#a", "end_after": "#b"}, ["Then we keep it."]),
        ({"start_after": "#b", "end_before": "#d"}, ["In the end", "we delete it."]),
        ({"start_after": "#c", "end_before": "footer"}, ["we delete it.", "Perhaps."]),
        ({"start_before": "b", "end_after": "#c"}, ["**share** data.", "Then we keep it.", "In the end"]),
        ({"startBefore": "#b", "endBefore": "#box"}, ["Then we keep it."]),
    ],
)
def test_a_range_keeps_what_is_between_its_ends(ends, kept):
    assert texts(select=ends) == kept


def test_ranges_and_css_mix():
    kept = texts(
        select=[Range(start_after="#b", end_before="#d"), "h1", {"start_before": "footer", "end_after": "footer"}]
    )

    assert kept == ["In the end", "we delete it.", "# Terms of Acme", "Acme Inc."]


@pytest.mark.parametrize(
    ("remove", "kept"),
    [
        ("p", ["# Terms of Acme", "we delete it.", "Acme Inc."]),
        (["p", "footer"], ["# Terms of Acme", "we delete it."]),
        ({"start_before": "#a", "end_before": "footer"}, ["# Terms of Acme", "Acme Inc."]),
        ({"start_after": "h1", "end_after": "#c"}, ["# Terms of Acme", "we delete it.", "Perhaps.", "Acme Inc."]),
        (
            [{"start_before": "h1", "end_before": "#b"}, {"start_after": "#c", "end_after": "footer"}],
            ["Then we keep it.", "In the end"],
        ),
        (["h1", {"start_after": "h1", "end_before": "footer"}], ["Acme Inc."]),
        (
            ["#box", {"start_after": "#c", "end_before": "footer"}, "h1"],
            ["First we **share** data.", "Then we keep it.", "Acme Inc."],
        ),
        ([{"start_before": "#b", "end_before": "#box"}, "h1 + p", "p + #box"], ["# Terms of Acme", "Acme Inc."]),
        ([{"start_after": "b", "end_before": "#d"}, "footer"], ["# Terms of Acme", "First we **share**", "Perhaps."]),
    ],
    ids=[
        "CSS",
        "a list of CSS",
        "a range",
        "a range that ends inside an element",
        "two ranges",
        "a range whose start is removed too",
        "a range whose start is inside what is removed",
        "neighbours of a range",
        "a range that starts inside an element",
    ],
)
def test_what_is_removed_is_gone_and_the_text_around_it_stays(remove, kept):
    assert texts(select="body", remove=remove) == kept


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"select": "#nowhere"}, ["'#nowhere'", "matches nothing"]),
        ({"select": {"start_before": "#nowhere", "end_before": "#b"}}, ["start '#nowhere'", 'end_before = "#b"']),
        ({"select": {"start_before": "#a", "end_after": "#nowhere"}}, ["end '#nowhere'"]),
        ({"remove": {"start_after": "#nowhere", "end_after": "#b"}}, ["remove", "start '#nowhere'"]),
        ({"remove": [{"start_after": "#a", "end_before": ".x:not(p)"}]}, ["remove", "end '.x:not(p)'"]),
        ({"select": {"start_after": "#b", "end_before": "#a"}}, ["matches nothing"]),
    ],
)
def test_the_error_names_the_selector_and_the_end_that_failed(options, words):
    with pytest.raises(ExtractError) as error:
        extract(PAGE, **options)

    assert error.value.cause == "selector"
    assert all(word in str(error.value) for word in words)


@pytest.mark.parametrize(
    "selector",
    [
        {"start_before": "#a"},
        {"start_before": "a", "start_after": "b", "end_after": "c"},
        {"begin": "a"},
        7,
        [None],
        "p[",
        "p::",
    ],
)
def test_what_is_no_selector_is_an_error_of_the_watchlist(selector):
    with pytest.raises(ExtractError) as error:
        extract(PAGE, select=selector)

    assert error.value.cause == "config"


def test_a_selection_without_words_is_empty():
    with pytest.raises(ExtractError) as error:
        extract(PAGE, select="#void")

    assert error.value.cause == "empty"


def test_nested_matches_repeat_their_text_as_peers_do():
    assert extract("<div>a <div>b</div></div>", select="div") == "a\n\nb\n\nb\n"


def test_matches_nested_without_end_are_refused():
    page = "<div>" * 200 + "text" + "</div>" * 200

    with pytest.raises(ExtractError, match="over and over"):
        extract(page, select="div")


COMPOUNDS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "*", "p", "div", "H1", "b"]),
        st.sampled_from(
            [
                "",
                "#a",
                ".x",
                ".x.y",
                "[id]",
                "[id=a]",
                "[class~='x']",
                "[id^=b]",
                '[id$="x"]',
                "[id*=o]",
                "[role='m n']",
            ]
        ),
    ),
).filter(bool)
GROUPS = st.lists(COMPOUNDS, min_size=1, max_size=3).flatmap(
    lambda parts: st.lists(
        st.sampled_from([" ", " > ", "+", " ~ "]), min_size=len(parts) - 1, max_size=len(parts) - 1
    ).map(lambda between: "".join(a + b for a, b in zip(parts, [*between, ""], strict=True)))
)
TREE = parse(
    "<body><h1 id=a class='x  y'>1</h1><div id=box role='m n'><p class=x>2<b id=a>3</b></p><p>4</p><div><p id=bb>5"
    "</p></div></div><p class='z\ty x'>6</p><div class=xx><div></div><h1>7</h1><p id=a>8</p></div></body>"
)


@settings(deadline=None)
@given(st.lists(GROUPS, min_size=1, max_size=2).map(", ".join))
def test_the_fast_path_finds_what_soupsieve_finds(css):
    fast, exact = Selection(TREE).matches(css), Selection(TREE).matches(f"{css}, never:is(never)")

    assert fast == exact


def test_css_beyond_the_fast_path_is_understood():
    assert texts(select="p:nth-of-type(2)") == ["Then we keep it.", "Perhaps."]
    assert texts(select="div:has(> #c)", remove="p:not(#c)") == ["In the end", "we delete it."]
    assert texts(select="body", remove="p:is(#a, #b), div:has(p), footer:-soup-contains('Acme')") == ["# Terms of Acme"]


def test_a_single_selector_need_not_be_a_list():
    assert parse_selectors("p") == ("p",)
    assert parse_selectors({"start_after": "a", "end_after": "b"}) == (Range(start_after="a", end_after="b"),)
