"""Rules about numbers: stamps that bind nobody, numbers of clauses, and the ages, sums, periods and dates that bind."""

from __future__ import annotations

import re
from collections import Counter

from tostrack.judge import lexicon
from tostrack.judge.normal import DATE, INSTANT, MARK, RELATIVE, is_mail, is_number, lost_and_gained, normal
from tostrack.judge.part import Part
from tostrack.models import Reason


def stamp(part: Part) -> Reason | None:
    """Only a date that binds nobody, a counter or an identifier moved."""
    gone, come = lost_and_gained(normal(part.old), normal(part.new))
    changed = [*gone, *come]
    if not changed:
        return None
    if all(word.startswith((INSTANT, RELATIVE)) for word in changed):
        return Reason.STAMP
    texts = [text for text in (part.old, part.new) if text]
    if all(map(_is_stamp, texts)):
        return Reason.STAMP
    if all(map(is_number, changed)) and all(_stamped(normal(text), gone | come) for text in texts):
        return Reason.STAMP
    return None


_OPAQUE = re.compile(r"(?=\S*\d)[\w-]{10,}$")
_STAMP_TEXT = 14


def _is_stamp(text: str) -> bool:
    """Whether the whole of *text* is a stamp: a date, a "last updated" line, an identifier."""
    if _OPAQUE.match(text):
        return True
    tokens = normal(text)
    words = [token for token in tokens if not is_number(token) and not token.startswith(MARK)]
    if len(tokens) > _STAMP_TEXT or lexicon.EFFECTIVE.intersection(words):
        return False
    if not any(token.startswith((DATE, INSTANT, RELATIVE)) or token.isdigit() for token in tokens):
        return False
    return not words or bool(lexicon.STAMPED.intersection(words))


def _stamped(tokens: tuple[str, ...], moved: Counter[str]) -> bool:
    """Whether every moved number of *tokens* follows a stamping word, and none says from when something binds."""
    for at, token in enumerate(tokens):
        if token in moved and is_number(token):
            before = tokens[max(0, at - 6) : at]
            if not lexicon.STAMPED.intersection(before) or lexicon.EFFECTIVE.intersection(before):
                return False
    return True


#: What a clause may begin with: ``4.``, ``4.1``, ``(b)``, ``iv)``, ``Section 4``. ``13 years`` is no such number.
_PLACE = re.compile(
    r"\W*(?:(?:section|article|part|annex|chapter)\s+)?(?:\d{1,3}(?:\.\d{1,3})+\.?|(?:\d{1,3}|[a-z]|[ivx]{1,5})[.):])\s*",
    re.IGNORECASE,
)


def numbering(part: Part) -> Reason | None:
    """Only the numbers of clauses, or of references to them, moved."""
    if not (part.old and part.new):
        return None
    old, new = (_unplaced(text) for text in (part.old, part.new))
    return Reason.NUMBERING if old == new else None


def _unplaced(text: str) -> list[str]:
    """Return the tokens of *text* without the number it begins with and without numbers that name a place in it."""
    kept: list[str] = []
    place = False
    for word in normal(_PLACE.sub("", text, count=1)):
        numbered = bool(re.fullmatch(r"\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivx]{1,5}", word))
        place = numbered and (place or (bool(kept) and kept[-1] in lexicon.REFERENCE))
        if not place:
            kept.append(word)
    return kept


def numbers(part: Part) -> Reason | None:
    """A number moved and hardly a word with it: an age, a sum, a period, a date."""
    if not (part.old and part.new):
        return None
    gone, come = lost_and_gained(normal(part.old), normal(part.new))
    words = [word for word in [*gone, *come] if not is_number(word)]
    if any(is_number(word) for word in [*gone, *come]) and len(words) <= 2 and not any(map(is_mail, words)):
        return Reason.NUMBERS
    return None
