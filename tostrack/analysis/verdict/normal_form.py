"""The words of plain text that carry its meaning: one spelling, one form of a date, no contractions."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from tostrack.analysis.comparison_key import SIGN, WORD, find_tokens, mark_struck, mend_encoding
from tostrack.analysis.verdict.spelling_forms import AT_SIGN, uniform
from tostrack.language.dates import find_dates
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import entry_pattern, list_languages, load_language, union

#: The first character of a token that replaces something; no word of a text begins so.
MARK = "\x01"
DATE, URL, RELATIVE, INSTANT = f"{MARK}date", f"{MARK}url", f"{MARK}ago", f"{MARK}instant"
#: Dates that `find_dates` leaves alone: of an edition, and one whose day and month depend on the country.
_OTHER_DATES = (
    lazy_pattern(r"(?<=\()(?P<y>(?:19|20)\d{2})(?P<n>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?=\))"),
    lazy_pattern(r"\b(?P<d>\d{1,2})(?P<s>[/.-])(?P<n>\d{1,2})(?P=s)(?P<y>(?:19|20)\d{2})\b"),
)
# No word boundary before it: machine stamps are glued to the word before them.
_INSTANT = lazy_pattern(r"\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:z|[+-]\d{2}:?\d{2})?")
_RELATIVE = lazy_pattern(
    r"\b(?:(?:about|over|almost) )?(?:an?|one|\d+) (?:second|minute|hour|day|week|month|year)s? ago\b|\byesterday\b"
)
#: The same in other languages, in a line of fewer spaces.
_AGO_LINE = 9
_AGO = entry_pattern(union("dates", "elapsed"))
# In a sentence about someone, "more than a year ago" is a period and no stamp.
_STAMP_LENGTH = 80
_SOMEONE = lazy_pattern(r"\b(?:you|your|we|our|if|user|users)\b")
#: An address with or without its scheme; a bare name of a site may say where a rule holds, one with a path only points.
_URL = lazy_pattern(
    r"(?:https?://|www\.|(?<![\w:/])//(?=[\w-]+\.[a-z]))[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]]|(?<![\w@./-])(?:[\w-]+\.)+[a-z]{2,}/[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]]"
)
_URL_SIGNS = lazy_pattern(r"//|www\.|\.[a-z]{2,}/")
_AT, _DOT = (lazy_pattern(rf"\s?[\[({{]\s?{word}\s?[\])}}]\s?") for word in ("at", "dot"))
_SPOKEN_MAIL = lazy_pattern(r"(\b[\w.+-]+) AT ([\w-]+(?: DOT [\w-]+)+)")
_HIDDEN_MAIL = lazy_pattern(r"[\w.+-]*\[?e-?mail\W{1,2}protected\]?[\w.-]*")
#: "A$5" is another sum than "$5"; "US$5" is the same where nothing else is said.
_WORD = rf"\b(?!us)[a-z]{{1,2}}\$(?=\s?\d)|{WORD}|&|{SIGN}"
_WORDS = lazy_pattern(_WORD)
_TOKENS = lazy_pattern(rf"{MARK}\w+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|{_WORD}")
#: An ASCII text without one of these is its words, and every other sign in it a space between two.
_SIGNED = lazy_pattern("[0-9&%$@\x01-\x03]")
_SPACED = {code: " " for code in range(128) if not chr(code).isalpha()}

#: What must be in a text for a pattern to apply, the pattern, and what is written for it.
_CONTRACTIONS = (
    ("n't", lazy_pattern(r"\bcan't\b"), "can not"),
    ("n't", lazy_pattern(r"\bwon't\b"), "will not"),
    ("n't", lazy_pattern(r"\bshan't\b"), "shall not"),
    ("n't", lazy_pattern(r"n't\b"), " not"),
    ("'ll", lazy_pattern(r"'ll\b"), " will"),
    ("'re", lazy_pattern(r"'re\b"), " are"),
    ("'ve", lazy_pattern(r"'ve\b"), " have"),
    ("'d", lazy_pattern(r"'d\b"), " would"),
    ("'m", lazy_pattern(r"'m\b"), " am"),
    ("'s", lazy_pattern(r"'s\b(?:(?<=\bit's)|(?<=\b(?:that|here|what)'s)|(?<=\bthere's)|(?<=\b(?:who|let)'s))"), " is"),
    ("'s", lazy_pattern(r"'s\b"), ""),
)

# British to American by ending; only where both spellings are one word. What must be in the word comes first.
_SPELLINGS = (
    ("practis", lazy_pattern(r"^practis"), "practic"),
    ("adviser", lazy_pattern(r"^adviser(s)?$"), r"advisor\1"),
    ("is", lazy_pattern(r"is(ation|ations|ational|e|es|ed|ing|er|ers|able)$"), r"iz\1"),
    ("ys", lazy_pattern(r"ys(e|es|ed|ing|er|ers)$"), r"yz\1"),
    ("our", lazy_pattern(r"(?<=[a-z]{2})our(s|ed|ing|able|ably|ite|ites|al|ful|less|hood|hoods)?$"), r"or\1"),
    ("tre", lazy_pattern(r"(?<=[nbit])tre(s|d)?$"), r"ter\1"),
    ("nc", lazy_pattern(r"^(licen|defen|offen|preten)c(e|es|ed|ing)$"), r"\1s\2"),
    ("ll", lazy_pattern(r"(?<=[aeiou])ll(ed|ing|er|ers|ation)$"), r"l\1"),
    ("l", lazy_pattern(r"^(fulfil|enrol|instal|skil)l(s|ment|ments|ful)?$"), r"\1\2"),
    ("ogue", lazy_pattern(r"ogue(s)?$"), r"og\1"),
    ("programme", lazy_pattern(r"programme(s)?$"), r"program\1"),
    ("gement", lazy_pattern(r"(?<=[dg])gement(s)?$"), r"gment\1"),
    ("cheque", lazy_pattern(r"^cheque(s)?$"), r"check\1"),
    ("grey", lazy_pattern(r"^grey"), "gray"),
    ("enquir", lazy_pattern(r"^enquir"), "inquir"),
    ("artefact", lazy_pattern(r"^artefact"), "artifact"),
    ("ageing", lazy_pattern(r"ageing$"), "aging"),
    ("illful", lazy_pattern(r"^(sk|w)illful"), r"\1ilful"),
    ("despatch", lazy_pattern(r"^despatch"), "dispatch"),
    ("rr", lazy_pattern(r"^transferrable$"), "transferable"),
    ("uss", lazy_pattern(r"^(un|re)?focuss(ed|ing)$"), r"\1focus\2"),
    ("efitt", lazy_pattern(r"^benefitt(ed|ing)$"), r"benefit\1"),
    ("st", lazy_pattern(r"^(whil|among|amid)st$"), r"\1"),
    ("wards", lazy_pattern(r"^(toward|afterward|forward|backward|onward|upward)s$"), r"\1"),
)
#: What a word must have in it for one of them to apply: most words have nothing of it.
_BRITISH = lazy_pattern(
    r"is[aei]|ys[ei]|our|[nbit]tre|c(?:e|es|ed|ing)$|ll|ogue|programme|gement|^cheque|^grey|^practis|[gld]st$|wards$"
    r"|^enquir|adviser|artefact|ageing|illful|despatch|transferr|focuss|benefitt"
)
#: A number in words, the number itself in brackets behind it: contracts write "thirty (30) days".
_TWICE_WRITTEN = lazy_pattern(
    r"\b(?P<word>[^\W\d_]{3,14}(?:[- ][a-z]{3,5})?)\s?\((?P<number>\d{1,3})\)(?= (?:\w+ )?(?:"
    + "|".join(sorted(union("units", "minute", "hour", "day", "business_day", "week", "month", "year")))
    + r")\b)"
)
_IN_BRACKETS = lazy_pattern(r"\(\d{1,3}\) ")
#: Words of number that are other words in another language: "due", "once", "sept", Dutch "onze".
_AMBIGUOUS = frozenset("due once sept neuf onze dos seize sei tre cent cento mil mille sto".split())
_NUMBER_WORDS = {
    word: value
    for language in map(load_language, list_languages("verdict"))
    for value in language.list_names("numbers")
    if value != "1"
    for word in language.list_words("numbers", value)
    if word not in _AMBIGUOUS and word.isalpha()
}
_SAME_WORD = _NUMBER_WORDS | {
    "whil": "while",
    "centre": "center",
    "centres": "centers",
    "judgement": "judgment",
    "&": "and",
}


@lru_cache(maxsize=20_000)
def american_of(word: str) -> str:
    """Return *word* as Americans spell it."""
    if word.startswith(MARK):
        return word
    if word in _SAME_WORD:
        return _SAME_WORD[word]
    if not _BRITISH.search(word):
        return word
    for sign, pattern, written in _SPELLINGS:
        if sign in word and pattern.search(word):
            word = pattern.sub(written, word, count=1)
            break
    return _SAME_WORD.get(word, word)


def _date(match: re.Match[str]) -> str:
    return f" {DATE}{match['y']}_{int(match['n']):02}_{int(match['d']):02} "


#: Numbers with their thousands apart, and the sign between the ends of a range.
#: A single point may be before decimals.
_THOUSANDS = lazy_pattern(r"(?<![\d.,])\d{1,3}(?:(?:[, ]\d{3})|(\.)\d{3}(?=\1\d{3}))(?:[., ]\d{3}){0,4}(?![\d]|[.,]\d)")
_RANGE = lazy_pattern(r"(?<=\d)\s?[-–—−]\s?(?=\d)")
_DIGITS = lazy_pattern("[0-9]")
_FOUR_DIGITS = lazy_pattern("[0-9]{4}")


def _dated(text: str) -> str:
    """Return *text* with every date and every instant written in one way."""
    if not _FOUR_DIGITS.search(text):
        return text
    text = _INSTANT.sub(f" {INSTANT} ", text)
    pieces: list[str] = []
    done = 0
    for found in find_dates(text):
        pieces += (text[done : found.start], f" {DATE}{found.iso.replace('-', '_')} ")
        done = found.end
    text = "".join((*pieces, text[done:]))
    for pattern in _OTHER_DATES:
        text = pattern.sub(_date, text)
    return text


#: "and/or" is "or".
_JOINING = "|".join(sorted(union("wording", "joining")))
_EITHER = lazy_pattern(rf"\b(?:{_JOINING})/({_JOINING})\b")
#: What a link says to browsers, printed into the text.
_HINT = lazy_pattern(r"\(?(?:\bo|(?<=[a-z])O)(?i:pens in (?:a )?new (?:tab|window))\)?")


def _without_disguise(text: str) -> str:
    """Return *text* with spelled-out mail addresses as they are meant, and how long ago it was updated as a mark."""
    if "protected" in text:
        text = _HIDDEN_MAIL.sub(" mail@hidden.example ", text)
    if "mailto:" in text:
        text = text.replace("mailto:", " ")
    if "/" in text:
        text = _EITHER.sub(r"\1", text)
    if AT_SIGN.search(text):
        text = _DOT.sub(".", _AT.sub("@", text))
    if text.count(" ") < _AGO_LINE and _DIGITS.search(text):
        text = _AGO.sub(f" {RELATIVE} ", text)
    return text


@lru_cache(maxsize=4_096)
def spelled(text: str) -> tuple[str, ...]:
    """Return the tokens of plain *text* in lower case, with dates, instants, addresses and mail each one token."""
    text = html.unescape(text) if "&" in text else text
    text = _HINT.sub(" ", text) if "pens in" in text else text
    text = mend_encoding(text)
    if "~~" in text:
        text = mark_struck(text)
    if " AT " in text:
        text = _SPOKEN_MAIL.sub(lambda match: f"{match[1]}@{match[2].replace(' DOT ', '.')}", text)
    text = text.replace("’", "'").replace("\u00a0", " ").replace("©", " copyright ").lower()
    text = uniform(_without_disguise(text))
    if ("/" in text or "www." in text) and _URL_SIGNS.search(text):
        text = _URL.sub(f" {URL} ", text)
    if len(text) <= _STAMP_LENGTH and ("ago" in text or "yesterday" in text) and not _SOMEONE.search(text):
        text = _RELATIVE.sub(f" {RELATIVE} ", text)
    if _DIGITS.search(text):
        text = _dated(text)
        if _IN_BRACKETS.search(text):
            text = _TWICE_WRITTEN.sub(_once, text)
        text = _RANGE.sub(" to ", _THOUSANDS.sub(lambda match: re.sub(r"\D", "", match[0]), text))
    return _split_words(_uncontracted(text.replace("cannot", "can not")))


def _once(match: re.Match[str]) -> str:
    """Return the number of a match of `_TWICE_WRITTEN`; the match itself where its word is another number."""
    before, _, word = match["word"].rpartition(" ")
    if _NUMBER_WORDS.get(word, match["number"]) != match["number"]:
        return match[0]
    return f" {'' if before in _NUMBER_WORDS else before} {match['number']}"


def _uncontracted(text: str) -> str:
    if "'" not in text:
        return text
    for sign, pattern, written in _CONTRACTIONS:
        if sign in text:
            text = pattern.sub(written, text)
    return text.replace("'", "")


def _split_words(text: str) -> tuple[str, ...]:
    if text.isascii() and not _SIGNED.search(text):
        return tuple(text.translate(_SPACED).split())
    if MARK in text or "@" in text:
        return tuple(_TOKENS.findall(text))
    return tuple(find_tokens(_WORDS, text))


@lru_cache(maxsize=4_096)
def normal(text: str) -> tuple[str, ...]:
    """Return the tokens of `spelled` in one spelling, British as American."""
    return tuple(map(american_of, spelled(text)))


@lru_cache(maxsize=20_000)
def is_number(token: str) -> bool:
    """Whether *token* is a number or a date."""
    return token[:1].isdigit() or token.startswith(DATE)


def is_mail(token: str) -> bool:
    """Whether *token* is a mail address."""
    return "@" in token


def lost_and_gained(old: Iterable[str], new: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Return what the first has more often than the second, and the other way round."""
    before, after = Counter(old), Counter(new)
    return (_beyond(before, after), _beyond(after, before)) if before and after else (before, after)


def _beyond(one: Counter[str], other: Counter[str]) -> Counter[str]:
    """Return ``one - other``, which Python counts word by word."""
    more = {word: left for word, count in one.items() if (left := count - other.get(word, 0)) > 0}
    return Counter(more)


#: Too short to be recognised by their endings.
_IRREGULAR = {"used": "use", "uses": "use", "using": "use", "done": "do", "made": "mak", "sent": "send"}


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return *word* without the endings that number and tense give it."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 5:
        word = word[:-3] + "y"
    elif word[-1:] == "s" and word[-2:] not in ("ss", "us", "is") and len(word) > 3:
        word = word[:-1]
    for ending, least in (("ing", 4), ("ed", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word[:-1] if word[-1:] == "e" and len(word) > 3 else word
