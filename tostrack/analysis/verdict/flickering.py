"""Lines that differ on every visit: a request's number, a visitor's address, a live price.

A line is known by what three visits in a row showed, not by its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from tostrack.analysis.comparison_key import comparable, readable
from tostrack.analysis.verdict.findings import RuleFinding
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.tokens import Kind, tokenize
from tostrack.language.words import union
from tostrack.models import Edit, Reading

#: This many texts must show so many different values: the new one, the current one and one before it.
_VISITS = 3
#: A line is no longer than this, in words.
_LINE = 20
#: In a clause with one of these a number is a rule, however often it changes.
_RULES = frozenset({Kind.MODAL, Kind.NEGATION, Kind.CONDITION, Kind.UNIT, Kind.COMPARISON})
_THIRD = union("parties", "third") | union("parties", "platform")
_VALUE = lazy_pattern(r"\S*\d\S*")


def flickers(finding: RuleFinding, earlier: Sequence[Reading]) -> bool:
    """Return whether *finding* is a line whose number or code was another on each of three visits.

    Args:
        finding: What one hunk comes to.
        earlier: Texts before the current one, most recent first.
    """
    hunk = finding.hunk
    if hunk.edit is not Edit.REWORDED or len(hunk.new.split()) > _LINE or not earlier:
        return False
    line = _skeleton(hunk.new)
    if line is None or line != _skeleton(hunk.old) or _is_rule(hunk.new):
        return False
    values = [_values(hunk.new), _values(hunk.old)]
    values += [shown for reading in earlier[: _VISITS - 2] if (shown := _lines(reading).get(line)) is not None]
    return len(values) == _VISITS and len({*values}) == _VISITS


def _skeleton(text: str) -> str | None:
    """Return *text* without what has a digit in it; None when nothing has, or nothing else is left."""
    rest, count = _VALUE.subn("#", text)
    return " ".join(rest.split()) if count and rest.strip("# ") else None


def _values(text: str) -> tuple[str, ...]:
    return tuple(_VALUE.findall(text))


def _is_rule(text: str) -> bool:
    return any(token.kind in _RULES or (token.kind is Kind.PARTY and token.key in _THIRD) for token in tokenize(text))


@lru_cache(maxsize=16)
def _lines(reading: Reading) -> Mapping[str, tuple[str, ...]]:
    """Return the values of each short line with a number, by the rest of the line; none of a line that occurs twice."""
    found: dict[str, tuple[str, ...]] = {}
    twice: set[str] = set()
    for clause in reading.clauses:
        if clause.text.count(" ") < _LINE and comparable(clause):
            text = readable(clause.text)
            if line := _skeleton(text):
                twice |= {line} & found.keys()
                found[line] = _values(text)
    return {line: values for line, values in found.items() if line not in twice}
