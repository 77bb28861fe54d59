"""Text that a page controls, made harmless to show; and the plain pieces that every format shares."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Change, Version

#: What a terminal would obey, or the eye would miss: controls (C0 but tab and newline, DEL, C1), bidirectional
#: controls, line separators, annotation and tag characters, and the lone surrogates that no stream can encode.
_UNSAFE = lazy_pattern(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
    # ``##[command]`` is obeyed by GitHub's runner anywhere in a line of a log.
    r"|#(?=#\[)"
)


def safe(text: str) -> str:
    r"""Return *text* with every character that could steer a terminal written out as ``\x1b``; lines stay lines."""
    return _UNSAFE.sub(_written_out, text)


def safe_line(text: str) -> str:
    """Return *text* as one safe line: every run of white space, line ends among it, is one space."""
    return safe(" ".join(text.split()))


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


#: Typography to plain ASCII, for streams that cannot carry it.
_PLAIN = str.maketrans(
    {
        "…": "...",
        "→": "->",
        "›": ">",
        "·": "-",
        "⚑": "!",
        "—": "--",
        "–": "-",
        "•": "*",
        "│": "|",
        "─": "-",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "\xa0": " ",
    }
)


def ascii_only(text: str) -> str:
    """Return *text* in ASCII: typography as its plain likeness, any other character written out."""
    return text.translate(_PLAIN).encode("ascii", "backslashreplace").decode("ascii")


def columns(text: str) -> int:
    """Return how many columns of a terminal *text* takes: wide characters count two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(char) for char in text)


@lru_cache(maxsize=4096)
def _columns_of(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int) -> str:
    """Return *text* in at most *width* columns, with ``…`` for what is left out, cut between words if able."""
    # No writing needs more than a few marks on each letter; without a bound a title of marks alone would never end.
    most = 4 * max(width, 0)
    if len(text) <= most and columns(text) <= width:
        return text
    room, kept = max(width - 1, 0), []
    for char in text[:most]:
        room -= _columns_of(char)
        if room < 0:
            break
        kept.append(char)
    head = "".join(kept)
    whole = head.rpartition(" ")[0]
    # A whole word is worth up to half of the line; text without spaces is cut where it must be.
    head = whole if len(whole) * 2 > len(head) and not text[len(head) :].startswith(" ") else head
    return head.rstrip(" ,;:(…”") + "…" if width > 0 else ""


def path_of(heading: Sequence[str], width: int = 0) -> str:
    """Return a heading path as ``Rights › Content``; when it is wider than *width*, outer headings give way first."""
    parts = [part for part, _ in groupby(safe_line(part).rstrip(" :") for part in heading) if part]
    path = " › ".join(parts)
    while width and len(parts) > 1 and columns(path) > width:
        parts = parts[1:]
        path = "… › " + " › ".join(parts)
    return cut(path, width) if width else path


def count(number: int, noun: str) -> str:
    """Return ``1 clause`` or ``3 clauses``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def document_id(service: str, document: str) -> str:
    """Return ``instagram/terms``, whichever of the two parts is known."""
    return document if not service or document.startswith(f"{service}/") else f"{service}/{document}".rstrip("/")


def span_of(change: Change) -> str:
    """Return the two days between which *change* happened, with the time of day when they are one day."""
    old, new = _utc(change.old), _utc(change.new)
    if old is None or new is None:
        known = new or old
        return f"{known:%Y-%m-%d}" if known else ""
    if old.date() == new.date():
        return f"{old:%Y-%m-%d} {old:%H:%M} → {new:%H:%M} UTC"
    return f"{old:%Y-%m-%d} → {new:%Y-%m-%d}"


def _utc(version: Version) -> datetime | None:
    return version.seen_at.astimezone(UTC) if version.seen_at else None
