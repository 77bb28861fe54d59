"""Parts of a page that their place and their name tell from its text: captions, boxes and columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from tostrack.clauses import canonical_text
from tostrack.extraction.dom import Element, etree
from tostrack.extraction.names import matches_name
from tostrack.extraction.quality import classify_error_page
from tostrack.extraction.weights import CONTROL, HEADING, HEADINGS, TITLE, Weight, Weights

_TAGS = frozenset("div section aside ul ol nav p footer dl figure article header li blockquote table td form".split())
#: What running text is made of.
_FLOW = frozenset("p ul ol dl table blockquote pre".split())
#: An entry of a list or a table belongs to what is around it.
_ENTRIES = frozenset(("li", "td", "table"))
#: A named part holds less of the prose than this.
_MOST_NAMED = 0.45
#: This many parts of one name that hold prose are sections of the text.
_LEAST_SECTIONS = 3
#: The block of the text holds this much of the prose that is in no named part.
_LEAST_OF_TEXT = 0.9
#: A part outside of that block without a name is dropped up to this share, where it is links.
_MOST_UNNAMED = 0.1
#: Share of the letters of a column with a heading of its own that are links.
_LINKS_OF_A_COLUMN = 0.2
#: Share of the letters of a teaser that are links.
_LINKS_OF_A_TEASER = 0.2
#: Letters: a box between paragraphs is shorter, with a link in it the second.
_LONGEST_BOX, _LONGEST_LINKED_BOX = 200, 600
#: Letters of a line that says a date or an address.
_LONGEST_LINE = 150
_YEAR_OR_MAIL = re.compile(r"\b(?:19|20)\d\d\b|[\w.+-]@[\w-]")
_ENDS = re.compile(r"[.!?:;。][\"'”’)\]]*\s*$")
#: Letters of a caption, and of what else may be beside its picture.
_LONGEST_CAPTION, _BESIDE_CAPTION = 330, 150
_CAPTION_TAGS = frozenset(("p", "div", "span", "small", "dd", *HEADINGS[1:]))
_PICTURES = ("img", "picture", "video", "iframe", "svg", "object", "embed", "audio")
_NO_PICTURES = ("table", "blockquote", "ul", "ol", "dl", "pre")
#: Elements around a caption in which its picture is looked for.
_CAPTION_DEPTH = 4
_ID_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
#: Letters at the beginning of an element that its id may be made of.
_BEGINNING = 200
#: Classes that say what a page is about, or that it is made with a tool, and not what the element is.
_NO_NAMES = ("tag-", "category-", "elementor-")


def find_named_parts(container: Element, weights: Weights) -> list[Element]:
    """Return captions of pictures, and what is named as no part of the text where its place says so too."""
    captions, named = _find_candidates(container, weights)
    taken = dict.fromkeys(weights, 0)
    parts = {*captions, *named}
    for part in (*captions, *named):
        if parts.isdisjoint(part.iterancestors()):
            for outer in part.iterancestors():
                if outer in taken:
                    taken[outer] += weights[part].prose
    path = _find_text(container, weights, taken, named)
    around = {name.replace("_", "-") for each in path for name in (each.get("class") or "").split()}
    beside = [*_find_beside(path, weights, taken)]
    inside = _find_in_text(named, path[-1], weights)
    told = {each: " ".join(name for name in names if name not in around) for each, names in named.items()}
    apart = [each for each in named if _is_no_text(each, weights[each], told[each], is_inside=each in inside)]
    found = [*beside, *captions, *apart]
    gone = set(found)
    return [each for each in dict.fromkeys(found) if gone.isdisjoint(each.iterancestors())]


def _find_candidates(container: Element, weights: Weights) -> tuple[list[Element], dict[Element, list[str]]]:
    """Return the captions, and the elements that have the name of something beside a text, with all their names."""
    captions: list[Element] = []
    named: dict[Element, list[str]] = {}
    most = _MOST_NAMED * weights[container].prose
    walk = etree.iterwalk(container, events=("start",))
    for _, element in walk:
        if element not in weights:
            walk.skip_subtree()
        elif element is container:
            continue
        elif (picture := _find_picture(element, weights)) is not None:
            # With the text that replaces the picture.
            captions.append(picture)
            walk.skip_subtree()
        elif names := _find_names(element, weights[element], most):
            named[element] = names
    return captions, named


def _find_text(
    container: Element, weights: Weights, taken: Mapping[Element, int], named: Collection[Element]
) -> list[Element]:
    """Return the elements from *container* down to the one that holds nearly all prose outside of *named* parts."""
    path = [container]
    left = weights[container].prose - taken[container]
    while left:
        children = [each for each in path[-1] if each in weights and each not in named]
        bulk = max(children, key=lambda each: weights[each].prose - taken[each], default=None)
        if bulk is None or weights[bulk].prose - taken[bulk] < _LEAST_OF_TEXT * left:
            break
        path.append(bulk)
    return path


def _find_names(element: Element, weight: Weight, most: float) -> list[str]:
    """Return the names of *element* if one is of something beside a text."""
    if element.tag not in _TAGS or weight.tells & TITLE or weight.prose > most:
        return []
    found = _list_names(element)
    names = " ".join(found)
    tells = names and (matches_name("outside", names) or matches_name("inserted", names) or _is_teaser(names, weight))
    return found if tells else []


def _is_no_text(element: Element, weight: Weight, names: str, *, is_inside: bool) -> bool:
    """Return whether a part with *names* that the text has not is beside the text, or a box in it.

    Args:
        is_inside: Whether the part is in the text and goes on with it.
    """
    if is_inside:
        return (matches_name("inserted", names) or _is_teaser(names, weight)) and _is_box(element, weight, names)
    is_section = weight.prose and not weight.is_menu and weight.tells & (HEADING | CONTROL)
    if is_section and matches_name("topic", names):
        # Its heading may be a button that opens it.
        return False
    return (matches_name("outside", names) or _is_teaser(names, weight)) and not _is_dated_line(element, weight)


def _find_in_text(named: Mapping[Element, list[str]], text: Element, weights: Weights) -> set[Element]:
    """Return which of *named* are in *text* and go on with it: between its paragraphs, or sections of it."""
    uses = Counter(name for each, names in named.items() if weights[each].prose for name in names)
    sections = {name for name, count in uses.items() if count >= _LEAST_SECTIONS}
    flows: dict[Element, _Flow] = {}

    def goes_on(part: Element) -> bool:
        weight = weights[part]
        says = weight.prose or _ENDS.search("".join(part.itertext()))
        if says and not (weight.linked or weight.tells & CONTROL):
            return True
        return not sections.isdisjoint(named[part]) or _is_among_paragraphs(part, text, weights, flows)

    return {each for each in named if text in each.iterancestors() and goes_on(each)}


class _Flow(NamedTuple):
    """The places of the children of an element, and the first and the last that is a paragraph, list or table."""

    places: dict[Element, int]
    first: int
    last: int


def _is_among_paragraphs(element: Element, text: Element, weights: Weights, flows: dict[Element, _Flow]) -> bool:
    """Return whether running text is before and behind *element*, or what is around it up to *text*.

    What begins a section with running text has it around it too.
    """
    before = behind = False
    node = element
    while node is not text and not (before and behind):
        parent = node.getparent()
        if parent not in flows:
            flows[parent] = _find_flow(parent, weights)
        places, first, last = flows[parent]
        behind = behind or last > places[node]
        before = before or first < places[node] or (behind and node is element and not weights[node].prose)
        node = parent
    return before and behind


def _find_flow(parent: Element, weights: Weights) -> _Flow:
    places = {each: at for at, each in enumerate(parent)}
    flow = [at for each, at in places.items() if each in weights and each.tag in _FLOW and weights[each].prose]
    return _Flow(places, min(flow, default=len(places)), max(flow, default=-1))


def _is_teaser(names: str, weight: Weight) -> bool:
    return weight.linked >= _LINKS_OF_A_TEASER * weight.letters > 0 and matches_name("teaser", names)


def _is_box(element: Element, weight: Weight, names: str) -> bool:
    """Return whether an element between paragraphs is links, or short where no policy is about its name."""
    if element.tag in _ENTRIES:
        return False
    if not weight.prose:
        # It may be the heading of what follows.
        return weight.is_menu or not weight.tells & HEADING
    if weight.is_menu:
        return True
    longest = _LONGEST_LINKED_BOX if weight.linked else _LONGEST_BOX
    return weight.letters < longest and not matches_name("topic", names)


def _is_dated_line(element: Element, weight: Weight) -> bool:
    """Return whether a short text says a date or an address, as in "Last updated: 3 May 2024"."""
    if weight.letters >= _LONGEST_LINE:
        return False
    words = "".join(element.itertext())
    return "©" not in words and _YEAR_OR_MAIL.search(words) is not None


def _find_beside(path: list[Element], weights: Weights, taken: Mapping[Element, int]) -> Iterator[Element]:
    """Yield what is beside the text, whatever its name, and is links."""
    most = _MOST_UNNAMED * (weights[path[0]].prose - taken[path[0]])
    has_title = weights[path[-1]].tells & TITLE
    for outer, inner in pairwise(path):
        for each in outer:
            if each is inner or each not in weights or each.tag not in _TAGS:
                continue
            weight = weights[each]
            prose = weight.prose - taken[each]
            if (weight.tells & TITLE and not has_title) or not weight.letters or prose > most:
                continue
            if (weight.is_menu or _is_column(each, weight)) and not _is_dated_line(each, weight):
                yield each


def _is_column(element: Element, weight: Weight) -> bool:
    """Return whether *element* has links or the width of a column beside a text, and does not say why there is none."""
    if weight.linked <= _LINKS_OF_A_COLUMN * weight.letters and not matches_name("column", element.get("class") or ""):
        return False
    return not classify_error_page(canonical_text(" ".join(element.itertext())))


def _list_names(element: Element) -> list[str]:
    """Return the classes of *element*, without their modifiers, and its id where that is no anchor of a section."""
    classes = (element.get("class") or "").split()
    names = [name.partition("--")[0].replace("_", "-") for name in classes if not name.startswith(_NO_NAMES)]
    words = [word.lower() for word in _ID_WORD.findall(element.get("id") or "")]
    if words and matches_name("outside-id", "-".join(words)):
        beginning = "".join(element.itertext())[:_BEGINNING].lower()
        # As in id="newsletter" above "4. Newsletter".
        if not all(word in beginning for word in words):
            names.append("-".join(words))
    return names


def _find_picture(element: Element, weights: Weights) -> Element | None:
    """Return what holds a picture and little else but its caption, *element*; None where that is no caption."""
    weight = weights[element]
    if weight.letters > _LONGEST_CAPTION or weight.tells & TITLE:
        return None
    is_named = element.tag in _CAPTION_TAGS and matches_name("caption", element.get("class") or "")
    if element.tag != "figcaption" and not is_named:
        return None
    # Letters are counted where their block is.
    letters = weight.letters or len("".join(element.itertext()).strip())
    if not 0 < letters <= _LONGEST_CAPTION:
        return None
    outer = element
    for _ in range(_CAPTION_DEPTH):
        outer = outer.getparent()
        if outer not in weights or weights[outer].letters > letters + _BESIDE_CAPTION:
            return None
        if outer.tag == "figure" or next(outer.iter(*_PICTURES), None) is not None:
            if next(outer.iter(*_NO_PICTURES), None) is not None:
                return None
            return outer if weights[outer].letters <= letters else element
    return None
