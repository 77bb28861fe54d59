"""The two texts around the hunks: what was there before, what is still there, where a clause stands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from tostrack.clauses import canonical, canonical_text, sentences
from tostrack.models import Clause, Hunk, Reading

#: A sentence of fewer words may be anywhere by chance; only a clause of its own counts as the same.
_SHORT = 5


class Text:
    """One reading, asked what it says."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    @cached_property
    def keys(self) -> list[str]:
        """The canonical form of every clause."""
        return [canonical(clause) for clause in self.reading.clauses]

    @cached_property
    def _clauses(self) -> frozenset[str]:
        return frozenset(self.keys)

    @cached_property
    def flat(self) -> str:
        """All clauses in canonical form as one text with single spaces."""
        return f" {' '.join(self.keys)} "

    @cached_property
    def key(self) -> str:
        """What two texts share when no word differs, wherever the lines break."""
        return self.flat.replace(" ", "")

    @cached_property
    def titles(self) -> frozenset[str]:
        """The canonical forms of its headings."""
        pairs = zip(self.keys, self.reading.clauses, strict=True)
        return frozenset(key for key, clause in pairs if clause.is_heading)

    def says(self, sentence: str) -> bool:
        """Return whether the canonical *sentence* stands in it; a short one must be a clause of its own."""
        if not sentence or sentence in self._clauses:
            return True
        return sentence.count(" ") >= _SHORT - 1 and f" {sentence} " in self.flat


class Context:
    """Both texts of a change."""

    def __init__(self, old: Reading, new: Reading) -> None:
        self.old = Text(old)
        self.new = Text(new)

    def clause(self, hunk: Hunk) -> Clause:
        """Return the first clause of *hunk*, the new one when there is one."""
        text, at = (self.old, hunk.old_at) if hunk.new_at is None else (self.new, hunk.new_at)
        return text.reading.clauses[at or 0]

    def removed(self, hunk: Hunk) -> list[str]:
        """Return the sentences of *hunk* that the new text says nowhere."""
        return [sentence for sentence in _sentences(hunk.old) if not self.new.says(canonical_text(sentence))]

    def added(self, hunk: Hunk) -> list[str]:
        """Return the sentences of *hunk* that the old text said nowhere."""
        return [sentence for sentence in _sentences(hunk.new) if not self.old.says(canonical_text(sentence))]


def _sentences(text: str) -> Sequence[str]:
    return [text[start:end] for start, end in sentences(text)]
