"""Changes by month and topic as a small inline chart: bars for those who see it, a table for those who do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tostrack.render.site.page_data import ChangeItem
from tostrack.value import Value

#: Of the charts on cards, and the least on a platform's own page.
MONTHS = 36
#: More bars than this cannot be distinguished.
_MOST_MONTHS = 240
#: What a change is counted under that touches no topic.
OTHER = "other"
#: How much of its month's room a bar takes, and the most that one change fills of the height, in percent.
_BAR = 0.72
_TALLEST_ONE = 25.0
#: Years are named at most so often.
_MOST_YEARS = 12


class Bar(Value):
    """So many changes of one topic in one month, placed in percent, so that letters keep their size."""

    topic: str
    x: float
    y: float
    height: float


class Chart(Value):
    """A chart of changes that mattered."""

    #: Width of a bar, in percent.
    bar: float
    bars: tuple[Bar, ...]
    #: First and last month, ``2013-06``.
    since: str
    until: str
    #: Where a year begins: the year and its place.
    years: tuple[tuple[int, float], ...]
    #: For the table: months with changes, newest first, with a count for each topic.
    months: tuple[tuple[str, tuple[int, ...]], ...]
    topics: tuple[str, ...]
    total: int


def chart(
    items: Iterable[ChangeItem], topics: Sequence[str], until: str, *, since: str = "", months: int = MONTHS
) -> Chart:
    """Return the chart of those of *items* that mattered, up to the month of *until*.

    A change that touches two topics is counted under each: a bar says how often a topic was touched.

    Args:
        until: ISO 8601; the last month that is drawn.
        since: ISO 8601; draw from this month, when that is further back than *months*.
    """
    last = _month(until or "1970-01-01")
    first = last - months + 1
    if since:
        first = max(min(first, _month(since)), last - _MOST_MONTHS + 1)
    counts: dict[int, Counter[str]] = {}
    total = 0
    for item in items:
        month = _month(item.seen_at)
        if item.matters and first <= month <= last:
            counts.setdefault(month, Counter()).update([t for t in item.topics if t in topics] or [OTHER])
            total += 1
    shown = [*topics, OTHER] if any(count[OTHER] for count in counts.values()) else list(topics)
    step = 100 / (last - first + 1)
    januaries = [month for month in range(first, last + 1) if month % 12 == 0]
    every = -(-len(januaries) // _MOST_YEARS) or 1
    return Chart(
        bar=round(step * _BAR, 3),
        bars=tuple(_bars(counts, shown, first, step)),
        since=_name(first),
        until=_name(last),
        years=tuple((month // 12, round((month - first) * step, 2)) for month in januaries[::every]),
        months=tuple((_name(month), tuple(counts[month][t] for t in shown)) for month in sorted(counts, reverse=True)),
        topics=tuple(shown),
        total=total,
    )


def _bars(counts: dict[int, Counter[str]], topics: Sequence[str], first: int, step: float) -> Iterable[Bar]:
    highest = max((count.total() for count in counts.values()), default=1)
    unit = min(100 / highest, _TALLEST_ONE)
    for month, count in sorted(counts.items()):
        y = 100.0
        for topic in topics:
            if height := count[topic] * unit:
                y -= height
                yield Bar(topic, round((month - first) * step, 2), round(y, 1), round(height, 1))


def _month(when: str) -> int:
    """Return the month of *when*, counted from the year 0."""
    return int(when[:4]) * 12 + int(when[5:7]) - 1


def _name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
