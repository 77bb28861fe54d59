"""The workflow that runs every night: the template and ours are one, and its jobs have no more rights than they need."""

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from conftest import START, WATCHLIST, paragraphs
from fakes import FaultServer, answer

from tostrack import __version__
from tostrack.cli import cli

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / ".github/workflows/nightly.yml"
TEMPLATE = ROOT / "tostrack/nightly/github.yml"
WORKFLOWS = [*(ROOT / ".github/workflows").glob("*.yml"), TEMPLATE, ROOT / "action.yml"]


@pytest.fixture
def jobs():
    return yaml.safe_load(TEMPLATE.read_text())["jobs"]


def secrets_of(job):
    return re.findall(r"\$\{\{ *secrets\.\w+", yaml.safe_dump(job))


def test_our_workflow_is_the_template_but_for_what_is_installed():
    assert OURS.read_text() == TEMPLATE.read_text().replace(f"TOSTRACK: tostrack=={__version__}", "TOSTRACK: .")


def test_the_job_that_handles_pages_has_no_secret_and_may_not_write(jobs):
    assert secrets_of(jobs["crawl"]) == []
    assert jobs["crawl"]["permissions"] == {"contents": "read"}
    assert "environment" not in jobs["crawl"]


def test_the_jobs_that_may_push_have_no_secret_and_the_one_with_secrets_may_not_push(jobs):
    pushing = {name for name, job in jobs.items() if job["permissions"].get("contents") == "write"}
    knowing = {name for name, job in jobs.items() if secrets_of(job)}

    assert (pushing, knowing) == ({"export-state", "record"}, {"notify"})


def test_the_step_that_reads_pages_knows_no_token(jobs):
    knowing = [step["name"] for step in jobs["crawl"]["steps"] if "GH_TOKEN" in step.get("env", {})]

    assert all(name.startswith("Fetch") for name in knowing)


def test_no_checkout_leaves_its_token_behind():
    assert "persist-credentials: true" not in TEMPLATE.read_text()


def test_the_state_is_pushed_before_a_message_is_sent(jobs):
    assert jobs["notify"]["needs"] == "export-state"


def test_every_job_ends_by_itself(jobs):
    assert all(job["timeout-minutes"] <= 120 for job in jobs.values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_hash_with_its_version_beside_it(path):
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())

    assert used
    assert all(re.search(r"@[0-9a-f]{40}$", name) and re.fullmatch(r" # v[\d.]+", note) for name, note in used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_stands_in_a_script(path):
    scripts = re.findall(r"run: (?:\|\n((?: {8,}.*\n|\n)+)|(.*))", path.read_text())

    assert not [script for script in scripts if "${{" in "".join(script)]


def test_init_github_writes_the_workflow_and_a_watchlist(tmp_path):
    result = CliRunner().invoke(cli, ["-w", str(tmp_path / "watchlist.toml"), "init", "--github"])

    assert result.exit_code == 0
    assert (tmp_path / ".github/workflows/nightly.yml").read_text() == TEMPLATE.read_text()
    assert (tmp_path / "watchlist.toml").is_file()
    assert not (tmp_path / "tostrack.db").exists()


def test_init_github_overwrites_nothing(tmp_path):
    command = ["-w", str(tmp_path / "watchlist.toml"), "init", "--github"]
    CliRunner().invoke(cli, command)

    result = CliRunner().invoke(cli, command)

    assert result.exit_code == 2
    assert "exists" in result.stderr


# Where the site is


def test_the_environment_says_where_the_site_is_unless_the_watchlist_does(platform, run, monkeypatch):
    platform.night(terms=paragraphs("You must be at least 13 years old to use the service."))
    monkeypatch.setenv("TOSTRACK_URL", "https://acme.github.io/terms/")

    run("feed", "--out", str(platform.folder / "there"))
    (platform.folder / "watchlist.toml").write_text(WATCHLIST.replace("delay", 'url = "https://tos.example"\ndelay'))
    run("feed", "--out", str(platform.folder / "here"))

    assert "https://acme.github.io/terms/all.atom.xml" in (platform.folder / "there/all.atom.xml").read_text()
    assert "https://tos.example/all.atom.xml" in (platform.folder / "here/all.atom.xml").read_text()


def test_an_environment_that_names_no_address_is_refused(run, monkeypatch):
    monkeypatch.setenv("TOSTRACK_URL", "acme.github.io")

    result = run("status")

    assert result.exit_code == 2
    assert "TOSTRACK_URL" in result.stderr


# Monitoring


@pytest.fixture
def server():
    with FaultServer() as server:
        body = paragraphs("You must be at least 13 years old to use the service, and you keep your password secret.")
        yield server.on("/terms", answer(body)).on("/alive", answer("ok"))


def crawl(folder, server, heartbeat, *targets):
    (folder / "watchlist.toml").write_text(
        f'[settings]\ndelay = 0\nallow_private = ["127.0.0.1"]\nheartbeat = "{heartbeat}"\n'
        f'[watch.acme.terms]\nurl = "{server.url}/terms"\n'
    )
    return CliRunner().invoke(cli, ["-w", str(folder / "watchlist.toml"), "crawl", *targets])


def test_a_whole_crawl_gives_a_sign_of_life(tmp_path, server):
    result = crawl(tmp_path, server, f"{server.url}/alive")

    assert result.exit_code == 0
    assert len(server.asked("/alive")) == 1


def test_a_crawl_of_some_documents_gives_none(tmp_path, server):
    crawl(tmp_path, server, f"{server.url}/alive", "acme")

    assert server.asked("/alive") == []


def test_a_sign_of_life_that_was_not_taken_is_said_and_no_failure(tmp_path, server):
    result = crawl(tmp_path, server, f"{server.url}/nowhere")

    assert result.exit_code == 0
    assert "the heartbeat URL failed" in result.stderr


def status(platform, *arguments):
    (platform.folder / "watchlist.toml").write_text('[watch.acme.terms]\nurl = "https://acme.example/terms"\n')
    return CliRunner().invoke(cli, ["-w", str(platform.folder / "watchlist.toml"), "status", *arguments])


def test_status_within_ends_with_3_when_no_crawl_came_for_too_long(platform):
    platform.night(terms=paragraphs("You must be at least 13 years old to use the service."))

    # The night was in 2024.
    assert status(platform, "--within", "36").exit_code == 3
    assert status(platform, "--within", str(24 * 365 * 1000)).exit_code == 0


def test_a_failure_is_annotated_and_obeys_nobody(platform):
    from tostrack.errors import FetchError

    platform.night(terms=FetchError("acme.example: refused\n::error::obey", cause="connect"))

    result = status(platform, "--annotate")

    [line] = result.stdout.splitlines()
    assert line.startswith(f"::warning title=acme/terms failing since {START:%Y-%m-%d}::acme.example: refused")
