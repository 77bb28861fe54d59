"""The parts of the site's pages: charts, excerpts, margins, what is searched."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.comparison import compare
from tostrack.models import Change, Direction, Edit, Flag, Hunk, Judgement, Polarity, Reason, Version, from_iso
from tostrack.render.memo import wayback_address
from tostrack.render.site import search_index
from tostrack.render.site.change_page import item
from tostrack.render.site.chart import chart
from tostrack.render.site.pagination import render_parts
from tostrack.render.site.redline import excerpt, rows, runs_of_rows
from tostrack.render.site.sitemap import sitemaps
from tostrack.render.site_paths import first_part
from tostrack.render.word_edits import fold, runs_of, unfolded

LONG = "You agree to keep your password secret and to tell us when somebody else has learnt it. " * 6
OLD = Version(f"{LONG}We take a limited licence to your posts. {LONG}", from_iso("2024-01-01"), 1)
NEW = Version(f"{LONG}We take a transferable licence to your posts. {LONG}", from_iso("2024-02-01"), 2)


def change() -> Change:
    return replace(compare(OLD, NEW), service="acme", document="terms")


def listed(when="2024-02-01T00:00:00Z", topics=("licensing",)):
    return replace(item(change(), "acme/terms@2", when, ("Acme", "Terms")), topics=topics)


def test_an_excerpt_shows_the_edit_and_a_little_around_it():
    runs = excerpt(change())

    assert ("-", "limited") in runs
    assert ("+", "transferable") in runs
    assert sum(len(text) for _, text in runs) < 320


def test_an_excerpt_of_a_long_new_clause_begins_near_its_quote():
    quote = "may sell your photos"
    flag = Flag("licensing", Polarity.PERMITS, quote, 0, 0, "grant", Direction.GRANTED)
    hunk = Hunk(Edit.ADDED, ("Rights",), "", f"{LONG}We {quote}.", flags=(flag,))

    runs = excerpt(replace(change(), hunks=(hunk,)))

    assert runs[0] == ("…", "… ")
    assert quote in runs[1][1]


def test_words_that_are_folded_away_are_still_there():
    [hunk] = change().hunks
    runs = runs_of(hunk)

    shown = unfolded(runs, 5)

    assert "".join(text for _, text in shown).split() == "".join(text for _, text in runs).split()
    assert [op for op, _ in shown if op != "…"] == [op for op, _ in fold(runs, 5) if op != "…"]


def test_a_row_says_how_many_clauses_stand_unchanged_before_it():
    old = "One.\n\nTwo.\n\nThree.\n\nWe keep data for 30 days."
    [row] = rows(compare(old, old.replace("30", "90")), {})

    assert (row.edit, row.unchanged, row.facts) == ("reworded", 3, ("30 days became 90 days",))


def test_clauses_added_side_by_side_share_a_heading():
    new = "One.\n\nA new clause.\n\nA second one.\n\nWe keep data for 30 days.\n\nA third one."
    found = rows(compare("One.\n\nWe keep data for 30 days.", new), {})

    assert [[row.number for row in run] for run in runs_of_rows(found)] == [[1, 2], [3]]


def test_a_chart_counts_a_change_under_each_of_its_topics():
    drawn = chart([listed(topics=("licensing", "ai")), listed(topics=())], ("licensing", "ai"), "2024-03-05", months=12)

    assert (drawn.since, drawn.until, drawn.total) == ("2023-04", "2024-03", 2)
    assert drawn.topics == ("licensing", "ai", "other")
    assert drawn.months == (("2024-02", (1, 1, 1)),)


@given(st.lists(st.tuples(st.integers(2000, 2030), st.integers(1, 12)), max_size=30))
def test_bars_stay_within_the_drawing_and_account_for_every_change(months):
    items = [listed(f"{year}-{month:02d}-01T00:00:00Z") for year, month in months]

    drawn = chart(items, ("licensing",), "2030-12-31", since="2000-01-01")

    assert sum(counts[0] for _, counts in drawn.months) == drawn.total
    for bar in drawn.bars:
        assert 0 <= bar.x <= bar.x + drawn.bar <= 100
        assert 0 <= bar.y <= bar.y + bar.height <= 100.1


def called(script: str) -> list:
    return json.loads(f"[{re.fullmatch(r'tostrack[.][a-z]+[(](.*)[)];', script.strip(), re.DOTALL)[1]}]")


def test_a_word_leads_to_the_platforms_that_use_it():
    scripts = search_index.word_scripts({"acme": ["licence", "share"], "lumora": ["share"], "pixboard": ["licence"]})

    assert set(scripts) == {f"search/words/{prefix.encode().hex()}.js" for prefix in ("li", "sh")}
    assert called(scripts["search/words/6c69.js"]) == ["li", {"licence": "0,2"}]
    assert called(scripts["search/words/7368.js"]) == ["sh", {"share": "0,1"}]


def test_what_a_page_says_cannot_end_the_script_it_is_in():
    clause = search_index.SearchEntry("Rights", "</script><script>alert(1)\u2028", "2024-01-01", ())
    [script] = search_index.platform_scripts("acme", [search_index.Searched("terms", "Terms", (clause,))], [])

    assert "</" not in script
    assert script.isascii()
    assert called(script)[2][0][4] == clause.text


def test_a_large_page_is_divided_and_no_part_is_above_the_limit():
    sizes = [40, 40, 900, 1, 1, 1, 40]

    texts = render_parts("a/index.html", sizes, lambda _, part: "x" * sum(sizes[part.first : part.last]), 950)
    parts: list = []
    render_parts("a/index.html", sizes, lambda every, _: parts.append(every) or "x" * (1000 // len(every)), 400)

    assert max(map(len, texts)) <= 950
    assert sum(map(len, texts)) == sum(sizes)
    assert [part.page for part in parts[-1]][:2] == ["a/index.html", "a/index.2.html"]
    assert first_part("a/index.2.html") == "a/index.html"


def test_a_page_without_items_is_one_part():
    assert render_parts("a/index.html", [], lambda *_: "empty", 1) == ["empty"]


def test_clauses_of_a_large_platform_lie_in_several_files_each_once():
    clauses = tuple(search_index.SearchEntry("", f"{at} " + "word " * 2_000, "", ()) for at in range(60))

    scripts = search_index.platform_scripts("acme", [search_index.Searched("terms", "Terms", clauses)], [])

    assert max(map(len, scripts)) <= 200_000
    assert {called(script)[1] for script in scripts} == {len(scripts)}
    assert [row[2] for script in scripts for row in called(script)[2]] == list(range(60))


def test_a_sitemap_of_too_many_pages_is_an_index_of_several():
    files = sitemaps([f"https://acme.example/{at}" for at in range(50_001)], "https://acme.example")

    assert set(files) == {"sitemap.xml", "sitemap-1.xml", "sitemap-2.xml"}
    assert "<loc>https://acme.example/sitemap-2.xml</loc>" in files["sitemap.xml"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/terms", "file:///terms.md", "javascript:alert(1)", "http://box/a"]
)
def test_the_internet_archive_is_not_asked_for_what_it_cannot_have(url):
    assert wayback_address(url, "2024-01-01T00:00:00Z") == ""


def test_without_a_flag_the_excerpt_is_what_the_verdict_quotes():
    hunks = (
        Hunk(Edit.ADDED, (), "", "14. Deals"),
        Hunk(Edit.ADDED, ("Deals",), "", "You agree to the merchant rules."),
    )
    told = Judgement(Reason.NEW_TEXT, "New text: “You agree to the merchant…” (1 more change).")

    assert excerpt(replace(change(), hunks=hunks, judgement=told)) == (("+", "You agree to the merchant rules."),)
