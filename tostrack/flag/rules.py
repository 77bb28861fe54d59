"""Rules as values: what they say, and which of them are worth trying on a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tostrack.flag.lexicon import Lexicon
from tostrack.flag.patterns import Compiled
from tostrack.models import Polarity

Owner = TypeVar("Owner")


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
    #: What it says of its topic outweighs what else its words seem to say: "opt out of" stands before "targeted ads".
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


class _Finder(Generic[Owner]):
    """Patterns by what they need: which are worth trying on a text is a look-up, not a search."""

    def __init__(
        self, owners: Iterable[tuple[Owner, tuple[Compiled, ...]]], bits: dict[str, int], samples: Sequence[str]
    ) -> None:
        self._entries: list[tuple[Owner, Compiled, tuple[int, ...]]] = []
        often: dict[frozenset[str], int] = {}
        #: A character -> the numbers of the patterns whose rarest need holds it.
        self._first: dict[str, list[int]] = {}
        for owner, pattern in ((owner, pattern) for owner, patterns in owners for pattern in patterns):
            for need in pattern.needs:
                if need not in often:
                    often[need] = sum(not need.isdisjoint(sample) for sample in samples)
            rarest, *others = sorted(pattern.needs, key=lambda need: (often[need], len(need)))
            for code in rarest:
                self._first.setdefault(code, []).append(len(self._entries))
            # The rarest is there when it is asked; the next rarest is missing most often.
            self._entries.append((owner, pattern, tuple(_mask(need, bits) for need in others)))

    def worth_trying(self, codes: str, present: int) -> Iterator[tuple[Owner, Compiled]]:
        numbers: set[int] = set()
        for code in set(codes):
            numbers.update(self._first.get(code, ()))
        for number in sorted(numbers):
            owner, pattern, masks = self._entries[number]
            for mask in masks:
                if not mask & present:
                    break
            else:
                yield owner, pattern


def _mask(codes: Iterable[str], bits: dict[str, int]) -> int:
    return sum(bits.setdefault(code, 1 << len(bits)) for code in codes)


class PatternIndex:
    """The patterns of a set of rules, found by the characters of a text."""

    def __init__(self, rules: Iterable[Rule], vetoes: Iterable[Veto], samples: Sequence[str]) -> None:
        """Take *samples* of coded text, by which the words that are rare in such text are told from the others."""
        self._bits: dict[str, int] = {}
        self._rules = _Finder([(rule, rule.patterns) for rule in rules], self._bits, samples)
        self._vetoes = _Finder([(veto, veto.patterns) for veto in vetoes], self._bits, samples)

    def present(self, codes: str) -> int:
        """Return the characters of *codes* as one number, a bit for each."""
        found = 0
        for code in set(codes):
            found |= self._bits.get(code, 0)
        return found

    def of_rules(self, codes: str, present: int) -> Iterator[tuple[Rule, Compiled]]:
        """Yield the patterns that can match *codes*, in the order of the rules."""
        return self._rules.worth_trying(codes, present)

    def of_vetoes(self, codes: str, present: int) -> Iterator[tuple[Veto, Compiled]]:
        """Yield the patterns of vetoes that can match *codes*."""
        return self._vetoes.worth_trying(codes, present)


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
    patterns: PatternIndex
