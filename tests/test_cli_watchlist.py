"""The commands that tend a watchlist and its archive: add, check, import, accept, reextract."""

import json

import pytest
from click.testing import CliRunner
from conftest import paragraphs
from fakes import FaultServer, answer

from tostrack.archive import Archive
from tostrack.cli import cli
from tostrack.watchlist import load

WATCHLIST = """\
# Ours.
[settings]
delay = 0
allow_private = ["127.0.0.1"]

[watch.acme]
name = "Acme"

[watch.acme.terms]   # what we signed
url = "https://acme.example/terms"
select = "main"
"""
CLAUSES = [
    f"In case {number} you and Pixboard settle what you owe each other in {number} days." for number in range(2, 40)
]
PAGE = paragraphs(*CLAUSES, title="Terms of Use").replace(
    "<title>Terms of Use", '<meta property="og:site_name" content="Pixboard"><title>Terms of Use | Pixboard'
)
SHORTER = paragraphs(*CLAUSES[:9])
FURNITURE = f"<body><aside><p>{'Look at the photos of the day, and share them. ' * 9}</p></aside>"


@pytest.fixture
def run(platform):
    (platform.folder / "watchlist.toml").write_text(WATCHLIST)

    def run(*args):
        return CliRunner().invoke(cli, ["-w", str(platform.folder / "watchlist.toml"), *map(str, args)])

    run.path = platform.folder / "watchlist.toml"
    return run


@pytest.fixture
def server():
    with FaultServer() as server:
        yield server


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_add_fetches_names_and_writes_the_table_and_shows_the_text(run, server):
    server.on("/terms", answer(PAGE))

    result = run("add", f"{server.url}/terms", "--service", "pixboard")

    assert result.exit_code == 0, result.output
    assert "39 clauses" in result.stdout
    assert CLAUSES[-1] in result.stdout
    assert run.path.read_text().startswith(WATCHLIST)
    [document] = [each for each in load(run.path).documents if each.service == "pixboard"]
    assert (document.slug, document.name, document.pages[0].url) == ("terms", "Terms of Use", f"{server.url}/terms")


def test_add_proposes_a_selector_where_the_page_holds_more(run, server):
    server.on("/terms", answer(PAGE.replace("<body>", FURNITURE)))

    [row] = lines(run("add", f"{server.url}/terms", "--service", "pixboard", "--json"))

    assert (row["select"], row["remove"], row["clauses"]) == (["main"], [], 39)
    assert load(run.path).documents[1].pages[0].select == ("main",)


def test_a_dry_run_of_add_writes_nothing(run, server):
    server.on("/terms", answer(PAGE))

    result = run("add", f"{server.url}/terms", "--dry-run")

    assert "[watch." in result.stdout
    assert run.path.read_text() == WATCHLIST


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["https://acme.example/terms/"], 2, "is watched already, as acme/terms"),
        (["ftp://acme.example/terms"], 2, "must start with https://"),
        (["{server}/terms", "--service", "acme", "--document", "terms"], 2, "acme/terms: is watched already, at"),
        (["{server}/terms", "--service", "A B"], 2, "not a slug"),
        (["{server}/down"], 1, "does not look like a policy (maintenance)"),
        (["{server}/app"], 1, "try again with --browser"),
        (["{server}/none"], 1, "the server answered 404"),
    ],
)
def test_add_says_why_a_page_cannot_be_added(run, server, args, status, said):
    server.on("/terms", answer(PAGE))
    server.on("/down", answer(paragraphs("We are down for maintenance and back soon.")))
    server.on("/app", answer("<html><body><div id=root></div><script src=app.js></script></body></html>"))

    result = run("add", *(arg.format(server=server.url) for arg in args))

    assert (result.exit_code, said in result.stderr) == (status, True), result.output
    assert run.path.read_text() == WATCHLIST


def test_the_line_ends_of_a_watchlist_stay_as_they_are(run, server):
    server.on("/terms", answer(PAGE))
    run.path.write_bytes(WATCHLIST.replace("\n", "\r\n").encode())

    run("add", f"{server.url}/terms", "--service", "acme", "--document", "api")

    written = run.path.read_bytes()
    assert b"[watch.acme.api]\r\n" in written
    assert written.count(b"\n") == written.count(b"\r\n")


def test_check_shows_what_is_not_the_same_twice(run, server):
    served = [PAGE.replace("</main>", f"<p>Read {count} times.</p></main>") for count in (17, 19)]
    server.on("/terms", *map(answer, served))
    run.path.write_text(WATCHLIST.replace("https://acme.example", server.url))

    [row] = lines(run("check", "acme/terms", "--json"))

    assert row["unstable"] == [{"old": "17", "new": "19"}]
    assert len(server.asked("/terms")) == 2


def test_check_once_asks_once(run, server):
    server.on("/terms", answer(PAGE))
    run.path.write_text(WATCHLIST.replace("https://acme.example", server.url))

    assert run("check", "acme/terms", "--once").exit_code == 0
    assert len(server.asked("/terms")) == 1


def test_check_names_the_container_of_the_last_good_text(run, server, platform):
    platform.night(terms=paragraphs(*CLAUSES))
    server.on("/terms", answer(PAGE.replace("main>", "article>")))
    run.path.write_text(WATCHLIST.replace("https://acme.example", server.url))

    result = run("check", "acme/terms")

    assert result.exit_code == 3
    assert "the last good text is most like 'article' (100%)" in result.stdout


def test_declarations_are_added_once_and_what_is_left_is_listed(run, tmp_path):
    terms = {"fetch": "https://pixboard.example/terms", "select": "main", "filter": ["removeClutter"]}
    (tmp_path / "Pixboard.json").write_text(json.dumps({"name": "Pixboard", "terms": {"Terms of Service": terms}}))

    dry, first, again = (
        run("import", "declarations", tmp_path, "-n"),
        *(run("import", "declarations", tmp_path) for _ in "12"),
    )

    assert "[watch.pixboard.terms-of-service]" in dry.stdout
    assert "1 documents of 1 services added" in first.stdout
    assert "pixboard/terms-of-service: removeClutter" in first.stderr
    assert "0 documents" in again.stdout
    assert "is in the watchlist already: pixboard/terms-of-service" in again.stderr
    assert [document.id for document in load(run.path).documents] == ["acme/terms", "pixboard/terms-of-service"]


@pytest.fixture
def saved(tmp_path):
    folder = tmp_path / "saved" / "Acme" / "Terms of Service"
    folder.mkdir(parents=True)
    for year, count in ((2012, 20), (2013, 21)):
        (folder / f"{year}0101_Acme_Terms.md").write_text("\n\n".join(CLAUSES[:count]))
    return tmp_path / "saved"


def test_a_dry_run_of_an_import_shows_names_and_ids(run, saved, platform):
    result = run("import", "folder", saved, "--dry-run")

    assert "Acme / Terms of Service -> acme/terms-of-service  2 files, 2012-01-01 to 2013-01-01" in result.stdout
    assert not platform.database.exists()


def test_an_import_can_go_to_another_id(run, saved, platform):
    result = run("import", "folder", saved, "--rename", "acme/terms-of-service=acme/terms", "--json")

    [row] = lines(result)
    assert (row["service"], row["document"], row["versions"], row["left_out"]) == ("acme", "terms", 2, [])
    [change] = lines(run("log", "acme/terms", "--all", "--json"))
    assert (change["seen_at"], change["announced"]) == ("2013-01-01T00:00:00Z", False)


@pytest.mark.parametrize("rename", ["nonsense", "acme/none=acme/terms", "acme/terms-of-service=acme"])
def test_a_rename_that_cannot_be_is_refused(run, saved, rename):
    assert run("import", "folder", saved, "--rename", rename).exit_code == 2


def test_the_quarantine_is_listed_and_let_go(run, platform):
    platform.night(terms=paragraphs(*CLAUSES))
    platform.night(terms=SHORTER)

    listed, status = lines(run("review", "--accept", "--json")), lines(run("status", "--suspects", "--json"))
    table = run("status", "--suspects").stdout
    [accepted] = lines(run("review", "--accept", "acme/terms", "--json", "--now", "2024-01-03T03:00:00Z"))

    assert listed == status
    assert [(row["service"], row["cause"], row["sightings"]) for row in listed] == [("acme", "collapse", 1)]
    assert "most of the text is missing" in table
    assert (accepted["outcome"], accepted["version"]) == ("changed", 2)
    assert run("review", "--accept").stderr == "no text is quarantined\n"
    assert run("review", "--accept", "acme/terms").exit_code == 2


def test_reextract_tells_what_today_s_selectors_make_of_the_kept_pages(run, platform):
    platform.night(terms=paragraphs(*CLAUSES, "Read more about photos."))
    run.path.write_text(WATCHLIST + 'remove = "p:last-of-type"\n')

    dry = run("rebuild", "text", "--dry-run")
    [row] = lines(run("rebuild", "text", "acme", "--json", "--now", "2024-01-03"))

    assert dry.stdout == "acme/terms  re-extracted: version 2, 40 -> 39 clauses\n"
    assert (row["outcome"], row["version"]) == ("re-extracted", 2)
    with Archive(platform.database) as archive:
        assert [version.kind for version in archive.versions("acme", "terms")] == ["crawl", "re-extraction"]


def test_reextract_without_an_archive_is_an_error(run):
    assert run("rebuild", "text").exit_code == 1


def test_status_counts_the_nights_and_says_when_we_ask_again(run, platform):
    from tostrack.errors import FetchError

    platform.night(terms=PAGE)
    for _ in range(3):
        error = FetchError("https://acme.example/terms: 429", cause="http-429", status=429, retry_after=100_000)
        platform.night(terms=error, days=2)

    result = run("status")

    assert "failed (HTTP 429) for 5 days, since 2024-01-02" in result.stdout
    assert "not fetched again before 2024-01-07T06:46:40Z" in result.stdout
