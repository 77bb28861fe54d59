"""Days and times as people type them, and the time of the last look at an archive."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import from_iso, iso

#: What ``--since last`` becomes until a command reads the time of its last run.
LAST = datetime.min.replace(tzinfo=UTC)
_START = datetime(1970, 1, 1, tzinfo=UTC)
_PERIOD = lazy_pattern(r"(\d{4})(?:-(\d\d))?")
_AGO = lazy_pattern(r"(\d{1,4}) ?(day|week|month|year)s?(?: ago)?")
_UNITS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def parse_period(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last second that *text* means, in UTC.

    An ISO date or time, ``2020-11``, ``2020``, ``today``, ``yesterday``, ``2 weeks``, ``3 months ago``, ``start``.

    Raises:
        ValueError: It is none of these.
    """
    words = " ".join(text.lower().split())
    if words == "start":
        return _START, _START
    if match := _PERIOD.fullmatch(words):
        first = datetime(int(match[1]), int(match[2] or 1), 1, tzinfo=UTC)
        return first, _add_months(first, 1 if match[2] else 12) - timedelta(seconds=1)
    days_ago = {"today": 0, "yesterday": 1}.get(words)
    if match := _AGO.fullmatch(words):
        if match[2] in _MONTHS:
            return _whole_day(_add_months(now, -int(match[1]) * _MONTHS[match[2]]))
        days_ago = int(match[1]) * _UNITS[match[2]]
    if days_ago is not None:
        return _whole_day(now - timedelta(days=days_ago))
    when = from_iso(text)
    return _whole_day(when) if len(text) == 10 else (when, when)


def _whole_day(when: datetime) -> tuple[datetime, datetime]:
    first = when.replace(hour=0, minute=0, second=0, microsecond=0)
    return first, first + timedelta(days=1, seconds=-1)


def _add_months(when: datetime, months: int) -> datetime:
    """Return the same day *months* later, or the last day of that month where it is shorter."""
    from calendar import monthrange

    month = when.year * 12 + when.month - 1 + months
    year, month = month // 12, month % 12 + 1
    return when.replace(year=year, month=month, day=min(when.day, monthrange(year, month)[1]))


class DayType(click.ParamType["datetime"]):
    """A date or time, also relative; a period means its last second in UTC.

    Args:
        begins: A period means its first second instead.
        last: ``last`` is accepted, and becomes `LAST`.
    """

    name = "date"

    def __init__(self, *, begins: bool = False, last: bool = False) -> None:
        self._begins = begins
        self._last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the aware UTC time."""
        if isinstance(value, datetime):
            return value
        if self._last and value.strip().lower() == "last":
            return LAST
        try:
            now = from_iso(os.environ["TOSTRACK_NOW"]) if os.environ.get("TOSTRACK_NOW") else datetime.now(UTC)
            first, last = parse_period(value, now)
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is not a date such as 2013-03-01, 2013-03, yesterday, 2 weeks or 2013-03-01T12:00:00Z",
                param,
                ctx,
            )
        return first if self._begins else last


class LastLook:
    """When one command last showed what an archive holds, in the user's state folder (XDG_STATE_HOME)."""

    def __init__(self, database: Path, command: str) -> None:
        folder = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
        self._path = Path(folder, "tostrack", "last.json")
        self._key = f"{command} {database.absolute()}"

    def read(self) -> datetime | None:
        """Return the time of the newest change that was shown; None before the first look."""
        found = self._read().get(self._key)
        return from_iso(found) if found else None

    def write(self, newest: datetime) -> None:
        """Store the time of the newest change that is shown now; a folder that cannot be written is no error."""
        import json

        from tostrack.archive.lock import replace_whole

        whole = json.dumps({**self._read(), self._key: iso(newest)}, indent=1)
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replace_whole(self._path, durable=False) as part:
                part.write_text(whole, encoding="utf-8")

    def _read(self) -> dict[str, str]:
        import json

        try:
            found = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
