"""The account of a silent edit: each token that changed, and whether the rule that is silent about it may explain it.

An edit is silent only when every token that changed is explained. A rule that proves that both texts say the same may
explain words of every kind; a rule that judges by familiar words may not explain a negation, a limit or a party.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tostrack.analysis.verdict.places import VALUES, Place, is_answer
from tostrack.analysis.verdict.residual import Part
from tostrack.language.detect import detect_language
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.tokens import SILENT, Kind, Token, tokenize
from tostrack.models import Reading

#: Signs that change what a number beside them says.
_NUMERIC_SIGNS = frozenset("%‰+-−±~×<>=≤≥≠≈")
_DIGIT = lazy_pattern(r"[\d$€£¥₹]")
_ALL = frozenset(Kind)
_WORDS = frozenset({Kind.WORD, Kind.QUALIFIER, Kind.FOOTNOTE, Kind.LIST_LABEL, Kind.ADDRESS, Kind.MAIL, Kind.SIGN})
_POINTS = _WORDS | {Kind.PARTY, Kind.SITE, Kind.MODAL, Kind.CONDITION, Kind.NUMBER, Kind.UNIT}
_DATED = frozenset({Kind.DATE, Kind.NUMBER, Kind.WORD, Kind.QUALIFIER, Kind.LIST_LABEL, Kind.UNIT, Kind.CONDITION})


@dataclass(frozen=True)
class Licence:
    """The licence of a rule: the kinds of tokens that it may explain, and the places in which it may apply."""

    kinds: frozenset[Kind]
    not_in: frozenset[Place] = frozenset()
    #: Whether it may explain an answer where one says something.
    answers: bool = False


_MEANT = VALUES | {Place.LISTED}
#: By the name of the rule. A rule that proves equality, or knows the place or the whole line, explains every kind.
LICENCES: Mapping[str, Licence] = {
    "stands_elsewhere": Licence(_ALL),
    "same_words": Licence(_ALL),
    "numbering": Licence(_ALL),
    "wording": Licence(_ALL - {Kind.STRUCK, Kind.INSERTED, Kind.MARKER}),
    "notice": Licence(_ALL),
    "around": Licence(_ALL, frozenset({Place.ROW})),
    "furniture": Licence(_ALL, frozenset({Place.ROW})),
    "consent": Licence(_ALL, _MEANT),
    "consent_switch": Licence(_ALL, frozenset({Place.ROW, Place.LISTED}), answers=True),
    "machine_code": Licence(_ALL, frozenset({Place.ROW, Place.LISTED})),
    # The words are of the name of a document, and without it the sentence breaks off.
    "lost_label": Licence(_WORDS | {Kind.PARTY, Kind.MODAL, Kind.CONDITION}, frozenset({Place.ROW})),
    "parenthetical": Licence(_POINTS, frozenset({Place.ROW})),
    "link_line": Licence(_POINTS, _MEANT),
    "familiar_furniture": Licence(_WORDS | {Kind.SITE, Kind.DATE}, _MEANT),
    "stamp": Licence(_DATED | {Kind.COMPARISON, Kind.PARTY, Kind.SIGN}),
    "question": Licence(_ALL, VALUES),
    "heading": Licence(_WORDS | {Kind.PARTY, Kind.MODAL, Kind.CONDITION}, VALUES),
    "pointer": Licence(_POINTS, frozenset({Place.ROW})),
    "statistics": Licence(frozenset({Kind.NUMBER, Kind.DATE}), _MEANT),
    "lapsed": Licence(_DATED | {Kind.MODAL}, frozenset({Place.ROW, Place.ANSWER})),
    # A rule that looks at several clauses together, and a line that differed on three visits.
    "groups": Licence(_ALL),
    "flickers": Licence(_ALL),
    "": Licence(frozenset()),
    "numbers": Licence(frozenset()),
    "relabelled": Licence(_DATED | {Kind.MODAL, Kind.PARTY}, frozenset({Place.ROW, Place.ANSWER})),
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
    gone, come = changed_tokens(part.old, part.new, language_of(part.context.new.reading))
    if not gone and not come:
        return []
    places = part.places
    if _MEANT & places and not licence.answers and rule not in _EQUAL and any(map(is_answer, (part.old, part.new))):
        return [Entry(op, token, explained=False) for op, side in (("-", gone), ("+", come)) for token in side]
    sites = [{_site(token.key) for token in side if token.kind in _SITES} for side in (gone, come)]
    return [
        Entry(op, token, explained=_may_explain(licence, token, text, places) and _leads_to_same(token, sites))
        for op, tokens, text in (("-", gone, part.old), ("+", come, part.new))
        for token in tokens
    ]


#: Rules that prove that both texts say the same.
_EQUAL = frozenset({"stands_elsewhere", "same_words", "numbering", "wording", "around"})


def is_explained(part: Part, rule: str) -> bool:
    """Return whether *rule* explains every token of *part* that changed."""
    licence = LICENCES.get(rule, _NAMES)
    whole = licence.kinds is _ALL and not _MAY_LEAD.search(part.old + part.new)
    if whole and not (licence.not_in | _MEANT) & part.places:
        return True
    entries = account(part, rule)
    if not entries and rule not in _EQUAL:
        # The cells of a row changed places, or a value is a mark that says nothing elsewhere.
        return not licence.not_in & VALUES & part.places
    return all(entry.explained for entry in entries)


#: No address and no site is written without one of these.
_MAY_LEAD = lazy_pattern(r"\w[.@/:]+\w|//")
_SITES = frozenset({Kind.SITE, Kind.ADDRESS})


def _site(key: str) -> str:
    """Return the last two parts of the host of an address."""
    return ".".join(key.partition("/")[0].split(".")[-2:])


def _leads_to_same(token: Token, sites: list[set[str]]) -> bool:
    """Whether *token* is no address, or only the page of a site changed and not the site."""
    return token.kind not in _SITES or not sites[0] or not sites[1] or sites[0] == sites[1]


def _may_explain(licence: Licence, token: Token, text: str, places: frozenset[Place]) -> bool:
    if licence.not_in & places or (token.kind is Kind.ANSWER and _MEANT & places and not licence.answers):
        return False
    if licence.kinds is not _ALL and token.key in _NUMERIC_SIGNS:
        if token.text in "-–—" and Kind.DATE in licence.kinds:
            return True
        beside = text[max(0, token.start - 2) : token.start] + text[token.end : token.end + 2]
        return not _DIGIT.search(beside)
    return token.kind in licence.kinds


def changed_tokens(old: str, new: str, language: str = "") -> tuple[list[Token], list[Token]]:
    """Return the tokens that *old* has more often than *new*, and the other way round, in any place."""
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


#: This many characters tell a language.
_SAMPLE = 4_000
