"""The site as a whole: from an archive to a folder that leads somewhere wherever one clicks."""

import csv
import http.client
import json
import os
import re
import socket
import sqlite3
import struct
import zlib
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen
from xml.etree import ElementTree as ET

import feedparser
import pytest
from click.testing import CliRunner
from conftest import paragraphs
from jsonschema import Draft202012Validator
from test_crawl import ADS, RULES, TERMS, WIDER

from tostrack.archive import Archive
from tostrack.archive.redact import redact
from tostrack.archive.reviews import Review
from tostrack.cli import cli
from tostrack.errors import ArchiveBusyError, ConfigError, FetchError
from tostrack.language.document_kind import KINDS
from tostrack.models import Document, Page
from tostrack.render.feed import FeedEntry
from tostrack.services.site import SiteBuild, build_site
from tostrack.services.site.build_cache import BuildCache
from tostrack.services.site.review_form import ReviewForm
from tostrack.services.site.serve import rebuild_when_changed, serve_site

PRIVACY = paragraphs("We keep your data for 30 days.", "We may share your data with our affiliates.", title="Privacy")


@pytest.fixture
def story(platform):
    """Two platforms: at one a licence was widened, at the other nothing happened."""
    for service, name in (("acme", "Acme"), ("pixboard", "Pixboard")):
        page = Page(f"https://{service}.example/privacy", select=("main",))
        platform.documents.append(Document(service, "privacy", (page,), "Privacy Policy", name))
        platform.pages[page.url] = PRIVACY
    platform.night(terms=TERMS)
    platform.night(terms=paragraphs(WIDER, RULES))
    return platform


def write(platform, folder, **options) -> SiteBuild:
    with Archive(platform.database) as archive:
        return build_site(archive, folder, **options)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".tostrack-site.db"
    }


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found += [(tag, value) for name, value in attrs if name in ("href", "src") and value]
        self.ids += [value for name, value in attrs if name == "id"]


def pages(folder: Path) -> dict[str, Links]:
    return {str(path.relative_to(folder)): Links(path.read_text()) for path in folder.rglob("*.html")}


def asked(address: str) -> tuple[int, bytes]:
    try:
        with urlopen(address) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


def test_every_link_leads_to_a_page_and_to_a_place_on_it(story, tmp_path):
    write(story, tmp_path / "site")

    found = pages(tmp_path / "site")
    for path, page in found.items():
        for tag, link in page.found:
            if "://" in link or path == "404.html":
                continue
            file, _, anchor = link.partition("#")
            target = os.path.normpath(PurePosixPath(path).parent / file) if file else path
            assert (tmp_path / "site" / target).is_file(), (path, tag, link)
            assert not anchor or anchor in found[target].ids, (path, link)


def test_a_document_that_could_never_be_read_is_named_and_leads_nowhere(platform, tmp_path):
    platform.night(terms=FetchError("timeout", cause="timeout"))

    write(platform, tmp_path / "site")

    page = (tmp_path / "site/platforms/acme/index.html").read_text()
    assert "No version is stored yet." in page
    assert "Failed since 1 January 2024 (timed out)." in page
    assert "platforms/acme/terms" not in page


def test_ids_are_named_once_on_a_page(story, tmp_path):
    write(story, tmp_path / "site")

    for path, page in pages(tmp_path / "site").items():
        assert len(page.ids) == len(set(page.ids)), path


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs_but_our_script(story, tmp_path):
    write(story, tmp_path / "site")

    for path, page in pages(tmp_path / "site").items():
        html = (tmp_path / "site" / path).read_text()
        assert "default-src 'none'; style-src 'self'; script-src 'self'" in html
        assert not re.search(r"<[^>]+ (style|on[a-z]+)=", html)
        assert [link for tag, link in page.found if tag in ("link", "script", "img", "iframe") and "://" in link] == []


def test_the_front_page_tells_the_change_with_its_words_struck_and_underlined(story, tmp_path):
    write(story, tmp_path / "site")

    html = (tmp_path / "site/index.html").read_text()
    assert "Acme widens its content licence (Terms)" in html
    assert "<ins>transferable, sub-licensable</ins>" in html
    assert "<del>limited</del>" in html
    style = (tmp_path / "site/assets/site.css").read_text()
    assert 'ins::before { content: " [inserted: "; }' in style
    assert 'del::before { content: " [deleted: "; }' in style


def test_silence_is_said(platform, tmp_path):
    platform.night(terms=TERMS)

    write(platform, tmp_path / "site")

    html = (tmp_path / "site/index.html").read_text()
    assert "Last check, 1 January 2024: nothing that matters changed." in html
    assert "No change that matters yet." in html


def test_an_empty_archive_is_a_site_too(platform, tmp_path):
    platform.writer().close()

    write(platform, tmp_path / "site")

    assert "Nothing was checked yet." in (tmp_path / "site/index.html").read_text()


def test_a_platform_that_blocks_us_is_said_to(platform, tmp_path):
    platform.night(terms=TERMS)
    platform.night(terms=FetchError("403", cause="http-403", status=403))

    write(platform, tmp_path / "site")

    page = (tmp_path / "site/platforms/acme/index.html").read_text()
    assert "Failed since 2 January 2024 (HTTP 403): the platform refuses automated access." in page
    assert "1 platform could not be read in full" in (tmp_path / "site/index.html").read_text()


def test_the_change_has_a_page_with_evidence_and_a_citation(story, tmp_path):
    write(story, tmp_path / "site", url="https://acme.example/terms", title="Watched")

    html = (tmp_path / "site/changes/acme/terms/2/index.html").read_text()
    with Archive(story.database) as archive:
        for version in archive.versions("acme", "terms"):
            assert version.sha256 in html
            assert version.hash in html
            assert archive.sources(version)[0].sha256 in html
    assert "https://web.archive.org/web/20240102030000/https://acme.example/terms" in html
    assert "Watched, acme/terms@2" in html
    assert "https://acme.example/terms/changes/acme/terms/2/" in html


def test_the_margin_says_since_when_each_clause_stands_and_when_it_got_its_words(story, tmp_path):
    write(story, tmp_path / "site")

    html = (tmp_path / "site/platforms/acme/terms/index.html").read_text()
    margins = [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in re.findall('class="margin">(.*?)</p>', html)]
    assert [each for each in margins if each] == ["since 2024-01-01 worded 2024-01-02", "since 2024-01-01"]
    assert '<a href="../../../changes/acme/terms/2/index.html">2024-01-02</a>' in html


def test_a_topic_says_who_holds_what_and_since_when_and_leads_to_the_clause(story, tmp_path):
    write(story, tmp_path / "site")

    html = (tmp_path / "site/topics/licensing/index.html").read_text()
    row = html[html.index("<tbody>") : html.index("</tbody>")]
    columns = re.findall(r'<th scope="col">(.*?)</th>', html[: html.index("<tbody>")])
    cells = dict(zip(columns[1:], re.findall(r"<td>(.*?)</td>", row), strict=True))
    assert "2024-01" in cells["“transferable”"]
    assert "≤" not in cells["“transferable”"]
    assert "≤ 2024-01" in cells["“royalty-free”"]
    assert "platforms/acme/terms/index.html#c1" in cells["“transferable”"]


def test_the_same_archive_writes_nothing_the_second_time(story, tmp_path):
    first = write(story, tmp_path / "site")

    second = write(story, tmp_path / "site")

    assert first.written == first.pages
    assert second == SiteBuild(first.pages, 0, 0)


def test_a_change_touches_only_the_pages_that_show_it(story, tmp_path):
    write(story, tmp_path / "site")
    before = tree(tmp_path / "site")

    story.night(terms=paragraphs(WIDER, RULES, ADS))
    write(story, tmp_path / "site")

    after = tree(tmp_path / "site")
    changed = {path for path in after if before.get(path) != after[path] and path.endswith(".html")}
    assert changed == {
        "index.html",
        "changes/acme/terms/2/index.html",
        "changes/acme/terms/3/index.html",
        "news/2024/index.html",
        "platforms/acme/index.html",
        "platforms/acme/terms/2/index.html",
        "platforms/acme/terms/3/index.html",
        "platforms/acme/terms/index.html",
        "platforms/pixboard/index.html",
        "topics/advertising/index.html",
        "topics/index.html",
        "upcoming/index.html",
    }


def test_what_is_written_bit_by_bit_is_what_is_written_at_once(story, tmp_path):
    for night in (paragraphs(WIDER, RULES, ADS), paragraphs(WIDER, RULES), paragraphs(RULES, WIDER), TERMS):
        write(story, tmp_path / "bit")
        story.night(terms=night)
    write(story, tmp_path / "bit")

    write(story, tmp_path / "once")

    assert tree(tmp_path / "bit") == tree(tmp_path / "once")


def test_what_was_taken_out_by_order_goes_from_every_page_and_from_the_memory(story, tmp_path):
    story.night(terms=paragraphs(WIDER, RULES, "Complaints about advertising go to Jane Doe."))
    write(story, tmp_path / "site")
    found = [path for path in tree(tmp_path / "site") if b"Jane Doe" in tree(tmp_path / "site")[path]]
    assert {"changes/acme/terms/3/index.html", "search/platforms/acme.js"} <= set(found)

    folder = story.folder / "snapshots"
    redact(story.database, folder, "acme/terms", "Jane Doe", reason="Order 12", now=story.at)
    write(story, tmp_path / "site")

    assert [path for path, content in tree(tmp_path / "site").items() if b"Jane Doe" in content] == []
    with sqlite3.connect(tmp_path / "site/.tostrack-site.db") as memory:
        facts = [zlib.decompress(row[0]) for row in memory.execute("SELECT value FROM facts")]
    memory.close()
    assert not any(b"Jane Doe" in fact for fact in facts)


def test_a_page_that_somebody_deleted_comes_back(story, tmp_path):
    write(story, tmp_path / "site")
    (tmp_path / "site/about/index.html").unlink()

    assert write(story, tmp_path / "site").written == 1


def test_a_run_that_was_cut_short_is_made_good_by_the_next(story, tmp_path):
    write(story, tmp_path / "site")
    (tmp_path / "site/.tostrack-site.db").write_bytes(b"no database at all, only bytes")

    write(story, tmp_path / "site")

    write(story, tmp_path / "new")
    assert tree(tmp_path / "site") == tree(tmp_path / "new")


def test_a_folder_of_other_things_is_left_alone(story, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(ConfigError, match="--out"):
        write(story, tmp_path)


def test_pages_that_are_no_more_are_removed(story, tmp_path):
    write(story, tmp_path / "site", url="https://acme.example")

    built = write(story, tmp_path / "site")

    assert built.removed == 1
    assert not (tmp_path / "site/sitemap.xml").exists()


def test_the_sitemap_names_every_page_by_its_whole_address(story, tmp_path):
    write(story, tmp_path / "site", url="https://acme.example/watch")

    text = (tmp_path / "site/sitemap.xml").read_text()
    assert "<loc>https://acme.example/watch/changes/acme/terms/2/</loc>" in text
    assert text.count("<loc>") == len(list((tmp_path / "site").rglob("index.html")))
    assert "https://acme.example/watch/sitemap.xml" in (tmp_path / "site/robots.txt").read_text()


def test_the_page_for_nothing_leads_back_from_any_depth(story, tmp_path):
    write(story, tmp_path / "site", url="https://acme.example/watch")

    links = [link for _, link in Links((tmp_path / "site/404.html").read_text()).found if not link.startswith("#")]
    assert links
    assert all(link.startswith("/watch/") for link in links)


def test_there_is_a_feed_of_everything_and_of_each_part(story, tmp_path):
    write(story, tmp_path / "site")

    for name, entries in (("all", 1), ("acme", 1), ("pixboard", 0), ("acme.terms", 1), ("topic.licensing", 1)):
        feed = feedparser.parse((tmp_path / f"site/feeds/{name}.atom.xml").read_text())
        assert not feed.bozo
        assert len(feed.entries) == entries
        assert len(json.loads((tmp_path / f"site/feeds/{name}.feed.json").read_text())["items"]) == entries


def test_served_on_this_machine_a_wrong_address_gets_the_page_for_it(story, tmp_path):
    write(story, tmp_path / "site")

    with serve_site(tmp_path / "site", 0) as at:
        answers = {path: asked(at + path) for path in ("", "nowhere/at/all", "assets/")}

    missing = (404, (tmp_path / "site/404.html").read_bytes())
    assert answers == {
        "": (200, (tmp_path / "site/index.html").read_bytes()),
        "nowhere/at/all": missing,
        "assets/": missing,
    }


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1", 200), ("localhost:80", 200), ("[::1]", 200), ("LOCALHOST.", 200)]
    + [(host, 421) for host in ("tos.example", "localhost.tos.example", "127.0.0.1.tos.example:80", "", "10.0.0.1")],
)
def test_only_who_asks_for_this_machine_by_its_own_name_is_answered(tmp_path, host, status):
    (tmp_path / "index.html").write_text("ours")

    with serve_site(tmp_path, 0) as at:
        connection = http.client.HTTPConnection("127.0.0.1", int(at.rsplit(":", 1)[1].strip("/")), timeout=10)
        connection.request("GET", "/", headers={"Host": host})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()

    assert answer.status == status
    assert (b"ours" in body) == (status == 200)


def test_no_link_leads_out_of_the_site(tmp_path):
    (tmp_path / "outside.txt").write_text("not ours to show")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/inside.txt").write_text("inside")
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.txt").symlink_to(tmp_path / "outside.txt")
    (site / "b").symlink_to(tmp_path / "folder")
    (site / "own.txt").write_text("own")
    (site / "c.txt").symlink_to("own.txt")

    with serve_site(site, 0) as at:
        found = {
            path: asked(at + path)[0] for path in ("a.txt", "b/inside.txt", "..%2foutside.txt", "c.txt", "own.txt")
        }

    assert found == {"a.txt": 404, "b/inside.txt": 404, "..%2foutside.txt": 404, "c.txt": 200, "own.txt": 200}


def test_a_link_that_is_sent_for_a_folder_or_for_what_is_missing_is_not_followed_out_of_the_site(tmp_path):
    (tmp_path / "outside.html").write_text("not ours to show")
    site = tmp_path / "site"
    for name in ("a", "b", "c"):
        (site / name).mkdir(parents=True)
    (site / "a/index.html").symlink_to(tmp_path / "outside.html")
    (site / "b/index.htm").symlink_to(tmp_path / "outside.html")
    (site / "c/index.html").write_text("own")
    (site / "404.html").symlink_to(tmp_path / "outside.html")

    with serve_site(site, 0) as at:
        found = {path: asked(at + path) for path in ("a/", "b/", "c/", "nowhere")}

    assert {path: status for path, (status, _) in found.items()} == {"a/": 404, "b/": 404, "c/": 200, "nowhere": 404}
    assert not any(b"not ours" in body for _, body in found.values())


def test_what_is_no_file_of_the_site_is_answered_404_without_a_traceback(tmp_path, capfd):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    os.mkfifo(tmp_path / "pipe")
    paths = ("circle", "pipe", "a%00b", "%ed%a0%80", "a" * 5000, "http://tos.example/", "%2e%2e%2f%2e%2e/etc/hostname")

    with serve_site(tmp_path, 0) as at:
        found = {path[:20]: asked(at + path)[0] for path in paths}

    assert set(found.values()) == {404}
    assert capfd.readouterr().err == ""


def test_a_request_with_two_host_names_is_not_answered_and_a_reader_who_is_gone_is_no_fault(tmp_path, capfd):
    (tmp_path / "index.html").write_text("ours")
    with serve_site(tmp_path, 0) as at:
        port = int(at.rsplit(":", 1)[1].strip("/"))
        with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
            one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: tos.example\r\n\r\n")
            answer = b"".join(iter(lambda: one.recv(65536), b""))
        gone = socket.create_connection(("127.0.0.1", port), timeout=10)
        # Closed with a reset, in the middle of a request.
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.sendall(b"GET / HTTP/1.1\r\nHost")
        gone.close()
        assert asked(at)[0] == 200

    assert b" 421 " in answer
    assert b"ours" not in answer
    assert capfd.readouterr().err == ""


def sent(at, fields, origin="", path="/review", size=None):
    """Send a form, and return the status and what was answered."""
    connection = http.client.HTTPConnection("127.0.0.1", int(at.rsplit(":", 1)[1].strip("/")), timeout=10)
    headers = {"Origin": origin} | ({"Content-Length": size} if size else {})
    connection.request("POST", path, urlencode(fields), headers)
    answer = connection.getresponse()
    told = answer.status, answer.read().decode()
    connection.close()
    return told


def test_a_change_is_reviewed_on_the_served_site_and_nowhere_else(story, tmp_path):
    write(story, tmp_path / "site")
    stored = []

    def store(change, state, verdict, note):
        if note == "busy":
            raise ArchiveBusyError("held")
        if state == "odd":
            raise ConfigError("no such state")
        stored.append(Review(change, "2024-01-03T00:00:00Z", state, verdict, note))
        return stored[-1]

    with serve_site(tmp_path / "site", 0, ReviewForm(store)) as at:
        page = asked(f"{at}changes/acme/terms/2/")[1].decode()
        token = re.search(r'name="token" value="([^"]+)"', page)[1]
        fields = {"token": token, "change": "acme/terms@2", "state": "dismissed", "note": "<b>a menu"}
        own = at.rstrip("/")
        told = sent(at, fields, own)
        refused = [
            sent(at, fields)[0],
            sent(at, fields, "null")[0],
            sent(at, fields, "https://tos.example")[0],
            sent(at, fields | {"token": "other"}, own)[0],
            sent(at, fields | {"state": "odd"}, own)[0],
            sent(at, fields | {"note": "busy"}, own)[0],
            sent(at, fields, own, size=10**9)[0],
            sent(at, fields, own, size="9" * 5000)[0],
            sent(at, fields, own, path="/other")[0],
        ]

    assert 'content="same-origin"' in page
    assert stored == [Review("acme/terms@2", "2024-01-03T00:00:00Z", "dismissed", "", "<b>a menu")]
    assert told[0] == 200
    assert "Stored for acme/terms@2: dismissed; “&lt;b&gt;a menu”" in told[1]
    assert refused == [403, 403, 403, 403, 400, 503, 413, 413, 404]
    assert "<form" not in (tmp_path / "site/changes/acme/terms/2/index.html").read_text()
    with serve_site(tmp_path / "site", 0) as at:
        assert sent(at, fields, at.rstrip("/"))[0] == 404


def test_the_site_is_written_again_when_the_archive_was(story, monkeypatch):
    monkeypatch.setattr("tostrack.services.site.serve._LOOK", 0.01)
    seen = rebuild_when_changed(story.database)

    story.night(terms=paragraphs(WIDER, RULES, ADS))

    assert next(seen) is None


def test_another_program_on_the_port_is_named(story, tmp_path):
    with (
        serve_site(tmp_path, 0) as at,
        pytest.raises(ConfigError, match="--port"),
        serve_site(tmp_path, int(at.rsplit(":", 1)[1].strip("/"))),
    ):
        pass


def test_the_command_says_what_it_wrote_and_what_to_open(story, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("watchlist.toml").write_text('[watch.acme.terms]\nurl = "https://acme.example/terms"\n')

    first, second = (CliRunner().invoke(cli, ["site"]) for _ in range(2))

    assert re.fullmatch(r"site: (\d+) files, \1 written\n", first.stdout)
    assert second.stdout.endswith(" files, 0 written\n")
    assert "open site/index.html" in first.stderr


# For programs, and for those who check what was silenced


def test_the_json_api_is_what_its_schema_says(story, tmp_path):
    with story.writer() as writer:
        writer.write_reviews([Review("acme/terms@2", "2024-03-01T00:00:00Z", "acknowledged", note="read")])
    write(story, tmp_path / "site")
    folder = tmp_path / "site/api/v1"
    schema = json.loads((folder / "schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    files = {path.relative_to(folder).as_posix(): json.loads(path.read_text()) for path in folder.rglob("*.json")}
    del files["schema.json"]

    for found in files.values():
        Draft202012Validator(schema).validate(found)
    listed = {row["file"] for row in files["index.json"]["documents"]}
    assert {"index.json", "upcoming.json", *listed} == set(files)
    terms = files["acme/terms.json"]
    assert [version["number"] for version in terms["versions"]] == sorted(
        (version["number"] for version in terms["versions"]), reverse=True
    )
    [reviewed] = [change for change in terms["changes"] if change["review"]]
    assert (reviewed["id"], reviewed["review"]["note"]) == ("acme/terms@2", "read")
    assert all((tmp_path / "site" / change["page"]).is_file() for change in terms["changes"] if change["page"])
    assert terms["flags"]
    kinds = {row["document"]: row["kind"] for row in files["index.json"]["documents"] if row["service"] == "acme"}
    assert kinds["terms"] == terms["kind"] == "terms"
    assert set(schema["$defs"]["kind"]["enum"]) == {*KINDS, ""}


def test_a_document_says_of_what_kind_it_is_and_a_new_name_makes_its_pages_anew(platform, tmp_path):
    page = Page("https://acme.example/vendors", select=("main",))
    platform.documents = [Document("acme", "vendors", (page,), "Whom we work with", "Acme")]
    platform.night(vendors=paragraphs(RULES, title="Our sub-processors"))
    write(platform, tmp_path / "site")
    document, service = (tmp_path / "site/platforms/acme" / name for name in ("vendors/index.html", "index.html"))

    assert "Acme</a> · sub-processors</p>" in document.read_text()
    assert "Kind: sub-processors." in service.read_text()
    platform.documents = [Document("acme", "vendors", (page,), "Service levels", "Acme")]
    platform.night(vendors=paragraphs(RULES, title="Our sub-processors"))
    write(platform, tmp_path / "site")
    assert "Acme</a> · service levels</p>" in document.read_text()
    assert "Kind: service levels." in service.read_text()


def test_a_review_is_shown_on_the_page_of_its_change(story, tmp_path):
    write(story, tmp_path / "site")
    page = tmp_path / "site/changes/acme/terms/2/index.html"
    before = page.read_text()
    with story.writer() as writer:
        writer.write_reviews([Review("acme/terms@2", "2024-03-01T00:00:00Z", "dismissed", note="<b>no</b>")])

    write(story, tmp_path / "site")

    assert "Reviewed" not in before
    assert "Reviewed: dismissed; “&lt;b&gt;no&lt;/b&gt;”" in page.read_text()


def test_what_was_silenced_is_listed_with_its_reason(platform, tmp_path):
    for day in (2, 3):
        platform.night(terms=paragraphs(f"Last updated: {day} May 2023", WIDER, RULES))

    write(platform, tmp_path / "site")

    page = (tmp_path / "site/silences/index.html").read_text()
    assert "Acme: Terms" in page
    assert "1 a date stamp" in page
    assert 'href="silences/index.html"' in (tmp_path / "site/index.html").read_text()


def test_effective_dates_have_a_page_and_calendars(platform, tmp_path):
    platform.night(terms=paragraphs("You may post photos."))
    platform.night(terms=paragraphs("Effective date: March 1, 2024", "You may post photos and films."))

    write(platform, tmp_path / "site")

    page = (tmp_path / "site/upcoming/index.html").read_text()
    assert "1 March 2024" in page
    assert "Effective date: March 1, 2024" in page
    for name in ("all", "acme"):
        assert "DTSTART;VALUE=DATE:20240301" in (tmp_path / f"site/feeds/{name}.ics").read_text()
    assert "BEGIN:VEVENT" not in (tmp_path / "site/feeds/topic.ai.ics").read_text()


def test_the_list_of_feeds_names_every_feed(story, tmp_path):
    write(story, tmp_path / "site", url="https://tos.example")

    root = ET.fromstring((tmp_path / "site/feeds/all.opml").read_bytes())

    addresses = {node.get("xmlUrl").removeprefix("https://tos.example/") for node in root.iter("outline")}
    written = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site/feeds").glob("*.atom.xml")}
    assert addresses == written


def test_the_changes_are_there_as_csv_of_everything_and_of_each_platform(story, tmp_path):
    write(story, tmp_path / "site")

    [whole, own] = (
        list(csv.DictReader((tmp_path / "site" / path).read_text().splitlines()))
        for path in ("changes.csv", "platforms/acme/changes.csv")
    )

    assert [row["id"] for row in whole] == [row["id"] for row in own] == ["acme/terms@2"]
    assert "changes.csv" in (tmp_path / "site/index.html").read_text()
    assert 'href="changes.csv"' in (tmp_path / "site/platforms/acme/index.html").read_text()


def test_a_fact_comes_back_as_the_value_it_was_even_with_a_lone_surrogate(tmp_path):
    entries = [FeedEntry("a", "half \ud800", datetime(2026, 1, 2, tzinfo=UTC), "<p>", topics=("ai",))]
    for make in (lambda: entries, list):
        with BuildCache(tmp_path / "site") as shelf:
            assert shelf.fact("entry", "1", list[FeedEntry], make) == entries


def test_a_page_of_several_parts_is_kept_whole_and_its_other_parts_go_with_it(tmp_path):
    folder = tmp_path / "site"

    def written(key, texts):
        with BuildCache(folder) as shelf:
            shelf.page("a/index.html", key, lambda: texts)
        return sorted(path.name for path in (folder / "a").iterdir()), shelf.written

    assert written("1", ["one", "two", "three"]) == (["index.2.html", "index.3.html", "index.html"], 3)
    assert written("1", ["never made"]) == (["index.2.html", "index.3.html", "index.html"], 0)
    (folder / "a/index.2.html").unlink()
    assert written("1", ["one", "two", "three"])[1] == 1
    assert written("2", ["one", "two"]) == (["index.2.html", "index.html"], 0)
