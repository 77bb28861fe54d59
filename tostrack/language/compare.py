"""Which tokens two texts do not share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from tostrack.language.tokens import SILENT, Token, tokenize

#: Beyond so many pairs of tokens they are counted and no longer put in order: the cost of that grows with the square.
_MOST_PAIRS = 250_000
_MEMORY = 4_096


@lru_cache(maxsize=_MEMORY)
def changed_tokens(old: str, new: str, language: str = "") -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    """Return the tokens of *old* that are not in *new*, and those of *new* that are not in *old*, each in order.

    Order counts: a token that moved is in both. Tokens of `SILENT` kinds are in neither. Of two texts that differ in
    thousands of places the tokens are only counted, so that one that moved is in none.
    """
    if old == new:
        return (), ()
    before, after = ([token for token in tokenize(text, language) if token.kind not in SILENT] for text in (old, new))
    keys = [token.key for token in before], [token.key for token in after]
    head = _common(*keys)
    tail = min(_common(keys[0][::-1], keys[1][::-1]), len(before) - head, len(after) - head)
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    if not before or not after:
        return tuple(before), tuple(after)
    if len(before) * len(after) > _MOST_PAIRS:
        return _beyond(before, after), _beyond(after, before)
    return _unequal(before, after)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many keys both begin with."""
    unequal = (at for at, (mine, theirs) in enumerate(zip(one, other, strict=False)) if mine != theirs)
    return next(unequal, min(len(one), len(other)))


def _unequal(before: list[Token], after: list[Token]) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
    matcher = SequenceMatcher(None, [one.key for one in before], [one.key for one in after], autojunk=False)
    gone: list[Token] = []
    come: list[Token] = []
    for op, start, end, new_start, new_end in matcher.get_opcodes():
        if op != "equal":
            gone += before[start:end]
            come += after[new_start:new_end]
    return tuple(gone), tuple(come)


def _beyond(tokens: list[Token], others: list[Token]) -> tuple[Token, ...]:
    """Return the tokens that there are more of than in *others*: the last ones of each."""
    left = Counter(token.key for token in others)
    found = []
    for token in tokens:
        left[token.key] -= 1
        if left[token.key] < 0:
            found.append(token)
    return tuple(found)
