"""A key by which what was worked out of two texts is found again, whenever they were seen."""

from __future__ import annotations

from tostrack.models import Reading


class TextPairKey:
    """Two readings, equal to two others of the same texts: pages that flap come back to the same few pairs."""

    __slots__ = ("_texts", "new", "old")

    def __init__(self, old: Reading, new: Reading) -> None:
        self.old, self.new = old, new
        self._texts = (old.version.text, new.version.text)

    def __hash__(self) -> int:
        return hash(self._texts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TextPairKey) and self._texts == other._texts and self._clauses() == other._clauses()

    def _clauses(self) -> tuple[object, ...]:
        return self.old.clauses, self.new.clauses
