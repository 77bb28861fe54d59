"""The mistakes of a watchlist: gathered while reading, reported together, each with its place and a hint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tostrack.errors import ConfigError
from tostrack.language.lazy_pattern import lazy_pattern

#: The place of a value: keys, and for a list's item its index.
At = tuple[str | int, ...]

#: More findings than this are counted, not listed: nobody reads them, and each costs a search for a hint.
_TOLD = 100
_BARE_KEY = lazy_pattern(r"[A-Za-z0-9_-]{1,80}")
_HEADER = lazy_pattern(r"\s*\[\[?([^\[\]#]+)\]\]?\s*(?:#.*)?$")
_ASSIGNMENT = lazy_pattern(
    r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*="
)
_KEY = lazy_pattern(r"\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+")


@dataclass
class Findings:
    """A list that readers add to; empty means that the file is fine."""

    _found: list[tuple[At, str, str, tuple[str, ...]]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, at: At, finding: str, *, word: str = "", known: Iterable[str] = ()) -> None:
        """Note that the value *at* is wrong; when one of *known* is close to *word*, it is offered in its place."""
        self._found.append((at, finding, word, tuple(known)))

    def lines(self, source: str, text: str = "") -> Iterator[str]:
        """Yield a line for each finding, in the order of the file: ``watchlist.toml:3: watch.acme: unknown key``."""
        places = _places(text)
        placed = sorted(((_line(places, each[0]), each) for each in self._found), key=lambda pair: pair[0])
        for line, (at, finding, word, known) in placed[:_TOLD]:
            place = f"{source}:{line}" if line else source
            yield f"{place}: {dotted(at)}: {finding}{did_you_mean(word, known)}"
        if len(placed) > _TOLD:
            yield f"{source}: and {len(placed) - _TOLD} more"


def read_text(path: Path, most: int, doubt: str, remedy: str = "") -> str:
    """Return the text of a TOML file of at most *most* bytes.

    Raises:
        ConfigError: It is not there (*remedy* says what to do), cannot be read, is no UTF-8, or larger (*doubt* asks).
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file{remedy}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > most:
        raise ConfigError(f"{path}: larger than {most / 1_000_000:g} MB; {doubt}")
    try:
        # Windows editors begin UTF-8 with a mark.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8; save it with that encoding") from error


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "select"?`` when one of *known* is close to *word*, else the empty string."""
    if not word:
        return ""
    # Lazy: only a mistake pays for it.
    from difflib import get_close_matches

    # Beyond 100 characters a word is no misspelling, and difflib is quadratic.
    close = get_close_matches(word[:100].lower(), list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def dotted(at: At) -> str:
    """Return *at* as TOML writes it, with indices: ``watch.x.privacy.pages[0].url``."""
    out = ""
    for key in at:
        if isinstance(key, int):
            out += f"[{key}]"
        else:
            out += ("." if out else "") + (key if _BARE_KEY.fullmatch(key) else shown(key))
    return out


def shown(value: str) -> str:
    """Return *value* quoted, on one line, with escapes for what does not print, and not too long."""
    return repr(value if len(value) <= 80 else value[:79] + "…")


def kind_of(value: object) -> str:
    """Return what *value* is, in TOML's words."""
    kinds = {
        str: "a string",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), "a date or time")


def _line(places: dict[At, int], at: At) -> int:
    """Return the line of *at*, or of the closest table around it that has one; 0 when none has."""
    return next((places[at[:end]] for end in range(len(at), 0, -1) if at[:end] in places), 0)


def _places(text: str) -> dict[At, int]:
    """Return the lines of the tables and keys of *text*: a look at each line, not a second parser."""
    places: dict[At, int] = {}
    entries: dict[At, int] = {}
    table: At = ()
    for number, whole in enumerate(text.split("\n"), 1):
        # Keys are at the start of a line, and a line may be megabytes.
        line = whole[:1000]
        if header := read_header(line):
            table = header
            if line.lstrip().startswith("[["):
                entries[table] = entries.get(table, -1) + 1
                table = (*table, entries[table])
            places.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            places.setdefault(table + _keys(assignment[1]), number)
    return places


def read_header(line: str) -> At:
    """Return the keys of the table whose header *line* is; empty for any other line."""
    header = _HEADER.match(line)
    return _keys(header[1]) if header else ()


def _keys(written: str) -> At:
    return tuple(key.strip("\"'") for key in _KEY.findall(written))
