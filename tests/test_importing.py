"""Saved pages become history: dated, judged, flagged, told to nobody, and a crawl goes on from them."""

import os
import sys
from collections import Counter
from datetime import UTC, datetime

import pytest
from conftest import START, paragraphs
from fakes_pdf import pdf

from tostrack.analysis import comparison, verdict
from tostrack.analysis.verdict import groups
from tostrack.archive import Archive
from tostrack.errors import ConfigError
from tostrack.importers.folder import collect, dated_by, time_of
from tostrack.models import Document, Outcome, Page
from tostrack.services import import_history
from tostrack.services.import_history import import_pages

LICENCE = "You grant us a non-exclusive, royalty-free, worldwide, limited licence to use the content that you post."
WIDER = "You grant us a non-exclusive, royalty-free, worldwide, transferable, sub-licensable licence to use the content that you post."
RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."
ADS = "You agree that a business may pay us to display your username, likeness and photos in sponsored content."
LONG = " ".join(
    f"In case {number} the parties settle what they owe each other within {number} days." for number in range(60)
)


def save(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def markdown(*clauses):
    return "# Terms\n\n" + "\n\n".join(clauses) + "\n"


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "saved"
    save(folder, "Acme/Terms/20120101_Acme_Terms.md", markdown(LICENCE, RULES))
    save(folder, "Acme/Terms/20121218_Acme_Terms.md", markdown(WIDER, RULES, ADS))
    save(folder, "Acme/Terms/20130116_Acme_Terms.html", paragraphs(LICENCE, RULES))
    return folder


def take(platform, folder):
    found = collect(folder, START)
    with platform.writer() as writer:
        done = []
        for ident, pages in found.pages.items():
            document = next((each for each in platform.documents if each.id == ident), None)
            document = document or Document(*ident.split("/"), ())
            done.append(import_pages(document, pages, writer))
        return done


def test_every_text_is_a_version_of_its_day(platform, saved):
    [done] = take(platform, saved)

    assert (done.id, done.files, done.versions, done.left_out) == ("acme/terms", 3, 3, {})
    with Archive(platform.database) as archive:
        rows = archive.versions("acme", "terms")
        assert [(row.kind, row.seen_at) for row in rows] == [
            ("import", "2012-01-01T00:00:00Z"),
            ("import", "2012-12-18T00:00:00Z"),
            ("import", "2013-01-16T00:00:00Z"),
        ]
        assert ADS in archive.text("acme", "terms", datetime(2013, 1, 1, tzinfo=UTC))
        assert archive.text("acme", "terms") == markdown(LICENCE, RULES)


def test_what_is_imported_is_judged_and_flagged_and_told_to_nobody(platform, saved):
    take(platform, saved)

    with Archive(platform.database) as archive:
        back, there = archive.changes()
        assert (there.verdict, there.announced) == ("substantive", False)
        assert set(there.topics) >= {"licensing", "advertising"}
        assert (back.verdict, back.reason, back.announced) == ("substantive", "reverted", False)
        assert archive.flags("acme", topic="licensing")


def test_importing_twice_adds_nothing(platform, saved):
    take(platform, saved)
    before = platform.files()

    [done] = take(platform, saved)

    assert (done.versions, done.same, done.left_out) == (0, 3, {})
    assert platform.files() == before
    with Archive(platform.database) as archive:
        assert len(archive.versions("acme", "terms")) == 3


def test_a_later_file_goes_on_from_what_was_imported(platform, saved):
    take(platform, saved)
    save(saved, "Acme/Terms/20140301.md", markdown(LICENCE, RULES, ADS))

    [done] = take(platform, saved)

    assert done.versions == 1


def test_a_crawl_goes_on_from_what_was_imported(platform, saved):
    take(platform, saved)

    [same] = platform.night(terms=paragraphs(LICENCE, RULES))
    [other] = platform.night(terms=paragraphs(LICENCE, RULES, ADS))

    assert (same.outcome, same.version) == (Outcome.UNCHANGED, 3)
    assert (other.outcome, other.version, other.verdict) == (Outcome.CHANGED, 4, "substantive")
    with Archive(platform.database) as archive:
        assert [change.announced for change in archive.changes()] == [True, False, False]


def test_history_is_not_put_before_what_was_crawled(platform, saved):
    platform.night(terms=paragraphs(LICENCE, RULES))

    [done] = take(platform, saved)

    assert (done.versions, done.same) == (0, 0)
    assert all("would go before version 1" in why for why in done.left_out.values())


def test_a_page_that_is_not_the_policy_is_no_version(platform, saved):
    save(saved, "Acme/Terms/20130301.html", "<title>Log in</title><main><p>You must log in to continue.</p></main>")
    save(saved, "Acme/Terms/20130302.html", "<html><body></body></html>")
    save(saved, "Acme/Terms/20130303.md", "")

    [done] = take(platform, saved)

    assert done.versions == 3
    assert [*done.left_out.values()] == [
        "does not look like the policy (login)", "the main text holds no text", "holds no text",
    ]  # fmt: skip


def test_an_odd_text_is_the_text_when_the_next_page_goes_on_from_it(platform, tmp_path):
    save(
        tmp_path / "saved", "Acme/Terms/20120101.md", markdown(LICENCE, RULES, *[f"{LONG} Part {n}." for n in range(4)])
    )
    save(tmp_path / "saved", "Acme/Terms/20130101.md", markdown(LICENCE, RULES, LONG))

    [alone] = take(platform, tmp_path / "saved")
    save(tmp_path / "saved", "Acme/Terms/20140101.md", markdown(LICENCE, RULES, LONG, ADS))
    [confirmed] = take(platform, tmp_path / "saved")

    assert [*alone.left_out.values()] == ["does not look like the policy (collapse)"]
    assert (confirmed.versions, confirmed.left_out) == (2, {})


def test_the_files_themselves_are_kept_as_evidence(platform, saved):
    take(platform, saved)

    assert platform.files() == [
        "acme/terms/2012-01-01T00-00-00Z.md.gz",
        "acme/terms/2012-12-18T00-00-00Z.md.gz",
        "acme/terms/2013-01-16T00-00-00Z.html.gz",
    ]


def test_the_selectors_of_the_watchlist_are_used_where_they_fit(platform, tmp_path):
    platform.documents = [Document("acme", "terms", (Page("https://acme.example/terms", ("#old",)),))]
    aside = f"<div id=old><p>{RULES}</p></div><p>{ADS}</p>"
    save(tmp_path / "saved", "acme/terms/2012-01-01.html", f"<body>{aside}</body>")
    save(tmp_path / "saved", "acme/terms/2013-01-01.html", paragraphs(LICENCE, RULES))

    take(platform, tmp_path / "saved")

    with Archive(platform.database) as archive:
        first, second = archive.versions("acme", "terms")
        assert archive.reading(first).version.text == f"{RULES}\n"
        assert LICENCE in archive.reading(second).version.text


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("20190301_Acme_Terms of Service", "2019-03-01"),
        ("2019-03-01", "2019-03-01"),
        ("Acme terms, 2019.03.01", "2019-03-01"),
        ("2019-03-01T12-30-00Z", "2019-03-01 12:30"),
        ("20190301123000", "2019-03-01 12:30"),
        ("20191332 20190301", "2019-03-01"),
        ("terms", ""),
        ("123456789", ""),
    ],
)
def test_a_name_tells_its_day(name, day):
    found = dated_by(name)

    assert (f"{found:%Y-%m-%d %H:%M}".removesuffix(" 00:00") if found else "") == day


def test_a_file_without_a_date_in_its_name_has_its_own(tmp_path):
    os.utime(save(tmp_path, "Acme/Terms/terms.html", "x"), (0, datetime(2020, 5, 1, tzinfo=UTC).timestamp()))

    [page] = collect(tmp_path, START).pages["acme/terms"]

    assert (f"{page.at:%Y-%m-%d}", page.dated_by_name) == ("2020-05-01", False)
    # Some file systems keep any number.
    assert time_of(2**40) is None


def test_what_cannot_be_imported_is_listed_with_the_reason(tmp_path):
    save(tmp_path, "Acme/Terms/20120101.md", "x")
    save(tmp_path, "Acme/Terms/20120101.html", "x")
    save(tmp_path, "Acme/Terms/20990101.md", "x")
    save(tmp_path, "Acme/Terms/19500101.md", "x")
    save(tmp_path, "Acme/Terms/20120101.jpg", "x")
    save(tmp_path, "Acme/Terms/20120101_files/logo.html", "x")
    save(tmp_path, "acme!/Terms/20120101.md", "x")
    save(tmp_path, "微博/条款/20120101.md", "x")
    save(tmp_path, "stray.md", "x")
    (tmp_path / "Acme/Terms/20130101.md").symlink_to("/etc/hostname")

    found = collect(tmp_path, START)

    assert [page.name for page in found.pages["acme/terms"]] == ["Acme/Terms/20120101.html"]
    assert dict(found.left_out) == {
        "Acme/Terms/20120101.md": "it is 20120101.html in another form",
        "Acme/Terms/20990101.md": "its date, 2099-01-01, is yet to come",
        "Acme/Terms/19500101.md": "its date, 1950-01-01, is before the web",
        "Acme/Terms/20120101.jpg": "it is no HTML, Markdown, text or PDF file",
        "Acme/Terms/20130101.md": "it is no HTML, Markdown, text or PDF file",
        "acme!": "its id 'acme' is that of 'Acme' already",
        "微博": "its name holds no letter or digit of a-z and 0-9 to make an id of",
        "stray.md": "it does not lie in SERVICE/DOCUMENT/",
    }


def test_a_name_that_is_not_utf_8_is_left_out_by_name(platform, tmp_path):
    save(tmp_path, "Acme/Terms/20120101.md", markdown(LICENCE, RULES))
    for name in (b"Acme/Terms/20130101_Gesch\xe4ft.md", b"Caf\xe9/Terms/20130101.md"):
        save(tmp_path, os.fsdecode(name), "# Terms")

    found = collect(tmp_path, START)
    [done] = take(platform, tmp_path)

    assert done.versions == 1
    assert found.left_out == [
        ("Acme/Terms/20130101_Gesch\\xe4ft.md", "its name is not UTF-8: rename it"),
        ("Caf\\xe9", "its name is not UTF-8: rename it"),
    ]


def test_saved_pages_that_never_had_an_end_tag_are_versions(platform, tmp_path):
    clauses = [f"In case {number} the parties settle what they owe within {number} days." for number in range(60)]
    pages = [clauses, [*clauses[:-1], LICENCE], [*clauses[:-2], RULES], [*clauses[:-3], ADS]]
    for year, page in enumerate(pages):
        html = paragraphs(*page).removesuffix("</body></html>" if year < 3 else "")
        save(tmp_path, f"Acme/Terms/{2012 + year}0101.html", html)
    save(tmp_path, "Acme/Terms/20160101.html", paragraphs(*clauses[:50]).removesuffix("</main></body></html>"))

    [done] = take(platform, tmp_path)

    assert (done.versions, [*done.left_out.items()]) == (
        4,
        [("Acme/Terms/20160101.html", "does not look like the policy (truncated)")],
    )


def test_a_pdf_is_read_where_the_extra_is_there(platform, tmp_path):
    pytest.importorskip("pypdfium2")
    path = save(tmp_path, "Acme/Terms/20120101.pdf", "")
    path.write_bytes(pdf(f"BT /F1 12 Tf 50 700 Td ({LICENCE}) Tj ET"))

    [done] = take(platform, tmp_path)

    assert (done.versions, done.left_out) == (1, {})
    assert platform.files() == ["acme/terms/2012-01-01T00-00-00Z.pdf.gz"]


def test_a_pdf_without_the_extra_says_what_it_needs(platform, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    save(tmp_path, "Acme/Terms/20120101.pdf", "%PDF-1.7")

    [done] = take(platform, tmp_path)

    assert [*done.left_out.items()] == [
        ("Acme/Terms/20120101.pdf", "reading PDF needs the extra: pip install 'tostrack[pdf]'")
    ]


@pytest.mark.parametrize("given", ["", "archive", "archive/kept/Acme", "archive/kept/Acme/Terms"])
def test_a_folder_above_or_below_the_right_one_is_told_which_one_it_is(run, tmp_path, given):
    save(tmp_path, "in/archive/kept/Acme/Terms/20120101.html", paragraphs(LICENCE, RULES))

    result = run("import", "folder", str(tmp_path / "in" / given))

    assert result.exit_code == 2
    assert f"did you mean `tostrack import folder {tmp_path / 'in/archive/kept'}`?" in result.stderr


def test_a_folder_without_pages_gets_no_hint(run, tmp_path):
    save(tmp_path, "in/Acme/Terms/20120101.jpg", "")

    result = run("import", "folder", str(tmp_path / "in"))

    assert result.exit_code == 2
    assert "did you mean" not in result.stderr


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="no such folder"):
        collect(tmp_path / "none", START)


def test_a_page_that_takes_all_memory_is_left_out_and_the_next_one_is_read(run, tmp_path):
    save(tmp_path, "saved/Acme/Terms/20120101.html", "<p>a" * 2_400_000)
    save(tmp_path, "saved/Acme/Terms/20120201.html", paragraphs(LICENCE, RULES))

    result = run("import", "folder", str(tmp_path / "saved"))

    assert "skipped Acme/Terms/20120101.html: processing it took more than 192 MB" in result.stderr
    assert "1 versions from 2 files" in result.stdout


@pytest.mark.parametrize("ending", ["md", "html"])
def test_a_page_that_flaps_is_read_and_compared_once_for_each_of_its_texts(platform, tmp_path, monkeypatch, ending):
    shared = [f"In case {number} the parties settle what they owe." for number in range(30)]
    texts = [[*shared, f"You may {word} what others post."] for word in ("copy", "quote", "share")]
    for day in range(1, 28):
        page = texts[day % 3]
        save(tmp_path, f"Acme/Terms/202301{day:02}.{ending}", markdown(*page) if ending == "md" else paragraphs(*page))
    counts = Counter()

    def count(module, name):
        real = getattr(module, name)

        def counted(*args, **kwargs):
            counts[name] += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, counted)

    count(import_history, "_read_anew")
    count(comparison, "diff")
    count(groups, "apply_group_rules")
    comparison._hunks.cache_clear()
    verdict._find.cache_clear()

    [done] = take(platform, tmp_path)

    assert (done.versions, done.left_out) == (27, {})
    # Each of the three follows one other.
    assert counts == {"_read_anew": 3, "diff": 3, "apply_group_rules": 3}
