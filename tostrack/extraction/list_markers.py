"""Numbers, letters and Roman numerals of list items, as a browser shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tostrack.extraction.dom import Element

#: Markdown, as `clauses` reads it, counts to here; a larger number stays in the text of a bulleted item.
_MOST_IN_MARKDOWN = 999
#: The Roman numerals that browsers write end here.
_MOST_ROMAN = 3999
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_TYPES = {"a": "a", "A": "A", "i": "i", "I": "I", "lower-roman": "i", "upper-roman": "I", "lower-greek": "α"}
_TYPES |= {f"{case}-{name}": letter for case, letter in (("lower", "a"), ("upper", "A")) for name in ("alpha", "latin")}
_STYLE = re.compile(
    r"list-style(?:-type)?\s*:[^;]*?\b((?:lower|upper)-(?:alpha|latin|roman|greek)|none|decimal)\b", re.IGNORECASE
)
_STYLE_CLASS = re.compile(r"(?:^|[\s_-])((?:lower|upper)-(?:alpha|latin|roman))(?:\s|$)", re.IGNORECASE)
#: A marker that an author wrote by hand.
_OWN_MARKER = re.compile(r"\s*\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]", re.IGNORECASE)
_GREEK = "αβγδεζηθικλμνξοπρστυφχψω"


@dataclass
class ListNumbering:
    """The current number of one open list."""

    ordered: bool = False
    number: int = 1
    step: int = 1
    #: ``a``, ``A``, ``i``, ``I``, ``α``, ``none``, or the empty string for decimal numbers.
    type: str = ""

    def take(self, item: Element) -> tuple[str, str]:
        """Return the kind (``li``, ``ol``, ``p`` for a lettered one) and the marker of the next *item*, and count it.

        A lettered item is a paragraph that begins with its letter, as policies that write letters by hand have them.
        """
        number = number_in(item.get("value"), self.number)
        self.number = number + self.step
        if not self.ordered:
            return "li", ""
        kind = _type_of(item, self.type)
        if "none" in (kind, self.type):
            if self.type == "none":
                return "li", ""
            kind = self.type
        letters = _letters(number, kind)
        if letters:
            return "p", f"{letters}."
        if 0 <= number <= _MOST_IN_MARKDOWN:
            return "ol", f"{number}."
        return "li", f"{number}."


def numbering_of(element: Element) -> ListNumbering:
    """Return the numbering of the list *element*, before its first item."""
    if element.tag != "ol":
        return ListNumbering()
    kind = _type_of(element, "")
    if kind == "none" and not _OWN_MARKER.match("".join(next(element.iterchildren("li"), element).itertext())):
        # Its numbers are made by a style sheet's counter.
        kind = ""
    if element.get("reversed") is not None:
        first = number_in(element.get("start"), sum(1 for _ in element.iterchildren("li")))
        return ListNumbering(ordered=True, number=first, step=-1, type=kind)
    return ListNumbering(ordered=True, number=number_in(element.get("start"), 1), type=kind)


def _type_of(element: Element, default: str) -> str:
    """Return the type of the numbers that a list or an item asks for by its style, its class or its ``type``."""
    named = _STYLE.findall(element.get("style") or "") or _STYLE_CLASS.findall(element.get("class") or "")
    if named:
        return _TYPES.get(named[-1].lower(), "none" if named[-1].lower() == "none" else "")
    return _TYPES.get(element.get("type") or "", default)


def number_in(value: str | None, default: int) -> int:
    """Return the whole number that an attribute's *value* is, or *default*."""
    try:
        return int(value) if value and len(value) < 10 else default
    except ValueError:
        return default


def _letters(number: int, kind: str) -> str:
    """Return *number* in the letters of *kind*; empty when they have no sign for it."""
    if not kind or number < 1 or (kind in "iI" and number > _MOST_ROMAN):
        return ""
    if kind == "α":
        return _GREEK[number - 1] if number <= len(_GREEK) else ""
    letters = _alphabetic(number) if kind in "aA" else _roman(number)
    return letters.upper() if kind.isupper() else letters


def _alphabetic(number: int) -> str:
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(97 + place) + letters
    return letters


def _roman(number: int) -> str:
    letters = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        letters += sign * count
        if number == 0:
            break
    return letters
