"""Selectors on a page: which elements they name, what is taken out, what is kept.

Plain selectors (by far the most) run as XPath in lxml. The others run in soupsieve, on a Beautiful Soup mirror of the
same tree, so that both see the same page.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from tostrack.errors import ExtractError
from tostrack.extraction.dom import Element, Stretch, delete, etree
from tostrack.models import Range, Selector

#: Keys of a range here, by their names here and in Open Terms Archive.
_RANGE_KEYS = {
    name: f"{end}_{side.lower()}"
    for end in ("start", "end")
    for side in ("Before", "After")
    for name in (f"{end}{side}", f"{end}_{side.lower()}")
}
#: Nested matches repeat their text, as in the peer's extractor; a page repeated more often than this is a mistake.
_MAX_REPEATS = 20


def parse_selectors(selectors: object) -> tuple[Selector, ...]:
    """Return *selectors* (one or several; CSS, `Range` or mappings with a range's keys) as values.

    Raises:
        ExtractError: One of them is none of these, or a range has not one start and one end.
    """
    if isinstance(selectors, str | Range | Mapping):
        selectors = (selectors,)
    if not isinstance(selectors, Iterable):
        raise ExtractError(f"{selectors!r} is no selector: give CSS or a range", cause="config")
    return tuple(_as_selector(selector) for selector in selectors)


def _as_selector(selector: object) -> Selector:
    if isinstance(selector, str):
        return selector
    if isinstance(selector, Mapping):
        unknown = [str(key) for key in selector if key not in _RANGE_KEYS]
        if unknown:
            raise ExtractError(f"range {dict(selector)!r}: unknown key {', '.join(unknown)}", cause="config")
        selector = Range(**{_RANGE_KEYS[key]: value for key, value in selector.items()})
    if not isinstance(selector, Range):
        raise ExtractError(f"{selector!r} is no selector: give CSS or a range", cause="config")
    starts = sum(end is not None for end in (selector.start_before, selector.start_after))
    ends = sum(end is not None for end in (selector.end_before, selector.end_after))
    if (starts, ends) != (1, 1):
        raise ExtractError(f"range {selector}: give one start and one end", cause="config")
    return selector


def find_css_fault(css: str) -> str:
    """Return what is wrong with *css*; empty when it is a selector."""
    import soupsieve

    try:
        soupsieve.compile(css)
    except (soupsieve.SelectorSyntaxError, NotImplementedError, ValueError) as error:
        return str(error).partition("\n")[0].rstrip(".")
    except RecursionError:
        return "nested too deeply"
    return ""


class Selection:
    """The live tree of one page, asked for elements by selectors."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._mirror: _Mirror | None = None

    def remove(self, selectors: Sequence[Selector]) -> None:
        """Take out what *selectors* name: all found first, then CSS matches deleted, then ranges emptied.

        Raises:
            ExtractError: A selector is no CSS, or an end of a range is not on the page.
        """
        ends = [self._ends(selector, "remove") for selector in selectors if isinstance(selector, Range)]
        named = [element for selector in selectors if isinstance(selector, str) for element in self.matches(selector)]
        # Only now, because the marks that hold a stretch come between neighbours.
        stretches = [Stretch(*place) for place in ends]
        delete(self._root, [element for element in named if element is not self._root])
        for stretch in stretches:
            stretch.delete()
            stretch.close()
        self._mirror = None

    def select(self, selectors: Sequence[Selector]) -> Element:
        """Return a new ``<main>`` with copies of what *selectors* name, in their order.

        Raises:
            ExtractError: A selector is no CSS or names nothing, or an end of a range is not on the page.
        """
        main = etree.Element("main")
        budget = _MAX_REPEATS * (1 + sum(1 for _ in self._root.iter()))
        for selector in selectors:
            for part in self._parts(selector):
                budget -= sum(1 for _ in islice(part.iter(), budget))
                if budget <= 0:
                    raise ExtractError(f"select {str(selector)!r} names the same text over and over: name one element")
                clone = copy.deepcopy(part)
                clone.tail = None
                main.append(clone)
        return main

    def matches(self, css: str) -> list[Element]:
        """Return the elements that *css* names, in document order.

        Raises:
            ExtractError: *css* is no selector.
        """
        expression = _xpath(css)
        if expression:
            return list(self._root.xpath(expression))
        if self._mirror is None:
            self._mirror = _Mirror(self._root)
        return self._mirror.matches(css)

    def _parts(self, selector: Selector) -> list[Element]:
        if isinstance(selector, str):
            parts = self.matches(selector)
        else:
            stretch = Stretch(*self._ends(selector, "select"))
            clone = stretch.clone()
            stretch.close()
            self._mirror = None
            parts = [] if clone is None else [clone]
        if not parts:
            raise ExtractError(f"select {_quoted(selector)} matches nothing on the page")
        return parts

    def _ends(self, selector: Range, use: str) -> tuple[Element, bool, Element, bool]:
        start = self._end_of(selector, "start", selector.start_before or selector.start_after or "", use)
        end = self._end_of(selector, "end", selector.end_before or selector.end_after or "", use)
        return start, selector.start_after is not None, end, selector.end_after is not None

    def _end_of(self, selector: Range, which: str, css: str, use: str) -> Element:
        found = self.matches(css)
        if not found:
            raise ExtractError(f"{use} {selector}: the {which} {css!r} matches nothing on the page")
        return found[0]


def _quoted(selector: Selector) -> str:
    return repr(selector) if isinstance(selector, str) else str(selector)


_NAME = r"-?[A-Za-z_][\w-]*"
_COMPOUND = re.compile(
    rf"(?P<tag>\*|{_NAME})?"
    rf"(?P<rest>(?:[#.]{_NAME}|\[\s*{_NAME}\s*(?:[~^$*]?=\s*(?:\"[^\"\\]*\"|'[^'\\]*'|{_NAME})\s*)?\])*)",
    re.ASCII,
)
_SIMPLE = re.compile(
    rf"(?P<mark>[#.])(?P<name>{_NAME})"
    rf"|\[\s*(?P<attribute>{_NAME})\s*(?:(?P<operator>[~^$*]?=)\s*(?P<value>\"[^\"]*\"|'[^']*'|{_NAME})\s*)?\]",
    re.ASCII,
)
_COMBINATOR = re.compile(r"\s*([>+~])\s*|\s+")
_AXES = {
    "": "//{}",
    ">": "/{}",
    "~": "/following-sibling::{}",
    "+": "/following-sibling::*[1][self::{}]",
}


def find_plain(root: Element, css: str) -> list[Element]:
    """Return the elements that *css* names; none where it has more than names, attributes and combinators."""
    expression = _xpath(css)
    return list(root.xpath(expression)) if expression else []


@lru_cache(maxsize=1024)
def _xpath(css: str) -> str:
    """Return *css* as XPath, or the empty string when it has more than names, attributes and combinators."""
    paths = []
    for group in css.split(","):
        path = _group_xpath(group.strip())
        if not path:
            return ""
        paths.append(path)
    return " | ".join(paths)


def _group_xpath(group: str) -> str:
    path, place, combinator = "", 0, ""
    while True:
        match = _COMPOUND.match(group, place)
        if match is None or match.end() == place:
            return ""
        tag = (match["tag"] or "*").lower()
        tests = "".join(_test(simple) for simple in _SIMPLE.finditer(match["rest"]))
        # The page itself is an element of the page: ``//`` also tries the root.
        path += (_AXES[combinator].format(tag) if path else f"//{tag}") + tests
        place = match.end()
        if place == len(group):
            return path
        between = _COMBINATOR.match(group, place)
        if between is None:
            return ""
        combinator = between[1] or ""
        place = between.end()


#: What a test of an attribute comes to, by its operator.
_TESTS = {
    "=": "[{attribute}={literal}]",
    "~=": "[contains(concat(' ', normalize-space({attribute}), ' '), {word})]",
    "^=": "[starts-with({attribute}, {literal})]",
    "*=": "[contains({attribute}, {literal})]",
    "$=": "[string-length({attribute}) >= {length} and "
    "substring({attribute}, string-length({attribute}) - {length} + 1) = {literal}]",
}


def _test(simple: re.Match[str]) -> str:
    if text := simple["name"]:
        attribute, operator = ("@id", "=") if simple["mark"] == "#" else ("@class", "~=")
    else:
        attribute, operator, value = f"@{simple['attribute'].lower()}", simple["operator"], simple["value"] or ""
        text = value[1:-1] if value[:1] in ("'", '"') else value
    if not operator:
        return f"[{attribute}]"
    if (not text and operator != "=") or (operator == "~=" and re.search(r"\s", text)):
        return "[false()]"
    quote = "'" if '"' in text else '"'
    literal, word = f"{quote}{text}{quote}", f"{quote} {text} {quote}"
    return _TESTS[operator].format(attribute=attribute, literal=literal, word=word, length=len(text))


class _Mirror:
    """A Beautiful Soup copy of a tree that knows the element of each of its tags."""

    def __init__(self, root: Element) -> None:
        from bs4 import BeautifulSoup
        from bs4.builder import TreeBuilder

        elements: dict[int, Element] = {}

        class FromTree(TreeBuilder):
            def feed(self, _markup: Any) -> None:
                soup = self.soup
                assert soup is not None
                for event, element in etree.iterwalk(root, events=("start", "end")):
                    if event == "start":
                        tag = soup.handle_starttag(element.tag, None, None, dict(element.items()))
                        elements[id(tag)] = element
                        if element.text:
                            soup.handle_data(element.text)
                    else:
                        soup.handle_endtag(element.tag)
                        if element.tail:
                            soup.handle_data(element.tail)

        self._soup = BeautifulSoup("-", builder=FromTree())
        self._elements = elements

    def matches(self, css: str) -> list[Element]:
        import soupsieve

        if fault := find_css_fault(css):
            raise ExtractError(f"{css!r} is no CSS selector: {fault}", cause="config")
        return [self._elements[id(tag)] for tag in soupsieve.select(css, self._soup)]
