import pytest

from tostrack.extraction import extract, list_cut_parts
from tostrack.extraction.dom import parse
from tostrack.extraction.main_text import main_text

POLICY = "".join(f"<p>We may use what you draw for purpose number {n}, as long as you let us.</p>" for n in range(20))
#: Of what is left out.
LEFT = "Paper of the world"
#: Of what stays.
KEPT = "What you draw stays yours"
URL = "https://acme.example/terms"


def read(within="", beside=""):
    """Return the text of a page with *within* between its paragraphs, and *beside* next to their block."""
    page = f"<body><div class=page><div class=text><h1>Terms</h1>{POLICY}{within}{POLICY}</div>{beside}</div></body>"
    text = extract(page, url=URL)
    assert "purpose number 0," in text
    assert "purpose number 19," in text
    return text


@pytest.mark.parametrize(
    "picture",
    [
        f"<figure><img src=a.jpg><figcaption>{LEFT}, seen from above by a drone in May</figcaption></figure>",
        f"<figure><a href=/b><img src=a.jpg></a><figcaption><p>{LEFT}.</p><small>Photo: Ann</small></figcaption></figure>",
        f"<div class=wp-caption><img src=a.jpg><p class=wp-caption-text>{LEFT}</p></div>",
        f"<div class=image><picture><img src=a.jpg></picture><span class=photo-credit>{LEFT}</span></div>",
    ],
)
def test_the_caption_of_a_picture_is_left_out(picture):
    assert LEFT not in read(picture)


@pytest.mark.parametrize(
    "figure",
    [
        f"<figure><table><tr><td>Name<td>30 days</table><figcaption>{KEPT}</figcaption></figure>",
        f"<figure><blockquote>We keep it.</blockquote><figcaption>{KEPT}</figcaption></figure>",
        f"<div><img src=a.jpg><p class=caption>{KEPT}</p>{POLICY}</div>",
        f"<figure><img src=a.jpg><figcaption>{'Your data goes to the servers of Acme. ' * 9}{KEPT}.</figcaption></figure>",
        f"<h2 class=subtitle>{KEPT}</h2>",
    ],
)
def test_what_a_table_or_a_long_text_is_called_is_kept(figure):
    assert KEPT in read(figure)


@pytest.mark.parametrize(
    "part",
    [
        f"<div id=PageFooter><p>{LEFT} is run by Acme in the old town, in the house behind the harbour.</p></div>",
        f"<div id=author-info><h4>About Ann</h4><p>{LEFT} is what she writes about when she is not at sea.</p></div>",
        f"<div class=col-right><p>{LEFT} is made of old rags and new ideas, as every reader knows.</p></div>",
        f"<ul class=widget-area><li>{LEFT} is our project of the month, see you there.</ul>",
        f"<div class=post-copyright>© {LEFT} 2026</div>",
        f"<div id=newsletter><p>{LEFT} in your mailbox every week, for nothing.</p><input type=email></div>",
        f"<div class=x9><h3>More</h3><ul><li><a href=/a>{LEFT}</a><li><a href=/b>Boats of the world</a></ul></div>",
        f"<div class=x9><p>{LEFT} is what we write about here, and on <a href=/a>other pages of ours</a>.</p></div>",
        f"<div class=col-md-3><p>{LEFT} is our project of the month, come and see us there.</p></div>",
    ],
)
def test_what_stands_beside_the_block_of_the_text_is_left_out_by_its_name_or_its_links(part):
    assert LEFT not in read(beside=part)


@pytest.mark.parametrize(
    "part",
    [
        f"<div><div class=page-footer><p>{LEFT} is run by <a href=/a>Acme</a> in the old town, at the harbour.</p></div></div>",
        f"<div class=related_posts><h3>{LEFT}</h3><p>How it is made, by <a href=/a>those who make it</a> in our town.</p></div>",
    ],
)
def test_what_is_named_and_linked_behind_the_last_paragraph_is_left_out(part):
    page = f"<body><div><h1>Terms</h1>{POLICY}{part}</div></body>"

    assert LEFT not in extract(page, url=URL)


def test_parts_of_one_name_in_the_text_are_its_sections():
    part = f"<div class=promo-box><p>{KEPT}, and you can <a href=/a>read why</a> in our centre for help.</p></div>"
    page = "<body><div><h1>Terms</h1>{}</div></body>"

    half = f"<div>{POLICY}</div>"

    assert KEPT in extract(page.format(half + part * 3 + half), url=URL)
    assert KEPT not in extract(page.format(half + part + half), url=URL)


def test_the_words_in_place_of_a_picture_go_with_its_caption():
    assert LEFT not in read(f"<figure><img src=a.jpg alt='{LEFT}'><figcaption>{LEFT}, by Ann</figcaption></figure>")


@pytest.mark.parametrize(
    "part",
    [
        f"<div><p>{KEPT}, and this paragraph has no name at all.</p></div>",
        f"<section id=newsletter><h2>Newsletter</h2><p>{KEPT} when you subscribe to it, and can leave it.</p></section>",
        f"<section class=sharing><h2>Sharing</h2><p>{KEPT}; we share it with printers only.</p></section>",
        f"<section id=third-party-advertisers-and-newsletters><p>{KEPT} when advertisers see it.</p></section>",
        f"<div class=entry-footer>{KEPT} since 3 May 2024</div>",
        f"<div><p>An unexpected error has occurred. {KEPT} elsewhere, try again.</p><a href=/a>Back to the start</a></div>",
        f"<div class=page-footer>{KEPT}: write to ann@acme.example</div>",
    ],
)
def test_a_section_of_the_policy_beside_the_rest_is_kept(part):
    assert KEPT in read(beside=part)


@pytest.mark.parametrize(
    "box",
    [
        f"<div class=related-posts><a href=/a>{LEFT}</a></div>",
        f"<aside class=newsletter-box>{LEFT} every week, free.<input type=submit></aside>",
        f"<div class=author-box><p>{LEFT} is what Ann writes about, from a boat near the coast.</p></div>",
        f"<div class=article-teaser><p>{LEFT} is on sale again: <a href=/a>All about it is here</a></p></div>",
        f"<p class=read-more>{LEFT}: how it is made and where <a href=/a>it is sold</a></p>",
    ],
)
def test_a_box_between_paragraphs_is_left_out_if_it_is_short_or_links_or_a_form(box):
    assert LEFT not in read(box)


@pytest.mark.parametrize(
    "section",
    [
        f"<div class=newsletter><h2>Newsletter</h2><p>{KEPT} if you <a href=/n>subscribe</a> to our letter.</p></div>",
        f"<div class='share-links'><h2>{KEPT}</h2></div>{POLICY}",
        f"<div class=copyright><p>{KEPT}, and so does the right to copy it.</p></div>",
        f"<div class=article-teaser><p>{KEPT}; this is what our terms say in short.</p></div>",
        f"<table><tr class=sponsor><td class=advertiser>Ad partners<td class=author>{KEPT}</table>",
        f"<ul><li class=social>{KEPT} and nobody else sees any of it.<li class=share>Other people see it.</ul>",
        f"<div class='section section--related-content'><p>{KEPT}, and this is a section.</p></div>",
        f"<article class='post tag-newsletter category-sponsor'><p>{KEPT}, in a page made with a tool.</p></article>",
    ],
)
def test_a_section_of_the_policy_with_such_a_name_is_kept(section):
    assert KEPT in read(section)


def test_a_name_that_the_text_has_too_says_nothing():
    part = f"<div class=share><p>{KEPT}, and nobody else may sell any of it to anyone.</p></div>"
    page = f"<main><h1>Terms</h1><div class=share>{POLICY}</div>{part}</main>"

    assert KEPT in extract(f"<body>{page}</body>", url=URL)
    assert KEPT not in extract(f"<body>{page.replace('share', 'text', 1)}</body>", url=URL)


def test_sections_that_hold_the_text_together_are_no_boxes_beside_it():
    page = "".join(f"<section class='sidebar-{n}'><h2>Part {n}</h2>{POLICY}</section>" for n in range(4))

    assert [line for line in extract(f"<body><h1>Terms</h1>{page}</body>").splitlines() if line[:2] == "##"] == [
        f"## Part {n}" for n in range(4)
    ]


@pytest.mark.parametrize(
    "left",
    [
        f"<h3>{LEFT}</h3><div class=related-posts><a href=/a>Boats</a></div>",
        f"<div><h3>{LEFT}</h3></div><div><div class=related-posts><a href=/a>Boats</a></div></div><h2>Next</h2>",
        f"<p>{LEFT}:</p><div class=related-posts><a href=/a>Boats</a></div><div class=author-box>Ann</div><h2>Next</h2>",
    ],
)
def test_a_heading_above_what_is_left_out_goes_with_it(left):
    assert LEFT not in read(left + ("" if "Next" in left else "<h2>Next</h2>"))


@pytest.mark.parametrize(
    "section",
    [
        f"<h2>{KEPT}</h2><div class=related-posts><a href=/a>Boats</a></div><p>We sell none of it.</p>",
        f"<h2>{KEPT}</h2><p>We sell none of it.</p><div class=related-posts><a href=/a>Boats</a></div>",
        f"<h6>{KEPT} since May 2024</h6><div class=related-posts><a href=/a>Boats</a></div><h2>Next</h2>",
        f"<p>{KEPT}.</p><div class=related-posts><a href=/a>Boats</a></div><h2>Next</h2>",
    ],
)
def test_a_heading_with_text_below_or_a_date_stays(section):
    assert KEPT in read(section)


def test_what_is_left_out_is_listed_once():
    box = f"<div class=author-box><p>{LEFT} and all the boats that are made of it, says Ann, who writes here.</p></div>"
    beside = f"<div class=right-column><h3>Read on</h3>{box}</div>"
    page = f"<body><main><div><h1>Terms</h1>{POLICY}</div>{beside}</main></body>"
    cut = []
    main_text(parse(page), URL, cut)

    assert LEFT not in extract(page, url=URL)
    assert [part.element for part in cut] == ["div.right-column"]
    assert [part.words for part in list_cut_parts(page, url=URL)] == [20]
