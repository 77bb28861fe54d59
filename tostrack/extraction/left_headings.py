"""Headings that have nothing below them once what surrounds a text is gone, as "Related" above a list of links."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tostrack.extraction.dom import Element
from tostrack.extraction.weights import HEADING, HEADINGS, TITLE, Weight, Weights

#: Letters of a heading above what surrounds a text.
_LONGEST = 80
#: What a line says that is more than a heading: a year, an address, the end of a sentence.
_SAYS_MORE = re.compile(r"\b(?:19|20)\d\d\b|[\w.+-]@[\w-]|[.;。][\"'”’)\]]*\s*$")


def find_left_headings(container: Element, parts: Iterable[Element], weights: Weights) -> list[Element]:
    """Return the headings in *container* below which nothing is left when *parts* are gone."""
    parts = list(parts)
    gone = set(parts)
    found = []
    for part in parts:
        heading = _find_heading(part, container, gone, weights)
        if heading is not None:
            gone.add(heading)
            found.append(heading)
    return found


def _find_heading(part: Element, container: Element, gone: set[Element], weights: Weights) -> Element | None:
    node = part
    while node is not container:
        if _has_tail(node):
            return None
        before = _find_before(node, weights)
        if before is not None:
            is_last = before not in gone and _is_heading(before, weights[before]) and not _has_tail(before)
            return before if is_last and _is_end(node, gone, weights) else None
        # All that its parent held is gone.
        parent = node.getparent()
        if (parent.text or "").strip() or _find_after(node, gone, weights) is not None:
            return None
        gone.add(parent)
        node = parent
    return None


def _is_end(node: Element, gone: set[Element], weights: Weights) -> bool:
    """Return whether a new section, or nothing, is behind *node*."""
    after = _find_after(node, gone, weights)
    if after is None:
        return True
    for each in after.iter():
        if each.tag in HEADINGS:
            return True
        if (each.text or "").strip():
            return False
    return False


def _find_before(node: Element, weights: Weights) -> Element | None:
    """Return what is right before *node* and holds text; what goes too, to stop there: a run of parts is read once."""
    siblings = node.itersiblings(preceding=True)
    return next((each for each in siblings if each in weights and weights[each].letters), None)


def _find_after(node: Element, gone: set[Element], weights: Weights) -> Element | None:
    siblings = node.itersiblings()
    return next((each for each in siblings if each in weights and weights[each].letters and each not in gone), None)


def _is_heading(element: Element, weight: Weight) -> bool:
    """Return whether *element* is a heading, or a label that ends in a colon, and says no more."""
    if weight.letters > _LONGEST or weight.tells & TITLE or weight.linked:
        return False
    words = "".join(element.itertext()).strip()
    is_heading = element.tag in HEADINGS[1:] or bool(weight.tells & HEADING) or words.endswith(":")
    return is_heading and element.tag != "h1" and _SAYS_MORE.search(words) is None


def _has_tail(element: Element) -> bool:
    return bool((element.tail or "").strip())
