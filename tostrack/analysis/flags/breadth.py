"""How far a permission reaches: enough to tell which of two wordings of it reaches further."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

#: No concept has more words; a phrase that is longer is not found.
LONGEST = 8


class Breadth:
    """The phrases that widen or narrow a permission, by their first words."""

    def __init__(self, concepts: Mapping[str, tuple[str, int]]) -> None:
        """*concepts*: phrase -> concept and weight (``breadth`` in `topics.toml`)."""
        self._known: dict[str, list[tuple[list[str], str, int]]] = defaultdict(list)
        for phrase in sorted(concepts, key=lambda phrase: -phrase.count(" ")):
            words = phrase.split()
            self._known["".join(words[:1])].append((words, *concepts[phrase]))

    def concepts(self, canonical: str) -> dict[str, int]:
        """Return the distinct concepts in a canonical text, each with its weight; of phrases the longest counts."""
        words = canonical.split()
        found: dict[str, int] = {}
        at = 0
        while at < len(words):
            for phrase, name, weight in self._known.get(words[at], ()):
                if words[at : at + len(phrase)] == phrase:
                    found[name] = weight
                    at += len(phrase) - 1
                    break
            at += 1
        return found
