"""What every test may use: an archive in a folder of its own, and a platform that answers from a dict."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings

from tostrack.analysis.flags import SHIPPED
from tostrack.archive.writer import Writer
from tostrack.cli import cli
from tostrack.errors import FetchError
from tostrack.models import (
    Change,
    DigestSettings,
    Document,
    Edit,
    Hunk,
    Judgement,
    NotModified,
    Page,
    Reason,
    Snapshot,
    Version,
)
from tostrack.render.crawl_summary import CrawlResult
from tostrack.sandbox import Call, call_directly
from tostrack.services import crawl

# No test meets the clock, not even through a health check; and on a build machine a run gives the same cases as the one
# before.
settings.register_profile(
    "tostrack", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("tostrack")

START = datetime(2024, 1, 1, 3, tzinfo=UTC)


def paragraphs(*texts: str, title: str = "Terms") -> str:
    body = "".join(f"<p>{text}</p>" for text in texts)
    return f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"


class Platform:
    """A platform without a network: ``pages`` maps a URL to HTML, to an answer, or to an error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages: dict[str, str | NotModified | FetchError] = {}
        self.at = START
        self.book = SHIPPED
        self.digests: tuple[DigestSettings, ...] = ()
        self.documents = [
            Document("acme", "terms", (Page("https://acme.example/terms", select=("main",)),), "Terms", "Acme")
        ]

    def fetch_all(self, requests):
        for request in requests:
            answer = self.pages[request.page.url]
            if isinstance(answer, str):
                headers = {"content-type": "text/html"}
                answer = Snapshot(request.page.url, self.at, 200, answer.encode(), headers, (request.page.url,))
            yield request, answer

    def night(self, *, days: float = 1, call: Call = call_directly, **pages) -> list[CrawlResult]:
        """Crawl once, *days* after the night before; ``terms="..."`` sets what acme.example/terms answers."""
        self.pages.update({f"https://acme.example/{name}": page for name, page in pages.items()})
        with self.writer() as writer:
            results = list(crawl.crawl(self.documents, writer, self.fetch_all, lambda: self.at, call=call))
        self.at += timedelta(days=days)
        return results

    def writer(self) -> Writer:
        folder = self.folder / "snapshots"
        return Writer(self.database, folder, now=START, authority="acme.example", book=self.book, digests=self.digests)

    @property
    def database(self) -> Path:
        return self.folder / "tostrack.db"

    def files(self) -> list[str]:
        root = self.folder / "snapshots"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def platform(tmp_path):
    return Platform(tmp_path)


#: A watchlist for the command line: what `platform` serves.
WATCHLIST = """
[settings]
delay = 0
allow_private = ["127.0.0.1"]
contact = "ops@acme.example"

[watch.acme]
name = "Acme"

[watch.acme.terms]
name = "Terms"
url = "https://acme.example/terms"
select = "main"
"""
LICENCE = "You grant us a non-exclusive, royalty-free, limited licence to use and display the content that you post."
WIDER = LICENCE.replace("limited", "transferable")


@pytest.fixture
def run(platform):
    """Run a command in the folder of `platform`."""
    (platform.folder / "watchlist.toml").write_text(WATCHLIST)

    def run(*args):
        return CliRunner().invoke(cli, ["-w", str(platform.folder / "watchlist.toml"), *args])

    return run


def reworded(*words: tuple[str, str], heading: tuple[str, ...] = (), **fields) -> Hunk:
    """Return a reworded clause, its two texts read from its words."""
    old = "".join(text for op, text in words if op != "+")
    new = "".join(text for op, text in words if op != "-")
    return Hunk(Edit.REWORDED, heading, old, new, words, **fields)


def change_of(
    *hunks: Hunk,
    name: str = "acme/terms",
    days: tuple[datetime, datetime] = (datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 2, tzinfo=UTC)),
    explanation: str = "We share more.",
) -> Change:
    """Return a substantive change of the first version of a document to its second."""
    old, new = (Version(text, day, at) for at, (text, day) in enumerate(zip("ab", days, strict=True), 1))
    service, _, document = name.partition("/")
    return Change(old, new, hunks, Judgement(Reason.NEW_TEXT, explanation), service, document)
