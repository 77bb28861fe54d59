"""A TOML table read key by key: a wrong value becomes a finding and its default is returned, so reading goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Range, Selector
from tostrack.watchlist.findings import At, Findings, kind_of, shown

#: Longer than any address, selector or name that a person writes.
_LONGEST = 2000
_RANGE_STARTS = ("start_before", "start_after")
_RANGE_ENDS = ("end_before", "end_after")
# HTML's own pattern of one e-mail address: no quotes, comments, commas or line ends, so it is safe in a header.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = lazy_pattern(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")

Number = TypeVar("Number", int, float)


class Table:
    """One table of the file."""

    def __init__(self, values: dict[str, object], at: At, findings: Findings) -> None:
        self.values = values
        self.at = at
        self.findings = findings

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def wrong(self, key: str, finding: str, *, word: str = "", known: Iterable[str] = ()) -> None:
        """Note that the value of *key* is wrong; see `Findings.add`."""
        self.findings.add((*self.at, key), finding, word=word, known=known)

    def only(self, known: Sequence[str]) -> None:
        """Note every key that is none of *known*."""
        for key in self.values:
            if key not in known:
                self.wrong(key, "unknown key", word=key, known=known)

    def table(self, key: str) -> Table:
        """Return the table under *key*, empty when there is none."""
        at = (*self.at, key)
        return next(self._tables([(at, self.values.get(key, {}))]), Table({}, at, self.findings))

    def tables(self) -> Iterator[tuple[str, Table]]:
        """Yield every key with its value, which must be a table."""
        for table in self._tables(((*self.at, key), value) for key, value in self.values.items()):
            yield str(table.at[-1]), table

    def entries(self, key: str) -> list[Table]:
        """Return the tables of the list under *key*, which must hold one at least."""
        listed = self.values[key]
        if not isinstance(listed, list):
            self.wrong(key, f"must be a list of tables, not {kind_of(listed)}")
            return []
        if not listed:
            self.wrong(key, "is empty")
        return list(self._tables(((*self.at, key, index), entry) for index, entry in enumerate(listed)))

    def _tables(self, values: Iterable[tuple[At, object]]) -> Iterator[Table]:
        for at, value in values:
            if isinstance(value, dict):
                yield Table(value, at, self.findings)
            else:
                self.findings.add(at, f"must be a table, not {kind_of(value)}")

    def text(self, key: str, default: str = "") -> str:
        """Return the string under *key*."""
        return (self._string(self.values[key], (*self.at, key)) if key in self else "") or default

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the strings under *key*, each once: a list of them, or a single one. An empty list is refused."""
        if key in self and self.values[key] == []:
            self.wrong(key, "is empty; name at least one, or leave the key out")
        return tuple(dict.fromkeys(text for at, value in self._each(key) if (text := self._string(value, at))))

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        """Return the string under *key*, one of *allowed*; the first of them is the default."""
        text = self.text(key, allowed[0])
        if text in allowed:
            return text
        choices = ", ".join(f'"{each}"' for each in allowed)
        self.wrong(key, f"{shown(text)} is none of {choices}", word=text, known=allowed)
        return allowed[0]

    def boolean(self, key: str, *, default: bool) -> bool:
        """Return the boolean under *key*."""
        value = self.values.get(key, default)
        if isinstance(value, bool):
            return value
        self.wrong(key, f"must be true or false, not {kind_of(value)}")
        return default

    def number(self, key: str, default: Number, least: int, most: int, unit: str) -> Number:
        """Return the number of *unit* under *key*, from *least* to *most*; a whole one where *default* is one."""
        value = self.values.get(key, default)
        is_number = isinstance(value, int | type(default)) and not isinstance(value, bool)
        # So written, it refuses nan too.
        if isinstance(value, int | float) and is_number and least <= value <= most:
            return type(default)(value)
        self.wrong(key, f"must be a number of {unit} from {least} to {most}")
        return default

    def url(self, key: str) -> str:
        """Return the web address under *key*."""
        url = self.text(key)
        if url and (finding := web_address(url)):
            self.wrong(key, f"{shown(url)} {finding}")
        return url

    def selectors(self, key: str) -> tuple[Selector, ...]:
        """Return the selectors under *key*: a string, a range, or a list of them. Their CSS is not looked at."""
        found: list[Selector] = []
        for at, value in self._each(key):
            if isinstance(value, dict):
                found.append(self._range(Table(value, at, self.findings)))
            elif text := self._string(value, at, "a CSS selector or a range"):
                found.append(text)
        return tuple(found)

    def _range(self, table: Table) -> Range:
        table.only(_RANGE_STARTS + _RANGE_ENDS)
        for pair in (_RANGE_STARTS, _RANGE_ENDS):
            if sum(key in table for key in pair) != 1:
                self.findings.add(table.at, f"a range has exactly one of {pair[0]} and {pair[1]}")
        # A misspelt end was noted above; it must not reach the constructor.
        return Range(**{key: table.text(key) for key in _RANGE_STARTS + _RANGE_ENDS if key in table})

    def _each(self, key: str) -> Iterator[tuple[At, object]]:
        at, value = (*self.at, key), self.values.get(key, [])
        if isinstance(value, list):
            yield from (((*at, index), each) for index, each in enumerate(value))
        else:
            yield at, value

    def _string(self, value: object, at: At, wanted: str = "a string") -> str:
        finding = ""
        if not isinstance(value, str):
            finding = f"must be {wanted}, not {kind_of(value)}"
        elif not value.strip():
            finding = "is empty"
        elif len(value) > _LONGEST:
            finding = f"is longer than {_LONGEST:,} characters"
        elif not value.isprintable():
            finding = "holds a line end or another control character"
        if finding or not isinstance(value, str):
            self.findings.add(at, finding)
            return ""
        return value.strip()


def web_address(url: str) -> str:
    """Return what is wrong with *url* as the address of a page; empty when it is fine."""
    # Browsers, urllib and urllib3 disagree on what these mean, and so on whose page it is.
    if "\\" in url or any(char.isspace() for char in url):
        return "holds a space or a backslash"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"is not a web address: {error}"
    if parts.scheme not in ("http", "https"):
        return "must start with https:// or http://"
    if "@" in parts.netloc:
        return "holds a user name or password; a watchlist is no place for them"
    return "" if parts.hostname else "has no host"


def is_email(text: str) -> bool:
    """Whether *text* is one e-mail address and nothing else."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None
