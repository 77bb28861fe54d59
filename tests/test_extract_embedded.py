"""Text that a browser shows and a parser hides: frames in place, shadow roots, icons, boxes, boxes between clauses."""

import pytest

from tostrack.clauses import join_clauses, split_clauses
from tostrack.extraction import extract
from tostrack.extraction.main_text import main_text

SHARE = "We may show your drawings to the makers of other boats, and they may keep them as long as they like."
POLICY = "".join(f"<p>We may use what you draw for purpose number {n}, as long as you let us.</p>" for n in range(20))


def markdown(html):
    return extract(html, select="body")


@pytest.mark.parametrize(
    "html",
    [
        "<iframe srcdoc='&lt;p&gt;{}&lt;/p&gt;'></iframe>",
        "<iframe srcdoc=\"&lt;iframe srcdoc='&amp;lt;p&amp;gt;{}'&gt;&lt;/iframe&gt;\"></iframe>",
        "<x-c><template shadowrootmode=open><p>{}</p></template></x-c>",
        "<x-c><template shadowrootmode=closed><slot>None.</slot></template><p>{}</p></x-c>",
        "<textarea readonly>{}</textarea>",
        "<noscript><p>{}</p><p>{}</p></noscript>",
        "<math><mtext>{}</mtext></math>",
    ],
)
def test_text_in_place_of_a_page_is_read(html):
    text = markdown(f"<body><p>Terms</p>{html.replace('{}', SHARE)}</body>")

    assert SHARE in text
    assert "None." not in text


@pytest.mark.parametrize(
    "html",
    [
        "<template><p>{}</p></template>",
        "<textarea>Write here</textarea>",
        "<noscript>Turn scripts on to read this.</noscript>",
        f"{POLICY}<noscript>{{}} {{}} {{}}</noscript>",
        "<iframe srcdoc=''></iframe>",
        "<select><option>{}</option></select>",
    ],
)
def test_what_no_reader_sees_is_left_out(html):
    text = markdown(f"<body><p>Terms</p>{html.replace('{}', SHARE)}</body>")

    assert SHARE not in text
    assert "here" not in text


def test_named_slots_show_what_is_given_for_them_in_the_order_of_the_shadow_root():
    page = (
        "<x-c><template shadowrootmode=open><slot name=head></slot><p>Second.</p><slot></slot></template>"
        "<p>Third.</p><p slot=head>First.</p></x-c>"
    )

    assert markdown(page) == "First.\n\nSecond.\n\nThird.\n"


def test_words_of_the_host_stand_in_the_slot_without_a_name():
    page = "<x-c><template shadowrootmode=open><p>We never sell <slot>them</slot>.</p></template>your data</x-c>"

    assert markdown(page) == "We never sell your data.\n"


def test_formulas_are_written_on_one_line():
    page = (
        "<p>You get <math><mfrac><mi>price</mi><mn>2</mn></mfrac><mo>+</mo><msup><mi>x</mi><mn>2</mn></msup>"
        "<annotation>tex</annotation></math> back.</p>"
    )

    assert markdown(page) == "You get price/2+x^2 back.\n"


CELL = "<table><tr><th>Data<th>Sold?</tr><tr><td>Drawings<td>{}</table>"


@pytest.mark.parametrize(
    ("icon", "said"),
    [
        ("<svg role=img aria-label=No><title>No</title></svg>", "No"),
        ("<svg><title>No</title><path/></svg>", "No"),
        ("<svg aria-label=No></svg>", "No"),
        ("<span role=img aria-label=No></span>", "No"),
        ("<i class=icon-x aria-label=No></i>", "No"),
        ("<i class=icon-x title=No></i>", "No"),
        ("<img src=x alt=No>", "No"),
        ("<input type=checkbox checked disabled>", "☑"),
        ("<input type=checkbox>", "☐"),
        ("<input type=radio>", "☐"),
        ("<span role=switch aria-checked=true></span>", "☑"),
    ],
)
def test_a_cell_says_what_its_icon_says(icon, said):
    assert markdown(CELL.format(icon)).endswith(f"| Drawings | {said} |\n")


@pytest.mark.parametrize(
    "html",
    [
        "<svg aria-hidden=true aria-label=Boat></svg>",
        "<a href='#ads'><svg aria-label=Boat></svg></a>",
        "<button><svg aria-label=Boat></svg></button>",
        "<svg><title>Boat</title></svg>",
        "<span title=Boat></span>",
        "<b><input type=checkbox id=Boat></b>",
    ],
)
def test_an_icon_that_adorns_says_nothing(html):
    assert markdown(f"<p>We sell{html} nothing.</p>").replace(" ", "") == "Wesellnothing.\n"


def test_icons_go_with_the_images():
    assert extract(CELL.format("<svg aria-label=No></svg>"), select="body", filters=["drop-images"]).endswith(
        "| Drawings | |\n"
    )


BOXES = [
    "<div class='alert' role=alert><p>{}</p></div>",
    "<div role=status>{}</div>",
    "<aside><p>{}</p></aside>",
    "<div role=complementary><p>{}</p></div>",
    "<dialog><p>{}</p></dialog>",
    "<div role=dialog><p>{}</p><button>Close</button></div>",
    "<div class=modal><p>{}</p></div>",
    "<p class=sr-only>{}</p>",
    "<section><h2>Ads</h2><p>Read.</p><footer><p>{}</p></footer></section>",
    "<section><header><p>{}</p></header><p>Read on, for it matters to all that you draw.</p></section>",
    "<form><p>{}</p><label><input type=radio name=a> Yes</label><button>Save</button></form>",
]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("around", ["<main>{}</main>", "<div><article>{}</article></div>"])
def test_a_box_between_clauses_is_part_of_the_policy(box, around):
    page = around.format(f"{POLICY}{box.format(SHARE)}{POLICY}")

    assert SHARE in extract(f"<body><nav><a href=/>Home</a></nav>{page}</body>")


@pytest.mark.parametrize("box", ["<div role=alert>{}</div>", "<aside><h3>In short</h3>{}</aside>"])
def test_a_box_of_one_short_sentence_is_part_of_the_policy_and_one_of_a_name_is_not(box):
    page = f"<body><main>{POLICY}{box}{POLICY}</main></body>"

    assert "We sell it from May." in extract(page.format("<p>We sell it from May.</p>"))
    assert "Jo Doe" not in extract(page.format("<p>Jo Doe</p>"))


def test_words_for_screen_readers_before_other_words_of_a_line_are_kept():
    line = "<p><span class=sr-only>Not</span> shared.</p><p><a href=/x>Terms<span class=sr-only>opens</span></a></p>"

    text = extract(f"<body><main>{POLICY}{line}{POLICY}</main></body>")

    assert "Not shared." in text
    assert "opens" not in text


@pytest.mark.parametrize(
    "box",
    [
        "<div role=dialog class=consent><p>{}</p><button>Accept</button><button>Reject</button></div>",
        "<aside id=cookie-settings><p>{}</p><input type=checkbox></aside>",
        "<aside><a href=/a>{}</a></aside>",
        "<form><p>{}</p><input type=email></form>",
    ],
)
def test_a_consent_tool_a_menu_and_a_form_are_left_out_and_listed(box):
    from tostrack.extraction.dom import parse

    page = f"<body><main>{POLICY}{box.format(SHARE)}{POLICY}</main></body>"
    cut = []
    main_text(parse(page), cut=cut)

    assert SHARE not in extract(page)
    assert [part.beginning for part in cut] == [" ".join(SHARE.split()[:12])]


def test_a_short_paragraph_beside_the_container_of_the_rest_is_kept():
    assert "We sell nothing." in extract(f"<body><main><p>We sell nothing.</p><div>{POLICY}</div></main></body>")


def test_lettered_items_complete_the_lead_in_above_them():
    page = "<p>We may:</p><ol type=a><li>store<li>sail: <ol type=i><li>far</ol><li>sink</ol><p>End.</p>"
    clauses = split_clauses(markdown(page))

    assert [(clause.text, clause.lead) for clause in clauses] == [
        ("We may:", ""),
        ("a. store", "We may:"),
        ("b. sail:", "We may:"),
        ("i. far", "We may:"),
        ("c. sink", "We may:"),
        ("End.", ""),
    ]
    assert split_clauses(join_clauses(clauses)) == clauses


@pytest.mark.parametrize(
    "after",
    [
        "<div class=related><h3>Read on</h3><a href=/a>Boats of the world</a> <a href=/b>Paper of the world</a></div>",
        "<h2>More</h2><ul><li><a href=/a>Boats of the world</a><li><a href=https://acme.example/b>Paper</a></ul>",
        "<div id=comments><p>Boats of the world are what I like to read about, says a reader.</p><form></form></div>",
        "<div class=right-sidebar><p>Boats of the world are what we write about in our newsletter.</p></div>",
    ],
)
def test_what_surrounds_the_policy_in_its_container_is_left_out(after):
    text = extract(f"<body><main><h1>Terms</h1>{POLICY}{after}</main></body>", url="https://acme.example/terms")

    assert "Boats of the world" not in text
    assert "purpose number 19," in text


@pytest.mark.parametrize(
    "after",
    [
        "<div class=related><h3>What is related to boats</h3><p>Paper.</p></div>",
        "<div class=meta>Last updated: 3 May 2024</div>",
        "<div class=author>Write to boats@acme.example</div>",
        "<h2>Sub-processors</h2><ul><li><a href=https://ship.example/>What is related to boats</a></ul>",
        "<div class=comment>What is related to boats is ours.</div>",
        f"<div class=sidebar><p>What is related to boats.</p>{POLICY}</div>",
        "<p>Ahoy Town</p>",
    ],
)
def test_what_a_policy_may_end_with_is_kept(after):
    text = extract(f"<body><main><h1>Terms</h1>{POLICY}{after}</main></body>", url="https://acme.example/terms")

    assert any(words in text for words in ("related to boats", "3 May 2024", "boats@acme.example", "Ahoy Town"))
