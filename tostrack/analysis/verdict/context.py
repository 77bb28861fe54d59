"""The two texts around the hunks: what was there before, what is still there, the place of a clause."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate

from tostrack.analysis.comparison_key import comparable, comparable_text, comparables, reading_key
from tostrack.analysis.verdict.normal_form import stem
from tostrack.clauses import plain, sentences
from tostrack.language.item_labels import strip_key_number, strip_ordinal
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import month_numbers, union
from tostrack.models import Clause, Hunk, Reading

#: A sentence of fewer words may be anywhere by chance; only a clause of its own counts as the same.
_SHORT = 5
#: A clause is looked for by the longest words of a sentence, so many of them.
_WORD = lazy_pattern("[a-z]{4,}")
_TRIED = 4
#: Without such words it can only be a small clause, of no more characters than this.
_SMALL = 200
#: After so many questions an index of the words pays, and bounds the work on a text rewritten as a whole.
_INDEX_AFTER = 40
_MOST_CANDIDATES = 64
#: A clause of more characters is asked by whole sentences: no policy has one so long.
_LONG = 20_000


class ContextText:
    """One reading, asked what it says."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._asked = 0

    @property
    def key(self) -> str:
        """The words that two texts share when no word differs, wherever the lines break."""
        return reading_key(self.reading)

    @cached_property
    def titles(self) -> frozenset[str]:
        """The canonical forms of its headings."""
        return frozenset(comparable(clause) for clause in self.reading.clauses if clause.is_heading)

    @cached_property
    def title_words(self) -> frozenset[str]:
        """The words of its headings."""
        return frozenset(word for title in self.titles for word in title.split())

    @cached_property
    def flat_titles(self) -> frozenset[str]:
        """The titles without number and without spaces."""
        return frozenset(strip_key_number(title).replace(" ", "") for title in self.titles)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(comparables(self.reading))

    def count(self, form: str) -> int:
        """Return how many clauses have the comparable form *form*."""
        return self._counts[form]

    def uses(self, word: str) -> bool:
        """Return whether it has a word with the stem *word*."""
        return word in _stems(self.reading)

    def says(self, sentence: str) -> bool:
        """Return whether one of its clauses has plain *sentence*; a short one must be a clause of its own."""
        words = sorted(_WORD.findall(sentence.lower()), key=len)[-_TRIED:]
        if not words:
            key = comparable_text(sentence)
            return not key or key in _small(self.reading)
        self._asked += 1
        for at in self._indexed(words) if self._asked > _INDEX_AFTER else self._searched(words):
            key = comparable_text(sentence)
            short = key.count(" ") < _SHORT - 1
            own = comparable(self.reading.clauses[at])
            if len(own) > _LONG:
                # Every sentence of a text that is one clause asks: reading it each time would cost its square.
                if key in _said(self.reading.clauses[at].text):
                    return True
            elif key in own and (own == key or _unnumbered(own) == key or (not short and self._holds(at, own, key))):
                return True
        return False

    def _holds(self, at: int, own: str, key: str) -> bool:
        """Whether *key* is in a clause with the form *own*, and is no piece of a sentence that denies it."""
        if f" {key} " not in f" {own} ":
            return False
        if _NEGATIONS.isdisjoint(own.replace(key, " ", 1).split()):
            return True
        said = _said(self.reading.clauses[at].text)
        return key in said or all(_NEGATIONS.isdisjoint(one.replace(key, " ", 1).split()) for one in said if key in one)

    def _searched(self, words: Sequence[str]) -> Iterator[int]:
        """Yield the places of clauses with all *words* in them, found by reading the whole text."""
        joined, starts = _lines(self.reading)
        if not all(word in joined for word in words):
            return
        found = joined.find(words[-1])
        while found >= 0:
            at = bisect_right(starts, found) - 1
            if all(joined.find(word, starts[at], starts[at + 1]) >= 0 for word in words):
                yield at
            found = joined.find(words[-1], starts[at + 1])

    def _indexed(self, words: Sequence[str]) -> Sequence[int]:
        """Return places of clauses with the rarest of *words* in them."""
        index = _index(self.reading)
        return min((index.get(word, []) for word in words), key=len)[:_MOST_CANDIDATES]


def is_sought(sentence: str) -> bool:
    """Return whether *sentence* is looked for inside clauses; a shorter one is a clause of its own or nothing."""
    return comparable_text(sentence).count(" ") >= _SHORT - 1


_NEGATIONS = frozenset(
    word for entry in union("guards", "negation") if "*" not in entry and " " not in (word := comparable_text(entry))
)


@lru_cache(maxsize=8)
def _said(text: str) -> frozenset[str]:
    """Return the comparable forms of the sentences of a clause."""
    words = plain(text)
    return frozenset(comparable_text(words[start:end]) for start, end in sentences(words))


@lru_cache(maxsize=32)
def _small(reading: Reading) -> frozenset[str]:
    return frozenset(comparable(clause) for clause in reading.clauses if len(clause.text) <= _SMALL)


@lru_cache(maxsize=32)
def _lines(reading: Reading) -> tuple[str, list[int]]:
    """Return the clauses in lower case, one a line, and where each begins."""
    lines = [clause.text.lower() for clause in reading.clauses]
    return "\n".join(lines), [0, *accumulate(len(line) + 1 for line in lines)]


# Larger than the text itself.
@lru_cache(maxsize=8)
def _index(reading: Reading) -> dict[str, list[int]]:
    """Return the places of each word."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, clause in enumerate(reading.clauses):
        for word in {*_WORD.findall(clause.text.lower())}:
            places[word].append(at)
    return places


@lru_cache(maxsize=8)
def _stems(reading: Reading) -> frozenset[str]:
    return frozenset(map(stem, " ".join(comparables(reading)).split()))


@lru_cache(maxsize=4_096)
def _unnumbered(key: str) -> str:
    # Remembered: of a page in one clause every sentence is looked for in the same clause.
    return strip_key_number(key)


#: A clause of so many words is running text, and no part of what frames it.
_PROSE = 15
#: What makes two clauses the same without a look at their words: whether it is numbered, and its text.
Letters = tuple[bool, str]


@lru_cache(maxsize=64)
def letters_of(reading: Reading) -> frozenset[Letters]:
    """Return the letters of each clause of *reading*."""
    return frozenset((clause.kind[:2] == "ol", clause.text) for clause in reading.clauses)


def comparable_letters(numbered: bool, text: str) -> str:  # the parts of `Letters`
    """Return the comparable form of a clause with these letters."""
    return comparable_text(strip_ordinal(text) if numbered else text)


def count_apart(one: Reading, other: Reading) -> int:
    """Return how many words are in clauses of *one* that *other* does not have to the letter, each clause once."""
    return sum(comparable_text(text).count(" ") + 1 for _, text in letters_of(one) - letters_of(other))


def _is_prose(text: str) -> bool:
    return text.count(" ") >= _PROSE - 1


def _stays(clause: Clause, theirs: Container[Letters], keys: Container[str]) -> bool:
    """Whether *clause* is a paragraph that is in another text, by its letters or by the keys of what is left."""
    if not _is_prose(clause.text):
        return False
    return (clause.kind[:2] == "ol", clause.text) in theirs or comparable(clause) in keys


class TextPair:
    """Both texts of a change."""

    def __init__(self, old: Reading, new: Reading) -> None:
        self.old = ContextText(old)
        self.new = ContextText(new)

    @cached_property
    def _kept_prose(self) -> dict[str, tuple[int, int]]:
        """For the old and the new text, the places of the first and the last paragraph that both of them have."""
        found = {}
        for side, one, other in (
            ("old", self.old.reading, self.new.reading),
            ("new", self.new.reading, self.old.reading),
        ):
            theirs, others = letters_of(other), letters_of(other) - letters_of(one)
            keys = {comparable_letters(*letters) for letters in others if _is_prose(letters[1])}
            # Looked for from both ends: most often the first paragraph is in the other text to the letter.
            places = [
                next((at for at in order if _stays(one.clauses[at], theirs, keys)), None)
                for order in (range(len(one.clauses)), range(len(one.clauses) - 1, -1, -1))
            ]
            if places[0] is not None and places[1] is not None:
                found[side] = (places[0], places[1])
        return found

    def frames(self, first: Hunk, last: Hunk) -> str:
        """Return whether what was added or removed from *first* to *last* is ``before`` or ``behind`` what stays."""
        gone = first.new_at is None
        side, begins, ends = ("old", first.old_at, last.old_at) if gone else ("new", first.new_at, last.new_at)
        kept = self._kept_prose.get(side)
        if kept is None or begins is None or ends is None:
            return ""
        return "before" if ends < kept[0] else "behind" if begins > kept[1] else ""

    def ends(self, hunk: Hunk) -> int:
        """Return behind which clause of the text that *hunk* is of no paragraph stays."""
        _, last = self._kept_prose.get("old" if hunk.new_at is None else "new", (0, -1))
        return last + 1

    def clause(self, hunk: Hunk) -> Clause:
        """Return the first clause of *hunk*, the new one when there is one."""
        text, at = (self.old, hunk.old_at) if hunk.new_at is None else (self.new, hunk.new_at)
        return text.reading.clauses[at or 0]

    def removed(self, hunk: Hunk) -> list[str]:
        """Return the sentences of *hunk* that the new text says nowhere."""
        return [sentence for sentence in _sentences(hunk.old, hunk.kind) if not self.new.says(sentence)]

    def added(self, hunk: Hunk) -> list[str]:
        """Return the sentences of *hunk* that the old text said nowhere."""
        return [sentence for sentence in _sentences(hunk.new, hunk.kind) if not self.old.says(sentence)]


def _sentences(text: str, kind: str) -> Sequence[str]:
    """Return the sentences of a clause; the number of an ordered item is none of them."""
    if kind[:2] in ("ol", "li"):
        text = strip_ordinal(text)
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        word = _FIRST.match(text, start)
        if word and word[0].lower() in month_numbers() and spans and _DAY.search(text, spans[-1][0], start):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    found = [text[start:end] for start, end in spans]
    if found and (title := _RUN_IN.match(found[0])):
        return [title[0].rstrip(), found[0][title.end() :], *found[1:]]
    return found


#: "am 1. Mai": the stop behind a day ends no sentence.
_DAY = lazy_pattern(r"(?<!\w)\d{1,2}\.\s*$")
_FIRST = lazy_pattern(r"[^\W\d_]+")
#: A heading on the line of the text that it is the heading of.
_RUN_IN = lazy_pattern(r"[A-Z][\w’']*(?: [\w’']+){0,4}[:.]\s+(?=[\"“‘(]?[A-Z])")
