"""How much text each element of a page holds, and of what kind: the evidence by which the policy is found on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tostrack.extraction.dom import Element, etree
from tostrack.extraction.markdown import BLOCKS, DROPPED
from tostrack.extraction.presentation import LABEL, STATE

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Bits of `Weight.tells`: what an element holds that tells what it is.
CONTROL, TITLE, MENU, HEADING = 1, 2, 4, 8
_TELLS = {
    **dict.fromkeys(("button", "input", "select", "form"), CONTROL),
    "h1": TITLE,
    "nav": MENU,
    **dict.fromkeys(HEADINGS[1:], HEADING),
}
#: Letters outside links from which on a block is prose and no label.
LEAST_PROSE = 40
#: A row is one block of prose; its cells alone may be too short.
_BLOCKS = BLOCKS - {"td", "th"}
_HEADINGS = frozenset(HEADINGS)


@dataclass(slots=True)
class Weight:
    """The content of an element: letters of prose, of all text, of links; telling elements; headings that are links."""

    prose: int = 0
    letters: int = 0
    linked: int = 0
    tells: int = 0
    linked_headings: int = 0

    @property
    def is_menu(self) -> bool:
        """Whether most of it is links."""
        return 2 * self.linked > self.letters

    def add(self, other: Weight, tells: int) -> None:
        """Count what a child holds, which *tells* what it is."""
        self.prose += other.prose
        self.letters += other.letters
        self.linked += other.linked
        self.tells |= other.tells | tells
        self.linked_headings += other.linked_headings

    def count(self, letters: int, linked: int) -> None:
        """Count this block's own text, as prose if it is neither a label nor a menu."""
        self.letters += letters
        self.linked += linked
        if letters - linked >= LEAST_PROSE and letters > 2 * linked:
            self.prose += letters - linked


Weights = Mapping[Element, Weight]


def weigh_elements(body: Element, url: str = "") -> dict[Element, Weight]:
    """Return what each element holds; prose is blocks of text that are not links.

    Args:
        url: The page's address: a heading that links to itself is no heading of a teaser.
    """
    weights: dict[Element, Weight] = {}
    open_, links = [Weight()], 0
    # Letters of the blocks that are open, and how many of them are links.
    letters, linked = [0], [0]
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if tag in DROPPED:
            if event == "start":
                open_[-1].tells |= _TELLS.get(tag, 0)
                walk.skip_subtree()
                continue
            text = element.tail
        elif event == "start":
            open_.append(Weight())
            links += tag == "a" and _leads_away(element)
            if tag in _BLOCKS:
                letters.append(0)
                linked.append(0)
            text = element.text
        else:
            links -= tag == "a" and _leads_away(element)
            own = weights[element] = open_.pop()
            if tag in _BLOCKS:
                own.count(letters.pop(), linked.pop())
            if tag in _HEADINGS and (own.is_menu or links > 0) and not _leads_within(element, url):
                own.linked_headings = 1
            is_state = tag == "span" and element.get(LABEL) == STATE
            open_[-1].add(own, CONTROL if is_state else _TELLS.get(tag, 0))
            text = element.tail if element is not body else None
        if text and (length := len(text.strip())):
            letters[-1] += length
            if links:
                linked[-1] += length
    return weights


def _leads_away(link: Element) -> bool:
    """Return whether *link* is not to a place on its own page: a table of contents is part of the policy."""
    href = link.get("href") or ""
    return not (href.startswith("#") and len(href) > 1)


def _leads_within(heading: Element, url: str) -> bool:
    """Return whether a link in *heading* is the address of the heading itself."""
    pages = {(link.get("href") or "").partition("#")[0] for link in heading.iter("a")}
    return bool(pages & {"", url.partition("#")[0]})
