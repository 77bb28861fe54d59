"""The part of an edit that a sentence quotes: a small edit among its neighbours, or the sentence around it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from tostrack.analysis.facts.edits import slice_sentence
from tostrack.analysis.verdict.quotes import Replaced, edits, most_telling, shortened, trimmed
from tostrack.clauses import sentences
from tostrack.language.words import union
from tostrack.models import Flag, Hunk

#: An edit of no more words is shown among its neighbours; a larger one as a sentence.
_SMALL = 12


_HEADING_CHARACTERS = 45


#: Edits with no more words between them are shown as one.
_BETWEEN = 3
#: A quote is so long, in characters; of a longer sentence it begins so far before the words in question; of a shorter
#: one that ends no sentence what follows is quoted too.
_LONGEST, _BEFORE, _SHORT = 110, 40, 50
_LEAST_WORDS = 3
#: What parts the cells of a row.
_CELL = " | "


def join_edits(hunk: Hunk) -> list[Replaced]:
    """Return the edits of *hunk*, those of one phrase as one: two parts of an address, not its number alone."""
    words: list[tuple[str, str]] = []
    gone = come = ""
    for at, (op, text) in enumerate((*hunk.words, ("=", ""))):
        between = op == "=" and 0 < at < len(hunk.words) - 1 and text.count(" ") <= _BETWEEN + 1
        between = between and bool(gone or come) and not any(stop in text for stop in (". ", "; ", "! ", "? "))
        gone += text if op == "-" or between else ""
        come += text if op == "+" or between else ""
        if op == "=" and not between:
            words += [(side, edited) for side, edited in (("-", gone), ("+", come), ("=", text)) if edited]
            gone = come = ""
    return edits(replace(hunk, words=tuple(words)))


def flag_sentence(flag: Flag, hunk: Hunk) -> str:
    """Return the sentence of *hunk* that *flag* quotes from: of the new text where the new text has it."""
    text = hunk.new if flag.quote in hunk.new else hunk.old
    at = max(text.find(flag.quote), 0)
    return slice_sentence(text, at, at + len(flag.quote))


def is_small(edit: Replaced) -> bool:
    """Whether an edit can be shown among its neighbours: few words of one sentence."""
    return edit.size <= _SMALL and all(len(list(sentences(text))) < 2 for text in (edit.gone, edit.come))


def quote_around(words: str, text: str) -> str:
    """Return the sentence of *text* that holds *words*; of a long one the part that begins a little before them."""
    text, words = " ".join(text.split()), " ".join(words.split())
    at = text.find(words)
    if at < 0:
        return shortened(most_telling(text))
    sentence = slice_sentence(text, at, at + len(words))
    if _CELL in text:
        # A cell says what it says of the row, whose name is the first one.
        name, cell = text.partition(_CELL)[0], text[text.rfind(_CELL, 0, at) + 1 :].strip(" |").partition(_CELL)[0]
        sentence = f"{name}: {cell}" if words in cell and cell != name else sentence
    elif len(sentence) < _SHORT and sentence[-1:] not in (".", "!", "?"):
        # A part of a list in a sentence says nothing without the next ones.
        start = text.rfind(sentence, 0, at + len(sentence))
        sentence = text[start : start + 2 * _LONGEST]
    within = sentence.find(words)
    if within + len(words) <= _LONGEST or within < _BEFORE:
        return shortened(trimmed(sentence))
    start = sentence.rfind(" ", 0, within - _BEFORE) + 1
    return f"… {shortened(trimmed(sentence[start:]))}" if start else shortened(trimmed(sentence))


def is_quotable(text: str) -> bool:
    """Whether *text* tells a reader something: at least three words or numbers that are no labels of a page."""
    words = [word for word in re.split(r"[\s→…]+", text) if any(map(str.isalnum, word))]
    said = trimmed(text).casefold()
    letters = sum(map(str.isalnum, text))
    spaced = len(words) >= _LEAST_WORDS or (letters >= 2 * _LEAST_WORDS and not text.isascii() and len(words) < 2)
    return spaced and 2 * letters > len("".join(text.split())) and said not in _labels()


@cache
def _labels() -> frozenset[str]:
    return union("page", "labels", "navigation", "more", "consent")


def shorten_title(heading: str, room: int = _HEADING_CHARACTERS) -> str:
    """Return *heading* as a sentence shows it, in about *room* characters."""
    text, most = trimmed(heading), min(room, _HEADING_CHARACTERS)
    text += ")" * (text.count("(") > text.count(")"))
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"


def join_phrases(parts: Iterable[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last
