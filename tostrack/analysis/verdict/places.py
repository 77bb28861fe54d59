"""Where a clause stands: what stands in a table, under a heading or in a list that says something is no furniture."""

from __future__ import annotations

from enum import StrEnum

from tostrack.analysis.verdict import boilerplate_phrases as page
from tostrack.analysis.verdict.context import TextPair
from tostrack.analysis.verdict.labels import is_label, is_listed
from tostrack.comparison_key import comparables, readable
from tostrack.models import Clause, Hunk, Reading


class Place(StrEnum):
    """What kind of place a clause stands in."""

    TEXT = "text"
    ROW = "table row"
    #: A short line under a heading or behind a short line that asks for it: the value of a definition, an answer.
    ANSWER = "answer"
    #: An item of a list that a lead-in or a heading says the meaning of.
    LISTED = "list item"
    TITLE = "heading"


#: A line of fewer characters, and without a stop at its end, may be an answer.
_SHORT = 60
#: A question that the page asks stands so few lines before the buttons that answer it.
_WIDGET = 4


def place_of(reading: Reading, at: int) -> Place:
    """Return what kind of place the clause of *reading* at *at* stands in."""
    clause = reading.clauses[at]
    if clause.kind == "row":
        return Place.ROW
    if clause.is_heading:
        return Place.TITLE
    if clause.kind[:2] in ("li", "ol"):
        return Place.LISTED if is_listed(clause) else Place.TEXT
    return Place.ANSWER if _is_answer(reading.clauses, at) else Place.TEXT


def places_of(pair: TextPair, hunk: Hunk) -> frozenset[Place]:
    """Return the kinds of places in which the clauses of *hunk* stand in both texts.

    Around the policy a short line behind another is a menu, unless the line before it stays.
    """
    sides = ((pair.old.reading, hunk.old_at, pair.new.reading), (pair.new.reading, hunk.new_at, pair.old.reading))
    found = set()
    for reading, at, other in sides:
        if at is not None:
            place = place_of(reading, at)
            stays = place is Place.ANSWER and comparables(reading)[at - 1] in comparables(other)
            found.add(Place.TEXT if place is Place.ANSWER and not stays and pair.frames(hunk, hunk) else place)
    return frozenset(found)


def _is_answer(clauses: tuple[Clause, ...], at: int) -> bool:
    text = readable(clauses[at].text)
    if not at or len(text) > _SHORT or "](" in clauses[at].text:
        return False
    before = clauses[at - 1]
    if any(page.speaks_of_itself([readable(one.text)]) for one in clauses[max(0, at - _WIDGET) : at]):
        return False
    said = readable(before.text)
    if before.is_heading:
        return before.kind != "h1" or said.endswith("?")
    return before.kind == "p" and len(said) <= _SHORT and not is_label(said) and not said.endswith(".")
