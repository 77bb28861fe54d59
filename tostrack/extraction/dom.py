"""Text to tree, and surgery on it: parse, delete, cut out a stretch.

The tree is lxml's: it is ten times cheaper than Beautiful Soup's, which only serves selectors (`select`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any

import lxml.etree

#: lxml ships no types; the other modules take it from here.
etree: Any = lxml.etree
#: An element of a tree.
Element = Any

# What libxml2 2.14 does is in docs/upstream.md; contracts/workrounds.sh fails when one of these can go.
#: Below libxml2's own limits (256, or 2,048 with `huge_tree`), beyond which it drops text silently.
_MAX_DEPTH = 200
_NAME = re.compile(r"[a-z_][\w-]*", re.ASCII | re.IGNORECASE)
_MARK, _GONE, _PARAGRAPH = "tostrack-mark", "tostrack-gone", "tostrack-p"
#: A heading with one paragraph in it. Browsers keep it; libxml2 ends the heading, empty, where the paragraph begins.
#: Both cases are written out: a pattern that ignores case is searched letter by letter, and not from "<" to "<".
_SET_HEADING = re.compile(
    r"(<[hH]([1-6])(?:\s[^<>]*)?>\s*)<[pP]((?:\s[^<>]*)?>(?:[^<]|<(?!/?(?:[pP]|[hH][1-6])\b)){0,1000})(?:</[pP]\s*>)?"
    r"(?=\s*</[hH]\2)"
)
#: Elements without content that libxml2, which ends with HTML 4, takes all that follows into.
_VOID = re.compile(r"<(embed|source|track)\b((?:[^<>\"']|\"[^\"]{0,4000}\"|'[^']{0,4000}')*)>", re.IGNORECASE)

_VOID_START = re.compile("<(?:embed|EMBED|source|track)")


def parse(html: str) -> Element:
    """Return the root element of *html*. Never loses text, never nests deeper than code can walk.

    Raises:
        MemoryError: There was not enough of it.
    """
    html, headings = _SET_HEADING.subn(rf"\1<{_PARAGRAPH}\3</{_PARAGRAPH}>", html)
    if _VOID_START.search(html):
        html = _VOID.sub(r"<\1\2></\1>", html)
    content = html.encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    root = _parsed(content, parser)
    if root is not None and any("Excessive depth" in entry.message for entry in parser.error_log):
        flat = etree.HTMLParser(encoding="utf-8", huge_tree=True, target=_FlatBuilder())
        root = _parsed(content, flat)
    if headings and root is not None:
        for paragraph in root.iter(_PARAGRAPH):
            paragraph.tag = "p"
    return etree.Element("html") if root is None else root


def parse_plain_text(text: str) -> Element:
    """Return the root element of a page that holds nothing but *text*."""
    root = etree.Element("html")
    body = etree.SubElement(root, "body")
    etree.SubElement(body, "pre").text = text.replace("\f", "\n")
    return root


def _parsed(content: bytes, parser: Any) -> Element | None:
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        # Nothing but white space or comments.
        root = None
    # It is reported like a slip of the page: with half a tree, or none.
    if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
        raise MemoryError
    return root


class _FlatBuilder:
    """Builds a tree in which elements below `_MAX_DEPTH` are siblings: the text of a hostile page, in order."""

    def __init__(self) -> None:
        self._builder = etree.TreeBuilder()
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth <= _MAX_DEPTH:
            # The HTML parser takes names that the builder does not.
            named = {name: value for name, value in attributes.items() if _NAME.fullmatch(name)}
            self._builder.start(tag if _NAME.fullmatch(tag) else "span", named)

    def end(self, tag: str) -> None:
        if self._depth <= _MAX_DEPTH:
            self._builder.end(tag if _NAME.fullmatch(tag) else "span")
        self._depth -= 1

    def data(self, text: str) -> None:
        self._builder.data(text)

    def comment(self, text: str) -> None:
        """Drop a comment."""

    def close(self) -> Element:
        return self._builder.close()


def replace_content(element: Element, tag: str, text: str | None = None) -> None:
    """Make *element* a *tag* that holds nothing but *text*; its attributes are dropped, the text after it stays."""
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = tag, text, tail


def delete(root: Element, elements: Iterable[Element]) -> None:
    """Take *elements*, all of them below *root*, out of the tree; the text after each stays."""
    for element in elements:
        _save_marks(element)
        element.tag = _GONE
    # In one go: text that moves one element at a time is copied once for each.
    etree.strip_elements(root, _GONE, with_tail=False)


def unwrap(root: Element, elements: Iterable[Element]) -> None:
    """Replace each of *elements*, all of them below *root*, by what it holds."""
    for element in elements:
        element.tag = _GONE
    etree.strip_tags(root, _GONE)


def _save_marks(element: Element) -> None:
    """Move the marks inside *element* to before it: the end of a range outlives the elements around it."""
    for mark in list(element.iterdescendants(_MARK)):
        mark.tail = None
        element.addprevious(mark)


class Stretch:
    """The nodes between two points of a tree, held by marks so that it survives edits of the tree around it."""

    def __init__(self, start: Element, start_after: bool, end: Element, end_after: bool) -> None:
        self._start, self._end = etree.Element(_MARK), etree.Element(_MARK)
        _put(self._start, start, start_after)
        _put(self._end, end, end_after)

    def clone(self) -> Element | None:
        """Return a copy of the stretch, with the elements around it but nothing outside; None when it is backwards."""
        ancestor = self._common()
        if ancestor is None:
            return None
        root = copy.deepcopy(ancestor)
        root.tail = None
        start, end = self._marks_in(root, ancestor)
        for node in _path(start, root):
            parent = node.getparent()
            parent.text = None
            for sibling in list(node.itersiblings(preceding=True)):
                parent.remove(sibling)
        for node in _path(end, root):
            parent = node.getparent()
            node.tail = None
            for sibling in list(node.itersiblings()):
                parent.remove(sibling)
        delete(root, list(root.iter(_MARK)))
        return root

    def delete(self) -> None:
        """Take everything in the stretch out of the tree."""
        ancestor = self._common()
        if ancestor is None:
            return
        first, last = (
            next(n for n in _path(mark, None) if n.getparent() is ancestor) for mark in (self._start, self._end)
        )
        for node in _path(self._start, first):
            _delete_between(node, None)
        for node in _path(self._end, last):
            node.getparent().text = None
            for sibling in list(node.itersiblings(preceding=True)):
                if sibling.tag != _MARK:
                    _save_marks(sibling)
                    node.getparent().remove(sibling)
                else:
                    sibling.tail = None
        if first is not last:
            _delete_between(first, last)

    def close(self) -> None:
        """Take the marks out of the tree."""
        for mark in (self._start, self._end):
            delete(mark.getparent(), (mark,))

    def _common(self) -> Element | None:
        """Return the closest element around both marks when the start comes first."""
        around_start = list(self._start.iterancestors())
        around_end = set(self._end.iterancestors())
        ancestor = next((node for node in around_start if node in around_end), None)
        if ancestor is None:
            return None
        marks = [mark for mark in ancestor.iter(_MARK) if mark in (self._start, self._end)]
        return ancestor if marks[0] is self._start else None

    def _marks_in(self, root: Element, ancestor: Element) -> tuple[Element, Element]:
        """Return this stretch's marks in *root*, a copy of *ancestor*."""
        copies = list(root.iter(_MARK))
        places = list(ancestor.iter(_MARK))
        return copies[places.index(self._start)], copies[places.index(self._end)]


def _put(mark: Element, node: Element, after: bool) -> None:
    if node.getparent() is None:
        # The root itself: before it and after it are its own two ends.
        node.insert(len(node) if after else 0, mark)
        if not after:
            mark.tail, node.text = node.text, None
    elif after:
        tail, node.tail = node.tail, None
        node.addnext(mark)
        mark.tail = tail
    else:
        node.addprevious(mark)


def _path(node: Element, stop: Element | None) -> Iterator[Element]:
    """Yield *node* and the elements around it up to, without, *stop*."""
    while node is not None and node is not stop:
        parent = node.getparent()
        yield node
        node = parent


def _delete_between(node: Element, last: Element | None) -> None:
    """Delete what follows *node* inside its parent, up to *last*; marks stay."""
    parent = node.getparent()
    node.tail = None
    for sibling in list(node.itersiblings()):
        if sibling is last:
            return
        if sibling.tag == _MARK:
            sibling.tail = None
        else:
            _save_marks(sibling)
            parent.remove(sibling)
