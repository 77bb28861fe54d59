"""Makes versions of a document: from a text, the archive and today's rules to rows that are not stored yet.

Shared by all who record versions: the nightly run, a person who accepts a text, re-extraction and imports.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from tostrack.analysis import comparison
from tostrack.analysis.comparison_key import reading_key
from tostrack.analysis.decision import Decision, History, HistoryEntry, decide
from tostrack.analysis.flags import Rulebook
from tostrack.analysis.recorded import RecordedText, describe_text
from tostrack.archive.change_rows import ChangeRow
from tostrack.archive.read import VersionRow
from tostrack.archive.visits import NewVersion, PageState, Visit
from tostrack.archive.writer import Writer
from tostrack.clauses import assemble, text_key
from tostrack.errors import DocumentError
from tostrack.extraction import EXTRACTOR_VERSION, document_text
from tostrack.models import Change, Clause, Document, Reading, Reason, Snapshot, Version, from_iso
from tostrack.render.crawl_summary import CrawlResult
from tostrack.sandbox import Call, call_directly

log = logging.getLogger(__name__)

#: A new text is compared with so many last versions: variants that rotate do so within a few nights.
HISTORY = 8
#: Two equal fetches this far apart make an odd text the text (design, section 7).
CONFIRMED_AFTER = timedelta(hours=12)
_YEAR = timedelta(days=365)


class HistoryStore(Protocol):
    """The archive's methods for one document: a `Writer`, or an object that is used like one."""

    @property
    def book(self) -> Rulebook:
        """See `Writer`, as for all others."""

    def current(self, service: str, document: str, /) -> VersionRow | None: ...  # noqa: D102
    def at(self, service: str, document: str, when: datetime, /) -> VersionRow | None: ...  # noqa: D102
    def reading(self, row: VersionRow, /) -> Reading: ...  # noqa: D102
    def latest_with_text(self, document: Document, key_sha256: str, /) -> VersionRow | None: ...  # noqa: D102
    def last_seen(self, service: str, document: str, /) -> str | None: ...  # noqa: D102
    def unflagged(self, clauses: Iterable[Clause], fingerprint: str, /) -> list[Clause]: ...  # noqa: D102
    def record(self, visit: Visit, /) -> None: ...  # noqa: D102


def store_visit(visit: Visit, writer: Writer, *, dry_run: bool = False) -> CrawlResult:
    """Store *visit* in one transaction, unless it is a dry run, and return what it came to.

    Raises:
        StoreError: Nothing of it is stored.
    """
    if dry_run:
        return _result_of(visit, writer)
    # A run that is killed between the two would leave a list of flags that no longer fits, and no later visit mends it.
    with writer.together():
        writer.record(visit)
        if visit.versions or visit.settled:
            writer.list_flags(visit.document.service, visit.document.slug)
    result = _result_of(visit, writer)
    log.info("%s: %s %s", result.id, result.outcome, result.cause)
    return result


def _result_of(visit: Visit, writer: Writer) -> CrawlResult:
    document = visit.document
    change = visit.settled or next((version.change for version in visit.versions if version.change), None)
    current = writer.current(document.service, document.slug)
    number = visit.versions[-1].reading.version.number if visit.versions else current.number if current else None
    found = CrawlResult(
        *(document.service, document.slug, visit.outcome, visit.cause, visit.message, visit.http_status, number)
    )
    if change is None:
        return found
    return replace(
        found,
        verdict=change.verdict,
        topics=change.topics,
        change=change,
        reason=change.reason,
        clauses=len(change.hunks),
    )


def read_bounded(version: Version, call: Call) -> tuple[Reading, RecordedText]:
    """Return a text that was just taken from pages with its clauses, and what it is known by.

    Raises:
        ExtractError: It overran the bounds of a document, or has more clauses than any policy.
    """
    described = call(describe_text, version.text)
    return Reading(version, tuple(assemble(described.clauses))), described


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

    Where our rules changed, the old text is extracted again first, so that like is compared with like.

    Args:
        before: The current text, and *current* its row.
        kept: The captures that it was read from.
    """
    versions = []
    if not has_current_rules(document, current):
        again = reextract_kept(document, kept, before, at, call)
        if again and reading_key(again) == reading_key(reading):
            again = reading
        if again and reading_key(again) != reading_key(before):
            versions.append(new_version(again, document, writer, kind="re-extraction", call=call))
            if again is reading:
                return tuple(versions)
            before = again
            reading = replace(reading, version=replace(reading.version, number=again.version.number + 1))
    history = load_history(document, writer, at, text_key(reading))
    if before.version.number > current.number:
        history = replace(history, entries=(HistoryEntry(before), *history.entries))
    decision = call(decide, history, reading, writer.book)
    versions.append(new_version(reading, document, writer, decision=decision, call=call))
    return tuple(versions)


def has_current_rules(document: Document, row: VersionRow) -> bool:
    """Whether the version of *row* was read by today's selectors and today's extractor."""
    return (row.declaration, row.extractor) == (document_text.declaration_hash(document), EXTRACTOR_VERSION)


def reextract_kept(
    document: Document, kept: Mapping[int, Snapshot], before: Reading, at: datetime, call: Call = call_directly
) -> Reading | None:
    """Return the kept captures read by today's rules, or None when they cannot be: then there is no like to compare."""
    if len(kept) < len(document.pages):
        return None
    try:
        text = call(document_text.extract_text, document, kept)
        return read_bounded(Version(text, at, before.version.number + 1), call)[0]
    except DocumentError:
        return None


def load_history(document: Document, writer: Writer, at: datetime, key: str = "") -> History:
    """Return the last versions, most recent first, as far back as the last one that readers were notified of.

    Args:
        at: The time of the visit: reversions within the year before it count.
        key: Where given, any older version with the text of this key comes last: was this text seen before?
    """
    changes = list(writer.changes(document.service, document.slug))
    judged: dict[int, ChangeRow] = {}
    for row in changes:
        # The newest judgement of a version is the one that holds: it may have been made late.
        judged.setdefault(row.to_number, row)
    rows = writer.recent(document, HISTORY)
    while rows[-1].number > 1 and not any(_is_known(row, judged) for row in rows):
        rows = writer.recent(document, len(rows) * 2)
    same = writer.latest_with_text(document, key)
    if same and same.number < rows[-1].number:
        rows.append(same)
    entries = [
        HistoryEntry(
            writer.reading(row),
            notified=row.number in judged and judged[row.number].announced,
            reason=None if _begins(row, judged) else Reason(judged[row.number].reason),
        )
        for row in rows
    ]
    return History(tuple(entries), _count_reversions(changes, at))


def _count_reversions(changes: Iterable[ChangeRow], at: datetime) -> int:
    """Return how many reversions readers were notified of in the year before *at*."""
    return sum(
        row.announced and row.reason == Reason.REVERTED and at - from_iso(row.seen_at) <= _YEAR for row in changes
    )


def _is_known(row: VersionRow, judged: Mapping[int, ChangeRow]) -> bool:
    return _begins(row, judged) or judged[row.number].announced


def _begins(row: VersionRow, judged: Mapping[int, ChangeRow]) -> bool:
    """Whether readers' knowledge begins with the version: nobody is notified of an import; a crawl continues from it.

    Version 1 is where it began even when earlier versions were found later.
    """
    return row.kind == "import" or row.number == 1 or row.number not in judged


def new_version(
    reading: Reading,
    document: Document,
    writer: HistoryStore,
    *,
    kind: str = "crawl",
    decision: Decision | None = None,
    change: Change | None = None,
    captures: Mapping[int, Snapshot] | None = None,
    call: Call = call_directly,
) -> NewVersion:
    """Return *reading* as a version to append, with the flags of the clauses that the archive has not seen yet.

    Args:
        kind: ``crawl``, ``import`` or ``re-extraction``: readers are notified only of a change that a crawl found.
        decision: What the text means; None for a re-extraction.
        change: What changed, where nobody decides whether to tell of it.
        captures: What it was read from, where that is not the newest capture of each page.
    """
    book = writer.book
    change = decision.change if decision else change
    clauses = writer.unflagged(reading.clauses, book.fingerprint)
    return NewVersion(
        reading,
        kind,
        EXTRACTOR_VERSION,
        document_text.declaration_hash(document),
        replace(change, service=document.service, document=document.slug) if change else None,
        announced=kind == "crawl" and decision is not None and decision.notify,
        flags=dict(zip(clauses, call(comparison.flag_clauses, clauses, book), strict=True)),
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
