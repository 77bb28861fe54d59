"""watchlist.toml -> values; every error at once, with its key and a hint.

Importing this package costs `tomllib` and little else, so that reading commands start fast.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from tostrack.errors import ConfigError
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import DigestSettings, Document
from tostrack.watchlist.findings import Findings, did_you_mean, read_text, shown
from tostrack.watchlist.starter import STARTER
from tostrack.watchlist.validate import check_selectors
from tostrack.watchlist.validate import watchlist as _validated
from tostrack.watchlist.values import NotifySettings, Settings, Watchlist
from tostrack.watchlist.write import to_toml

__all__ = [
    "STARTER",
    "DigestSettings",
    "NotifySettings",
    "Settings",
    "Watchlist",
    "check_selectors",
    "find",
    "load",
    "loads",
    "to_toml",
]

# Bytes. Ten thousand documents take 750,000 of them and a second to read.
_LARGEST = 2_000_000
# tomllib's memory grows with the square of a dotted key's parts: 400,000 of them, in a file of 800 kB, need gigabytes.
_ENDLESS_KEY = lazy_pattern(r"(?<![\w\"'-])(?:(?:[\w-]+|\"[^\"\n]{0,80}\"|'[^'\n]{0,80}')[ \t]*\.[ \t]*){64}")
_POSITION = lazy_pattern(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(path: Path) -> Watchlist:
    """Return the watchlist in the file *path*; paths in it are relative to its folder.

    Raises:
        ConfigError: It cannot be read, or something in it is wrong; ``error.problems`` has a line for each finding.
    """
    text = read_text(path, _LARGEST, "is it a watchlist?", "; `tostrack init` makes one")
    return loads(text, str(path), path.parent)


def loads(text: str, source: str = "watchlist.toml", folder: Path = Path()) -> Watchlist:
    """Return the watchlist that *text* holds; one without documents is enough for an import and for what reads it.

    Args:
        folder: What relative paths in it are relative to.

    Raises:
        ConfigError: Something in it is wrong; ``error.problems`` has a line for each finding.
    """
    if endless := _ENDLESS_KEY.search(text):
        line = text.count("\n", 0, endless.start()) + 1
        raise ConfigError(f"{source}:{line}: a name of more than 64 parts; is it a watchlist?")
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(f"{source}: nested too deeply") from error
    except ValueError as error:
        # Not only TOMLDecodeError: Python refuses a number of more than 4,300 digits in its own way.
        raise ConfigError(_syntax_error(str(error), source)) from error
    findings = Findings()
    watchlist = _validated(tables, source, folder, findings)
    if findings:
        raise ConfigError(*findings.lines(source, text))
    return watchlist


def find(watchlist: Watchlist, name: str) -> tuple[Document, ...]:
    """Return the documents that *name* means: a service's (``instagram``) or one (``instagram/terms``).

    Raises:
        ConfigError: The watchlist has neither.
    """
    wanted = name.strip().lower()
    found = tuple(each for each in watchlist.documents if wanted in (each.service, each.id))
    if found:
        return found
    known = [*watchlist.services, *(document.id for document in watchlist.documents)]
    hint = did_you_mean(wanted, known) or f"; `tostrack add` adds one to {watchlist.source}"
    raise ConfigError(f"{shown(name)}: no such service or document is watched{hint}")


def _syntax_error(message: str, source: str) -> str:
    """Return tomllib's *message* with its position in front, as compilers write it."""
    position = _POSITION.search(message)
    if position is None:
        return f"{source}: not TOML: {message.partition(';')[0]}"
    line = f":{position[1]}:{position[2]}" if position[1] else ""
    return f"{source}{line}: not TOML: {message[: position.start()]}{'' if line else ' at its end'}"
