"""Decide what a new text of a document means for its readers: what it is compared with, what changed, who is notified.

Pure. A text that nobody has seen is reported at once when the change matters. A return to an older text waits, because
pages flap: it is reported once it has been stable for a while. So notifications stay consistent with the final text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from tostrack.analysis.comparison import compare_readings
from tostrack.analysis.comparison_key import reading_key
from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.analysis.verdict.with_history import likeness
from tostrack.models import Change, Judgement, Reading, Reason, Verdict, iso

#: How long a return to an older text must last before it is reported. Of the text-changing versions that a public
#: archive recorded, 36 % were undone within two days and 43 % within seven.
STABLE_AFTER = timedelta(days=3)
#: Each reversion reported within a year multiplies the wait by this, up to the maximum: a page that flaps every few
#: weeks is not news. With a factor of 2, half a year of such a page was six messages.
_DEBOUNCE_FACTOR = 4
STABLE_AFTER_AT_MOST = timedelta(days=90)
#: More reversions than this do not lengthen the wait any further.
_MOST_REVERSIONS = 8


@dataclass(frozen=True)
class HistoryEntry:
    """An earlier version: its text, whether readers were notified of it, and the reason of its verdict."""

    reading: Reading
    notified: bool = False
    #: None for a first version and for a re-extraction: nothing before either is compared.
    reason: Reason | None = None


@dataclass(frozen=True)
class History:
    """The versions of a document, most recent first, as far back as the last one that readers know of."""

    entries: tuple[HistoryEntry, ...] = ()
    #: How many reversions of this document were reported within the last year.
    reversions: int = 0

    @property
    def current(self) -> Reading | None:
        """The newest version; None before the first."""
        return self.entries[0].reading if self.entries else None


@dataclass(frozen=True)
class Decision:
    """The decision about a text: what it means for a document and its readers."""

    #: The text that the new one was compared with; None for a first text.
    base: Reading | None
    #: What changed; None for a first text, and where nothing changed.
    change: Change | None
    #: Whether readers are notified of the change.
    notify: bool
    #: One sentence: why.
    why: str


def decide(history: History, text: Reading, book: Rulebook = SHIPPED) -> Decision:
    """Return what *text* means after *history*.

    A text that equals the current one is no change, unless the current text is a return to an older one that readers
    were not notified of and that has now been stable: then that change is reported.

    Args:
        history: The versions before it.
        text: The text just seen; its version's ``seen_at`` is the time of the visit.
        book: The rules that flag clauses.
    """
    current = history.current
    if current is None:
        return Decision(None, None, notify=False, why="First version.")
    if reading_key(text) == reading_key(current):
        found = None if history.entries[0].notified else _confirm_after_stability(history, text, book)
        return Decision(current, found, notify=found is not None, why=found.explanation if found else "Unchanged.")
    base, change = _compare_with_history(text, history, book)
    return Decision(base, change, notify=change.verdict is Verdict.SUBSTANTIVE, why=change.explanation)


def _compare_with_history(new: Reading, history: History, book: Rulebook) -> tuple[Reading, Change]:
    """Return the text that *new* is compared with, and the change in the light of what readers know."""
    past = history.entries
    current = past[0].reading
    since = _since_notified(past)
    base = _find_closest(new, since)
    earlier = [entry.reading for entry in past if entry.reading is not base]
    found = compare_readings(base, new, earlier, book)
    known = since[-1]
    if base is not known and found.verdict is Verdict.SUBSTANTIVE and (gone := _describe_outdated(known, base, book)):
        return base, _explain_otherwise(found, found.reason, f"{found.explanation} {gone}")
    lasted = _time_between(current, new)
    if found.reason is Reason.OSCILLATION and lasted >= _debounce(history.reversions):
        reverted = _change_for_readers(known, new, book)
        if reverted:
            said = _describe_return(reverted, known, new, past, f"after {lasted.days} days")
            return base, _explain_otherwise(reverted, Reason.REVERTED, said)
    return base, found


def _confirm_after_stability(history: History, seen: Reading, book: Rulebook) -> Change | None:
    """Return the change to report now that the current text has been stable; None where there is none.

    Args:
        history: The versions before, the current one first.
        seen: The current text as it was seen again.
        book: The rules that flag clauses.
    """
    past = history.entries
    current = past[0].reading
    since = _since_notified(past)
    waiting = any(entry.reason is Reason.OSCILLATION for entry in past[: len(since)])
    if not waiting or current.version.seen_at is None or _time_between(current, seen) < _debounce(history.reversions):
        return None
    change = _change_for_readers(since[-1], current, book)
    if change is None:
        return None
    said = _describe_return(change, since[-1], current, past[1:], f"on {_day(current)}")
    return _explain_otherwise(change, Reason.REVERTED, f"{said} This is still in force.")


def _describe_return(found: Change, known: Reading, new: Reading, past: Sequence[HistoryEntry], when: str) -> str:
    """Return what of an older text is back in *new*, and what of *known*, the text that readers know, remains.

    Args:
        found: The change from *known* to *new*.
        known: The text that readers were last notified of.
        new: The text that came.
        past: The versions before it, most recent first.
        when: When it came, as the sentence says it.
    """
    said = f"{found.explanation[:1].lower()}{found.explanation[1:]}"
    older = next((entry.reading for entry in past if reading_key(entry.reading) == reading_key(new)), None)
    if older:
        return f"Reverted {when} to the text of {_day(older)}, from that of {_day(known)}: {said}"
    return f"Partly reverted {when}: {said} The rest of the text of {_day(known)} remains."


def _debounce(reversions: int) -> timedelta:
    """Return how long a text must last before its replacement by an older one, or its return, is reported."""
    wait = STABLE_AFTER
    for _ in range(min(reversions, _MOST_REVERSIONS)):
        wait *= _DEBOUNCE_FACTOR
    return min(wait, STABLE_AFTER_AT_MOST)


def _since_notified(past: Sequence[HistoryEntry]) -> list[Reading]:
    """Return the versions since readers were last notified, that one included, most recent first."""
    found = []
    for entry in past:
        found.append(entry.reading)
        if entry.notified or entry.reason is None:
            break
    return found


def _find_closest(new: Reading, readings: Sequence[Reading]) -> Reading:
    """Return the text that *new* is compared with: of those since readers were notified, the closest.

    Where variants of a page alternate, an edit inside one of them must not look like the difference between variants.
    A text seen before is compared with the current one, so that the return itself is judged.
    """
    key = reading_key(new)
    if any(reading_key(reading) == key for reading in readings):
        return readings[0]
    return max(readings, key=lambda reading: likeness(reading, new))


@lru_cache(maxsize=64)
def _change_for_readers(known: Reading, new: Reading, book: Rulebook) -> Change | None:
    """Return the change from what readers know to *new*, where it matters to them."""
    found = compare_readings(known, new, book=book)
    return found if found.verdict is Verdict.SUBSTANTIVE else None


def _describe_outdated(known: Reading, base: Reading, book: Rulebook) -> str:
    """Return a sentence for readers whose last notification is not what the new text builds on; empty when it is."""
    if _change_for_readers(known, base, book) is None:
        return ""
    return f"It builds on the text of {_day(base)}; the change of {_day(known)} is no longer in force."


def _explain_otherwise(found: Change, reason: Reason, explanation: str) -> Change:
    return replace(found, judgement=Judgement(reason, explanation, found.importance))


def _time_between(one: Reading, other: Reading) -> timedelta:
    seen, then = one.version.seen_at, other.version.seen_at
    return then - seen if seen and then else timedelta()


def _day(reading: Reading) -> str:
    return iso(reading.version.seen_at)[:10] if reading.version.seen_at else "an earlier day"
