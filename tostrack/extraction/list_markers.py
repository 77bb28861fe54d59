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
_TYPES = {"a": "a", "A": "A", "i": "i", "I": "I"}
_STYLES = {"lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A"}
_STYLES |= {"lower-roman": "i", "upper-roman": "I"}
_STYLE = re.compile(rf"list-style(?:-type)?\s*:[^;]*?\b({'|'.join(_STYLES)})\b", re.IGNORECASE)


@dataclass
class ListNumbering:
    """Where the numbering of one open list has got to."""

    ordered: bool = False
    number: int = 1
    step: int = 1
    #: ``a``, ``A``, ``i``, ``I`` or the empty string for decimal numbers.
    type: str = ""

    def take(self, item: Element) -> tuple[str, str]:
        """Return the kind (``li``, ``ol``, ``p`` for a lettered one) and the marker of the next *item*, and count it.

        A lettered item is a paragraph that begins with its letter, as policies that write letters by hand have them.
        """
        number = number_in(item.get("value"), self.number)
        self.number = number + self.step
        if not self.ordered:
            return "li", ""
        letters = _letters(number, _TYPES.get(item.get("type") or "", self.type))
        if letters:
            return "p", f"{letters}."
        if 0 <= number <= _MOST_IN_MARKDOWN:
            return "ol", f"{number}."
        return "li", f"{number}."


def numbering_of(element: Element) -> ListNumbering:
    """Return the numbering of the list *element*, before its first item."""
    if element.tag != "ol":
        return ListNumbering()
    style = _STYLE.search(element.get("style") or "")
    kind = _STYLES[style[1].lower()] if style else _TYPES.get(element.get("type") or "", "")
    if element.get("reversed") is not None:
        first = number_in(element.get("start"), sum(1 for _ in element.iterchildren("li")))
        return ListNumbering(ordered=True, number=first, step=-1, type=kind)
    return ListNumbering(ordered=True, number=number_in(element.get("start"), 1), type=kind)


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
    return {"a": _alphabetic(number), "i": _roman(number)}[kind.lower()].translate(
        {code: code - 32 for code in range(97, 123)} if kind.isupper() else {}
    )


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
