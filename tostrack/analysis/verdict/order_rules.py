"""Where the order of what a text lists says something: what prevails over what, and points that others refer to."""

from __future__ import annotations

import re

from tostrack.analysis.verdict.residual import Part
from tostrack.clauses import plain
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import entry_pattern, union
from tostrack.models import Clause, Edit, Reason

#: The letter of a point: ``(a)``, ``b)``, ``iv)``.
_POINT = lazy_pattern(r"\W*([a-z]|[ivx]{1,4})\)\s", re.IGNORECASE)


def stands_elsewhere(part: Part) -> Reason | None:
    """All of it is said elsewhere in the other text: moved, repeated or no longer repeated."""
    if part.hunk.edit is Edit.MOVED:
        return None if _is_ranked(part.clause) else Reason.ORDER
    return None if part.old or part.new else Reason.ORDER


def ranks(text: str) -> bool:
    """Return whether *text* says that the first of what it lists comes first: "in this order of precedence"."""
    return entry_pattern(union("guards", "precedence")).search(text.lower()) is not None


def _is_ranked(clause: Clause) -> bool:
    return clause.kind[:2] in ("ol", "li") and ranks(clause.lead or " ".join(clause.heading[-1:]))


def has_meant_number(part: Part) -> bool:
    """Return whether the letter of a point changed and a clause that stays refers to the old one or the new one.

    "As point (a) says" means something else when (a) and (b) change places.
    """
    letters = [match[1].lower() for text in (part.hunk.old, part.hunk.new) if (match := _POINT.match(text))]
    if len(letters) < 2 or letters[0] == letters[1]:
        return False
    reference = re.compile(rf"(?<=\w )\((?:{'|'.join(letters)})\)", re.IGNORECASE)
    sides = [
        {clause.text for clause in text.reading.clauses if clause.heading == part.clause.heading}
        for text in (part.context.old, part.context.new)
    ]
    return any(reference.search(plain(text)) for text in sides[0] & sides[1])
