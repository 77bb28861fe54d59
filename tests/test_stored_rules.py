"""Rules that look up what they found in a document before."""

from conftest import paragraphs
from test_crawl import RULES, WIDER

from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.archive import Archive
from tostrack.services.site import build_site


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


def test_the_past_of_a_clause_is_read_once_for_all_versions_of_a_document(platform, tmp_path):
    for text in (RULES, WIDER, f"{WIDER} Or not.", f"{RULES} Or so."):
        platform.night(terms=paragraphs(text, "You may post photos."))
    with Archive(platform.database) as archive:
        versions = archive.versions("acme", "terms")
        reader = archive.blame_reader(versions[-1])

        at_once = [reader.rows(row.number, archive.reading(row).clauses) for row in versions]

        assert at_once == [archive.blame_of(row) for row in versions]
        assert len(versions) == 4
