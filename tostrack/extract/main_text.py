"""A whole page in, the part of it that is the policy out, when the watchlist names none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tostrack.extract.dom import Element, delete, etree
from tostrack.extract.markdown import BLOCKS, DROPPED

#: What surrounds a policy, by the author's own words. All of it must be a small part of the page to be dropped.
_FURNITURE_TAGS = frozenset(("nav", "footer", "aside", "dialog", "form"))
_FURNITURE_ROLES = frozenset(
    "navigation banner contentinfo search dialog alertdialog complementary menu menubar toolbar alert status".split()
)
#: Consent tools by their own names, which no heading of a policy turns into.
_CONSENT_TOOL = re.compile(
    r"onetrust|ot-sdk|didomi|usercentrics|cookiebot|cybot|truste[-_]|qc-cmp|cc-window", re.IGNORECASE
)
#: Classes only: an id often comes from a heading, as in ``id="social-media"``. With a control inside, or nothing but
#: links: what is left may be a section of the policy about these things.
_FURNITURE_CLASS = re.compile(
    r"cookie[-_]?(?:banner|bar|consent|notice|popup|modal|message|dialog|overlay|settings)|(?:^|\s)(?:modal|popup)\b"
    r"|breadcrumb|newsletter|subscribe|skip[-_]?(?:link|to|nav)|navbar|(?:nav|mega|side)[-_]?menu|side[-_]?(?:bar|nav)"
    r"|(?:site|page|global|main)[-_]?(?:footer|header|nav)|share[-_]?(?:bar|buttons|links)"
    r"|(?:language|locale|lang|country|region)[-_]?(?:selector|switcher|picker|menu|select)"
    r"|social[-_]?(?:links|icons|share)|related[-_]?(?:articles|posts|links)|helpful|feedback",
    re.IGNORECASE,
)
_UNSEEN_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-?reader(?:-only|-text)?)(?:\s|$)", re.IGNORECASE
)
_CONTROLS = ("button", "input", "select", "form")
_LANDMARKS = "//main | //*[@role='main'] | //article"
#: Furniture holds less of a page's prose than this, or it is not furniture: a whole policy can stand in a <form>.
_MOST_FURNITURE = 0.25
#: A landmark that holds less of the prose than this is one card among many.
_LEAST_LANDMARK = 0.6
#: A container is entered as long as it keeps this much of the prose: what is left out is a banner or a footer.
_LEAST_INSIDE = 0.97
#: Letters outside links from which on a block is prose and no label.
_LEAST_PROSE = 40
#: A row is one block of prose; its cells alone may be too short.
_CELLS = frozenset(("td", "th"))


@dataclass
class _Block:
    letters: int = 0
    linked: int = 0

    def count(self, text: str | None, links: int) -> None:
        """Count *text*, which stands inside so many *links*."""
        if text and links:
            self.linked += len(text.strip())
        elif text:
            self.letters += len(text.strip())

    @property
    def prose(self) -> int:
        """Its letters, if it is prose and neither a label nor a menu."""
        return self.letters if self.letters >= _LEAST_PROSE and self.linked < self.letters else 0


def main_text(root: Element) -> Element:
    """Return a ``<main>`` with the policy of the page; *root* is used up."""
    body = next(root.iter("body"), root)
    prose = _prose(body)
    total = prose.get(body, 0)
    for element in [element for element in prose if element is not body and _is_furniture(element)]:
        if prose[element] <= _MOST_FURNITURE * total:
            for outer in element.iterancestors():
                if outer in prose:
                    prose[outer] -= prose[element]
            delete(element)
    main = etree.Element("main")
    main.append(_container(body, prose))
    main[0].tail = None
    return main


def _is_furniture(element: Element) -> bool:
    tag = element.tag
    if tag in _FURNITURE_TAGS or element.get("role") in _FURNITURE_ROLES or element.get("aria-modal") == "true":
        return True
    if tag == "header":
        # The title of the policy stands in a <header> of its own, without a menu.
        return not _has(element, "h1") or _has(element, "nav")
    if tag == "button":
        return _is_command(element)
    ident, classes = element.get("id"), element.get("class")
    if (ident and _CONSENT_TOOL.search(ident)) or not classes or tag in ("h1", "h2", "h3"):
        return ident is not None and _CONSENT_TOOL.search(ident) is not None
    certain, possible = _says_furniture(classes)
    return certain or (possible and (_has(element, *_CONTROLS) or _is_menu(element)))


@lru_cache(maxsize=4096)
def _says_furniture(classes: str) -> tuple[bool, bool]:
    """Return whether *classes* surely and whether they possibly are those of something around a policy."""
    certain = _CONSENT_TOOL.search(classes) or _UNSEEN_CLASS.search(classes)
    return certain is not None, _FURNITURE_CLASS.search(classes) is not None


def _has(element: Element, *tags: str) -> bool:
    return next(element.iterdescendants(*tags), None) is not None


def _is_command(button: Element) -> bool:
    """Return whether *button* does something, and does not open a section that it is the heading of."""
    if button.get("aria-expanded") or button.get("aria-controls") or _has(button, "h1", "h2", "h3", "h4", "h5", "h6"):
        return False
    parent = button.getparent()
    return parent is None or parent.tag not in ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt")


def _is_menu(element: Element) -> bool:
    """Return whether *element* holds links and no other words."""
    linked = sum(len("".join(link.itertext()).strip()) for link in element.iterdescendants("a"))
    return 2 * linked > len("".join(element.itertext()).strip())


def _container(body: Element, prose: dict[Element, int]) -> Element:
    """Return the smallest element that holds nearly all prose; a landmark's if there is one that holds most of it."""
    if not prose[body]:
        return body
    container = body
    marked = [element for element in body.xpath(_LANDMARKS) if prose.get(element, 0) >= _LEAST_LANDMARK * prose[body]]
    if marked:
        container = max(marked, key=lambda element: prose[element])
    while True:
        inside = [
            child for child in container.iterchildren() if prose.get(child, 0) >= _LEAST_INSIDE * prose[container]
        ]
        # The title, and the date beside it, belong to the policy.
        if not inside or (_has(container, "h1") and not _has(inside[0], "h1")):
            return container
        container = inside[0]


def _prose(body: Element) -> dict[Element, int]:
    """Return for every element how many letters of prose (blocks of text that are not links) stand inside it."""
    prose: dict[Element, int] = {}
    blocks = [_Block()]
    counts = [0]
    links = 0
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        dropped = tag in DROPPED
        is_block = tag in BLOCKS and tag not in _CELLS
        if event == "start":
            if dropped:
                walk.skip_subtree()
                continue
            counts.append(0)
            links += tag == "a"
            if is_block:
                blocks.append(_Block())
            blocks[-1].count(element.text, links)
            continue
        if not dropped:
            links -= tag == "a"
            prose[element] = counts.pop() + (blocks.pop().prose if is_block else 0)
            counts[-1] += prose[element]
        if element is not body:
            blocks[-1].count(element.tail, links)
    return prose
