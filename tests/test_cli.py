"""The command line: what it prints where, and how it ends."""

import json
import re
import subprocess
import sys

import feedparser
import pytest
from click.testing import CliRunner
from conftest import LICENCE, WATCHLIST, WIDER, paragraphs
from fakes import FaultServer

from tostrack.archive.writer import Writer
from tostrack.cli import COMMANDS, cli
from tostrack.cli.extras import describe_install, name_installer
from tostrack.errors import FetchError
from tostrack.models import Document, Page
from tostrack.watchlist import load

ADS = "You agree that a business may pay us to show your name and your photos in advertisements, without paying you."
PAY = "You must pay the fees that are shown in your account within thirty days after the end of each month."


@pytest.fixture
def two_nights(platform):
    platform.night(terms=paragraphs(LICENCE, PAY))
    platform.night(terms=paragraphs(WIDER, PAY, ADS), days=30)


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(run, name):
    result = run(name, "--help")

    assert result.exit_code == 0
    assert re.search(r"Examples?:.*tostrack", result.stdout, re.DOTALL)


def test_help_lists_every_command_with_what_it_does(run):
    listed = dict(re.findall(r"^  ([a-z]+)  +(\S.*)$", run("--help").stdout, re.MULTILINE))

    assert set(COMMANDS) <= set(listed)


def test_help_and_reading_import_nothing_heavy():
    script = (
        "import sys, tostrack.cli, tostrack.cli.diff, tostrack.cli.log, tostrack.analysis.comparison, tostrack.watchlist\n"
        "from click.testing import CliRunner\n"
        "CliRunner().invoke(tostrack.cli.cli, ['--help'])\n"
        "print(sorted({'requests', 'bs4', 'sqlite_utils', 'jinja2', 'lxml', 'smtplib', 'soupsieve'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", ["log", "diff", "flags"])
def test_reading_one_service_touches_no_rule_and_makes_few_classes(run, platform, two_nights, command):
    script = (
        "import sys, dataclasses\n"
        "from pathlib import Path\n"
        "made, read, text_of = [], [], Path.read_text\n"
        "making = dataclasses.dataclass\n"
        "dataclasses.dataclass = lambda *of, **options: made.append(of) or making(*of, **options)\n"
        "Path.read_text = lambda path, *of, **named: read.append(path.name) or text_of(path, *of, **named)\n"
        "from click.testing import CliRunner\n"
        "from tostrack.cli import cli\n"
        f"shown = CliRunner().invoke(cli, ['-w', {str(platform.folder / 'watchlist.toml')!r}, {command!r}, 'acme'])\n"
        "unwanted = {'tostrack.analysis.flags.finder', 'tostrack.language.words', 'importlib.resources'}\n"
        "print(shown.exit_code, sorted(unwanted & set(sys.modules)), len(made) < 30, sorted(read))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    meanings = ["roles.toml", "topics.toml"] if command == "flags" else []
    assert done.stdout.strip() == f"0 [] True {meanings}"


def test_a_stored_change_is_shown_without_judge_rules_or_facts(run, platform, two_nights):
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from tostrack.cli import cli\n"
        f"shown = CliRunner().invoke(cli, ['-w', {str(platform.folder / 'watchlist.toml')!r}, 'diff', 'acme'])\n"
        "print(shown.exit_code, sorted({'tostrack.analysis.flags', 'tostrack.analysis.facts', 'tostrack.analysis.verdict'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "0 []"


def test_diff_quotes_the_words_that_changed(run, two_nights):
    result = run("diff", "acme")

    assert result.exit_code == 0
    assert "[-limited-]{+transferable+} licence" in result.stdout
    assert ADS in result.stdout
    assert "\x1b" not in result.stdout


def test_diff_json_has_the_fields_of_the_contract(run, two_nights):
    [change] = lines(run("diff", "acme/terms", "--json"))

    assert list(change) == [
        *("service", "document", "from", "to", "verdict", "reason", "explanation"),
        *("importance", "topics", "hunks", "stated", "headline"),
    ]
    assert change["from"].keys() == change["to"].keys() == {"number", "seen_at", "sha256"}
    assert (change["from"]["number"], change["to"]["number"]) == (1, 2)
    hunk = change["hunks"][0]
    assert hunk.keys() >= {"edit", "heading", "old", "new", "words", "flags"}
    assert {"topic", "polarity", "direction", "quote", "rule"} <= change["hunks"][0]["flags"][0].keys()
    assert "".join(text for op, text in hunk["words"] if op in "=-") == hunk["old"]


def test_as_much_is_shown_around_an_edit_as_is_asked_for(run, platform):
    words = " ".join(f"word{n}" for n in range(40))
    platform.night(terms=paragraphs(f"You may {words} leave whenever you like.", PAY))
    platform.night(terms=paragraphs(f"You must {words} leave whenever you like.", PAY))

    narrow, wide = (run("diff", "acme", "--context", context).stdout for context in ("2", "60"))

    assert "word20" not in narrow
    assert "word20" in wide


def test_the_net_diff_of_two_days_leaves_out_what_came_and_went(run, platform):
    platform.night(terms=paragraphs(LICENCE, PAY))
    platform.night(terms=paragraphs(LICENCE, PAY, ADS))
    platform.night(terms=paragraphs(WIDER, PAY))

    [change] = lines(run("diff", "acme", "--from", "2024-01-01", "--to", "2024-01-03", "--json"))

    assert [(hunk["old"], hunk["new"]) for hunk in change["hunks"]] == [(LICENCE, WIDER)]


def test_a_day_before_watching_began_means_the_first_text(run, two_nights):
    [change] = lines(run("diff", "acme", "--from", "1999-01-01", "--json"))

    assert change["from"]["number"] == 1


def test_one_change_of_the_log_is_shown_by_its_id(run, two_nights):
    [row] = lines(run("log", "--json"))

    assert list(row) == [
        *("id", "service", "document", "seen_at", "verdict", "reason", "topics"),
        *("added", "removed", "reworded", "moved", "announced", "explanation", "review", "kind"),
    ]
    assert lines(run("diff", row["id"], "--json"))[0]["to"]["number"] == 2


def test_log_lists_what_was_silenced_with_its_reason(run, platform):
    platform.night(terms=paragraphs("Last updated: 2 May 2024", LICENCE))
    platform.night(terms=paragraphs("Last updated: 3 May 2024", LICENCE))
    platform.night(terms=paragraphs("Last updated: 3 May 2024", WIDER))

    [row] = lines(run("log", "--silenced", "--json"))

    assert (row["id"], row["verdict"], row["reason"]) == ("acme/terms@2", "noise", "stamp")
    assert "date stamp" in row["explanation"]
    assert "date stamp" in run("log", "--silenced").stdout
    assert "nothing was silenced" in run("log", "--silenced", "--since", "2030-01-01").stderr


def test_names_are_of_any_case_and_there_may_be_several(run, platform, two_nights):
    assert run("log", "ACME", "acme/Terms").stdout == run("log").stdout != ""
    assert run("diff", "Acme/Terms@2").stdout == run("diff", "acme", "--word-diff", "plain").stdout != ""
    assert run("flags", "Acme").stdout == run("flags").stdout
    assert run("search", "licence", "--in", "ACME").stdout == run("search", "licence").stdout


def test_the_pages_of_a_dry_crawl_are_json_where_json_is_asked_for(run):
    assert lines(run("crawl", "-n", "--json")) == [
        {"service": "acme", "document": "terms", "url": "https://acme.example/terms"}
    ]


def test_a_number_asks_for_one_document(run, platform, two_nights):
    privacy = Document("acme", "privacy", (Page("https://acme.example/privacy", select=("main",)),), "Privacy", "Acme")
    platform.documents.append(privacy)
    platform.night(privacy=paragraphs(PAY))

    result = run("diff", "acme@2")

    assert result.exit_code == 2
    assert "acme@2: name one document: acme/privacy, acme/terms" in result.stderr
    assert run("diff", "acme/terms@2").stdout != ""


def test_two_versions_are_compared_by_their_numbers(run, platform):
    platform.night(terms=paragraphs(LICENCE, PAY))
    platform.night(terms=paragraphs(LICENCE, PAY, ADS))
    platform.night(terms=paragraphs(WIDER, PAY))

    [change] = lines(run("diff", "acme/terms@1..@3", "--json"))

    assert [(hunk["old"], hunk["new"]) for hunk in change["hunks"]] == [(LICENCE, WIDER)]
    assert run("diff", "acme/terms@1..3", "--json").stdout == run("diff", "acme/terms@1..@3", "--json").stdout
    assert "no such version" in run("diff", "acme/terms@1..@9").stderr


def test_every_change_of_a_time_is_shown(run, platform):
    for texts in ((LICENCE,), (LICENCE, ADS), (WIDER, ADS)):
        platform.night(terms=paragraphs(*texts))

    numbers = [
        each["to"]["number"] for each in lines(run("diff", "--since", "2024-01", "--until", "2024-02", "--json"))
    ]

    assert numbers == [3, 2]
    assert lines(run("diff", "--until", "2024-01-02", "--json"))[0]["to"]["number"] == 2


def test_listings_are_narrowed_by_time(run, two_nights):
    assert run("flags", "--until", "2024-01-01").stdout == ""
    assert lines(run("flags", "--since", "2024-01-02", "--json")) == lines(run("flags", "--json"))
    history = lines(run("flags", "--history", "--since", "2024-01-02", "--json"))
    assert {row["seen_at"][:10] for row in history} == {"2024-01-02"}
    assert "transferable" in run("search", "licence", "--since", "2024-01-02").stdout
    assert "no match" in run("search", "transferable", "--until", "2023-12-31").stderr


def test_a_memo_quotes_both_texts_names_the_source_and_how_to_verify(run, two_nights):
    memo = run("diff", "acme/terms@2", "--format", "memo").stdout

    assert memo.count("\n") == 2
    assert memo.startswith("Acme widens ")
    for part in ("Before: “", "After: “", "2024-01-02", "2024-01-01", "https://acme.example/terms", "web.archive.org"):
        assert part in memo
    assert lines(run("diff", "acme/terms@2", "--json"))[0]["to"]["sha256"] in memo
    assert "`tostrack export evidence acme/terms@2`" in memo


def test_a_memo_quotes_words_that_were_only_inserted_once(run, platform):
    clause = (
        "All claims are brought in the courts of Springfield. "
        + "The other terms of this section apply to them too. " * 9
    )
    platform.night(terms=paragraphs(LICENCE, clause))
    platform.night(terms=paragraphs(LICENCE, f"{clause}We may also bring a claim against you anywhere else."))

    memo = run("diff", "acme/terms@2", "--format", "memo").stdout

    assert "New: “… We may also bring a claim against you anywhere else.”" in memo
    assert "Before:" not in memo


def test_a_memo_says_whether_another_service_said_so_before(run, platform):
    platform.documents += [
        Document(name, "terms", (Page(f"https://{name}.example/terms"),), "Terms", name.title())
        for name in ("beta", "gamma")
    ]
    for name, text in (("beta", PAY), ("gamma", PAY)):
        platform.pages[f"https://{name}.example/terms"] = paragraphs(text)
    platform.night(terms=paragraphs(PAY))
    platform.night(terms=paragraphs(PAY, LICENCE))
    platform.pages["https://beta.example/terms"] = paragraphs(PAY, LICENCE)
    platform.night()

    first, second = (run("diff", f"{name}/terms@2", "--format", "memo").stdout for name in ("acme", "beta"))

    assert "First of the watched services: of 2 other watched services none had a clause of this kind (“takes" in first
    assert "Not the first: of 2 other watched services 1 had a clause of this kind" in second
    assert ": Acme (since 2024-01-02 or earlier)." in second


def test_log_keeps_noise_for_those_who_ask(run, platform):
    platform.night(terms=paragraphs("Last updated: 2 May 2024", LICENCE))
    platform.night(terms=paragraphs("Last updated: 3 May 2024", LICENCE))

    quiet, everything = run("log"), run("log", "--all", "--json")

    assert (quiet.exit_code, quiet.stdout) == (0, "")
    assert "no change that matters" in quiet.stderr
    assert [row["verdict"] for row in lines(everything)] == ["noise"]


def test_log_is_narrowed_by_topic_and_time(run, two_nights):
    assert len(lines(run("log", "--json", "--topic", "advertising"))) == 1
    assert lines(run("log", "--json", "--topic", "nothing")) == []
    assert len(lines(run("log", "--json", "--since", "2024-01-02"))) == 1
    assert lines(run("log", "--json", "--since", "2024-01-03")) == []


def test_show_prints_the_text_of_a_day(run, two_nights):
    assert "limited licence" in run("show", "acme/terms", "--at", "2024-01-01").stdout
    assert "transferable licence" in run("show", "acme/terms").stdout
    assert lines(run("show", "acme/terms", "--version", "1", "--json"))[0]["number"] == 1


def test_show_before_the_first_version_says_when_that_was(run, two_nights):
    result = run("show", "acme/terms", "--at", "2023-01-01")

    assert result.exit_code == 2
    assert "first version is of 2024-01-01T03:00:00Z" in result.stderr


def test_flags_quote_what_stands_and_since_when(run, two_nights):
    rows = lines(run("flags", "acme", "--topic", "licensing", "--json"))

    assert rows
    assert all(row["quote"] in row["clause"] and row["since"] == "2024-01-02T03:00:00Z" for row in rows)


def test_status_tells_what_fails_and_since_when(run, platform, two_nights):
    platform.night(terms=FetchError("https://acme.example/terms: 403 Forbidden", cause="http-403", status=403))

    result = run("status")

    assert "failed (HTTP 403)" in result.stdout
    assert "since 2024-02-01" in result.stdout
    assert lines(run("status", "--json"))[0]["http_status"] == 403


def test_feeds_are_written_once_and_left_alone_while_nothing_changes(run, platform, two_nights):
    out = platform.folder / "feeds"
    first = run("feed", "--out", str(out), "--url", "https://acme.example/feeds")
    stamps = {path: path.stat().st_mtime_ns for path in out.rglob("*.xml")}

    again = run("feed", "--out", str(out), "--url", "https://acme.example/feeds")

    assert "15 feeds and 4 calendars, 19 written" in first.stdout
    assert "15 feeds and 4 calendars, 0 written" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.xml")} == stamps
    for path in out.rglob("*.xml"):
        feed = feedparser.parse(path.read_bytes())
        assert not feed.bozo
        [entry] = feed.entries
        assert entry.id.startswith("tag:acme.example,2024:change:acme/terms:")


def test_init_writes_a_watchlist_that_loads_and_an_empty_archive(tmp_path):
    result = CliRunner().invoke(cli, ["-w", str(tmp_path / "watchlist.toml"), "init"])

    assert result.exit_code == 0
    assert load(tmp_path / "watchlist.toml").documents
    assert (tmp_path / "tostrack.db").is_file()
    again = CliRunner().invoke(cli, ["-w", str(tmp_path / "watchlist.toml"), "init"])
    assert (again.exit_code, "exists" in again.stderr) == (2, True)


def test_init_takes_services_of_the_shipped_list(tmp_path):
    path = tmp_path / "watchlist.toml"

    done = CliRunner().invoke(cli, ["-w", str(path), "init", "Telegram", "pinterest/terms"])
    other = CliRunner().invoke(cli, ["-w", str(tmp_path / "other.toml"), "init", "telegrm"])

    assert done.exit_code == 0, done.output
    loaded = load(path)
    ids = {document.id for document in loaded.documents}
    assert loaded.services["telegram"] == "Telegram"
    assert "pinterest/terms" in ids
    assert {name.partition("/")[0] for name in ids} == {"telegram", "pinterest"}
    assert (other.exit_code, 'did you mean "telegram"' in other.stderr) == (2, True)
    assert not (tmp_path / "other.toml").exists()


@pytest.mark.parametrize("tag", ["creators", "developers", "privacy", "vendors"])
def test_init_takes_documents_of_a_tag(tmp_path, tag):
    path = tmp_path / "watchlist.toml"

    done = CliRunner().invoke(cli, ["-w", str(path), "init", "--tag", tag])

    assert done.exit_code == 0, done.output
    documents = load(path).documents
    assert len({document.service for document in documents}) >= 10
    assert all(tag in document.tags and document.active for document in documents)


def test_init_takes_the_documents_of_a_service_that_have_a_tag_and_names_the_tags(tmp_path):
    path = tmp_path / "watchlist.toml"

    done = CliRunner().invoke(cli, ["-w", str(path), "init", "telegram", "--tag", "developers"])
    unknown = CliRunner().invoke(cli, ["-w", str(tmp_path / "other.toml"), "init", "--tag", "lawyers"])
    nothing = CliRunner().invoke(cli, ["-w", str(tmp_path / "other.toml"), "init", "kik", "--tag", "vendors"])

    assert done.exit_code == 0, done.output
    assert [document.id for document in load(path).documents] == ["telegram/api-terms"]
    assert (unknown.exit_code, "creators, developers, privacy, vendors" in unknown.stderr) == (2, True)
    assert (nothing.exit_code, "no document of kik has the tag vendors" in nothing.stderr) == (2, True)


def test_a_dry_run_lists_and_touches_nothing(run, platform):
    result = run("crawl", "--dry-run")

    assert result.stdout == "acme/terms  https://acme.example/terms\n"
    assert not platform.database.exists()


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["diff", "acm"], 2, "did you mean 'acme'?"),
        (["diff", "acme", "--from", "someday"], 2, "is not a date such as 2013-03-01"),
        (["diff", "acme/terms@9"], 2, "no such change"),
        (
            ["diff", "acme", "--from", "2024-02-01", "--to", "2024-01-01"],
            2,
            "--from 2024-02-01 is after --to 2024-01-01",
        ),
        (["show", "nowhere"], 2, "no such document is recorded"),
        (["show", "acme/terms@two"], 2, "'two' is not the number of a version"),
        (["explain", "acm"], 2, "did you mean 'acme'?"),
        (["diff", "acme/trms"], 2, "did you mean 'acme/terms'?"),
        (["diff", "terms"], 2, "did you mean 'acme/terms'?"),
        (["log", "--topic", "licencing"], 2, "did you mean 'licensing'?"),
        (["flags", "--topic", "licencing"], 2, "did you mean 'licensing'?"),
        (["flags", "--topic", "weather"], 2, "there are licensing,"),
        (["help"], 2, "did you mean '--help'?"),
        (["dif", "acme"], 2, "did you mean 'diff'?"),
        (["crawl", "acme/term"], 2, "did you mean"),
    ],
)
def test_a_slip_is_answered_with_what_was_wrong_and_what_to_do(run, two_nights, args, status, said):
    result = run(*args)

    assert result.exit_code == status
    assert said in result.stderr
    assert result.stdout == ""


def test_silence_is_not_good_news_before_anything_was_read(run, platform):
    platform.writer().__exit__(None, None, None)

    said = [run(*args).stderr for args in (["log"], ["flags"], ["status"], ["diff", "acme"])]

    assert all("run `tostrack crawl`" in each for each in said)


def test_a_failed_first_look_is_not_good_news_either(run, platform):
    platform.night(terms=FetchError("https://acme.example/terms: 403 Forbidden", cause="http-403", status=403))

    result = run("log")

    assert "no text is recorded yet" in result.stderr


def test_a_version_is_shown_by_the_id_of_its_change(run, two_nights):
    first, second = (run("show", f"acme/terms@{number}").stdout for number in (1, 2))

    assert (LICENCE in first, WIDER in second) == (True, True)
    assert run("show", "acme/terms", "--version", "1").stdout == first


def test_a_document_alone_is_explained_by_its_latest_change(run, two_nights):
    assert run("explain", "acme/terms").stdout == run("explain", "acme/terms@2").stdout


def test_two_columns_need_no_terminal(run, two_nights):
    assert "│" in run("diff", "acme", "--side-by-side").stdout


def test_an_interrupted_command_says_what_is_kept(run, two_nights, monkeypatch):
    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("tostrack.cli.crawl.select_for_crawl", interrupted)

    result = run("crawl")

    assert (result.exit_code, "everything stored before that is kept" in result.stderr) == (130, True)


def test_a_machine_without_a_network_is_told_so(run, platform, monkeypatch):
    error = FetchError("acme.example: the name has no address", cause="dns")
    platform.pages = {"https://acme.example/terms": error}
    monkeypatch.setattr("tostrack.fetch.fetch_all", lambda requests, **_: platform.fetch_all(requests))

    result = run("crawl")

    assert (result.exit_code, "is this machine online?" in result.stderr) == (3, True)


def test_a_missing_archive_and_a_missing_watchlist_are_told_apart(run, tmp_path):
    archive = run("log")
    watchlist = CliRunner().invoke(cli, ["-w", str(tmp_path / "none.toml"), "log"])

    assert (archive.exit_code, "`tostrack crawl` makes it" in archive.stderr) == (1, True)
    assert (watchlist.exit_code, "tostrack init" in watchlist.stderr) == (2, True)


def test_every_error_of_a_watchlist_is_reported_at_once(run, platform):
    (platform.folder / "watchlist.toml").write_text(WATCHLIST.replace("select", "selekt").replace("delay", "dealy"))

    result = run("crawl")

    assert result.exit_code == 2
    assert "select" in result.stderr
    assert "delay" in result.stderr


def test_a_crawl_makes_no_more_requests_at_a_time_than_it_is_told(run, platform):
    with FaultServer() as server:
        hosts = {"acme": server.url, "bolt": server.url.replace("127.0.0.1", "localhost")}
        tables = [f'[watch.{name}.terms]\nurl = "{url}/terms"\n' for name, url in hosts.items()]
        settings = '[settings]\ndelay = 0\nallow_private = ["127.0.0.1", "localhost"]\n'
        (platform.folder / "watchlist.toml").write_text(settings + "".join(tables))

        run("crawl", "--jobs", "1")

    assert len(server.asked("/terms")) == 2
    assert server.peaks[""] == 1


@pytest.mark.parametrize("jobs", ["0", "17"])
def test_a_crawl_asks_at_most_sixteen_hosts_at_a_time(run, jobs):
    result = run("crawl", "--jobs", jobs)

    assert result.exit_code == 2
    assert "1<=x<=16" in result.stderr


def test_a_second_crawl_ends_with_75(run, platform):
    with Writer(platform.database, platform.folder / "snapshots", now=platform.at):
        result = run("crawl")

    assert result.exit_code == 75
    assert "another crawl holds the archive" in result.stderr


def test_what_a_page_says_reaches_no_terminal_raw(run, platform):
    hostile = paragraphs("You may not \x1b[31mpost\x1b]8;;https://evil.example\x07 photos \u202eever again\x9b.", PAY)
    platform.night(terms=paragraphs(PAY))
    platform.night(terms=hostile)

    for args in (["diff", "acme"], ["show", "acme/terms"], ["log"], ["flags"], ["status"], ["diff", "acme", "--json"]):
        output = run(*args).output
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", output), args


@pytest.mark.parametrize(
    ("mark", "start"),
    [
        ("pipx_metadata.json", "pipx inject tostrack '"),
        ("uv-receipt.toml", "uv pip install --python {} '"),
        ("", "{}/bin/python -m pip install '"),
    ],
)
def test_a_missing_extra_is_installed_by_what_installed_tostrack(tmp_path, monkeypatch, mark, start):
    monkeypatch.setattr("tostrack.cli.extras.requires", lambda _: ["click>=8.2", "pypdfium2>=5; extra == 'pdf'"])
    if mark:
        (tmp_path / mark).touch()

    said = describe_install("pdf", str(tmp_path))

    assert said == start.format(tmp_path) + "pypdfium2>=5'"
    assert name_installer("""reading PDF needs the extra: pip install 'tostrack[pdf]'""").count("pypdfium2") == 1


def test_check_says_how_many_documents_need_a_browser(run, platform, monkeypatch):
    monkeypatch.setattr("tostrack.fetch.browser.session.missing_browser", lambda: "pip install 'tostrack[browser]'")
    path = platform.folder / "watchlist.toml"
    quiet = run("check").stderr
    path.write_text(path.read_text() + 'fetch = "browser"\n')

    said = run("check").stderr

    assert quiet == ""
    assert re.match(r"1 document needs a browser: \S+ -m pip install 'playwright", said)


def test_the_demo_leaves_other_folders_alone(tmp_path):
    (tmp_path / "work").mkdir()

    result = CliRunner().invoke(cli, ["demo", "--out", str(tmp_path / "work")])

    assert result.exit_code == 2
    assert list((tmp_path / "work").iterdir()) == []
