"""Markdown from a tree: every word once, in the order of the page, in a form that does not depend on the markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tostrack.clauses import join_clauses
from tostrack.extraction.dom import Element, etree
from tostrack.extraction.inline import CODE, EMPHASIS, INSERTED, STRONG, STRUCK, STYLES, InlineRun, render
from tostrack.extraction.links import Links
from tostrack.extraction.list_markers import ListNumbering, numbering_of
from tostrack.extraction.tables import TableGrid, holds_data
from tostrack.models import Clause

#: What is never text of a policy. Buttons stay: accordions keep their headings in them.
DROPPED = frozenset(
    "applet area audio base canvas datalist embed frame frameset head iframe input link map meta noembed noframes"
    " noscript object optgroup option param script select source style svg template textarea title track video".split()
)
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form header hgroup hr html legend li main menu nav ol p pre search section summary table tbody td tfoot"
    " th thead tr ul h1 h2 h3 h4 h5 h6".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
#: Blocks inside a heading that end it; others are line breaks of one heading.
_END_HEADING = frozenset("p dl table blockquote pre".split()) | _LISTS | set(_HEADINGS)
_TABLE = frozenset(("table", "tr", "td", "th"))
_STYLES = {
    **dict.fromkeys(("b", "strong"), STRONG),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), EMPHASIS),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), CODE),
    **dict.fromkeys(("s", "strike", "del"), STRUCK),
    "ins": INSERTED,
}
#: Longer ones are paragraphs set in large type.
_MAX_HEADING = 200
_BULLET = re.compile(r"[•●▪■◦○‣⁃∙➢►▸❖]\s*|·\s+")
#: Signs that begin an item and say yes or no: they stay.
_ANSWER = re.compile(r"[✓✔✗✘☑☐☒✅❌]")
#: What would open another kind of block if a paragraph began with it.
_OPENER = re.compile(r"(\d{0,3})(?:(?<!\d)(?:#{1,6}\s|[*+-](?:\s|$)|[|>]|```|~~~)|(?<=\d)[.)](?:\s|$))")
_DECORATION = re.compile(r"[-_=*~•·|\s\\]*$")
_PLAIN_BULLET = re.compile(r"(?:-|\\\*) ")
_TABLE_RULE = re.compile(r"[|:\- ]+$")
_CLOSING = re.compile(r"[ \t]*#+$")
#: As `clauses` counts.
_MAX_DEPTH = 9
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n|\n(?=[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t])")


def to_markdown(root: Element, links: Links) -> str:
    """Return the content of *root* as Markdown in the normal form of `clauses.join_clauses`."""
    writer = _Writer(links)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in DROPPED:
                walk.skip_subtree()
            else:
                writer.start(element)
                if element.text:
                    writer.text(element.text)
        else:
            if element.tag not in DROPPED:
                writer.end(element)
            if element.tail and element is not root:
                writer.text(element.tail)
    writer.flush()
    return join_clauses(_normal(writer.blocks))


def _normal(blocks: Iterable[tuple[str, str]]) -> Iterator[Clause]:
    """Yield ``(kind, text)`` blocks as the clauses that `clauses.split_clauses` would find in what they are written as.

    Done here, because splitting it all again costs a fifth of an extraction; a law in the tests holds the two together.
    """
    depths: list[int] = []
    for kind, text in blocks:
        family = kind[:2]
        if family in ("li", "ol"):
            depth = int(kind[2:] or 1)
            while depths and depth < depths[-1]:
                depths.pop()
            if not depths or depth > depths[-1]:
                depths.append(depth)
            nested = min(len(depths), _MAX_DEPTH)
            yield Clause(f"{family}{nested}" if nested > 1 else family, text)
            continue
        depths = []
        if written := _as_written(kind, text):
            yield Clause(kind, written)


def _as_written(kind: str, text: str) -> str:
    """Return what of *text* is read back from a row or a heading; empty when it would be read as something else."""
    if kind == "row":
        row = " ".join(text.split())
        return "" if _TABLE_RULE.match(row) else row
    return _CLOSING.sub("", text) if kind[0] == "h" else text


@dataclass
class _Writer:
    """Takes the walk's events, keeps the open context, holds the blocks."""

    links: Links
    blocks: list[tuple[str, str]] = field(default_factory=list)
    runs: list[InlineRun] = field(default_factory=list)
    styles: dict[int, int] = field(default_factory=lambda: dict.fromkeys(STYLES, 0))
    style: int = 0
    hrefs: list[str] = field(default_factory=lambda: [""])
    lists: list[ListNumbering] = field(default_factory=list)
    #: Kind and marker of the item whose first words are still to come.
    item: tuple[str, str] | None = None
    heading: int = 0
    pre: int = 0
    #: Open tables that hold data, as rows; None for those that are only layout, as blocks.
    tables: list[TableGrid | None] = field(default_factory=list)
    in_cell: bool = False
    after_break: bool = False

    def text(self, text: str) -> None:
        if self.pre and not self.in_cell and not self.heading:
            first, *others = _BLANK_LINE.split(text)
            self._add(first)
            for other in others:
                self.flush()
                self._add(other)
        else:
            self._add(text)

    def _add(self, text: str) -> None:
        is_space = text.isspace()
        if is_space and not self.runs:
            return
        if self.after_break and not is_space:
            if _BULLET.match(text.lstrip()) or _ANSWER.match(text.lstrip()):
                self.flush()
            self.after_break = False
        self.runs.append(InlineRun(text, self.style, self.hrefs[-1]))

    def start(self, element: Element) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self._start_block(element, tag)
        elif tag == "br":
            self._line_break()
        elif tag == "a":
            self.hrefs.append(self.links.address(element.get("href")))
        elif tag in _STYLES:
            self._restyle(_STYLES[tag], 1)
        elif tag == "img":
            self.runs.append(InlineRun(element.get("alt") or "", self.style, self.hrefs[-1]))
        elif tag == "q":
            self._add("“")

    def end(self, element: Element) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self._end_block(element, tag)
        elif tag == "a":
            self.hrefs.pop()
        elif tag in _STYLES:
            self._restyle(_STYLES[tag], -1)
        elif tag == "q":
            self._add("”")

    def flush(self) -> None:
        """Write what was gathered as a block of the kind that the context asks for."""
        self.after_break = False
        if self.in_cell:
            self.runs.append(InlineRun(" "))
            return
        if not self.runs:
            return
        runs, self.runs = self.runs, []
        text = render(runs, styled=not self.heading)
        if not text or _DECORATION.match(text):
            return
        item, self.item = self.item, None
        kind, text = self._heading(text, item) if self._is_heading(text) else self._body(text, item)
        if text:
            self.blocks.append((kind, text))

    def _is_heading(self, text: str) -> bool:
        return self.heading > 0 and len(text) <= _MAX_HEADING

    def _heading(self, text: str, item: tuple[str, str] | None) -> tuple[str, str]:
        kind, self.heading = f"h{self.heading}", 0
        # The number of an item that is a section is the number of its heading.
        return kind, f"{item[1]} {text}".strip() if item is not None and not text[0].isdigit() else text

    def _body(self, text: str, item: tuple[str, str] | None) -> tuple[str, str]:
        bullet = _BULLET.match(text)
        if item is not None:
            return item[0], f"{item[1]} {text[bullet.end() :] if bullet else text}".strip()
        if match := bullet or (self.pre and _PLAIN_BULLET.match(text)):
            return self._bullet_kind(), text[match.end() :].strip()
        return (self._bullet_kind(), text) if _ANSWER.match(text) else ("p", guarded(text))

    def _bullet_kind(self) -> str:
        depth = len(self.lists) + 1 if self.lists and self.blocks and self.blocks[-1][0][:2] in ("li", "ol") else 1
        return f"li{depth}" if depth > 1 else "li"

    def _start_block(self, element: Element, tag: str) -> None:
        if self.in_cell:
            self._start_in_cell(element, tag)
            return
        if self.heading and tag not in _END_HEADING:
            self.runs.append(InlineRun(" "))
            return
        self.flush()
        if tag in _HEADINGS:
            self.heading = _HEADINGS[tag]
        elif tag in _LISTS:
            self.lists.append(numbering_of(element))
        elif tag == "li":
            self.item = self._item(element)
        elif tag == "pre":
            self.pre += 1
        elif tag in _TABLE:
            self._start_table_part(element, tag)

    def _end_block(self, element: Element, tag: str) -> None:
        if self.in_cell:
            self._end_in_cell(element, tag)
            return
        if self.heading and tag not in _END_HEADING:
            self.runs.append(InlineRun(" "))
            return
        self.flush()
        if tag in _HEADINGS:
            self.heading = 0
        elif tag in _LISTS:
            self.lists.pop()
        elif tag == "li":
            self.item = None
        elif tag == "pre":
            self.pre = max(0, self.pre - 1)
        elif tag == "table":
            self._end_table()
        elif tag == "tr" and (grid := self._grid()) and (row := grid.end_row(len(self.blocks))):
            self.blocks.append(("row", " | ".join(row)))

    def _start_table_part(self, element: Element, tag: str) -> None:
        if tag == "table":
            self.tables.append(TableGrid() if holds_data(element) else None)
        elif tag == "tr" and (grid := self._grid()):
            grid.start_row()
        elif tag != "tr":
            self.in_cell = self._grid() is not None

    def _grid(self) -> TableGrid | None:
        return self.tables[-1] if self.tables else None

    def _end_table(self) -> None:
        grid = self.tables.pop()
        for place, row in grid.padded() if grid else ():
            self.blocks[place] = ("row", " | ".join(row))

    def _start_in_cell(self, element: Element, tag: str) -> None:
        """Take a block inside a cell: a row is one line, so a break is a space and an item has a bullet."""
        self.flush()
        if tag in _LISTS:
            self.lists.append(numbering_of(element))
        elif tag == "li":
            _, marker = self._item(element)
            self.runs.append(InlineRun(f"{marker or '•'} "))

    def _end_in_cell(self, element: Element, tag: str) -> None:
        grid = self._grid()
        if tag in ("td", "th") and grid is not None:
            grid.add(render(self.runs).replace("|", "\\|"), element)
            self.runs = []
            self.in_cell = False
        else:
            self.flush()
            if tag in _LISTS:
                self.lists.pop()

    def _item(self, element: Element) -> tuple[str, str]:
        """Return the kind and the marker of the list item *element*; one outside a list has a bullet."""
        kind, marker = (self.lists[-1] if self.lists else ListNumbering()).take(element)
        return kind + (str(len(self.lists)) if len(self.lists) > 1 and kind != "p" else ""), marker

    def _line_break(self) -> None:
        if self.after_break and not self.heading:
            self.flush()
        else:
            self.runs.append(InlineRun("\n"))
            self.after_break = True

    def _restyle(self, bit: int, step: int) -> None:
        self.styles[bit] += step
        self.style = sum(style for style, count in self.styles.items() if count > 0)


def guarded(text: str) -> str:
    """Return the paragraph *text* so that it does not open another kind of block."""
    match = _OPENER.match(text)
    return f"{match[1]}\\{text[len(match[1]) :]}" if match else text
