"""What hostile platforms write stays text, in every field and on every page."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import START
from hostile import PAYLOADS
from test_site_browser import Visit, chromium, pytestmark  # noqa: F401

from tostrack.analysis.comparison import compare_readings, read_version
from tostrack.analysis.flags import SHIPPED
from tostrack.archive import Archive
from tostrack.archive.visits import NewVersion
from tostrack.archive.visits import Visit as Night
from tostrack.archive.writer import Writer
from tostrack.clauses import plain
from tostrack.models import Document, Judgement, Outcome, Page, Reason, Snapshot, Version
from tostrack.render.escape import safe_line
from tostrack.services.site import build_site
from tostrack.services.site.serve import serve_site

SHARE = 30
LICENCE = "You grant us a royalty-free, transferable licence to use the content that you post"


def test_there_are_three_hundred_payloads():
    assert len(set(PAYLOADS)) == 300


def text_of(payloads: tuple[str, ...]) -> str:
    """Return Markdown that says *payloads* as a page would whose markup was text: with every ``<`` written out."""
    said = [payload.replace("<", "\\<") for payload in payloads]
    return "\n\n".join(f"## {p}\n\n{p} {LICENCE}.\n\n- {p}\n\n| {p} | x |" for p in said)


def attack(writer: Writer, number: int, payloads: tuple[str, ...]) -> None:
    """Have a platform say *payloads* wherever a platform, or a list of platforms, can say something."""
    everything = " ".join(payloads)
    page = Page(f"https://evil-{number}.example/{everything}")
    document = Document(f"evil-{number}", "terms", (page,), f"Terms {everything}", f"Evil {everything}")
    old = read_version(Version(text_of(payloads), START, 1))
    later = START + timedelta(days=1)
    new = read_version(Version(old.version.text.replace("transferable", f"sub-licensable {everything}"), later, 2))
    change = compare_readings(old, new)
    told = replace(change, judgement=Judgement(Reason.NEW_TEXT, everything), service=document.service, document="terms")
    for reading, found in ((old, None), (new, told)):
        at = reading.version.seen_at
        capture = Snapshot(page.url, at, 200, reading.version.text.encode(), {}, (page.url, everything))
        flags = {clause: SHIPPED.of_clause(clause) for clause in reading.clauses}
        version = NewVersion(reading, "crawl", everything, everything, found, bool(found), flags, SHIPPED.fingerprint)
        writer.record(Night(document, at, Outcome.CHANGED, captures={0: capture}, versions=(version,)))
    failure = {"cause": everything, "message": everything, "http_status": 500}
    writer.record(Night(document, later + timedelta(days=1), Outcome.FAILED, **failure))


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    with Writer(folder / "tostrack.db", folder / "snapshots", now=START, authority="watch.example") as writer:
        for number in range(0, len(PAYLOADS), SHARE):
            attack(writer, number // SHARE, PAYLOADS[number : number + SHARE])
    with Archive(folder / "tostrack.db") as archive:
        build_site(archive, folder / "site", title=PAYLOADS[0], url="https://watch.example/terms")
    return folder / "site"


def test_no_payload_runs_or_asks_anybody_on_any_page(chromium, site):  # noqa: F811
    pages = sorted(str(path.relative_to(site)) for path in site.rglob("index.html"))

    with serve_site(site, 0) as at, chromium.new_context() as context:
        visit = Visit(context.new_page(), at)
        for page in pages:
            visit.open(page)
        visit.open("search/index.html?q=alert").locator("#results article").first.wait_for()
        visit.tab.locator("#results script, #results img, #results iframe").count()

    assert len(pages) > 4 * len(PAYLOADS) / SHARE
    assert visit.complaints == []


def test_every_payload_can_be_read_as_it_was_written(chromium, site):  # noqa: F811
    with serve_site(site, 0) as at, chromium.new_context() as context:
        tab = context.new_page()
        # On paper all of a text is laid out, on a screen what is near the window.
        tab.emulate_media(media="print")
        for number in range(0, len(PAYLOADS), SHARE):
            tab.goto(f"{at}platforms/evil-{number // SHARE}/terms/1/index.html")
            shown = " ".join(tab.locator(".text").inner_text().split())
            for clause in read_version(Version(text_of(PAYLOADS[number : number + SHARE]))).clauses:
                assert safe_line(plain(clause.text)).partition(" You grant")[0].replace(" | x", "") in shown
