"""A reworded hunk as two texts with the places of its edits; what only one of them mentions."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tostrack.models import Edit, Fact, FactKind, Hunk


@dataclass(frozen=True)
class Mention:
    """A phrase in one of the texts; two with one key say the same."""

    start: int
    end: int
    key: str
    #: Only phrases of one group replace each other.
    group: str = ""


def find_sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around ``text[start:end]`` begins and ends; a point within a word or number is none."""
    begins = [match.end() for match in _STOP.finditer(text, 0, start)]
    stop = _STOP.search(text, max(end - 1, 0))
    return (begins[-1] if begins else 0), (stop.start() if stop else len(text))


_STOP = re.compile(r"[.;!?](?=\s|$)")


def slice_sentence(text: str, start: int, end: int) -> str:
    """Return the sentence around ``text[start:end]``."""
    begin, until = find_sentence(text, start, end)
    return text[begin:until]


@dataclass(frozen=True)
class Side:
    """One text of a hunk, and where it was edited."""

    text: str
    #: Start and end of each edit, in order; the two sides of a hunk have equally many. Empty where only the other
    #: side has words.
    edits: tuple[tuple[int, int], ...] = ()

    @cached_property
    def edited(self) -> str:
        """The sentences that an edit touches, in lower case and with one space for each gap."""
        stops = [0, *(match.end() for match in _STOP.finditer(self.text)), len(self.text)]
        pieces, done = [], 0
        for since, until in self.edits:
            start, end = (
                stops[max(bisect_left(stops, since) - 1, 0)],
                stops[min(bisect_right(stops, until), len(stops) - 1)],
            )
            pieces.append(self.text[max(start, done) : end])
            done = max(done, end)
        return " ".join("".join(pieces).lower().split())

    def touched(self, start: int, end: int) -> int | None:
        """Return the number of the first edit that reaches into ``text[start:end]``, or None."""
        for number, (since, until) in enumerate(self.edits):
            if (since < end and start < until) if since < until else start < since < end:
                return number
        return None

    def kept(self, mention: Mention) -> float:
        """Return how much of the sentence around a phrase was not edited, from 0 to 1; the phrase does not count."""
        start, end = find_sentence(self.text, mention.start, mention.end)
        cut = sum(max(0, min(until, end) - max(since, start)) for since, until in self.edits)
        size = mention.end - mention.start
        return 1 - max(0, cut - size) / max(1, end - start - size)

    def words(self, mention: Mention) -> str:
        """Return the phrase as it is written, on one line."""
        return " ".join(self.text[mention.start : mention.end].split())


def compare_sides(hunk: Hunk) -> tuple[Side, Side]:
    """Return the old and the new text of *hunk* with its edits; a whole clause, added or removed, is one edit."""
    if hunk.edit is not Edit.REWORDED or not hunk.words:
        return (
            Side(hunk.old, ((0, len(hunk.old)),)),
            Side(hunk.new, ((0, len(hunk.new)),)),
        )
    old, new, at, to = [], [], 0, 0
    start: tuple[int, int] | None = None
    for op, text in (*hunk.words, ("=", "")):
        if op == "=":
            if start:
                old.append((start[0], at))
                new.append((start[1], to))
                start = None
            at, to = at + len(text), to + len(text)
            continue
        start = start or (at, to)
        at, to = at + len(text) * (op == "-"), to + len(text) * (op == "+")
    return Side(hunk.old, tuple(old)), Side(hunk.new, tuple(new))


_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=8)
def words_of(text: str) -> frozenset[str]:
    """Return the words of *text* in lower case: asked first, for most clauses hold none that matters."""
    return frozenset(_WORD.findall(text.lower()))


@dataclass(frozen=True)
class Finder:
    """Finds the phrases of one kind in a text."""

    kind: FactKind
    find: Callable[[str], Iterable[Mention]]
    #: Tells of a text in lower case whether it may hold such a phrase: False is sure.
    may_find: Callable[[str], bool]


def moved(old: Side, new: Side, finder: Finder) -> Iterator[tuple[Mention | None, Mention | None]]:
    """Yield what *finder* knows that was replaced, removed (no second) or added (no first), in the order of the text.

    What both texts mention equally often did not move, wherever it is.
    """
    # A phrase that no edit touches did not move.
    if not finder.may_find(old.edited) and not finder.may_find(new.edited):
        return
    before, after = list(finder.find(old.text)), list(finder.find(new.text))
    if not before and not after:
        return
    gone, come = _surplus(old, before, after), _surplus(new, after, before)
    for one in gone:
        place = old.touched(one.start, one.end)
        twin = next(
            (
                other
                for other in come
                if other.group == one.group and place is not None and new.touched(other.start, other.end) == place
            ),
            None,
        )
        if twin:
            come.remove(twin)
        yield one, twin or _part_of(one, after, before)
    yield from ((_part_of(other, before, after), other) for other in come)


def _part_of(whole: Mention, ours: Iterable[Mention], theirs: Iterable[Mention]) -> Mention | None:
    """Return the mention of *ours* that only got longer: of "Germany and France" the "Germany"."""
    stays = {one.key for one in theirs}
    parts = (one for one in ours if one.group == whole.group and one.key not in stays)
    return next((one for one in parts if f" {one.key} " in f" {whole.key} "), None)


def _surplus(side: Side, ours: Sequence[Mention], theirs: Iterable[Mention]) -> list[Mention]:
    """Return the mentions of *ours* beyond those that *theirs* have too; those that were edited are the ones beyond."""
    more = Counter(one.key for one in ours) - Counter(one.key for one in theirs)
    beyond = []
    for one in sorted(ours, key=lambda one: side.touched(one.start, one.end) is None):
        if more[one.key] > 0:
            more[one.key] -= 1
            if side.touched(one.start, one.end) is not None:
                beyond.append(one)
    return sorted(beyond, key=lambda one: one.start)


def fact(kind: FactKind, old: str, new: str, *, quoted: bool = True) -> Fact:
    """Return a fact with its line: ``“may” became “will”``; of two numbers neither is *quoted*."""
    if not (old and new):
        words = f"“{old or new}”" if kind is not FactKind.PARTY else old or new
        return Fact(kind, old, new, f"{'removed' if old else 'added'} {words}")
    was, now = (f"“{words}”" if quoted else words for words in (old, new))
    return Fact(kind, old, new, f"{was} became {now}")
