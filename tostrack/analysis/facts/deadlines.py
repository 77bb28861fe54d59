"""Periods that a text counts from the day on which it takes effect: notice before it, and the time to object."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tostrack.analysis.facts.quantities import Quantity, find_quantities
from tostrack.clauses import plain, sentences
from tostrack.language.words import entry_pattern, union
from tostrack.models import Clause

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
#: Words between a period and "before" or "after", and characters from there to what it is counted from.
_BETWEEN = r"\W*(?:[\w’']+\W+){0,2}?"
_TO_ANCHOR = 60


@dataclass(frozen=True)
class Deadline:
    """A day that a text states by a period: ``within 30 days after the changes take effect``."""

    #: ``notice``: by then the platform has to have announced its changes; ``objection``: the last day to object.
    kind: str
    day: date
    #: The sentence that states it.
    words: str


def find_deadlines(clauses: Iterable[Clause], effective: date) -> list[Deadline]:
    """Return the deadlines that *clauses* count from the day on which they take effect, each once, the first first.

    A period counts only where its sentence says that it is one before or after changes take effect. Business days are
    left out: which days those are depends on the country.
    """
    found = {(one.kind, one.day): one for clause in clauses for one in _of_clause(plain(clause.text), effective)}
    return sorted(found.values(), key=lambda one: (one.day, one.kind))


def _of_clause(text: str, effective: date) -> Iterator[Deadline]:
    anchor = entry_pattern(union("dates", "anchor"))
    if not anchor.search(text.lower()):
        return
    for start, end in sentences(text):
        sentence = text[start:end]
        lower = sentence.lower()
        if not anchor.search(lower) or not entry_pattern(union("dates", "revision")).search(lower):
            continue
        for quantity in find_quantities(sentence):
            if (way := _direction(lower, quantity)) and (kind := _act(lower, quantity, way)):
                day = _shift(effective, quantity, way)
                if day:
                    yield Deadline(kind, day, sentence.strip())


def _direction(lower: str, quantity: Quantity) -> int:
    """Return -1 for a period before the text takes effect, 1 for one after it, else 0."""
    rest = lower[quantity.end :]
    for way, name in ((-1, "ahead"), (1, "behind")):
        words = entry_pattern(union("dates", name))
        if (found := re.match(_BETWEEN + f"(?:{words.pattern})", rest)) and entry_pattern(
            union("dates", "anchor")
        ).search(rest[found.end() : found.end() + _TO_ANCHOR]):
            return way
    return 0


def _act(lower: str, quantity: Quantity, way: int) -> str:
    """Return what may or must be done within the period: the act named nearest before its end."""
    acts = ("notice", "objection") if way < 0 else ("objection",)
    places = [(found.start(), act) for act in acts for found in entry_pattern(union("dates", act)).finditer(lower)]
    before = [one for one in places if one[0] <= quantity.end + len("' notice")]
    return max(before or [min(places, default=(0, ""))])[1]


def _shift(day: date, quantity: Quantity, way: int) -> date | None:
    if quantity.value != int(quantity.value) or quantity.group != "time":
        return None
    if quantity.unit in _DAYS:
        return day + timedelta(days=way * int(quantity.value) * _DAYS[quantity.unit])
    if quantity.unit in _MONTHS:
        months = day.year * 12 + day.month - 1 + way * int(quantity.value) * _MONTHS[quantity.unit]
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return None
