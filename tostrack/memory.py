"""Bound the memory of a process that works through many texts: what functions remember is dropped when it is much."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

_STATM = Path("/proc/self/statm")
#: Resident memory, in bytes, below which nothing is dropped again: what is left after the last time, and a quarter.
_floor = 0


def resident_bytes() -> int:
    """Return how much memory this process has at the moment; 0 where the system does not say."""
    try:
        return int(_STATM.read_text().split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0


def forget_when_large(megabytes: int) -> bool:
    """Drop what the functions of this package remember if the process has more than *megabytes*; return whether it did.

    Only what is remembered of texts: tables of rules, which have no limit of their own, stay.
    """
    global _floor  # noqa: PLW0603 - of the process, as what is remembered is
    if resident_bytes() <= max(megabytes << 20, _floor):
        return False
    for remembered in find_caches():
        remembered.cache_clear()
    with contextlib.suppress(OSError, AttributeError):
        # What was freed goes back to the system, where the allocator can do that.
        ctypes.CDLL(None).malloc_trim(0)
    _floor = resident_bytes() * 5 // 4
    return True


def find_caches() -> list[_lru_cache_wrapper[Any]]:
    """Return the functions of this package that remember a limited number of answers."""
    modules = [module for name, module in sys.modules.copy().items() if name.partition(".")[0] == "tostrack"]
    return [
        value
        for module in modules
        for value in vars(module).copy().values()
        if isinstance(value, _lru_cache_wrapper) and value.cache_parameters()["maxsize"] is not None
    ]
