"""The nightly run: fetch, extract, judge, store, document by document; one document's failure never stops the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tostrack import pipeline, telling
from tostrack.errors import DocumentError, FetchError
from tostrack.fetch import Request
from tostrack.models import (
    Change,
    Document,
    NotModified,
    Outcome,
    Reading,
    Reason,
    Snapshot,
    Version,
    from_iso,
    sha256,
)
from tostrack.store.db import ChangeRow, VersionRow
from tostrack.store.visits import NewVersion, PageState, Visit
from tostrack.store.writer import Writer
from tostrack.telling import Past

log = logging.getLogger(__name__)

Answer = Snapshot | NotModified | FetchError
#: Yields every request with its answer, in the order in which they come.
FetchAll = Callable[[Sequence[Request]], Iterator[tuple[Request, Answer]]]

#: How many of the last versions a new text is held against: variants that rotate do so within a few nights.
_HISTORY = 8
#: Two equal fetches this far apart make an odd text the text (design, section 7).
_CONFIRMED_AFTER = timedelta(hours=12)


@dataclass(frozen=True)
class Result:
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


def crawl(
    documents: Iterable[Document], writer: Writer, fetch_all: FetchAll, now: Callable[[], datetime]
) -> Iterator[Result]:
    """Visit every document once and yield what came of it, as soon as it is stored.

    Each document is one transaction: what was yielded survives a kill, and a run that is repeated goes on from there.

    Raises:
        StoreError: The archive cannot be written; what was yielded before is stored.
    """
    by_id = {document.id: document for document in documents}
    requests = [
        Request((document.id, number), page, known[number].validators if number in known else None)
        for document in by_id.values()
        for known in (writer.pages(document),)
        for number, page in enumerate(document.pages)
    ]
    for document, answers in _by_document(by_id, fetch_all(requests)):
        yield _visit(document, answers, writer, now())


@dataclass(frozen=True)
class Preview:
    """What would be kept of a document today; nothing is stored."""

    document: Document
    text: str = ""
    clauses: int = 0
    cause: str = ""
    message: str = ""


def preview(documents: Iterable[Document], fetch_all: FetchAll) -> Iterator[Preview]:
    """Fetch *documents* and yield the text that a first crawl would keep of each, or why it would keep none."""
    by_id = {document.id: document for document in documents}
    requests = [
        Request((document.id, number), page, None)
        for document in by_id.values()
        for number, page in enumerate(document.pages)
    ]
    for document, answers in _by_document(by_id, fetch_all(requests)):
        captures = {number: answer for number, answer in answers.items() if isinstance(answer, Snapshot)}
        try:
            for _, answer in sorted(answers.items()):
                if isinstance(answer, FetchError):
                    raise answer
            text = pipeline.text(document, captures)
        except DocumentError as error:
            yield Preview(document, cause=error.cause, message=str(error))
            continue
        cause = pipeline.suspicion(captures.values(), text, None)
        message = f"does not look like a policy ({cause})" if cause else ""
        yield Preview(document, text, len(pipeline.read(text).clauses), cause, message)


def _by_document(
    by_id: Mapping[str, Document], answers: Iterable[tuple[Request, Answer]]
) -> Iterator[tuple[Document, dict[int, Answer]]]:
    """Yield each document once all of its pages are answered."""
    gathered: dict[str, dict[int, Answer]] = {name: {} for name in by_id}
    for request, answer in answers:
        name, number = request.key
        gathered[name][number] = answer
        if len(gathered[name]) == len(by_id[name].pages):
            yield by_id[name], gathered.pop(name)


def _visit(document: Document, answers: Mapping[int, Answer], writer: Writer, at: datetime) -> Result:
    visit = _assess(document, answers, writer, at)
    writer.record(visit)
    change = visit.settled or next((version.change for version in visit.versions if version.change), None)
    current = writer.current(document.service, document.slug)
    result = Result(
        document.service,
        document.slug,
        visit.outcome,
        visit.cause,
        visit.message,
        visit.http_status,
        current.number if current else None,
        change.verdict.value if change else None,
        change.topics if change else (),
        change,
    )
    log.info("%s: %s %s", result.id, result.outcome, result.cause)
    return result


def _assess(document: Document, answers: Mapping[int, Answer], writer: Writer, at: datetime) -> Visit:
    """Decide what *answers* mean; stores nothing."""
    failure = next((answer for _, answer in sorted(answers.items()) if isinstance(answer, FetchError)), None)
    if failure:
        return Visit(document, at, Outcome.FAILED, failure.cause, str(failure), failure.status)
    captures = {number: answer for number, answer in answers.items() if isinstance(answer, Snapshot)}
    status = next((capture.status for capture in captures.values()), 304)
    seen = Visit(document, at, Outcome.UNCHANGED if captures else Outcome.NOT_MODIFIED, "", "", status, captures)
    known = writer.pages(document)
    current = writer.current(document.service, document.slug)
    ours = pipeline.declaration(document)
    same_bytes = all(number in known and known[number].sha256 == c.sha256 for number, c in captures.items())
    if current and same_bytes and (current.declaration, current.extractor) == (ours, pipeline.extractor()):
        return _stands(seen, writer)
    kept = _kept(document, known, writer)
    try:
        text = pipeline.text(document, {**kept, **captures})
    except DocumentError as error:
        # The page may say itself why there is nothing to select: that is the better word for it.
        says = pipeline.diagnosis(captures.values())
        outcome, cause = (Outcome.SUSPECT, says) if says else (Outcome.FAILED, error.cause)
        key = sha256(f"cause:{cause}")
        return replace(seen, outcome=outcome, cause=cause, message=str(error), suspect_key=key)
    before = writer.reading(current) if current else None
    reading = pipeline.read(Version(text, at, (current.number if current else 0) + 1))
    key = pipeline.text_key(reading)
    if current and key == current.key_sha256:
        return _stands(seen, writer)
    cause = pipeline.suspicion(captures.values(), text, before)
    if cause and not _confirmed(document, writer, key, cause, at):
        message = f"{document.id}: this does not look like the policy ({cause}); the last good version stands"
        return replace(seen, outcome=Outcome.SUSPECT, cause=cause, message=message, suspect_key=key)
    if current is None or before is None:
        return replace(seen, outcome=Outcome.FIRST, versions=(_new(reading, document, writer),))
    return _changed(seen, reading, before, current, kept, writer)


def _stands(seen: Visit, writer: Writer) -> Visit:
    """Return the visit of a night without change; a return that waited is told once it has stood."""
    document = seen.document
    last = next(iter(writer.changes(document.service, document.slug, limit=1)), None)
    if last is None or last.announced:
        return seen
    found = telling.settled(_history(document, writer), seen.at)
    if found is None:
        return seen
    return replace(seen, settled=replace(found, service=document.service, document=document.slug))


def _changed(
    seen: Visit,
    reading: Reading,
    before: Reading,
    current: VersionRow,
    kept: Mapping[int, Snapshot],
    writer: Writer,
) -> Visit:
    """Return the visit with the new version; when our rules moved, their old text is read again by them first."""
    document, versions = seen.document, []
    if (current.declaration, current.extractor) != (pipeline.declaration(document), pipeline.extractor()):
        again = _again(document, kept, before, seen.at)
        if again and pipeline.text_key(again) == pipeline.text_key(reading):
            again = reading
        if again and pipeline.text_key(again) != current.key_sha256:
            versions.append(_new(again, document, writer, kind="re-extraction"))
            if again is reading:
                return replace(seen, versions=tuple(versions))
            before = again
            reading = replace(reading, version=replace(reading.version, number=again.version.number + 1))
    past = _history(document, writer, pipeline.text_key(reading))
    if before.version.number > current.number:
        past.insert(0, Past(before))
    change = replace(telling.change(reading, past), service=document.service, document=document.slug)
    versions.append(_new(reading, document, writer, change=change))
    return replace(seen, outcome=Outcome.CHANGED, versions=tuple(versions))


def _again(document: Document, kept: Mapping[int, Snapshot], before: Reading, at: datetime) -> Reading | None:
    """Return the kept captures read by today's rules, or None when they cannot be: then there is no like to compare."""
    if len(kept) < len(document.pages):
        return None
    try:
        text = pipeline.text(document, kept)
    except DocumentError:
        return None
    return pipeline.read(Version(text, at, before.version.number + 1))


def _history(document: Document, writer: Writer, key: str = "") -> list[Past]:
    """Return the last versions, most recent first, as far back as what readers were told last.

    Where it is given, any older version with the text of *key* comes at the end: was this text seen before?
    """
    judged: dict[int, ChangeRow] = {}
    for row in writer.changes(document.service, document.slug):
        # The newest judgement of a version is the one that holds: it may have been told late.
        judged.setdefault(row.to_number, row)
    rows = writer.recent(document, _HISTORY)
    while rows[-1].number > 1 and not any(_is_known(row, judged) for row in rows):
        rows = writer.recent(document, len(rows) * 2)
    same = writer.latest_with_text(document, key)
    if same and same.number < rows[-1].number:
        rows.append(same)
    return [
        Past(
            writer.reading(row),
            told=row.number in judged and judged[row.number].announced,
            reason=Reason(judged[row.number].reason) if row.number in judged else None,
        )
        for row in rows
    ]


def _is_known(row: VersionRow, judged: Mapping[int, ChangeRow]) -> bool:
    return row.number not in judged or judged[row.number].announced


def _new(
    reading: Reading, document: Document, writer: Writer, *, kind: str = "crawl", change: Change | None = None
) -> NewVersion:
    fingerprint = pipeline.flags_fingerprint()
    return NewVersion(
        reading,
        kind,
        pipeline.extractor(),
        pipeline.declaration(document),
        change,
        announced=change is not None and telling.is_told(change),
        flags=pipeline.flags(writer.unflagged(reading.clauses, fingerprint)),
        flags_fingerprint=fingerprint,
    )


def _kept(document: Document, known: Mapping[int, PageState], writer: Writer) -> dict[int, Snapshot]:
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


def _confirmed(document: Document, writer: Writer, key: str, cause: str, at: datetime) -> bool:
    """Whether a suspect text has stood long enough to be the text.

    Only an odd text can be confirmed by coming again. A page that says itself that it is an outage, a login or a
    challenge is no policy however long it stands; a person accepts it or mends the watchlist.
    """
    row = writer.suspect(document, key)
    return cause in pipeline.CONFIRMABLE and row is not None and at - from_iso(row.first_seen_at) >= _CONFIRMED_AFTER
