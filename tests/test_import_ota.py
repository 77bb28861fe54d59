"""Open Terms Archive's history becomes ours: dated by its authors, judged, told to nobody, and never twice."""

import json
import sqlite3
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from conftest import Platform, paragraphs
from fakes import Refusing

from tostrack.analysis.comparison import read_version
from tostrack.analysis.recorded import classify_recorded
from tostrack.archive import Archive
from tostrack.archive.recorder import Recorder
from tostrack.archive.visits import Visit
from tostrack.cli import cli
from tostrack.errors import ConfigError
from tostrack.importers.ota import open_collection
from tostrack.models import Document, Outcome
from tostrack.sandbox import call_directly
from tostrack.services.import_ahead import import_documents
from tostrack.services.import_history import import_records
from tostrack.services.new_versions import new_version

LICENCE = "You grant us a non-exclusive, royalty-free, worldwide, limited licence to use the content that you post."
WIDER = "You grant us a non-exclusive, royalty-free, worldwide, transferable, sub-licensable licence to use the content that you post."
RULES = "You must be at least 13 years old to use the service and you keep your password secret at all times."
ADS = "You agree that a business may pay us to display your username, likeness and photos in sponsored content."
FIRST = datetime(2012, 1, 1, 9, tzinfo=UTC)
PATH = "Pix Board/Terms of Service.md"


def text(*clauses):
    # As Turndown writes it: setext headings, wide bullets.
    return "Terms\n=====\n\n" + "\n\n".join(clauses) + "\n"


def repository(folder, *commits):
    """Make a bare repository of versions; each commit is subject, days since the first, and texts by path."""
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(folder)), check=True)
    parts = []
    for subject, days, files in commits:
        at = f"bot <bot@pixboard.example> {int((FIRST + timedelta(days=days)).timestamp())} +0100"
        parts.append(f"commit refs/heads/main\nauthor {at}\ncommitter {at}\ndata <<END\n{subject}\nEND\n")
        for path, content in files.items():
            parts.append(f'M 100644 inline "{path}"\ndata <<END\n{content}\nEND\n' if content else f'D "{path}"\n')
    subprocess.run(
        ("git", "-C", str(folder), "fast-import", "--quiet"), input="".join(parts).encode(), check=True, timeout=60
    )
    return folder


HISTORY = (
    ("First record of Pix Board Terms of Service", 0, {PATH: text(LICENCE, RULES), "README.md": "Read me"}),
    ("Record new changes of Pix Board Terms of Service", 300, {PATH: text(WIDER, RULES, ADS)}),
    (
        "Apply technical or declaration upgrade on Pix Board Terms of Service",
        310,
        {PATH: text("Menu", WIDER, RULES, ADS)},
    ),
    ("Record new changes of Pix Board Terms of Service", 400, {PATH: text("Menu", LICENCE, RULES)}),
    ("Record new changes of Pix Board Privacy", 401, {"Pix Board/Privacy.md": text(RULES)}),
)


def run(platform, path, documents=()):
    with open_collection(path) as found, platform.writer() as writer:
        return [
            import_records(
                next((each for each in documents if each.id == ident), Document(*ident.split("/"), ())),
                found,
                records,
                writer,
            )
            for ident, records in found.records.items()
        ]


def test_every_recorded_text_is_a_version_of_its_authors_time(platform, tmp_path):
    terms, privacy = run(platform, repository(tmp_path / "pix-versions.git", *HISTORY))

    assert (terms.id, terms.files, terms.versions, terms.left_out) == ("pix-board/terms-of-service", 4, 4, {})
    assert (privacy.id, privacy.versions) == ("pix-board/privacy", 1)
    with Archive(platform.database) as archive:
        rows = archive.versions("pix-board", "terms-of-service")
        assert [row.seen_at for row in rows][:2] == ["2012-01-01T09:00:00Z", "2012-10-27T09:00:00Z"]
        assert archive.text("pix-board", "terms-of-service", FIRST) == f"# Terms\n\n{LICENCE}\n\n{RULES}\n"


def test_a_technical_upgrade_is_a_re_extraction_and_no_change(platform, tmp_path):
    run(platform, repository(tmp_path / "v.git", *HISTORY))

    with Archive(platform.database) as archive:
        kinds = [row.kind for row in archive.versions("pix-board", "terms-of-service")]
        changes = archive.changes("pix-board", "terms-of-service")

    assert kinds == ["import", "import", "re-extraction", "import"]
    assert [change.to_number for change in changes] == [4, 2]


def test_what_no_archive_can_hold_the_time_of_is_left_out_by_name(platform, tmp_path):
    """Stored once, a time before the web could be read by nobody and taken back by nobody."""
    records = [("Record", days, {PATH: text(RULES, str(days))}) for days in (-15_000, 0, 60_000)]

    with open_collection(repository(tmp_path / "v.git", *records), FIRST + timedelta(days=5)) as found:
        assert [record.at for record in found.records["pix-board/terms-of-service"]] == [FIRST]
        assert [why for _, why in found.left_out] == [
            "its date, 1970-12-07, is before the web",
            "its date, 2176-04-10, is yet to come",
        ]


@pytest.mark.parametrize("subject", ["Refilter Pix Board Terms", "Apply technical or declaration upgrade on Pix Board"])
def test_both_names_of_an_upgrade_are_known(tmp_path, subject):
    with open_collection(repository(tmp_path / "v.git", (subject, 0, {PATH: text(RULES)}))) as found:
        assert [record.upgrade for record in found.records["pix-board/terms-of-service"]] == [True]


@pytest.mark.parametrize("subject", ["Start tracking Pix Board", "Update Pix Board Terms", "Record new changes of Pix"])
def test_what_the_service_changed_is_a_change(tmp_path, subject):
    with open_collection(repository(tmp_path / "v.git", (subject, 0, {PATH: text(RULES)}))) as found:
        assert [record.upgrade for record in found.records["pix-board/terms-of-service"]] == [False]


def test_what_is_imported_is_judged_and_flagged_and_told_to_nobody(platform, tmp_path):
    run(platform, repository(tmp_path / "v.git", *HISTORY))

    with Archive(platform.database) as archive:
        newest, widened = archive.changes("pix-board", "terms-of-service")

    assert (widened.verdict, widened.announced) == ("substantive", False)
    assert {"licensing", "advertising"} <= set(widened.topics)
    assert newest.announced is False


def test_the_version_says_which_commit_it_is_from(platform, tmp_path):
    repo = repository(tmp_path / "pix-versions.git", *HISTORY)
    run(platform, repo)

    newest = sqlite3.connect(platform.database).execute(
        "SELECT record, declaration FROM versions ORDER BY seen_at DESC LIMIT 1"
    )

    log = subprocess.run(("git", "-C", str(repo), "rev-parse", "main"), capture_output=True, check=True, text=True)
    assert newest.fetchone() == (log.stdout.strip(), "ota:pix-versions")


def test_importing_twice_adds_nothing(platform, tmp_path):
    repo = repository(tmp_path / "v.git", *HISTORY)
    run(platform, repo)
    before = sqlite3.connect(platform.database).execute("SELECT * FROM versions").fetchall()

    again = run(platform, repo)

    assert [done.versions for done in again] == [0, 0]
    assert sqlite3.connect(platform.database).execute("SELECT * FROM versions").fetchall() == before


def test_an_import_goes_on_where_it_was(platform, tmp_path):
    run(platform, repository(tmp_path / "half" / "v.git", *HISTORY[:2]))

    terms, _ = run(platform, repository(tmp_path / "whole" / "v.git", *HISTORY))

    assert (terms.same, terms.versions) == (2, 2)


def test_a_crawl_goes_on_from_what_was_imported(platform, tmp_path):
    folder = repository(tmp_path / "v.git", ("First record of Acme Terms", 0, {"Acme/Terms.md": text(LICENCE, RULES)}))
    run(platform, folder, platform.documents)

    [result] = platform.night(terms=paragraphs(WIDER, RULES))

    assert (result.outcome, result.verdict, result.version) == ("changed", "substantive", 2)


def test_a_text_that_was_deleted_and_a_wall_are_no_versions(platform, tmp_path):
    long = text(*(f"In case {n} the parties settle what they owe within {n} days of the notice." for n in range(80)))
    folder = repository(
        tmp_path / "v.git",
        ("First record of Pix Board", 0, {PATH: long}),
        ("Update Pix Board", 1, {PATH: None}),
        ("Update Pix Board", 2, {PATH: text("Sorry, something went wrong.")}),
    )

    [done] = run(platform, folder)

    assert done.versions == 1
    assert len(done.left_out) == 1


def test_two_names_of_one_id_are_told_apart(tmp_path):
    folder = repository(tmp_path / "v.git", ("Start", 0, {"Pix/Terms.md": text(RULES), "pix!/Terms.md": text(ADS)}))

    with open_collection(folder) as found:
        assert list(found.records) == ["pix/terms"]
        assert [name for name, _ in found.left_out] == ["pix!/Terms.md"]


def test_a_release_zip_is_the_same_history(platform, tmp_path):
    path = tmp_path / "pix-2013-01-01.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pix-2013-01-01/README.md", "Read me")
        archive.writestr("pix-2013-01-01/Pix Board/Terms of Service/2012-01-01T09-00-00Z.md", text(LICENCE, RULES))
        archive.writestr("pix-2013-01-01/Pix Board/Terms of Service/2012-10-27T09-00-00Z.md", text(WIDER, RULES, ADS))
        archive.writestr("pix-2013-01-01/../../etc/passwd", "root")

    [done] = run(platform, path)
    again = run(platform, path)

    assert (done.id, done.versions, again[0].versions) == ("pix-board/terms-of-service", 2, 0)
    with Archive(platform.database) as archive:
        assert archive.current("pix-board", "terms-of-service").seen_at == "2012-10-27T09:00:00Z"


def test_what_is_no_collection_is_refused(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"PK\x05\x06 nonsense")
    (tmp_path / "folder").mkdir()

    for name in ("x.zip", "folder"):
        with pytest.raises(ConfigError), open_collection(tmp_path / name):
            pass


def test_the_command_lists_ids_before_it_stores(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watchlist.toml").write_text('[watch.pix-board.terms]\nurl = "https://pixboard.example/terms"\n')
    repository(tmp_path / "v.git", *HISTORY)
    arguments = ["import", "ota", "v.git", "--rename", "pix-board/terms-of-service=pix-board/terms"]

    listed = CliRunner().invoke(cli, [*arguments, "--dry-run", "--json"])
    stored = CliRunner().invoke(cli, [*arguments, "--only", "pix-board/terms-of-service"])

    rows = {row["name"]: row for row in map(json.loads, listed.stdout.splitlines())}
    assert rows["Terms of Service"]["document"] == "terms"
    assert (rows["Terms of Service"]["records"], rows["Terms of Service"]["upgrades"]) == (4, 1)
    assert rows["Privacy"]["watched"] is False
    assert stored.stdout == "pix-board/terms  4 versions from 4 records, 0 unchanged\n"


@pytest.mark.parametrize("at_call", range(1, 140, 7))
def test_an_import_that_is_killed_and_repeated_ends_as_an_unbroken_one(platform, tmp_path, monkeypatch, at_call):
    monkeypatch.setattr("tostrack.services.import_history.BATCH", 2)
    repo = repository(tmp_path / "v.git", *HISTORY)
    unbroken = Platform(tmp_path / "unbroken")
    unbroken.folder.mkdir()
    run(unbroken, repo)

    calls = 0

    class KilledError(Exception):
        pass

    with open_collection(repo) as found, platform.writer() as writer:
        connection = writer._connection

        class Killing:
            def __getattr__(self, name):
                return getattr(connection, name)

            def execute(self, *args):
                nonlocal calls
                calls += 1
                if calls == at_call:
                    raise KilledError
                return connection.execute(*args)

        writer._connection = writer._database.conn = Killing()
        writer._recorder = Recorder(writer._connection)
        try:
            for ident, records in found.records.items():
                import_records(Document(*ident.split("/"), ()), found, records, writer)
        except KilledError:
            connection.rollback()
    assert calls >= at_call, "the import was over before it was killed"

    run(platform, repo)

    assert contents(platform) == contents(unbroken)


def contents(platform):
    connection = sqlite3.connect(platform.database)
    queries = ("versions", "texts", "changes", "_places", "flags", "sightings", "heads")
    return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in queries}


LONG = text(*(f"In case {n} the parties settle what they owe within {n} days of the notice." for n in range(80)))
HALF = text(*(f"In case {n} the parties settle what they owe within {n} days of the notice." for n in range(30)))
OTHER = text(*(f"Device {n} of a customer sends the readings of its sensor to our servers daily." for n in range(80)))


def texts_of(platform):
    with Archive(platform.database) as archive:
        return [
            (row.seen_at[:10], len(archive.reading(row).clauses))
            for row in archive.versions("pix-board", "terms-of-service")
        ]


def test_a_rewrite_that_halves_a_text_counts_once_it_has_stood_for_a_week(platform, tmp_path):
    folder = repository(
        tmp_path / "v.git",
        ("First record", 0, {PATH: LONG}),
        ("Record new changes", 100, {PATH: HALF}),
        ("Record new changes", 300, {PATH: OTHER}),
    )

    [done] = run(platform, folder)

    assert (done.versions, done.left_out) == (3, {})
    assert texts_of(platform) == [("2012-01-01", 81), ("2012-04-10", 31), ("2012-10-27", 81)]


@pytest.mark.parametrize(("days", "versions"), [(120, 3), (2, 1)])
def test_a_few_rules_in_place_of_long_terms_count_once_they_have_stood(platform, tmp_path, days, versions):
    rules = text(
        "By signing up you accept our privacy policy and agree not to:", "- Send spam to users.", "- Promote violence."
    )
    later = rules.replace("Send spam to", "Use our service to scam") if versions > 1 else LONG
    folder = repository(
        tmp_path / "v.git",
        ("First record", 0, {PATH: LONG}),
        ("Record new changes", 100, {PATH: rules}),
        ("Record new changes", 100 + days, {PATH: later}),
        ("Record new changes of Pix Board Privacy", 400, {"Pix Board/Privacy.md": text(RULES)}),
    )

    assert classify_recorded(rules, LONG) == "wrong-page"
    assert run(platform, folder)[0].versions == versions


def test_the_last_rewrite_counts_once_the_collection_has_gone_on_for_a_week(platform, tmp_path):
    folder = repository(
        tmp_path / "v.git",
        ("First record", 0, {PATH: LONG}),
        ("Record new changes", 100, {PATH: HALF}),
        ("Record new changes of Pix Board Privacy", 108, {"Pix Board/Privacy.md": text(RULES)}),
    )

    terms, _ = run(platform, folder)

    assert (terms.versions, terms.left_out) == (2, {})
    assert run(platform, folder)[0].versions == 0


def test_a_short_text_that_went_back_within_a_week_is_left_out(platform, tmp_path):
    folder = repository(
        tmp_path / "v.git",
        ("First record", 0, {PATH: LONG}),
        ("Record new changes", 100, {PATH: HALF}),
        ("Record new changes", 101, {PATH: LONG}),
    )

    [done] = run(platform, folder)

    assert texts_of(platform) == [("2012-01-01", 81)]
    assert [*done.left_out.values()] == ["does not look like the policy (collapse)"]


def test_a_page_that_takes_turns_with_half_of_its_text_shows_what_each_commit_recorded(platform, tmp_path):
    folder = repository(
        tmp_path / "v.git",
        ("First record", 0, {PATH: HALF}),
        *(("Record new changes", day, {PATH: LONG if day % 2 else HALF}) for day in range(1, 6)),
    )

    [done] = run(platform, folder)

    assert (done.versions, done.left_out) == (6, {})
    assert [clauses for _, clauses in texts_of(platform)] == [31, 81] * 3


def test_a_last_text_that_is_doubted_waits_in_quarantine_and_accept_takes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watchlist.toml").write_text("")
    repository(tmp_path / "v.git", ("First record", 0, {PATH: LONG}), ("Record new changes", 100, {PATH: HALF}))

    imported = CliRunner().invoke(cli, ["import", "ota", "v.git"])
    again = CliRunner().invoke(cli, ["import", "ota", "v.git"])

    assert (
        "it is quarantined: `tostrack review pix-board/terms-of-service --accept` makes it a version" in imported.stderr
    )
    assert "0 versions from 2 records" in again.stdout
    (tmp_path / "watchlist.toml").write_text('[watch.acme.terms]\nurl = "https://acme.example/terms"\n')
    waiting = CliRunner().invoke(cli, ["accept", "--json"])
    assert [json.loads(line)["cause"] for line in waiting.stdout.splitlines()] == ["collapse"]

    accepted = CliRunner().invoke(cli, ["accept", "pix-board/terms-of-service"])

    assert accepted.exit_code == 0, accepted.output
    with Archive(tmp_path / "tostrack.db") as archive:
        rows = archive.versions("pix-board", "terms-of-service")
        assert [(row.kind, row.seen_at[:10]) for row in rows] == [("import", "2012-01-01"), ("import", "2012-04-10")]
        assert archive.suspects() == []
    assert CliRunner().invoke(cli, ["verify"]).exit_code == 0


def test_a_watchlist_without_documents_is_enough_to_import_and_to_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watchlist.toml").write_text("")
    repository(tmp_path / "v.git", *HISTORY)

    said = [
        CliRunner().invoke(cli, arguments)
        for arguments in (
            ["import", "ota", "v.git"],
            ["log", "--all"],
            ["show", "pix-board/terms-of-service"],
            ["status"],
        )
    ]

    assert [each.exit_code for each in said] == [0, 0, 0, 0], said
    assert LICENCE in said[2].stdout
    for command in ("crawl", "check", "list"):
        assert "nothing to watch" in CliRunner().invoke(cli, [command]).stderr


def test_of_commits_of_one_second_the_last_counts(platform, tmp_path):
    folder = repository(
        tmp_path / "v.git", ("Start", 0, {PATH: text(LICENCE, RULES)}), ("Start", 0, {PATH: text(WIDER, RULES)})
    )

    with open_collection(folder) as found:
        assert [why for _, why in found.left_out] == ["another record of the same second follows it"]
    run(platform, folder)

    with Archive(platform.database) as archive:
        assert WIDER in archive.text("pix-board", "terms-of-service")


def test_a_service_whose_name_changed_case_is_one_service(platform, tmp_path):
    folder = repository(
        tmp_path / "v.git",
        ("Start", 0, {"Pix-board/Terms.md": text(LICENCE, RULES)}),
        ("Update", 10, {"Pix-board/Terms.md": None, "Pix-Board/Terms.md": text(WIDER, RULES)}),
    )

    with open_collection(folder) as found:
        assert found.services == {"pix-board": "Pix-Board"}
        assert (len(found.records["pix-board/terms"]), found.left_out) == (2, [])


@pytest.mark.parametrize("seconds", ["-86400", "99999999999999", "253402300800"])
def test_a_date_that_cannot_be_leaves_out_its_record(platform, tmp_path, seconds):
    folder = repository(tmp_path / "v.git", *HISTORY[:2])
    git = ("git", "-C", str(folder))
    commit = subprocess.run((*git, "cat-file", "commit", "main"), capture_output=True, check=True).stdout
    at = str(int((FIRST + timedelta(days=300)).timestamp())).encode()
    changed = subprocess.run(
        (*git, "hash-object", "-t", "commit", "-w", "--stdin", "--literally"),
        input=commit.replace(at, seconds.encode()),
        capture_output=True,
        check=True,
    ).stdout
    (folder / "refs/heads/main").write_bytes(changed)

    with open_collection(folder) as found:
        assert [len(records) for records in found.records.values()] == [1]
        assert [why for _, why in found.left_out] == ["its date is missing, negative or after 9999"]


def test_breaks_of_tables_part_words_and_wrapped_lines_are_one_paragraph(platform, tmp_path):
    table = '| Purpose | Kept |\n| --- | --- |\n| Orders<br>and returns | 30 days<br/>90<BR class="gap">days |\n'
    wrapped = "You must be at least 13 years\nold to use the service.\n"
    run(platform, repository(tmp_path / "v.git", ("Start", 0, {PATH: f"{text(RULES)}\n{table}\n{wrapped}"})))

    with Archive(platform.database) as archive:
        found = archive.text("pix-board", "terms-of-service")
    assert "| Orders and returns | 30 days 90 days |" in found
    assert "You must be at least 13 years old to use the service." in found


def dump(platform):
    return list(sqlite3.connect(platform.database).iterdump())


def test_documents_that_are_imported_beside_each_other_make_the_same_archive_row_by_row(tmp_path):
    back = ("Record new changes of Pix Board Terms of Service", 700, {PATH: text("Menu", WIDER, RULES, ADS)})
    others = [
        ("Start", 3, {"Other/Terms.md": LONG, "Other/Privacy.md": text(RULES, ADS)}),
        ("Record", 40, {"Other/Terms.md": f"{LONG}\n{ADS}\n"}),
        ("Record", 900, {"Other/Terms.md": HALF, "Known/Terms.md": text(LICENCE, RULES)}),
        ("Record", 901, {"Other/Privacy.md": text(RULES, WIDER)}),
    ]
    folder = repository(tmp_path / "v.git", *HISTORY, back, *others)
    archives = []
    for name, calls in (("one", [call_directly]), ("three", [call_directly] * 3)):
        (tmp_path / name).mkdir()
        platform, read = Platform(tmp_path / name), []
        with open_collection(folder) as found, platform.writer() as writer:
            documents = {ident: Document(*ident.split("/"), ()) for ident in sorted(found.records)}
            known = documents["known/terms"]
            visit = Visit(known, FIRST, Outcome.FIRST, versions=(new_version(read_version(LONG), known, writer),))
            writer.record(visit)
            done = list(import_documents(documents, found, writer, calls, read.append))
        archives.append((dump(platform), done, sum(read)))

    assert archives[0] == archives[1]
    assert sum("quarantined" in why for result in done for why in result.left_out.values()) == 2
    assert archives[0][2] == 12


def test_what_fails_beside_the_writer_fails_the_import(platform, tmp_path):
    def broken(function, /, *args, **named):
        raise RuntimeError("a bug")

    folder = repository(tmp_path / "v.git", *HISTORY)
    with open_collection(folder) as found, platform.writer() as writer:
        documents = {ident: Document(*ident.split("/"), ()) for ident in found.records}
        with pytest.raises(RuntimeError, match="a bug"):
            list(import_documents(documents, found, writer, [call_directly, broken]))


def test_what_is_left_out_comes_with_its_reason(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watchlist.toml").write_text("[settings]\n")
    commits = [("Update", n, {PATH: text("Sorry, something went wrong.")}) for n in range(1, 6)]
    repository(tmp_path / "v.git", ("Start", 0, {PATH: LONG}), *commits)

    result = CliRunner().invoke(cli, ["import", "ota", "v.git"])

    assert result.exit_code == 0
    assert "does not look like the policy" in result.stderr


@pytest.mark.parametrize("function", ["read_markdown", "classify_recorded", "judge_recorded", "flag_clauses"])
def test_a_record_that_overruns_is_left_out_by_name_and_the_next_ones_are_taken(platform, tmp_path, function):
    slow = "You agree to a clause that takes for ever to read, to judge and to flag in every way there is."
    texts = [text(RULES), text(RULES, ADS), text(RULES, ADS, slow), text(RULES, ADS, WIDER)]
    folder = repository(tmp_path / "v.git", *(("Record", n * 30, {PATH: one}) for n, one in enumerate(texts)))
    with open_collection(folder) as found, platform.writer() as writer:
        [records] = found.records.values()
        call = Refusing("takes for ever", [function])
        done = import_records(Document("pix-board", "terms-of-service", ()), found, records, writer, call=call)

    assert [*done.left_out.items()] == [(records[2].name, "processing it took more than 20 s")]
    assert done.versions == 3
    with Archive(platform.database) as archive:
        assert WIDER in archive.text("pix-board", "terms-of-service")
        assert [row.to_number for row in archive.changes("pix-board", "terms-of-service")] == [3, 2]


def test_nothing_of_a_record_is_decided_outside_the_bounds(platform, tmp_path, monkeypatch):
    inside = Refusing()

    def bounded(function, /, *args, **named):
        with monkeypatch.context() as patched:
            patched.setattr("tostrack.analysis.decision._find_closest", find_closest)
            return inside(function, *args, **named)

    from tostrack.analysis.decision import _find_closest as find_closest

    def outside(*_):
        raise AssertionError("decided outside the bounds")

    monkeypatch.setattr("tostrack.analysis.decision._find_closest", outside)
    folder = repository(tmp_path / "v.git", *HISTORY)
    with open_collection(folder) as found, platform.writer() as writer:
        records = found.records["pix-board/terms-of-service"]
        document = Document("pix-board", "terms-of-service", ())
        done = import_records(document, found, records, writer, call=bounded)

    assert done.versions == 4
    assert {"read_markdown", "classify_recorded", "judge_recorded", "flag_clauses"} == set(inside.called)


def test_an_odd_text_that_cannot_be_judged_is_named_and_not_the_one_after_it(platform, tmp_path):
    texts = [LONG, HALF, f"{LONG}\n{ADS}\n"]
    folder = repository(tmp_path / "v.git", *(("Record", n * 30, {PATH: one}) for n, one in enumerate(texts)))
    with open_collection(folder) as found, platform.writer() as writer:
        [records] = found.records.values()
        # How the second text ends, and no other.
        call = Refusing(
            "In case 29 the parties settle what they owe within 29 days of the notice.\\n', ", ["judge_recorded"]
        )
        done = import_records(Document("pix-board", "terms-of-service", ()), found, records, writer, call=call)

    assert [*done.left_out.items()] == [(records[1].name, "processing it took more than 20 s")]
    assert done.versions == 2


def test_a_text_of_more_clauses_than_any_policy_has_is_left_out(platform, tmp_path, monkeypatch):
    monkeypatch.setattr("tostrack.analysis.recorded._MOST_CLAUSES", 3)
    folder = repository(
        tmp_path / "v.git", ("Start", 0, {PATH: text(RULES)}), ("Record", 1, {PATH: text(RULES, ADS, WIDER)})
    )

    [done] = run(platform, folder)

    assert (done.versions, [*done.left_out.values()]) == (1, ["holds more than 3 clauses"])


def test_the_texts_held_to_judge_by_are_bounded_by_their_length(platform, tmp_path, monkeypatch):
    monkeypatch.setattr("tostrack.services.import_history._MOST_PAST_CHARACTERS", 100)
    held = []

    def call(function, /, *args, **named):
        if function.__name__ == "judge_recorded":
            held.append(len(args[0]))
        return function(*args, **named)

    texts = [text(RULES, *(f"You keep to rule {at}." for at in range(n))) for n in range(6)]
    folder = repository(tmp_path / "v.git", *(("Record", n, {PATH: one}) for n, one in enumerate(texts)))
    with open_collection(folder) as found, platform.writer() as writer:
        [records] = found.records.values()
        import_records(Document("pix-board", "terms-of-service", ()), found, records, writer, call=call)

    assert held == [1, 2, 2, 2, 2]
