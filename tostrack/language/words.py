"""The words of each language, from the TOML files of this folder.

A file declares its ``level``: ``detect`` (its language is recognised), ``verdict`` (the verdict and the facts read it)
or ``flags`` (it also has the roles of the rules of flags; English is read by patterns, `analysis/flags/topics.toml`);
`REQUIRED` lists the tables of each level. A list is one string of entries with commas between them. In an entry

* ``shar(e|es|ing)`` means its three words, and ``(the |)court`` both;
* ``advertis*`` means every word that begins so;
* ``*`` alone means any one word, ``#`` for a number;
* ``^forbidden`` means the word at the beginning of a text.
"""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from tostrack.value import Value

Level = Literal["detect", "verdict", "flags"]
LEVELS: tuple[Level, ...] = ("detect", "verdict", "flags")
#: The lists that a file of each level must have, by table; a level needs those of the levels before it too.
REQUIRED: Mapping[Level, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "detect": {},
        "verdict": {
            "dates": (
                "months", "weekdays", "ordinals", "joins", "updated", "effective", "other", "latest", "ago", "binding",
            ),
            "units": (
                "second", "minute", "hour", "business_day", "day", "week", "month", "year", "age", "data", "percent",
                "scale", "distance", "counted",
            ),
            "money": ("dollar", "euro"),
            "numbers": ("2", "3", "5", "7", "10", "12", "20", "30", "60", "90"),
            "guards": (
                "only", "negation", "duty", "permission", "promise", "prohibition", "condition",
                "qualifier", "comparison",
            ),
            "parties": ("platform", "user", "third"),
            "answers": (
                "yes", "no", "on", "off", "allowed", "forbidden", "nobody", "everybody", "never", "always", "required",
                "optional", "included", "excluded",
            ),
            "facts": ("retention", "uptime", "answer", "quota", "parties", "name", "purpose", "place"),
            "page": ("references", "consent", "navigation", "more", "labels"),
            "errors": ("needs-js", "blocked", "login", "consent", "maintenance", "outage", "wrong-page"),
            "kinds": (
                "sub-processors", "data-processing", "sla", "cookies", "privacy", "acceptable-use", "developer-terms",
                "ai", "copyright", "accessibility", "community-guidelines", "imprint", "terms",
            ),
        },
        "flags": {
            "roles": (
                "we", "us", "our", "not_after", "you", "your", "not", "affirm", "but", "if", "rel",
                "only", "to", "from", "data", "content", "mine", "likeness", "post", "license", "right", "grant",
                "scope", "use", "exploit", "own", "title", "waive", "moral", "disclose", "disclosure", "give",
                "collect", "recipient", "people", "advertiser", "authority", "legal", "deal", "obliged", "engage",
                "purpose", "ad", "show", "target", "cookie", "opt_out", "setting", "permission", "nopay", "ai",
                "train", "forbid", "liable", "feedback", "software", "goods", "recipient_word", "complaint",
                "banned", "credentials", "person_right", "it", "reserve", "moderate", "book", "listing", "measure",
                "to_you", "narrow", "by", "how", "me", "so_as", "portability", "counter_notice",
            ),
        },
    }
)  # fmt: skip
#: One entry may mean so many words.
_MAX_FORMS = 1_000
_FOLDER = Path(__file__).parent
_SECTION = re.MULTILINE | re.DOTALL


class LanguageError(ValueError):
    """A language file that cannot be read; the message names the file, the list and the fault."""


class Language(Value):
    """The words of one language; two are equal when their codes are."""

    code: str
    #: Its own name for itself.
    name: str = field(compare=False)
    level: Level = field(compare=False)
    #: The sign before decimals, and the one between thousands.
    decimal: str = field(compare=False)
    group: str = field(compare=False)
    #: Ranges of its letters as a character class of `re` holds them, for scripts of few languages; or empty.
    letters: str = field(compare=False)
    _tables: Mapping[str, Mapping[str, str]] = field(compare=False, repr=False)

    def has_level(self, level: Level) -> bool:
        """Return whether this language has at least the words of *level*."""
        return LEVELS.index(self.level) >= LEVELS.index(level)

    def list_names(self, table: str) -> tuple[str, ...]:
        """Return the names of the lists in *table*, in the order of the file; empty when there is no such table."""
        return tuple(self._tables.get(table, ()))

    def list_words(self, table: str, name: str) -> tuple[str, ...]:
        """Return the entries of a list in lower case, brackets expanded, prefixes with their ``*``; empty without it.

        The lists "months" and "weekdays" are asked for by `list_rows`.
        """
        return read_entries(self._tables.get(table, {}).get(name, ""))

    def list_rows(self, table: str, name: str) -> tuple[tuple[str, ...], ...]:
        """Return the entries of each line of a list: of the month January, of February, and so on."""
        rows = self._tables.get(table, {}).get(name, "").strip().splitlines()
        return tuple(read_entries(row) for row in rows)


@cache
def load_language(code: str) -> Language:
    """Return the language of two letters *code*.

    Raises:
        LanguageError: There is no file for it, or the file cannot be read.
    """
    file = _FOLDER / f"{code}.toml"
    if not code.isalpha() or not file.is_file():
        raise LanguageError(f"no language {code!r}: its words would be in tostrack/language/{code}.toml")
    return parse_language(code, file.read_text(encoding="utf-8"))


def parse_language(code: str, text: str) -> Language:
    """Return the language *code* as the TOML *text* describes it.

    Raises:
        LanguageError: It is no TOML, has a value of the wrong kind, or lacks a list that its level needs.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LanguageError(f"{code}.toml: {error}") from None
    level = content.get("level")
    if level not in LEVELS:
        raise LanguageError(f"{code}.toml: level is {level!r}; it must be one of {', '.join(LEVELS)}")
    tables: dict[str, dict[str, str]] = {
        key: {str(name): value for name, value in found.items()}
        for key, found in content.items()
        if isinstance(found, dict)
    }
    plain = {key: value for key, value in content.items() if not isinstance(value, dict)}
    for where, value in [*plain.items(), *((n, v) for lists in tables.values() for n, v in lists.items())]:
        if not isinstance(value, str):
            raise LanguageError(f"{code}.toml: {where} must be a string of entries with commas between them")
    tables["words"] = {"stop_words": plain.get("stop_words", "")}
    language = Language(
        code, plain.get("name", code), level, plain.get("decimal", "."), plain.get("group", ","),
        plain.get("letters", ""), tables,
    )  # fmt: skip
    if missing := list_missing(language):
        raise LanguageError(f"{code}.toml: level {level!r} needs {', '.join(missing)}")
    return language


def list_missing(language: Language) -> list[str]:
    """Return the lists that the level of *language* demands and that its file lacks: ``table.list``."""
    missing = [
        f"{table}.{name}"
        for level in LEVELS[: LEVELS.index(language.level) + 1]
        for table, names in REQUIRED[level].items()
        for name in names
        if name not in language.list_names(table)
    ]
    if not language.letters and not language.list_words("words", "stop_words"):
        missing.append("stop_words (or letters)")
    return missing


@cache
def list_languages(level: Level = "detect") -> tuple[str, ...]:
    """Return the codes of the languages that have at least *level*, English first, the others by code."""
    names = (file.name for file in _FOLDER.glob("*.toml"))
    codes = sorted((name.removesuffix(".toml") for name in names), key=lambda code: (code != "en", code))
    return tuple(code for code in codes if load_language(code).has_level(level))


@cache
def union(table: str, *names: str) -> frozenset[str]:
    """Return the entries that any language has in the lists *names*: for texts whose language is not known."""
    languages = map(load_language, list_languages())
    return frozenset(word for language in languages for name in names for word in language.list_words(table, name))


@cache
def read_everywhere(table: str) -> Mapping[str, tuple[str, ...]]:
    """Return the entries of each list in *table*, of all languages together, reading nothing else of their files.

    Commands that need no other words of a language need not wait for all of them.
    """
    lists: dict[str, dict[str, None]] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        if found := re.search(rf"^\[{table}\]\n.*?(?=^\[|\Z)", file.read_text(encoding="utf-8"), _SECTION):
            for name, text in tomllib.loads(found[0])[table].items():
                lists.setdefault(name, {}).update(dict.fromkeys(read_entries(text)))
    return MappingProxyType({name: tuple(entries) for name, entries in lists.items()})


@cache
def month_numbers() -> Mapping[str, int]:
    """Return the number of the month for each name and short form of it, in any language, without a dot.

    Where a short form is of two months in two languages ("mar", "set"), the first language by `list_languages` decides.
    """
    numbers: dict[str, int] = {}
    for code in list_languages():
        for number, names in enumerate(load_language(code).list_rows("dates", "months"), 1):
            for name in names:
                numbers.setdefault(name, number)
    return MappingProxyType(numbers)


@cache
def weekday_names() -> frozenset[str]:
    """Return the names of the days of the week in full, in any language, and their short forms in English.

    Short forms of other languages ("do", "so", "mar") are other words too often.
    """
    return frozenset(
        name
        for code in list_languages()
        for row in load_language(code).list_rows("dates", "weekdays")
        for name in (row if code == "en" else row[:1])
    )


@cache
def read_entries(text: str) -> tuple[str, ...]:
    """Return the entries of a list as it is written, in lower case, with brackets expanded.

    Raises:
        LanguageError: A bracket is missing, or an entry means too many.
    """
    # Commas within brackets do not occur; an entry is folded like the words of a text.
    found = (" ".join(entry.split()).lower().replace("’", "'") for entry in text.split(","))
    return tuple(dict.fromkeys(form for entry in found if entry for form in expand_entry(entry)))


def expand_entry(entry: str) -> Iterator[str]:
    """Yield the words that *entry* means; one without brackets means itself.

    Raises:
        LanguageError: A bracket is missing, or it means too many.
    """
    if "(" not in entry and ")" not in entry:
        yield " ".join(entry.split())
        return
    parts = re.split(r"\(([^()]*)\)", entry)
    if any("(" in part or ")" in part for part in parts):
        raise LanguageError(f"{entry!r}: a bracket has no partner")
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    if math.prod(map(len, choices)) > _MAX_FORMS:
        raise LanguageError(f"{entry!r}: means more than {_MAX_FORMS} words")
    for choice in itertools.product(*choices):
        yield " ".join("".join(choice).split())


@cache
def entry_pattern(entries: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of *entries* (a tuple or a frozenset) in lower-case text: as whole words.

    Words of scripts without spaces are found in any place.
    """
    written = sorted(entries, key=lambda entry: (-len(entry), entry))
    spaced = "|".join(_written(entry) for entry in written if entry[0] < _FIRST_UNSPACED)
    unspaced = "|".join(re.escape(entry) for entry in written if entry[0] >= _FIRST_UNSPACED)
    whole = rf"(?<!\w)(?:{spaced})(?!\w)" if spaced else ""
    return re.compile("|".join(filter(None, (whole, unspaced))) or "(?!)")


#: Scripts from here on have no spaces between words.
_FIRST_UNSPACED = "\u2e80"


_ANY = {"*": r"\w+", "#": r"\d+"}


def _written(entry: str) -> str:
    first = "^" if entry[0] == "^" else ""
    words = (_ANY.get(word) or re.escape(word).replace(r"\*", r"\w*") for word in entry.lstrip("^").split(" "))
    return first + r"\s+".join(words)
