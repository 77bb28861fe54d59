"""Effective dates that documents state of themselves, as a list and as a calendar that programs subscribe to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from tostrack.render.change_formats import safe_url
from tostrack.render.escape import count, safe_line
from tostrack.render.terminal_style import PLAIN, TerminalStyle, align_columns
from tostrack.value import Value, fields_of

#: Octets of a line of iCalendar (RFC 5545, section 3.1).
_LINE = 75
#: A calendar needs a component; one without a date has only this.
_EMPTY = (
    *("BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
    *("TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE"),
)
_KINDS = {"effective": "takes effect", "notice": "notice due", "objection": "last day to object"}
_TITLES = {
    "effective": "{} takes effect",
    "notice": "notice of {} is due",
    "objection": "last day to object to {}",
}


class BindingDate(Value):
    """A day that the current text of a document states before it comes: from which it applies, or counted from that."""

    service: str
    document: str
    service_name: str
    name: str
    day: date
    #: The words that state it: ``Effective date: June 1, 2024``.
    words: str
    #: The version that states it, and when it was first seen.
    number: int
    seen_at: str
    #: The topics of the change that brought it.
    topics: tuple[str, ...] = ()
    #: The page of the change; empty without a site.
    link: str = ""
    #: ``effective``, ``notice`` (the last day to announce it) or ``objection`` (the last day to object).
    kind: str = "effective"

    @property
    def title(self) -> str:
        """``Acme: Terms of Service takes effect``."""
        return f"{safe_line(self.service_name)}: {_TITLES[self.kind].format(safe_line(self.name))}"

    def sentence(self, today: date) -> str:
        """Return the title with its day: ``... takes effect in 12 days (2024-06-01)``."""
        days = (self.day - today).days
        when = {0: "today", 1: "tomorrow"}.get(days, f"in {count(days, 'day')}")
        colon = "" if self.kind == "effective" else ":"
        return f"{self.title}{colon} {when} ({self.day.isoformat()})"


def binding_row(one: BindingDate, today: date) -> dict[str, object]:
    """Return *one* as its line of JSON."""
    return {
        **fields_of(one, ("service", "document", "kind")),
        "date": one.day.isoformat(),
        "days": (one.day - today).days,
        "words": one.words,
        "version": one.number,
        "seen_at": one.seen_at,
        "topics": list(one.topics),
    }


def render_upcoming(rows: Iterable[dict[str, object]], look: TerminalStyle = PLAIN) -> str:
    """Return *rows*, as ``tostrack upcoming --json`` prints them, as lines, each with the words that state the day."""
    listed = list(rows)
    table = [
        [str(row["date"]), f"in {count(int(str(row['days'])), 'day')}", f"{row['service']}/{row['document']}",
         _KINDS[str(row["kind"])], ", ".join(map(str, row["topics"])) if isinstance(row["topics"], list) else ""]
        for row in listed
    ]  # fmt: skip
    lines = []
    for row, line in zip(listed, align_columns(table, look), strict=True):
        lines += [line, look.fit(f"            “{safe_line(str(row['words']))}”", "dim")]
    return "\n".join(lines) + "\n"


def render_calendar(title: str, dates: Iterable[BindingDate], authority: str) -> str:
    """Return *dates* as iCalendar (RFC 5545): one all-day event each, whose UID stays while document and day do."""
    events = [line for one in dates for line in _event(one, authority.rpartition("@")[2])]
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tostrack//effective dates//EN", "CALSCALE:GREGORIAN"),
        *("METHOD:PUBLISH", f"NAME:{_text(title)}", f"X-WR-CALNAME:{_text(title)}"),
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        *(events or _EMPTY),
        "END:VCALENDAR",
    ]
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def _event(one: BindingDate, authority: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    of_kind = "" if one.kind == "effective" else f"-{one.kind}"
    yield f"UID:{one.service}-{one.document}-{one.day:%Y%m%d}{of_kind}@{authority}"
    yield f"DTSTAMP:{one.seen_at.translate({ord('-'): None, ord(':'): None})}"
    yield f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(one.title)}"
    stated = f"“{safe_line(one.words)}” (version {one.number}, first seen {one.seen_at[:10]})"
    yield f"DESCRIPTION:{_text(stated)}"
    if one.topics:
        yield f"CATEGORIES:{','.join(map(_text, one.topics))}"
    if link := safe_url(one.link):
        yield f"URL:{link}"
    yield from ("TRANSP:TRANSPARENT", "END:VEVENT")


def _text(text: str) -> str:
    """Return *text* escaped as a TEXT value."""
    return safe_line(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[str]:
    """Yield *line* in pieces of at most `_LINE` octets, each but the first with a leading space."""
    piece = ""
    for char in line:
        if len((piece + char).encode("utf-8", "replace")) > _LINE:
            yield piece
            piece = " "
        piece += char
    yield piece
