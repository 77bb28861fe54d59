"""Dates as people write them: plain text in, the places and days of its dates out."""

from __future__ import annotations

import bisect
import itertools
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

#: Full names and usual short forms, in the languages that policies come in most: English, German, French, Spanish,
#: Italian, Portuguese, Dutch, Swedish.
_NAMES = """
january jan januar janvier janv enero gennaio gen janeiro januari
february feb februar février fevrier févr febrero febbraio fevereiro fev februari
march mar märz maerz mars marzo março marco maart mrt
april apr avril avr abril aprile
may mai mayo maggio mag maio mei maj
june jun juni juin junio giugno giu junho
july jul juli juillet juil julio luglio lug julho
august aug août aout agosto ago augustus augusti
september sept sep septembre septiembre settembre setembro
october oct oktober okt octobre octubre ottobre ott outubro
november nov novembre noviembre novembro
december dec dezember dez décembre decembre diciembre dicembre dic dezembro
"""
_MONTHS = {name: number for number, row in enumerate(_NAMES.strip().splitlines(), 1) for name in row.split()}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
#: A text about the services of today is dated in these years.
_YEAR = r"(?:19[89]\d|20\d\d)\b"
_OF = r"(?:\s+(?:of|de|del|di))?"


@dataclass(frozen=True)
class FoundDate:
    """A date and where it stands."""

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


def _month_year(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["y"]), _month(match["m"]), 0


def _month(name: str) -> int:
    return _MONTHS[name.rstrip(".").lower()]


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int, int]]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read)
    for pattern, read in (
        (
            rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|°)?{_OF}[\s-]+(?P<m>{_MONTH}),?{_OF}[\s-]+(?P<y>{_YEAR})",
            _day_month_year,
        ),
        (rf"\b(?P<m>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y>{_YEAR})", _day_month_year),
        (rf"\b(?P<y>{_YEAR})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})\b", _numeric),
        (r"(?P<y>(?:19[89]|20\d)\d)\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日", _numeric),
        (rf"\b(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?(?P<y>{_YEAR})", _numeric),
        (rf"\b(?P<d>\d{{1,2}})[/-](?P<m>\d{{1,2}})[/-](?P<y>{_YEAR})", _slashed),
        (rf"\b(?P<m>{_MONTH})(?:,|{_OF})\s+(?P<y>{_YEAR})", _month_year),
    )
)
_ANY_YEAR = re.compile(r"(?:19[89]|20\d)\d")


#: A date begins at most so many characters before its year, and ends at most so many after the year begins.
_BEFORE_YEAR, _AFTER_YEAR = 60, 30


def _around_years(text: str) -> list[tuple[int, int]]:
    """Return the parts of *text* in which dates may stand: to look for all forms everywhere takes ten times as long."""
    parts: list[tuple[int, int]] = []
    for match in _ANY_YEAR.finditer(text):
        start, end = max(match.start() - _BEFORE_YEAR, 0), match.start() + _AFTER_YEAR
        if parts and start <= parts[-1][1]:
            start = parts.pop()[0]
        parts.append((start, end))
    return parts


def find_dates(text: str) -> list[FoundDate]:
    """Return the dates in *text* in order; one whose day and month cannot be told apart (``3/4/2023``) is none."""
    around = _around_years(text)
    #: In order and apart from each other, so that only the neighbours of a new one can overlap it.
    found: list[FoundDate] = []
    for pattern, read in _FORMS if around else ():
        for match in itertools.chain.from_iterable(pattern.finditer(text, start, end) for start, end in around):
            at = bisect.bisect_left(found, match.start(), key=lambda one: one.start)
            if any(match.start() < other.end and other.start < match.end() for other in found[max(at - 1, 0) : at + 1]):
                continue
            year, month, day = read(match)
            if 1 <= month <= 12 and day <= monthrange(year, month)[1]:
                last = day or monthrange(year, month)[1]
                one = FoundDate(match.start(), match.end(), date(year, month, day or 1), date(year, month, last))
                found.insert(at, one)
    return found
