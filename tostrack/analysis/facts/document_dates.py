"""The dates that a document states about itself, and what it means when the text changes and they do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import compress

from tostrack.clauses import plain, sentences
from tostrack.language.dates import FoundDate, find_dates, names_year
from tostrack.language.detect import detect_language
from tostrack.language.words import entry_pattern, union
from tostrack.models import Clause, Dating, Reading

#: A long sentence dates the document only when it speaks of the document; other languages have a list of such words.
_ITSELF = re.compile(
    r"\b(?:this|these|our|the)\s+(?:\w+[\s,]+){0,5}?(?:terms|polic(?:y|ies)|agreement|notice|statement|conditions"
    r"|guidelines|rules|document|version|addendum|eula)\b",
    re.IGNORECASE,
)
#: "Last updated: March 1, 2023" and its like are shorter than this.
_LINE_WORDS = 10
#: A line with a colon right before its date is shorter than this.
_LABELLED_WORDS = 15
#: This much of a clause is read, in characters: no document dates itself behind it.
_LONGEST = 100_000
#: This many characters may be between the word that dates and the date.
_MOST_BETWEEN = 40
_LABEL_WORDS = 6
#: A clause that is nothing but a date dates the document when it is one of its first.
_AT_THE_TOP = 6
#: Clauses with a year in them that are remembered: most are in the next version too.
_MEMORY = 4_096
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
#: Letters that a printed page sets as one.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/(?:19|20)\d\d")
#: Clauses that tell the language of a document.
_SAMPLE = 100


@dataclass(frozen=True)
class StatedDate:
    """A date that a document states about itself, and the words that it rests on."""

    first: date
    last: date
    iso: str
    #: As it is written: ``March 1, 2023``.
    written: str
    #: The whole of it: ``Last updated: March 1, 2023``.
    words: str


@dataclass(frozen=True)
class StatedDates:
    """From when a document says that it binds, and when it says that it was last revised."""

    effective: StatedDate | None = None
    updated: StatedDate | None = None


def find_stated_dates(clauses: Iterable[Clause]) -> StatedDates:
    """Return the dates that a document states about itself; of several of a kind the latest.

    A date in a label's own clause ("Effective date" above "March 1, 2023") counts. Dates of previous versions, of
    copyright, and of what the text merely tells of do not.
    """
    effective: list[StatedDate] = []
    updated: list[StatedDate] = []
    before = ""
    clauses = tuple(clauses)
    named = [names_year(clause.text) for clause in clauses]
    day_first = any(_SLASHED.search(clause.text) for clause in compress(clauses, named)) and _is_day_first(clauses)
    for at, (clause, dated) in enumerate(zip(clauses, named, strict=True)):
        text = clause.text
        if dated:
            label = plain(before) if before.count(" ") < _LABEL_WORDS else ""
            for kind, stated in _statements(
                plain(text)[:_LONGEST].translate(_LIGATURES), label, top=at < _AT_THE_TOP, day_first=day_first
            ):
                (effective if kind == "effective" else updated).append(stated)
        before = "" if dated else text
    return StatedDates(_latest(effective), _latest(updated))


# The dates of a text are asked for when it comes, and when the next one does.
@lru_cache(maxsize=64)
def read_document_dates(reading: Reading) -> StatedDates:
    """Return what `stated_dates` does for the clauses of *reading*."""
    return find_stated_dates(reading.clauses)


def _latest(found: list[StatedDate]) -> StatedDate | None:
    return max(found, key=lambda one: (one.last, one.first), default=None)


@lru_cache(maxsize=_MEMORY)
def _statements(text: str, before: str, *, top: bool, day_first: bool) -> tuple[tuple[str, StatedDate], ...]:
    """Return the dates that plain *text* states of its document, each with its kind; *before* may be their label."""
    found = find_dates(text, day_first=day_first)
    return tuple(_stating(text, before, found, top=top)) if found else ()


def _is_day_first(clauses: tuple[Clause, ...]) -> bool:
    """Whether the day is the first number of a date with slashes: in all known languages but English."""
    return detect_language(" ".join(plain(clause.text) for clause in clauses[:_SAMPLE])) not in ("", "en")


def _stating(text: str, before: str, found: list[FoundDate], *, top: bool) -> Iterator[tuple[str, StatedDate]]:
    """Yield what `_statements` returns, of the dates *found* in *text*."""
    if (
        len(found) == 1
        and not text[: found[0].start].strip(" (*")
        and not _ASIDE.sub("", text[found[0].end :]).strip(" .)*")
    ):
        if before and _kind(before):
            shift = len(label := f"{before.rstrip(' :')}: ")
            text = f"{label}{text}"
            found = [replace(one, start=one.start + shift, end=one.end + shift) for one in found]
        elif top:
            yield "updated", _stated(found[0], text[found[0].start : found[0].end], text)
            return
    for start, end in sentences(text):
        sentence = text[start:end]
        here = [one for one in found if start <= one.start < end]
        if not here or _is_of_another(sentence):
            continue
        # What is behind a semicolon is another matter: "Effective on March 1, 2023; click here to download it".
        sentence = sentence[: sentence.find(";", here[-1].end - start)] if ";" in text[here[-1].end : end] else sentence
        labelled = text[start : here[0].start].rstrip().endswith(":")
        line = sentence.count(" ") < (_LABELLED_WORDS if labelled else _LINE_WORDS)
        if not line and not _speaks_of_itself(sentence):
            continue
        done = start
        for one in here:
            if kind := _kind(text[done : one.start]):
                yield kind, _stated(one, text[done : one.end], text)
            done = one.end


def _speaks_of_itself(sentence: str) -> bool:
    itself = entry_pattern(union("dates", "itself"))
    return bool(_ITSELF.search(sentence) or itself.search(sentence.lower()))


def _is_of_another(sentence: str) -> bool:
    """Return whether it is another text, or another time, that is dated in *sentence*."""
    spoken = _ASIDE.sub("", sentence).lower()
    return "©" in spoken or bool(entry_pattern(union("dates", "other")).search(spoken))


def _kind(before: str) -> str:
    """Return what the words right before a date say of it: ``effective``, ``updated`` or nothing."""
    marks = [
        (match.end(), kind)
        for kind in ("updated", "effective")
        for match in entry_pattern(union("dates", kind)).finditer(before.lower())
    ]
    place, kind = max(marks, default=(0, ""))
    # "Last update of the Terms and Conditions of Use: March 1, 2023": the whole label is before the colon.
    return kind if kind and (len(before) - place <= _MOST_BETWEEN or before.rstrip().endswith(":")) else ""


def _stated(found: FoundDate, words: str, text: str) -> StatedDate:
    return StatedDate(found.first, found.last, found.iso, text[found.start : found.end], words.strip(" ,;()|"))


def compare_document_dates(old: Reading, new: Reading) -> Dating | None:
    """Return what the two texts state of their own dates; None when neither states any.

    Its note is for a change that matters: it is there when no stated date moved forward although the old text
    had been seen after that date, or when a date moved back.
    """
    was, now = read_document_dates(old), read_document_dates(new)
    pairs = [(was.updated, now.updated), (was.effective, now.effective)]
    stated = [pair for pair in pairs if pair[0] and pair[1]] or [pair for pair in pairs if pair[0] or pair[1]]
    if not stated:
        return None
    before, after = stated[0]
    days = (before.iso if before else "", after.iso if after else "")
    both = [(early, late) for early, late in pairs if early and late]
    back = [(early, late) for early, late in both if late.last < early.first]
    # A date that is another, or of a kind that the old text did not have: the document speaks up.
    spoken = any(
        late and (early is None or late.iso != early.iso) for early, late in pairs if (early, late) not in back
    )
    if spoken:
        return Dating(*days)
    if back:
        early, late = back[0]
        return Dating(*days, f"The document is dated back: its date moved from {early.written} to {late.written}.")
    seen_at = old.version.seen_at
    if both and (seen_at is None or max(late.last for _, late in both) < seen_at.date()):
        kept = both[0][1].written
        return Dating(*days, f"The document does not say that it was changed: its date is still {kept}.")
    return Dating(*days)
