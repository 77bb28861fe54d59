"""Words to characters: a clause as one character a word, with its classes, so that patterns can read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tostrack.clauses import sentences
from tostrack.flag.patterns import SENTENCE_END, PatternError, expand

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
#: The class of a capitalised word that no class knows: mostly the company by its own name.
NAME = "NAME"
#: Such a word where it can be who acts: not after a preposition.
ACTOR = "ACTOR"
#: A word that no class knows.
_OTHER = "\x00"
_NAME_CODE = "\x01"
_OBJECT_CODE = "\x03"
_PREPOSITIONS = frozenset("on in from at with via to for of by through under and or".split())
#: A capitalised word after "the" or "our": a title ("the Copyright Act"), no company.
_TITLE_CODE = "\x02"
_DETERMINERS = frozenset("the a an our your this these their my".split())
_FIRST_CODE = 0x21
#: A sentence with more than this share of its letters in capitals is shouted, and its words are no names.
_SHOUTED = 0.5
#: What follows a name at the start of a sentence; an ordinary word there has a capital as well.
_AFTER_NAME = frozenset(
    "may might will would does do did can could shall is are was has have had reserves uses use shares share collects "
    "collect discloses disclose sells sell provides provide transfers transfer never also or and inc llc ltd gives "
    "processes allows makes owns claims works retains only requires engages employs receives sends complies".split()
)
#: Function words never name a company, wherever they stand.
_NEVER_NAMES = frozenset(
    "the a an this that these those it its he she they their if when where while in on at by for from to of with as and or "
    "but not no any all each every some such other another our your my his her there here who which what how why i".split()
)


@dataclass(frozen=True)
class Coded:
    """A text read word by word: ``codes`` has one character for each word or phrase, sentences kept apart."""

    text: str
    codes: str
    #: For each code, the number of its first and of its last word; None when every code is one word.
    _words: tuple[tuple[int, int], ...]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets in ``text`` of the codes from number *first* up to but without *last*."""
        offsets = [match.span() for match in _WORD.finditer(self.text)]
        return offsets[self._words[first][0]][0], offsets[self._words[last - 1][1]][1]


@dataclass(frozen=True)
class Lexicon:
    """Every word and phrase that the rules know, and the characters that stand for them."""

    #: Word -> its character.
    words: Mapping[str, str]
    #: First word of a phrase -> (the other words, its character), longest first.
    phrases: Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
    #: Word or class -> every character that stands for it.
    codes: Mapping[str, frozenset[str]] = field(repr=False)

    def codes_of(self, name: str) -> frozenset[str]:
        """Return the characters for a word or class.

        Raises:
            PatternError: No such class, or a word that was not announced.
        """
        try:
            return self.codes[name]
        except KeyError:
            raise PatternError(f"{name!r} is no class of the lexicon") from None

    def read(self, text: str) -> Coded:
        """Return plain *text* as codes."""
        codes: list[str] = []
        words: list[tuple[int, int]] = []
        seen = 0
        for start, end in sentences(text):
            found = _WORD.findall(text, start, end)
            if codes:
                codes.append(SENTENCE_END)
                words.append((seen, seen))
            self._sentence(found, seen, codes, words)
            seen += len(found)
        return Coded(text, "".join(codes), tuple(words))

    def _sentence(self, found: list[str], seen: int, codes: list[str], places: list[tuple[int, int]]) -> None:
        lower = [word.lower().replace("’", "'") for word in found]
        get, phrases = self.words.get, self.phrases
        names = _names(found)
        at, count = 0, len(lower)
        while at < count:
            word = lower[at]
            length, code = 1, ""
            if word in phrases:
                for rest, phrase_code in phrases[word]:
                    if tuple(lower[at + 1 : at + 1 + len(rest)]) == rest:
                        length, code = 1 + len(rest), phrase_code
                        break
            if not code:
                code = get(word, _OTHER)
                if code == _OTHER:
                    code = self._unknown(found, lower, at, codes, names=names)
            codes.append(code)
            places.append((seen + at, seen + at + length - 1))
            at += length

    def _unknown(self, found: list[str], lower: list[str], at: int, codes: list[str], *, names: bool) -> str:
        word = lower[at]
        if word.endswith("'s"):
            if known := self.words.get(word[:-2]):
                return known
        elif word.endswith("s'") and (known := self.words.get(word[:-1])):
            return known
        if not names or word in _NEVER_NAMES or word == found[at] or word.isdigit():
            return _OTHER
        if at and lower[at - 1] in _PREPOSITIONS:
            return _OBJECT_CODE
        if not found[at][0].isupper():
            # A capital inside: a name like "pixBoard", at the start of a sentence too.
            return _NAME_CODE
        if at and (lower[at - 1] in _DETERMINERS or (codes and codes[-1] == _TITLE_CODE)):
            return _TITLE_CODE
        if at == 0 and (len(lower) == 1 or lower[1] not in _AFTER_NAME):
            return _OTHER
        return _NAME_CODE


def _names(found: list[str]) -> bool:
    """Return whether capitals mean something in this sentence."""
    shouted = sum(1 for word in found if len(word) > 1 and word.isupper())
    return shouted <= _SHOUTED * len(found)


def build(classes: Mapping[str, Iterable[str]], literals: Iterable[str]) -> Lexicon:
    """Return the lexicon of *classes* (name -> entries; an upper-case entry is another class) and single *literals*.

    Raises:
        PatternError: An entry cannot be read or a class does not exist.
    """
    members: dict[tuple[str, ...], set[str]] = {}
    for name in classes:
        for entry in _flat(name, classes, ()):
            if entry in (NAME, ACTOR):
                continue
            members.setdefault(tuple(entry.replace("-", " ").split()), set()).add(name)
    for literal in literals:
        members.setdefault((literal,), set()).add(f"={literal}")
        members[(literal,)].add(literal)
    names_in = {name: _flat(name, classes, ()) for name in classes} | {NAME: {NAME}, ACTOR: {ACTOR}}
    signatures: dict[frozenset[str], str] = {}
    words: dict[str, str] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    codes: dict[str, set[str]] = {name: _name_codes(found) for name, found in names_in.items()}
    for entry, names in sorted(members.items()):
        code = signatures.setdefault(frozenset(names), chr(_FIRST_CODE + len(signatures)))
        for name in names:
            codes.setdefault(name, set()).add(code)
        if len(entry) == 1:
            words[entry[0]] = code
        else:
            phrases.setdefault(entry[0], []).append((entry[1:], code))
    for found in phrases.values():
        found.sort(key=lambda phrase: -len(phrase[0]))
    return Lexicon(words, phrases, {name: frozenset(found) for name, found in codes.items()})


def _name_codes(entries: set[str]) -> set[str]:
    if NAME in entries:
        return {_NAME_CODE, _OBJECT_CODE}
    return {_NAME_CODE} if ACTOR in entries else set()


def _flat(name: str, classes: Mapping[str, Iterable[str]], above: tuple[str, ...]) -> set[str]:
    """Return the entries of class *name* with other classes in their place."""
    if name in above:
        raise PatternError(f"class {name} contains itself")
    found: set[str] = set()
    for entry in classes[name]:
        if entry in (NAME, ACTOR):
            found.add(entry)
        elif entry.isupper():
            if entry not in classes:
                raise PatternError(f"class {name}: there is no class {entry}")
            found |= _flat(entry, classes, (*above, name))
        else:
            found.update(expand(entry.lower()))
    return found
