"""What becomes a version of a document: from a text, the archive and today's rules to rows that are not stored yet.

Shared by all who record versions: the nightly run, a person who accepts a text, re-extraction and imports.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tostrack.analysis import alert_policy, comparison
from tostrack.analysis.alert_policy import HistoryEntry
from tostrack.archive.change_rows import ChangeRow
from tostrack.archive.read import VersionRow
from tostrack.archive.visits import NewVersion, PageState, Visit
from tostrack.archive.writer import Writer
from tostrack.clauses import text_key
from tostrack.errors import DocumentError
from tostrack.models import Change, Document, Outcome, Reading, Reason, Snapshot, Version, from_iso
from tostrack.sandbox import Call, call_directly

log = logging.getLogger(__name__)

#: How many of the last versions a new text is held against: variants that rotate do so within a few nights.
HISTORY = 8
#: Two equal fetches this far apart make an odd text the text (design, section 7).
CONFIRMED_AFTER = timedelta(hours=12)
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class CrawlResult:
    """What one visit came to, as ``crawl --json`` prints it; ``change`` is not printed."""

    service: str
    document: str
    outcome: Outcome
    cause: str = ""
    message: str = ""
    http_status: int | None = None
    version: int | None = None
    verdict: str | None = None
    topics: tuple[str, ...] = ()
    change: Change | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return f"{self.service}/{self.document}"


def store_visit(visit: Visit, writer: Writer) -> CrawlResult:
    """Store *visit* in one transaction and return what it came to.

    Raises:
        StoreError: Nothing of it is stored.
    """
    writer.record(visit)
    result = result_of(visit, writer)
    log.info("%s: %s %s", result.id, result.outcome, result.cause)
    return result


def result_of(visit: Visit, writer: Writer) -> CrawlResult:
    """Return what *visit* comes to, stored or not."""
    document = visit.document
    change = visit.settled or next((version.change for version in visit.versions if version.change), None)
    current = writer.current(document.service, document.slug)
    number = visit.versions[-1].reading.version.number if visit.versions else current.number if current else None
    return CrawlResult(
        document.service,
        document.slug,
        visit.outcome,
        visit.cause,
        visit.message,
        visit.http_status,
        number,
        change.verdict.value if change else None,
        change.topics if change else (),
        change,
    )


def following_versions(
    document: Document,
    reading: Reading,
    before: Reading,
    current: VersionRow,
    kept: Mapping[int, Snapshot],
    writer: Writer,
    at: datetime,
    call: Call = call_directly,
) -> tuple[NewVersion, ...]:
    """Return what *reading* adds to the document: itself, judged, unless it is only our own rules that moved.

    Where our rules moved, the text that stood is read again by them first, so that like is compared with like.

    Args:
        before: The text that stands, and *current* its row.
        kept: The captures that it was read from.
    """
    versions = []
    if not has_current_rules(document, current):
        again = reextract_kept(document, kept, before, at, call)
        if again and text_key(again) == text_key(reading):
            again = reading
        if again and text_key(again) != current.key_sha256:
            versions.append(new_version(again, document, writer, kind="re-extraction"))
            if again is reading:
                return tuple(versions)
            before = again
            reading = replace(reading, version=replace(reading.version, number=again.version.number + 1))
    past = load_history(document, writer, text_key(reading))
    if before.version.number > current.number:
        past.insert(0, HistoryEntry(before))
    change = alert_policy.decide_change(reading, past, writer.book, returns=count_reversions(document, writer, at))
    change = replace(change, service=document.service, document=document.slug)
    versions.append(new_version(reading, document, writer, change=change))
    return tuple(versions)


def has_current_rules(document: Document, row: VersionRow) -> bool:
    """Whether the version of *row* was read by today's selectors and today's extractor."""
    return (row.declaration, row.extractor) == (comparison.declaration_hash(document), comparison.extractor_version())


def reextract_kept(
    document: Document, kept: Mapping[int, Snapshot], before: Reading, at: datetime, call: Call = call_directly
) -> Reading | None:
    """Return the kept captures read by today's rules, or None when they cannot be: then there is no like to compare."""
    if len(kept) < len(document.pages):
        return None
    try:
        text = call(comparison.extract_text, document, kept)
    except DocumentError:
        return None
    return comparison.read_version(Version(text, at, before.version.number + 1))


def load_history(document: Document, writer: Writer, key: str = "") -> list[HistoryEntry]:
    """Return the last versions, most recent first, as far back as what readers were told last.

    Where it is given, any older version with the text of *key* comes at the end: was this text seen before?
    """
    judged: dict[int, ChangeRow] = {}
    for row in writer.changes(document.service, document.slug):
        # The newest judgement of a version is the one that holds: it may have been told late.
        judged.setdefault(row.to_number, row)
    rows = writer.recent(document, HISTORY)
    while rows[-1].number > 1 and not any(_is_known(row, judged) for row in rows):
        rows = writer.recent(document, len(rows) * 2)
    same = writer.latest_with_text(document, key)
    if same and same.number < rows[-1].number:
        rows.append(same)
    return [
        HistoryEntry(
            writer.reading(row),
            told=row.number in judged and judged[row.number].announced,
            reason=None if _begins(row, judged) else Reason(judged[row.number].reason),
        )
        for row in rows
    ]


def count_reversions(document: Document, writer: Writer, at: datetime) -> int:
    """Return how many returns to an older text readers were told of the document in the year before *at*."""
    return sum(
        row.announced and row.reason == Reason.REVERTED and at - from_iso(row.seen_at) <= _YEAR
        for row in writer.changes(document.service, document.slug)
    )


def _is_known(row: VersionRow, judged: Mapping[int, ChangeRow]) -> bool:
    return _begins(row, judged) or judged[row.number].announced


def _begins(row: VersionRow, judged: Mapping[int, ChangeRow]) -> bool:
    """Whether what readers know begins with the version: nobody is told of an import, and a crawl goes on from it.

    Version 1 is where it began even when what stood before was found later.
    """
    return row.kind == "import" or row.number == 1 or row.number not in judged


def new_version(
    reading: Reading,
    document: Document,
    writer: Writer,
    *,
    kind: str = "crawl",
    change: Change | None = None,
    captures: Mapping[int, Snapshot] | None = None,
) -> NewVersion:
    """Return *reading* as a version to append, with the flags of the clauses that the archive has not seen yet.

    Args:
        kind: Only a change that a crawl found is told.
        captures: What it was read from, where that is not the newest capture of each page.
    """
    book = writer.book
    return NewVersion(
        reading,
        kind,
        comparison.extractor_version(),
        comparison.declaration_hash(document),
        change,
        announced=kind == "crawl" and change is not None and alert_policy.is_alert(change),
        flags=comparison.flag_clauses(writer.unflagged(reading.clauses, book.fingerprint), book),
        flags_fingerprint=book.fingerprint,
        captures=captures or {},
    )


def kept_captures(document: Document, known: Mapping[int, PageState], writer: Writer) -> dict[int, Snapshot]:
    """Return the newest sound captures of the document's pages with their bytes."""
    return {
        number: Snapshot(
            state.url,
            from_iso(state.fetched_at),
            state.status,
            writer.body(state),
            {"content-type": state.content_type},
            state.chain,
        )
        for number, state in known.items()
        if number < len(document.pages)
    }
