"""A whole page in, the part of it that is the policy out, when the watchlist names none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tostrack.extraction.dom import Element, delete, etree
from tostrack.extraction.embedded import LABEL, STATE
from tostrack.extraction.markdown import BLOCKS, DROPPED
from tostrack.extraction.surroundings import find_surroundings

#: What surrounds a policy, by the author's own words. All of it must be a small part of the page to be dropped.
_MENU_ROLES = frozenset("navigation search menu menubar toolbar".split())
#: So called around a policy and inside it: a box between two clauses is an <aside> too.
_BOX_TAGS = frozenset(("footer", "aside", "dialog", "form"))
_BOX_ROLES = frozenset("banner contentinfo dialog alertdialog complementary alert status".split())
#: Of a page, not of a section, where they stand outside of its main part.
_PAGE_EDGES = frozenset(("header", "footer"))
_DIALOG_ROLES = frozenset(("dialog", "alertdialog"))
#: Letters: a consent dialog is shorter and has two buttons or more; a sign-up form is shorter and has a field.
_LONGEST_CONSENT, _LONGEST_SIGN_UP = 800, 300
#: What running text is made of: a box with two of these beside it stands in the text.
_FLOW = frozenset("p ul ol dl table blockquote h1 h2 h3 h4 h5 h6 section".split())
#: Consent tools by their own names, which no heading of a policy turns into.
_CONSENT_TOOL = re.compile(
    r"onetrust|ot-sdk|didomi|usercentrics|cookiebot|cybot|truste[-_]|qc-cmp|cc-window", re.IGNORECASE
)
#: Of a box with a control inside.
_CONSENT_NAME = re.compile(r"cookie|consent|gdpr", re.IGNORECASE)
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
#: Letters of the shortest sentence.
_LEAST_SENTENCE, _SENTENCE_ENDS = 12, ".!?:;。"
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


@dataclass(frozen=True)
class CutPart:
    """A part of a page that was taken for no part of the policy."""

    words: int
    #: Its first words.
    beginning: str
    #: Its element, as ``aside`` or ``div.cookie-banner``.
    element: str


def main_text(root: Element, url: str = "", cut: list[CutPart] | None = None) -> Element:
    """Return a ``<main>`` with the policy of the page at *url*; *root* is used up. What is left out goes into *cut*."""
    body = next(root.iter("body"), root)
    inside = _insides(body)
    furniture = _furniture(body, inside)
    if cut is not None:
        cut += map(_cut_part, furniture)
    delete(body, furniture)
    container = _container(body, inside)
    if container is body:
        # Its children are regions of the page.
        regions = [child for child in body.iterchildren("div", "section") if child in inside]
        menus = [child for child in regions if inside[child].is_menu and not inside[child].prose]
        if cut is not None:
            cut += map(_cut_part, menus)
        delete(body, menus)
    elif cut is not None:
        cut += map(_cut_part, _outside(container, body))
    around = find_surroundings(container, inside, url)
    if cut is not None:
        cut += map(_cut_part, around)
    delete(container, around)
    main = etree.Element("main")
    main.append(container)
    main[0].tail = None
    return main


def _outside(container: Element, body: Element) -> list[Element]:
    """Return the largest elements of *body* that *container* is not in."""
    found = []
    node = container
    while node is not body:
        parent = node.getparent()
        found += [child for child in parent if child is not node and child.tag not in DROPPED]
        node = parent
    return found


def _cut_part(element: Element) -> CutPart:
    words = " ".join(element.xpath(".//text()[not(ancestor::script or ancestor::style)]")).split()
    handle = element.get("id") or (element.get("class") or "").split()[:1]
    named = f"#{handle}" if isinstance(handle, str) else "".join(f".{name}" for name in handle)
    return CutPart(len(words), " ".join(words[:12]), f"{element.tag}{named}")


def _furniture(body: Element, inside: dict[Element, _Inside]) -> list[Element]:
    """Return what surrounds the policy, and take its prose off what is around it."""
    most = _MOST_FURNITURE * inside[body].prose
    found = []
    walk = etree.iterwalk(body, events=("start",))
    for _, element in walk:
        if element not in inside:
            walk.skip_subtree()
        elif element is not body and inside[element].prose <= most and _is_furniture(element, inside):
            found.append(element)
            walk.skip_subtree()
            for outer in element.iterancestors():
                if outer in inside:
                    inside[outer].prose -= inside[element].prose
    return found


def _is_furniture(element: Element, insides: dict[Element, _Inside]) -> bool:
    tag, role, inside = element.tag, element.get("role"), insides[element]
    if tag == "nav" or role in _MENU_ROLES:
        return True
    if tag == "button":
        return _is_command(element, inside)
    if tag == "header" and (not inside.tells & (_TITLE | _HEADING) or inside.tells & _MENU):
        # The title of the policy, or of a section, stands in a <header> of its own, without a menu.
        return not _is_part_of_text(element, insides)
    if tag in _BOX_TAGS or role in _BOX_ROLES or element.get("aria-modal") == "true":
        return not _is_part_of_text(element, insides)
    ident, classes = element.get("id"), element.get("class")
    if (ident and _CONSENT_TOOL.search(ident)) or not classes or tag in ("h1", "h2", "h3"):
        return ident is not None and _CONSENT_TOOL.search(ident) is not None
    consent, apart, possible = _says_furniture(classes)
    if consent:
        return True
    if apart and not _is_part_of_text(element, insides):
        return True
    if not possible or inside.is_menu:
        return possible
    return not inside.tells & (_TITLE | _HEADING) and (bool(inside.tells & _CONTROL) or not inside.prose)


def _is_part_of_text(element: Element, insides: dict[Element, _Inside]) -> bool:
    """Return whether a box belongs to the text around it: it holds prose, or a choice, and no menu, consent or form."""
    inside = insides[element]
    choices = element.xpath(f".//span[@{LABEL}='{STATE}']") if element.tag == "form" else ()
    if inside.is_menu or not (inside.prose or choices) or _asks_for_consent(element, inside):
        return False
    fields = [each for each in element.iter("input", "textarea", "select") if each.get("type") not in _NO_FIELDS]
    if element.tag == "form" and fields and not choices and inside.letters < _LONGEST_SIGN_UP:
        return False
    for outer in element.iterancestors("main", "article", "section", "div"):
        is_main = outer.tag in ("main", "article") or outer.get("role") == "main"
        if (is_main or outer.tag == "section") and outer in insides and insides[outer].prose > inside.prose:
            return True
    if element.tag in _PAGE_EDGES or element.get("role") in ("banner", "contentinfo"):
        return False
    beside = [each for each in element.getparent() if each is not element and each.tag in _FLOW and each in insides]
    return sum(insides[each].prose > 0 for each in beside) >= 2


#: Types of inputs that nobody writes into.
_NO_FIELDS = frozenset(("hidden", "submit", "button", "checkbox", "radio", "image", "reset"))


def _asks_for_consent(element: Element, inside: _Inside) -> bool:
    """Return whether *element* is a dialog that is answered by a button of two, or a consent tool by its names."""
    controls = sum(1 for _ in element.iter("button", "input")) + len(element.xpath(f".//span[@{LABEL}='{STATE}']"))
    names = " ".join(element.get(name) or "" for name in ("id", "class", "aria-label"))
    if controls and _CONSENT_NAME.search(names):
        return True
    is_dialog = element.tag == "dialog" or element.get("role") in _DIALOG_ROLES or element.get("aria-modal") == "true"
    return is_dialog and controls > 1 and inside.letters < _LONGEST_CONSENT


@lru_cache(maxsize=4096)
def _says_furniture(classes: str) -> tuple[bool, bool, bool]:
    """Return whether *classes* are a consent tool's, those of a part set apart, or may be those of something around."""
    return (
        _CONSENT_TOOL.search(classes) is not None,
        _APART_CLASS.search(classes) is not None,
        _FURNITURE_CLASS.search(classes) is not None,
    )


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
    if any(child is not bulk and _is_sentence(child, inside[child]) for child in children):
        return None
    # The title, and the date beside it, belong to the policy.
    return None if _has_title(container) and not _has_title(bulk) else bulk


def _is_sentence(element: Element, inside: _Inside) -> bool:
    """Return whether *element* is a short paragraph of its own, such as "We sell nothing."."""
    if element.tag not in ("p", "ul", "ol", "blockquote") or inside.linked or inside.letters < _LEAST_SENTENCE:
        return False
    return "".join(element.itertext()).rstrip()[-1:] in _SENTENCE_ENDS


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
            open_[-1].tells |= _CONTROL if tag == "span" and element.get(LABEL) == STATE else _TELLS.get(tag, 0)
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
