"""Read a user's own rules, `topics.toml` and `topics/*.toml` beside the watchlist; `analysis.flags` parses them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from tostrack.errors import ConfigError
from tostrack.watchlist.findings import read_text

#: Bytes. The rules that ship take 50,000.
_LARGEST = 500_000
#: This many files of rules at most.
_MOST = 100


def own_rules(folder: Path) -> list[tuple[str, str]]:
    """Return name and text of each file of rules in *folder*, ``topics.toml`` first, then by name.

    Raises:
        ConfigError: One cannot be read; every such finding is reported.
    """
    paths = [path for path in (folder / "topics.toml",) if path.is_file()]
    paths += sorted(path for path in (folder / "topics").glob("*.toml") if path.is_file())
    if len(paths) > _MOST:
        raise ConfigError(f"{folder / 'topics'}: more than {_MOST} files of rules")
    found, problems = [], list[str]()
    for path in paths:
        try:
            found.append((str(path), read_text(path, _LARGEST, "are these rules?")))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(*problems)
    return found


def known_topics(folder: Path, packs: Iterable[str] = ()) -> list[str]:
    """Return the topics that ship, the *packs* that are on, and those that the files in *folder* name.

    Empty when a file cannot be read.

    A file with a mistake elsewhere still names its topics: a bad rule must not make the watchlist wrong.
    """
    from tostrack.analysis.flags import SHIPPED

    found = [*SHIPPED.topics(), *packs]
    try:
        for _, text in own_rules(folder):
            table = tomllib.loads(text).get("topic")
            found += table if isinstance(table, dict) else ()
    except (ConfigError, ValueError, RecursionError):
        return []
    return found
