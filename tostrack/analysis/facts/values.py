"""The value of a fact as numbers and names, for programs: reread from the words that the fact quotes."""

from __future__ import annotations

from typing import Any

from tostrack.analysis.facts.quantities import find_quantities
from tostrack.models import FactKind

_AMOUNTS = frozenset(
    {
        FactKind.AGE,
        FactKind.FEE,
        FactKind.RETENTION,
        FactKind.UPTIME,
        FactKind.RESPONSE,
        FactKind.QUOTA,
        FactKind.NUMBER,
    }
)


def fact_value(kind: FactKind, words: str) -> dict[str, Any] | None:
    """Return what *words* of a fact say: None where there are no words, or no more than the words themselves.

    Of a company ``name``, ``purpose`` and ``place``; of an amount ``value``, ``unit``, ``per`` (a period, or empty) and
    ``what`` (``time``, ``age``, ``sum``, ``share``, ``size`` or ``count``).
    """
    if kind is FactKind.PARTY and words:
        name, _, detail = words.partition(" — ")
        told = dict(part.split(": ", 1) for part in detail.split("; ") if ": " in part)
        return {"name": name, "purpose": told.get("purpose", ""), "place": told.get("place", "")}
    found = find_quantities(words)[:1] if kind in _AMOUNTS else ()
    return next(({"value": one.value, "unit": one.unit, "per": one.per, "what": one.group} for one in found), None)
