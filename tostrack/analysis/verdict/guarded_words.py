"""The vocabulary of promises: words whose coming or going may move what is allowed, owed, collected or handed on."""

from __future__ import annotations

from collections.abc import Container

from tostrack.analysis.verdict.lexicon import ACTORS
from tostrack.analysis.verdict.normal_form import american_of, is_mail, is_number, stem
from tostrack.language.words import union

#: What carries meaning, as stems.
_BINDING = frozenset(
    stem(form)
    for word in ACTORS | union("binding", "who", "data", "practice", "contract", "condition", "conduct")
    for form in (word, american_of(word))
)


def binds(word: str) -> bool:
    """Whether *word* (a token of `normal`, or its stem) may move a right, a duty, a practice, a party or a sum."""
    return is_number(word) or is_mail(word) or not word[:1].isalpha() or word in _BINDING or stem(word) in _BINDING


#: Small words that say the opposite of each other.
_OPPOSITE = (("above", "below"), ("below", "above"), ("up", "down"), ("down", "up"))


def turns_round(gone: Container[str], come: Container[str]) -> bool:
    """Return whether a small word gave way to its opposite."""
    return any(one in gone and other in come for one, other in _OPPOSITE)
