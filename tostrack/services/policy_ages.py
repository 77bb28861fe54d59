"""How old each policy is by the date that its current text states of itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tostrack.analysis.facts import read_document_dates
from tostrack.archive import Archive, DocumentRow
from tostrack.models import Reading
from tostrack.value import Value


class PolicyAge(Value):
    """The dates that a current text states of itself, ISO 8601, as exact as it states them; empty for none."""

    effective: str = ""
    updated: str = ""
    #: The newer of the two, and the last day that it can mean; empty for none.
    newest: str = ""
    last: str = ""

    def days(self, today: date) -> int | None:
        """Return the age in days on the day *today*; negative for a date ahead, None where the text states none."""
        return (today - date.fromisoformat(self.last)).days if self.last else None


def read_policy_age(reading: Reading) -> PolicyAge:
    """Return the dates that *reading* states of itself."""
    stated = read_document_dates(reading)
    found = [one for one in (stated.effective, stated.updated) if one]
    newest = max(found, key=lambda one: one.last, default=None)
    return PolicyAge(
        stated.effective.iso if stated.effective else "",
        stated.updated.iso if stated.updated else "",
        newest.iso if newest else "",
        newest.last.isoformat() if newest else "",
    )


def list_policy_ages(archive: Archive, documents: Iterable[DocumentRow]) -> dict[str, PolicyAge]:
    """Return the age of the current text of each of *documents* that has one, by ``service/document``."""
    current = {row.id: archive.current(row.service, row.document) for row in documents}
    return {name: read_policy_age(archive.reading(version)) for name, version in current.items() if version}
