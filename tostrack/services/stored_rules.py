"""Rules that look up what they found in a document before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tostrack.analysis.flags import Rulebook
from tostrack.archive import Archive, VersionRow
from tostrack.models import Clause, Flag


class StoredRules(Rulebook, eq=False):
    """Rules whose flags of known clauses are looked up and not found again."""

    #: The flags of clauses, by text and lead-in.
    known: Mapping[tuple[str, str], tuple[Flag, ...]] = field(default_factory=dict)

    def of_clause(self, clause: Clause) -> tuple[Flag, ...]:
        """Return the flags of *clause*, as `Rulebook.of_clause` does."""
        if clause.is_heading:
            return ()
        found = self.known.get((clause.text, clause.lead))
        return super().of_clause(clause) if found is None else found


def read_stored_rules(archive: Archive, row: VersionRow, book: Rulebook) -> Rulebook:
    """Return *book* with the flags that its rules found in the document of *row* before."""
    return StoredRules(book.own, book.language, archive.stored_flags(row, book.fingerprint))
