"""Saved pages become a document's history: judged and flagged as a crawl would have, and never announced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from tostrack.analysis.comparison_key import reading_key
from tostrack.analysis.recorded import (
    PastText,
    RecordedText,
    classify_recorded,
    describe_text,
    judge_recorded,
    read_markdown,
)
from tostrack.archive.read import VersionRow
from tostrack.archive.visits import NewVersion, Visit
from tostrack.archive.writer import Writer
from tostrack.clauses import assemble, join_clauses
from tostrack.errors import DocumentError, ExtractError
from tostrack.extraction import document_text
from tostrack.importers.ota import OtaCollection, Record
from tostrack.models import Document, Outcome, Page, Reading, Reason, Snapshot, Verdict, Version, from_iso, sha256
from tostrack.render.crawl_summary import CrawlResult
from tostrack.sandbox import OVERRUNS, Call, call_directly, forget_when_large
from tostrack.services.new_versions import (
    CONFIRMED_AFTER,
    HISTORY,
    HistoryStore,
    kept_captures,
    new_version,
    store_visit,
)
from tostrack.value import Value

#: Judged beside more than these, a text is judged the same: no page turns through so many variants.
_MOST_PAST = 64
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?:[^\n]{0,2000}\n){0,200}?---[ \t]*\n")
#: Texts that are kept to be known again: real pages turn through nine.
_MOST_KNOWN = 16
#: A collection records a text once, when it changes: an odd one that stayed so long was no page of an outage.
_STANDS = timedelta(days=7)
#: What the archive says the text of a Markdown file was made by.
_MARKDOWN = "markdown"
#: And of what others recorded: by whom.
COLLECTION = "ota:"
#: This many records are stored in one transaction: a commit takes as long as two of them, and a kill costs one batch.
BATCH = 100
#: This many characters of the last versions are held, whatever their number: sixty of the usual length.
_MOST_PAST_CHARACTERS = 4_000_000
#: What the process of an import may take to read, judge or flag one text, and what this one may have before it drops
#: what it remembers: both together stay below 200 MB but for texts of megabytes.
WORKER_MEGABYTES, _OWN_MEGABYTES = 144, 56
#: Of saved pages the heaviest real one took 150 (`sandbox.SECONDS`): none of them may be lost.
PAGE_MEGABYTES = 192


class KeptCapture(Protocol):
    """A document at one time, as somebody else has kept it."""

    @property
    def name(self) -> str:
        """Its name in messages."""

    def read(self) -> Mapping[int, Snapshot]:
        """Return its captures by page number.

        Raises:
            DocumentError: They cannot be read.
        """


@dataclass
class ImportResult:
    """The result for one document's files."""

    service: str
    document: str
    files: int = 0
    #: Versions that were added.
    versions: int = 0
    #: Files whose text was known already, or that were imported before.
    same: int = 0
    #: Files that were not taken, and why.
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return f"{self.service}/{self.document}"


class _Text(Value):
    """A file read: its text, of what time, and by which rules."""

    reading: Reading
    #: What it is known by: see `clauses.text_key` and `comparison_key.reading_key`.
    key: str
    reading_key: str
    at: datetime
    declaration: str
    name: str
    captures: Mapping[int, Snapshot] = field(default_factory=dict)
    #: Whether it is the text as others wrote it down, and no page.
    is_markdown: bool = True
    #: As others recorded it: what they call the record, and whether only their rules moved.
    record: str = ""
    upgrade: bool = False


class _KnownTexts:
    """The texts read last, by a hash of their sources: a page that flaps is read once for each of its texts."""

    def __init__(self) -> None:
        self._texts: dict[str, _Text] = {}

    def find(self, source: str, at: datetime, name: str) -> _Text | None:
        """Return the text of *source* as of the record *name* and the time *at*; None if it was not read lately."""
        text = self._texts.pop(source, None)
        if text is None:
            return None
        self._texts[source] = text
        version = replace(text.reading.version, seen_at=at)
        return replace(text, reading=replace(text.reading, version=version), at=at, name=name)

    def keep(self, source: str, text: _Text) -> _Text:
        """Keep *text*, without its captures, and return it; no more of them than the past that is held."""
        self._texts[source] = replace(text, captures={})
        while len(self._texts) > 1 and (len(self._texts) > _MOST_KNOWN or self._characters() > _MOST_PAST_CHARACTERS):
            del self._texts[next(iter(self._texts))]
        return text

    def _characters(self) -> int:
        return sum(len(text.reading.version.text) for text in self._texts.values())


def import_pages(
    document: Document, pages: Sequence[KeptCapture], writer: Writer, call: Call = call_directly
) -> ImportResult:
    """Append the texts of *pages*, oldest first, to the history of *document*, each in a transaction of its own.

    Nothing is put before what the archive has: versions are numbered and chained. Importing twice adds nothing.

    Args:
        document: What they are of; without pages it is not watched.
        pages: Captures, by time.
        writer: Where to store them.
        call: How to read, judge and flag a page, which may be hostile.

    Raises:
        StoreError: The archive cannot be written; the versions before are stored.
    """
    found = ImportResult(document.service, document.slug, len(pages))
    run, known = _continue(document, writer, call), _KnownTexts()
    _take(run, found, ((page.name, partial(_read, document, page, call, known)) for page in pages))
    writer.list_flags(document.service, document.slug)
    return found


def import_records(
    document: Document,
    collected: OtaCollection,
    records: Sequence[Record],
    writer: Writer,
    progress: Callable[[int], None] = lambda _: None,
    call: Call = call_directly,
) -> ImportResult:
    """Append what a collection recorded of *document*, oldest first, many in one transaction.

    An import that was broken off goes on behind the last record whose text is a version. Technical upgrades are
    re-extractions: versions, and no changes. A record that overruns the bounds of *call* is left out by its name.

    Args:
        document: What they are of; without pages it is not watched.
        collected: The collection, open.
        records: Its records of the document, by time.
        writer: Where to store them.
        progress: Called with the number of records of each batch.
        call: How to read, judge and flag a text, which may be hostile: a `sandbox.Worker` bounds each step.

    Raises:
        StoreError: The archive cannot be written; the batches before are stored.
    """
    found = ImportResult(document.service, document.slug, len(records))
    names = [record.name for record in records]
    last = writer.last_record(document, names)
    found.same = names.index(last) + 1 if last else 0
    progress(found.same)
    append_records(_continue(document, writer, call), collected, records, found, writer.together, progress)
    writer.list_flags(document.service, document.slug)
    return found


def append_records(
    run: ImportRun,
    collected: OtaCollection,
    records: Sequence[Record],
    found: ImportResult,
    together: Callable[[], AbstractContextManager[None]],
    progress: Callable[[int], None],
) -> None:
    """Add to *run* what *records* bring that is new, from the first that is not counted in *found* on.

    Args:
        run: The import under way.
        collected: As in `import_records`, with *records* and *progress*.
        found: What came of it; counted on.
        together: Within this, what is stored is stored as a whole.
    """
    known = _KnownTexts()
    for first in range(found.same, len(records), BATCH):
        batch = records[first : first + BATCH]
        with together():
            texts = ((record.name, partial(_recorded, collected, record, run.call, known)) for record in batch)
            _take(run, found, texts)
        progress(len(batch))
    with together():
        run.finish(found, collected.until)


def accept_recorded(
    document: Document, writer: Writer, capture: Snapshot, *, dry_run: bool = False, call: Call = call_directly
) -> CrawlResult:
    """Make a text that an import put into quarantine the next version; nobody is notified of an import.

    Args:
        document: What it is of; without pages it is not watched.
        writer: The archive.
        capture: The text as it was recorded: `is_recorded` of it is true.
        dry_run: Store nothing; say what would become of it.
        call: How to read, judge and flag it, as in `import_records`.

    Raises:
        DocumentError: It overran the bounds of *call*.
    """
    origin, _, record = capture.url.removeprefix(COLLECTION).rpartition("/")
    text = _written(capture.body.decode(), capture.fetched_at, f"{COLLECTION}{origin}", record, call)
    visit = _continue(document, writer, call).build_visit(replace(text, record=record))
    return store_visit(visit, writer, dry_run=dry_run)


def is_recorded(capture: Snapshot) -> bool:
    """Return whether *capture* is a text of a collection, and no page."""
    return capture.url.startswith(COLLECTION)


def _take(run: ImportRun, found: ImportResult, texts: Iterable[tuple[str, Callable[[], _Text]]]) -> None:
    """Read each of *texts*, which have names, and store what is new; count it in *found*."""
    for name, read in texts:
        try:
            run.take(read(), found)
        except DocumentError as error:
            found.left_out[name] = str(error).removeprefix(f"file:{name}: ")
        forget_when_large(_OWN_MEGABYTES)
    run.settle()


class ImportRun:
    """One document's import under way: its current text, and what a new text is compared with.

    Args:
        writer: Where its versions are stored.
        call: How to read, judge and flag a text.
        past: The last versions, most recent first.
        kept: The captures of the current text, as far as they are known.
    """

    def __init__(
        self,
        document: Document,
        writer: HistoryStore,
        call: Call,
        past: Iterable[PastText] = (),
        kept: Sequence[Snapshot] = (),
    ) -> None:
        self._document = document
        self._writer = writer
        self.call = call
        self._current = writer.current(document.service, document.slug)
        self._past = [*past]
        self._kept = kept
        #: The key of the current text.
        self._key = reading_key(writer.reading(self._current)) if self._current else ""
        #: The last text, if it was odd beside the current one: the next one may confirm it.
        self._odd: _Text | None = None
        self._odd_cause = ""
        #: When the current text was seen again, where that is not stored yet.
        self._seen_at: datetime | None = None

    def take(self, text: _Text, found: ImportResult) -> None:
        """Store *text* if it is new, and the odd one before it that it confirms; count it in *found*.

        Raises:
            DocumentError: It is no version; the message says why.
        """
        odd, self._odd = self._odd, None
        if odd and odd.record and text.at - odd.at >= _STANDS:
            self._append(odd, found)
            odd = None
        if self._is_known(text):
            if not self._is_old(text):
                self._seen_at = text.at
            self._kept = tuple(text.captures.values())
            found.same += 1
            return
        new = self._find_new(text, odd)
        stored = [self._append(each, found) for each in new]
        if text not in new and any(stored):
            self._seen_at = text.at

    def _is_known(self, text: _Text) -> bool:
        """Return whether *text* is the current one, seen again, or the one that the archive has for its time.

        Raises:
            DocumentError: It is another text of a time before the current one.
        """
        if not self._is_old(text):
            return self._current is not None and text.reading_key == self._key
        standing = self._writer.at(self._document.service, self._document.slug, text.at)
        if standing and standing.key_sha256 == text.key:
            return True
        if standing and (cause := _suspicion(text, self._writer.reading(standing).version, self.call)):
            raise DocumentError(f"does not look like the policy ({cause})")
        where = f"between versions that are there (it is of {text.at:%Y-%m-%d})" if standing else "before version 1"
        raise DocumentError(f"would go {where}: history is only ever appended to, so import it into a new archive")

    def _is_old(self, text: _Text) -> bool:
        """Return whether *text* is of the time of the current one, or of one before."""
        return self._current is not None and text.at <= from_iso(self._current.seen_at)

    def _find_new(self, text: _Text, odd: _Text | None) -> list[_Text]:
        """Return what is to be stored: *text*, with the *odd* one before it where it confirms that.

        Raises:
            DocumentError: It does not look like the policy; the next text may confirm it.
        """
        cause = _suspicion(text, self._past[0].version if self._past else None, self.call, self._kept)
        is_odd = bool(cause) and self._is_only_odd(text, cause)
        if not cause or (is_odd and self._was_version(text)):
            return [text]
        new = _confirmed(text, odd, self.call) if cause in document_text.CONFIRMABLE else []
        if not new:
            self._odd, self._odd_cause = text if is_odd else None, cause
            raise DocumentError(f"does not look like the policy ({cause})")
        return new

    def finish(self, found: ImportResult, until: datetime) -> None:
        """Store the last text, if it was odd and stayed until the collection's end; else quarantine it."""
        odd, self._odd = self._odd, None
        if odd is None or not odd.record:
            return
        if until - odd.at >= _STANDS:
            self._append(odd, found)
        else:
            address = f"{odd.declaration}/{odd.record}"
            body = odd.reading.version.text.encode()
            capture = Snapshot(address, odd.at, 0, body, {"content-type": "text/markdown; charset=utf-8"}, (address,))
            self._writer.record(
                Visit(
                    *(self._document, odd.at, Outcome.SUSPECT, self._odd_cause),
                    captures={0: capture},
                    suspect_key=odd.key,
                    checked=False,
                )
            )
            found.left_out[odd.name] += (
                f"; it is quarantined: `tostrack review {self._document.id} --accept` makes it a version"
            )

    def _is_only_odd(self, text: _Text, cause: str) -> bool:
        """Return whether *text* is suspect only beside the one before it: a recorded text that stayed is in force."""
        return cause in document_text.CONFIRMABLE or bool(text.record and not _suspicion(text, None, self.call))

    def _was_version(self, text: _Text) -> bool:
        """Return whether *text* is an earlier version: a page that takes turns with a text of half its length."""
        return self._writer.latest_with_text(self._document, text.key) is not None

    def settle(self) -> None:
        """Store when the current text was last seen."""
        at, self._seen_at = self._seen_at, None
        if at is None:
            return
        seen = self._writer.last_seen(self._document.service, self._document.slug)
        if seen is None or from_iso(seen) < at:
            self._writer.record(Visit(self._document, at, Outcome.UNCHANGED, checked=False))

    def _append(self, text: _Text, found: ImportResult) -> bool:
        """Store *text* as the next version, and return True, or note in *found* why it could not be judged."""
        try:
            visit = self.build_visit(text)
        except DocumentError as error:
            found.left_out[text.name] = str(error)
            return False
        self.settle()
        self._writer.record(visit)
        self._current = self._writer.current(self._document.service, self._document.slug)
        [version] = visit.versions
        self._past.insert(0, _judged(version))
        self._key = text.reading_key
        self._kept = tuple(text.captures.values())
        self._forget()
        found.versions += 1
        found.left_out.pop(text.name, None)
        return True

    def build_visit(self, text: _Text) -> Visit:
        """Return *text* as the next version, judged and flagged; nothing is stored.

        Raises:
            DocumentError: It could not be judged or flagged within the bounds of a document.
        """
        number = self._current.number + 1 if self._current else 1
        reading = replace(text.reading, version=replace(text.reading.version, number=number))
        change, is_judged = None, bool(self._past) and not text.upgrade
        if is_judged:
            same = self._writer.latest_with_text(self._document, text.key)
            past = (*self._past, *self._older(same))
            change = self.call(judge_recorded, past, reading.version, self._writer.book)
        version = new_version(
            reading,
            self._document,
            self._writer,
            kind="re-extraction" if text.upgrade and self._past else "import",
            change=change,
            captures=text.captures,
            call=self.call,
        )
        version = replace(version, declaration=text.declaration, record=text.record)
        outcome = Outcome.CHANGED if self._past else Outcome.FIRST
        return Visit(self._document, text.at, outcome, versions=(version,), checked=False)

    def _older(self, same: VersionRow | None) -> list[PastText]:
        """Return the version with the same text that is too old to be among the last ones."""
        if same is None or any(past.version.number == same.number for past in self._past):
            return []
        return [PastText(self._writer.reading(same).version)]

    def _forget(self) -> None:
        """Keep the last versions, as far back as the last that mattered, but not more than memory has room for."""
        told = next((place for place, past in enumerate(self._past) if past.notified), _MOST_PAST)
        del self._past[min(max(HISTORY, told + 1), _MOST_PAST) :]
        while len(self._past) > 2 and sum(len(past.version.text) for past in self._past) > _MOST_PAST_CHARACTERS:
            del self._past[-1]


def _confirmed(text: _Text, odd: _Text | None, call: Call) -> list[_Text]:
    """Return what is to be stored when *text* follows the *odd* one and is like it: both, or the first of two equals.

    In a crawl the same text again confirms; saved pages are months apart, so one that continues from it does too.
    """
    if odd is None or text.at - odd.at < CONFIRMED_AFTER:
        return []
    if text.key == odd.key:
        return [odd]
    return [] if _suspicion(text, odd.reading.version, call, tuple(odd.captures.values())) else [odd, text]


def _judged(version: NewVersion) -> PastText:
    """Return an imported version as if readers had been notified of it, so that the next one is judged so."""
    if version.change is None:
        return PastText(version.reading.version)
    change = version.change
    return PastText(version.reading.version, change.verdict is Verdict.SUBSTANTIVE, change.reason)


def _continue(document: Document, writer: Writer, call: Call) -> ImportRun:
    """Return an import that goes on behind what the archive has of *document*."""
    kept = kept_captures(document, writer.pages(document), writer)
    return ImportRun(document, writer, call, _past(document, writer), tuple(kept.values()))


def _past(document: Document, writer: Writer) -> list[PastText]:
    """Return the last versions of the archive, most recent first."""
    judged = {row.to_number: row for row in writer.changes(document.service, document.slug)}
    found = []
    for row in writer.recent(document, HISTORY):
        change = judged.get(row.number)
        told = change is not None and change.verdict == Verdict.SUBSTANTIVE
        version = writer.reading(row).version
        found.append(PastText(version, notified=told, reason=Reason(change.reason) if change else None))
    return found


def _read(document: Document, page: KeptCapture, call: Call, known: _KnownTexts) -> _Text:
    """Return the text of a file: by the document's rules where they fit, for a page of another time its main text.

    Raises:
        DocumentError: It cannot be read or holds no text.
    """
    captures = page.read()
    at = max(capture.fetched_at for capture in captures.values())
    files = (f"{number} {each.content_type} {sha256(each.body)}" for number, each in sorted(captures.items()))
    source = "\n".join((*files, *(each.final_url for each in captures.values() if not each.url.startswith("file:"))))
    text = known.find(source, at, page.name)
    if text is None:
        text = known.keep(source, _read_anew(document, captures, at, page.name, call))
    return replace(text, captures=captures)


def _read_anew(document: Document, captures: Mapping[int, Snapshot], at: datetime, name: str, call: Call) -> _Text:
    capture = captures[min(captures)]
    if "markdown" in capture.content_type:
        from tostrack.extraction.decode import decode

        markdown = _FRONT_MATTER.sub("", decode(capture.body, capture.content_type).replace("\r\n", "\n"))
        return _written(markdown, at, _MARKDOWN, name, call)
    text, declaration = _extracted(document, captures, call)
    described = call(describe_text, text)
    return replace(_text(described, Version(text, at), declaration, name), is_markdown=False)


def _recorded(collected: OtaCollection, record: Record, call: Call, known: _KnownTexts) -> _Text:
    markdown = collected.read(record)
    source = sha256(markdown)
    text = known.find(source, record.at, record.name)
    if text is None:
        origin = f"{COLLECTION}{collected.name}"
        text = known.keep(source, _written(markdown, record.at, origin, record.name, call))
    return replace(text, record=record.name, upgrade=record.upgrade)


def _written(markdown: str, at: datetime, declaration: str, name: str, call: Call) -> _Text:
    """Return the text that *markdown* says, in our normal form.

    Raises:
        ExtractError: It says nothing.
    """
    read = call(read_markdown, markdown)
    return _text(read, Version(join_clauses(assemble(read.clauses)), at), declaration, name)


def _text(read: RecordedText, version: Version, declaration: str, name: str) -> _Text:
    reading = Reading(version, tuple(assemble(read.clauses)))
    assert version.seen_at is not None
    return _Text(reading, read.text_key, read.reading_key, version.seen_at, declaration, name)


def _extracted(document: Document, captures: Mapping[int, Snapshot], call: Call) -> tuple[str, str]:
    if len(document.pages) == len(captures):
        try:
            return call(document_text.extract_text, document, captures), document_text.declaration_hash(document)
        except ExtractError as error:
            if error.cause in OVERRUNS:
                raise
    plain = replace(document, pages=tuple(Page(capture.url) for _, capture in sorted(captures.items())))
    renumbered = dict(enumerate(capture for _, capture in sorted(captures.items())))
    return call(document_text.extract_text, plain, renumbered), document_text.declaration_hash(plain)


def _suspicion(text: _Text, before: Version | None, call: Call, kept: Sequence[Snapshot] = ()) -> str:
    if text.is_markdown:
        return call(classify_recorded, text.reading.version.text, before.text if before else None)
    stood = Reading(before, ()) if before else None
    captures = tuple(text.captures.values())
    return call(document_text.find_suspicion, captures, text.reading.version.text, stood, tuple(kept))
