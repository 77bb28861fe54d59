"""Times as the archive stores them, read as what any file may hold instead."""

from __future__ import annotations

from functools import lru_cache

from tostrack.errors import StoreError
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import EARLIEST, LATEST, from_iso, iso

_TIME = lazy_pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@lru_cache(maxsize=4_096)
def is_time(value: object) -> bool:
    """Return whether *value* is a time as the archive writes it, of a year from 1990 to 2199."""
    if not isinstance(value, str) or not _TIME.fullmatch(value) or not iso(EARLIEST) <= value <= iso(LATEST):
        return False
    try:
        from_iso(value)
    except ValueError:
        return False
    return True


def optional_time(value: object) -> str | None:
    """Return *value* where it is a time, else None."""
    return value if isinstance(value, str) and is_time(value) else None


def require_time(value: object, where: str) -> str:
    """Return *value*.

    Raises:
        StoreError: It is no time.
    """
    if isinstance(value, str) and is_time(value):
        return value
    raise StoreError(f"{where} has no valid time ({str(value)[:40]!r}); run `tostrack archive verify`")
