"""Checks of what no hash proves of a document from elsewhere: its names, times and states."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from tostrack.archive.merge_source import MergeSource, Rows
from tostrack.archive.stored_times import is_time
from tostrack.models import Outcome, from_iso, iso

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
_FILE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_CAUSE = re.compile(r"[a-z0-9-]{0,60}")
#: Two machines' clocks differ by less.
_CLOCKS = timedelta(days=1)
#: Nobody means more by Retry-After.
_LONGEST_WAIT = timedelta(days=7)
#: Characters of a message, and pages of a document.
_LONGEST_MESSAGE = 4_000
_MOST_PAGES = 1_000


def find_fault(held: MergeSource, now: datetime | None = None) -> str:
    """Return why a document of another archive cannot be taken over; empty when it can.

    Args:
        now: No time may be later, beyond what clocks differ by; None bounds only the year.
    """
    return next(_faults(held, now), "")


def bound_wait(checked_at: object, next_try_at: object) -> str | None:
    """Return until when a server asked another machine to wait, or None where that is no time or too long."""
    if not (isinstance(checked_at, str) and isinstance(next_try_at, str)):
        return None
    if not (is_time(checked_at) and is_time(next_try_at)):
        return None
    return next_try_at if from_iso(next_try_at) - from_iso(checked_at) <= _LONGEST_WAIT else None


def _faults(held: MergeSource, now: datetime | None) -> Iterator[str]:
    document = held.document
    service, slug = document["service"], document["slug"]
    if not all(isinstance(name, str) and _SLUG.fullmatch(name) for name in (service, slug)):
        yield "is not named as documents are"
        return
    if not all(isinstance(document[name], str) for name in ("name", "service_name", "language")):
        yield "has a name that is no text"
    yield from _odd_state(document["outcome"], document["cause"], document["message"], document["http_status"])
    yield from _odd_captures(f"{service}/{slug}", held.captures)
    for row in held.pages:
        if not isinstance(row["url"], str) or not _is_page(row["page"]):
            yield "a page of it has no address"
    for row, _ in held.suspects:
        if not (isinstance(row["cause"], str) and _CAUSE.fullmatch(row["cause"]) and isinstance(row["sightings"], int)):
            yield "a text in quarantine has no cause"
    latest = iso(now + _CLOCKS) if now else "2200"
    for at in held.times():
        if not is_time(at) or str(at) > latest:
            yield f"states a time that cannot be ({str(at)[:40]!r})"


def _odd_state(outcome: object, cause: object, message: object, status: object) -> Iterator[str]:
    if outcome is not None and outcome not in list(Outcome):
        yield "its last check came to nothing that a check comes to"
    if not (isinstance(cause, str) and _CAUSE.fullmatch(cause)):
        yield "its last check failed by no cause that there is"
    if not (isinstance(message, str) and len(message) <= _LONGEST_MESSAGE):
        yield "the message of its last check is no message"
    if status is not None and not (isinstance(status, int) and 100 <= status <= 599):
        yield "the status of its last check is none of HTTP"


def _odd_captures(document: str, captures: Rows) -> Iterator[str]:
    for row in captures:
        folder, _, name = str(row["path"]).rpartition("/")
        if folder != document or not _FILE.fullmatch(name):
            yield f"a capture lies where none is kept ({str(row['path'])[:200]})"
        texts = all(isinstance(row[name], str) for name in ("url", "content_type", "sha256"))
        numbers = _is_page(row["page"]) and isinstance(row["status"], int) and isinstance(row["size"], int)
        if not (texts and numbers and _is_chain(row["chain"]) and _are_headers(row["headers"])):
            yield f"a capture is not described as captures are ({str(row['path'])[:200]})"


def _is_page(number: object) -> bool:
    return isinstance(number, int) and 0 <= number < _MOST_PAGES


def _is_chain(stored: object) -> bool:
    found = _loaded(stored)
    return isinstance(found, list) and bool(found) and all(isinstance(url, str) for url in found)


def _are_headers(stored: object) -> bool:
    found = _loaded(stored)
    return isinstance(found, dict) and all(isinstance(value, str) for value in found.values())


def _loaded(stored: object) -> object:
    try:
        return json.loads(stored) if isinstance(stored, str) else None
    except (ValueError, RecursionError):
        return None
