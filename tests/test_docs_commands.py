"""Every command that README, docs, `--help` and messages show is run, in a fresh folder, and ends with status 0."""

import json
import re
import shlex
import shutil
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import LICENCE, Platform, paragraphs
from fakes_wayback import FakeWayback, Kept
from mailboxes import MailServer
from test_import_ota import repository

from tostrack.cli import cli
from tostrack.errors import FetchError
from tostrack.fetch.client import Client
from tostrack.models import Document, Page
from tostrack.notify.tokens import LinkToken, make
from tostrack.sandbox import call_directly

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "tostrack").rglob("*.py"))]
FENCE = re.compile(r"^```(?:console|sh|bash)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`(tostrack [^`]+)`(?!`)")
#: What is not run here, by how the command begins, and why.
LEFT_OUT = {
    ("demo",): "test_docs.py runs it; it takes seconds",
    ("rebuild", "flags", "--scheduler"): "needs that cluster; test_executor.py starts one",
    ("mcp",): "runs until its program ends; test_ask.py calls its tools",
    ("-w", "/srv/terms/watchlist.toml", "mcp"): "the same",
    ("subscribers", "confirm", "WyJjb25maXJtIi..."): "the token is cut",
}
#: What ends with another status because it says so.
STATUS = {("status", "--within", "36"): 3}
#: What a code span in a sentence may lack: it names a command there, and is nothing to type.
LACKS = re.compile(r"Missing argument|requires an argument|Usage: cli (export|completion) |name one change")
KEY = "a long random word"
NEW = "https://new.example/legal/terms"
#: What stands for something of the reader's.
OF_READER = {
    "ADDRESS": NEW,
    "https://acme.example/terms": NEW,
    "https://acme.example/legal/terms": NEW,
    "URL": NEW,
    "{url}": NEW,
    "SERVICE/DOCUMENT": "acme/terms",
    "{facts.change_id}": "acme/terms@7",
    "{shlex.quote(str(right))}": "saved/",
    "CHANGE": "acme/terms@7",
    "NAME": "shop",
    "TOPIC": "licensing",
    "SHELL": "bash",
    "DATE": "2013-01-01",
    "DIR": "out",
    "K/2": "1/2",
    "8": "1",
    "TAG": "developers",
    "TOKEN": make(KEY, LinkToken("unsubscribe", "shop", "reader@example.org", datetime(2013, 1, 1, tzinfo=UTC))),
    "x/privacy": "acme/privacy",
    "instagram/terms-of-service": "instagram/terms",
    "/mnt/disk/tostrack": "disk",
}
#: The documents of the world; the terms of three services have nine versions.
DOCUMENTS = [
    (service, name)
    for service, names in {
        "acme": "terms privacy dpa sub-processors ai-policy",
        "instagram": "terms",
        "lumora": "terms",
        "telegram": "terms",
        "tiktok": "terms",
    }.items()
    for name in names.split()
]
POLICY = paragraphs(
    LICENCE,
    "Jane Doe answers for it.",
    *(f"In case {n} you and we settle what you owe each other in {n} days." for n in range(2, 40)),
)
COLLECTION = [
    (f"First record of {name} Terms of Service", day, {f"{name}/Terms of Service.md": f"# Terms\n\n{LICENCE}\n"})
    for day, name in enumerate(("Facebook", "Instagram"))
]


def shown(page):
    """Yield the arguments of each tostrack command of a page, and whether it only stands in a sentence."""
    text = page.read_text()
    if page.suffix == ".py":
        # A command may be divided between two strings.
        text = re.sub(r"""["']\n\s*f?["']""", "", text).replace("\\'", "'").replace('\\"', '"')
    lines = [line for block in FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    for line, spoken in [*((line, False) for line in lines), *((line, True) for line in SPAN.findall(text))]:
        typed = re.sub(r"^\S*\$ |^[\d* ]+cd \S+ && \{ |\s#\s.*$", "", line)
        for part in re.split(r"\s*(?:;|&&|\|\||\||>)\s*", typed):
            words = shlex.split(part) if part.count("'") % 2 == part.count('"') % 2 == 0 else []
            if words[:1] == ["tostrack"] and not re.search(r"\[OPTIONS\]|COMMAND|\{' '|tostrack \{|notify \{", part):
                yield tuple(words[1:]), spoken


COMMANDS: dict[tuple[str, ...], str] = {}
#: Those that stand in sentences only.
NAMED: set[tuple[str, ...]] = set()
for _page in PAGES:
    for _words, _spoken in shown(_page):
        if _words not in COMMANDS and _spoken:
            NAMED.add(_words)
        elif not _spoken:
            NAMED.discard(_words)
        COMMANDS.setdefault(_words, _page.name)
RUN = sorted(words for words in COMMANDS if not any(words[: len(start)] == start for start in LEFT_OUT))


class Pages(dict):
    """Pages by address; there is no other."""

    def __missing__(self, url):
        return FetchError(url, cause="http-404", status=404)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A folder with versions of each document, a quarantined text, and their watchlist."""
    platform = Platform(tmp_path_factory.mktemp("world"))
    platform.documents = [
        Document(service, name, (Page(f"https://{service}.example/{name}", select=("main",)),), name, service)
        for service, name in DOCUMENTS
    ]
    platform.at = datetime(2012, 6, 1, tzinfo=UTC)
    for night in range(1, 10):
        text = POLICY.replace("case 5 ", f"case 5 or {night} ").replace("39 days", f"{30 * night} days")
        platform.pages = Pages({page.url: text for each in platform.documents for page in each.pages})
        platform.night(days=60)
        platform.documents = [
            each
            for each in platform.documents
            if each.slug == "terms" and each.service in ("acme", "instagram", "telegram")
        ]
    platform.night(terms=paragraphs("We are down for maintenance.", title="Be right back"))
    (platform.folder / "watchlist.toml").write_text(
        "\n".join(
            f'[watch.{service}.{name}]\nurl = "https://{service}.example/{name}"\nselect = "main"'
            for service, name in DOCUMENTS
        )
    )
    return platform.folder


@pytest.fixture(scope="module")
def servers():
    """A mail server and a Wayback Machine."""
    urls = "https://acme.example/terms", "http://instagram.com/legal/terms/"
    with (
        MailServer() as mail,
        FakeWayback(
            [Kept(f"{year}0301000000", url, POLICY.encode()) for url in urls for year in (2012, 2020)]
        ) as wayback,
    ):
        yield mail, wayback


@pytest.fixture
def here(world, servers, tmp_path, monkeypatch):
    """A fresh copy of the world, without a network, as the current folder."""
    folder = tmp_path / "here"
    shutil.copytree(world, folder)
    monkeypatch.chdir(folder)
    for name, value in {"TOSTRACK_KEY": KEY, "GITHUB_TOKEN": "x", "EDITOR": "true"}.items():
        monkeypatch.setenv(name, value)
    platform = Platform(folder)
    urls = re.findall(r'url = "(.*)"', Path("watchlist.toml").read_text())
    platform.pages = Pages(dict.fromkeys([*urls, NEW, "https://acme.example/", "https://new.example/"], POLICY))
    monkeypatch.setattr("tostrack.fetch.fetch_all", lambda requests, **_: platform.fetch_all(requests))
    monkeypatch.setattr("tostrack.sandbox.Worker", lambda **_: nullcontext(call_directly))
    monkeypatch.setattr(Client, "ask", lambda _, method, *__: (200, b"[]" if method == "GET" else b'{"number": 1}'))
    monkeypatch.setattr("tostrack.services.site.serve.rebuild_when_changed", lambda _: ())
    with Path("watchlist.toml").open("a") as file:
        file.write(f"""
[settings]
url = "https://tos.example.org"
allow_private = ["127.0.0.1"]
[digest.shop]
to = ["reader@example.org"]
[notify]
smtp = "{servers[0].url}"
from = "tostrack@example.org"
endpoint = "https://tos.example.org/mail"
hub = "https://hub.example.org/"
issues = "owner/repository"
""")
    return folder


def prepare(words, folder):
    """Make what the command of *words* reads; return its words with the reader's own in place."""
    line = " ".join(words)
    if line.startswith("import ota "):
        repository(folder / words[2], *COLLECTION)
    if line.startswith("import folder "):
        (saved := folder / "saved/Acme/Terms of Service").mkdir(parents=True)
        (saved / "2010-01-16.html").write_text(POLICY)
    if line.startswith("import declarations "):
        (declared := folder / "contrib-declarations/declarations").mkdir(parents=True)
        terms = {"Terms of Service": {"fetch": NEW, "select": "main"}}
        (declared / "New.json").write_text(json.dumps({"name": "New", "terms": terms}))
    if line.startswith("init"):
        (folder / "watchlist.toml").unlink()
    for other in re.findall(r"\S+/tostrack\.db", line):
        (folder / other).parent.mkdir()
        shutil.copy(folder / "tostrack.db", folder / other)
    if "heads.txt" in line:
        Path("heads.txt").write_text(CliRunner().invoke(cli, ["archive", "verify", "--heads"]).stdout)
    ours = [OF_READER.get(word, "watchlist.toml" if word.endswith("/watchlist.toml") else word) for word in words]
    return [
        re.sub(r"^\{.*\}$", "shop" if words[0] in ("notify", "subscribers") else "acme/terms", word) for word in ours
    ]


@pytest.mark.parametrize("words", RUN, ids=" ".join)
def test_a_command_that_is_shown_runs(words, here, servers):
    more = ["--archive", servers[1].url] if words[0] == "start" or words[:2] == ("import", "wayback") else []

    result = CliRunner().invoke(cli, [*prepare(words, here), *more])

    if result.exit_code != STATUS.get(words, 0) and not (words in NAMED and LACKS.search(result.output)):
        pytest.fail(f"{COMMANDS[words]}: exit status {result.exit_code}: {result.output or result.exception!r}")


#: Where the commands of other programs are tried, and what they need that a test has not.
ELSEWHERE = {
    "make": ".ci/run and .github/workflows/ci.yml",
    "pipx": "a package registry; `make wheel` installs into an empty home",
    "pip": "a package registry; ci.yml installs the extras",
    "python": "the shared corpus and minutes; tests/test_benchmark_*.py run parts",
    "python3": "root and a package registry",
    "datasette": "contracts/datasette.sh",
    "git": "the internet; tests/test_nightly_release.py runs the workflow's commands with a local remote",
    "gunicorn": "a web server; tests/test_notifying.py calls the endpoint",
    "docker": "a builder of images and its registry",
    "cp": "root; files of deploy/ exist",
    "systemctl": "root and systemd",
    "mkdir": "the shell",
    "cd": "the shell",
    "export": "the shell",
    "apt-get": "root",
}


def test_other_programs_that_are_shown_are_tried_elsewhere():
    typed = [
        command
        for page in PAGES
        if page.suffix == ".md"
        for block in FENCE.findall(page.read_text())
        for command in re.findall(r"^(?:\$|#) (.*?)(?:\s# .*)?$", block, re.MULTILINE)
        if not command.startswith("tostrack ")
    ]

    assert [command for command in typed if command.split()[0] not in ELSEWHERE] == []
    named = {name for command in typed for name in re.findall(r"(?:benchmarks|deploy)/[\w.]+", command)}
    assert [name for name in named if not (ROOT / name).exists()] == []
