"""The replay corpus, visited night by night, and what the tracker would decide: without an archive.

Needs the shared folder with the replay corpus: TOSTRACK_SHARED, or ``../shared`` beside the repository.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from tostrack.analysis import comparison
from tostrack.clauses import text_key
from tostrack.errors import DocumentError
from tostrack.extraction import document_text
from tostrack.extraction.selectors import parse_selectors
from tostrack.models import Document, Page, Reading, Snapshot, Version, from_iso, sha256
from tostrack.services.new_versions import CONFIRMED_AFTER

_WEEK = timedelta(days=7)


def replay_folder() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("TOSTRACK_SHARED", beside)) / "replay"
    if not (folder / "manifest.jsonl").exists():
        raise SystemExit("skipped: no replay corpus; set TOSTRACK_SHARED to the folder that holds replay/")
    return folder


def load(folder: Path | None = None):
    """Return the corpus in *folder*, or the shared one: ``docs`` by path, ``decl`` by id, ``body(id)``."""
    folder = folder or replay_folder()
    sys.path.insert(0, str(folder))
    from replay_server import Corpus

    return Corpus(str(folder))


def newest_pages(folder: Path) -> list[dict]:
    """Return the row of the newest HTML page of each document in a corpus; views for printing are left out."""
    newest = {}
    for row in map(json.loads, (folder / "manifest.jsonl").open()):
        if "html" in row["content_type"] and not row["path"].endswith(("-print", "-workbench")):
            newest[row["path"]] = row
    return list(newest.values())


def declared(corpus, capture: dict) -> Document:
    """Return the document as the peer declared it when *capture* was made."""
    known = capture.get("peer_decl")
    entry = corpus.decl.get(capture["decl"] if known is None else known) or {}
    select, remove = (parse_selectors(entry.get(use) or ()) for use in ("select", "remove"))
    return Document("service", "document", (Page(capture["url"], select, remove),))


def snapshot(capture: dict, body: bytes, *, status: int = 200, final_url: str = "", content_type: str = "") -> Snapshot:
    """Return *body* as the answer that *capture* was, or a fault in its place."""
    headers = {"content-type": content_type or capture["content_type"]}
    chain = (capture["url"], final_url) if final_url else (capture["url"],)
    return Snapshot(capture["url"], from_iso(capture["fetched_at"]), status, body, headers, chain)


@dataclass(frozen=True)
class Night:
    """What one visit came to: ``first``, ``changed``, ``unchanged``, ``suspect`` or ``failed``, and why."""

    outcome: str
    cause: str = ""
    #: The hash of the canonical text, where there is a text.
    key: str = ""
    text: str = ""
    #: Held back first, accepted when it came again.
    confirmed: bool = False


@dataclass
class Watch:
    """One document under watch: the rules of `tracker._assess`, with nothing stored but what stands."""

    document: Document | None = None
    before: Reading | None = None
    key: str = ""
    capture: Snapshot | None = None
    suspects: dict[str, datetime] = field(default_factory=dict)

    def visit(self, document: Document, capture: Snapshot) -> Night:
        """Return what the tracker would make of *capture*, and let it stand if it is a version."""
        if self.document != document:
            self._reread(document)
        if self.capture and capture.body == self.capture.body:
            return Night("unchanged", key=self.key)
        night = self.look(document, capture)
        if night.outcome in ("first", "changed", "unchanged"):
            self.suspects.clear()
            self.capture = capture
        if night.outcome in ("first", "changed"):
            self.before, self.key = comparison.read_version(Version(night.text)), night.key
        return night

    def look(self, document: Document, capture: Snapshot) -> Night:
        """Return what the tracker would make of *capture*; only suspicion is remembered."""
        try:
            text = document_text.extract_text(document, {0: capture})
        except DocumentError as error:
            says = document_text.diagnose_pages((capture,))
            return Night("suspect", says) if says else Night("failed", error.cause)
        key = text_key(comparison.read_version(text))
        if key == self.key:
            return Night("unchanged", key=key, text=text)
        cause = document_text.find_suspicion((capture,), text, self.before, (self.capture,) if self.capture else ())
        if cause:
            first = self.suspects.setdefault(sha256(f"{key}"), capture.fetched_at)
            stood = capture.fetched_at - first >= CONFIRMED_AFTER
            if cause not in document_text.CONFIRMABLE or not stood:
                return Night("suspect", cause, key, text)
        return Night("changed" if self.before else "first", cause, key, text, confirmed=bool(cause))

    def _reread(self, document: Document) -> None:
        """Read what stands by new selectors: our rules moved, not their text."""
        self.document = document
        if self.capture is None:
            return
        try:
            text = document_text.extract_text(document, {0: self.capture})
        except DocumentError:
            return
        self.before = comparison.read_version(Version(text))
        self.key = text_key(self.before)


def nightly(watch: Watch, document: Document, answer: Snapshot, following: dict | None) -> Night:
    """Return what *answer* came to for a tracker that visits every night, though the archive has only some nights.

    Where the next capture is a week away, the page is taken to have stood: an odd text then comes again.
    """
    night = watch.visit(document, answer)
    if night.outcome == "suspect" and following and from_iso(following["fetched_at"]) - answer.fetched_at >= _WEEK:
        again = watch.visit(document, replace(answer, fetched_at=answer.fetched_at + timedelta(days=1)))
        return again if again.outcome in ("first", "changed") else night
    return night


def nights(corpus, path: str) -> Iterator[tuple[dict, Night, Watch]]:
    """Yield every HTML capture of *path* in order with what it came to."""
    watch = Watch()
    captures = [capture for capture in corpus.docs[path] if "html" in capture["content_type"]]
    for capture, following in zip(captures, [*captures[1:], None], strict=True):
        answer = snapshot(capture, corpus.body(capture["body"]))
        yield capture, nightly(watch, declared(corpus, capture), answer, following), watch
