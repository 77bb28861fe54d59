"""How to write to a terminal: colours, width, what a stream can carry; lines that fit and tables that align."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tostrack.models import Edit
from tostrack.render.escape import ascii_only, columns, cut, path_of
from tostrack.render.word_edits import Run, marked, wrap
from tostrack.value import Value

_STYLES = {
    "-": "31;9",
    "+": "32;1",
    "…": "2",
    "title": "1",
    "dim": "2",
    "flag": "33;1",
    "fact": "33",
    "added": "32",
    "removed": "31",
    "reworded": "36",
    "moved": "35",
    "added quote": "32;4",
    "removed quote": "31;4",
}
SIGNS = {Edit.ADDED: "+", Edit.REMOVED: "-", Edit.REWORDED: "~", Edit.MOVED: ">"}


class TerminalStyle(Value):
    """How to write: with colour or not, how wide (0: no limit), in ASCII or not."""

    colour: bool = False
    width: int = 0
    ascii: bool = False

    def paint(self, style: str, text: str) -> str:
        """Return *text* in the colours of *style*, when there is colour."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text and style in _STYLES else text

    def line(self, runs: Iterable[Run]) -> str:
        """Return *runs* as one painted line."""
        return "".join(self.paint(op, text) for op, text in runs)

    def wrap(self, runs: Iterable[Run], indent: int = 0) -> list[list[Run]]:
        """Return *runs* wrapped into what is left of the width beside *indent*, with marks when there is no colour."""
        ready = runs if self.colour else marked(runs)
        if self.ascii:
            ready = [(op, ascii_only(text)) for op, text in ready]
        return wrap(ready, max(self.width - indent, 20) if self.width else 0)

    def fit(self, text: str, style: str = "") -> str:
        """Return *text* as one painted line that fits."""
        if self.ascii:
            text = ascii_only(cut(ascii_only(text), self.width - 2) if self.width else text)
        elif self.width:
            text = cut(text, self.width)
        return self.paint(style, text)

    def titled(self, what: str, heading: Sequence[str]) -> str:
        """Return the title of an edit: *what* it is, and its heading path."""
        path = path_of(heading, max(self.width - columns(what) - 3, 1) if self.width else 0)
        return self.fit(f"{what} · {path}" if path else what, "title")

    def block(self, text: str, indent: int) -> list[str]:
        """Return *text* as lines that are all indented by *indent* spaces."""
        return [" " * indent + self.line(line) for line in self.wrap([("=", text)], indent)]

    def paragraph(self, text: str, style: str = "=") -> list[str]:
        """Return *text* as painted lines."""
        lines = [self.paint(style, self.line(line)) for line in self.wrap([("=", text)], 2)]
        # GitHub's runner obeys a line of a log that begins with ``::``.
        return [f"| {line}" if line.startswith("::") else line for line in lines]


#: For a pipe or a file.
PLAIN = TerminalStyle()


def align_columns(
    rows: Iterable[Sequence[str]], look: TerminalStyle, *, right: int = 0, header: Sequence[str] = ()
) -> list[str]:
    """Return *rows* aligned in columns, empty columns left out; the last one takes the room that is left.

    Args:
        right: How many of the first columns are numbers, set flush right.
        header: Names of the columns.
    """
    cells = [[ascii_only(cell) if look.ascii else cell for cell in row] for row in rows]
    used = [at for at in range(len(cells[0])) if any(row[at] for row in cells)] if cells else []
    table = [list(header), *cells] if header and cells else cells
    widths = {at: max(columns(row[at]) for row in table) for at in used}

    def padded(at: int, cell: str) -> str:
        pad = " " * (widths[at] - columns(cell))
        return pad + cell if at < right else cell + pad

    lines = ["  ".join([*(padded(at, row[at]) for at in used[:-1]), row[used[-1]]]).rstrip() for row in table]
    return [look.fit(line, "title" if header and not number else "") for number, line in enumerate(lines)]
