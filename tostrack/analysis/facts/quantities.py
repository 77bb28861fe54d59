"""Numbers with what they count: periods, ages, sums, shares, sizes; and the days that a text names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tostrack.analysis.facts.edits import Mention, words_of
from tostrack.language.dates import find_dates

_NUMBER = r"\d{1,3}(?:[,.  ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_UNITS = dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True))
_TEENS = dict(
    zip(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        range(10, 20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SPELLED = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-](?:{'|'.join(_UNITS)}))?|{'|'.join([*_TEENS, *_UNITS])})"
_AMOUNTS = frozenset([*_UNITS, *_TEENS, *_TENS])
#: ``30``, ``thirty``, ``thirty (30)``, ``30 (thirty)``.
_AMOUNT = rf"(?:{_SPELLED}\s*\(\s*(?:{_NUMBER})\s*\)|(?:{_NUMBER})(?:\s*\(\s*{_SPELLED}\s*\))?|{_SPELLED})"

#: Days in a unit; months and years apart, for no number of days is a month.
_PERIODS = {
    "hour": (r"hours?|hrs?|stunden?|heures?|horas?|ore|uur|timmar", "hour", 1),
    "business day": (r"(?:business|working)\s+days?|werktage[n]?|jours\s+ouvr\w+|días\s+hábiles", "business day", 1),
    "day": (r"(?:calendar\s+|consecutive\s+)?days?|tage?n?|jours?|d[ií]as?|giorni|dagen|dagar", "hour", 24),
    "week": (r"weeks?|wochen?|semaines?|semanas?|settimane|weken|veckor", "hour", 168),
    "month": (r"(?:calendar\s+)?months?|monate?n?|mois|meses|mesi|maanden|månader", "month", 1),
    "year": (r"years?|yrs?|jahre?n?|ans|années?|años?|anni|anos?|jaar|år", "month", 12),
    "minute": (r"minutes?|minuten", "minute", 1),
}
_PERIOD = re.compile(
    rf"(?<![\w.,/-])(?P<n>{_AMOUNT})[\s-]+(?:full\s+|more\s+)?(?:"
    + "|".join(f"(?P<u{at}>{words})" for at, (words, _, _) in enumerate(_PERIODS.values()))
    + r")\b(?:[\s-]+(?:old|of\s+age))?(?!\s+ago\b)",
    re.IGNORECASE,
)
_AGE = re.compile(
    rf"\b(?:(?:the\s+)?age(?:s|d)?\s+(?:of\s+)?(?:at\s+least\s+|over\s+|under\s+)?|under\s+(?=\d{{1,2}}\s*(?:[.,;:)]|$"
    rf"|(?:and|or|may|must|are|is|should|cannot|can|to)\b)))(?P<n>{_AMOUNT})\b(?!\s*(?:%|percent))"
    r"(?:\s+years?(?:\s+(?:old|of\s+age))?)?",
    re.IGNORECASE,
)
_CURRENCY = r"(?:US|CA|AU|NZ|HK|C|A)?[$€£¥₹]|(?:USD|EUR|GBP|CHF|CAD|AUD|JPY|INR|SEK)\b"
_NAMED = r"(?:(?:US|U\.S\.|Canadian|Australian)\s+)?(?:dollars?|euros?|pounds?(?:\s+sterling)?|cents)\b"
_SUM = re.compile(
    rf"(?<!\w)(?P<before>{_CURRENCY})\s?(?P<n>{_NUMBER})(?P<big>\s+(?:thousand|million|billion)\b)?"
    rf"|(?<![\w.,])(?P<n2>{_AMOUNT})\s?(?P<after>{_CURRENCY}|{_NAMED})",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?<![\w.,])(?P<n>{_AMOUNT})\s?(?:%|(?:percent|per\s+cent|percentage\s+points?)\b)", re.IGNORECASE
)
_SIZE = re.compile(
    rf"(?<![\w.,])(?P<n>{_NUMBER})\s?(?P<u>[KMGT]B|kilobytes|megabytes|gigabytes|terabytes)\b", re.IGNORECASE
)


_PERIOD_WORDS = frozenset(
    """hour hours hr hrs stunde stunden heure heures hora horas ore uur timmar day days werktage werktagen jours jour
    día días dias giorni dagen dagar tag tage tagen week weeks woche wochen semaine semaines semana semanas settimane
    weken veckor month months monat monate monaten mois meses mesi maanden månader year years yr yrs jahr jahre
    jahren ans année années año años anni ano anos jaar år minute minutes minuten""".split()
)
_AGE_WORDS = frozenset("age ages aged under".split())
_SUM_WORDS = frozenset("""usd eur gbp chf cad aud jpy inr sek dollar dollars euro euros pound pounds cents""".split())
_SIZE_WORDS = frozenset("kb mb gb tb kilobytes megabytes gigabytes terabytes".split())
_SHARE_WORDS = frozenset("percent cent percentage".split())
_SIGNS = frozenset("$€£¥₹")


def numbers(text: str) -> Iterator[Mention]:
    """Yield the amounts of time, money, shares and sizes in *text*; ``twelve (12) months`` and ``1 year`` are one."""
    words = words_of(text)
    digits = any(map(str.isdigit, text))
    if not digits and _AMOUNTS.isdisjoint(words):
        return
    if not (_PERIOD_WORDS | _AGE_WORDS).isdisjoint(words):
        yield from _times(text)
    if not _SUM_WORDS.isdisjoint(words) or not _SIGNS.isdisjoint(text):
        for match in _SUM.finditer(text):
            number = _value(match["n"] or match["n2"])
            key = f"sum {number:g}{(match['big'] or '').strip().lower()} {_coin(match['before'] or match['after'])}"
            yield Mention(match.start(), match.end(), key, "sum")
    if "%" in text or not _SHARE_WORDS.isdisjoint(words):
        for match in _SHARE.finditer(text):
            yield Mention(match.start(), match.end(), f"share {_value(match['n']):g}", "share")
    if digits and not _SIZE_WORDS.isdisjoint(words):
        for match in _SIZE.finditer(text):
            yield Mention(match.start(), match.end(), f"size {_value(match['n']):g} {match['u'][0].lower()}", "size")


def _times(text: str) -> Iterator[Mention]:
    """Yield the ages and periods of *text*."""
    ages = [
        Mention(match.start(), match.end(), f"time {_value(match['n']) * 12:g} month", "time")
        for match in _AGE.finditer(text)
    ]
    yield from ages
    for match in _PERIOD.finditer(text):
        if any(match.start() < age.end and age.start < match.end() for age in ages):
            continue
        unit = next(int(name[1:]) for name, found in match.groupdict().items() if name[0] == "u" and found)
        _, base, times = list(_PERIODS.values())[unit]
        yield Mention(match.start(), match.end(), f"time {_value(match['n']) * times:g} {base}", "time")


def _value(amount: str) -> float:
    """Return the number that *amount* says in digits, or in words where it has none."""
    if digits := re.search(_NUMBER, amount):
        written = re.sub(r"[ \s]", "", digits[0])
        # ``1,000`` and ``1.000`` are a thousand; ``4,99`` and ``4.99`` are not.
        written = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", written)
        return float(written.replace(",", "."))
    words = re.findall(r"[a-z]+", amount.lower())
    return float(sum(_UNITS.get(word, 0) + _TEENS.get(word, 0) + _TENS.get(word, 0) for word in words))


#: One currency by sign, code or name.
_COINS = {"$": "dollar", "usd": "dollar", "us$": "dollar", "€": "euro", "eur": "euro", "£": "pound", "gbp": "pound"}


def _coin(written: str) -> str:
    name = " ".join(written.lower().split())
    if name in _COINS:
        return _COINS[name]
    return next((coin for coin in ("dollar", "euro", "pound", "cent") if coin in name), name)


#: What makes a day a stamp: it tells of the text, and is told apart (`stated_dates`).
_STAMP = re.compile(
    r"\b(?:last|latest|updated?|revised|revision|modified|amended|posted|published|version|copyright|aktualisiert|stand"
    r"|jour|actualización|aggiornamento|bijgewerkt|uppdaterad|atualização)\b[^.;]{0,40}$|©[^.;]{0,20}$",
    re.IGNORECASE,
)


def days(text: str) -> Iterator[Mention]:
    """Yield the days that *text* names, save those on which it says that it was last revised."""
    for found in find_dates(text):
        if not _STAMP.search(text[max(0, found.start - 60) : found.start]):
            yield Mention(found.start, found.end, found.iso)
