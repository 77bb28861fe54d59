"""The place of a clause: text in a table, under a heading or in a list that says something is no furniture."""

from __future__ import annotations

from enum import StrEnum

from tostrack.analysis.comparison_key import comparables, readable
from tostrack.analysis.verdict import boilerplate_phrases as page
from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.context import TextPair
from tostrack.analysis.verdict.labels import is_label, is_listed
from tostrack.analysis.verdict.normal_form import normal
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import union
from tostrack.models import Clause, Edit, Hunk, Reading


class Place(StrEnum):
    """The kind of place of a clause."""

    TEXT = "text"
    ROW = "table row"
    #: A short line under a heading.
    ANSWER = "answer"
    #: A short line behind a question or a label of its own, or with its label: ``Retention: 30 days``, ``**Sold** no``.
    VALUE = "value"
    #: An item of a list that a lead-in or a heading says the meaning of.
    LISTED = "list item"
    TITLE = "heading"


#: A line of fewer characters, and without a stop at its end, may be an answer.
_SHORT = 60
#: A question that the page asks is so few lines before the buttons that answer it.
_WIDGET = 4


def place_of(reading: Reading, at: int) -> Place:
    """Return the kind of place of the clause at *at* of *reading*."""
    clause = reading.clauses[at]
    if clause.kind == "row":
        return Place.ROW
    if clause.is_heading:
        return Place.TITLE
    if clause.kind[:2] in ("li", "ol") and is_listed(clause):
        return Place.LISTED
    if value_of(clause):
        return Place.VALUE
    return _place_behind(reading.clauses, at) if clause.kind == "p" else Place.TEXT


#: A label is words and no sentence, and a value begins behind a colon or a dash, or where bold type ends.
_VALUE = lazy_pattern(
    r"(?:\*\*|__)(?P<bold>[^\W\d_][^*_.!?|]{0,40}?):?(?:\*\*|__):?(?:\s+[-–—])?\s+(?P<of_bold>\S[^|]*)"
    r"|(?P<label>[^\W\d_][^:.;!?|*_–—]{0,40}?)(?::|\s+[-–—])\s+(?P<of_label>\S[^|]*)"
)
#: A value has no more words.
_VALUE_WORDS = 6


def value_of(clause: Clause) -> str:
    """Return the value that a short line gives behind its label; empty where it is no such line.

    Names of documents and of their parts, and labels of a menu, give none: "Section 4: Payment", "Help – Contact".
    """
    found = _VALUE.fullmatch(clause.text) if len(clause.text) <= _SHORT + len("****") else None
    if not found:
        return ""
    label, value = ((found[of] or found[other]).strip() for of, other in (("bold", "label"), ("of_bold", "of_label")))
    if len(value.split()) > _VALUE_WORDS or (is_label(label) and is_label(value) and not is_answer(value)):
        return ""
    titled = value[:1].isupper() and lexicon.TITLE.intersection(normal(value))
    return "" if titled or (lexicon.REFERENCE | lexicon.TITLE).intersection(normal(label)) else value


#: Words of an answer in any language: a table may speak another one than the text around it.
_ANSWERS = frozenset(
    word for name in ("yes", "no", "on", "off", "nobody", "everybody") for word in union("answers", name)
)
_EDGES = lazy_pattern(r"^\W+|\W+$")


def is_answer(text: str) -> bool:
    """Return whether *text* is an answer and nothing more: yes, no, on, off, nobody, everybody."""
    return _EDGES.sub("", text).casefold() in _ANSWERS


def places_of(pair: TextPair, hunk: Hunk) -> frozenset[Place]:
    """Return the kinds of places in which the clauses of *hunk* are in both texts.

    Around the policy a short line behind another is a menu, unless the line before it stays.
    """
    sides = ((pair.old.reading, hunk.old_at, pair.new.reading), (pair.new.reading, hunk.new_at, pair.old.reading))
    found = set()
    for reading, at, other in sides:
        if at is not None:
            place = place_of(reading, at)
            answers = place in (Place.ANSWER, Place.VALUE) and not value_of(reading.clauses[at])
            stays = answers and comparables(reading)[at - 1] in comparables(other)
            loose = place is Place.VALUE and hunk.edit is not Edit.REWORDED
            found.add(Place.TEXT if answers and not stays and (loose or pair.frames(hunk, hunk)) else place)
    return frozenset(found)


#: Places in which a text is the value of something: a cell, an answer, the text behind a label.
VALUES = frozenset({Place.ROW, Place.ANSWER, Place.VALUE})


def _place_behind(clauses: tuple[Clause, ...], at: int) -> Place:
    """Return the kind of place of a paragraph by the line before it."""
    text = readable(clauses[at].text)
    if not at or len(text) > _SHORT or "](" in clauses[at].text:
        return Place.TEXT
    before = clauses[at - 1]
    if any(page.speaks_of_itself([readable(one.text)]) for one in clauses[max(0, at - _WIDGET) : at]):
        return Place.TEXT
    said = readable(before.text)
    asks = said.endswith("?")
    if before.is_heading and not asks:
        return Place.TEXT if before.kind == "h1" else Place.ANSWER
    if not before.is_heading:
        # A line that is bold as a whole is a title, whatever it says; a link is none.
        titled = _BOLD.fullmatch(before.text) or not is_label(said)
        if before.kind != "p" or len(said) > _SHORT or said.endswith(".") or not titled:
            return Place.TEXT
        asks = "](" not in before.text
    # "Back to top" is no value in any place.
    return Place.VALUE if asks and (not is_label(text) or is_answer(text)) else Place.ANSWER


_BOLD = lazy_pattern(r"(\*\*|__)(?!\s)[^*]+\1")
