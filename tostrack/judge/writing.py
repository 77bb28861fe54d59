"""Text out in one way of writing: abbreviations in full, units, sums, times of day and telephone numbers alike."""

from __future__ import annotations

import re

#: What is shortened, and what it stands for; only where it can stand for nothing else.
_ABBREVIATIONS = {
    r"e\.\s?g\.": "for example",
    r"i\.\s?e\.": "that is",
    r"art\.(?=\s?\d)": "article",
    r"(?:artikel|artículo|articolo|artigo)(?=\s?\d)": "article",
    r"sec\.(?=\s?\d)": "section",
    r"para\.(?=\s?\d)": "paragraph",
    r"abs\.(?=\s?\d)": "absatz",
    r"lit\.(?=\s?[a-z]\b)": "buchstabe",
    r"nr\.(?=\s?\d)": "nummer",
    r"z\.\s?b\.": "zum beispiel",
    r"d\.\s?h\.": "das heißt",
    r"bzw\.": "beziehungsweise",
    r"ggf\.": "gegebenenfalls",
    r"usw\.": "und so weiter",
    r"p\.\s?ex\.": "par exemple",
    r"p\.\s?ej\.": "por ejemplo",
    r"bijv\.": "bijvoorbeeld",
    r"np\.": "na przykład",
    r"itp\.": "i tym podobne",
}
#: Their first letters and the beginning of a word are asked for before any of them: most places of a text are neither.
_SHORTENED = re.compile(
    rf"(?=[{''.join(sorted({short.lstrip('(?:')[0] for short in _ABBREVIATIONS}))}])(?<![\w.])(?:"
    + "|".join(rf"(?P<a{at}>{short})" for at, short in enumerate(_ABBREVIATIONS))
    + ")"
)
_IN_FULL = tuple(_ABBREVIATIONS.values())

#: Units and currencies in words, behind a number, and their signs; "dollars" are of many countries.
_UNITS = {
    "seconds": "sec",
    "second": "sec",
    "secs": "sec",
    "kilobytes": "kb",
    "kilobyte": "kb",
    "megabytes": "mb",
    "megabyte": "mb",
    "gigabytes": "gb",
    "gigabyte": "gb",
    "percent": "%",
    "per cent": "%",
    "prozent": "%",
    "kilometres": "km",
    "kilometers": "km",
    "kilograms": "kg",
    "euros": "€",
    "euro": "€",
    "eur": "€",
    "gbp": "£",
}
_UNIT = re.compile(rf"(?<=\d)\s?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})\b")
_BEFORE = re.compile(r"\b(?P<unit>eur|gbp)\s?(?=\d)")
#: "10 €" and "€10" are one sum.
_BEHIND = re.compile(r"(?<![\d.,])(?P<sum>\d+(?:[.,]\d+)*)\s?(?P<sign>[€£])(?!\s?\d)")
_SUM = re.compile(r"[€£$]\s?\d+(?:[.,]\d{3})*[.,]00(?!\d)")
_HOUR = re.compile(r"\b(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s?(?P<half>[ap])\.?\s?m\b\.?")
_PHONE = re.compile(r"\+\d[\d\s()./-]{6,20}\d")
_ORDINAL = {"1st": "first", "2nd": "second", "3rd": "third"}
_NTH = re.compile(r"\b(?:1st|2nd|3rd)\b(?! (?:of )?[a-z]+,? \d{4})")
_AT = re.compile(r"(?<=\w)\s?[\[({]\s?at\s?[\])}]\s?(?=\w[\w-]*\.\w)")

#: Both genders, said as one: "Nutzer*innen", "utilisateurs et utilisatrices", "die oder der".
_STAR = re.compile(r"(?<=\w)(?:[*:_]|/-?)innen\b")
_BOTH = re.compile(r"\b(?:die oder der|der oder die|der/die|die/der)\b")
_PAIR = re.compile(
    r"\b(?P<stem>\w{3,})(?P<ending>\w{0,5}) (?:et|y|e|und|en|ou|o|oder) (?:(?:les|las|le|la|die|der|as) )?(?P=stem)"
    r"(?:rices|ices|euses|as|a|es|innen|in|ères|nes|ne|se|e)\b"
)

#: Without any of these none of the three is there: most texts have none.
_GENDERED = re.compile(r"innen\b| (?:et|y|e|und|en|ou|o|oder) |d(?:er|ie)/d")

_WORTH = re.compile(r"\d|[\[({]\s?at\b")


def uniform(text: str) -> str:
    """Return *text*, in lower case, with each of these written in one way."""
    if "." in text or "art" in text:
        text = _SHORTENED.sub(_in_full, text)
    if _GENDERED.search(text):
        text = _PAIR.sub(r"\g<stem>\g<ending>", _BOTH.sub("der", _STAR.sub("", text)))
    if not _WORTH.search(text):
        return text
    text = _AT.sub("@", text)
    text = _PHONE.sub(lambda match: "+" + re.sub(r"\(0\)|\D", "", match[0]), text)
    text = _HOUR.sub(_hour, text)
    text = _NTH.sub(lambda match: _ORDINAL[match[0]], text)
    text = _UNIT.sub(lambda match: f" {_UNITS[match['unit']]} ", text)
    text = _BEFORE.sub(lambda match: f"{_UNITS[match['unit']]}", text)
    if "€" in text or "£" in text:
        text = _BEHIND.sub(r"\g<sign>\g<sum>", text)
    return _SUM.sub(lambda match: match[0][:-3], text)


def _in_full(match: re.Match[str]) -> str:
    return f"{_IN_FULL[int((match.lastgroup or 'a0')[1:])]} "


def _hour(match: re.Match[str]) -> str:
    minute = match["minute"] if match["minute"] not in (None, "00") else ""
    return f"{match['hour']}{':' if minute else ''}{minute}{match['half']}m"
