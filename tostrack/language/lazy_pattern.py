"""Regular expressions that are compiled when they are first asked: most texts need few of them."""

from __future__ import annotations

import re
from typing import cast


class _LazyPattern:
    """Used like ``re.compile(pattern, flags)``; takes over its methods one by one, when they are first used."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._arguments = pattern, flags

    def __getattr__(self, name: str) -> object:
        found = getattr(re.compile(*self._arguments), name)
        setattr(self, name, found)
        return found


def lazy_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Return *pattern*, which is compiled at its first use; a mistake in it shows only then."""
    return cast("re.Pattern[str]", _LazyPattern(pattern, flags))
