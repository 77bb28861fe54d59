"""Rules that look up what they found in a document before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from tostrack.analysis.flags import Rulebook
from tostrack.archive import Archive, VersionRow
from tostrack.models import Change, Clause, Flag
from tostrack.sandbox import Call


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


def read_stored_rules(archive: Archive, row: VersionRow, book: Rulebook) -> StoredRules:
    """Return *book* with the flags that its rules found in the document of *row* before."""
    return StoredRules(book.own, archive.stored_flags([row], book.fingerprint))


def read_standing_rules(archive: Archive, rows: Sequence[VersionRow], book: Rulebook) -> Rulebook:
    """Return *book* with the flags that its rules found in the clauses of *rows* before."""
    return StoredRules(book.own, archive.stored_flags(rows, book.fingerprint, ever=False))


def compare_versions(archive: Archive, old: VersionRow, new: VersionRow, book: Rulebook, call: Call) -> Change:
    """Return the net difference between two versions of one document; flags that are stored are not found again.

    Raises:
        ExtractError: They cannot be compared within the bounds of *call*.
    """
    from tostrack.analysis.comparison import compare_readings

    rules = read_standing_rules(archive, [old, new], book)
    change = call(compare_readings, archive.reading(old), archive.reading(new), book=rules)
    return replace(change, service=new.service, document=new.document)
