"""How far a permission reaches: enough to tell which of two wordings of it reaches further."""

from __future__ import annotations

from collections.abc import Mapping

#: No concept has more words; a phrase that is longer is not found.
LONGEST = 8


def concepts_in(canonical: str, concepts: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    """Return the distinct concepts in a canonical text, each with its weight.

    Args:
        concepts: Phrase -> concept and weight (``breadth`` in `topics.toml`).
    """
    words = canonical.split()
    found: dict[str, int] = {}
    at = 0
    while at < len(words):
        for length in range(min(LONGEST, len(words) - at), 0, -1):
            if concept := concepts.get(" ".join(words[at : at + length])):
                name, weight = concept
                found[name] = weight
                at += length - 1
                break
        at += 1
    return found
