"""Sentences as bags of roles: which words of a language name who acts, what is done, with what and to whom.

The words are the lists of the table ``roles`` of a language (`tostrack/language/*.toml`). An entry is a word, a stem
(``weitergeb*``), an ending (``*daten``), a phrase of these, or the two parts of a separable verb (``geben .. weiter``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from tostrack.analysis.flags.lexicon import join_lead_ins
from tostrack.clauses import sentences
from tostrack.language.words import list_languages, load_language, read_entries

_WORD = re.compile(r"[^\W_]+")
#: A name with a capital inside.
_CAMEL = re.compile(r"[A-Z][a-z]+[A-Z][a-z]+$")
#: Signs between two words that end what a negation or a subject reaches.
_STOP = re.compile(r"[;:()–—]|\s-\s")
#: This many different words of a language are remembered; a hostile text cannot fill the memory.
_MEMORY = 50_000
#: The parts of a separable verb are at most so many words apart.
_APART = 30
#: Lists that are no roles of words.
_NO_ROLES = {"we_ending", "not_after"}
#: A list of words that have the role before this only with a capital.
_CAPITAL = "_capital"
#: Roles that the reading adds: content that is the user's, someone whom data comes from, who does something to it, and
#: somebody by name to whom it goes.
MINE, SOURCE, AGENT, NAMED = "mine", "source", "agent", "named"
#: Roles of verbs: only these take an ending of "we".
_VERBS = ("disclose", "give", "collect", "use", "engage", "grant", "show", "train", "own", "post", "exploit")
#: What a company does by its own name, at most so many words behind it. German writes every noun with a capital: there
#: only "may" tells a name from a thing.
_DONE_BY_NAME, _NAME_REACH = "exploit|engage", 2
#: "Your content": so many words apart; "content that you post": so many.
_YOUR_REACH, _POST_REACH = 3, 7
#: "From our partners", "to any of our partners": so many words apart.
_FROM_REACH, _TO_REACH = 2, 4


@dataclass(frozen=True)
class RoleSentence:
    """One sentence: the roles of each word as bits, and its offsets."""

    roles: list[int]
    spans: list[tuple[int, int]]
    #: All bits of the sentence.
    all: int
    #: Works out `barred` and `parted`, which only sentences with a match need.
    _signs: Callable[[], tuple[list[bool], list[bool]]] = field(repr=False, compare=False)

    @cached_property
    def _both(self) -> tuple[list[bool], list[bool]]:
        return self._signs()

    @property
    def barred(self) -> list[bool]:
        """For each word, whether something that a negation does not reach over is before it."""
        return self._both[0]

    @property
    def parted(self) -> list[bool]:
        """For each word, whether a comma, or more than that, is before it."""
        return self._both[1]

    def behind(self, lead: RoleSentence) -> RoleSentence:
        """Return this sentence as it goes on from its lead-in."""
        return RoleSentence(
            [*lead.roles, *self.roles],
            [*lead.spans, *self.spans],
            lead.all | self.all,
            lambda: ([*lead.barred, *self.barred], [*lead.parted, *self.parted]),
        )


@dataclass(frozen=True)
class _Phrase:
    bit: int
    #: The words after the first; for a separable verb its second part, which may be apart.
    rest: tuple[str, ...]
    separable: bool


@dataclass(frozen=True)
class RoleWords:
    """The roles of the words of one language."""

    code: str
    #: Role -> its bit.
    bits: Mapping[str, int]
    _exact: Mapping[str, int]
    #: Words that have a role only where they are written with a capital: "Sie", and not "sie".
    _capitals: Mapping[str, int]
    _stems: Mapping[str, int]
    _endings: Mapping[str, int]
    _middles: Sequence[tuple[str, str, int]]
    _phrases: Mapping[str, Sequence[_Phrase]]
    #: The lengths of stems, and the endings of a verb whose subject is "we".
    _lengths: Sequence[int]
    _we_endings: tuple[str, ...]
    #: Words that name nobody, wherever they are.
    _common: frozenset[str]
    #: The negation of a verb may be so many words behind it.
    not_after: int
    _known: dict[str, tuple[int, tuple[_Phrase, ...]]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _by_name(self) -> int:
        return self.bits_of("may") or self.bits_of(_DONE_BY_NAME)

    def bits_of(self, names: str) -> int:
        """Return the bits of the roles in *names*, with ``|`` between them; roles that the language lacks have none."""
        found = 0
        for name in names.split("|"):
            found |= self.bits.get(name, 0)
        return found

    def read(self, text: str) -> list[RoleSentence]:
        """Return the sentences of plain *text*."""
        return [self._sentence(text, start, end) for start, end in join_lead_ins(text, sentences(text))]

    def _sentence(self, text: str, start: int, end: int) -> RoleSentence:
        spans = [match.span() for match in _WORD.finditer(text, start, end)]
        written = [text[first:last] for first, last in spans]
        words = [word.casefold() for word in written]
        found = [self._known.get(word) or self._look_up(word) for word in words]
        roles = [mask for mask, _ in found]
        for at, (_, phrases) in enumerate(found):
            if phrases:
                self._add_phrases(at, phrases, words, roles)
            if words[at] in self._capitals and written[at][0].isupper():
                roles[at] |= self._capitals[words[at]]
        to = self.bits["to"]
        for at, word in enumerate(written):
            if roles[at] or not word[0].isupper():
                continue
            # "to PayBird": a product of somebody by its name; plain names are mostly the company's own.
            if _CAMEL.match(word) and any(mask & to for mask in roles[max(at - 2, 0) : at]):
                roles[at] |= self.bits["recipient"]
            elif at and len(word) > 1 and roles[at - 1] & to:
                roles[at] |= self.bits[NAMED]
            elif len(word) > 1 and self._acts(written, roles, at):
                roles[at] |= self.bits["we"]
        self._derive(roles)
        everything = 0
        for mask in roles:
            everything |= mask
        return RoleSentence(roles, spans, everything, lambda: self._barriers(text, spans, roles))

    def _acts(self, written: list[str], roles: list[int], at: int) -> bool:
        """Return whether the name at *at* stands where the company does: "Kundora utilise vos contenus"."""
        if (at and not roles[at - 1] & self.bits_of("that")) or written[at].casefold() in self._common:
            return False
        for word, mask in zip(written[at + 1 : at + 1 + _NAME_REACH], roles[at + 1 :], strict=False):
            if not word.islower():
                return False
            if mask & self._by_name:
                return True
        return False

    def _look_up(self, word: str) -> tuple[int, tuple[_Phrase, ...]]:
        mask = self._exact.get(word, 0)
        phrases = [*self._phrases.get(word, ())]
        for length in self._lengths:
            if length > len(word):
                break
            mask |= self._stems.get(word[:length], 0)
            phrases += self._phrases.get(word[:length] + "*", ())
        for at in range(1, len(word)):
            mask |= self._endings.get(word[at:], 0)
        for begin, end, bit in self._middles:
            if word.startswith(begin) and word.endswith(end):
                mask |= bit
        if self._we_endings and word.endswith(self._we_endings) and mask & self.bits_of("|".join(_VERBS)):
            mask |= self.bits["we"]
        found = mask, tuple(phrases)
        if len(self._known) < _MEMORY:
            self._known[word] = found
        return found

    def _add_phrases(self, at: int, phrases: Sequence[_Phrase], words: list[str], roles: list[int]) -> None:
        """Add the roles of the phrases that begin at word *at*; one that denies nothing hides the negation in it."""
        for phrase in phrases:
            if phrase.separable:
                if any(_fits(phrase.rest[0], word) for word in words[at + 1 : at + 1 + _APART]):
                    roles[at] |= phrase.bit
                continue
            end = at + 1 + len(phrase.rest)
            if end > len(words) or not all(map(_fits, phrase.rest, words[at + 1 : end])):
                continue
            if phrase.bit == self.bits["affirm"]:
                hidden = ~(self.bits["not"] | self.bits["if"] | self.bits["but"])
                for covered in range(at, end):
                    roles[covered] &= hidden
            else:
                roles[at] |= phrase.bit

    def _barriers(self, text: str, spans: list[tuple[int, int]], roles: list[int]) -> tuple[list[bool], list[bool]]:
        """Return for each word whether what is before it stops a negation, and whether that is a comma or more."""
        turns, relative = self.bits_of("but|if"), self.bits_of("rel")
        barred, parted, before = [], [], spans[0][0] if spans else 0
        for (start, end), mask in zip(spans, roles, strict=True):
            between = text[before:start]
            stop = len(between) > 1 and _STOP.search(between) is not None
            parted.append(stop or "," in between)
            barred.append(stop or bool(mask & turns) or ("," in between and bool(mask & relative)))
            before = end
        return barred, parted

    def _derive(self, roles: list[int]) -> None:
        """Add the roles that words have by the words near them."""
        bits = self.bits
        content, your, ours = bits["content"], bits["your"], self.bits_of("our")
        posts, you = bits["post"], self.bits_of("you")
        recipient, came, went = self.bits_of("recipient|advertiser|authority|people"), bits["from"], bits["to"]
        for at, mask in enumerate(roles):
            if mask & content and not mask & bits[MINE]:
                near = roles[max(at - _YOUR_REACH, 0) : at + _YOUR_REACH + 1]
                behind = roles[at + 1 : at + 1 + _POST_REACH]
                posted = any(one & posts for one in behind) and any(one & you for one in behind)
                if posted or (
                    any(one & your for one in near) and not any(one & ours for one in near[: _YOUR_REACH + 1])
                ):
                    roles[at] |= bits[MINE]
            if mask & recipient:
                before = roles[max(at - _TO_REACH, 0) : at]
                if any(one & came for one in before[-_FROM_REACH:]) and not any(one & went for one in before):
                    roles[at] = roles[at] & ~recipient | bits[SOURCE]
                if any(one & bits["by"] for one in before[-_FROM_REACH:]):
                    roles[at] |= bits[AGENT]


def _fits(pattern: str, word: str) -> bool:
    if pattern[-1] == "*":
        return word.startswith(pattern[:-1])
    return word == pattern or (pattern[0] == "*" and word.endswith(pattern[1:]))


@cache
def load_roles(code: str, more: tuple[tuple[str, str], ...] = ()) -> RoleWords:
    """Return the roles of the words of the language *code*, and those of *more* lists, each a role and its entries.

    Raises:
        LanguageError: There is no such language.
    """
    language = load_language(code)
    lists = [(name, language.list_words("roles", name)) for name in language.list_names("roles")]
    lists = [(name, entries) for name, entries in lists if name not in _NO_ROLES]
    lists += [(name, read_entries(text)) for name, text in more]
    roles = dict.fromkeys([*(name.removesuffix(_CAPITAL) for name, _ in lists), MINE, SOURCE, AGENT, NAMED])
    bits = {role: 1 << number for number, role in enumerate(roles)}
    exact: dict[str, int] = {}
    capitals: dict[str, int] = {}
    stems: dict[str, int] = {}
    endings: dict[str, int] = {}
    middles: list[tuple[str, str, int]] = []
    phrases: dict[str, list[_Phrase]] = {}
    for name, entries in lists:
        bit = bits[name.removesuffix(_CAPITAL)]
        for words in map(_words_of, map(str.casefold, entries)):
            first = words[0]
            if name.endswith(_CAPITAL):
                capitals[first] = capitals.get(first, 0) | bit
            elif len(words) > 1:
                separable = words[1] == ".."
                phrases.setdefault(first, []).append(_Phrase(bit, words[2:] if separable else words[1:], separable))
            elif first[0] == "*":
                endings[first[1:]] = endings.get(first[1:], 0) | bit
            elif first[-1] == "*":
                stems[first[:-1]] = stems.get(first[:-1], 0) | bit
            elif "*" in first:
                middles.append((*first.split("*", 1), bit))  # type: ignore[arg-type]
            else:
                exact[first] = exact.get(first, 0) | bit
    lengths = {len(stem) for stem in stems} | {len(first) - 1 for first in phrases if first[-1] == "*"}
    return RoleWords(
        code, bits, exact, capitals, stems, endings, middles, phrases, sorted(lengths),
        language.list_words("roles", "we_ending"), frozenset(language.list_words("words", "stop_words")),
        int(language.list_words("roles", "not_after")[0]),
    )  # fmt: skip


@cache
def role_languages() -> frozenset[str]:
    """Return the languages, beside English, whose words have roles."""
    return frozenset(code for code in list_languages("flags") if code != "en")


def _words_of(entry: str) -> tuple[str, ...]:
    """Return the words of an entry as a text is cut into words: at apostrophes and hyphens too."""
    if entry.isalpha():
        return (entry,)
    return tuple(part for word in entry.split() for part in ([word] if word == ".." else _parts(word)))


def _parts(word: str) -> Iterator[str]:
    return (part for part in re.split(r"[^\w*]|_", word) if part)
