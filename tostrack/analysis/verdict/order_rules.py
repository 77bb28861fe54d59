"""Places where the order of a list has a meaning: what prevails over what, and points that others refer to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from tostrack.analysis.comparison_key import comparable_text, comparables, readable
from tostrack.analysis.verdict.account import changed_tokens
from tostrack.analysis.verdict.boilerplate_phrases import speaks_of_itself
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
        if speaks_of_itself([readable(part.clause.text)]):
            return Reason.ORDER
        return None if is_ranked(part.clause) or _is_said_of_other(part) else Reason.ORDER
    return None if part.old or part.new or _refers_to_other(part) else Reason.ORDER


def _refers_to_other(part: Part) -> bool:
    """Whether a sentence that takes something back, such as "This does not apply", is behind another one now.

    Both sentences before it must be in both texts: else it is those that changed.
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


#: A word that refers to the sentence before is among so many.
_FIRST_WORDS = 4


def _before(text: ContextText, sentence: str) -> str:
    """Return the sentence that is before *sentence* in a clause of *text*; empty where none does."""
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
    """Return whether *title* says to whom or when the text below it applies."""
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

    Both lead-ins or titles must be in both texts: else a part was renamed, or moved as a whole.
    """
    sides = [
        (text, at, text.reading.clauses[at])
        for text, at in ((part.context.old, part.hunk.old_at), (part.context.new, part.hunk.new_at))
        if at is not None
    ]
    if len(sides) == 1:
        return False
    if all(clause.kind == "row" and _GROUP.fullmatch(clause.text) for _, _, clause in sides):
        # A title within a table moved: it is over other rows, unless they moved with it.
        return len({comparables(text.reading)[at + 1 :][:1] for text, at, _ in sides}) > 1
    listed = all(clause.kind[:2] in ("li", "ol", "ro") for _, _, clause in sides)
    old, new = (_lines_above(text, at, listed) for text, at, _ in sides)
    if old.total() != new.total():
        # It is also where it was before.
        return False
    gone, come = old - new, new - old
    lines = {comparable_text(line): line for line in (*gone, *come) if line}
    if len(lines) <= 1 or not all(
        form in text.titles or text.says(line) for text, _, _ in sides for form, line in lines.items()
    ):
        return False
    return listed or any(differ_in_scope(one, other) for one in gone for other in come)


def _lines_above(text: ContextText, at: int, listed: bool) -> Counter[str]:
    """Return the lines above the clause at *at* of *text* that it belongs to, in all of its places."""
    clauses, forms = text.reading.clauses, comparables(text.reading)
    same = [at] if text.count(forms[at]) == 1 else [place for place, form in enumerate(forms) if form == forms[at]]
    return Counter(
        (_line_above(clauses, place) if listed else "") or " ".join(clauses[place].heading[-1:]) for place in same
    )


def _line_above(clauses: Sequence[Clause], at: int) -> str:
    """Return what the item or row at *at* of *clauses* is listed under: a lead-in, a bold line, a row of one cell."""
    own = clauses[at]
    for clause in () if own.lead else reversed(clauses[:at]):
        if own.kind == clause.kind == "row":
            if _GROUP.fullmatch(clause.text):
                return clause.text
        elif clause.kind[:2] not in ("li", "ol") or own.kind == "row":
            return clause.text if own.kind != "row" and _BOLD.fullmatch(clause.text) else ""
    return own.lead


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
