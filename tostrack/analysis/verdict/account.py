"""The account of a silent edit: each token that changed, and whether the rule that is silent about it may explain it.

An edit is silent only when every token that changed is explained. A rule that proves that both texts say the same may
explain words of every kind; a rule that judges by familiar words may not explain a negation, a limit or a party.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tostrack.analysis.verdict.places import Place, places_of
from tostrack.analysis.verdict.residual import Part
from tostrack.language.detect import detect_language
from tostrack.language.tokens import SILENT, Kind, Token, tokenize
from tostrack.models import Reading

#: Signs that change what a number says; "&" and "©" do not.
_NUMERIC_SIGNS = frozenset("%‰+-−±~×")
#: What only a proof of equality explains, and no rule of this package proves: each says something by itself.
_UNEXPLAINED = frozenset({Kind.CURRENCY, Kind.MARKER, Kind.STRUCK, Kind.INSERTED})
_ALL = frozenset(Kind) - _UNEXPLAINED
_WORDS = frozenset({Kind.WORD, Kind.QUALIFIER, Kind.FOOTNOTE, Kind.LIST_LABEL, Kind.ADDRESS, Kind.MAIL})
_POINTS = _WORDS | {Kind.PARTY, Kind.SITE, Kind.MODAL, Kind.CONDITION, Kind.NUMBER, Kind.UNIT}
_DATED = frozenset({Kind.DATE, Kind.NUMBER, Kind.WORD, Kind.QUALIFIER, Kind.LIST_LABEL, Kind.UNIT, Kind.CONDITION})


@dataclass(frozen=True)
class Licence:
    """What a rule may explain: the kinds of tokens, and the places in which it may speak."""

    kinds: frozenset[Kind]
    not_in: frozenset[Place] = frozenset()


_MEANT = frozenset({Place.ROW, Place.ANSWER, Place.LISTED})
#: By the name of the rule. A rule that proves equality, or knows the whole of a line, may explain every kind of word.
LICENCES: Mapping[str, Licence] = {
    "stands_elsewhere": Licence(_ALL),
    "same_words": Licence(_ALL),
    "stamp": Licence(_DATED | {Kind.COMPARISON, Kind.PARTY}),
    "numbering": Licence(frozenset({Kind.LIST_LABEL, Kind.NUMBER, Kind.WORD, Kind.SIGN, Kind.DATE, Kind.QUALIFIER})),
    "around": Licence(_ALL, frozenset({Place.ROW})),
    "furniture": Licence(_ALL, frozenset({Place.ROW})),
    "familiar_furniture": Licence(
        frozenset({Kind.WORD, Kind.QUALIFIER, Kind.ADDRESS, Kind.SITE, Kind.FOOTNOTE, Kind.LIST_LABEL, Kind.DATE}),
        _MEANT,
    ),
    "notice": Licence(_ALL),
    "heading": Licence(_WORDS | {Kind.PARTY, Kind.MODAL, Kind.CONDITION}, frozenset({Place.ROW, Place.ANSWER})),
    "wording": Licence(_ALL),
    "pointer": Licence(_POINTS, frozenset({Place.ROW})),
    "statistics": Licence(frozenset({Kind.NUMBER, Kind.DATE}), _MEANT),
    "lapsed": Licence(frozenset({Kind.DATE, Kind.NUMBER, Kind.WORD})),
    "relabelled": Licence(_DATED | {Kind.MODAL, Kind.PARTY}, frozenset({Place.ROW, Place.ANSWER})),
    # Rules about several clauses together.
    "groups": Licence(_ALL, frozenset({Place.ROW})),
    "renamed_throughout": Licence(_WORDS | {Kind.PARTY, Kind.NUMBER, Kind.SITE}),
}
_NAMES = Licence(_WORDS | {Kind.PARTY, Kind.SITE}, frozenset({Place.ROW}))


@dataclass(frozen=True)
class Entry:
    """One token that changed, and whether it is explained."""

    #: ``-`` or ``+``.
    op: str
    token: Token
    explained: bool


def account(part: Part, rule: str) -> list[Entry]:
    """Return each token of *part* that changed with whether *rule* explains it."""
    licence = LICENCES.get(rule, _NAMES)
    pair = part.context
    places = places_of(pair.old.reading, pair.new.reading, part.hunk)
    gone, come = changed_tokens(part.old, part.new, language_of(pair.new.reading))
    return [
        Entry(op, token, explained=_may_explain(licence, token, places))
        for op, tokens in (("-", gone), ("+", come))
        for token in tokens
    ]


def is_explained(part: Part, rule: str) -> bool:
    """Return whether *rule* explains every token of *part* that changed."""
    return all(entry.explained for entry in account(part, rule))


def _may_explain(licence: Licence, token: Token, places: frozenset[Place]) -> bool:
    if licence.not_in & places or (token.kind is Kind.ANSWER and _MEANT & places):
        return False
    if token.kind is Kind.SIGN:
        return token.key not in _NUMERIC_SIGNS
    if token.kind is Kind.COMPARISON and not token.key[:1].isalpha():
        return False
    return token.kind in licence.kinds


def changed_tokens(old: str, new: str, language: str = "") -> tuple[list[Token], list[Token]]:
    """Return the tokens that *old* has more often than *new*, and the other way round, wherever they stand."""
    sides = [[token for token in tokenize(text, language) if token.kind not in SILENT] for text in (old, new)]
    return _beyond(sides[0], sides[1]), _beyond(sides[1], sides[0])


def _beyond(tokens: Iterable[Token], others: Iterable[Token]) -> list[Token]:
    left = Counter(token.key for token in others)
    found = []
    for token in tokens:
        left[token.key] -= 1
        if left[token.key] < 0:
            found.append(token)
    return found


@lru_cache(maxsize=64)
def language_of(reading: Reading) -> str:
    """Return the language of *reading*; empty where it is not plain."""
    return detect_language(reading.version.text[:_SAMPLE])


#: So many characters tell a language.
_SAMPLE = 4_000
