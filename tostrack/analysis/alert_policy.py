"""What readers are told, and when: the events of one document in order, so that what they were told ends up true.

Pure. A text that nobody has seen is told at once when it matters. A return to an older text waits: pages flap. It is
told when the text that it takes back had stood, or once it has stood itself (`settled`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from tostrack.analysis.comparison import compare_readings
from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.analysis.judgement import likeness
from tostrack.comparison_key import reading_key
from tostrack.models import Change, Judgement, Reading, Reason, Verdict, iso

#: Of the text-changing versions that a public archive recorded, 36 % were undone within two days and 43 % within seven:
#: a text that outlives the third night is mostly there to stay.
STANDS_AFTER = timedelta(days=3)
#: Each return that was told within a year makes the next one wait so many times as long, up to this: a page that turns
#: every few weeks is no news. When it was twice as long, half a year of such a page was six messages.
_LONGER = 4
STANDS_AT_LAST = timedelta(days=90)


@dataclass(frozen=True)
class HistoryEntry:
    """A version that stood before, whether readers were told of it, and how its coming was judged."""

    reading: Reading
    told: bool = False
    #: None for a first version and for a re-extraction, with either of which a history begins anew.
    reason: Reason | None = None


def decide_change(new: Reading, past: Sequence[HistoryEntry], book: Rulebook = SHIPPED, *, returns: int = 0) -> Change:
    """Return what *new* changes, judged in the light of what readers know.

    Args:
        new: The text that was just seen.
        past: The versions before it, most recent first; at least the one that stands.
        book: What decides which clauses are flagged.
        returns: How many returns readers were told of this document within the last year.
    """
    current = past[0].reading
    since = _since_told(past)
    base = _closest(new, since)
    earlier = [entry.reading for entry in past if entry.reading is not base]
    found = compare_readings(base, new, earlier, book)
    told = since[-1]
    if base is not told and found.verdict is Verdict.SUBSTANTIVE and (gone := _gone(told, base, book)):
        return _because(found, found.reason, f"{found.explanation} {gone}")
    stood = _days(current, new)
    if found.reason is Reason.OSCILLATION and stood >= _debounce(returns) and (taken := _taken_back(told, new, book)):
        when = f"the text of {_day(told)}, told then and in force for {stood.days} days, is taken back"
        return _because(taken, Reason.REVERTED, f"Reverted: {when}.")
    return found


def confirm_after_stability(
    past: Sequence[HistoryEntry], now: datetime, book: Rulebook = SHIPPED, *, returns: int = 0
) -> Change | None:
    """Return the change to tell now that the text which stands has outlived the flapping; None when there is none.

    Args:
        past: The versions, most recent first, the one that stands at the head.
        now: When it was seen again.
        book: What decides which clauses are flagged.
        returns: As for `change`.
    """
    current = past[0].reading
    since = _since_told(past)
    waiting = any(entry.reason is Reason.OSCILLATION for entry in past[: len(since)])
    if not waiting or current.version.seen_at is None or now - current.version.seen_at < _debounce(returns):
        return None
    taken = _taken_back(since[-1], current, book)
    if taken is None:
        return None
    told = f"Of {_day(since[-1])} readers were told another text; since {_day(current)} this one has stood"
    return _because(taken, Reason.REVERTED, f"{told}, and it is an older one.")


def is_alert(found: Change) -> bool:
    """Whether readers are told of *found*."""
    return found.verdict is Verdict.SUBSTANTIVE


def _debounce(returns: int) -> timedelta:
    """Return how long a text must stand before its going, or its coming back, is told."""
    wait = STANDS_AFTER
    for _ in range(min(returns, 8)):
        wait *= _LONGER
    return min(wait, STANDS_AT_LAST)


def _since_told(past: Sequence[HistoryEntry]) -> list[Reading]:
    """Return the versions since readers were last told something, that one included, most recent first."""
    found = []
    for entry in past:
        found.append(entry.reading)
        if entry.told or entry.reason is None:
            break
    return found


def _closest(new: Reading, readings: Sequence[Reading]) -> Reading:
    """Return the text that *new* is held against: of those since readers were told something, the closest.

    Where variants of a page alternate, an edit inside one of them must not look like all that differs between them. A
    text that was seen before is held against the one that stands, so that the return itself is judged.
    """
    key = reading_key(new)
    if any(reading_key(reading) == key for reading in readings):
        return readings[0]
    return max(readings, key=lambda reading: likeness(reading, new))


@lru_cache(maxsize=64)
def _taken_back(told: Reading, new: Reading, book: Rulebook) -> Change | None:
    """Return what differs between what readers were told and *new*, when it matters to them."""
    found = compare_readings(told, new, book=book)
    return found if found.verdict is Verdict.SUBSTANTIVE else None


def _gone(told: Reading, base: Reading, book: Rulebook) -> str:
    """Return a sentence for readers whose last news is not what the new text builds on; empty when it is."""
    if _taken_back(told, base, book) is None:
        return ""
    return f"It builds on the text of {_day(base)}; what was told of {_day(told)} is gone."


def _because(found: Change, reason: Reason, explanation: str) -> Change:
    return replace(found, judgement=Judgement(reason, explanation))


def _days(one: Reading, other: Reading) -> timedelta:
    seen, then = one.version.seen_at, other.version.seen_at
    return then - seen if seen and then else timedelta()


def _day(reading: Reading) -> str:
    return iso(reading.version.seen_at)[:10] if reading.version.seen_at else "an earlier day"
