"""Numbers with what they count: periods, ages, sums, shares, sizes, limits of use; and the days that a text names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from tostrack.analysis.facts.edits import Mention
from tostrack.clauses import sentences
from tostrack.language.dates import find_dates
from tostrack.language.tokens import Kind, Token, tokenize
from tostrack.language.words import entry_pattern, list_languages, load_language, union

#: How many of its base a unit of time is; months and years apart, for no number of days is a month.
_TIMES: Mapping[str, tuple[str, int]] = {
    "second": ("second", 1), "minute": ("second", 60), "hour": ("hour", 1), "day": ("hour", 24), "week": ("hour", 168),
    "business_day": ("business day", 1), "month": ("month", 1), "year": ("month", 12),
}  # fmt: skip
_SCALES = {"hundred": 100, "dozen": 12, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee"}
#: What is before a period to which an amount belongs: "$5 per month", "calls a day".
_PER = frozenset("per a an each every /".split())
#: The longest name of a unit, in words.
_UNIT_WORDS = 3
_AGE_BEFORE = frozenset("age ages aged".split())
#: What may be between "age" and its number.
_AGE_BETWEEN = frozenset("of at least over under than more less".split())
#: What follows a number behind "under" that is an age.
_AGE_AFTER = frozenset(". , ; : ) and or may must are is should cannot can to".split())


@dataclass(frozen=True)
class Quantity:
    """An amount in a text: ``5,000 API calls a day`` is 5000 of the unit ``calls``, each ``day``."""

    start: int
    end: int
    value: float
    #: In English for time, money and shares; else as it is written.
    unit: str
    #: The period for which it holds; often empty.
    per: str
    #: ``time``, ``age``, ``sum``, ``share``, ``size`` or ``count``.
    group: str

    @property
    def key(self) -> str:
        """The form by which two are compared: ``twelve (12) months`` and ``1 year`` are one."""
        if self.group in ("time", "age"):
            base, times = _TIMES[self.unit]
            return f"time {self.value * times:g} {base}"
        return " ".join(filter(None, (self.group, f"{self.value:g}", self.unit, self.per)))


def may_count(text: str, language: str = "") -> bool:
    """Return whether *text*, in lower case, has a number in it."""
    if _DIGIT.search(text) or not _number_words(language).isdisjoint(text.replace("-", " ").split()):
        return True
    return not text.isascii() and any(map(str.isdigit, text))


_DIGIT = re.compile(r"\d")


def find_quantities(text: str, language: str = "") -> tuple[Quantity, ...]:
    """Return the amounts of time, money, shares, sizes and uses in *text*; *language* as `tokenize` takes it."""
    return tuple(
        replace(one, start=start + one.start, end=start + one.end) if start else one
        for start, end in sentences(text)
        for one in _read_sentence(text[start:end], language)
    )


# Most sentences of a reworded clause are in both texts of it.
@lru_cache(maxsize=4_096)
def _read_sentence(text: str, language: str) -> tuple[Quantity, ...]:
    if not may_count(text.lower(), language):
        return ()
    tokens = [token for token in tokenize(text, language) if token.kind is not Kind.PRESENTATION]
    found, at = [], 0
    while at < len(tokens):
        quantity, at = _read_quantity(tokens, at, language)
        if quantity:
            found.append(quantity)
    return tuple(found)


def numbers(text: str, language: str = "") -> Iterator[Mention]:
    """Yield the amounts in *text* as phrases that can replace each other."""
    for one in find_quantities(text, language):
        yield Mention(one.start, one.end, one.key, one.group)


def _read_quantity(tokens: Sequence[Token], at: int, language: str) -> tuple[Quantity | None, int]:
    """Return the amount that begins with the token *at*, if one does, and where to go on."""
    value, after = _read_amount(tokens, at)
    if value is None:
        return None, at + 1
    group, unit, end = _read_unit(tokens, after, language)
    start = at
    before = tokens[at - 1] if at else None
    if before and before.kind is Kind.CURRENCY:
        start, group = at - 1, "sum"
        unit, end = _coin(before.key), after
    elif age := _age_start(tokens, at, after):
        start, group, unit, end = age, "age", "year", end if unit == "year" else after
    if not group or _is_past(tokens, end):
        return None, after
    last, per = tokens[end - 1].end, ""
    if group in ("sum", "size", "count"):
        per, end = _read_per(tokens, end, language)
        last = tokens[end - 1].end
    if group == "count" and not per and not _is_limit(tokens, at):
        return None, after
    return Quantity(tokens[start].start, last, value, unit, per, group), end


def _read_amount(tokens: Sequence[Token], at: int) -> tuple[float | None, int]:
    """Return the number that ``30``, ``thirty (30)``, ``twenty-one`` or ``5 million`` says, and where it ends."""
    value = _number(tokens[at]) if at < len(tokens) else None
    if value is None:
        return None, at
    keys = [token.key for token in tokens[at + 1 : at + 4]]
    if len(keys) > 1 and keys[0] in "-–" and not tokens[at].text[0].isdigit():
        ones = _number(tokens[at + 2])
        if ones is not None and ones < 10 and value % 10 == 0:
            value, at = value + ones, at + 2
            keys = [token.key for token in tokens[at + 1 : at + 4]]
    if len(keys) == 3 and keys[0] == "(" and keys[2] == ")" and _number(tokens[at + 2]) is not None:
        digits = tokens[at + 2] if tokens[at + 2].text[0].isdigit() else tokens[at]
        return _number(digits), at + 4
    if keys and keys[0] in _SCALES:
        return value * _SCALES[keys[0]], at + 2
    return value, at + 1


def _number(token: Token) -> float | None:
    if token.kind is not Kind.NUMBER:
        return 1.0 if token.key in _ones() else None
    try:
        # ``1.000`` is a thousand: nobody writes one and no thousandths of what terms count.
        return float(token.key if not re.fullmatch(r"\d{1,3}\.\d{3}", token.key) else token.key.replace(".", ""))
    except ValueError:
        return None


def _read_unit(tokens: Sequence[Token], at: int, language: str) -> tuple[str, str, int]:
    """Return the group and the unit of what follows a number, and where it ends; empty where it counts nothing."""
    if at < len(tokens) and tokens[at].key == "-":
        at += 1
    while at < len(tokens) and tokens[at].key in ("full", "more", "additional", "calendar", "consecutive"):
        at += 1
    if at < len(tokens) and tokens[at].key == "%":
        return "share", "percent", at + 1
    if at < len(tokens) and tokens[at].kind is Kind.CURRENCY:
        return "sum", _coin(tokens[at].key), at + 1
    units = _units(language)
    for skipped in range(3):
        for size in range(_UNIT_WORDS, 0, -1):
            words = " ".join(token.key for token in tokens[at : at + size])
            group, unit = units.get(words, ("", ""))
            # "5,000 API calls": only what is counted may have a name of its own before it.
            if group and (not skipped or group == "count"):
                return group, unit or words, min(at + size, len(tokens))
        if at >= len(tokens) or tokens[at].kind is not Kind.WORD:
            break
        at += 1
    return "", "", at


def _age_start(tokens: Sequence[Token], at: int, after: int) -> int | None:
    """Return where the words before a number begin that make it an age: ``the age of 13``, ``under 13``."""
    start = at
    while start and tokens[start - 1].key in _AGE_BETWEEN:
        start -= 1
    if start and tokens[start - 1].key in _AGE_BEFORE:
        return start - 2 if start > 1 and tokens[start - 2].key == "the" else start - 1
    under = at and tokens[at - 1].key == "under" and tokens[at].text.isdigit() and len(tokens[at].text) < 3
    return at - 1 if under and (after == len(tokens) or tokens[after].key in _AGE_AFTER) else None


def _read_per(tokens: Sequence[Token], at: int, language: str) -> tuple[str, int]:
    """Return the period or unit that an amount is for, and where it ends."""
    if at + 1 < len(tokens) and tokens[at].key in _PER:
        group, unit = _units(language).get(tokens[at + 1].key, ("", ""))
        if group in ("time", "count"):
            return unit or tokens[at + 1].key, at + 2
    return "", at


def _is_past(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].key in union("dates", "ago")


def _is_limit(tokens: Sequence[Token], at: int) -> bool:
    """Whether a comparison is right before a number: "up to 5 devices"."""
    limits = union("facts", "quota")
    return any(token.kind is Kind.COMPARISON or token.key in limits for token in tokens[max(0, at - 3) : at])


@cache
def _number_words(language: str) -> frozenset[str]:
    codes = [language] if language in list_languages("verdict") else list_languages("verdict")
    words = (load_language(code) for code in codes)
    return frozenset(
        word for one in words for name in one.list_names("numbers") for word in one.list_words("numbers", name)
    )


@cache
def _ones() -> frozenset[str]:
    return union("numbers", "1")


def _coin(key: str) -> str:
    key = key.casefold()
    return _SIGNS.get(key) or _units("").get(key, ("", key))[1] or key


@cache
def _units(language: str) -> Mapping[str, tuple[str, str]]:
    """Return the group and unit of each name of a unit; what is counted has no unit but its own name."""
    codes = list_languages("verdict")
    found: dict[str, tuple[str, str]] = {}
    common = frozenset(load_language("en").list_words("words", "stop_words")) | _PER
    for code in (language,) if language in codes else codes:
        words = load_language(code)
        for table in ("units", "money"):
            for name in words.list_names(table):
                for word in words.list_words(table, name):
                    if code == "en" or word not in common:
                        found.setdefault(word, _group_of(table, name, word))
    return found


def _group_of(table: str, name: str, word: str) -> tuple[str, str]:
    if table == "money":
        return "sum", name.replace("_", " ")
    if name in _TIMES:
        return "time", name
    if name == "age":
        # "13 years old", and not the word "age" behind a number.
        return ("age", "year") if " " in word else ("", "")
    names = {"percent": ("share", "percent"), "data": ("size", ""), "counted": ("count", "")}
    return names.get(name, ("", ""))


def days(text: str) -> Iterator[Mention]:
    """Yield the days that *text* names, save those on which it says that it was last revised."""
    for found in find_dates(text):
        if not _stamp().search(text[max(0, found.start - 60) : found.start].lower()):
            yield Mention(found.start, found.end, found.iso)


@cache
def _stamp() -> re.Pattern[str]:
    """Return what makes a day a stamp, which tells of the text (`find_stated_dates`)."""
    words = entry_pattern(union("dates", "updated", "stamped", "latest")).pattern
    return re.compile(rf"(?:{words})[^.;]{{0,40}}$|©[^.;]{{0,20}}$")
