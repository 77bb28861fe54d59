"""Those who get data, in a table or a list: ``| Paybird Inc. | Payments |`` under the heading "Sub-processors"."""

from __future__ import annotations

import re

from tostrack.analysis.flags.lexicon import Lexicon
from tostrack.analysis.flags.patterns import SENTENCE_END
from tostrack.analysis.flags.role_words import RoleWords
from tostrack.clauses import plain, sentences
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
_RULE, _ROLE_RULE = "recipients", "role-recipients"
#: One who gets data is named in so many words of an item.
_BEGINNING = 5
#: "We share data with providers. Among them are:"
_LEAD_SENTENCES = 2
_BULLETS = ("·", "•", "●", "–", "-", "‐")


def find_listed_recipient(clause: Clause) -> tuple[Flag, ...]:
    """Return the flag of a row that names one who gets data, by the heading of its table; nothing for other clauses."""
    if clause.kind != "row" or not clause.heading or not _HEADING.search(clause.heading[-1]):
        return ()
    words = plain(clause.text)
    name, bar, rest = words.partition(" | ")
    if not bar or not rest.strip(" |") or not re.search(r"[^\W\d_]", name) or _HEAD.fullmatch(name.strip()):
        return ()
    return (Flag("sharing", Polarity.PERMITS, name, 0, len(name), _RULE),)


def is_item(clause: Clause) -> bool:
    """Return whether *clause* is an item of a list, or a paragraph that is written as one."""
    return clause.kind.startswith("li") or clause.text[:1] in _BULLETS


def find_english_party(clause: Clause, words: Lexicon) -> tuple[Flag, ...]:
    """Return the flag of an English list item that begins with one who gets data, as `find_listed_party` does."""
    text = plain(clause.text)
    item = words.read(text)
    first = item.codes.partition(SENTENCE_END)[0]
    above = words.read(_above(clause)).codes
    if (
        not _meets(words, above, "DISCLOSE", "DISCLOSURE")
        or _meets(words, above, "NOT")
        or _meets(words, first, "WE", "YOU", "NOT", "DISCLOSE")
    ):
        return ()
    at = next((at for at, code in enumerate(first[:_BEGINNING]) if _meets(words, code, "THIRD", "LAW_OFFICERS")), -1)
    if at < 0:
        return ()
    start, end = item.span(0, at + 1)
    return (Flag("sharing", Polarity.PERMITS, text[start:end], start, end, _RULE),)


def _above(clause: Clause) -> str:
    """Return what tells what the items of a list are: the end of their lead-in, or else the heading."""
    lead = plain(clause.lead)
    spans = sentences(lead)[-_LEAD_SENTENCES:]
    return lead[spans[0][0] :] if spans else plain(clause.heading[-1]) if clause.heading else ""


def _meets(words: Lexicon, codes: str, *names: str) -> bool:
    return any(not words.codes_of(name).isdisjoint(codes) for name in names)


def find_listed_party(clause: Clause, words: RoleWords) -> tuple[Flag, ...]:
    """Return the flag of a list item that begins with one who gets data, by its lead-in or else its heading.

    Nothing for other clauses.

    Args:
        clause: Any clause.
        words: The roles of the words of its language.
    """
    above = words.read(_above(clause))
    about = words.bits_of("recipient_word|disclosure|recipient")
    if not any(one.all & about for one in above) or any(one.all & words.bits_of("not|forbid") for one in above):
        return ()
    text = plain(clause.text)
    item = next(iter(words.read(text)), None)
    if item is None or item.all & words.bits_of("we|you|not|disclose|person_right"):
        return ()
    parties = words.bits_of("recipient|advertiser|authority")
    at = next((at for at, roles in enumerate(item.roles[:_BEGINNING]) if roles & parties), -1)
    if at < 0:
        return ()
    start, end = item.spans[0][0], item.spans[at][1]
    return (Flag("sharing", Polarity.PERMITS, text[start:end], start, end, _ROLE_RULE),)
