"""The vocabulary: the kind of each word and sign by itself, and the form it is compared by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from tostrack.language.characters import (
    BULLETS,
    CURRENCIES,
    EMPTY_MARKS,
    INVISIBLE,
    MARKS,
    NO_MARKS,
    OTHER_NUMBERS,
    UNSPACED,
    YES_MARKS,
)
from tostrack.language.kinds import Kind
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.numerals import number_value
from tostrack.language.words import Language, list_languages, load_language

Entry = tuple[Kind, str]
Phrases = Mapping[str, Mapping[str, Sequence[tuple[tuple[str, ...], Kind]]]]

_LETTER = rf"[^\W\d_{OTHER_NUMBERS}{UNSPACED}]"
_LATER = rf"[^\W_{OTHER_NUMBERS}{UNSPACED}]"
#: An invisible character within a word belongs to it, one at its end does not.
_WITHIN = rf"[{INVISIBLE}](?={_LATER}|[{MARKS}{INVISIBLE}])"
#: Every character of a text belongs to one piece. A word ends before "'" save in the endings of English ("don't");
#: a minus belongs to its number, a hyphen between numbers does not.
PIECE = lazy_pattern(
    rf"\s+"
    rf"|{_LETTER}+(?:(?:[\d{MARKS}]|{_WITHIN})+{_LATER}*)*(?:['’](?:t|s|re|ve|ll|d|m|T|S|RE|VE|LL|D|M)(?!\w))?"
    rf"|(?:(?<![\w)\]}}%.,'’\"”-])(?<!\d )[-–](?=\d)|(?<!\d)−)?"
    rf"(?:\d{{1,3}}(?:[ \u00a0\u2009\u202f'’]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    rf"|[{UNSPACED}][{MARKS}]*"
    rf"|[{MARKS}{INVISIBLE}]+{_LATER}*"
    rf"|[{CURRENCIES}]"
    rf"|\*+|_+|`+|#+|-+|\.+|\\"
    rf"|.",
    re.DOTALL,
)
_RUN = rf"{_LATER}+(?:(?:[{MARKS}]|{_WITHIN})+{_LATER}*)*"
_READ_AS_ONE = lazy_pattern(rf"\d+(?:[.,]\d+)+|{_RUN}(?:[-'’@]{_RUN})*|{PIECE.pattern}", re.DOTALL)
_HIDDEN = re.compile(f"[{INVISIBLE}]")
#: This many different pieces are remembered for each language: a hostile text cannot fill the memory.
_MEMORY = 100_000
_SIGNS: Mapping[str, Entry] = (
    dict.fromkeys("*_`\\", (Kind.PRESENTATION, ""))
    | {sign: (Kind.COMPARISON, sign) for sign in "<>≤≥≠≈≪≫="}
    | dict.fromkeys("≦⩽", (Kind.COMPARISON, "≤"))
    | dict.fromkeys("≧⩾", (Kind.COMPARISON, "≥"))
    | {sign: (Kind.SIGN, sign) for sign in "%‰§¶&+±×÷©®™°~^@−"}
    | {"％": (Kind.SIGN, "%"), "＋": (Kind.SIGN, "+")}
    | {sign: (Kind.NUMBER, value) for sign, value in (("½", "1/2"), ("¼", "1/4"), ("¾", "3/4"))}
)
_MARKERS = (
    (re.compile(f"[{YES_MARKS}]"), "✓"),
    (re.compile(f"[{NO_MARKS}]"), "✗"),
    (re.compile(f"[{EMPTY_MARKS}]"), "☐"),
)
BULLET = re.compile(f"[{BULLETS}]")
_CURRENCY = re.compile(f"[{CURRENCIES}]")
#: The lists of each kind; where a word is in several, the first decides.
_LISTS: tuple[tuple[Kind, str, tuple[str, ...]], ...] = (
    (Kind.NEGATION, "guards", ("negation",)),
    (Kind.MODAL, "guards", ("duty", "permission", "promise", "prohibition")),
    (Kind.CONDITION, "guards", ("condition",)),
    (Kind.QUALIFIER, "guards", ("only", "qualifier")),
    (Kind.PARTY, "parties", ("user", "third", "platform")),
)
#: Kinds that lists of words of several can make.
_PHRASES: tuple[tuple[Kind, str, tuple[str, ...]], ...] = (
    (Kind.COMPARISON, "guards", ("comparison",)),
    *_LISTS,
)


class Vocabulary:
    """The words of one language, or of all that the verdict reads where the language of a text is not known."""

    def __init__(self, languages: Sequence[Language]) -> None:
        self.languages = tuple(languages)
        first = languages[0]
        self._decimal, self._group = first.decimal, first.group
        self._kinds, self._prefixes = _single_words(languages)
        self._numbers = _number_words(languages)
        #: First word -> second word -> the phrases that begin so, longest first, each with its kind.
        self.phrases = _phrases(languages)
        #: Words that count the word before them.
        self.units = frozenset(_all(languages, "units")) | frozenset(_all(languages, "money"))
        self.money = frozenset(_all(languages, "money"))
        #: What is an answer when it is all of a cell or a line: as tuples of words.
        self.answers = frozenset(_words_of(entry) for entry in _all(languages, "answers"))
        self.longest_answer = max(map(len, self.answers))
        #: What may be first in an answer: "No, we do not."
        self.replies = frozenset(
            word for language in languages for name in ("yes", "no") for word in language.list_words("answers", name)
        )
        #: What is a number before a unit, and elsewhere a pronoun or an article.
        self.ones = frozenset(word for language in languages for word in language.list_words("numbers", "1"))
        self._entries: dict[str, Entry] = {}

    def find_entries(self, pieces: Sequence[str]) -> list[Entry]:
        """Return the kind and the key of each of *pieces* by itself."""
        try:
            return [self._entries[piece] for piece in pieces]
        except KeyError:
            return [self._entries.get(piece) or self._find_entry(piece) for piece in pieces]

    def _find_entry(self, piece: str) -> Entry:
        entry = self._read(piece)
        if len(self._entries) < _MEMORY:
            self._entries[piece] = entry
        return entry

    def _read(self, piece: str) -> Entry:
        if piece.isspace():
            return Kind.PRESENTATION, ""
        if piece in _SIGNS:
            # A fraction such as ½ is a letter to Python.
            return _SIGNS[piece]
        if piece[0].isdecimal() or (len(piece) > 1 and piece[-1].isdecimal() and piece[0] in "-–−"):
            return Kind.NUMBER, number_value(piece, self._decimal, self._group)
        if piece[0].isalnum() or unicodedata.category(piece[-1])[0] in "LM" or len(piece) > 1:
            word = word_key(piece)
            if word and (word[0].isalnum() or unicodedata.category(word[-1])[0] in "LMN"):
                return self._read_word(word)
        return _read_sign(piece[0])

    def _read_word(self, word: str) -> Entry:
        if word in self._numbers:
            return Kind.NUMBER, self._numbers[word]
        kind = self._kinds.get(word)
        if kind is None and word.endswith("'s"):
            kind = self._kinds.get(word[:-2])
        if kind is None and self._prefixes is not None and self._prefixes[0].match(word):
            kind = next(kind for kind, pattern in self._prefixes[1] if pattern.match(word))
        return kind or Kind.WORD, word


def split_pieces(text: str) -> list[str]:
    """Return the words, numbers, signs and spaces of *text*, which joined are *text*, for edits that people read.

    As the tokens are, but that what people read as one word is one: "opt-out", "24-hour", "l'article".
    """
    return _READ_AS_ONE.findall(text)


def word_key(word: str) -> str:
    """Return the form by which *word* is compared: without case, invisible characters and the shape of apostrophes."""
    if word.isascii():
        return word.lower()
    return _HIDDEN.sub("", unicodedata.normalize("NFKC", word).lower()).replace("’", "'")


def _read_sign(sign: str) -> Entry:
    if sign in _SIGNS:
        return _SIGNS[sign]
    if _CURRENCY.match(sign):
        return Kind.CURRENCY, unicodedata.normalize("NFKC", sign)
    for pattern, key in _MARKERS:
        if pattern.match(sign):
            return Kind.MARKER, key
    category = unicodedata.category(sign)
    if sign in "²³":
        return Kind.SIGN, sign
    if category[0] == "C" or _HIDDEN.match(sign):
        return Kind.PRESENTATION, ""
    if category[0] == "P" or BULLET.match(sign) or sign in "|→←↑↓➔➜›‹^´¨":
        return Kind.PUNCTUATION, sign
    return (Kind.NUMBER if category == "No" else Kind.SIGN), unicodedata.normalize("NFKC", sign)


@cache
def vocabulary_of(language: str = "") -> Vocabulary:
    """Return the words of *language*, or of all languages together where it is empty or not one that is read."""
    codes = list_languages("verdict")
    return Vocabulary([load_language(code) for code in ((language,) if language in codes else codes)])


def _words_of(entry: str) -> tuple[str, ...]:
    """Return the words of a list's entry as the tokenizer cuts them."""
    return tuple(word_key(piece) for piece in PIECE.findall(entry) if piece[0].isalnum())


def _all(languages: Iterable[Language], table: str) -> Iterator[str]:
    for language in languages:
        for name in language.list_names(table):
            yield from language.list_words(table, name)


def _entries_of(
    languages: Sequence[Language], lists: Iterable[tuple[Kind, str, tuple[str, ...]]]
) -> Iterator[tuple[str, Kind]]:
    """Yield each entry of *lists* with its kind, those that decide first.

    Of several languages English decides; a word of another that English has as a common one ("die", "on") is left out.
    """
    common = frozenset(languages[0].list_words("words", "stop_words")) if len(languages) > 1 else frozenset()
    for at, language in enumerate(languages):
        for kind, table, names in lists:
            for name in names:
                for entry in language.list_words(table, name):
                    if not at or entry not in common:
                        yield entry, kind


def _single_words(
    languages: Sequence[Language],
) -> tuple[dict[str, Kind], tuple[re.Pattern[str], list[tuple[Kind, re.Pattern[str]]]] | None]:
    words: dict[str, Kind] = {}
    prefixes: dict[Kind, list[str]] = {}
    for entry, kind in _entries_of(languages, _LISTS):
        if entry.endswith("*") and " " not in entry:
            prefixes.setdefault(kind, []).append(entry[:-1])
        elif " " not in entry and "-" not in entry:
            words.setdefault(entry, kind)
    if not prefixes:
        return words, None
    patterns = [(kind, re.compile("|".join(map(re.escape, found)))) for kind, found in prefixes.items()]
    return words, (re.compile("|".join(pattern.pattern for _, pattern in patterns)), patterns)


def _number_words(languages: Sequence[Language]) -> dict[str, str]:
    numbers: dict[str, str] = {}
    taken = {entry for entry, _ in _entries_of(languages[:1], _LISTS)} | set(_all(languages[:1], "words"))
    for language in languages:
        for value in language.list_names("numbers"):
            for word in language.list_words("numbers", value):
                # "One" is a pronoun, and "once" eleven only in Spanish.
                if (
                    value != "1"
                    and " " not in word
                    and (language is languages[0] or word not in taken | {"once", "six"})
                ):
                    numbers.setdefault(word, value)
    return numbers


def _phrases(languages: Sequence[Language]) -> Phrases:
    found: dict[tuple[str, ...], Kind] = {}
    for entry, kind in _entries_of(languages, _PHRASES):
        words = _words_of(entry)
        if len(words) > 1 and "*" not in entry:
            found.setdefault(words, kind)
    begun: dict[str, dict[str, list[tuple[tuple[str, ...], Kind]]]] = {}
    for words, kind in sorted(found.items(), key=lambda one: (-len(one[0]), one[0])):
        begun.setdefault(words[0], {}).setdefault(words[1], []).append((words, kind))
    return begun
