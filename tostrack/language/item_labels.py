"""The numbers and letters that items and clauses begin with: ``4.``, ``4.1``, ``D.2.a``, ``(b)``, ``Section 4``."""

from __future__ import annotations

import re

from tostrack.language.lazy_pattern import lazy_pattern

#: What Markdown writes before an item of a numbered list.
_ORDERED = lazy_pattern(r"\d{1,9}[.)]\s+")
#: "13 years" begins with no label.
_LABEL = lazy_pattern(
    r"\W*(?:(?:section|article|part|annex|chapter)\s+)?"
    r"(?:(?:[a-z]\.\d{1,3}|\d{1,3}(?=\.\w))(?:\.(?:\d{1,3}|[a-z]\b))*\.?|(?:\d{1,3}|[a-z]|[ivx]{1,5})[.):])\s*",
    re.IGNORECASE,
)
#: The same in a canonical form, where no sign is left.
_OF_KEY = lazy_pattern(r"(?:(?:section|article|part|annex|chapter) )?(?:\d{1,3}[a-z]? ){1,4}(?=[^\W\d])")
_FIRST_LETTERS = frozenset(("sect", "arti", "part", "anne", "chap"))


def strip_ordinal(text: str) -> str:
    """Return the Markdown of a numbered item without its number; any other text as it is."""
    match = _ORDERED.match(text)
    return text[match.end() :] if match else text


def strip_label(text: str) -> str:
    """Return plain *text* without the label that it begins with."""
    match = _LABEL.match(text)
    return text[match.end() :] if match else text


def strip_key_number(key: str) -> str:
    """Return the canonical form *key* without the number that it begins with."""
    if not key[:1].isdigit() and key[:4] not in _FIRST_LETTERS:
        return key
    match = _OF_KEY.match(key)
    return key[match.end() :] if match else key
