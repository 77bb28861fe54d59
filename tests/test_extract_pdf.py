import zlib

import pytest
from fakes_pdf import pdf
from hypothesis import given
from hypothesis import strategies as st

from tostrack.clauses import split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import extract, title
from tostrack.extraction.pdf import PdfLine, blocks, drop_repeated_lines
from tostrack.sandbox import OVERRUNS, Worker

pytest.importorskip("pypdfium2", reason="needs the extra: pip install 'tostrack[pdf]'")

URL = "https://acme.example/terms.pdf"


def draw(*lines: tuple[int, str] | tuple[int, str, str], x: int = 70) -> str:
    """Return the content stream of a page with these lines: height, words and, if not plain 10 points, the font."""
    return "\n".join(
        f"BT /{line[2] if len(line) > 2 else 'F1 10'} Tf 1 0 0 1 {x} {line[0]} Tm ({line[1]}) Tj ET" for line in lines
    )


POLICY = pdf(
    draw(
        (760, "Acme Terms", "F2 18"),
        (720, "1. Your content", "F2 10"),
        (700, "You keep the rights to what you post. You grant us a licence to use it for as long as"),
        (688, "you keep your account, and to let others use it."),
        (668, "We may share your data with:"),
        (656, "• our partners, in so far as they need it to show you the advertisements that you"),
        (644, "asked for;"),
        (632, "• third parties."),
    )
)


def test_lines_become_headings_paragraphs_and_list_items_again():
    assert extract(POLICY, url=URL, content_type="application/pdf") == (
        "# Acme Terms\n\n"
        "## 1. Your content\n\n"
        "You keep the rights to what you post. You grant us a licence to use it for as long as you keep your account, "
        "and to let others use it.\n\n"
        "We may share your data with:\n\n"
        "- our partners, in so far as they need it to show you the advertisements that you asked for;\n"
        "- third parties.\n"
    )


def test_a_pdf_is_known_by_its_first_bytes_too():
    assert "You keep the rights" in extract(POLICY, content_type="text/html", select=("main",))
    assert title(POLICY) == ""


@pytest.mark.parametrize(
    ("first", "second", "read"),
    [
        ("We collect infor-", "mation about you", "We collect information about you"),
        ("The third party is a", "third-", "The third party is a third-"),
        ("A party, the third, is a third-", "party service", "A party, the third, is a third-party service"),
        ("Our co-operation: a co-", "operation", "Our co-operation: a co-operation"),
        ("Sections 1-", "5 apply", "Sections 1- 5 apply"),
        ("Our third-", "Party Terms", "Our third- Party Terms"),
    ],
)
def test_a_word_that_a_line_cut_is_whole_again(first, second, read):
    text = extract(pdf(draw((700, first), (688, second))))

    assert text == read + "\n"


@pytest.mark.parametrize(
    ("first", "second", "read"),
    [
        ("ad\xadver\xad", "tising", "advertising"),
        ("adver\u2010", "tising", "advertising"),
        ("We use a re\u2010use plan; re\u2010", "use", "We use a re\u2010use plan; reuse"),
        ("当社は利用者の情報を", "共有します", "当社は利用者の情報を共有します"),
        ("당사는 정보를", "공유합니다", "당사는 정보를 공유합니다"),
    ],
)
def test_soft_hyphens_and_scripts_without_spaces_are_joined(first, second, read):
    lines = [PdfLine(first, 70, 700, 10, bold=False, page=0), PdfLine(second, 70, 688, 10, bold=False, page=0)]

    assert [text for _, text in blocks(lines)] == [read]


def test_where_no_word_is_cut_a_hyphen_at_the_end_of_a_line_stays():
    words = [f"We never sell what {number} of you write to us, and never show it to others" for number in range(150)]
    words[7], words[8] = "We de-identify what you write; you may opt-out or opt-", "out of each non-"
    words[9] = "essential cookie that we set"
    pages = [words[:50], words[50:100], words[100:]]

    text = extract(pdf(*(draw(*((690 - 12 * at, line) for at, line in enumerate(page))) for page in pages)))

    assert "you may opt-out or opt-out of each non-essential cookie that we set" in text


def test_bullets_that_are_drawn_are_list_items():
    round_one = "52 {y} m 56 {y} l 56 {top} l 52 {top} l f"
    shapes = "\n".join(round_one.format(y=y, top=y + 4) for y in (683, 660))
    ruler = "50 640 m 500 640 l 500 641 l 50 641 l f"
    text = draw((700, "We share your data with:")) + draw(
        (682, "partners, in so far as they need it to show you what"),
        (670, "you asked for"),
        (659, "third parties"),
        x=64,
    )

    assert extract(pdf(f"{text}\n{shapes}\n{ruler}")) == (
        "We share your data with:\n\n"
        "- partners, in so far as they need it to show you what you asked for\n"
        "- third parties\n"
    )


def test_a_superscript_is_no_part_of_the_word_or_the_number_before_it():
    sign = "BT /F1 6 Tf 1 0 0 1 {x} 704 Tm ({words}) Tj ET"
    text = draw((700, "We share data with 20 partners")) + sign.format(x=212, words="3")

    assert extract(pdf(text + draw((700, ", and no others."), x=217))) == (
        "We share data with 20 partners 3, and no others.\n"
    )


def test_capitals_of_two_sizes_are_one_word_and_a_heading_over_two_lines_is_one():
    word = "BT /F1 20 Tf 1 0 0 1 70 {y} Tm ({first}) Tj /F1 15 Tf ({rest}) Tj ET"
    text = word.format(y=760, first="Y", rest="OUR") + word.format(y=738, first="R", rest="IGHTS")

    assert extract(pdf(text + draw((700, "You may object, and we stop."), (688, "You may write.")))) == (
        "# YOUR RIGHTS\n\nYou may object, and we stop. You may write.\n"
    )


def page(number: int, *words: str) -> str:
    edge = [(780, "Acme Inc. Privacy Policy"), (30, f"Version 7 Page {number} of 4")]
    return draw(*edge, *((600 - 12 * at, line) for at, line in enumerate(words)))


def test_headers_and_footers_are_not_part_of_the_text():
    pages = [page(1, "We may share data."), page(2, "You may object."), page(3, "Write to us."), page(4, "Acme Inc.")]

    assert extract(pdf(*pages)) == "We may share data.\n\nYou may object.\n\nWrite to us.\n\nAcme Inc.\n"


def test_headers_and_footers_of_two_pages_are_not_part_of_the_text():
    assert extract(pdf(page(1, "We may share data."), page(2, "You may object."))) == (
        "We may share data.\n\nYou may object.\n"
    )


def test_a_sentence_goes_on_over_the_page():
    pages = [page(1, "We may share data with our"), page(2, "partners and with"), page(3, "others.")]

    assert extract(pdf(*pages)) == "We may share data with our partners and with others.\n"


@pytest.mark.parametrize("number", ["2", "- 2 -", "Page 2", "2/3", "Seite 2 von 3", "(2)"])
def test_page_numbers_are_dropped_at_the_edge_only(number):
    lines = [
        PdfLine("2", 70, 400, 10, bold=False, page=0),
        PdfLine(number, 300, 20, 10, bold=False, page=1, margin=True),
    ]

    assert drop_repeated_lines(lines) == lines[:1]


def test_cells_on_one_line_are_a_row_and_a_tab_behind_a_number_is_none():
    content = "\n".join(
        (
            draw((700, "1.")),
            draw((700, "What we share"), x=100),
            draw((670, "Your email")),
            draw((670, "Yes"), x=300),
            draw((655, "Your contacts")),
            draw((655, "No | never"), x=300),
            draw((620, "We share nothing else.")),
        )
    )

    assert extract(pdf(content)) == (
        "1. What we share\n\n| Your email | Yes |\n| --- | --- |\n| Your contacts | No \\| never |\n\n"
        "We share nothing else.\n"
    )


def test_a_line_that_is_stretched_to_the_margin_is_no_row():
    content = "\n".join(draw((700, word), x=x) for x, word in ((40, "We"), (80, "share"), (128, "nothing.")))

    assert extract(pdf(content)) == "We share nothing.\n"


def test_what_markdown_would_take_for_a_mark_is_text():
    text = extract(pdf(draw((700, "# We *may* share"), (600, "| a | b |"))))

    assert [clause.kind for clause in split_clauses(text)] == ["p", "p"]


lines = st.lists(
    st.builds(
        PdfLine,
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=30).map(
            lambda text: " ".join(text.split()) or "x"
        ),
        st.integers(0, 600).map(float),
        st.integers(0, 800).map(float),
        st.sampled_from([8.0, 10.0, 12.5, 18.0]),
        st.booleans(),
        st.integers(0, 3),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@given(lines)
def test_no_letter_is_lost_between_lines_and_blocks(lines):
    letters = [letter for line in lines for letter in line.text if letter.isalnum() and letter != "o"]

    assert [letter for _, text in blocks(lines) for letter in text if letter.isalnum() and letter != "o"] == letters


# What is no text


def cause(content: bytes, **options) -> str:
    with pytest.raises(ExtractError) as caught:
        extract(content, url=URL, content_type="application/pdf", **options)
    assert str(caught.value).startswith(URL)
    assert "\n" not in str(caught.value)
    return caught.value.cause


def test_pictures_of_pages_are_an_error_that_says_so():
    scan = pdf("q 600 0 0 800 0 0 cm /Scan Do Q", "0 0 600 800 re f", draw((20, "3")))

    assert cause(scan) == "pdf-no-text"


def test_a_pdf_that_opens_with_a_password_only_is_an_error_that_says_so():
    lock = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (" + "o" * 32 + ") /U (" + "u" * 32 + ") >>"

    assert cause(pdf(draw((700, "Terms")), trailer=f"{lock} /ID [(a) (a)]")) == "pdf-encrypted"


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pypdfium2", None)

    assert cause(POLICY) == "pdf"


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"<html><p>Not found</p></html>", b"%PDF-1.7\n%%EOF", b"", POLICY[:300]]
)
def test_a_damaged_file_is_an_error_that_says_so(content):
    assert cause(content) == "pdf-damaged"


@pytest.mark.slow
def test_any_damage_is_text_or_an_error_of_ours():
    for place in range(0, len(POLICY), 7):
        for content in (
            POLICY[:place],
            POLICY[:place] + b"\xff" + POLICY[place + 1 :],
            POLICY[:place] + POLICY[place + 9 :],
        ):
            try:
                extract(content, content_type="application/pdf")
            except ExtractError as error:
                assert error.cause.startswith("pdf-")  # noqa: PT017


@pytest.mark.slow
def test_a_small_file_that_draws_itself_for_ever_ends():
    """Thirty forms, each of which draws the next one twice: a thousand million in three kilobytes.

    Only the process that reads pages bounds what a file draws.
    """
    names = " ".join(f"/X{n} {100 + n} 0 R" for n in range(31))
    base = pdf("/X0 Do", extra=f"/XObject << {names} >>")
    forms = "".join(
        f"{100 + n} 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << {names} >> >> "
        f"/Length {len(drawn)} >>\nstream\n{drawn}\nendstream\nendobj\n"
        for n in range(30)
        for drawn in [f"/X{n + 1} Do /X{n + 1} Do q Q"]
    )

    with Worker(megabytes=200) as worker, pytest.raises(ExtractError) as caught:
        worker(extract, base.replace(b"xref\n", forms.encode() + b"xref\n", 1), url=URL)

    assert caught.value.cause in OVERRUNS


@pytest.mark.slow
def test_a_compressed_bomb_ends():
    bomb = zlib.compress(b"q Q " * 10_000_000, 9)
    page = pdf("BOMB").replace(
        b"/Length 4 >>\nstream\nBOMB", b"/Length %d /Filter /FlateDecode >>\nstream\n%s" % (len(bomb), bomb)
    )

    assert cause(page).startswith(("pdf-", "too-large"))


def test_more_pages_than_any_policy_has_are_too_many():
    assert cause(pdf(*["q Q"] * 501)) == "too-large"
