"""Which clauses are about licensing, ads, sharing and AI, which way they point, and why: pure, offline, explained."""

from __future__ import annotations

from tostrack.analysis.flags.rule_sources import RuleFile
from tostrack.analysis.flags.rulebook import SHIPPED, Explanation, Rulebook, check_rules
from tostrack.models import Flag

__all__ = [
    "SHIPPED",
    "Explanation",
    "RuleFile",
    "Rulebook",
    "check_rules",
    "flag",
]


def flag(text: str) -> list[Flag]:
    """Return the flags of one clause by the rules that ship, in the order of their quotes.

    A quote is a piece of *text* as it is written, with its marks: ``text[start:end] == quote``. In a text of two lines
    whose first ends in a colon, that is the lead-in of the second: it is read, but never quoted, and the offsets count
    in the second line.
    """
    return SHIPPED.of_text(text)
