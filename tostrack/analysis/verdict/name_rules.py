"""Rules about names: what is called otherwise, abbreviated or pointed at by another label stays what it is."""

from __future__ import annotations

import re

from tostrack.analysis.comparison_key import comparable_text
from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.guarded_words import binds
from tostrack.analysis.verdict.normal_form import normal
from tostrack.analysis.verdict.residual import Part
from tostrack.analysis.verdict.wording_rules import is_name, replacements
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Edit, Reason

#: A name is given in brackets: (“VoIP”), (the "Parties").
_NICKNAME = lazy_pattern(
    r"\s*\((?:the |each,? an? |together,? |collectively,? |hereinafter |hereafter )*"
    r"[\"“«][^\"“”«»]{1,40}[\"”»]\)[,;.\s]*"
)


def defined_term(part: Part) -> Reason | None:
    """Only a name in quotes and brackets was added or removed, and it names no role."""
    if not _is_reworded(part):
        return None
    names = [{*_NICKNAME.findall(text)} for text in (part.old, part.new)]
    # One name for another may be another role: the "Controller" who becomes the "Processor".
    if (names[0] - names[1] and names[1] - names[0]) or lexicon.BINDING_NAME & {*normal(" ".join(names[0] ^ names[1]))}:
        return None
    old, new = (_NICKNAME.sub(" ", text) for text in (part.old, part.new))
    return Reason.WORDING if (old, new) != (part.old, part.new) and normal(old) == normal(new) else None


#: A place for a name that no one filled in.
_UNFILLED = lazy_pattern(
    r"^\W*(?:\{\{[^{}]{1,40}\}\}|%[A-Z_]{3,30}%|\$\{[^{}]{1,40}\}|\[\[[^\[\]]{1,40}\]\]|<%=?[^%]{1,40}%>)\W*$"
)


def unfilled(part: Part) -> Reason | None:
    """Only a name and the place in a template where it belongs took turns.

    Seen once in recorded pairs. It stays because both texts say the same and no other rule knows a template.
    """
    if not _is_reworded(part):
        return None
    pairs = [(old.strip(), new.strip()) for old, new, _ in replacements(part.hunk.words)]
    edits = sum(op != "=" and bool(comparable_text(text)) for op, text in part.hunk.words)
    mere = all((_UNFILLED.match(old) and is_name(new)) or (_UNFILLED.match(new) and is_name(old)) for old, new in pairs)
    return Reason.FORMAT if pairs and mere and edits == 2 * len(pairs) else None


def _is_reworded(part: Part) -> bool:
    return part.hunk.edit is Edit.REWORDED and bool(part.old and part.new)


def grown(words: tuple[tuple[str, str], ...]) -> list[tuple[str, str]] | None:
    """Return (old name, new name) wherever words were put to a name or taken from it; None when more changed."""
    found = []
    for at, (op, text) in enumerate(words):
        if op == "=" or not comparable_text(text):
            continue
        before = words[at - 1] if at else ("=", "")
        name = before[1].split()[-1:] if before[0] == "=" else []
        if {*normal(text)} & lexicon.TITLE or any(map(binds, normal(text))):
            # "Acme Website" is less than "Acme".
            return None
        if not name or not is_name(name[0]) or not is_name(text) or re.search(r"[,;]|\b(?:and|or)\b", text + name[0]):
            return None
        pair = (comparable_text(name[0]), comparable_text(f"{name[0]} {text}"))
        found.append(pair if op == "+" else pair[::-1])
    return found or None
