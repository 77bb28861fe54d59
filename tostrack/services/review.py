"""A person's decisions about stored texts: a text that waits in quarantine, selectors that moved.

No platform is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime

from tostrack.analysis.comparison_key import reading_key
from tostrack.archive.read import VersionRow
from tostrack.archive.visits import SuspectRow, Visit
from tostrack.archive.writer import Writer
from tostrack.errors import ConfigError, DocumentError, ExtractError
from tostrack.extraction import document_text
from tostrack.models import Document, Outcome, Reading, Snapshot, Version, from_iso
from tostrack.render.crawl_summary import CrawlResult
from tostrack.sandbox import OVERRUNS, Call, call_directly
from tostrack.services.executor import HERE, Executor, call_through
from tostrack.services.import_history import accept_recorded, is_recorded
from tostrack.services.new_versions import (
    following_versions,
    kept_captures,
    new_version,
    read_bounded,
    store_visit,
)
from tostrack.value import Value


def accept_quarantined(
    document: Document,
    writer: Writer,
    at: datetime,
    key: str = "",
    *,
    dry_run: bool = False,
    call: Call = call_directly,
) -> CrawlResult:
    """Make a quarantined text the next version of *document*: judged, flagged and reported like any other.

    Args:
        key: The beginning of the text's hash, where several wait; by default the one seen last.

    Raises:
        ConfigError: None waits under that name, the page has shown the current text again since, or no text can
            be read from what was kept, or judged within the bounds of a document.
    """
    try:
        return _accept(document, writer, at, key, dry_run=dry_run, call=call)
    except ExtractError as error:
        raise ConfigError(f"{document.id}: the text cannot be judged: {error}; it stays in quarantine") from error


def _accept(document: Document, writer: Writer, at: datetime, key: str, *, dry_run: bool, call: Call) -> CrawlResult:
    row = _waiting(document, writer, key)
    current = writer.current(document.service, document.slug)
    kept = kept_captures(document, writer.pages(document), writer)
    captures = writer.quarantined(row)
    for capture in captures.values():
        if is_recorded(capture):
            return accept_recorded(document, writer, capture, dry_run=dry_run, call=call)
    text = _text(document, {**kept, **captures}, row, call)
    reading, described = read_bounded(Version(text, at, (current.number if current else 0) + 1), call)
    if current and reading_key(writer.reading(current)) == described.reading_key:
        raise ConfigError(f"{document.id}: that is the text of version {current.number}, which is current")
    status = next((capture.status for capture in captures.values()), None)
    visit = Visit(document, at, Outcome.FIRST, "", "", status, captures, accepts=row.key_sha256)
    if current:
        versions = following_versions(document, reading, writer.reading(current), current, kept, writer, at, call)
        visit = replace(visit, outcome=Outcome.CHANGED, versions=versions)
    else:
        visit = replace(visit, versions=(new_version(reading, document, writer, call=call),))
    return store_visit(visit, writer, dry_run=dry_run)


def _waiting(document: Document, writer: Writer, key: str) -> SuspectRow:
    """Return the text of *document* in quarantine that *key* names and that has not passed."""
    rows = [row for row in writer.suspects(document.service, document.slug) if row.key_sha256.startswith(key)]
    if not rows:
        named = f" whose key begins with {key!r}" if key else ""
        raise ConfigError(
            f"{document.id}: no text{named} is quarantined; `tostrack review` lists the quarantined texts"
        )
    row = rows[0]
    good = writer.last_seen(document.service, document.slug)
    if good and good > row.last_seen_at:
        raise ConfigError(
            f"{document.id}: the page showed the current text again at {good}, after this one "
            f"({row.last_seen_at}); it has passed, and there is nothing to accept"
        )
    return row


def _text(document: Document, captures: Mapping[int, Snapshot], row: SuspectRow, call: Call) -> str:
    if len(captures) < len(document.pages):
        raise ConfigError(f"{document.id}: not every page of it was kept; crawl it first")
    try:
        return call(document_text.extract_text, document, captures)
    except DocumentError as error:
        raise ConfigError(
            f"{document.id}: what was kept holds no text to accept ({row.cause}): {error}; mend its entry, then crawl"
        ) from error


class Reextraction(Value):
    """The result of extracting a kept capture again, as ``reextract --json`` prints it."""

    service: str
    document: str
    #: ``re-extracted``, ``unchanged``, ``suspect``, ``failed`` or ``skipped``.
    outcome: str
    cause: str = ""
    message: str = ""
    #: The number of the version that is current then.
    version: int | None = None
    clauses_before: int = 0
    clauses: int = 0

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return f"{self.service}/{self.document}"


class _Kept(Value):
    """The captures that a document is extracted from again, and its current text; no captures if there are none."""

    document: Document
    current: VersionRow | None
    captures: Mapping[int, Snapshot] = field(default_factory=dict)
    before: Reading | None = None


class _Read(Value):
    """The result: a text, or why there is none, or why it does not look like the policy."""

    reading: Reading | None = None
    cause: str = ""
    message: str = ""


def reextract(
    documents: Iterable[Document],
    writer: Writer,
    at: datetime,
    *,
    dry_run: bool = False,
    force: bool = False,
    spread: Executor = HERE,
) -> Iterator[Reextraction]:
    """Read the newest kept capture of each document by today's selectors and extractor, and yield what came of it.

    Another text is a version of the kind ``re-extraction``: it is never judged and never announced, and the next crawl
    compares like with like.

    Args:
        force: Store also a text that does not look like the policy beside the current one.
        spread: Who reads the pages, which may be hostile.
    """
    jobs = ((document.id, _kept(document, writer)) for document in documents)
    for kept, answer in spread(_read, jobs):
        if not kept.captures:
            yield _skipped(kept.document, kept.current)
            continue
        read = _Read(None, answer.cause, str(answer)) if isinstance(answer, ExtractError) else answer
        yield _reextracted(kept, read, writer, at, call_through(spread, kept.document.id), dry_run=dry_run, force=force)


def _kept(document: Document, writer: Writer) -> _Kept:
    current = writer.current(document.service, document.slug)
    captures = kept_captures(document, writer.pages(document), writer)
    if current is None or len(captures) < len(document.pages):
        return _Kept(document, current)
    return _Kept(document, current, captures, writer.reading(current))


def _read(kept: _Kept, call: Call) -> _Read:
    """Return what today's rules make of the captures; pure."""
    current, before, captures = kept.current, kept.before, kept.captures
    if current is None or before is None:
        return _Read()
    try:
        text = call(document_text.extract_text, kept.document, captures)
        reading, described = read_bounded(Version(text, before.version.seen_at, before.version.number + 1), call)
        if described.reading_key == reading_key(before):
            return _Read(reading)
        return _Read(reading, call(document_text.find_suspicion, tuple(captures.values()), text, before))
    except DocumentError as error:
        mend = ""
        if error.cause not in OVERRUNS:
            with suppress(ExtractError):
                mend = call(document_text.propose_repair, kept.document, captures, before.version.text)
        return _Read(None, error.cause, f"{error}; {mend}" if mend else str(error))


def _skipped(document: Document, current: VersionRow | None) -> Reextraction:
    if current is None:
        cause, message = "no-version", "nothing is recorded yet; crawl it first"
    else:
        cause, message = "no-capture", "no capture from its address is kept; the next crawl reads it"
    return Reextraction(
        document.service,
        document.slug,
        "skipped",
        cause,
        f"{document.id}: {message}",
        current.number if current else None,
    )


def _reextracted(
    kept: _Kept, read: _Read, writer: Writer, at: datetime, call: Call, *, dry_run: bool, force: bool
) -> Reextraction:
    """Store what was read, if it is another text; return what it came to."""
    document, current, reading = kept.document, kept.current, read.reading
    assert current is not None
    assert kept.before is not None
    stood = len(kept.before.clauses)
    found = Reextraction(
        document.service, document.slug, "unchanged", "", "", current.number, clauses_before=stood, clauses=stood
    )
    if reading is None:
        return replace(found, outcome="failed", cause=read.cause, message=read.message)
    found = replace(found, clauses=len(reading.clauses))
    if reading_key(reading) == reading_key(kept.before):
        return found
    if read.cause and not force:
        message = f"{document.id}: by today's rules the kept page does not look like the policy ({read.cause})"
        return replace(found, outcome="suspect", cause=read.cause, message=f"{message}; mend its entry, or --force")
    if not dry_run:
        seen = writer.last_seen(document.service, document.slug)
        reading = replace(reading, version=replace(reading.version, seen_at=at))
        try:
            version = new_version(reading, document, writer, kind="re-extraction", call=call)
        except ExtractError as error:
            return replace(found, outcome="failed", cause=error.cause, message=f"{document.id}: {error}")
        visit = Visit(document, at, Outcome.UNCHANGED, versions=(version,), checked=False)
        store_visit(replace(visit, seen_at=from_iso(seen) if seen else None), writer)
    return replace(found, outcome="re-extracted", version=current.number + 1)
