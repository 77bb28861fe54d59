"""What a page says by its looks: icons, states of boxes, numbering, footnote marks, struck text, embedded documents."""

import base64

import pytest

from tostrack.extraction import extract

CELL = "<table><tr><th>Data<th>Sold?</tr><tr><td>Drawings<td>{}</table>"
SHARE = "We may show your drawings to the makers of other boats, and they may keep them as long as they like."
POLICY = "".join(f"<p>We may use what you draw for purpose number {n}, as long as you let us.</p>" for n in range(20))


def markdown(html):
    return extract(f"<body>{html}</body>", select="body").strip()


@pytest.mark.parametrize(
    ("icon", "said"),
    [
        ("<i class='fa fa-check'></i>", "✓"),
        ("<i class='fas fa-times' aria-hidden=true></i>", "✗"),
        ("<svg class=icon><use href='/sprite.svg#icon-close'/></svg>", "✗"),
        ("<img src=/icons/check.svg alt=''>", "✓"),
        ("<img src=x.png title=No>", "No"),
        ("<svg role=img><desc>No</desc></svg>", "No"),
        ("<picture><source srcset=x><img alt=No></picture>", "No"),
        ("<div role=img aria-label=No><svg aria-hidden=true></svg></div>", "No"),
        ("<b title=No></b>", "No"),
        ("<span class=visually-hidden>No</span>", "No"),
        ("<button role=switch aria-checked=true></button>", "☑"),
        ("<select disabled><option>Yes<option selected>No</select>", "No"),
        ("<input value=No readonly>", "No"),
    ],
)
@pytest.mark.parametrize("select", ["body", ()])
def test_a_cell_says_what_the_icon_or_field_alone_in_it_says(icon, said, select):
    page = f"<body><main>{POLICY}{CELL.format(icon)}</main></body>"

    assert extract(page, select=select).endswith(f"| Drawings | {said} |\n")


def test_a_cell_without_text_says_its_own_label():
    assert markdown(CELL.replace("<td>{}", "<td aria-label=No></td>")).endswith("| Drawings | No |")


@pytest.mark.parametrize(
    "icon", ["<i class='fa fa-check'></i>", "<img src=/icons/check.svg>", "<svg><desc>Boat</desc></svg>"]
)
def test_an_icon_beside_words_is_no_sign(icon):
    assert markdown(f"<p>{icon} We sell nothing.</p>") == "We sell nothing."


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>We <span class=strike>never</span> sell.</p>", "We ~~never~~ sell."),
        ("<p>We <span role=deletion>never</span> sell.</p>", "We ~~never~~ sell."),
        ("<p>We <span role=insertion>may</span> sell.</p>", "We ++may++ sell."),
        ("<style>.gone{text-decoration:line-through}</style><p>We <u class=gone>never</u> sell.</p>", "~~never~~"),
    ],
)
def test_text_that_a_style_or_a_role_strikes_out_or_puts_in_is_marked(page, said):
    assert said in markdown(page)


@pytest.mark.parametrize(
    ("start", "letters"),
    [
        ("<ol class=lower-alpha>", "a. ship\n\nb. sail"),
        ("<style>ol.x{list-style-type:upper-roman}</style><ol class=x>", "I. ship\n\nII. sail"),
        ("<style>ol{list-style:lower-alpha}</style><ol style='list-style:decimal'>", "1. ship\n2. sail"),
        ("<ol style='list-style-type:lower-greek'>", "α. ship\n\nβ. sail"),
        ("<ol style='list-style:none'>", "1. ship\n2. sail"),
    ],
)
def test_a_list_is_numbered_as_its_style_says(start, letters):
    assert markdown(f"{start}<li>ship<li>sail</ol>") == letters


def test_an_unnumbered_list_keeps_the_letters_that_were_written_by_hand():
    assert markdown("<ol style='list-style:none'><li>(a) ship<li>(b) sail</ol>") == "- (a) ship\n- (b) sail"


@pytest.mark.parametrize(
    "mark",
    [
        "<a href=#n1>1</a>",
        "<a role=doc-noteref href=/terms#n1>1</a>",
        "<span class=footnote-ref>1</span>",
        "<span style='vertical-align:super'>1</span>",
        "<span class=up>1</span>",
        "<sup>1</sup>",
    ],
)
def test_a_footnote_mark_does_not_run_into_the_number_before_it(mark):
    sheet = "<style>.up{vertical-align: super}</style>"

    assert markdown(f"{sheet}<p>We keep them 30{mark} days.</p>") == "We keep them 30[^1] days."


@pytest.mark.parametrize(
    "html",
    [
        "<iframe src='data:text/html,<p>{}</p>'></iframe>",
        f"<object data='data:text/html;base64,{base64.b64encode(f'<p>{SHARE}</p>'.encode()).decode()}'></object>",
        "<iframe srcdoc='<x-c><template shadowrootmode=open><p>{}</p></template></x-c>'></iframe>",
        "<object><p>{}</p></object>",
        "<svg><title>Terms</title><text>{}</text></svg>",
        "<embed src=/film.swf><p>{}</p>",
        "<video><source src=/film.mp4></video><p>{}</p>",
    ],
)
def test_a_document_inside_a_page_is_read_and_swallows_nothing(html):
    assert markdown(f"<p>Terms</p>{html.replace('{}', SHARE)}<p>End.</p>") == f"Terms\n\n{SHARE}\n\nEnd."


@pytest.mark.parametrize("broken", ["data:text/html;base64,a", "data:", "data:image/png;base64,AAAA"])
def test_a_broken_address_of_a_frame_is_left_out(broken):
    assert markdown(f"<p>Terms</p><iframe src='{broken}'></iframe>") == "Terms"


@pytest.mark.parametrize(
    "box",
    [
        "<nav><p>{}</p></nav>",
        "<div role=search><p>{}</p></div>",
        "<form><p>{}</p><select><option>Yes<option>No</select></form>",
        "<span class=sr-only>{}</span>",
        "<button>{}</button>",
        "<section><h2>Ads</h2><footer><p>{}</p></footer></section>",
        "<div class=sidebar><p>{}</p></div>",
    ],
)
def test_a_paragraph_between_paragraphs_is_kept_whatever_its_box_is_called(box):
    page = f"<body><main>{POLICY}{box.replace('{}', SHARE)}{POLICY}</main></body>"

    assert SHARE in extract(page)


@pytest.mark.parametrize(
    "after",
    [
        "<div class=card><h3><a href=/a>Boats of the world</a></h3><p>Forty boats that we have folded this year.</p></div>",
        "<section id=kommentare><p>I have read all of it, and I like the boats of the world most.</p></section>",
        "<div class=newsletter-box><h3>Boats of the world</h3><p>Write your address here to hear from us.</p><input></div>",
    ],
)
def test_teasers_comments_and_sign_ups_behind_the_last_paragraph_are_left_out(after):
    text = extract(f"<body><main><h1>Terms</h1>{POLICY}{after}</main></body>", url="https://acme.example/terms")

    assert "oats of the world" not in text
    assert "purpose number 19," in text


def test_sections_whose_headings_link_to_themselves_are_no_teasers():
    url = "https://acme.example/terms"
    sections = "".join(
        f"<section><h2><a href='{url}#s{n}'>Part {n}</a></h2><p>We may use what you draw, if you let us.</p></section>"
        for n in range(9)
    )

    assert "Part 8" in extract(f"<body><main><h1>Terms</h1>{POLICY}{sections}</main></body>", url=url)
