"""The pages of a document's versions: whole ones, and those that leave what did not change to a whole one."""

import re
from pathlib import Path

import pytest
from conftest import paragraphs
from hypothesis import given
from hypothesis import strategies as st
from test_site import pages, tree, write

from tostrack.archive import Archive
from tostrack.archive.blame import Blame
from tostrack.clauses import plain
from tostrack.render.site.whole_texts import choose_whole, find_kept

CLAUSES = [
    f"Rule {at} of this service binds everybody who posts photos, films or words on it for {at} days."
    for at in range(40)
]
#: What the nights change, one clause each.
EDITS = {
    7: "We may share photos with our partners.",
    21: "You grant us a transferable licence to your films.",
    33: "No.",
}


@pytest.fixture
def long_story(platform):
    """One platform whose long terms change by one clause a night."""
    clauses = list(CLAUSES)
    platform.night(terms=paragraphs(*clauses))
    for at, words in EDITS.items():
        clauses[at] = words
        platform.night(terms=paragraphs(*clauses))
    return platform


def shown(page: Path) -> dict[str, str]:
    """Return the clauses that *page* shows, by their ids."""
    text = re.sub(' <span class="tag.*?</span>', "", page.read_text())
    found = re.findall(r'<(?:h\d|p(?: class="item[^"]*")?) id="(c\d+)">(.*?)</(?:p|h\d)>', text)
    return {place: " ".join(re.sub("<[^>]+>", "", words).split()) for place, words in found}


def kept(page: Path) -> dict[str, tuple[Path, str]]:
    """Return the clauses that *page* leaves out, by their ids, each with the page and the id that it has there."""
    found = {}
    for begin, end, line in re.findall(r'<p class="same" id="c(\d+)" data-last="(\d+)">(.*?)</p>', page.read_text()):
        [(target, first)] = re.findall(r'href="([^"#]+)#c(\d+)"', line)
        for at in range(int(begin), int(end) + 1):
            found[f"c{at}"] = ((page.parent / target).resolve(), f"c{int(first) + at - int(begin)}")
    return found


def test_a_page_shows_the_clauses_that_differ_and_leads_to_each_of_the_others(long_story, tmp_path):
    write(long_story, tmp_path / "site")

    with Archive(long_story.database) as archive:
        versions = archive.versions("acme", "terms")
        assert len(versions) == 1 + len(EDITS)
        for version in versions:
            page = tmp_path / f"site/platforms/acme/terms/{version.number}/index.html"
            here, there = shown(page), kept(page)
            read = {place: shown(target.resolve())[at] for place, (target, at) in there.items()}
            whole = {f"c{at}": plain(clause.text) for at, clause in enumerate(archive.reading(version).clauses)}
            assert {**read, **here} == whole
            assert not read.keys() & here.keys()
            # The heading above a clause stands beside it.
            assert len(here) == (len(whole) if version.number == 1 else version.number)


def test_the_text_that_stands_is_shown_whole_on_the_page_of_its_document(long_story, tmp_path):
    write(long_story, tmp_path / "site")

    page = tmp_path / "site/platforms/acme/terms/index.html"
    assert kept(page) == {}
    assert len(shown(page)) == len(CLAUSES) + 1
    last = (tmp_path / "site/platforms/acme/terms/4/index.html").read_text()
    assert '<a href="../index.html">The current text in full</a>' in last


def test_every_link_into_pages_of_differences_leads_somewhere(long_story, tmp_path):
    write(long_story, tmp_path / "site")

    found = pages(tmp_path / "site")
    for path, page in found.items():
        assert len(page.ids) == len(set(page.ids)), path
        for _, link in page.found:
            file, _, anchor = link.partition("#")
            if anchor and "://" not in link:
                target = (tmp_path / "site" / path).parent / file if file else tmp_path / "site" / path
                name = str(target.resolve().relative_to((tmp_path / "site").resolve()))
                assert anchor in found[name].ids, (path, link)


def test_pages_of_differences_are_the_same_bit_by_bit_and_at_once(platform, tmp_path):
    clauses = list(CLAUSES)
    for at in range(0, 40, 4):
        platform.night(terms=paragraphs(*clauses))
        write(platform, tmp_path / "bit")
        clauses[at : at + 3] = [
            f"Edition {at} has a clause of other words, and it says a good deal more on {at} things."
        ]

    write(platform, tmp_path / "once")

    assert tree(tmp_path / "bit") == tree(tmp_path / "once")


def test_a_long_history_of_small_changes_takes_a_fraction_of_its_texts(platform, tmp_path):
    clauses = list(CLAUSES)
    for night in range(12):
        clauses[0] = f"Posts are kept for {night + 2} months."
        platform.night(terms=paragraphs(*clauses))

    write(platform, tmp_path / "site")

    found = [len(shown(page)) for page in sorted(tmp_path.glob("site/platforms/acme/terms/*/index.html"))]
    assert sorted(found) == [2] * 11 + [41]


def test_the_past_of_a_document_is_read_by_a_fixed_number_of_queries(long_story, tmp_path, monkeypatch):
    asked: list[str] = []
    begin = Blame.__init__

    def counted(self, query, *values, **options):
        begin(self, lambda *question: asked.append(question[0]) or query(*question), *values, **options)

    monkeypatch.setattr(Blame, "__init__", counted)

    write(long_story, tmp_path / "site")

    # The stays, the sizes and the versions, whatever the number of versions; for flags the versions once more, and the
    # stays of the lines that have one.
    assert (len(asked), len(set(asked))) == (5, 4)


@given(st.lists(st.lists(st.integers(0, 30), max_size=40), min_size=1, max_size=6), st.integers(1, 400))
def test_every_clause_of_a_version_is_shown_or_stands_in_its_whole_text(texts, size):
    sizes = dict.fromkeys(range(31), size)

    whole = choose_whole(texts, sizes)

    assert whole[0] == 0
    for at, text in enumerate(texts):
        assert whole[at] <= at
        assert whole[whole[at]] == whole[at]
        assert choose_whole(texts[: at + 1], sizes) == whole[: at + 1]
        left_out = find_kept(text, texts[whole[at]], set())
        assert all(text[place] == texts[whole[at]][there] for place, there in left_out.items())


def test_a_clause_is_shown_with_its_heading_and_short_runs_are_shown():
    whole = [1, 2, 3, 4, 5, 6, 7, 8, 9]

    assert find_kept([1, 2, 3, 4, 50, 6, 7, 8, 9], whole, {3}) == {0: 0, 1: 1, 2: 2, 5: 5, 6: 6, 7: 7, 8: 8}
    assert find_kept([1, 2, 50, 4, 5, 60, 7, 8, 9], whole, set()) == {6: 6, 7: 7, 8: 8}
    assert find_kept([7, 8, 9, 1, 2, 3], whole, set()) == {0: 6, 1: 7, 2: 8, 3: 0, 4: 1, 5: 2}


def test_headings_leave_out_no_level_and_each_region_has_a_name_of_its_own(platform, tmp_path):
    tables = "".join(
        f"<h{level}>Part {level}</h{level}><p>{CLAUSES[level]}</p><table><tr><td>Cookie</td><td>{level} days</td></tr></table>"
        for level in (5, 5, 2, 4, 3)
    )
    platform.night(terms=paragraphs(*CLAUSES).replace("</main>", f"{tables}</main>"))
    write(platform, tmp_path / "site")

    page = (tmp_path / "site/platforms/acme/terms/index.html").read_text()

    text = page[page.index('<div class="text">') :]
    levels = [int(level) for level in re.findall(r"<h(\d) id=", text)]
    assert levels == [2, 3, 3, 3, 4, 4]
    regions = re.findall(r'role="region" aria-label="(.*?)"', page)
    assert len(regions) == len(set(regions)) == 5
