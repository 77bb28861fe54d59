"""A whole page in, the part of it that is the policy out, when the watchlist names none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tostrack.extraction.dom import Element, delete, etree
from tostrack.extraction.markdown import BLOCKS, DROPPED

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
    r"cookie[-_]?(?:banner|bar|consent|notice|popup|modal|message|dialog|overlay|settings)"
    r"|breadcrumb|newsletter|subscribe|skip[-_]?(?:link|to|nav)|navbar|(?:nav|mega|side)[-_]?menu|side[-_]?(?:bar|nav)"
    r"|(?:^|[\s_-])footer|(?:site|page|global|main)[-_]?(?:footer|header|nav)|share[-_]?(?:bar|buttons|links)"
    r"|(?:language|locale|lang|country|region)[-_]?(?:selector|switcher|picker|menu|select)"
    r"|social[-_]?(?:links|icons|share)|related[-_]?(?:articles|posts|links)|helpful|feedback",
    re.IGNORECASE,
)
#: For screen readers, and what opens over the page.
_APART_CLASS = re.compile(
    r"(?:^|\s)(?:modal|popup|lightbox|sr-only|visually-?hidden|screen-?reader(?:-only|-text)?)(?:\s|$)", re.IGNORECASE
)
#: Elements that tell what the one around them is.
_CONTROL, _TITLE, _MENU, _HEADING = 1, 2, 4, 8
_TELLS = {
    **dict.fromkeys(("button", "input", "select", "form"), _CONTROL),
    "h1": _TITLE,
    "nav": _MENU,
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), _HEADING),
}
_LANDMARKS = "//main | //*[@role='main'] | //article"
#: Furniture holds less of a page's prose than this, or it is not furniture: a whole policy can stand in a <form>.
_MOST_FURNITURE = 0.25
#: A landmark that holds less of the prose than this is one card among many.
_LEAST_LANDMARK = 0.6
#: A container is entered as long as it keeps this much of the prose: what is left out is a banner or a footer.
_LEAST_INSIDE = 0.97
#: Share of the letters of a footer that are links, at least.
_LINKS_OF_A_FOOTER = 0.3
#: A line above the text that says a year, as in "Last updated: 3 May 2024", has fewer letters.
_SHORT_LINE = 120
_YEAR = re.compile(r"\b20\d\d\b")
#: Letters outside links from which on a block is prose and no label.
_LEAST_PROSE = 40
#: A row is one block of prose; its cells alone may be too short.
_CELLS = frozenset(("td", "th"))


@dataclass(slots=True)
class _Inside:
    """What stands inside an element: letters of prose, of all text, of links, and which telling elements."""

    prose: int = 0
    letters: int = 0
    linked: int = 0
    tells: int = 0

    @property
    def is_menu(self) -> bool:
        """Whether most of it is links."""
        return 2 * self.linked > self.letters

    def add(self, other: _Inside) -> None:
        """Count what stands inside a child."""
        self.prose += other.prose
        self.letters += other.letters
        self.linked += other.linked
        self.tells |= other.tells


def main_text(root: Element) -> Element:
    """Return a ``<main>`` with the policy of the page; *root* is used up."""
    body = next(root.iter("body"), root)
    inside = _insides(body)
    delete(body, _furniture(body, inside))
    container = _container(body, inside)
    if container is body:
        # Its children are regions of the page.
        regions = [child for child in body.iterchildren("div", "section") if child in inside]
        delete(body, [child for child in regions if inside[child].is_menu and not inside[child].prose])
    main = etree.Element("main")
    main.append(container)
    main[0].tail = None
    return main


def _furniture(body: Element, inside: dict[Element, _Inside]) -> list[Element]:
    """Return what surrounds the policy, and take its prose off what is around it."""
    most = _MOST_FURNITURE * inside[body].prose
    found = []
    walk = etree.iterwalk(body, events=("start",))
    for _, element in walk:
        if element not in inside:
            walk.skip_subtree()
        elif element is not body and inside[element].prose <= most and _is_furniture(element, inside[element]):
            found.append(element)
            walk.skip_subtree()
            for outer in element.iterancestors():
                if outer in inside:
                    inside[outer].prose -= inside[element].prose
    return found


def _is_furniture(element: Element, inside: _Inside) -> bool:
    tag = element.tag
    if tag in _FURNITURE_TAGS or element.get("role") in _FURNITURE_ROLES or element.get("aria-modal") == "true":
        return True
    if tag == "header":
        # The title of the policy, or of a section, stands in a <header> of its own, without a menu.
        return not inside.tells & (_TITLE | _HEADING) or bool(inside.tells & _MENU)
    if tag == "button":
        return _is_command(element, inside)
    ident, classes = element.get("id"), element.get("class")
    if (ident and _CONSENT_TOOL.search(ident)) or not classes or tag in ("h1", "h2", "h3"):
        return ident is not None and _CONSENT_TOOL.search(ident) is not None
    certain, possible = _says_furniture(classes)
    if not possible or inside.is_menu:
        return certain or possible
    return certain or (not inside.tells & (_TITLE | _HEADING) and (bool(inside.tells & _CONTROL) or not inside.prose))


@lru_cache(maxsize=4096)
def _says_furniture(classes: str) -> tuple[bool, bool]:
    """Return whether *classes* surely and whether they possibly are those of something around a policy."""
    certain = _CONSENT_TOOL.search(classes) or _APART_CLASS.search(classes)
    return certain is not None, _FURNITURE_CLASS.search(classes) is not None


def _is_command(button: Element, inside: _Inside) -> bool:
    """Return whether *button* does something, and does not open a section that it is the heading of."""
    if button.get("aria-expanded") or button.get("aria-controls") or inside.tells & (_TITLE | _HEADING):
        return False
    return button.getparent().tag not in ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt")


def _container(body: Element, inside: dict[Element, _Inside]) -> Element:
    """Return the smallest element that holds nearly all prose; a landmark's if there is one that holds most of it."""
    total = inside[body].prose
    if not total:
        return body
    container = body
    marked = [e for e in body.xpath(_LANDMARKS) if e in inside and inside[e].prose >= _LEAST_LANDMARK * total]
    if marked:
        container = max(marked, key=lambda element: inside[element].prose)
    while (within := _bulk(container, inside)) is not None:
        container = within
    return container


def _bulk(container: Element, inside: dict[Element, _Inside]) -> Element | None:
    """Return the child of *container* that holds all of the policy that *container* holds, if one does."""
    children = [child for child in container.iterchildren() if child in inside]
    bulk = max(children, key=lambda child: inside[child].prose, default=None)
    if bulk is None or inside[bulk].prose < _LEAST_INSIDE * inside[container].prose:
        return None
    others = [inside[child] for child in children if child is not bulk and inside[child].prose]
    # The first paragraph may stand apart from the rest; a banner has a button, a footer has links.
    if any(not other.tells & _CONTROL and other.linked < _LINKS_OF_A_FOOTER * other.letters for other in others):
        return None
    if any(inside[child].letters < _SHORT_LINE and _is_dated(child) for child in children[: children.index(bulk)]):
        return None
    # The title, and the date beside it, belong to the policy.
    return None if _has_title(container) and not _has_title(bulk) else bulk


def _is_dated(element: Element) -> bool:
    words = "".join(element.itertext())
    return "©" not in words and _YEAR.search(words) is not None


def _has_title(element: Element) -> bool:
    return next(element.iterdescendants("h1"), None) is not None


def _insides(body: Element) -> dict[Element, _Inside]:
    """Return for every element what stands inside it; prose is blocks of text that are not links."""
    insides: dict[Element, _Inside] = {}
    blocks = [_Inside()]
    open_ = [_Inside()]
    links = 0
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        dropped = tag in DROPPED
        is_block = tag in BLOCKS and tag not in _CELLS
        if event == "start":
            if dropped:
                open_[-1].tells |= _TELLS.get(tag, 0)
                walk.skip_subtree()
                continue
            open_.append(_Inside())
            links += tag == "a" and _leads_away(element)
            if is_block:
                blocks.append(_Inside())
            _count(blocks[-1], element.text, links)
            continue
        if not dropped:
            links -= tag == "a" and _leads_away(element)
            own = insides[element] = open_.pop()
            if is_block:
                own.add(_weighed(blocks.pop()))
            open_[-1].add(own)
            open_[-1].tells |= _TELLS.get(tag, 0)
        if element is not body:
            _count(blocks[-1], element.tail, links)
    return insides


def _leads_away(link: Element) -> bool:
    """Return whether *link* is not to a place on its own page: a table of contents is part of the policy."""
    href = link.get("href") or ""
    return not (href.startswith("#") and len(href) > 1)


def _count(block: _Inside, text: str | None, links: int) -> None:
    if text:
        length = len(text.strip())
        block.letters += length
        if links:
            block.linked += length


def _weighed(block: _Inside) -> _Inside:
    """Return *block*, which is prose if it is neither a label nor a menu."""
    own = block.letters - block.linked
    block.prose = own if own >= _LEAST_PROSE and own > block.linked else 0
    return block
