"""The contents of the site's pages, as frozen values; those that are cached are made of plain values only."""

from __future__ import annotations

from collections.abc import Mapping

from tostrack.models import TextSource, Verdict
from tostrack.render.escape import count
from tostrack.render.site_paths import change_page
from tostrack.value import Value

#: Days.
_MONTH, _YEAR = 30.44, 365
#: One stretch of text with its op, as in `runs.Run`.
Run = tuple[str, str]


class Site(Value):
    """The values that every page shares."""

    title: str
    #: Where the site is published, without a final slash; empty when it is only read from a folder.
    url: str
    #: Topic to what it is about, in plain words; the order is that of the charts' colours.
    topics: Mapping[str, str]
    #: When any document was last checked, ISO 8601; empty before the first check.
    checked_at: str = ""


class ChangeItem(Value):
    """One change that has a page, as lists show it."""

    id: str
    service: str
    service_name: str
    document: str
    document_name: str
    #: When it was reported.
    seen_at: str
    verdict: str
    reason: str
    explanation: str
    topics: tuple[str, ...]
    headline: str
    #: The heading path of the quote.
    place: str
    #: The words that changed, those that matter most.
    excerpt: tuple[Run, ...]
    #: The added and the removed text, to be searched.
    words: str
    #: What a reader decided about it; empty where nobody did.
    review: str = ""

    @property
    def page(self) -> str:
        """The file of the change's page."""
        return change_page(self.id)

    @property
    def matters(self) -> bool:
        """Whether it changes what readers agreed to."""
        return self.verdict == Verdict.SUBSTANTIVE


class Neighbour(Value):
    """The change before or behind another one."""

    page: str
    seen_at: str


class Silence(Value):
    """A change that has no page: the words, or their meaning, are the same."""

    id: str
    document: str
    document_name: str
    seen_at: str
    reason: str
    explanation: str
    to_number: int
    #: Of service and document, and the page of an editorial change; for a list of all platforms.
    name: str = ""
    page: str = ""


class Arrival(Value):
    """A version without a change: the first one, or one that was re-extracted."""

    document: str
    document_name: str
    seen_at: str
    kind: str
    number: int


class ContentsEntry(Value):
    """One flag of a current text."""

    service: str
    document: str
    document_name: str
    topic: str
    polarity: str
    #: What it says to a reader: "may pass data on".
    meaning: str
    quote: str
    #: The sentence around the quote.
    sentence: str
    heading: tuple[str, ...]
    #: When its clause began to say it, in whatever words, and whether that is the first version.
    since: str
    from_start: bool
    #: ``widened`` or ``narrowed`` and when, oldest first.
    moves: tuple[tuple[str, str], ...]
    #: Place in the text's clauses, from 0; None when it cannot be found again.
    at: int | None


class Power(Value):
    """One column of a topic's table that a document fills: what it says or how far it goes, and since when."""

    topic: str
    name: str
    #: ``permits``, ``restricts`` or ``mentions``; empty where the name is a word of clauses that permit.
    polarity: str
    since: str
    #: When watching of the document began with it, nobody knows since when.
    from_start: bool
    #: ``widened`` or ``narrowed`` and when, oldest first.
    moves: tuple[tuple[str, str], ...]
    service: str
    document: str
    quote: str
    #: Place of its clause in the text; None when it cannot be found again.
    at: int | None


class Health(Value):
    """The result of a document's last check, in words for a reader."""

    #: ``fine``, ``waiting``, ``suspect``, ``failing`` or ``past`` (no longer watched).
    state: str
    sentence: str


class DocumentCard(Value):
    """One document as its platform's page shows it."""

    service: str
    document: str
    name: str
    #: ISO 8601; empty before the first version.
    first_at: str
    stands_since: str
    checked_at: str
    versions: int
    health: Health
    #: Returns to a recent text that no reader was notified of.
    oscillations: int
    #: What kind of document it is; empty where nothing tells it.
    kind: str = ""


class PlatformData(Value):
    """One service with everything that its page shows."""

    slug: str
    name: str
    documents: tuple[DocumentCard, ...]
    items: tuple[ChangeItem, ...]
    silences: tuple[Silence, ...]
    arrivals: tuple[Arrival, ...]
    held: tuple[ContentsEntry, ...]

    @property
    def news(self) -> tuple[ChangeItem, ...]:
        """The changes that mattered, newest first."""
        return tuple(item for item in self.items if item.matters)


class AgeRow(Value):
    """How old a current text is by its own date."""

    service: str
    document: str
    #: Of service and document.
    name: str
    #: The date as exact as the text states it, ISO 8601; empty where it states none.
    stated: str
    #: At the last check; negative for a date ahead, None where the text states none.
    days: int | None

    @property
    def words(self) -> str:
        """``3 months``, ``ahead``, ``2 years: over 12 months``."""
        if self.days is None:
            return "states no date"
        if self.days < 0:
            return f"ahead: {count(-self.days, 'day')}"
        months = int(self.days / _MONTH)
        age = count(months, "month") if months else count(self.days, "day")
        return f"{age}: over 12 months" if self.days > _YEAR else age


class TextData(Value):
    """One version as a change cites it."""

    number: int
    seen_at: str
    sha256: str
    #: Of the hash chain: over content and provenance.
    hash: str
    #: The page that shows it, or the version before it that reads the same; empty when there is none.
    page: str
    sources: tuple[TextSource, ...] = ()


class HistoryMoment(Value):
    """When a clause came, or got its words: the day, and the change that brought it; no id where none did."""

    seen_at: str
    change_id: str


class Block(Value):
    """One clause of a text that a page shows."""

    kind: str
    text: str
    #: Since when it has not been away, in whatever words.
    came: HistoryMoment
    #: When its words became what they are; None where they never changed.
    worded: HistoryMoment | None
    #: Quotes in it with their topic and what they mean.
    flags: tuple[tuple[str, str, str], ...] = ()


class KeptClause(Value):
    """One clause of a text that its page leaves to the page of an earlier text."""

    #: Its place there, from 0.
    at: int


class TextPage(Value):
    """One version of a document with everything that its page shows."""

    service: str
    service_name: str
    document: str
    name: str
    text: TextData
    blocks: tuple[Block | KeptClause, ...]
    #: Whether it is the current text, and otherwise until when it was.
    stands: bool
    until: str = ""
    #: Neighbours in time: page and day.
    earlier: tuple[str, str] | None = None
    later: tuple[str, str] | None = None
    #: All versions that have a page, newest first: page, day and number; only on the page of the text.
    dates: tuple[tuple[str, str, int], ...] = ()
    #: What kind of document it is; empty where nothing tells it.
    kind: str = ""
    #: The text that has the clauses which are left out here: page, day and number; None where none is.
    whole: tuple[str, str, int] | None = None
