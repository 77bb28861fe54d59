"""Find the part of a whole page that is the policy, when the watchlist names none."""

from __future__ import annotations

import re

from tostrack.extraction.dom import Element, delete, etree
from tostrack.extraction.furniture import SENTENCE_ENDS, find_furniture, find_surroundings
from tostrack.extraction.left_headings import find_left_headings
from tostrack.extraction.markdown import DROPPED
from tostrack.extraction.named_parts import find_named_parts
from tostrack.extraction.weights import CONTROL, Weight, Weights, weigh_elements
from tostrack.value import Value

_LANDMARKS = "//main | //*[@role='main'] | //article"
#: A landmark that holds less of the prose than this is one card among many.
_LEAST_LANDMARK = 0.6
#: A container is entered as long as it keeps this much of the prose: what is left out is a banner or a footer.
_LEAST_INSIDE = 0.97
#: Share of the letters of a footer that are links, at least.
_LINKS_OF_A_FOOTER = 0.3
#: A line above the text that says a year, as in "Last updated: 3 May 2024", has fewer letters.
_SHORT_LINE = 120
#: Letters of the shortest sentence.
_LEAST_SENTENCE = 12
_YEAR = re.compile(r"\b20\d\d\b")


class CutPart(Value):
    """A part of a page that was taken for no part of the policy."""

    words: int
    #: Its first words.
    beginning: str
    #: Its element, as ``aside`` or ``div.cookie-banner``.
    element: str


def main_text(root: Element, url: str = "", cut: list[CutPart] | None = None) -> Element:
    """Return a ``<main>`` with the policy of the page at *url*; *root* is used up. What is left out goes into *cut*."""

    def drop(tree: Element, parts: list[Element]) -> None:
        if cut is not None:
            cut.extend(map(_describe_part, parts))
        delete(tree, parts)

    body = next(root.iter("body"), root)
    weights = weigh_elements(body, url)
    furniture = find_furniture(body, weights)
    menus = [each for each in furniture if weights[each].is_menu and each.tag != "button"]
    drop(body, [*furniture, *find_left_headings(body, menus, weights)])
    container = _find_container(body, weights)
    if container is body:
        # Its children are regions of the page.
        regions = [child for child in body.iterchildren("div", "section") if child in weights]
        drop(body, [child for child in regions if weights[child].is_menu and not weights[child].prose])
    elif cut is not None:
        cut += map(_describe_part, _list_outside(container, body))
    around = find_surroundings(container, weights, url)
    drop(container, [*around, *find_left_headings(container, around, weights)])
    weights = weigh_elements(container, url)
    named = find_named_parts(container, weights)
    drop(container, [*named, *find_left_headings(container, named, weights)])
    main = etree.Element("main")
    main.append(container)
    main[0].tail = None
    return main


def _list_outside(container: Element, body: Element) -> list[Element]:
    """Return the largest elements of *body* that *container* is not in."""
    found = []
    node = container
    while node is not body:
        parent = node.getparent()
        found += [child for child in parent if child is not node and child.tag not in DROPPED]
        node = parent
    return found


def _describe_part(element: Element) -> CutPart:
    words = " ".join(element.xpath(".//text()[not(ancestor::script or ancestor::style)]")).split()
    ident, classes = element.get("id"), (element.get("class") or "").split()
    name = f"#{ident}" if ident else "".join(f".{first}" for first in classes[:1])
    return CutPart(len(words), " ".join(words[:12]), f"{element.tag}{name}")


def _find_container(body: Element, weights: Weights) -> Element:
    """Return the smallest element that holds nearly all prose; a landmark's if there is one that holds most of it."""
    total = weights[body].prose
    if not total:
        return body
    marked = [each for each in body.xpath(_LANDMARKS) if each in weights]
    marked = [each for each in marked if weights[each].prose >= _LEAST_LANDMARK * total]
    container = max(marked, key=lambda each: weights[each].prose, default=body)
    while (within := _find_bulk(container, weights)) is not None:
        container = within
    return container


def _find_bulk(container: Element, weights: Weights) -> Element | None:
    """Return the child of *container* that holds all of the policy that *container* holds, if one does."""
    children = [child for child in container if child in weights]
    bulk = max(children, key=lambda child: weights[child].prose, default=None)
    if bulk is None or weights[bulk].prose < _LEAST_INSIDE * weights[container].prose:
        return None
    others = [child for child in children if child is not bulk]
    before = children[: children.index(bulk)]
    if any(_may_be_policy(weights[child]) or _is_sentence(child, weights[child]) for child in others):
        return None
    if any(weights[child].letters < _SHORT_LINE and _is_dated(child) for child in before):
        return None
    # The title, and the date beside it, belong to the policy.
    return None if _has_title(container) and not _has_title(bulk) else bulk


def _may_be_policy(weight: Weight) -> bool:
    """Return whether prose beside the rest is a first paragraph; a banner has a button, a footer has links."""
    has_links = weight.linked >= _LINKS_OF_A_FOOTER * weight.letters
    return bool(weight.prose) and not weight.tells & CONTROL and not has_links


def _is_sentence(element: Element, weight: Weight) -> bool:
    """Return whether *element* is a short paragraph of its own, such as "We sell nothing."."""
    if element.tag not in ("p", "ul", "ol", "blockquote") or weight.linked or weight.letters < _LEAST_SENTENCE:
        return False
    return "".join(element.itertext()).rstrip()[-1:] in SENTENCE_ENDS


def _is_dated(element: Element) -> bool:
    words = "".join(element.itertext())
    return "©" not in words and _YEAR.search(words) is not None


def _has_title(element: Element) -> bool:
    return next(element.iterdescendants("h1"), None) is not None
