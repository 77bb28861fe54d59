"""The small language that rules are written in: compiles a line of words and word classes to a bounded matcher.

A pattern reads a sentence word by word:

* ``share`` is that word; ``RECIPIENT`` any word or phrase of that class; ``we|COMPANY`` either.
* ``X?`` may be missing; ``(a b / c)`` is one of several ways; ``!X`` looks ahead: no such word comes next.
* ``...`` skips to the next element over at most 8 words, ``...3`` over at most 3; ``...6!YOU|NOT`` skips none of those.
* ``:`` is where a lead-in ends and its item begins.
* ``@X`` marks the verb that a negation before it turns around; ``^`` and ``$`` are the ends of the sentence.

Every sentence becomes a string with one character a word, so the matcher is an ordinary regular expression over a
short string. There is no star, and a gap before a word takes the nearest one and never comes back: with every
pattern, its time grows with the length of the text and no faster. What is left to try again, gaps before brackets and
words that may be missing, is counted, and a pattern with too many ways is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from tostrack.language.words import LanguageError, expand_entry

#: Between two sentences; nothing in a pattern matches it.
SENTENCE_END = "\n"
#: Between a lead-in and the item that completes it.
LEAD_END = "\x04"

_GAP = re.compile(r"\.\.\.(\d{1,2})?(?:!(\S+))?$")
_ELEMENT = re.compile(r"[()/]\??|[^\s()/]+")
_WORDS = re.compile(r"[a-z0-9']+|[A-Z][A-Z0-9_]*")
_DEFAULT_GAP = 8
_MAX_GAP = 30
_MAX_ELEMENTS = 60
#: This many ways may a pattern try from one word; the built-in ones need at most 350.
_MAX_WAYS = 1_000
#: Placeholders for sets of characters in what a pattern compiles to, from the private characters of Unicode.
_FIRST_PLACE, _PLACE = 0xE000, re.compile("[\ue000-\uf8ff]")
#: The letters that a matcher reads; characters that are in none of its sets stay as they are, beyond all of these.
_FIRST_LETTER = 0x21


class PatternError(ValueError):
    """A pattern or a class that cannot be read; the message says where."""


@dataclass(frozen=True)
class Compiled:
    """A matcher over coded sentences, and what must be in a text before it is worth trying."""

    #: What `re` reads, with a placeholder for each set of characters.
    source: str
    #: The sets of characters by their placeholders; True: any but these, and not the end of a sentence.
    sets: tuple[tuple[frozenset[str], bool], ...]
    #: Of each of these sets at least one character is in every match.
    needs: tuple[frozenset[str], ...]
    #: At most so many ways it can try from one word of a text, however the text is made.
    ways: int

    def may_match(self, codes: str) -> bool:
        """Return whether *codes*, of one sentence, meets the needs one after the other; False is sure.

        It spares compiling the matcher; one that is there is faster itself.
        """
        if "_matcher" in self.__dict__:
            return True
        at, end = 0, len(codes)
        for need in self.needs:
            while at < end and codes[at] not in need:
                at += 1
            if at == end:
                return False
            at += 1
        return True

    def find(self, codes: str) -> Iterator[re.Match[str]]:
        """Yield each match in *codes*, of one sentence."""
        regex, letters = self._matcher
        return regex.finditer(codes.translate(letters))

    @cached_property
    def _matcher(self) -> tuple[re.Pattern[str], dict[int, str]]:
        """The matcher, made when the first text needs it, and the letters that it reads in place of characters.

        Characters that are in the same of its sets are one letter: sets of a few letters are compiled much faster than
        sets of hundreds.
        """
        within: dict[str, int] = {}
        for number, (chars, _) in enumerate(self.sets):
            for char in chars:
                within[char] = within.get(char, 0) | 1 << number
        kinds = {mask: chr(_FIRST_LETTER + number) for number, mask in enumerate(dict.fromkeys(within.values()))}
        written = []
        for number, (_, negated) in enumerate(self.sets):
            found = "".join(re.escape(letter) for mask, letter in kinds.items() if mask >> number & 1)
            written.append(f"[^{SENTENCE_END}{found}]" if negated else f"[{found}]")
        letters = {ord(char): kinds[mask] for char, mask in within.items()}
        return re.compile(_PLACE.sub(lambda match: written[ord(match[0]) - _FIRST_PLACE], self.source)), letters


def expand(entry: str) -> Iterator[str]:
    """Yield what a class entry represents: ``shar(e|es|ing)`` gives its three words, anything else itself.

    Raises:
        PatternError: A bracket is missing, or it represents too many.
    """
    try:
        yield from expand_entry(entry)
    except LanguageError as error:
        raise PatternError(str(error)) from error


def words_of(pattern: str) -> set[str]:
    """Return the words and class names that *pattern* names: its words are lower case, its classes upper case."""
    found: set[str] = set()
    for element in _ELEMENT.findall(pattern):
        gap = _GAP.match(element)
        names = (gap[2] or "") if gap else element.strip("@?!^$:")
        found.update(_WORDS.findall(names))
    return found


def compile_pattern(pattern: str, codes: Callable[[str], frozenset[str]]) -> Compiled:
    """Return the matcher of *pattern*.

    Args:
        codes: The characters that represent a word or a class.

    Raises:
        PatternError: It cannot be read, names an unknown class, or is longer than a pattern may be.
    """
    return _Compiler(pattern, codes).compile()


class _Compiler:
    """Reads one pattern, element by element."""

    def __init__(self, pattern: str, codes: Callable[[str], frozenset[str]]) -> None:
        self.pattern = pattern
        self.codes = codes
        self.elements: list[str] = _ELEMENT.findall(pattern)
        self.needs: list[frozenset[str]] = []
        self.sets: dict[tuple[frozenset[str], bool], str] = {}
        #: For each open bracket, and outside: the ways of its finished alternatives, and of the one being read.
        self.ways: list[tuple[int, int]] = [(0, 1)]

    def compile(self) -> Compiled:
        if not self.elements:
            raise PatternError("an empty pattern")
        if len(self.elements) > _MAX_ELEMENTS:
            raise PatternError(f"{self.pattern!r}: more than {_MAX_ELEMENTS} elements")
        if _GAP.match(self.elements[0]) or _GAP.match(self.elements[-1]):
            raise PatternError(f"{self.pattern!r}: a gap at an end holds nothing")
        if not set(self.elements) - {"(", ")", "/"}:
            raise PatternError(f"{self.pattern!r}: no word in it")
        out, depth = [], 0
        for at, element in enumerate(self.elements):
            depth += (element[0] == "(") - (element[0] == ")")
            if depth not in (0, 1, 2):
                raise PatternError(f"{self.pattern!r}: brackets do not close, or nest more than twice")
            out.append(self._element(at, element, depth))
        if depth:
            raise PatternError(f"{self.pattern!r}: a bracket has no partner")
        ways = self.ways[-1][1]
        if ways > _MAX_WAYS:
            raise PatternError(
                f"{self.pattern!r}: too slow: {ways:,} ways to try from one word, at most {_MAX_WAYS:,}; "
                "shorten the gaps before brackets and before words that may be missing"
            )
        return Compiled("".join(out), tuple(self.sets), tuple(self.needs), ways)

    def _element(self, at: int, element: str, depth: int) -> str:
        if element == "(":
            self.ways.append((0, 1))
            return "(?:"
        if element[0] == ")":
            done, last = self.ways.pop()
            self._try(done + last + element.endswith("?"))
            return element
        if element == "/":
            if not depth:
                raise PatternError(f"{self.pattern!r}: '/' outside brackets")
            done, last = self.ways.pop()
            self.ways.append((done + last, 1))
            return "|"
        if element == ":":
            self.needs.append(frozenset(LEAD_END))
            return LEAD_END
        if element == "^":
            return rf"(?:(?<={SENTENCE_END})|\A)"
        if element == "$":
            return rf"(?={SENTENCE_END}|\Z)"
        if gap := _GAP.match(element):
            return self._gap(at, int(gap[1] or _DEFAULT_GAP), gap[2] or "")
        if element[0] == "!":
            return f"(?!{self._set(self._union(element[1:]))})"
        return self._word(element, required=depth == 0)

    def _try(self, ways: int) -> None:
        """Count that so many *ways* may be tried at this place, each with all ways of what follows."""
        done, last = self.ways.pop()
        self.ways.append((done, last * ways))

    def _word(self, element: str, *, required: bool) -> str:
        optional = element.endswith("?")
        name = element.strip("@?")
        chars = self._union(name)
        if required and not optional:
            self.needs.append(chars)
        found = self._set(chars)
        if element[0] == "@":
            found = f"({found})"
        if not optional:
            return found
        self._try(2)
        return f"(?:{found})?"

    def _gap(self, at: int, longest: int, barred: str) -> str:
        if longest > _MAX_GAP:
            raise PatternError(f"{self.pattern!r}: a gap of {longest} words; at most {_MAX_GAP}")
        stop = self._union(barred) if barred else frozenset()
        following = self._after(at)
        if following[0] in "(!^$.:" or following.endswith("?"):
            # What follows is no single word: go on word by word, shortest first.
            self._try(longest + 1)
            return f"{self._set(stop, negated=True)}{{0,{longest}}}?"
        return f"{self._set(stop | self._union(following.strip('@')), negated=True)}{{0,{longest}}}+"

    def _set(self, chars: frozenset[str], *, negated: bool = False) -> str:
        """Return the placeholder of a set of characters, or of all others but the end of a sentence."""
        return self.sets.setdefault((chars, negated), chr(_FIRST_PLACE + len(self.sets)))

    def _after(self, at: int) -> str:
        """Return the element behind the gap at *at*; behind its bracket when the gap ends one of a bracket's ways."""
        at += 1
        depth = 0
        for element in self.elements[at:]:
            if depth:
                depth += (element == "(") - (element[0] == ")")
            elif element == "/":
                depth = 1
            elif element[0] != ")":
                return element
        raise PatternError(f"{self.pattern!r}: a gap with nothing behind it")

    def _union(self, names: str) -> frozenset[str]:
        found: set[str] = set()
        for name in names.split("|"):
            if not _WORDS.fullmatch(name):
                raise PatternError(f"{self.pattern!r}: {name!r} is neither a lower-case word nor a class")
            found |= self.codes(name)
        return frozenset(found)
