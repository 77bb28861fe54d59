"""Which captures of an index are worth asking for: readable, changed since the one before, one a day at most. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tostrack.importers.wayback import Capture
from tostrack.value import Value

#: How far apart captures are asked for, at least: the name of a span, and how two times within one are recognised.
EVERY = {"capture": "%Y%m%d%H%M%S", "day": "%Y%m%d", "week": "%G%V", "month": "%Y%m"}
#: Media that hold a policy; crawlers note an unknown one in several ways.
_READABLE = ("text/html", "application/xhtml+xml", "application/pdf", "text/plain", "warc/revisit", "unk", "-", "")


class CaptureChoice(Value):
    """A capture to ask for, and until when the index says that its bytes stayed."""

    page: int
    capture: Capture
    until: datetime


@dataclass
class ChosenCaptures:
    """The captures to ask for, and how many are not, and why.

    The reasons are ``redirects``, ``errors``, ``other-media``, ``same-bytes`` and ``thinned``.
    """

    wanted: list[CaptureChoice] = field(default_factory=list)
    captures: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)


def choose_captures(captures: Iterable[Capture], page: int = 0, every: str = "day") -> ChosenCaptures:
    """Return which of *captures*, by time, to ask for.

    A revisit has the status of the capture with its digest; of one whose digest nobody knows, the bytes must be seen.

    Args:
        captures: The index of one page, its earlier addresses included.
        every: A word of `EVERY`.
    """
    found = ChosenCaptures()
    statuses: dict[str, int] = {}
    for capture in captures:
        found.captures += 1
        if capture.status is not None:
            statuses[capture.digest] = capture.status
        last = found.wanted[-1] if found.wanted else None
        why = _unreadable(capture, statuses.get(capture.digest))
        if not why and last and capture.digest == last.capture.digest:
            found.wanted[-1] = CaptureChoice(page, last.capture, capture.at)
            why = "same-bytes"
        if not why and last and _span(capture.at, every) == _span(last.capture.at, every):
            why = "thinned"
        if why:
            found.passed_over[why] += 1
        else:
            found.wanted.append(CaptureChoice(page, capture, capture.at))
    return found


def _unreadable(capture: Capture, status: int | None) -> str:
    if status is not None and 300 <= status < 400:
        return "redirects"
    if status is not None and not 200 <= status < 300:
        return "errors"
    return "" if capture.media.partition(";")[0].strip().lower() in _READABLE else "other-media"


def _span(at: datetime, every: str) -> str:
    return at.strftime(EVERY[every])
