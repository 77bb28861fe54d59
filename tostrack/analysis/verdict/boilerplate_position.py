"""Finds the page around a policy: stretches of links and labels, text above its title or below its last line.

A place tells what words cannot: "App Integrations" between "Pricing" and "Contact sales" is an item of a menu.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache

from tostrack.analysis.comparison_key import comparable_text, readable
from tostrack.analysis.verdict import lexicon
from tostrack.analysis.verdict.context import TextPair
from tostrack.analysis.verdict.guarded_words import binds
from tostrack.analysis.verdict.labels import is_label, is_link, is_listed, is_party
from tostrack.analysis.verdict.normal_form import DATE, is_mail, normal
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Clause, Hunk, Reading

#: A menu has no fewer items. Most of them are links, or some of them labels that every page has.
_MENU = 5
_LINKED = 0.6
_LABELLED = 0.1
_LABELS = 3
#: An item that is no link has no more words.
_ITEM_WORDS = 8
#: A line with so many items before it and behind it is of the menu, whatever it says.
_AMID = 3


def in_menu(reading: Reading, at: int) -> bool:
    """Return whether the clause at *at* is an item among items of a menu."""
    menus = _menus(reading)
    if menus.has(at):
        return True
    amid = all(menus.has(at + by) for by in range(-_AMID, _AMID + 1) if by)
    return amid and not tells(reading.clauses[at].text)


class _Menus:
    """The menus of a text, looked for where somebody asks: the other stretches of it are not read."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses
        self._known: dict[int, bool] = {}

    def has(self, at: int) -> bool:
        """Return whether the clause at *at* is one of a stretch of items that are a menu."""
        if at not in self._known:
            first = last = at
            if 0 <= at < len(self._clauses) and _is_item(self._clauses[at]):
                while first and _is_item(self._clauses[first - 1]):
                    first -= 1
                while last + 1 < len(self._clauses) and _is_item(self._clauses[last + 1]):
                    last += 1
                found = _is_menu(self._clauses[first : last + 1])
            else:
                found = False
            self._known.update(dict.fromkeys(range(first, last + 1), found))
        return self._known[at]


@lru_cache(maxsize=32)
def _menus(reading: Reading) -> _Menus:
    return _Menus(reading.clauses)


def _is_menu(clauses: Sequence[Clause]) -> bool:
    """Whether these, one after the other, are a menu."""
    if len(clauses) < _MENU:
        return False
    texts = [readable(clause.text) for clause in clauses]
    labels = {comparable_text(text) for text in texts if is_label(text)} - lexicon.AMBIGUOUS
    if len(labels) >= max(_LABELS, _LABELLED * len(clauses)):
        return True
    known = sum(is_link(clause) or is_label(text) for clause, text in zip(clauses, texts, strict=True))
    return known >= _LINKED * len(clauses) and not any(map(is_listed, clauses))


def is_beside_widget(reading: Reading, at: int) -> bool:
    """Return whether the clause at *at* is of a block of choices, one of which is surely of the page.

    "Request user information" above "I have a different question" is a way through a help centre.
    """
    return at in _choices(reading)


@lru_cache(maxsize=32)
def _choices(reading: Reading) -> frozenset[int]:
    clauses = reading.clauses
    if not any(clause.text.count(" ") < _ITEM_WORDS and _asks(clause.text) for clause in clauses):
        return frozenset()
    found: set[int] = set()
    for is_choice, stretch in itertools.groupby(range(len(clauses)), key=lambda at: _is_choice(clauses[at])):
        places = [*stretch]
        if is_choice and len(places) <= _CHOICES and any(_asks(clauses[at].text) for at in places):
            found.update(places)
    return frozenset(found)


#: The choice of a reader who does not find theirs, or is asked how it was.
_ASKS = lazy_pattern(r"i (?:still )?have a(?:nother| different) question|tell us how we(?:'re| are) doing")


def _asks(text: str) -> bool:
    return bool(_ASKS.fullmatch(text.lower().replace("’", "'").strip(" .!*_")))


#: A block of choices has no more of them.
_CHOICES = 8


_SAYS = lexicon.OBLIGING | lexicon.HANDED_ON | lexicon.FOREIGN_RULING


def _is_choice(clause: Clause) -> bool:
    """Whether *clause* may be one of a block: a few words without a link, of no list, that say nothing on their own."""
    if clause.kind != "p" or clause.text.count(" ") >= _ITEM_WORDS:
        return False
    words = normal(clause.text)
    told = _SAYS.intersection(words) or lexicon.RECIPIENT.intersection(words) or _FIGURE.search(clause.text)
    return clause.text.rstrip("*_ ")[-1:] not in ".:;!," and not told and not is_listed(clause)


_FIGURE = lazy_pattern(r"\b\d")


def _is_item(clause: Clause) -> bool:
    """Whether *clause* may be an item of a menu: a link or a few words, no sentence, of no list that says something."""
    linked = "](" in clause.text
    # This distinguishes nearly every clause.
    if clause.kind in ("row", "h1") or clause.lead or (not linked and clause.text.count(" ") >= _ITEM_WORDS):
        return False
    return ((linked and is_link(clause)) or _is_brief(readable(clause.text))) and not is_party(clause)


def _is_brief(text: str) -> bool:
    words = text.lower().split()
    return (
        len(words) <= _ITEM_WORDS
        and text.rstrip("*_ ")[-1:] not in ".:;!,"
        and not _FIGURE.search(text)
        and (is_label(text) or not (lexicon.ACTORS | lexicon.OBLIGING).intersection(words))
    )


#: The last line of a page.
_COPYRIGHT = lazy_pattern(r"\W*(?:copyright\b|©|\(c\) ?\d)", re.IGNORECASE)


def is_last_line(text: str) -> bool:
    """Return whether *text* says whose a page is, as its last line does."""
    return _COPYRIGHT.match(text) is not None


def is_outside(context: TextPair, hunk: Hunk) -> bool:
    """Return whether what was added or removed is above the title of the text, or below the line that ends the page."""
    text = hunk.new or hunk.old
    side, at = (context.old, hunk.old_at) if hunk.new_at is None else (context.new, hunk.new_at)
    place = context.frames(hunk, hunk)
    if not place or at is None or tells(text):
        return False
    if place == "before":
        words = normal(text)
        title = next((place for place, clause in enumerate(side.reading.clauses) if clause.kind == "h1"), 0)
        # Some put what matters there.
        return at < title and not any(map(binds, words)) and not lexicon.FOREIGN_RULING.intersection(words)
    return any(is_last_line(clause.text) for clause in side.reading.clauses[context.ends(hunk) : at])


#: What a page says of itself around the policy is no longer than this, and obliges nobody.
_SLOGAN = 60
_OBLIGES = frozenset("must shall may not never required liable agree consent sell".split())


def tells(text: str) -> bool:
    """Return whether *text* may be of a policy even around one: it is long, obliges, dates or names a mail address."""
    words = normal(text)
    if len(words) > _SLOGAN or any(is_mail(word) or word.startswith(DATE) for word in words):
        return True
    return bool(_OBLIGES.intersection(words)) or bool(lexicon.UPDATE_NOTICE.search(" ".join(words)))
