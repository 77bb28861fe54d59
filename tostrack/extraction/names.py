"""Names that authors and their tools give to elements, from names.toml: what surrounds a text, signs of icons."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files


@lru_cache(maxsize=8192)
def matches_name(kind: str, written: str) -> bool:
    """Return whether *written*, the class, id or address of an element, has a name of *kind*, a table of names.toml."""
    return pattern_of(kind).search(written) is not None


@cache
def pattern_of(kind: str) -> re.Pattern[str]:
    """Return the pattern of the names of *kind*: one of them anywhere, or as a whole word where the table says so."""
    table = _tables()[kind]
    names = "|".join(table["names"].split())
    return re.compile(rf"(?:^|[\s_/.#-])(?:{names})(?=[\s_/.-]|$)" if table["whole"] else names, re.IGNORECASE)


@cache
def _tables() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = tomllib.loads(
        files("tostrack.extraction").joinpath("names.toml").read_text(encoding="utf-8")
    )
    return tables
