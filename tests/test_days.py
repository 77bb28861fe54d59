"""Days as people type them."""

from datetime import UTC, datetime

import pytest

from tostrack.cli.days import parse_period
from tostrack.models import iso

NOW = datetime(2024, 3, 31, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2013-03-01", "2013-03-01T00:00:00Z", "2013-03-01T23:59:59Z"),
        ("2013-03-01T12:00:00Z", "2013-03-01T12:00:00Z", "2013-03-01T12:00:00Z"),
        ("2020-11", "2020-11-01T00:00:00Z", "2020-11-30T23:59:59Z"),
        ("2020-12", "2020-12-01T00:00:00Z", "2020-12-31T23:59:59Z"),
        ("2020", "2020-01-01T00:00:00Z", "2020-12-31T23:59:59Z"),
        ("today", "2024-03-31T00:00:00Z", "2024-03-31T23:59:59Z"),
        ("Yesterday", "2024-03-30T00:00:00Z", "2024-03-30T23:59:59Z"),
        ("2 weeks", "2024-03-17T00:00:00Z", "2024-03-17T23:59:59Z"),
        ("1 month ago", "2024-02-29T00:00:00Z", "2024-02-29T23:59:59Z"),
        ("3  years", "2021-03-31T00:00:00Z", "2021-03-31T23:59:59Z"),
        ("start", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    ],
)
def test_a_period_has_a_first_and_a_last_second(text, first, last):
    assert tuple(map(iso, parse_period(text, NOW))) == (first, last)


@pytest.mark.parametrize("text", ["someday", "2020-13", "9999 years", "0 fortnights", "2024-02-30", ""])
def test_what_is_no_day_is_refused(text):
    with pytest.raises((ValueError, OverflowError)):
        parse_period(text, NOW)
