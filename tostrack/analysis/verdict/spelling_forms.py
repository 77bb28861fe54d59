"""Text out in one way of writing: abbreviations in full, units, sums, times of day and telephone numbers alike."""

from __future__ import annotations

import re

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import list_languages, load_language

#: Abbreviations behind the words that they shorten; only where they can mean nothing else.
_ABBREVIATIONS = tuple(
    row for code in list_languages() for row in load_language(code).list_rows("wording", "abbreviations")
)


def _as_pattern(short: str) -> str:
    """Return what finds *short* behind its first letter: "p. ex." with or without its space."""
    return re.escape(short[1:]).replace(r"\ \#", r"(?=\s?(?:\d|[a-z]\b))").replace(r"\ ", r"\s?")


#: Each begins with its first letter, and looks behind it then: so a search looks at no other places.
_SHORTENED = lazy_pattern(
    "|".join(rf"{short[0]}(?<![\w.].)(?P<a{at}>{_as_pattern(short)})" for at, (_, short) in enumerate(_ABBREVIATIONS))
)
_ARTICLE = lazy_pattern(r"\bart(?:ikel|ículo|icolo|igo)(?=\s?\d)")
#: Without one of these letters before a stop, and without these, nothing is shortened: most texts have neither.
_LETTER = lazy_pattern(r"\.(?<=\b[eizdp]\.)")
_SHORT = tuple(short.removesuffix(" #") for _, short in _ABBREVIATIONS if short[1] != ".")

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
    "złotych": "zł",
    "złote": "zł",
    "pln": "zł",
    "eur": "€",
    "gbp": "£",
    "usd": "$",
}
# Patterns that begin with a digit are searched for ten times as fast as those that begin with what is beside it.
_UNIT = lazy_pattern(rf"(?P<digit>\d)\s?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})\b")
_BEFORE = lazy_pattern(r"\b(?P<unit>eur|gbp|usd)\s?(?=\d)")
#: "10 €" and "€10" are one sum, as are "$10" and "USD 10" where nothing says of which country.
_BEHIND = lazy_pattern(r"(?<![\d.,])(?P<sum>\d+(?:[.,]\d+)*)\s?(?P<sign>[€£$])(?!\s?\d)")
_OF_US = lazy_pattern(r"\bus\s?\$(?=\s?\d)")
_SUM = lazy_pattern(r"[€£$]\s?\d+(?:[.,]\d{3})*[.,]00(?!\d)")
_HOUR = lazy_pattern(r"(?P<hour>\d(?<!\w\d)\d?)(?::(?P<minute>\d{2}))?\s?(?P<half>[ap])\.?\s?m\b\.?")
_PHONE = lazy_pattern(r"\+\d[\d\s()./-]{6,20}\d")
_ORDINAL = {"1st": "first", "2nd": "second", "3rd": "third"}
_NTH = lazy_pattern(r"\b(?:1st|2nd|3rd)\b(?! (?:of )?[a-z]+,? \d{4}|,? \d{4})")
_AT = lazy_pattern(r"(?<=\w)\s?[\[({]\s?at\s?[\])}]\s?(?=\w[\w-]*\.\w)")

#: Both genders, said as one: "Nutzer*innen", "jede*r", "utilisateurs et utilisatrices", "die oder der", "hij/zij".
_STAR = lazy_pattern(r"(?<=\w)(?:[*:_·]|/-?)in(?:nen)?\b|[*:_](?<=[^\W\d_]{3}[*:_])(?=[rnms]\b)")
_BOTH = lazy_pattern(
    r"\b(?P<er>die oder der|der oder die|der/die|die/der)\b|\b(?P<sein>seine?[rnms]?)[*:_/]ihre?[rnms]?\b"
    r"|\b(?P<of>hij|zijn)/(?:zij|haar)\b|\b(?P<os>o|os|el|los|il|i|le|um|un)/(?:as?|las?|le|una|uma)\b"
    r"|(?P<she>\(s\)he\b|\bs/he\b)"
)
_PAIR = lazy_pattern(
    r"\b(?P<stem>\w{3,})(?P<ending>\w{0,5}) (?:et|y|e|und|en|ou|o|oder) (?:(?:les|las|le|la|die|der|as) )?(?P=stem)"
    r"(?:rices|ices|euses|as|a|es|innen|in|ères|nes|ne|se|e)\b"
)
#: "Nutzerinnen und Nutzer", "die Kundin oder der Kunde", "as alunas e os alunos".
_PAIR_TURNED = lazy_pattern(
    r"\b(?:(?:die|las|les|as|la) )?(?P<stem>\w{3,})(?:innen|in|rices|as|es) (?:und|oder|et|ou|y|e) "
    r"(?P<man>(?:(?:der|die|den|les|los|os) )?(?P=stem)\w{0,2})\b"
)
#: "utilisateurs·rices", "informé·e·s", "informé.e.s", "informé-e-s".
_POINTED = lazy_pattern(
    r"(?<=[^\W\d_])[·⋅•][^\W\d_]{1,5}(?:[·⋅•](?P<s>s))?\b"
    r"|[.-](?<=[^\W\d_]{3}[.-])(?:e|ne|le|rice|euse|ère)(?:[.-](?P<more>s))?\b(?![.-]?\w)"
)
#: "informé(e)", "os(as)", "utilisateurs/utilisatrices", "użytkownik/czka", "informado/a".
_IN_PARENTHESES = lazy_pattern(r"\((?<=[^\W\d_][oréitdsu]\()(?:e|ne|le|in|a|as|es)\)")
_SLASHED = lazy_pattern(r"[/_](?<=[^\W\d_]{3}[/_])(?:in|innen|a|as|e|es|rice|rices|ka|czka|czki)\b")
_BOTH_SLASHED = lazy_pattern(
    r"\b(?P<stem>\w{3,})(?P<ending>\w{0,5})/(?P=stem)(?:rices|ices|euses|innen|in|as|a|es|e|czka|czki)\b"
)
_LETTERS_APART = lazy_pattern(r"[/_](?<=[^\W\d_][/_])[^\W\d_]")
#: "usuari@s", "lxs usuarixs", "tuttə": a sign for the letter in which both genders differ.
_JOINT = lazy_pattern(r"@(?=s?(?!\S*\.\w)(?!\w))|(?<!\w)x(?=s\b)|(?<=[^\W\d_])x(?=s\b)")
_MAY_BE_POINTED = lazy_pattern(r"[·⋅•]|[.-](?:e|ne|le|rice|euse|ère)\b")

#: Without any of these none of the three is there: most texts have none.
_GENDERED = (
    *("innen", "er/d", "ie/d", "*in", ":in", "_in", "*r", ":r", "*i", "os/a", "o/a", "el/l", "il/l", "hij/", "zijn/"),
    *("(s)h", "s/he", "um/", "un/", *(f" {word} " for word in "et y e und en ou o oder".split())),
)

_DIGIT = lazy_pattern(r"\d")
AT_SIGN = lazy_pattern(r"[\[({]\s?at\b")


def uniform(text: str) -> str:
    """Return *text*, in lower case, with each of these written in one way."""
    if _LETTER.search(text) or any(short in text for short in _SHORT):
        text = _SHORTENED.sub(_in_full, text)
    if _MAY_BE_POINTED.search(text):
        text = _POINTED.sub(lambda match: match["s"] or match["more"] or "", text)
    if "ə" in text:
        text = text.replace("ə", "i")
    if "@" in text or "xs" in text:
        text = _JOINT.sub("o", text)
    if ")" in text:
        text = _IN_PARENTHESES.sub("", text)
    if ("/" in text or "_" in text) and _LETTERS_APART.search(text):
        text = _BOTH_SLASHED.sub(r"\g<stem>\g<ending>", _SLASHED.sub("", text))
    if "art" in text:
        text = _ARTICLE.sub("article", text)
    if any(sign in text for sign in _GENDERED):
        text = _PAIR.sub(r"\g<stem>\g<ending>", _STAR.sub("", _BOTH.sub(_one_gender, text)))
        text = _PAIR_TURNED.sub(r"\g<man>", text)
    if AT_SIGN.search(text):
        text = _AT.sub("@", text)
    return _counted(text) if _DIGIT.search(text) else text


def _one_gender(match: re.Match[str]) -> str:
    """Return the first of two words that `_BOTH` found."""
    return {"er": "der", "she": "he or she"}.get(match.lastgroup or "", match[match.lastgroup or 0])


def _counted(text: str) -> str:
    """Return *text* with the signs beside numbers written in one way."""
    if "+" in text:
        text = _PHONE.sub(lambda match: "+" + re.sub(r"\(0\)|\D", "", match[0]), text)
    text = _HOUR.sub(_hour, text)
    if any(nth in text for nth in _ORDINAL):
        text = _NTH.sub(lambda match: _ORDINAL[match[0]], text)
    text = _UNIT.sub(lambda match: f"{match['digit']} {_UNITS[match['unit']]} ", text)
    if "eur" in text or "gbp" in text or "usd" in text:
        text = _BEFORE.sub(lambda match: f"{_UNITS[match['unit']]}", text)
    if "us" in text and "$" in text:
        text = _OF_US.sub("$", text)
    if "€" in text or "£" in text or "$" in text:
        text = _BEHIND.sub(r"\g<sign>\g<sum>", text)
    return _SUM.sub(lambda match: match[0][:-3], text)


def _in_full(match: re.Match[str]) -> str:
    return f"{_ABBREVIATIONS[int((match.lastgroup or 'a0')[1:])][0]} "


def _hour(match: re.Match[str]) -> str:
    minute = match["minute"] if match["minute"] not in (None, "00") else ""
    return f"{match['hour']}{':' if minute else ''}{minute}{match['half']}m"
