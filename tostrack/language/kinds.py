"""The kinds of tokens."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kind of a token; which rule of the verdict may explain an edit of it depends on this."""

    WORD = "word"
    #: In digits or in words; the key is its value where that can be proved.
    NUMBER = "number"
    #: ``%``, ``§``, the dash of a range, and every other sign that is no punctuation.
    SIGN = "sign"
    #: The noun that a number counts, when it is beside one.
    UNIT = "unit"
    CURRENCY = "currency"
    #: ``≥``, the plus of ``18+``, "at least", "no later than".
    COMPARISON = "comparison"
    NEGATION = "negation"
    MODAL = "modal"
    CONDITION = "condition"
    QUALIFIER = "qualifier"
    PARTY = "party"
    #: A word such as yes, off or nobody that is the whole of a cell, a line or the begin of an answer.
    ANSWER = "answer"
    #: ``✓``, ``✗``, a box of a form.
    MARKER = "marker"
    #: A word or sign that is struck out, or marked as put in.
    STRUCK = "struck"
    INSERTED = "inserted"
    FOOTNOTE = "footnote"
    #: Host, path and file name are its key; query, fragment and hashes of assets are not.
    ADDRESS = "address"
    #: A bare name of a site, with or without ``https://``.
    SITE = "site"
    MAIL = "mail"
    #: Its key is the ISO date where it is unambiguous.
    DATE = "date"
    #: ``(a)``, ``1.``, ``iv)``.
    LIST_LABEL = "list label"
    PUNCTUATION = "punctuation"
    #: Markup, emphasis, white space, invisible characters.
    PRESENTATION = "presentation"


#: What may differ between two texts that say the same.
SILENT = frozenset((Kind.PUNCTUATION, Kind.PRESENTATION))
