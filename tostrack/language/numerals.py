"""The value of a number in digits, where it can be proved."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"(?<=\d)[ '’\u00a0\u2009\u202f](?=\d{3})")
_SIGN = re.compile("[.,]")
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")


def number_value(text: str, decimal: str = ".", group: str = ",") -> str:
    """Return the number *text* in one way of writing, or as it is written where it could be two numbers.

    ``1,000,000`` and ``1.000.000`` are a million in every language, ``1,5`` is one and a half; ``1.000`` is a thousand
    only where the point is between thousands, and otherwise stays ``1.000``: not equal to ``1,000``. Section
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
    signs = _SIGN.findall(text)
    is_grouped = _GROUPS.fullmatch(text) is not None
    if len(set(signs)) == 2:
        whole, last, rest = text.rpartition(signs[-1])
        is_sure = signs.count(last) == 1 and _GROUPS.fullmatch(whole)
        return f"{_SIGN.sub('', whole)}.{rest}" if is_sure else text
    if is_grouped and (len(signs) > 1 or group in signs):
        return _SIGN.sub("", text)
    return text if len(signs) > 1 or (is_grouped and decimal not in signs) else text.replace(",", ".")


def _ascii(char: str) -> str:
    if char in "−–﹣－":
        return "-"
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)
