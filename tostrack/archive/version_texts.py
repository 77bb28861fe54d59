"""The texts of a document's versions one after the other, from the intervals of its clauses, which are read once."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict, defaultdict
from collections.abc import Sequence

from tostrack.archive.hunk_rows import Query
from tostrack.clauses import WrittenClause, join_written, write_clause
from tostrack.models import Clause

#: This many lists of ids are remembered: a change goes back to one of the last versions.
_MOST_LISTS = 64

_INTERVALS = "SELECT rank, clause_id, since, until FROM _spans WHERE document_id = ? ORDER BY since, rank"
_CLAUSES = """
SELECT c.id, c.kind, c.text FROM clauses c WHERE c.id IN (SELECT clause_id FROM _spans WHERE document_id = ?)
"""


class VersionTexts:
    """Reads the texts of one document."""

    def __init__(self, query: Query, document_id: int) -> None:
        self.clauses = {row["id"]: Clause(row["kind"], row["text"]) for row in query(_CLAUSES, (document_id,))}
        self._opened: dict[int, list[tuple[float, int]]] = defaultdict(list)
        self._closed: dict[int, list[tuple[float, int]]] = defaultdict(list)
        for row in query(_INTERVALS, (document_id,)):
            place = (row["rank"], row["clause_id"])
            self._opened[row["since"]].append(place)
            self._closed[row["until"]].append(place)
        self._moments = sorted({*self._opened, *self._closed})
        self._current: list[tuple[float, int]] = []
        #: How many of the moments are applied to the current list.
        self._applied = 0
        self._lists: OrderedDict[int, list[int]] = OrderedDict()
        #: Most clauses are in many versions.
        self._written: dict[int, WrittenClause] = {}

    def ids(self, number: int) -> list[int]:
        """Return the ids of the clauses of the version *number*, in the order of its text."""
        if number not in self._lists:
            self._go_to(number)
            self._lists[number] = [clause_id for _, clause_id in self._current]
            if len(self._lists) > _MOST_LISTS:
                self._lists.popitem(last=False)
        return self._lists[number]

    def _go_to(self, number: int) -> None:
        if self._applied and self._moments[self._applied - 1] > number:
            self._current, self._applied = [], 0
        while self._applied < len(self._moments) and self._moments[self._applied] <= number:
            moment = self._moments[self._applied]
            for place in self._closed.get(moment, ()):
                at = bisect_left(self._current, place)
                if at < len(self._current) and self._current[at] == place:
                    del self._current[at]
            for place in self._opened.get(moment, ()):
                insort(self._current, place)
            self._applied += 1

    def text(self, ids: Sequence[int]) -> str:
        """Return the Markdown of a text that is made of the clauses of *ids*.

        Raises:
            KeyError: A clause is not there.
        """
        written = self._written
        for clause_id in ids:
            if clause_id not in written:
                written[clause_id] = write_clause(self.clauses[clause_id])
        return join_written([written[clause_id] for clause_id in ids])
