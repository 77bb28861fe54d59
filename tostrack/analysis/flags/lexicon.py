"""Words to characters: a clause as one character a word, with its classes, so that patterns can read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tostrack.analysis.flags.patterns import SENTENCE_END, PatternError, expand
from tostrack.clauses import sentences

_WORD = re.compile(r"[^\W_]+(?:['’‘ʼ´`′][^\W_]+)?")
#: What pages write for an apostrophe.
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`′", "'"))
#: The class of a capitalised word that no class knows: mostly the company by its own name.
NAME = "NAME"
#: Such a word where it can be who acts: not after a preposition.
ACTOR = "ACTOR"
#: The class of such a word after "your" or a party of the contract ("Your Books", "Seller Assets"): what the contract
#: calls the things that users bring.
OWN_TERM = "OWN_TERM"
#: These classes are recognised by the capital; no list has their words.
BY_CAPITAL = frozenset((NAME, ACTOR, OWN_TERM))
#: A word that no class knows.
_OTHER = "\x00"
_NAME_CODE = "\x01"
_OBJECT_CODE = "\x03"
_PREPOSITIONS = frozenset("on in from at with via to for of by through under and or".split())
#: A capitalised word after "the" or "our": a title ("the Copyright Act"), no company.
_TITLE_CODE = "\x02"
_OWN_CODE = "\x05"
_OWNERS = frozenset(
    f"{party}{ending}"
    for party in "user customer member client seller merchant developer publisher partner supplier vendor host creator "
    "licensor contributor artist author".split()
    for ending in ("", "'s")
) | {"your"}
#: What a person has of a service that no contract means by content.
_NEVER_OWN = frozenset(
    "device devices account accounts order orders subscription subscriptions purchase purchases password profile "
    "support program programme agreement policy services service".split()
)
_DETERMINERS = frozenset("the a an our your this these their my".split())
#: Beyond every letter that a matcher reads in place of a code.
_FIRST_CODE = 0x10000
#: This many different words are remembered; a hostile text cannot fill the memory.
_MEMORY = 50_000
#: A sentence with more than this share of its letters in capitals is shouted, and its words are no names.
_SHOUTED = 0.5
#: What follows a name at the start of a sentence; an ordinary word there has a capital as well.
_AFTER_NAME = frozenset(
    "may might will would does do did can could shall is are was has have had reserves uses use shares share collects "
    "collect discloses disclose sells sell provides provide transfers transfer never also or and inc llc ltd gives "
    "processes allows makes owns claims works retains only requires engages employs receives sends complies "
    "obtains acquires grants displays publishes stores passes forwards reports partners".split()
)
#: Function words never name a company, wherever they are.
_NEVER_NAMES = frozenset(
    "the a an this that these those it its he she they their if when where while in on at by for from to of with as "
    "and or but not no any all each every some such other another our your my his her there here who which what how "
    "why i".split()
)


@dataclass(frozen=True)
class Sentence:
    """One sentence of a coded text: its codes, and its offsets."""

    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True)
class Coded:
    """A text read word by word: ``codes`` has one character for each word or phrase, sentences kept apart."""

    text: str
    codes: str
    #: One entry for each word and each end of a sentence; the later words of a phrase are empty.
    _slots: tuple[str, ...]

    @cached_property
    def _offsets(self) -> tuple[list[int], list[int]]:
        """The offsets at which each code begins and ends."""
        words = [match.span() for match in _WORD.finditer(self.text)]
        starts: list[int] = []
        ends: list[int] = []
        word = 0
        for slot in self._slots:
            start, end = words[min(word, len(words) - 1)]
            if slot:
                starts.append(start)
                ends.append(end)
            else:
                ends[-1] = end
            word += slot != SENTENCE_END
        return starts, ends

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the offsets in ``text`` of the codes from number *first* up to but without *last*."""
        starts, ends = self._offsets
        return starts[first], ends[last - 1]

    def sentences(self) -> list[Sentence]:
        """Return the sentences that have a word."""
        found, first = [], 0
        for codes in self.codes.split(SENTENCE_END):
            last = first + len(codes)
            if codes:
                found.append(Sentence(first, last, *self.span(first, last)))
            first = last + 1
        return found


@dataclass(frozen=True)
class Lexicon:
    """Every word and phrase that the rules know, and the characters that represent them."""

    #: Word -> its character.
    words: Mapping[str, str]
    #: First word of a phrase -> second word -> (all but the first, its character), longest first.
    phrases: Mapping[str, Mapping[str, Sequence[tuple[tuple[str, ...], str]]]]
    #: Word or class -> every character that represents it.
    codes: Mapping[str, frozenset[str]] = field(repr=False)
    #: What was found for words as they are written, so that each is looked up once: its character, and whether it
    #: needs a second look because it begins phrases or may be a name.
    _known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _doubtful: set[str] = field(default_factory=set, repr=False, compare=False)
    _lower: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

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
        slots: list[str] = []
        for start, end in join_lead_ins(text, sentences(text)):
            found = _WORD.findall(text, start, end)
            if slots:
                slots.append(SENTENCE_END)
            slots += self._sentence(found)
        return Coded(text, "".join(slots), tuple(slots))

    def _sentence(self, found: list[str]) -> list[str]:
        try:
            slots = [self._known[word] for word in found]
        except KeyError:
            slots = [self._look_up(word) for word in found]
        if self._doubtful.isdisjoint(found):
            return slots
        lower = [self._lower[word] if word in self._lower else _lower(word) for word in found]
        names: bool | None = None
        for at, word in enumerate(found):
            # Not when a phrase took it already.
            if word not in self._doubtful or not slots[at] or self._phrase(at, lower, slots):
                continue
            if slots[at] == _OTHER and word != lower[at] and lower[at] not in _NEVER_NAMES:
                names = _names(found) if names is None else names
                if names:
                    slots[at] = _name(found, lower, at, slots)
        return slots

    def _look_up(self, word: str) -> str:
        """Return the character of *word* as it is written, and remember it."""
        if word in self._known:
            return self._known[word]
        lower = _lower(word)
        code = self.words.get(lower, _OTHER)
        if code == _OTHER and lower.endswith(("'s", "s'")):
            code = self.words.get(lower[:-2] if lower[-1] == "s" else lower[:-1], _OTHER)
        if len(self._known) < _MEMORY:
            self._known[word] = code
            self._lower[word] = lower
            if lower in self.phrases or (code == _OTHER and word != lower and lower not in _NEVER_NAMES):
                self._doubtful.add(word)
        return code

    def _phrase(self, at: int, lower: list[str], slots: list[str]) -> bool:
        """Put the longest phrase that begins at *at* into one slot; return whether there is one."""
        begun = self.phrases.get(lower[at])
        if begun is None or at + 1 == len(lower) or lower[at + 1] not in begun:
            return False
        for rest, code in begun[lower[at + 1]]:
            end = at + 1 + len(rest)
            if tuple(lower[at + 1 : end]) == rest:
                slots[at:end] = [code, *[""] * len(rest)]
                return True
        return False


def _lower(word: str) -> str:
    return word.lower().translate(_APOSTROPHES)


def _name(found: list[str], lower: list[str], at: int, slots: list[str]) -> str:
    """Return the character of a capitalised word that no class knows: a company, a title, or a mere first word."""
    if found[at].isdigit():
        return _OTHER
    follows = at + 1 < len(lower) and lower[at + 1] in _AFTER_NAME
    if (
        at
        and found[at][0].isupper()
        and lower[at] not in _NEVER_OWN
        and (slots[at - 1] == _OWN_CODE or _owns(found[at - 1], lower[at - 1]))
    ):
        return _OWN_CODE
    if at and not follows and (lower[at - 1] in _DETERMINERS or slots[at - 1] == _TITLE_CODE):
        return _TITLE_CODE
    if at and lower[at - 1] in _PREPOSITIONS:
        return _OBJECT_CODE
    if found[at][0].isupper() and at == 0 and not follows:
        return _OTHER
    # Also with a capital inside: a name like "pixBoard".
    return _NAME_CODE


def _owns(word: str, lower: str) -> bool:
    return lower in _OWNERS and (lower == "your" or lower.endswith("'s") or word[0].isupper())


def join_lead_ins(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans of whole sentences: "(i)" after a colon continues the text before it."""
    open_at = -1
    for start, end in spans:
        first = start if open_at < 0 else open_at
        if text[end - 1] == ":" and end < len(text):
            open_at = first
        else:
            yield first, end
            open_at = -1


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
            if entry in BY_CAPITAL:
                continue
            members.setdefault(tuple(entry.replace("-", " ").split()), set()).add(name)
    for literal in literals:
        members.setdefault((literal,), set()).add(f"={literal}")
        members[(literal,)].add(literal)
    names_in = {name: _flat(name, classes, ()) for name in classes} | {name: {name} for name in BY_CAPITAL}
    signatures: dict[frozenset[str], str] = {}
    words: dict[str, str] = {}
    phrases: dict[str, dict[str, list[tuple[tuple[str, ...], str]]]] = {}
    codes: dict[str, set[str]] = {name: _name_codes(found) for name, found in names_in.items()}
    # Members of one class side by side, and classes before literals: `re` compiles ranges of low characters fastest.
    for spelt, names in sorted(members.items(), key=lambda member: (_classes_of(member[1]), member[0])):
        code = signatures.setdefault(frozenset(names), chr(_FIRST_CODE + len(signatures)))
        for name in names:
            codes.setdefault(name, set()).add(code)
        if len(spelt) == 1:
            words[spelt[0]] = code
        else:
            phrases.setdefault(spelt[0], {}).setdefault(spelt[1], []).append((spelt[1:], code))
    for begun in phrases.values():
        for endings in begun.values():
            endings.sort(key=lambda ending: -len(ending[0]))
    return Lexicon(words, phrases, {name: frozenset(found) for name, found in codes.items()})


def _classes_of(names: set[str]) -> tuple[bool, list[str]]:
    classes = sorted(name for name in names if name[0].isupper())
    return not classes, classes


def _name_codes(entries: set[str]) -> set[str]:
    if NAME in entries:
        return {_NAME_CODE, _OBJECT_CODE}
    if OWN_TERM in entries:
        return {_OWN_CODE}
    return {_NAME_CODE} if ACTOR in entries else set()


def _flat(name: str, classes: Mapping[str, Iterable[str]], above: tuple[str, ...]) -> set[str]:
    """Return the entries of class *name* with other classes in their place."""
    if name in above:
        raise PatternError(f"class {name} contains itself")
    found: set[str] = set()
    for entry in classes[name]:
        if entry in BY_CAPITAL:
            found.add(entry)
        elif entry.isupper():
            if entry not in classes:
                raise PatternError(f"class {name}: there is no class {entry}")
            found |= _flat(entry, classes, (*above, name))
        else:
            found.update(expand(entry.lower()))
    return found
