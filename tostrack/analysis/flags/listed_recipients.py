"""Rows of a table of those who get data: ``| Paybird Inc. | Payments |`` under the heading "Sub-processors"."""

from __future__ import annotations

import re

from tostrack.clauses import plain
from tostrack.models import Clause, Flag, Polarity

#: Headings of such tables.
_HEADING = re.compile(
    r"\bsub-?processors?\b|\b(?:third|3rd)[- ]part(?:y|ies)\b.{0,30}\b(?:whom|who|share|process)"
    r"|\bwho(?:m)?\b.{0,20}\bwe share\b"
    r"|unterauftrag|sous-traitants? ultérieur|subencargad|sub-?responsabil|sub-?processador|subverwerker|podprocesor",
    re.IGNORECASE,
)
#: What the first cell of a table's head says.
_HEAD = re.compile(
    r"(?:legal )?(?:entity|names?|vendors?|company|companies|provider|partners?|recipients?|supplier|service|purpose"
    r"|(?:third[- ]party )?(?:sub-?processor|service provider)s?|third[- ]part(?:y|ies)|categor(?:y|ies).*"
    r"|unternehmen|nom|nombre|nome|naam|nazwa|firma|#|no\.?)(?: names?)?",
    re.IGNORECASE,
)
#: It says what the rule of this name says: who gets data.
_RULE = "recipients"


def find_listed_recipient(clause: Clause) -> tuple[Flag, ...]:
    """Return the flag of a row that names one who gets data, by the heading of its table; nothing for other clauses."""
    if clause.kind != "row" or not clause.heading or not _HEADING.search(clause.heading[-1]):
        return ()
    words = plain(clause.text)
    name, bar, rest = words.partition(" | ")
    if not bar or not rest.strip(" |") or not re.search(r"[^\W\d_]", name) or _HEAD.fullmatch(name.strip()):
        return ()
    return (Flag("sharing", Polarity.PERMITS, name, 0, len(name), _RULE),)
