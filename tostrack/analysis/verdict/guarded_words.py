"""The vocabulary of promises: words whose coming or going may move what is allowed, owed, collected or handed on."""

from __future__ import annotations

from collections.abc import Sequence

from tostrack.analysis.verdict.lexicon import ACTORS, REFERENCE
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


#: Words of place that compare as well, and say the opposite of each other.
_OPPOSITE = (("above", "below"), ("below", "above"))
#: Behind these they only point: "the limits set out above".
_POINTING = REFERENCE | frozenset(
    "see described listed set out stated mentioned defined terms referred provided".split()
)
#: A pointer stands within so many words.
_NEAR = 4


def turns_round(old: Sequence[str], new: Sequence[str]) -> bool:
    """Return whether a comparison gave way to its opposite: "above 16", "below 16"; not "see above"."""
    return any(_compares(old, one) and _compares(new, other) and not _compares(new, one) for one, other in _OPPOSITE)


def _compares(tokens: Sequence[str], word: str) -> bool:
    places = [at for at, token in enumerate(tokens[:-1]) if token == word]
    return any(_POINTING.isdisjoint(tokens[max(0, at - _NEAR) : at]) for at in places)
