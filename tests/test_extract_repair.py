"""A dead selector is answered with the container that holds the text now."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tostrack.extraction import extract
from tostrack.extraction.proposals import propose_selector, read_page_facts
from tostrack.extraction.selector_repair import find_nearest_container, written_by_hand

CLAUSES = [
    "You keep the ownership of every photo that you post on Pixboard.",
    "You give us a licence to show your photos to the people whom you choose.",
    "We may close an account that has not been used for two whole years.",
    "These terms are governed by the law of the country in which you live.",
]
POLICY = "".join(f"<p>{clause}</p>" for clause in CLAUSES)
MENU = "".join(
    f"<li><a href='/{name}'>Learn about {name} at Pixboard</a></li>" for name in "jobs press help brand".split()
)
TEXT = "\n\n".join(CLAUSES)


def page(policy: str) -> str:
    return f"<html lang=en><body><nav><ul>{MENU}</ul></nav><div class=x1n2onr6>{policy}</div><p>Follow us!</p></body></html>"


@pytest.mark.parametrize(
    ("policy", "selector"),
    [
        (f"<main>{POLICY}</main>", "main"),
        (f"<div role=main>{POLICY}</div>", "[role=main]"),
        (f"<article><div id=terms>{POLICY}</div></article>", "article"),
        (f"<div class=policy-text><div id=terms-body>{POLICY}</div></div>", "#terms-body"),
        (f"<div class='css-1x2y3z policy-text'>{POLICY}</div>", ".policy-text"),
        (f"<div data-testid=policy>{POLICY}</div>", '[data-testid="policy"]'),
    ],
)
def test_the_longest_lived_handle_of_the_container_is_named(policy, selector):
    found = find_nearest_container(page(policy), TEXT)

    assert (found.selector, found.likeness) == (selector, 1.0)
    assert extract(page(policy), select=found.selector).split() == TEXT.split()


def test_a_text_that_was_edited_since_is_found_all_the_same():
    edited = POLICY.replace("two whole years", "six months") + "<p>We may show advertisements beside your photos.</p>"

    found = find_nearest_container(page(f"<section id=legal>{edited}</section>"), TEXT)

    assert found.selector == "#legal"
    assert 0.7 < found.likeness < 1


def test_the_container_of_the_text_is_named_and_not_a_bigger_one():
    cards = "<article><p>News of the day, which is long and has nothing to do with it at all, or hardly.</p></article>"

    found = find_nearest_container(page(f"<main>{cards * 9}<div id=policy>{POLICY}</div></main>"), TEXT)

    assert found.selector == "#policy"


def test_a_selector_that_would_match_two_elements_is_not_named():
    found = find_nearest_container(
        page(f"<article><p>Hello.</p></article><article><div id=terms>{POLICY}</div></article>"), TEXT
    )

    assert found.selector == "#terms"


def test_a_page_that_holds_another_text_gets_no_proposal():
    assert (
        find_nearest_container(page("<main><p>We will be right back, please try again in a while.</p></main>"), TEXT)
        is None
    )
    assert find_nearest_container("", TEXT) is None
    assert find_nearest_container(page(POLICY), "") is None


@pytest.mark.parametrize(
    "name", "content main-content dev_page_content_wrap policyCard agreement6 article__body legal".split()
)
def test_names_that_people_give(name):
    assert written_by_hand(name)


@pytest.mark.parametrize(
    "name",
    "css-1x2y3z sc-bdVaJa Terms_body__Xy4Za x1n2onr6 ember1234 _aacl r42 jSJIBP :r1: u-xKjdQw a1b2c3d4 Text_txt__ToWaS".split(),
)
def test_names_that_machines_give(name):
    assert not written_by_hand(name)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_name_is_judged_and_any_page_searched(text):
    assert written_by_hand(text) in (True, False)
    found = find_nearest_container(f"<div id='{text}' class='{text}'>{POLICY}</div>", TEXT)
    assert found is None or 0 <= found.likeness <= 1


def test_selectors_are_proposed_only_when_the_page_holds_more_than_the_policy():
    furniture = f"<header><h2>Pixboard</h2></header><aside><p>{'Read our newsletter about photos and friends. ' * 9}</p></aside>"

    assert propose_selector(f"<body>{POLICY}</body>") == ((), ())
    assert propose_selector(f"<body>{furniture}<main><h1>Terms</h1>{POLICY * 3}</main></body>") == (("main",), ())


def test_what_stands_in_the_container_beside_the_policy_is_proposed_for_removal():
    form = f"<form><p>{'Read our newsletter about photos and friends. ' * 3}</p><input type=email></form>"
    html = f"<body><p>{'Welcome to Pixboard, where the photos are. ' * 9}</p><main><h1>Terms</h1>{POLICY * 3}{form}</main></body>"

    assert propose_selector(html) == (("main",), ("form",))


def test_a_page_says_its_title_its_site_and_its_language():
    html = '<html lang="en-GB"><title> Terms | Pixboard </title><meta property="og:site_name" content="Pixboard">'

    assert vars(read_page_facts(html)) == {"title": "Terms | Pixboard", "site_name": "Pixboard", "language": "en-GB"}
    assert vars(read_page_facts("")) == {"title": "", "site_name": "", "language": ""}
