"""Rules as values: what they say, and which of them are worth trying on a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from tostrack.analysis.flags.lexicon import Lexicon
from tostrack.analysis.flags.patterns import SENTENCE_END, Compiled
from tostrack.models import Polarity


@dataclass(frozen=True)
class Rule:
    """One way of saying one thing."""

    name: str
    topic: str
    why: str
    #: What it means to a reader, in plain words, never beyond what the clause says: "may use your name or likeness".
    meaning: str
    #: The same where the marked verb is negated: "limits or rules out the use of your name or likeness".
    denied: str
    patterns: tuple[Compiled, ...]
    #: In a sentence that one of these matches, the rule is silent.
    unless: tuple[Compiled, ...]
    polarity: Polarity
    #: What a negation of the marked verb makes of it; None: nothing worth a flag.
    negated: Polarity | None
    #: A lead-in that it matches speaks for the items of its list.
    carries: bool
    #: What it says of its topic outweighs what else its words seem to say: "opt out of" is before "targeted ads".
    overrides: bool
    #: It names the topic and says little of it: it yields to an overriding rule anywhere in its sentence.
    weak: bool
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()

    def says(self, polarity: Polarity) -> str:
        """Return what a flag of this rule means to a reader."""
        return self.meaning if polarity is self.polarity else self.denied


@dataclass(frozen=True)
class Veto:
    """A kind of sentence that speaks of something else than it seems to; no rule of its topics matches there."""

    name: str
    topics: frozenset[str]
    why: str
    patterns: tuple[Compiled, ...]
    unless: tuple[Compiled, ...]
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


Owner = TypeVar("Owner", Rule, Veto)


class PatternIndex(Generic[Owner]):
    """Patterns by what they need: which are worth trying on a text is a look-up, not a search."""

    def __init__(self, owners: Iterable[Owner]) -> None:
        self._entries: list[tuple[Owner, Compiled]] = [
            (owner, pattern) for owner in owners for pattern in owner.patterns
        ]
        self._levels = max((len(pattern.needs) for _, pattern in self._entries), default=0)
        #: A bit for each pattern and each of its needs, those of one level side by side; where a pattern has no need of
        #: a level, its bit is free.
        self._free = 0
        bits: dict[frozenset[str], int] = {}
        for number, (_, pattern) in enumerate(self._entries):
            for level in range(self._levels):
                bit = 1 << (level * len(self._entries) + number)
                if level < len(pattern.needs):
                    bits[pattern.needs[level]] = bits.get(pattern.needs[level], 0) | bit
                else:
                    self._free |= bit
        #: A character -> the bits of the needs that hold it.
        self._met: dict[str, int] = {}
        for need, found in bits.items():
            for code in need:
                self._met[code] = self._met.get(code, 0) | found

    def worth_trying(self, codes: str) -> Iterator[tuple[Owner, Compiled, list[int]]]:
        """Yield the patterns that may match in *codes*, each with its owner and the numbers of sentences.

        They are those whose needs a sentence meets, in their order.
        """
        worth: dict[int, list[int]] = {}
        for number, sentence in enumerate(codes.split(SENTENCE_END)):
            left = self._met_by(sentence)
            while left:
                entry = (left & -left).bit_length() - 1
                left &= left - 1
                if self._entries[entry][1].may_match(sentence):
                    worth.setdefault(entry, []).append(number)
        for entry in sorted(worth):
            owner, pattern = self._entries[entry]
            yield owner, pattern, worth[entry]

    def _met_by(self, sentence: str) -> int:
        """Return a bit for each pattern of whose needs *sentence* has a character each."""
        met = self._free
        for code in set(sentence):
            met |= self._met.get(code, 0)
        left = (1 << len(self._entries)) - 1
        for level in range(self._levels):
            left &= met >> (level * len(self._entries))
            if not left:
                break
        return left


@dataclass(frozen=True)
class RuleSet:
    """Everything that decides what is flagged."""

    #: Topic -> what it is about, in plain words.
    topics: Mapping[str, str]
    #: Table and key of each entry -> the file that it is from.
    origin: Mapping[tuple[str, str], str]
    rules: Mapping[str, Rule]
    vetoes: Mapping[str, Veto]
    lexicon: Lexicon
    #: Phrase -> the concept that it names, and how much further (or less far) a permission reaches with it.
    breadth: Mapping[str, tuple[str, int]]
    rule_patterns: PatternIndex[Rule]
    veto_patterns: PatternIndex[Veto]
