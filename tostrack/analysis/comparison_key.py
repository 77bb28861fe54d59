"""Comparable forms of clauses: what two texts must share to be the same text.

A comparable form keeps every sign that a reader may act on: decimal points, signs and comparisons, currencies, check
marks, struck text, vowel signs. Case, punctuation between words, markup, link addresses and the numbers of list items
are presentation. `clauses.canonical` drops more; its hash is recorded and never changes.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from tostrack.clauses import SPACED, plain, strip_number
from tostrack.language.characters import EMPTY_MARKS, NO_MARKS, YES_MARKS
from tostrack.language.spans import address_key
from tostrack.models import Clause, Reading, sha256

#: What Markdown sources say to the program that builds the page: comments, template tags, attribute lists.
_SOURCE = re.compile(
    r"<!--.*?(?:-->|$)|<[%?].*?[%?]>|\[%.*?%\]|\{%.*?%\}|\{\{[<%].*?[>%]\}\}|\{\{[#/!].*?\}\}|\{[:#.][^{}\n]*\}"
    r"|^\[[^\[\]\n]{1,60}\]:\s+(?:#|<>|<#>)\s+[(\"'][^\n]*[)\"']$",
    re.DOTALL,
)
#: The address behind a link's words, where a space in it keeps Markdown from reading it; a link by its number or name,
#: and the line that says where that leads.
_TARGET = re.compile(
    r"\]\((?:/|\.|https?:)[^()\n]{1,300}\)|\]\[[^\[\]\n]{0,60}\]|\[[^\[\]\n]{1,60}\]:\s+<?(?:https?:|mailto:|/|#|\.)\S+"
)
_VARIABLE = re.compile(r"\{\{[^{}\n]*\}\}")
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6});", re.IGNORECASE)


def readable(text: str) -> str:
    """Return the words of a clause's Markdown as a reader of the page sees them; struck text stays marked as such."""
    if "{" in text or "<" in text or "[%" in text or "]: " in text:
        text = _SOURCE.sub(" ", text)
    text = plain(text)
    if "](" in text or "][" in text or "]:" in text:
        text = " ".join(_TARGET.sub(lambda match: "]" if match[0][0] == "]" else "", text).split())
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text


#: Combining marks that belong to a word; the accents of Latin letters are composed, and the points of Hebrew and
#: Arabic are left out by many writers.
MARKS = "".join(
    chr(code)
    for start, end in ((0x900, 0x1100), (0x1700, 0x1A00), (0xA800, 0xAC00))
    for code in range(start, end)
    if unicodedata.category(chr(code)) in ("Mn", "Mc")
)
_CURRENCY = "".join(chr(code) for code in range(0x24, 0x20D0) if unicodedata.category(chr(code)) == "Sc")
#: Marks that answer, each with the one that replaces all that look like it.
_MARKERS = {**dict.fromkeys(YES_MARKS, "✓"), **dict.fromkeys(NO_MARKS, "✗"), **dict.fromkeys(EMPTY_MARKS + "◻", "☐")}
_MARKER = "".join(_MARKERS)
STRUCK = "\x02"
_STRUCK = re.compile(r"~~(?=\S)(.{1,2000}?)(?<=\S)~~")
_INVISIBLE = re.compile("[\xad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´"))
#: The mark of a footnote: raised digits behind a word or a number, but not those of a unit; a number in brackets.
_FOOTNOTE = re.compile(r"(?<=[\w.,;)])(?<!\bm)(?<!\b[kcm]m)[¹²³⁰⁴-⁹]+|\[\^[\w-]{1,20}\]|(?<=[^\s\[(])\[\d{1,3}\]")
_MAY_BE_FOOTNOTE = re.compile(r"[\[¹²³⁰⁴-⁹]")
_BOX = re.compile(r"\[( |x|X)\](?=\s)")
#: A word with its combining marks, or a number with its separators.
WORD = (
    rf"{STRUCK}?[^\W\d_]+(?:[\d{MARKS}]+[^\W_]*)*|{STRUCK}?\d+(?:[.,⁄]\d+)+"
    rf"|{STRUCK}?[^\W_]+(?:[{MARKS}]+[^\W_]*)*|[{MARKS}]+"
)
#: Signs that change what a number or an answer says.
SIGN = (
    rf"[{re.escape(_CURRENCY)}%‰§°±≤≥≦≧≠≈×{_MARKER}\x03]"
    rf"|[<>=~](?=\s?[\d{re.escape(_CURRENCY)}])"
    rf"|(?<=[\d%‰{re.escape(_CURRENCY)}])\s?\+|\+(?=\d)"
    rf"|(?<![\w)\].,])[-−–](?=[{re.escape(_CURRENCY)}]?\d)"
    r"|[\U0001f1e6-\U0001f1ff]{2}"
    r"|(?<=\| )[●○◐◑◯★☆▲▼↑↓→←■□]+(?=\s*(?:\||$))|(?<!\S)[●○◐◑◯★☆]+(?=[\s.]*$)"
)
#: Signs and words of a text in lower case.
_TOKEN = re.compile(rf"{WORD}|{SIGN}|(?<=[\d%‰{re.escape(_CURRENCY)}])\s?[-–—−]\s?(?=[{re.escape(_CURRENCY)}]?\d)")
#: What an ASCII text must have for a sign in it to count; without one its words are all that it says.
#: It begins with one set of characters, and looks behind it then: such a pattern is searched for many times as fast.
_SIGNED = re.compile(
    r"[$%<>=+~{&\]\[\d-](?:(?<=[$%<>=+~{&])|(?<=\]): |(?<=\[)(?:[ xX]\]|\^|\d)|(?<=\d)(?:[.,]\d|\s?-)|(?<=-)\d)"
)
#: An ASCII text in lower case without one of these is its words and numbers.
_SIGN_OF_ASCII = re.compile(r"[&$%<>=+~\x01-\x03-](?:(?<!-)|\s?[\d$])")
_WORD_OF_ASCII = re.compile(r"[a-z][a-z0-9]*|\d+(?:[.,]\d+)+|[a-z0-9]+")


#: The signs of good typography that most texts have, as a typewriter has them.
_TYPOGRAPHY = (("’", "'"), ("‘", "'"), ("–", "-"), ("—", "-"), ("…", "."), ("\u00a0", " "), *((q, '"') for q in "“”„"))


def _mojibake() -> dict[str, str]:
    """Return signs by what becomes of their UTF-8 when it is read as Windows-1252."""
    found = {}
    for code in (*range(0xA0, 0x180), *range(0x2010, 0x2040), 0x20AC, 0x2122):
        raw = chr(code).encode()
        found[raw.decode("cp1252", errors="replace")] = chr(code)
        found["".join(bytes([one]).decode("cp1252", errors="ignore") or chr(one) for one in raw)] = chr(code)
    return found


_MOJIBAKE = _mojibake()
_GARBLED = re.compile("|".join(sorted(map(re.escape, _MOJIBAKE), key=len, reverse=True)))


#: The no-break space that is half of a garbled "à" is taken for a space like others.
_LOST_SPACE = re.compile(r"(?<![A-ZÀ-Þ])Ã(?![A-Za-zÀ-ÿ])")


def mend_encoding(text: str) -> str:
    """Return *text*, parts of which may be UTF-8 that was read as Windows-1252, as it was meant."""
    if "Ã" not in text and "â€" not in text and "Â" not in text:
        return text
    return _LOST_SPACE.sub("à", _GARBLED.sub(lambda match: _MOJIBAKE[match[0]], text))


def mark_struck(text: str) -> str:
    """Return *text* with a mark before each of its words that are struck out."""
    return _STRUCK.sub(lambda match: "".join(f" {STRUCK}{word}" for word in match[1].split()), text)


def is_punctuation(text: str) -> bool:
    """Return whether *text* is nothing but spaces and punctuation, which say nothing by themselves."""
    return all(sign in "|*_`^" or (sign not in "%‰~" and unicodedata.category(sign)[0] in "PZC") for sign in text)


@lru_cache(maxsize=100_000)
def comparable_text(text: str) -> str:
    """Return *text* as it is compared: its words, numbers and signs in lower case, with a space between them."""
    if not text.isascii() and "â" not in text and "Ã" not in text:
        # Many times as fast as `str.translate`, which asks for every character.
        for sign, plainer in _TYPOGRAPHY:
            text = text.replace(sign, plainer)
    if text.isascii() and not _SIGNED.search(text) and "][" not in text and "]:" not in text:
        return " ".join(plain(text).casefold().translate(SPACED).split())
    if "{{" in text:
        text = _VARIABLE.sub(" \x03 ", text)
    text = readable(text)
    if "[" in text:
        text = _BOX.sub(lambda match: "☐ " if match[1] == " " else "☑ ", text)
    if "~~" in text:
        text = mark_struck(text)
    text = mend_encoding(text)
    if _MAY_BE_FOOTNOTE.search(text):
        text = _FOOTNOTE.sub("", text)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    found = find_tokens(_TOKEN, text.translate(_APOSTROPHES).casefold())
    return " ".join([token if token[0].isalnum() else _written(token) for token in found])


def find_tokens(pattern: re.Pattern[str], text: str) -> list[str]:
    """Return what *pattern*, made of `WORD`, `SIGN` and signs, finds in a *text* in lower case."""
    return (_WORD_OF_ASCII if text.isascii() and not _SIGN_OF_ASCII.search(text) else pattern).findall(text)


def _written(token: str) -> str:
    """Return *token* as it is written in a comparable form: one sign for all that say the same."""
    sign = token.strip()
    return "-" if sign in "−–—-" else _MARKERS.get(sign, sign)


def comparable(clause: Clause) -> str:
    """Return the comparable form of *clause*; the number of an ordered item does not belong to it."""
    return comparable_text(strip_number(clause))


@lru_cache(maxsize=64)
def comparables(reading: Reading) -> tuple[str, ...]:
    """Return the comparable form of each clause of *reading*."""
    return tuple(map(comparable, reading.clauses))


_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")


def run_together(form: str) -> str:
    """Return a comparable *form* without spaces, but for those that keep two numbers apart."""
    return _BETWEEN_DIGITS.sub("\x1f", form).replace(" ", "")


@lru_cache(maxsize=128)
def reading_key(reading: Reading) -> str:
    """Return the comparison key of *reading*: two texts that share it are the same text."""
    return _hash(comparables(reading), reading.clauses)


def comparison_key(clauses: Iterable[Clause]) -> str:
    """Return the comparison key of a text: the SHA-256 of its comparable forms, wherever its lines break.

    Two texts that share it differ in presentation only. It is computed from the stored text and never hashed into the
    chain.
    """
    clauses = list(clauses)
    return _hash(map(comparable, clauses), clauses)


def _hash(forms: Iterable[str], clauses: Iterable[Clause]) -> str:
    return sha256("\n".join((run_together(" ".join(forms)), *linked_documents(clauses))))


_LINKED = re.compile(
    r"\]\(\s*<?((?:[^()<>\\\n]|\\.){1,500}?\.(?:pdf|docx?|odt|rtf|xlsx?|txt))(?=[?#>)\s])", re.IGNORECASE
)


def linked_documents(clauses: Iterable[Clause]) -> list[str]:
    """Return the documents that links lead to, in order: host, path and file name, without the hash of a build."""
    found = (_LINKED.findall(clause.text) for clause in clauses if "](" in clause.text)
    return [address_key(target)[1] for targets in found for target in targets]
