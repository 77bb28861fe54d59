"""Rules that look up what they found in a document before."""

import pickle
from dataclasses import replace

from conftest import paragraphs
from test_crawl import RULES, WIDER

from tostrack.analysis.comparison import compare_readings
from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.archive import Archive
from tostrack.services.site import build_site
from tostrack.services.stored_rules import compare_versions


def test_the_site_reads_stored_flags_and_flags_no_clause_again(platform, tmp_path, monkeypatch):
    platform.night(terms=paragraphs(RULES))
    platform.night(terms=paragraphs(WIDER, RULES))
    asked: list[str] = []
    find = Rulebook.of_clause

    def counted(book, clause):
        asked.append(clause.text)
        return find(book, clause)

    monkeypatch.setattr(Rulebook, "of_clause", counted)

    with Archive(platform.database) as archive:
        build_site(archive, tmp_path / "site", book=SHIPPED)

    assert asked == []
    assert "Licensing" in (tmp_path / "site/platforms/acme/terms/index.html").read_text()


def test_the_net_difference_takes_stored_flags_to_the_process_that_compares(platform, monkeypatch):
    for text in (RULES, WIDER):
        platform.night(terms=paragraphs(text, "You may post photos."))
    find, asked = Rulebook.of_clause, list[str]()
    monkeypatch.setattr(Rulebook, "of_clause", lambda book, clause: asked.append(clause.text) or find(book, clause))

    def elsewhere(function, *given, **named):
        given, named = pickle.loads(pickle.dumps((given, named)))
        return function(*given, **named)

    with Archive(platform.database) as archive:
        first, last = archive.versions("acme", "terms")
        change = compare_versions(archive, first, last, SHIPPED, elsewhere)
        assert asked == []

        again = compare_readings(archive.reading(first), archive.reading(last))

    assert change == replace(again, service="acme", document="terms")
    assert any(hunk.flags for hunk in change.hunks)


def test_the_past_of_a_clause_is_read_once_for_all_versions_of_a_document(platform, tmp_path):
    for text in (RULES, WIDER, f"{WIDER} Or not.", f"{RULES} Or so."):
        platform.night(terms=paragraphs(text, "You may post photos."))
    with Archive(platform.database) as archive:
        versions = archive.versions("acme", "terms")
        reader = archive.blame_reader(versions[-1])

        at_once = [reader.rows(row.number, archive.reading(row).clauses) for row in versions]

        assert at_once == [archive.blame_of(row) for row in versions]
        assert len(versions) == 4
