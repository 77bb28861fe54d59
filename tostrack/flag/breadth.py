"""How far a permission reaches: enough to tell which of two wordings of it reaches further."""

from __future__ import annotations

from functools import lru_cache

from tostrack.flag.rules import built_in


def breadth(canonical: str) -> int:
    """Return the sum of the weights of the distinct concepts (``breadth`` in `topics.toml`) in a canonical text."""
    concepts, longest = _concepts()
    words = canonical.split()
    found: dict[str, int] = {}
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            if concept := concepts.get(" ".join(words[at : at + length])):
                name, weight = concept
                found[name] = weight
                at += length - 1
                break
        at += 1
    return sum(found.values())


@lru_cache(maxsize=1)
def _concepts() -> tuple[dict[str, tuple[str, int]], int]:
    """Return phrase -> (concept, weight), and the number of words of the longest phrase."""
    concepts = dict(built_in().breadth)
    return concepts, max(len(phrase.split()) for phrase in concepts)
