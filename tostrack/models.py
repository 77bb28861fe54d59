"""The words of the field as frozen values: what every other module takes and gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from tostrack.value import Value


class Verdict(StrEnum):
    """Whether a change matters to the people who depend on the platform."""

    SUBSTANTIVE = "substantive"
    EDITORIAL = "editorial"
    NOISE = "noise"


class Reason(StrEnum):
    """Why a change has its verdict; each reason belongs to exactly one verdict (`VERDICT_OF`)."""

    IDENTICAL = "identical"
    FORMAT = "format"
    LINKS = "links"
    ORDER = "order"
    STAMP = "stamp"
    OSCILLATION = "oscillation"
    EDITION = "edition"
    FURNITURE = "furniture"
    SUSPECT = "suspect"
    WORDING = "wording"
    NUMBERING = "numbering"
    RENAMED = "renamed"
    NEW_TEXT = "new-text"
    REMOVED_TEXT = "removed-text"
    NUMBERS = "numbers"
    REVERTED = "reverted"


_EDITORIAL = {Reason.WORDING, Reason.NUMBERING, Reason.RENAMED}
_SUBSTANTIVE = {Reason.NEW_TEXT, Reason.REMOVED_TEXT, Reason.NUMBERS, Reason.REVERTED}

VERDICT_OF: Mapping[Reason, Verdict] = {
    reason: Verdict.EDITORIAL
    if reason in _EDITORIAL
    else Verdict.SUBSTANTIVE
    if reason in _SUBSTANTIVE
    else Verdict.NOISE
    for reason in Reason
}


class Edit(StrEnum):
    """The kind of edit of one clause."""

    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    MOVED = "moved"


class Polarity(StrEnum):
    """The attitude of a flagged clause to its topic."""

    PERMITS = "permits"
    RESTRICTS = "restricts"
    MENTIONS = "mentions"


class Direction(StrEnum):
    """Which way a change moved a flag."""

    GRANTED = "granted"
    WIDENED = "widened"
    NARROWED = "narrowed"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """The outcome of one night's crawl of one document."""

    FIRST = "first"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_MODIFIED = "not-modified"
    SUSPECT = "suspect"
    FAILED = "failed"
    SKIPPED = "skipped"


#: The times that an archive can hold: no policy on the web is older, and no clock that is right shows more.
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)


def iso(when: datetime) -> str:
    """Return *when* as the archive writes it: UTC, whole seconds, ``2013-01-16T00:00:00Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> datetime:
    """Return the aware UTC time that *text* names; a bare date is its midnight, no zone means UTC.

    Raises:
        ValueError: *text* is not an ISO 8601 date or time.
    """
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)


def sha256(content: bytes | str) -> str:
    """Return the SHA-256 of *content* (text as UTF-8) in lower-case hex."""
    # Lazy: OpenSSL takes longer to load than a change to be read.
    import hashlib

    return hashlib.sha256(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content).hexdigest()


def slug(name: str) -> str:
    """Return *name* as an id: lower case, every run of other characters one hyphen, ends trimmed; it may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:64].strip("-")


class Range(Value):
    """A stretch of a page between two nodes: one of the two starts and one of the two ends, each CSS, first match."""

    start_before: str | None = None
    start_after: str | None = None
    end_before: str | None = None
    end_after: str | None = None

    def __str__(self) -> str:
        ends = {name: value for name, value in vars(self).items() if value is not None}
        return "{ " + ", ".join(f'{name} = "{value}"' for name, value in ends.items()) + " }"


Selector = str | Range


def list_css(selector: Selector) -> list[str]:
    """Return the CSS that *selector* is made of: itself, or the two ends of a range."""
    return [selector] if isinstance(selector, str) else [css for css in vars(selector).values() if css is not None]


class Page(Value):
    """One address of a document and what of it is the policy."""

    url: str
    select: tuple[Selector, ...] = ()
    remove: tuple[Selector, ...] = ()
    filters: tuple[str, ...] = ()
    #: ``http`` or ``browser``.
    fetch: str = "http"
    #: ``nothing``; ``frames``: the text of frames and embedded documents of the same site belongs to it; or
    #: ``redirects``: a meta refresh or script that sends a browser on is followed.
    follow: str = "nothing"

    @property
    def fingerprint(self) -> str:
        """A hash of what decides the text: when it moves, a new text may be ours and not theirs."""
        followed = () if self.follow == "nothing" else (self.follow,)
        parts = [self.fetch, *followed, *map(str, self.select), "-", *map(str, self.remove), "-", *self.filters]
        return sha256("\n".join(parts))[:16]


class Document(Value):
    """One policy of a service, as the watchlist declares it."""

    service: str
    slug: str
    pages: tuple[Page, ...]
    name: str = ""
    service_name: str = ""
    language: str = ""
    #: False for what is gone: it is never fetched and keeps its history.
    active: bool = True
    #: What kind of reader it concerns, for `tostrack init --tag`.
    tags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """``instagram/terms``: what commands take and print."""
        return f"{self.service}/{self.slug}"


class Validators(Value):
    """The validators that the server sent last time, so that it may answer 304."""

    etag: str = ""
    last_modified: str = ""


class Snapshot(Value):
    """The untouched bytes that one page answered."""

    url: str
    fetched_at: datetime
    status: int
    body: bytes
    #: Header names in lower case.
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Every address on the way, the asked one first, the answering one last.
    chain: tuple[str, ...] = ()

    @property
    def final_url(self) -> str:
        """The address that answered, behind all redirects."""
        return self.chain[-1] if self.chain else self.url

    @property
    def sha256(self) -> str:
        """The hash of the body."""
        return sha256(self.body)

    @property
    def content_type(self) -> str:
        """The Content-Type header as sent, or the empty string."""
        return self.headers.get("content-type", "")

    @property
    def validators(self) -> Validators:
        """The validators to send next time."""
        return Validators(self.headers.get("etag", ""), self.headers.get("last-modified", ""))


class TextSource(Value):
    """One capture that a version was read from: the evidence for its text."""

    url: str
    #: Every address on the way, the one that answered last.
    chain: tuple[str, ...]
    #: ISO 8601.
    fetched_at: str
    status: int
    sha256: str
    #: The file below the archive's folder of snapshots.
    path: str


class NotModified(Value):
    """The server's word that nothing changed since the last snapshot (304): a result, not an error."""

    url: str
    fetched_at: datetime


class Clause(Value):
    """One heading, paragraph, list item or table row, with its headings.

    ``kind`` is ``h1``..``h6``, ``p``, ``li``/``ol`` (``li2``, ``ol2``... when nested) or ``row``. ``text`` is its
    Markdown without heading marks, bullets and indentation; an ordered item keeps its number (``3. We may...``).
    """

    kind: str
    text: str
    #: Plain texts of the headings above, outermost first.
    heading: tuple[str, ...] = ()
    #: For a list item: the plain sentence ending in ``:`` that it completes.
    lead: str = ""

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading and not running text."""
        return self.kind[0] == "h"


class Version(Value):
    """The text of a document at a time; immutable. Only ``text`` is needed to compare two."""

    text: str
    seen_at: datetime | None = None
    #: From 1, per document; 0 when it is not from an archive.
    number: int = 0
    #: The hash of the text as the archive recorded it, where the text itself was not read.
    stored_sha256: str = field(default="", compare=False)

    @property
    def sha256(self) -> str:
        """The hash of the text."""
        return self.stored_sha256 or sha256(self.text)


class Reading(Value):
    """A version together with its clauses, split once and passed on; what is worked out of it is remembered with it."""

    version: Version
    clauses: tuple[Clause, ...]

    def __hash__(self) -> int:
        # The clauses are the text, split: hashing them all would cost more than most of what is remembered.
        return hash(self.version)


class Flag(Value):
    """One rule's match in one clause; offsets count in the clause's plain text (`clauses.plain`)."""

    topic: str
    polarity: Polarity
    quote: str
    start: int
    end: int
    rule: str
    #: In a change: which way it moved.
    direction: Direction | None = None


class FactKind(StrEnum):
    """The kind of meaning that moved, the weightiest first."""

    #: A company that joined or left a list of them: `Fact.new` or `Fact.old` is its name with purpose and place.
    PARTY = "party"
    #: Whether something needs the user's word: "with your consent", "unless you opt out".
    CONSENT = "consent"
    #: "never sell" and "sell".
    NEGATION = "negation"
    #: "may", "will", "must", "should".
    MODALITY = "modality"
    #: Who is given something: "affiliates", "third parties".
    RECIPIENT = "recipient"
    #: "only", "solely", "limited".
    LIMIT = "limit"
    #: How far a right goes: "perpetual", "irrevocable", "non-exclusive".
    REACH = "reach"
    #: The law that governs, the court that decides.
    LAW = "law"
    #: Where data is stored.
    PLACE = "place"
    #: The licence of software or content: its SPDX name where it is one of theirs.
    LICENCE = "licence"
    #: Whom or which region something holds for.
    SCOPE = "scope"
    AGE = "age"
    FEE = "fee"
    #: How long data is kept.
    RETENTION = "retention"
    UPTIME = "uptime"
    #: How soon somebody answers.
    RESPONSE = "response"
    #: How much may be used: calls, devices, storage.
    QUOTA = "quota"
    #: Any other period, sum or share.
    NUMBER = "number"
    #: A cell of a table or the text of a label.
    VALUE = "value"
    #: Where a link leads.
    LINK = "link"
    DATE = "date"


class Fact(Value):
    """One move of meaning that the words of a hunk show; ``old`` or ``new`` is empty where there is none."""

    kind: FactKind
    old: str
    new: str
    #: In plain words: "30 days became 90 days"; of a cell with its row and column: "Basic › Calls: 5,000 → 60".
    sentence: str

    @property
    def subject(self) -> str:
        """The row and column of a cell, or the label of a text; empty for a phrase of a sentence."""
        return self.sentence.removesuffix(f": {self.old} → {self.new}") if " → " in self.sentence else ""


class Dating(Value):
    """The dates of two texts about themselves, as ISO days (a month where no day is named); empty where none is."""

    old: str
    new: str
    #: For the reader: that the text changed and its date did not, or moved back; empty when neither can be said.
    note: str = ""


class Hunk(Value):
    """One edit of one clause. ``old`` and ``new`` are plain text, empty where there is none."""

    edit: Edit
    heading: tuple[str, ...] = ()
    old: str = ""
    new: str = ""
    #: ``(op, text)`` with op ``=``, ``-`` or ``+``: ``=`` and ``-`` join to ``old``, ``=`` and ``+`` to ``new``.
    words: tuple[tuple[str, str], ...] = ()
    #: Places in the two versions' clause lists, counted from 0; None where there is none.
    old_at: int | None = None
    new_at: int | None = None
    #: The kind of the clause, as in `Clause.kind`; of the new one when there is one.
    kind: str = "p"
    flags: tuple[Flag, ...] = ()
    #: How many clauses it covers from ``old_at`` and ``new_at`` on: more than one when one was split or merged.
    old_count: int = 1
    new_count: int = 1
    #: What moved in it, in words, the weightiest first.
    facts: tuple[Fact, ...] = ()
    #: What it comes to by itself, whatever the verdict over the whole change; None where it was not recorded.
    reason: Reason | None = None


#: How much a substantive change matters; empty where it is not substantive or was not rated.
Importance = Literal["major", "minor", ""]


class Judgement(Value):
    """A reason and one sentence that explains it to the reader who was, or was not, notified."""

    reason: Reason
    explanation: str
    #: Not part of what is stored: rated when two texts are compared.
    importance: Importance = field(default="", compare=False)

    @property
    def verdict(self) -> Verdict:
        """The verdict that the reason belongs to."""
        return VERDICT_OF[self.reason]


class Change(Value):
    """Two versions, what differs between them, and whether it matters."""

    old: Version
    new: Version
    hunks: tuple[Hunk, ...]
    judgement: Judgement
    service: str = ""
    document: str = ""
    #: None where neither text states a date of its own.
    dating: Dating | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether it matters."""
        return self.judgement.verdict

    @property
    def importance(self) -> Importance:
        """How much it matters: ``major`` or ``minor``; empty where it does not or where it was not rated."""
        return self.judgement.importance

    @property
    def reason(self) -> Reason:
        """Why it has its verdict."""
        return self.judgement.reason

    @property
    def explanation(self) -> str:
        """One sentence for the reader."""
        return self.judgement.explanation

    @property
    def silence(self) -> str:
        """One sentence when the document itself does not say that it was changed, though it matters; else empty."""
        return self.dating.note if self.dating and self.verdict is Verdict.SUBSTANTIVE else ""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that the change touches, in the order of the first hunk that does."""
        return tuple(dict.fromkeys(flag.topic for hunk in self.hunks for flag in hunk.flags))


def channel_of(recipient: str) -> str:
    """Return the channel that *recipient*, as a digest names it, is reached by: a key of `notify.NOTIFIERS`.

    ``owner@example.org`` is ``email``, ``https://hooks.example/x`` is ``webhook``; others say it: ``apprise:TEAM``.
    """
    scheme, colon, _ = recipient.partition(":")
    if "@" in scheme or not colon:
        return "email"
    return "webhook" if scheme in ("http", "https") else scheme


class DigestSettings(Value):
    """The readers of a digest: who is notified of what, how often."""

    slug: str
    #: E-mail addresses, addresses of webhooks, ``apprise:NAME``; see `channel_of`.
    to: tuple[str, ...] = ()
    #: Services (``instagram``) and documents (``tiktok/privacy``); empty means all.
    watch: tuple[str, ...] = ()
    #: Empty means all.
    topics: tuple[str, ...] = ()
    #: ``change``, ``day`` or ``week``.
    every: str = "day"
    #: Which changes are reported; the others are counted.
    verdicts: tuple[Verdict, ...] = (Verdict.SUBSTANTIVE,)
    #: Whether to say once a month that it is still being watched, when there was nothing to say.
    still_watching: bool = False
    #: Whether each digest lists again the substantive changes that nobody acknowledged or dismissed.
    until_acknowledged: bool = False
    #: Kinds of documents, of `document_kind.KINDS`; empty means all.
    kinds: tuple[str, ...] = ()

    def covers(self, document_id: str, kind: str = "") -> bool:
        """Whether this digest tells of the document ``service/slug``, which is of *kind*."""
        named = not self.watch or document_id in self.watch or document_id.partition("/")[0] in self.watch
        return named and (not self.kinds or kind in self.kinds)

    def wants(self, document_id: str, verdict: Verdict, topics: Iterable[str], kind: str = "") -> bool:
        """Whether its readers are to hear of a change of that document, which is of *kind*."""
        return (
            self.covers(document_id, kind)
            and verdict in self.verdicts
            and (not self.topics or not set(self.topics).isdisjoint(topics))
        )
