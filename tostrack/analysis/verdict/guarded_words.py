"""The vocabulary of promises: words whose coming or going may move what is allowed, owed, collected or handed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from tostrack.analysis.verdict.lexicon import ACTORS, REFERENCE
from tostrack.analysis.verdict.normal_form import american_of, is_mail, is_number, lost_and_gained, stem
from tostrack.language.words import list_languages, load_language, union

#: What carries meaning, as stems.
_BINDING = frozenset(
    stem(form)
    for word in ACTORS | union("binding", "who", "data", "practice", "contract", "condition", "conduct")
    for form in (word, american_of(word))
)


def binds(word: str) -> bool:
    """Whether *word* (a token of `normal`, or its stem) may move a right, a duty, a practice, a party or a sum."""
    return is_number(word) or is_mail(word) or not word[:1].isalpha() or word in _BINDING or stem(word) in _BINDING


#: Behind these, words of place only point: "the limits set out above".
_POINTING = REFERENCE | frozenset(
    "see described listed set out stated mentioned defined terms referred provided".split()
)
#: A pointer is within so many words.
_NEAR = 4
#: Small words that say the opposite of each other, both ways: "above 16" and "below 16", "paid by us" and "paid to us".
_OPPOSITE = tuple(
    pair
    for code in list_languages()
    for one, other in load_language(code).list_rows("wording", "opposite")
    for pair in ((one, other), (other, one))
)


def turns_round(old: Sequence[str], new: Sequence[str]) -> bool:
    """Return whether a small word gave way to its opposite: "above 16", "below 16"; not "see above"."""
    lost, gained = lost_and_gained(old, new)
    return any(lost[one] and gained[other] and _says(old, one) and _says(new, other) for one, other in _OPPOSITE)


def changes_time(old: Sequence[str], new: Sequence[str]) -> bool:
    """Return whether what somebody does gave way to what they did: "we share", "we have shared"."""
    spoken = (" ".join(words).replace("we have ", "we ").split() for words in (old, new))
    done = [Counter(pair for pair in pairwise(words) if pair[0] in _DOERS) for words in spoken]
    gone, come = done[0] - done[1], done[1] - done[0]
    return any(
        one == other
        and ({verb, form} == _PAST or (stem(verb) == stem(form) and verb.endswith("ed") != form.endswith("ed")))
        for one, verb in gone
        for other, form in come
    )


_PAST = frozenset(("do", "did"))
_DOERS = frozenset("i you we they he she it who".split())


def _says(tokens: Sequence[str], word: str) -> bool:
    places = [at for at, token in enumerate(tokens) if token == word]
    return any(_POINTING.isdisjoint(tokens[max(0, at - _NEAR) : at]) for at in places)
