"""The nightly run: fetch, extract, judge, store, document by document; one document's failure never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime, timedelta
from itertools import takewhile

from tostrack.analysis.comparison_key import reading_key
from tostrack.analysis.decision import decide
from tostrack.analysis.diff import diff
from tostrack.archive.read import VersionRow
from tostrack.archive.visits import PageState, Visit
from tostrack.archive.writer import Writer
from tostrack.errors import DocumentError, ExtractError, FetchError
from tostrack.extraction import document_text
from tostrack.fetch import FetchAll, Request, Result
from tostrack.models import (
    Clause,
    Document,
    Outcome,
    Page,
    Reading,
    Reason,
    Snapshot,
    Validators,
    Version,
    from_iso,
    sha256,
)
from tostrack.render.crawl_summary import CrawlResult
from tostrack.sandbox import OVERRUNS, Call, call_directly
from tostrack.services.frames import fetch_with_frames
from tostrack.services.new_versions import (
    CONFIRMED_AFTER,
    following_versions,
    has_current_rules,
    kept_captures,
    load_history,
    new_version,
    read_bounded,
    store_visit,
)
from tostrack.services.page_redirects import fetch_with_redirects
from tostrack.value import Value

#: Nobody means more by Retry-After; a slip of some zeros must not make us blind for years.
_LONGEST_WAIT = timedelta(days=7)

#: Some servers answer 304 to everything, whatever the page has become: a month is the longest that hides a change.
RECHECK = timedelta(days=30)


def crawl(
    documents: Iterable[Document],
    writer: Writer,
    fetch_all: FetchAll,
    now: Callable[[], datetime],
    *,
    recheck: timedelta = RECHECK,
    call: Call = call_directly,
) -> Iterator[CrawlResult]:
    """Visit every document once and yield what came of it, as soon as it is stored.

    Each document is one transaction: what was yielded survives a kill, and a run that is repeated goes on from there.

    Args:
        recheck: A page whose server has answered only 304 for so long is asked for the whole page.
        call: How to read a page, which may be hostile: a `sandbox.Worker` does it in bounded time and memory.

    Raises:
        StoreError: The archive cannot be written; what was yielded before is stored.
    """
    by_id: dict[str, Document] = {}
    for document in documents:
        if waiting := _waiting(document, writer, now()):
            yield waiting
        else:
            by_id[document.id] = document
    requests = [
        Request((document.id, number), page, _validators(page, known.get(number), now() - recheck))
        for document in by_id.values()
        for known in (writer.pages(document),)
        for number, page in enumerate(document.pages)
    ]
    for document, answers in _by_document(by_id, _fetch_followed(fetch_all, call)(requests)):
        yield store_visit(_assess(document, answers, writer, now(), call), writer)


def _fetch_followed(fetch_all: FetchAll, call: Call) -> FetchAll:
    """Return how to fetch pages with what they lead to or contain, as far as the watchlist asks for it."""
    return fetch_with_frames(fetch_with_redirects(fetch_all, call), call)


def _validators(page: Page, state: PageState | None, since: datetime) -> Validators | None:
    """Return what lets the server of a page answer 304; None when it last sent the page before *since*."""
    fresh = state is not None and from_iso(state.seen_at) > since
    # A page may be as it was while what is in its frames is not.
    return state.validators if state and fresh and page.follow == "nothing" else None


def _waiting(document: Document, writer: Writer, at: datetime) -> CrawlResult | None:
    """Return the result of a document whose server asked us to wait longer than until *at*; None when it is its turn.

    Nothing is stored: it was not checked.
    """
    row = next((row for row in writer.documents(document.service) if row.document == document.slug), None)
    if row is None or row.next_try_at is None or not timedelta() < from_iso(row.next_try_at) - at <= _LONGEST_WAIT:
        return None
    message = f"{document.id}: the server asked us to wait until {row.next_try_at} ({row.cause})"
    current = writer.current(document.service, document.slug)
    number = current.number if current else None
    return CrawlResult(document.service, document.slug, Outcome.SKIPPED, "waiting", message, row.http_status, number)


class Preview(Value):
    """The text that would be stored of a document today; nothing is stored."""

    document: Document
    text: str = ""
    clauses: tuple[Clause, ...] = ()
    cause: str = ""
    message: str = ""
    #: What differs between two fetches in a row: the words of the one and of the other, edit by edit.
    unstable: tuple[tuple[str, str], ...] = ()
    #: How the second fetch failed, if it did.
    again: str = ""
    captures: Mapping[int, Snapshot] = field(default_factory=dict, repr=False)
    #: The parts of the pages that were taken for no part of the policy, one line each.
    left_out: tuple[str, ...] = ()


def preview(
    documents: Iterable[Document],
    fetch_all: FetchAll,
    last: Callable[[Document], str | None] = lambda _: None,
    *,
    twice: bool = True,
    call: Call = call_directly,
) -> Iterator[Preview]:
    """Fetch *documents* and yield the text that a first crawl would keep of each, or why it would keep none.

    Args:
        last: Gives the last good text of a document: where a selector died, its new container is named.
        twice: Fetch once more what was good, to see what does not stay the same.
        call: How to read a page, as in `crawl`.
    """
    found = {each.document.id: each for each in _previews(documents, fetch_all, last, call)}
    sound = [each.document for each in found.values() if twice and not each.cause]
    for second in _previews(sound, fetch_all, last, call):
        first = found.pop(second.document.id)
        try:
            yield replace(first, unstable=_unstable(first, second, call), again=second.message)
        except ExtractError as error:
            yield replace(first, again=f"{first.document.id}: the two fetches cannot be compared ({error})")
    yield from found.values()


def _previews(
    documents: Iterable[Document], fetch_all: FetchAll, last: Callable[[Document], str | None], call: Call
) -> Iterator[Preview]:
    by_id = {document.id: document for document in documents}
    requests = [
        Request((document.id, number), page, None)
        for document in by_id.values()
        for number, page in enumerate(document.pages)
    ]
    for document, answers in _by_document(by_id, _fetch_followed(fetch_all, call)(requests)):
        captures = {number: answer for number, answer in answers.items() if isinstance(answer, Snapshot)}
        seen = Preview(document, captures=captures)
        try:
            for _, answer in sorted(answers.items()):
                if isinstance(answer, FetchError):
                    raise answer
            text = call(document_text.extract_text, document, captures)
            reading, _ = read_bounded(Version(text), call)
            cause = call(document_text.find_suspicion, tuple(captures.values()), text, None)
        except DocumentError as error:
            says, mend = _says_instead(document, captures, error, last(document) or "", {}, call)
            message = "; ".join(filter(None, [str(error), says and f"the page looks like {says}", mend]))
            yield replace(seen, cause=says or error.cause, message=message)
            continue
        remedy = call(document_text.suggest_remedy, tuple(captures.values()), text, cause) if cause else ""
        message = "; ".join(filter(None, (f"does not look like a policy ({cause})" if cause else "", remedy)))
        yield replace(
            seen,
            text=text,
            clauses=reading.clauses,
            cause=cause,
            message=message,
            left_out=tuple(call(document_text.list_left_out, document, captures)),
        )


def _unstable(first: Preview, second: Preview, call: Call) -> tuple[tuple[str, str], ...]:
    """Return what differs between the texts of two fetches; in a stable text that is nothing."""
    if second.cause:
        return ()
    found = []
    for hunk in call(diff, first.clauses, second.clauses):
        old, new = ("".join(text for op, text in hunk.words if op == sign).strip() for sign in "-+")
        # What only moved differs in no word.
        found.append((old, new) if old or new else (hunk.old, hunk.new))
    return tuple(found)


def _by_document(
    by_id: Mapping[str, Document], answers: Iterable[tuple[Request, Result]]
) -> Iterator[tuple[Document, dict[int, Result]]]:
    """Yield each document once all of its pages are answered."""
    gathered: dict[str, dict[int, Result]] = {name: {} for name in by_id}
    for request, answer in answers:
        name, number = request.key
        gathered[name][number] = answer
        if len(gathered[name]) == len(by_id[name].pages):
            yield by_id[name], gathered.pop(name)


def _assess(document: Document, answers: Mapping[int, Result], writer: Writer, at: datetime, call: Call) -> Visit:
    """Decide what *answers* mean; stores nothing."""
    failure = next((answer for _, answer in sorted(answers.items()) if isinstance(answer, FetchError)), None)
    if failure:
        return _failed(document, at, failure)
    captures = {number: answer for number, answer in answers.items() if isinstance(answer, Snapshot)}
    status = next((capture.status for capture in captures.values()), 304)
    seen = Visit(document, at, Outcome.UNCHANGED if captures else Outcome.NOT_MODIFIED, "", "", status, captures)
    known = writer.pages(document)
    current = writer.current(document.service, document.slug)
    if current and _has_same_bytes(captures, known) and has_current_rules(document, current):
        return _unchanged(seen, writer, call)
    kept = kept_captures(document, known, writer)
    before = writer.reading(current) if current else None
    try:
        text = call(document_text.extract_text, document, {**kept, **captures})
        reading, described = read_bounded(Version(text, at, (current.number if current else 0) + 1), call)
        if before and described.reading_key == reading_key(before):
            return _unchanged(seen, writer, call)
        cause = call(document_text.find_suspicion, tuple(captures.values()), text, before, tuple(kept.values()))
    except DocumentError as error:
        return _unread(seen, error, before, kept, call)
    if cause and not _confirmed(document, writer, described.text_key, cause, at):
        suspected = _suspected(seen, text, cause, call, is_first=current is None)
        return replace(suspected, suspect_key=described.text_key)
    try:
        return _analysed(seen, reading, before, current, kept, writer, call)
    except DocumentError as error:
        # Quarantined, so that its captures are not the pages' newest sound ones: the next crawl would take the same
        # bytes for an unchanged text.
        key, message = sha256(f"cause:{error.cause}"), f"{document.id}: {error}"
        return replace(seen, outcome=Outcome.FAILED, cause=error.cause, message=message, suspect_key=key)


def _analysed(
    seen: Visit,
    reading: Reading,
    before: Reading | None,
    current: VersionRow | None,
    kept: Mapping[int, Snapshot],
    writer: Writer,
    call: Call,
) -> Visit:
    """Return the visit of a text that is not the current one, with the versions that it makes.

    Raises:
        DocumentError: Its analysis was stopped at its limits.
    """
    if current is None or before is None:
        first = new_version(reading, seen.document, writer, call=call)
        return replace(seen, outcome=Outcome.FIRST, versions=(first,))
    versions = following_versions(seen.document, reading, before, current, kept, writer, seen.at, call)
    # What is only another reading of their old text is no change of theirs.
    outcome = Outcome.CHANGED if versions[-1].change else Outcome.UNCHANGED
    return replace(seen, outcome=outcome, versions=versions)


def _has_same_bytes(captures: Mapping[int, Snapshot], known: Mapping[int, PageState]) -> bool:
    return all(number in known and known[number].sha256 == one.sha256 for number, one in captures.items())


def _failed(document: Document, at: datetime, failure: FetchError) -> Visit:
    wait = timedelta(seconds=min(failure.retry_after or 0.0, _LONGEST_WAIT.total_seconds()))
    next_try_at = at + wait if wait else None
    return Visit(document, at, Outcome.FAILED, failure.cause, str(failure), failure.status, next_try_at=next_try_at)


def _suspected(seen: Visit, text: str, cause: str, call: Call, *, is_first: bool) -> Visit:
    remedy = ""
    with suppress(ExtractError):
        remedy = call(document_text.suggest_remedy, tuple(seen.captures.values()), text, cause)
    accept = f"`tostrack review {seen.document.id} --accept` makes it a version"
    then = accept if is_first else "the last good version stays current"
    message = "; ".join(filter(None, ("this does not look like the policy", remedy, then)))
    return replace(seen, outcome=Outcome.SUSPECT, cause=cause, message=message)


def _unread(
    seen: Visit, error: DocumentError, before: Reading | None, kept: Mapping[int, Snapshot], call: Call
) -> Visit:
    """Return the visit of pages from which no text could be taken, with what they say instead or how to mend it."""
    last = before.version.text if before else ""
    says, mend = _says_instead(seen.document, seen.captures, error, last, kept, call)
    outcome, cause = (Outcome.SUSPECT, says) if says else (Outcome.FAILED, error.cause)
    message = "; ".join(filter(None, (str(error), mend)))
    return replace(seen, outcome=outcome, cause=cause, message=message, suspect_key=sha256(f"cause:{cause}"))


def _says_instead(
    document: Document,
    captures: Mapping[int, Snapshot],
    error: DocumentError,
    last: str,
    kept: Mapping[int, Snapshot],
    call: Call,
) -> tuple[str, str]:
    """Return the cause of a page without text, and the repair of a dead selector; each may be empty."""
    says = mend = ""
    if not isinstance(error, FetchError) and error.cause not in OVERRUNS:
        with suppress(ExtractError):
            # The page may say itself why there is nothing to select: that is the better word for it.
            pages = tuple(captures.values())
            says = call(document_text.diagnose_pages, pages)
            mend = "" if says else call(document_text.propose_repair, document, captures, last, kept)
            mend = mend or call(document_text.suggest_remedy, pages, "", says or error.cause)
    return says, mend


def _unchanged(seen: Visit, writer: Writer, call: Call) -> Visit:
    """Return the visit of a night without a new text; a reversion that waited is reported once it has been stable."""
    document = seen.document
    if not _awaits_confirmation(document, writer):
        return seen
    history = load_history(document, writer, seen.at)
    current = history.entries[0].reading
    text = replace(current, version=replace(current.version, seen_at=seen.at))
    try:
        decision = call(decide, history, text, writer.book)
    except DocumentError as error:
        # Nothing new was captured: the reversion waits for the next crawl.
        message = f"{document.id}: {error}"
        return replace(seen, outcome=Outcome.FAILED, cause=error.cause, message=message, captures={})
    if decision.change is None:
        return seen
    return replace(seen, settled=replace(decision.change, service=document.service, document=document.slug))


def _awaits_confirmation(document: Document, writer: Writer) -> bool:
    """Whether a return to an older text came since readers were last notified: only then the history is needed."""
    last = next(iter(writer.changes(document.service, document.slug, limit=1)), None)
    if last is None or last.announced:
        return False
    since = takewhile(lambda row: not row.announced, writer.changes(document.service, document.slug))
    return any(row.reason == Reason.OSCILLATION for row in since)


def _confirmed(document: Document, writer: Writer, key: str, cause: str, at: datetime) -> bool:
    """Whether a suspect text has been there long enough to be the text.

    Only an odd text can be confirmed by coming again. A page that says itself that it is an outage, a login or a
    challenge is no policy however long it is there; a person accepts it or corrects the watchlist.
    """
    row = writer.suspect(document, key)
    return (
        cause in document_text.CONFIRMABLE and row is not None and at - from_iso(row.first_seen_at) >= CONFIRMED_AFTER
    )
