"""What a number in digits is worth, where that can be proved."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"(?<=\d)[ '’\u00a0\u2009\u202f](?=\d{3})")
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")


def number_value(text: str, decimal: str = ".", group: str = ",") -> str:
    """Return the number *text* in one way of writing, or as it is written where it could be two numbers.

    ``1,000,000`` and ``1.000.000`` are a million in every language, ``1,5`` is one and a half; ``1.000`` is a thousand
    only where the point stands between thousands, and otherwise remains ``1.000``: no equal of ``1,000``. Section
    numbers such as ``4.1.2`` remain.

    Args:
        text: Digits with separators, perhaps with a minus before them.
        decimal: The sign before decimals in the language of the text.
        group: The sign between thousands in it.
    """
    if not text.isascii():
        text = "".join(_ascii(char) for char in text)
    if text.isdecimal():
        return text
    sign = "-" if text[0] == "-" else ""
    text = _SPACES.sub("", text[len(sign) :])
    return sign + _without_groups(text, decimal, group)


def _without_groups(text: str, decimal: str, group: str) -> str:
    comma, point = text.count(","), text.count(".")
    if comma and point:
        last = "," if text.rfind(",") > text.rfind(".") else "."
        whole, _, rest = text.rpartition(last)
        if text.count(last) == 1 and _GROUPS.fullmatch(whole):
            return f"{whole.replace('.', '').replace(',', '')}.{rest}"
        return text
    if comma + point > 1:
        return text.replace(",", "").replace(".", "") if _GROUPS.fullmatch(text) else text
    if comma + point == 1:
        sign = "," if comma else "."
        if sign == group and _GROUPS.fullmatch(text):
            return text.replace(sign, "")
        if sign == decimal or not _GROUPS.fullmatch(text):
            return text.replace(",", ".")
    return text


def _ascii(char: str) -> str:
    if char in "−–﹣－":
        return "-"
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)
