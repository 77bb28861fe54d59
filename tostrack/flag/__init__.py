"""Which clauses are about licensing, ads, sharing and AI, which way they point, and why: pure, offline, explained."""

from __future__ import annotations

from tostrack.flag.life import Moment, beginning, is_touched, passage
from tostrack.flag.moves import moves
from tostrack.flag.rulebook import SHIPPED, Explanation, Rulebook, sound
from tostrack.flag.tables import Source
from tostrack.models import Flag

__all__ = [
    "SHIPPED",
    "Explanation",
    "Moment",
    "Rulebook",
    "Source",
    "beginning",
    "flag",
    "is_touched",
    "moves",
    "passage",
    "sound",
]


def flag(text: str) -> list[Flag]:
    """Return the flags of one clause by the rules that ship, in the order of their quotes.

    A first line that ends in a colon is the clause's lead-in: it is read, but not quoted, and the offsets count in the
    plain text (`clauses.plain`) of what follows it, where ``quote == plain(rest)[start:end]``.
    """
    return SHIPPED.of_text(text)
