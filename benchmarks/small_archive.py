"""An invented platform whose policies change by a seed: archives for the fault benchmarks, made in a second."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tostrack.analysis.flags import SHIPPED
from tostrack.archive.writer import Writer
from tostrack.fetch import Request
from tostrack.models import Document, Page, Snapshot
from tostrack.render.crawl_summary import CrawlResult
from tostrack.services import crawl as nightly_run

START = datetime(2024, 1, 1, 3, tzinfo=UTC)
_SENTENCES = (
    "You keep the rights to what you post on Pixboard.",
    "You grant us a worldwide, royalty-free licence to use the photos that you post.",
    "We may share your data with affiliates who help us to run the service.",
    "A business may pay us to display your name and photos in sponsored content.",
    "We do not sell your personal data to third parties.",
    "We may use what you post to train machine learning models.",
    "We keep your data for {} days after you leave.",
    "You must be at least {} years old to open an account.",
    "Disputes are settled by the courts of the place where you live, after {} days.",
    "We tell you of changes {} days before they take effect.",
)


class Platform:
    """Documents, and what their pages answer on each night; the same seed gives the same pages."""

    def __init__(self, documents: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self.documents = [
            Document("pixboard", f"policy-{number}", (Page(f"https://pixboard.example/{number}", ("main",)),))
            for number in range(documents)
        ]
        self._texts = [[self._sentence() for _ in range(12)] for _ in self.documents]

    def _sentence(self) -> str:
        return self._chance.choice(_SENTENCES).format(self._chance.randint(2, 99))

    def turn(self) -> None:
        """Let a night pass: a sentence of most documents is another."""
        for texts in self._texts:
            if self._chance.random() < 0.8:
                texts[self._chance.randrange(len(texts))] = self._sentence()

    def sentences(self, number: int) -> list[str]:
        """Return what a document says now."""
        return list(self._texts[number])

    def page(self, number: int) -> bytes:
        """Return the page of a document as it is now."""
        body = "".join(f"<p>{text}</p>" for text in self._texts[number])
        return f"<html><title>Policy</title><main><h1>Policy</h1>{body}</main></html>".encode()

    def fetch_all(self, at: datetime) -> nightly_run.FetchAll:
        """Return what answers every request as of *at*."""

        def answers(requests: Sequence[Request]) -> Iterator[tuple[Request, nightly_run.Answer]]:
            for request in requests:
                url = request.page.url
                page = self.page(int(url.rpartition("/")[2]))
                yield request, Snapshot(url, at, 200, page, {"content-type": "text/html"}, (url,))

        return answers


def writer(folder: Path) -> Writer:
    """Open the archive of *folder* for writing."""
    return Writer(folder / "tostrack.db", folder / "snapshots", now=START, authority="pixboard.example", book=SHIPPED)


def crawl(folder: Path, platform: Platform, night: int) -> Iterator[CrawlResult]:
    """Crawl all documents on a night, counted from 0."""
    at = START + timedelta(days=night)
    with writer(folder) as archive:
        yield from nightly_run.crawl(platform.documents, archive, platform.fetch_all(at), lambda: at)


def build(folder: Path, documents: int = 4, nights: int = 6, seed: int = 1) -> None:
    """Make an archive of so many documents and nights in *folder*."""
    platform = Platform(documents, seed)
    for night in range(nights):
        for _ in crawl(folder, platform, night):
            pass
        platform.turn()
