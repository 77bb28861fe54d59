"""Table rows of equal length: cells that span columns and rows leave empty cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from tostrack.extraction.dom import Element
from tostrack.extraction.list_markers import number_in

#: Most columns that a cell spans and most rows; wider tables are an attack or a slip, and every empty cell is written.
_MOST_SPAN = 30


@dataclass
class TableGrid:
    """The rows of one table as they are read, and where in the blocks of the page each was written."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    #: For each column: how many of the next rows it is taken in by a cell from above.
    _taken: dict[int, int] = field(default_factory=dict)
    _row: list[str] = field(default_factory=list)

    def start_row(self) -> None:
        """Begin a row."""
        self._row = []

    def add(self, text: str, cell: Element) -> None:
        """Take the next cell of the row."""
        self._skip_taken()
        columns = max(1, min(number_in(cell.get("colspan"), 1), _MOST_SPAN))
        # 0 is down to the last row.
        rows = max(1, min(number_in(cell.get("rowspan"), 1) or _MOST_SPAN, _MOST_SPAN))
        for column in range(columns):
            if rows > 1:
                # One more, because the end of this row takes one off.
                self._taken[len(self._row)] = rows
            self._row.append("" if column else text)

    def end_row(self, place: int) -> list[str]:
        """Return the cells of the row, which is written as block number *place*; an empty list when all are empty."""
        self._skip_taken()
        self._taken = {column: left - 1 for column, left in self._taken.items() if left > 1}
        row, self._row = self._row, []
        if not any(row):
            return []
        self.rows.append((place, row))
        return row

    def padded(self) -> list[tuple[int, list[str]]]:
        """Return the rows that are shorter than the widest, with empty cells added, each with its place."""
        width = max((len(row) for _, row in self.rows), default=0)
        return [(place, row + [""] * (width - len(row))) for place, row in self.rows if len(row) < width]

    def _skip_taken(self) -> None:
        while self._taken.get(len(self._row)):
            self._row.append("")


def holds_data(table: Element) -> bool:
    """Return whether *table* has rows of cells to read across, and is not there to place things on the page."""
    if table.get("role") in ("presentation", "none"):
        return False
    if any(True for _ in table.iterdescendants("table", "h1", "h2", "h3", "h4", "h5", "h6")):
        return False
    return any(sum(1 for _ in islice(row.iterchildren("td", "th"), 2)) > 1 for row in table.iterdescendants("tr"))
