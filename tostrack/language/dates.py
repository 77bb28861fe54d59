"""Dates as people write them, in every known language: their places and their days."""

from __future__ import annotations

import bisect
import itertools
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from tostrack.language.words import list_languages, load_language, month_numbers

#: A text about the services of today is dated in these years.
_YEAR = r"(?:19[89]\d|20\d\d)(?!\d)"
_ANY_YEAR = re.compile(r"(?:19[89]|20\d)\d")
#: A date begins at most so many characters before its year, and ends at most so many after the year begins.
_BEFORE_YEAR, _AFTER_YEAR = 60, 30
#: A name of fewer letters with only a year beside it may be another word: Polish "sie" is German "Sie".
_PLAIN_NAME = 5

#: Returns the year, the month and the day of a match; the day 0 where none is named, the month 0 where it is no date.
_Read = Callable[[re.Match[str]], tuple[int, int, int]]


def names_year(text: str) -> bool:
    """Return whether *text* holds the digits of a year, without which it names no day."""
    return ("20" in text or "19" in text) and _ANY_YEAR.search(text) is not None


@dataclass(frozen=True)
class FoundDate:
    """A date and its place."""

    start: int
    end: int
    #: The first day of the month where no day is named.
    first: date
    #: The last day of it: the same day, or the last one of the month.
    last: date

    @property
    def iso(self) -> str:
        """``2023-03-01``, or ``2023-03`` where no day is named."""
        return self.first.isoformat() if self.first == self.last else self.first.isoformat()[:7]


def find_dates(text: str, *, day_first: bool = False) -> list[FoundDate]:
    """Return the dates in *text* in order; one whose day and month cannot be distinguished (``3/4/2023``) is left out.

    Args:
        text: Plain text.
        day_first: Whether the language puts the day first, so that they can be distinguished.
    """
    around = _around_years(text)
    if not around:
        return []
    text = _in_small_letters(text)
    #: In order and apart from each other, so that only the neighbours of a new one can overlap it.
    found: list[FoundDate] = []
    for pattern, read in _forms():
        # What one pattern finds is apart from itself: only what earlier ones found has to be looked at.
        starts = [one.start for one in found]
        matches = itertools.chain.from_iterable(pattern.finditer(text, start, end) for start, end in around)
        apart = (match for match in matches if not _overlaps(match, found, starts))
        take = _day_first if day_first and read is _slashed else read
        more = [one for match in apart if (one := _read_date(match, take))]
        if more:
            found = sorted([*found, *more], key=lambda one: one.start)
    return found


def _overlaps(match: re.Match[str], found: Sequence[FoundDate], starts: Sequence[int]) -> bool:
    at = bisect.bisect_left(starts, match.start())
    return any(match.start() < one.end and one.start < match.end() for one in found[max(at - 1, 0) : at + 1])


def _read_date(match: re.Match[str], read: _Read) -> FoundDate | None:
    """Return the date that *match* is by *read*; None for a day that there is not."""
    year, month, day = read(match)
    if not 1 <= month <= 12 or not (day or read is _month_year) or day > monthrange(year, month)[1]:
        return None
    last = day or monthrange(year, month)[1]
    return FoundDate(*match.span(), date(year, month, day or 1), date(year, month, last))


def _in_small_letters(text: str) -> str:
    """Return *text* in lower case and of the same length: patterns that ignore case take five times as long."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(one if len(one.lower()) > 1 else one.lower() for one in text)


def _around_years(text: str) -> list[tuple[int, int]]:
    """Return the parts of *text* in which dates may be: to look for all forms everywhere takes ten times as long."""
    parts: list[tuple[int, int]] = []
    for match in _ANY_YEAR.finditer(text):
        start, end = max(match.start() - _BEFORE_YEAR, 0), match.start() + _AFTER_YEAR
        if parts and start <= parts[-1][1]:
            start = parts.pop()[0]
        parts.append((start, end))
    return parts


def _day_month_year(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["y"]), _month(match["m"]), int(match["d"])


def _numeric(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["y"]), int(match["m"]), int(match["d"])


def _slashed(match: re.Match[str]) -> tuple[int, int, int]:
    one, two = int(match["d"]), int(match["m"])
    # Which of the two is the day depends on the country; only a number above 12 tells.
    if one <= 12 and two <= 12 and one != two:
        return int(match["y"]), 0, 0
    return int(match["y"]), min(one, two) if max(one, two) > 12 else one, max(one, two)


def _day_first(match: re.Match[str]) -> tuple[int, int, int]:
    year, month, day = _slashed(match)
    return (year, month, day) if month else (year, int(match["m"]), int(match["d"]))


def _month_year(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["y"]), _month(match["m"]), 0


def _month(name: str) -> int:
    return month_numbers()[name.rstrip(".")]


@cache
def _forms() -> tuple[tuple[re.Pattern[str], _Read], ...]:
    """Return each way of writing a date with what reads it; the first that fits decides."""
    month = _any_of(month_numbers()) + r"(?!\w)\.?"
    plain = _any_of(_plain_names()) + r"(?!\w)\.?"
    ordinal = rf"(?:{_any_of(_list_all('ordinals'))}|\.|º|°)?"
    after = rf"(?:\s?{_any_of(_list_all('year_marks'))}(?!\w))?"
    of = rf"(?:\s+{_any_of(_list_all('joins'))})?"
    # A letter in front makes it another word; a day is looked for from its first digit.
    written = (
        (
            rf"(?<!\w)(?P<d>\d{{1,2}}){ordinal}{of}[\s-]+(?P<m>{month}),?{of}[\s-]+(?P<y>{_YEAR}){after}",
            _day_month_year,
        ),
        (rf"(?<!\w)(?P<m>{month})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y>{_YEAR})", _day_month_year),
        (rf"(?<!\d)(?P<y>{_YEAR})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})(?!\d)", _numeric),
        (r"(?P<y>(?:19[89]|20\d)\d)\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]", _numeric),
        (rf"(?P<y>{_YEAR})\.\s+(?P<m>{month})\s+(?P<d>\d{{1,2}})(?!\d)", _day_month_year),
        (rf"(?<!\w)(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?(?P<y>{_YEAR})", _numeric),
        (rf"(?<!\w)(?P<d>\d{{1,2}})[/-](?P<m>\d{{1,2}})[/-](?P<y>{_YEAR})", _slashed),
        (rf"(?<!\w)(?P<m>{plain})(?:,|{of})\s+(?P<y>{_YEAR}){after}", _month_year),
    )
    return tuple((re.compile(pattern), read) for pattern, read in written)


def _any_of(names: Iterable[str]) -> str:
    words = sorted(set(names), key=lambda name: (-len(name), name))
    return f"(?:{'|'.join(map(re.escape, words))})"


def _list_all(name: str) -> list[str]:
    return [word for code in list_languages() for word in load_language(code).list_words("dates", name)]


def _plain_names() -> Iterator[str]:
    """Yield the names that are of a month also without a day beside them: full ones, and English short ones."""
    for code in list_languages():
        for row in load_language(code).list_rows("dates", "months"):
            yield from row if code == "en" else (*row[:1], *(name for name in row if len(name) >= _PLAIN_NAME))
