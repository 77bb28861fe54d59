"""The key by which texts of one document are compared: two texts that share it are the same to a reader.

One function, so that a better key replaces this one here and in a numbered step of the schema that fills it anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from tostrack.clauses import canonical_key
from tostrack.models import Clause, sha256


def compare_key(clauses: Iterable[Clause]) -> str:
    """Return the comparison key of a text as 64 hexadecimal digits."""
    return sha256(canonical_key(clauses))
