"""The site in Chromium: what a reader sees and does, and what must never happen while they do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import START, Platform, paragraphs
from test_crawl import ADS, RULES, TERMS, WIDER

from tostrack.archive import Archive
from tostrack.fetch.browser.session import find_chromium, missing_browser
from tostrack.models import Document, Page
from tostrack.services.site import build_site
from tostrack.services.site.serve import serve_site

pytestmark = pytest.mark.skipif(bool(missing_browser()), reason=f"needs a browser: {missing_browser()}")

KINDS = {
    "front": "index.html",
    "platform": "platforms/acme/index.html",
    "change": "changes/acme/terms/2/index.html",
    "document": "platforms/acme/terms/index.html",
    "version": "platforms/acme/terms/1/index.html",
    "topics": "topics/index.html",
    "topic": "topics/licensing/index.html",
    "year": "news/2024/index.html",
    "search": "search/index.html?q=licence",
    "about": "about/index.html",
    "nothing": "404.html",
}
TABLE = "<table><tr><td>Data</td><td>Kept for</td></tr><tr><td>Photos</td><td>30 days</td></tr></table>"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    platform = Platform(tmp_path_factory.mktemp("archive"))
    for service, name in (("acme", "Acme"), ("pixboard", "Pixboard")):
        page = Page(f"https://{service}.example/privacy", select=("main",))
        platform.documents.append(Document(service, "privacy", (page,), "Privacy Policy", name))
        platform.pages[page.url] = paragraphs("We may share data with our affiliates.", TABLE, title="Privacy")
    platform.pages["https://pixboard.example/privacy"] = paragraphs(
        "We may share data with our affiliates.",
        TABLE,
        f"We keep {'photos ' * 120}, sounds{' photographs' * 90}.",
        title="Privacy",
    )
    platform.night(terms=TERMS)
    platform.night(terms=paragraphs(WIDER, RULES))
    platform.night(terms=paragraphs(WIDER, RULES, ADS))
    folder = tmp_path_factory.mktemp("site") / "under" / "a-path"
    with Archive(platform.database) as archive:
        build_site(archive, folder, url="https://watch.example/under/a-path")
    return folder


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def at(site) -> Iterator[str]:
    with serve_site(site.parent.parent, 0) as address:
        yield f"{address}under/a-path/"


class Visit:
    """A reader's tab that notes whatever must not happen: complaints, and requests to anybody else."""

    def __init__(self, tab, at: str) -> None:
        self.tab = tab
        self.at = at
        self.complaints: list[str] = []
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))
        tab.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith(self.at):
            self.complaints.append(f"asked {url}")

    def open(self, kind: str):
        self.tab.goto(self.at + KINDS.get(kind, kind))
        return self.tab


@pytest.fixture
def reader(chromium, at):
    with chromium.new_context() as context:
        visit = Visit(context.new_page(), at)
        yield visit
        assert visit.complaints == []


def test_a_reader_goes_from_the_front_to_a_platform_a_change_and_its_text(reader):
    tab = reader.open("front")
    tab.locator(".card", has_text="Acme").get_by_role("link", name="Acme", exact=True).click()
    assert tab.locator("h1").inner_text() == "Acme"

    tab.locator(".timeline").get_by_role("link", name="Acme widens its content licence").click()
    assert "transferable, sub-licensable" in tab.locator(".edit ins:visible").first.inner_text()

    tab.get_by_role("link", name="our copy").last.click()
    assert "sub-licensable" in tab.locator(".text").inner_text()
    assert tab.url.endswith("platforms/acme/terms/2/index.html")


def test_the_arrow_keys_lead_to_the_earlier_and_the_later_change(reader):
    tab = reader.open("change")

    reached = []
    for key, number in (("ArrowRight", 3), ("ArrowLeft", 2)):
        tab.keyboard.press(key)
        tab.wait_for_url(f"**/changes/acme/terms/{number}/index.html")
        reached.append(tab.locator("h1").inner_text())

    assert len(set(reached)) == 2


def test_arrow_keys_in_a_field_stay_there(reader):
    tab = reader.open("document")
    tab.locator("#day").focus()

    tab.keyboard.press("ArrowLeft")

    assert tab.url.endswith("platforms/acme/terms/index.html")


def test_the_first_tab_stop_skips_to_the_text(reader):
    tab = reader.open("change")

    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")

    assert tab.evaluate("document.activeElement.id") == "main"


def test_the_text_on_another_day_is_one_choice_away(reader):
    tab = reader.open("document")

    tab.locator("#day").fill(f"{START:%Y-%m-%d}")
    tab.get_by_role("button", name="Show").click()
    tab.wait_for_url("**/platforms/acme/terms/1/index.html")

    assert "sub-licensable" not in tab.locator(".text").inner_text()


def found(tab, query: str) -> list[str]:
    tab.locator("#q").fill(query)
    tab.locator("#q").press("Enter")
    tab.locator("#found", has_text=re.compile("found", re.IGNORECASE)).wait_for()
    return tab.locator("#results h2").all_inner_texts()


def test_a_search_finds_what_stands_and_what_changed(reader):
    tab = reader.open("search/index.html")

    assert found(tab, "lizard") == []
    for words in ("sub-licens", "sublicensable"):
        titles = found(tab, words)
        assert "Acme: Terms" in titles
        assert any("widens its content licence" in title for title in titles)
        assert tab.locator("#results mark").first.inner_text() in ("sub", "licensable", "sub-licensable")


def test_a_quote_that_is_found_is_cut_between_words(reader):
    tab = reader.open("search/index.html")

    assert found(tab, "sounds") == ["Pixboard: Privacy Policy"]
    quote = tab.locator("#results blockquote").first.inner_text()

    assert set(quote.replace(",", "").split()) == {"…", "photos", "sounds", "photographs"}


def test_a_search_is_narrowed_by_a_platforms_name_and_by_a_phrase(reader):
    tab = reader.open("search/index.html")

    assert set(found(tab, "affiliates")) == {"Acme: Privacy Policy", "Pixboard: Privacy Policy"}
    assert found(tab, "pixboard affiliates") == ["Pixboard: Privacy Policy"]
    assert len(found(tab, '"share data with"')) == 2
    assert found(tab, '"data share with"') == []


def test_what_is_found_leads_to_its_clause(reader):
    tab = reader.open("search/index.html")
    found(tab, "pixboard affiliates")

    tab.locator("#results h2 a").click()

    assert "share data with our affiliates" in tab.locator(":target").inner_text()


def test_the_change_is_copied_as_plain_text(chromium, at):
    with chromium.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        tab = Visit(context.new_page(), at).open("change")
        tab.locator("[data-copies=change]").click()
        tab.get_by_role("button", name="Copied").wait_for()
        copied = tab.evaluate("navigator.clipboard.readText()")

        assert "{+transferable, sub-licensable+}" in copied
        assert [line for line in copied.splitlines() if "#" in line or "deleted" in line] == []


def test_in_one_and_side_by_side_when_the_reader_says(reader):
    tab = reader.open("change")
    assert tab.locator(".unified").first.is_visible()

    tab.get_by_label("Side by side").check()
    before, after = tab.locator(".sides").first.locator(".unified").all_inner_texts()

    assert ("sub-licensable" in before, "sub-licensable" in after) == (False, True)
    assert not tab.locator(".edit > .unified").first.is_visible()

    tab.get_by_label("In one").check()

    assert tab.locator(".edit > .unified").first.is_visible()
    assert tab.locator(".sides").count() == 0


def test_a_link_to_a_clause_that_is_left_out_leads_to_the_line_that_says_so(reader):
    tab = reader.open("front")
    page = "<br>" * 500 + "<p class=same id=c3 data-last=9>7 clauses unchanged</p>" + "<br>" * 100
    tab.evaluate("page => document.body.insertAdjacentHTML('beforeend', page)", page)
    assert tab.evaluate("scrollY") == 0

    tab.evaluate("location.hash = '#c7'")
    tab.wait_for_function("scrollY > 5000")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways_at_360_pixels(chromium, at, kind):
    with chromium.new_context(viewport={"width": 360, "height": 740}) as context:
        tab = Visit(context.new_page(), at).open(kind)

        assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_dark_mode_follows_the_reader(chromium, at):
    grounds = {}
    for scheme in ("light", "dark"):
        with chromium.new_context(color_scheme=scheme) as context:
            tab = Visit(context.new_page(), at).open("front")
            colour = tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
            grounds[scheme] = sum(int(part) for part in colour[4:-1].split(",")) / 3

    assert grounds["dark"] < 60
    assert grounds["light"] > 220


def test_everything_can_be_read_without_a_script(chromium, at):
    with chromium.new_context(java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(at + KINDS["change"])
        change = tab.locator("main").inner_text()
        tab.goto(at + KINDS["document"])
        asked = tab.locator(".at").is_visible()
        tab.goto(at + KINDS["search"])

        assert not asked
        assert "sub-licensable" in change
        assert "all platforms" in tab.locator("noscript").inner_text()


def test_it_works_from_the_folder_it_lies_in(chromium, site):
    with chromium.new_context() as context:
        visit = Visit(context.new_page(), site.as_uri() + "/")
        tab = visit.open("search/index.html")

        assert "Acme: Terms" in found(tab, "licensable")
        assert tab.evaluate("getComputedStyle(document.body).margin") == "0px"
        assert visit.complaints == []


def test_nothing_moves_while_a_page_loads(chromium, at):
    shifts = """new Promise(done => { let sum = 0;
        new PerformanceObserver(list => list.getEntries().forEach(e => sum += e.value))
            .observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => done(sum))); })"""
    with chromium.new_context() as context:
        for kind in ("front", "change", "document", "platform", "topic"):
            assert Visit(context.new_page(), at).open(kind).evaluate(shifts) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_violation(chromium, at, kind):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    # What is folded is part of the page too.
    unfold = "document.querySelectorAll('details').forEach(each => each.open = true)"
    for width, scheme in ((1280, "dark"), (360, "light")):
        with chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
        ) as context:
            tab = Visit(context.new_page(), at).open(kind)
            tab.evaluate(unfold)
            results = axe.Axe().run(tab, options=options)

            assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in results.response["violations"]] == []
