"""Weights beside the rules: words and pairs of words that speak of a topic where no rule knows the sentence.

They only add: a clause that a rule has flagged for a topic is not weighed for it. How they were learnt, from which
texts and how well they do is written in the file's own head and in `benchmarks/train_flags.py`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import pairwise

from tostrack.analysis.flags.rule_sources import LEARNT, SHIPPED_WEIGHTS
from tostrack.models import Flag
from tostrack.value import Value

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


class Weights(Value):
    """The weights that were learnt for one topic."""

    topic: str
    meaning: str
    bias: float
    #: A clause that weighs at least this much is flagged.
    threshold: float
    #: Classes of the lexicon; a clause with a word of none of them is not weighed.
    cues: tuple[str, ...]
    #: Word, or two words and a space -> its weight.
    grams: Mapping[str, float]

    def weigh(self, text: str) -> float:
        """Return what *text* weighs: the sum of its known grams over the root of their number, and the bias."""
        words = _words(text)
        found = [self.grams[word] for word in self.grams.keys() & words]
        found += [self._pairs[pair] for pair in self._pairs.keys() & pairwise(words)]
        return sum(found) / math.sqrt(len(found)) + self.bias if found else self.bias

    @cached_property
    def _pairs(self) -> dict[tuple[str, ...], float]:
        """The weights of the known pairs, by their two words."""
        return {tuple(gram.split(" ")): weight for gram, weight in self.grams.items() if " " in gram}

    def contributions(self, text: str, most: int = 8) -> list[tuple[str, float]]:
        """Return the grams of *text* that weigh most, heaviest first."""
        found = [(gram, self.grams[gram]) for gram in grams(text) if gram in self.grams]
        return sorted(found, key=lambda entry: (-entry[1], entry[0]))[:most]

    def heaviest(self, sentences: Iterable[str]) -> int:
        """Return the number of the sentence that says most of what the clause weighs."""
        weights = [sum(self.grams.get(gram, 0.0) for gram in grams(sentence)) for sentence in sentences]
        return weights.index(max(weights))


def is_learnt(flag: Flag) -> bool:
    """Return whether weights found *flag*, and no rule."""
    return flag.rule.startswith(LEARNT)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def grams(text: str) -> set[str]:
    """Return the words of *text* and its pairs of words, in lower case."""
    words = _words(text)
    return {*words, *map(" ".join, pairwise(words))}


@lru_cache(maxsize=1)
def shipped_weights() -> tuple[Weights, ...]:
    """Return the weights that ship with the package."""
    topics = json.loads(SHIPPED_WEIGHTS.read_text("utf-8"))["topics"]
    return tuple(
        Weights(topic, found["meaning"], found["bias"], found["threshold"], tuple(found["cues"]), found["grams"])
        for topic, found in topics.items()
    )
