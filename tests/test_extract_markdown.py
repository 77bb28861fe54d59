"""A tree to Markdown: one golden a construct, then the laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.clauses import canonical_key, join_clauses, plain, split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import extract

URL = "https://acme.example/legal/terms"


def markdown(html):
    return extract(html, url=URL, select="body")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>Terms</h1><h3> of <b>use</b></h3>", "# Terms\n\n### of use\n"),
        ("<h2><div>1.</div><div>Content</div></h2>", "## 1. Content\n"),
        ("<h2>Content<blockquote>You own it.</blockquote></h2>", "## Content\n\nYou own it.\n"),
        ("<h2>\n<p class=x>Your <b>content</b></p></h2><p>You own it.</p>", "## Your content\n\nYou own it.\n"),
        ("<h2><p>Content</h2>You own it.", "## Content\n\nYou own it.\n"),
        ("<h2></h2><p>You own it.</p>", "You own it.\n"),
        ("<h1>Lists<dir><li>one</h1></dir>two", "# Lists\n\n- one\n\ntwo\n"),
        ("<ol><li><h3>Ads</h3><p>None.</p><li><h3>2. Sale</h3></ol>", "### 1. Ads\n\nNone.\n\n### 2. Sale\n"),
        ("<ul><li><h3>Ads</h3>None.</ul>", "### Ads\n\nNone.\n"),
        ("<h4>" + "Long words. " * 30 + "</h4>", "Long words. " * 29 + "Long words.\n"),
        ("<p>We\n may <b>share</b> <i>data</i>\n<code>now</code>.</p>", "We may **share** *data* `now`.\n"),
        ("<p><b>We </b><b> may</b> share<b>.</b></p>", "**We may** share.\n"),
        ("<strong><div>One</div><div>Two</div></strong>", "**One**\n\n**Two**\n"),
        ("<p>A<b>c</b>me</p>", "A**c**me\n"),
        ("<ul><li>one<ul><li>two<ol><li>three</ol></ul><li>four</ul>", "- one\n    - two\n        1. three\n- four\n"),
        ("<ol start=3><li>c<li value=7>g<li>h</ol>", "3. c\n7. g\n8. h\n"),
        ("<ol><li><p>one</p><p>more</p></li><li>two</ol>", "1. one\n\nmore\n\n2. two\n"),
        ("<ol start=2000><li>far</ol>", "- 2000. far\n"),
        ("<ul><li>•&nbsp; one<li>▪two</ul><p>· three</p><p>•four</p>", "- one\n- two\n- three\n- four\n"),
        ("<li>stray</li>", "- stray\n"),
        ("We may:<br>• share<br>• sell<br><br>End", "We may:\n\n- share\n- sell\n\nEnd\n"),
        ("one<br>line<br> <br>two", "one line\n\ntwo\n"),
        (
            "<table><tr><th>Data</th><th>Why</th></tr><tr><td>a|b</td><td><ul><li>ads<li>sale</ul></td></tr></table>",
            "| Data | Why |\n| --- | --- |\n| a\\|b | • ads • sale |\n",
        ),
        (
            "<table><tr><td><p>All of the policy</p><p>in one cell</p></td></tr></table>",
            "All of the policy\n\nin one cell\n",
        ),
        ("<table role=presentation><tr><td>a<td>b</table>", "a\n\nb\n"),
        ("<table><tr><td><h2>Ads</h2><p>x</p><td>y</table>", "## Ads\n\nx\n\ny\n"),
        ("<dl><dt>Content</dt><dd>What you post.</dd></dl>", "Content\n\nWhat you post.\n"),
        ("<blockquote><p>Quoted</p></blockquote>", "Quoted\n"),
        ("<pre>TERMS\n\nWe may\nshare.\n  - data\n  - photos</pre>", "TERMS\n\nWe may share.\n\n- data\n- photos\n"),
        ("<details><summary>Ads</summary>We show ads.</details>", "Ads\n\nWe show ads.\n"),
        ("<button>Who we are</button><div style='display:none'>Acme</div>", "Who we are\n\nAcme\n"),
        ("<p>a<script>x()</script><style>b{}</style><svg><title>icon</title></svg>b</p>", "ab\n"),
        ("<p>x</p><hr><p>* * *</p><p>____</p><p>y</p>", "x\n\ny\n"),
        ("<p><code>a b</code> and</p><p><s>all</s></p>", "`a b` and\n\n~~all~~\n"),
        ("<q>Content</q> means <del>all</del>", "“Content” means ~~all~~\n"),
        ("<p><img src=x.png alt=Logo> Acme <img src=y></p>", "Logo Acme\n"),
        ("<ol type=a><li>store<li>sail</ol>", "a. store\n\nb. sail\n"),
        ("<ol type=I start=4><li>store<li>sail</ol>", "IV. store\n\nV. sail\n"),
        ("<ol style='list-style-type: lower-roman'><li>store</ol>", "i. store\n"),
        ("<ol type=A start=27><li>store</ol>", "AA. store\n"),
        ("<ol reversed><li>c<li>b<li>a</ol>", "3. c\n2. b\n1. a\n"),
        ("<ol start=0><li>a<li value=-2>b</ol>", "0. a\n- -2. b\n"),
        ("<p>30<sup>1</sup> days</p>", "30[^1] days\n"),
        ("<p>a week<sup>[3]</sup> and more.<sup><a href='#n4'>4</a></sup></p>", "a week[^3] and more.[^4]\n"),
        ("<p>30 days<a href='#a'><sup>a</sup></a></p>", "30 days[^a]\n"),
        ("<p>40 m<sup>2</sup>, 10<sup>6</sup>, CO<sub>2</sub>, 1<sup>st</sup></p>", "40 m2, 10^6, CO2, 1st\n"),
        ("<p>30<sup>1, 2</sup> days</p>", "30[^1][^2] days\n"),
        ("<p>for 3<sub>2</sub> days</p>", "for 3 2 days\n"),
        ("<p>for <del>30</del><ins>90</ins> days</p>", "for ~~30~~ ++90++ days\n"),
        ("<p>for <s>30</s>90 days, colo<s>u</s>r</p>", "for ~~30~~ 90 days, colo~~u~~r\n"),
        ("<p>We <span style='text-decoration:line-through'>never</span> sell.</p>", "We ~~never~~ sell.\n"),
        ("<p class='x line-through'>We sell.</p>", "~~We sell.~~\n"),
        ("<p>C++ and D++</p>", "C\\++ and D\\++\n"),
        ("<p>&amp;amp; and &amp;lt;b&amp;gt;</p>", "\\&amp; and \\&lt;b\\&gt;\n"),
        ("<p><code>snake_case</code> or <code>_x_ *</code></p>", "`snake_case` or \\_x\\_ \\*\n"),
        (
            "<table><tr><th><th>Why<th>Who</tr><tr><td rowspan=2>Name<td>Ads<td>We</tr><tr><td>Sale</table>",
            "| | Why | Who |\n| --- | --- | --- |\n| Name | Ads | We |\n| | Sale | |\n",
        ),
        (
            "<table><tr><th colspan=3>Data</tr><tr><td>a<td>b<td>c</table>",
            "| Data | | |\n| --- | --- | --- |\n| a | b | c |\n",
        ),
        (
            "<table><tr><td rowspan=0>a<td>b</tr><tr><td>c</table>",
            "| a | b |\n| --- | --- |\n| | c |\n",
        ),
        (
            "<p><a href='mailto:us@a.example?subject=Hi'><i></i></a></p>",
            "[us@a.example](mailto:us@a.example?subject=Hi)\n",
        ),
        (
            "<table><tr><td>a<td colspan=99999 rowspan=99999>b</table>",
            "| a | b |" + " |" * 29 + "\n|" + " --- |" * 31 + "\n",
        ),
        ("<p>✔ We share</p><p>✗ We sell</p>", "- ✔ We share\n- ✗ We sell\n"),
        ("<x-p>We share.</x-p><x-p>We sell.</x-p>", "We share.\n\nWe sell.\n"),
        ("<p>Of <x-term>data that we hold.</x-term> more</p>", "Of data that we hold. more\n"),
        ("<span style='display: block'>We share.</span><span>We sell.</span>", "We share.\n\nWe sell.\n"),
    ],
)
def test_markup_becomes_markdown(html, expected):
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/privacy", "[x](https://acme.example/privacy)"),
        ("privacy?a=1&b=2#c", "[x](https://acme.example/legal/privacy?a=1&b=2#c)"),
        ("//cdn.example/x", "[x](https://cdn.example/x)"),
        ("mailto:a@acme.example", "[x](mailto:a@acme.example)"),
        ("https://acme.example/a (b)", "[x](https://acme.example/a%20%28b%29)"),
        ("#section-2", "x"),
        ("", "x"),
        ("javascript:alert(1)", "x"),
        ("java\nscript:alert(1)", "x"),
        ("data:text/html,x", "x"),
        ("http://[broken", "x"),
    ],
)
def test_links_are_absolute_and_harmless(href, expected):
    assert markdown(f"<p><a href='{href}'>x</a></p>") == expected + "\n"


def test_a_link_after_an_exclamation_mark_is_no_image():
    text = markdown("<p>Wow!<a href=/x>see</a></p>")

    assert text == "Wow\\![see](https://acme.example/x)\n"
    assert plain(text) == "Wow!see"


def test_without_an_address_relative_links_stay_relative_and_harmless():
    page = "<p><a href='/privacy'>a</a> <a href='java\nscript:b'>b</a></p>"

    assert extract(page, select="p") == "[a](/privacy) b\n"


def test_links_follow_the_base_of_the_page():
    page = "<head><base href='/en/'></head><p><a href='privacy'>x</a></p>"

    assert extract(page, url=URL, select="p") == "[x](https://acme.example/en/privacy)\n"


@pytest.mark.parametrize(
    "text",
    [
        "4. You own your content.",
        "12) We share it.",
        "# 5 is our number",
        "- not an item",
        "+ one",
        "> not a quote",
        "| not a row |",
        "``` not code",
        "~~~ nor this",
        "a * b * c",
        "snake_case and _private_ names",
        "[see] (below) and [this](that)",
        "mail <legal@acme.example> or </dev/null",
        "C:\\new\\_folder",
        "![no](image)",
        "50% of ½ ™ …",
    ],
)
def test_a_paragraph_stays_a_paragraph_and_reads_as_written(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")

    clauses = split_clauses(markdown(f"<p>{escaped}</p>"))

    assert [(clause.kind, plain(clause.text)) for clause in clauses] == [("p", text)]


def test_a_number_at_the_start_of_a_paragraph_is_escaped():
    assert markdown("<p>4. We may share it.</p>") == "4\\. We may share it.\n"


def test_letters_have_one_spelling_and_nothing_is_invisible():
    html = "<p>e\u0301 o\ufb03ce \uff21cme\u00a0ad\u00advert\u200bise \U0001d400 \ue001½™ \u202ex</p>"

    assert markdown(html) == "é office Acme advertise A ½™ x\n"


def test_joiners_stay_where_they_mean_something():
    assert markdown("<p>می\u200cخواهم Ac\u200dme</p>") == "می\u200cخواهم Acme\n"


def test_text_deeper_than_parsers_go_is_not_lost():
    page = "<body>" + "<div><b>" * 20_000 + "deep clause" + "</b></div>" * 20_000 + "<p>after</p>"

    assert [plain(clause.text) for clause in split_clauses(markdown(page))] == ["deep clause", "after"]


WORDS = st.text(alphabet="ab1 é.)-#*_|<>&[]()!`~\\\n\u00a0•:", max_size=12)
TAGS = "p div h1 h2 ul ol li table tr td th b i a br pre blockquote section span td q button details summary".split()
HTML = st.recursive(
    WORDS.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.tuples(st.sampled_from(TAGS), st.lists(inner, max_size=4)).map(
        lambda node: f"<{node[0]} href='/x?utm_source=1&y=2'>{''.join(node[1])}</{node[0]}>"
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.lists(HTML, max_size=4).map("".join))
def test_any_page_gives_the_normal_form(html):
    try:
        text = extract(html, url=URL, select="body")
    except ExtractError:
        return

    assert join_clauses(split_clauses(text)) == text


@settings(deadline=None)
@given(st.lists(HTML, max_size=4).map("".join))
def test_no_word_is_lost_and_none_invented(html):
    from tostrack.extraction.dom import parse

    said = "".join(character for character in "".join(parse(f"<body>{html}").itertext()) if character.isalpha())
    try:
        text = extract(html, url=URL, select="body")
    except ExtractError:
        text = ""

    assert "".join(character for character in canonical_key(split_clauses(text)) if character.isalpha()) == said


@settings(deadline=None)
@given(st.text(max_size=60).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")))
def test_markdown_set_as_a_page_again_keeps_its_words(text):
    try:
        first = extract(f"<p>{text}</p>", select="p")
    except ExtractError:
        return
    page = "".join(
        f"<p>{plain(clause.text).replace('&', '&amp;').replace('<', '&lt;')}</p>" for clause in split_clauses(first)
    )
    if not plain(first):
        return

    assert canonical_key(split_clauses(extract(page, select="body"))) == canonical_key(split_clauses(first))
