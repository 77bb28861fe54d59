"""Which clauses are about licensing, ads, sharing and AI, which way they point, and why: pure, offline, explained."""

from __future__ import annotations

from tostrack.flag.finder import find, under_lead
from tostrack.flag.moves import flags_of, moves
from tostrack.flag.rules import BUILT_IN, built_in
from tostrack.models import Clause, Flag, sha256

__all__ = ["FINGERPRINT", "flag", "flag_clause", "meaning", "moves", "topics"]

#: Changes with the rules: flags stored under another fingerprint are stale.
FINGERPRINT = sha256(BUILT_IN.read_bytes())[:16]


def flag(text: str) -> list[Flag]:
    """Return the flags of one clause, in the order of their quotes.

    A first line that ends in a colon is the clause's lead-in: it is read, but not quoted, and the offsets count in the
    plain text (`clauses.plain`) of what follows it, where ``quote == plain(rest)[start:end]``.
    """
    return find(built_in(), *under_lead(text))


def flag_clause(clause: Clause) -> tuple[Flag, ...]:
    """Return the flags of *clause*, read under its lead-in; offsets count in its plain text. A heading has none."""
    return flags_of(clause)


def meaning(rule: str) -> str:
    """Return what a flag of *rule* says, in plain words: "may let others use your photos"; "" for an unknown rule."""
    found = built_in().rules.get(rule)
    return found.meaning if found else ""


def topics() -> dict[str, str]:
    """Return each topic with what it is about, in plain words."""
    return dict(built_in().topics)
