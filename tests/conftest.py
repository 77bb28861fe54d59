"""What every test may use: an archive in a folder of its own, and a platform that answers from a dict."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from tostrack import tracker
from tostrack.errors import FetchError
from tostrack.flag import SHIPPED
from tostrack.models import DigestSettings, Document, NotModified, Page, Snapshot
from tostrack.store.writer import Writer

# No test meets the clock; and on a build machine a run gives the same cases as the one before.
settings.register_profile("tostrack", deadline=None, derandomize="CI" in os.environ)
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

    def night(self, *, days: float = 1, **pages) -> list[tracker.Result]:
        """Crawl once, *days* after the night before; ``terms="..."`` sets what acme.example/terms answers."""
        self.pages.update({f"https://acme.example/{name}": page for name, page in pages.items()})
        with self.writer() as writer:
            results = list(tracker.crawl(self.documents, writer, self.fetch_all, lambda: self.at))
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
