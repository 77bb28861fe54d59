"""The values that are stored: a visit to a document, and the facts that the next visit needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime

from tostrack.models import Change, Clause, Document, Flag, Outcome, Reading, Snapshot, Validators
from tostrack.value import Value


class PageState(Value):
    """The newest sound capture of one page."""

    url: str
    validators: Validators
    sha256: str
    path: str
    fetched_at: str
    status: int
    content_type: str
    chain: tuple[str, ...]
    #: When the server last sent the page, and not 304.
    seen_at: str


class SuspectRow(Value):
    """A text in quarantine."""

    service: str
    document: str
    key_sha256: str
    cause: str
    first_seen_at: str
    last_seen_at: str
    sightings: int

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return f"{self.service}/{self.document}"


class NewVersion(Value):
    """A version to append, with what was found in it. ``change`` is None for a first one and for a re-extraction."""

    reading: Reading
    #: ``crawl``, ``re-extraction`` or ``import``.
    kind: str
    extractor: str
    declaration: str
    change: Change | None = None
    #: Whether readers are notified.
    announced: bool = False
    #: Flags of clauses that the archive had not seen under these headings before.
    flags: Mapping[Clause, Sequence[Flag]] = field(default_factory=dict)
    flags_fingerprint: str = ""
    #: What it was read from, by page number, where that is not the newest capture of each page.
    captures: Mapping[int, Snapshot] = field(default_factory=dict)
    #: Of what somebody else recorded: what they call the record.
    record: str = ""


class Visit(Value):
    """The result of one visit to one document; `Writer.record` stores it in one transaction."""

    document: Document
    at: datetime
    outcome: Outcome
    cause: str = ""
    message: str = ""
    http_status: int | None = None
    #: Captures by page number, counted from 0.
    captures: Mapping[int, Snapshot] = field(default_factory=dict)
    versions: tuple[NewVersion, ...] = ()
    #: A change that waited, reported now because the current text has outlived the flapping.
    settled: Change | None = None
    #: What version 1 changed of the text before it, which was found later; nobody is notified.
    joined: Change | None = None
    #: What a suspect text is known by; the captures are its evidence.
    suspect_key: str = ""
    #: The key of a text that leaves quarantine: a person accepted it.
    accepts: str = ""
    #: False where the platform was not asked: what is known of the last check stays.
    checked: bool = True
    #: When the text was last seen, where that is not the time of the visit.
    seen_at: datetime | None = None
    #: The server asked us to wait until then.
    next_try_at: datetime | None = None

    def changes(self) -> Iterator[tuple[str, Change]]:
        """Yield what readers may be notified of, with its id: what a crawl found, no import or re-extraction."""
        for version in self.versions:
            if version.change and version.kind == "crawl":
                yield f"{self.document.id}@{version.reading.version.number}", version.change
        if self.settled:
            yield f"{self.document.id}@{self.settled.new.number}-settled", self.settled
