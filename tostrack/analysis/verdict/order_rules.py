"""Where the order of what a text lists says something: what prevails over what, and points that others refer to."""

from __future__ import annotations

import re
from itertools import pairwise

from tostrack.analysis.comparison_key import comparable, comparable_text, comparables
from tostrack.analysis.verdict.account import changed_tokens
from tostrack.analysis.verdict.context import ContextText
from tostrack.analysis.verdict.normal_form import stem
from tostrack.analysis.verdict.residual import Part
from tostrack.clauses import plain, sentences
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.tokens import SILENT, Kind, tokenize
from tostrack.language.words import entry_pattern, union
from tostrack.models import Clause, Edit, Reason

#: The letter of a point: ``(a)``, ``b)``, ``iv)``.
_POINT = lazy_pattern(r"\W*([a-z]|[ivx]{1,4})\)\s", re.IGNORECASE)


def stands_elsewhere(part: Part) -> Reason | None:
    """All of it is said elsewhere in the other text: moved, repeated or no longer repeated."""
    if part.hunk.edit is Edit.MOVED:
        return None if is_ranked(part.clause) or _is_said_of_other(part) else Reason.ORDER
    return None if part.old or part.new or _refers_to_other(part) else Reason.ORDER


def _refers_to_other(part: Part) -> bool:
    """Whether a sentence that takes something back, such as "This does not apply", came to stand behind another one.

    Both sentences before it must stand in both texts: else it is those that changed.
    """
    texts = (part.context.old, part.context.new)
    for text, said in zip(texts, (part.hunk.new, part.hunk.old), strict=True):
        spoken = [said[start:end] for start, end in sentences(said)]
        for before, sentence in pairwise(spoken):
            other = _before(text, sentence) if _refers(sentence) else ""
            if other and comparable_text(other) != comparable_text(before):
                return all(one.says(line) for one in texts for line in (before, other))
    return False


#: What a sentence that refers to the one before it takes back, limits or asks for.
_RULING = frozenset({Kind.NEGATION, Kind.CONDITION})


def _refers(sentence: str) -> bool:
    start = " ".join(sentence.lower().split()[:_FIRST_WORDS])
    return entry_pattern(union("wording", "referring")).match(start) is not None and any(
        token.kind in _RULING for token in tokenize(sentence)
    )


#: A word that refers to the sentence before stands among so many.
_FIRST_WORDS = 4


def _before(text: ContextText, sentence: str) -> str:
    """Return the sentence that stands before *sentence* in a clause of *text*; empty where none does."""
    for clause in text.reading.clauses:
        words = plain(clause.text)
        if (at := words.find(sentence)) > 0:
            spoken = [words[start:end] for start, end in sentences(words[:at])]
            return spoken[-1] if spoken else ""
    return ""


#: Kinds of words that set what a title is about: "Free plans", "for all users", "if you are under age".
_SCOPE = frozenset(Kind) - {Kind.WORD, Kind.SITE, Kind.PARTY, Kind.LIST_LABEL, *SILENT}


def differ_in_scope(old: str, new: str) -> bool:
    """Return whether of two titles one has words that set its scope and the other has not, or has others."""
    gone, come = ({stem(token.key): token.kind for token in side} for side in changed_tokens(old, new))
    return not _SCOPE.isdisjoint({**gone, **come}[word] for word in gone.keys() ^ come.keys())


#: "For users in Europe", "Paid plans only", "Exceptions": a place behind a small word, or a word that says so.
_PLACE = lazy_pattern(r"(?<!^)\b[a-zà-ž]{1,6}(?:[’'][a-zà-ž]?)? (?!I\b)[A-ZÀ-Ž][\w-]+(?: [A-ZÀ-Ž][\w-]+)*(?: [\w-]+)?$")
_NOUNS_IN_CAPITALS = frozenset({"de"})
_NARROWING = frozenset({Kind.NEGATION, Kind.MODAL, Kind.CONDITION, Kind.NUMBER, Kind.COMPARISON})


def narrows(title: str, language: str) -> bool:
    """Return whether *title* says to whom or when what stands below it applies."""
    words = entry_pattern(union("guards", "only", "exception", "exceptions"))
    return bool(
        words.search(title.lower())
        or (language not in _NOUNS_IN_CAPITALS and _PLACE.search(title))
        or any(token.kind in _NARROWING for token in tokenize(title, language))
    )


def ranks(text: str) -> bool:
    """Return whether *text* says that the first of what it lists comes first: "in this order of precedence"."""
    return entry_pattern(union("guards", "precedence")).search(text.lower()) is not None


def is_ranked(clause: Clause) -> bool:
    """Return whether *clause* is an item of a list whose order says something."""
    return clause.kind[:2] in ("ol", "li") and ranks(clause.lead or " ".join(clause.heading[-1:]))


def _is_said_of_other(part: Part) -> bool:
    """Whether what moved is said of something else now: under another lead-in, or under a title of another scope.

    Both lead-ins or titles must stand in both texts: else a part was renamed, or moved as a whole.
    """
    texts, places = (part.context.old, part.context.new), (part.hunk.old_at, part.hunk.new_at)
    clauses = [text.reading.clauses[at] for text, at in zip(texts, places, strict=True) if at is not None]
    forms = [comparable(clause) for clause in clauses]
    if all(clause.kind == "row" and _GROUP.fullmatch(clause.text) for clause in clauses):
        # A title within a table moved: it is over other rows, unless they moved with it.
        below = {
            "".join(comparables(text.reading)[at + 1 : at + 2]) for text, at in zip(texts, places, strict=True) if at
        }
        return len(below) > 1
    if len(clauses) < len(texts) or any(text.count(form) > 1 for text, form in zip(texts, forms, strict=True)):
        # It stands where it stood as well.
        return False
    listed = all(clause.kind[:2] in ("li", "ol", "ro") for clause in clauses)
    above = [
        (_line_above(text, at) if listed else "") or " ".join(clause.heading[-1:])
        for text, at, clause in zip(texts, places, clauses, strict=True)
    ]
    lines = {comparable_text(line): line for line in above if line}
    if len(lines) < len(texts) or not all(
        form in text.titles or text.says(line) for text in texts for form, line in lines.items()
    ):
        return False
    return listed or differ_in_scope(*above)


def _line_above(text: ContextText, at: int | None) -> str:
    """Return the line that the item or row at *at* of *text* is under: a lead-in, a bold line, a row of one cell."""
    clauses = text.reading.clauses
    own = clauses[at or 0]
    if own.lead:
        return own.lead
    for clause in reversed(clauses[: at or 0]):
        if own.kind == clause.kind == "row":
            if _GROUP.fullmatch(clause.text):
                return clause.text
        elif clause.kind[:2] not in ("li", "ol") or own.kind == "row":
            return clause.text if own.kind != "row" and _BOLD.fullmatch(clause.text) else ""
    return ""


#: A row with one cell that says something is a title within a table; so is a line that is bold as a whole.
_GROUP = lazy_pattern(r"[^|]*[^|\s][^|]*\|[|\s]*")
_BOLD = lazy_pattern(r"(\*\*|__)(?!\s)[^*]{1,100}\1:?")


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
