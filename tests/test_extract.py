"""Pages in, Markdown out: whole pages, the main text, titles, and what no input may do."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.clauses import join_clauses, split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import extract, title

PAGES = Path(__file__).parent / "pages"
PIXBOARD = (PAGES / "pixboard-terms.html").read_bytes()
URL = "https://pixboard.example/terms"


def test_the_main_text_of_a_page_is_found_without_selectors():
    assert extract(PIXBOARD, url=URL) == (PAGES / "pixboard-terms.md").read_text()


def test_the_selected_text_is_the_same_text():
    assert extract(PIXBOARD, url=URL, select=".legal-page") == extract(PIXBOARD, url=URL)


def test_filters_are_asked_for_by_name():
    text = extract(PIXBOARD, url=URL, filters=["drop-anchors", "drop-links"])

    assert "Back to top" not in text
    assert "see our Privacy Policy" in text


POLICY = "".join(f"<p>We may use what you post for purpose number {n}, as long as you let us.</p>" for n in range(20))
COOKIES = "We use cookies for all that you can think of, and for more."


@pytest.mark.parametrize(
    "page",
    [
        f"<main>{POLICY}</main><footer><p>Acme Inc. has its seat in Springfield, at the lake, since 1989.</p></footer>",
        f"<div><article>{POLICY}</article></div><div class='cookie-banner'><p>{COOKIES}</p><button>OK</button></div>",
        f"<form action=/agree>{POLICY}<button>Agree</button></form>",
        f"<aside>{POLICY}</aside>",
        f"<table><tr><td><a href=/>Home</a> <a href=/about>About us</a></td></tr><tr><td>{POLICY}</td></tr></table>",
        f"<div role=dialog aria-modal=true>{POLICY}</div>",
        f"<div class='modal consent'><div class=body>{POLICY}</div><button>Accept</button></div>",
        f"<main><section><p>We have news for all of you, so read on.</p></section></main><div class=legal>{POLICY}</div>",
        "".join(f"<section class=card>{POLICY[n : n + 380]}</section>" for n in range(0, 1520, 76 * 5)) + POLICY,
    ],
    ids=["main", "article", "form", "aside", "layout table", "dialog", "modal", "a main that is not", "cards"],
)
def test_no_paragraph_of_a_policy_is_lost(page):
    text = extract(f"<html><body><nav><a href=/>Home</a><a href=/x>Explore</a></nav>{page}</body></html>", url=URL)

    assert all(f"purpose number {n}," in text for n in range(20))
    assert "Explore" not in text
    assert "cookies" not in text
    assert "Springfield" not in text


def test_headings_stay_whatever_they_stand_in():
    page = "".join(
        f"<section><{tag} class='{name}'><h2><a href='#s{n}'>{n}. Ads</a></h2><button>Copy</button></{tag}>{POLICY}</section>"
        for n, (tag, name) in enumerate([("header", ""), ("div", "section-header"), ("div", "newsletter share-links")])
    )

    assert [line for line in extract(f"<main>{page}</main>").splitlines() if line[:1] == "#"] == [
        "## 0. Ads",
        "## 1. Ads",
        "## 2. Ads",
    ]


def test_the_first_paragraph_may_stand_apart():
    page = f"<body><div><div>Last updated: 3 May 2024</div><p>These terms apply to all that you do with us.</p><div>{POLICY * 9}"

    assert extract(page).startswith("Last updated: 3 May 2024\n\nThese terms apply")


def test_a_page_without_prose_is_kept_whole():
    assert (
        extract("<body><h1>Sub-processors</h1><ul><li>Acme Cloud</ul></body>") == "# Sub-processors\n\n- Acme Cloud\n"
    )


@pytest.mark.parametrize("page", ["", "  \n", "<!-- x -->", "<body><script>1</script><img src=x></body>", b"\0\0"])
def test_a_page_without_words_is_empty(page):
    with pytest.raises(ExtractError) as error:
        extract(page, url=URL)

    assert error.value.cause == "empty"
    assert URL in str(error.value)


def test_an_empty_selection_names_the_selector():
    with pytest.raises(ExtractError, match="#policy"):
        extract("<div id=policy> </div>", select="#policy")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"%PDF-1.7\n...", ""), (b"...", "application/pdf"), (b"...", "Application/PDF; charset=binary")],
)
def test_a_pdf_is_told_from_a_page(content, content_type):
    with pytest.raises(ExtractError) as error:
        extract(content, content_type=content_type)

    assert error.value.cause in ("pdf", "pdf-damaged")  # without the extra, and with it


def test_plain_text_is_read_as_paragraphs():
    text = extract(b"TERMS\n\nWe may <share>\nyour data.\n", content_type="text/plain; charset=utf-8")

    assert text == "TERMS\n\nWe may \\<share> your data.\n"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (PIXBOARD, "Terms of Use | Pixboard"),
        ("<svg><title>Menu</title></svg><h1>Terms  of <b>Acme</b></h1>", "Menu"),
        ("<title> </title><h1>Terms  of <b>Acme</b></h1>", "Terms of Acme"),
        ("<p>none</p>", ""),
        (b"%PDF-1.4", ""),
    ],
)
def test_a_page_has_a_title(page, expected):
    assert title(page) == expected


MARKUP = st.lists(
    st.one_of(
        st.sampled_from(
            "<p> </p> <div> </div> <table> <tr> <td> </table> <ul> <li> </ul> <a href=x> </a> <b> </b> <h1> </h1> <br> <pre>"
            " </pre> <!-- --> <script> </script> <![CDATA[ ]]> &amp; &#0; &#x1b; &#xd800; &bogus; <svg> <math> <template>"
            " <select> <option> <form> <main> <nav> <o:p> <x-y> </html> <?php ?> <base href=//> <title> \0 \ufeff".split()
        ),
        st.text(max_size=8),
    ),
    max_size=25,
).map(" ".join)


def test_names_that_no_tree_can_hold_do_no_harm():
    odd = "<a{b {=1 c:d=2>"

    assert extract(f"<body>{odd}<p>text", select="p:not(.x)") == "text\n"
    assert extract(f"<body>{odd * 300}<p>text", select="body") == "text\n"


@settings(deadline=None)
@given(st.one_of(MARKUP, MARKUP.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=80)))
def test_no_input_raises_anything_else_or_gives_bad_text(page):
    title(page)
    for select in ((), "body", "p, div:not(.x)"):
        try:
            text = extract(page, url=URL, select=select)
        except ExtractError:
            continue

        assert text.encode("utf-8")
        assert text.replace("\n", "").isprintable() or not text.isascii()
        assert join_clauses(split_clauses(text)) == text
