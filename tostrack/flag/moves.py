"""Which topics an edit touches, and which way it moves them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from tostrack.clauses import canonical_text, plain, sentences
from tostrack.flag.rulebook import SHIPPED, Rulebook
from tostrack.flag.weights import is_learnt
from tostrack.models import Clause, Direction, Edit, Flag, Hunk, Polarity

#: Two sentences in different clauses that share this part of their words, and are flagged alike, are one reworded.
#: At a half a rewritten licence counts as withdrawn and granted anew; at a fifth any two sentences on sharing are one.
_ALIKE = 0.35
#: So are two whose quoted words, found by the same rule, share this part: the licence in a sentence recast around it.
_ALIKE_QUOTES = 0.6
#: A sentence of whose words this part stands in another one is a part of that; and one that shares this part of all
#: words with one that stands is that one again.
_HELD = 0.75
#: No policy rewrites more sentences of one topic at once; a hostile page must not make us compare all with all.
_MOST_COMPARED = 400
#: Clauses of two versions of the longest policies.
_MEMORY = 20_000


@dataclass(frozen=True)
class Placed:
    """A flag where it stands; in a hunk, its offsets count in the text of its side."""

    flag: Flag
    #: The sentence that it stands in, as it is compared: under its lead-in, which changes what it says.
    lead: str
    sentence: str

    @property
    def key(self) -> tuple[str, str]:
        """What it is in: the same sentence under the same lead-in is the same, wherever it stands."""
        return self.lead, self.sentence

    @property
    def subject(self) -> tuple[str, Polarity]:
        """What it says: of which topic, and whether that is permitted."""
        return self.flag.topic, self.flag.polarity

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the sentence."""
        return frozenset(self.sentence.split())

    @cached_property
    def quoted(self) -> frozenset[str]:
        """The words of the quote."""
        return frozenset(canonical_text(self.flag.quote).split())


def moves(
    hunks: Iterable[Hunk], old: Sequence[Clause], new: Sequence[Clause], book: Rulebook = SHIPPED
) -> list[tuple[Flag, ...]]:
    """Return, for each of *hunks*, the flags that it touches, each with the way it moved; None where it means the same.

    A flag whose sentence the edit leaves alone, or that only stands elsewhere now, is not touched. Each is quoted from
    the text that stands (``hunk.new``), and one that was withdrawn, or whose promise is gone, from ``hunk.old``. A
    sentence that was rewritten and went to another clause is told where it stands now.

    Args:
        hunks: The edits between two versions.
        old: The clauses of the version before, and
        new: of the version after: the places of the hunks count in them.
        book: What decides which clauses are flagged.
    """
    sides = [
        (hunk, _side(book, old, hunk.old_at, hunk.old_count), _side(book, new, hunk.new_at, hunk.new_count))
        for hunk in hunks
    ]
    if not any(was or now for _, was, now in sides):
        return [() for _ in sides]
    stay, stayed = _sentences(new), _sentences(old)
    lost = (placed for clause in old for placed in place(clause, book.of_clause(clause)) if placed.key not in stay)
    won = (placed for clause in new for placed in place(clause, book.of_clause(clause)) if placed.key not in stayed)
    kept = (placed for clause in new for placed in place(clause, book.of_clause(clause)) if placed.key in stayed)
    both = Sides(Changed(lost), Changed(won), Changed(kept))
    return [tuple(_moved_in(book, hunk, was, now, both)) if was or now else () for hunk, was, now in sides]


class Changed:
    """The flags of the sentences that only one of two versions has."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self.keys: set[tuple[str, str]] = set()
        self._by_subject: dict[tuple[str, Polarity], list[Placed]] = {}
        for one in placed:
            self.keys.add(one.key)
            self._by_subject.setdefault(one.subject, []).append(one)

    def twin(self, one: Placed) -> Placed | None:
        """Return the one that says the same as *one* of the same in most alike words, if any is alike."""
        best, most = None, 0.0
        for other in self._by_subject.get(one.subject, ())[:_MOST_COMPARED]:
            whole, quoted = _shared(one.words, other.words), _shared(one.quoted, other.quoted)
            same_rule = one.flag.rule == other.flag.rule
            if (whole >= _ALIKE or (same_rule and quoted >= _ALIKE_QUOTES)) and whole + quoted > most:
                best, most = other, whole + quoted
        return best

    def repeats(self, one: Placed) -> bool:
        """Return whether one says the same as *one* in nearly its words."""
        others = self._by_subject.get(one.subject, ())[:_MOST_COMPARED]
        return any(_shared(one.words, other.words) >= _HELD for other in others)

    def whole(self, one: Placed) -> Placed | None:
        """Return the one that says the same as *one* and has nearly all of its words, if any has."""
        held = [
            (len(one.words & other.words), other)
            for other in self._by_subject.get(one.subject, ())[:_MOST_COMPARED]
            if len(one.words & other.words) >= _HELD * len(one.words)
        ]
        return max(held, key=lambda found: found[0])[1] if held else None


@dataclass(frozen=True)
class Sides:
    """The flags of the sentences that only the old version has, of those that only the new one has, and of the rest."""

    gone: Changed
    come: Changed
    kept: Changed


def _moved_in(book: Rulebook, hunk: Hunk, was: list[Placed], now: list[Placed], sides: Sides) -> Iterator[Flag]:
    """Yield the flags that *hunk* touches, by topic."""
    won = [placed for placed in now if placed.key in sides.come.keys]
    subjects = {placed.subject for placed in won}
    lost = [
        placed
        for placed in was
        if placed.key in sides.gone.keys and (placed.subject in subjects or sides.come.twin(placed) is None)
    ]
    # What weights find may come and go with any word of the clause: in another wording that alone is no move.
    doubtful = hunk.edit is Edit.REWORDED
    for topic in dict.fromkeys(placed.flag.topic for placed in (*won, *lost)):
        for flag in _moved(book, topic, lost, won, was, now, sides):
            yield replace(flag, direction=None) if doubtful and is_learnt(flag) else flag


def _side(book: Rulebook, clauses: Sequence[Clause], at: int | None, count: int) -> list[Placed]:
    """Return the flags of the *count* clauses from *at*, with offsets into their texts joined by a space."""
    placed: list[Placed] = []
    offset = 0
    for clause in clauses[at : at + count] if at is not None else ():
        placed += place(clause, book.of_clause(clause), offset)
        offset += len(plain(clause.text)) + 1
    return placed


def place(clause: Clause, flags: Iterable[Flag], offset: int = 0) -> Iterator[Placed]:
    """Yield each of the *flags* of *clause* with the sentence that it stands in, its offsets moved by *offset*."""
    found = tuple(flags)
    if not found:
        return
    text = plain(clause.text)
    spans = sentences(text)
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    for flag in found:
        start = starts[max(bisect_right(starts, flag.start) - 1, 0)]
        end = ends[min(bisect_left(ends, flag.end), len(ends) - 1)]
        moved = replace(flag, start=flag.start + offset, end=flag.end + offset)
        yield Placed(moved, canonical_text(clause.lead), canonical_text(text[start:end]))


def _sentences(clauses: Iterable[Clause]) -> set[tuple[str, str]]:
    """Return every sentence under its lead-in, as it is compared."""
    found: set[tuple[str, str]] = set()
    for clause in clauses:
        if not clause.is_heading:
            lead = canonical_text(clause.lead)
            found.update((lead, sentence) for sentence in _sentences_of(clause.text))
    return found


@lru_cache(maxsize=_MEMORY)
def _sentences_of(marked: str) -> tuple[str, ...]:
    text = plain(marked)
    return tuple(canonical_text(text[start:end]) for start, end in sentences(text))


def _shared(words: frozenset[str], others: frozenset[str]) -> float:
    return len(words & others) / len(words | others) if words | others else 0.0


def _moved(
    book: Rulebook,
    topic: str,
    lost: list[Placed],
    won: list[Placed],
    was: list[Placed],
    now: list[Placed],
    sides: Sides,
) -> Iterator[Flag]:
    """Yield the flags of *topic* with their directions."""
    permitted = any(placed.subject == (topic, Polarity.PERMITS) for placed in was)
    permits = any(placed.subject == (topic, Polarity.PERMITS) for placed in now)
    for polarity in Polarity:
        groups, gone, come = _matched(
            [placed for placed in lost if placed.subject == (topic, polarity)],
            [placed for placed in won if placed.subject == (topic, polarity)],
        )
        for before, after in groups:
            direction = _reworded(book, polarity, before, after)
            yield from (replace(placed.flag, direction=direction) for placed in after)
        for placed in come:
            # Said once more, in a part for other countries say: nothing is new but the place.
            direction = None if sides.kept.repeats(placed) else _appeared(polarity, already=permitted)
            if twin := sides.gone.twin(placed):
                direction = _reworded(book, polarity, [twin], [placed])
            yield replace(placed.flag, direction=direction)
        for placed in gone:
            if sides.come.twin(placed) is None and not sides.kept.repeats(placed):
                yield replace(placed.flag, direction=_vanished(polarity, still=permits))


_Group = tuple[list[Placed], list[Placed]]


def _matched(lost: list[Placed], won: list[Placed]) -> tuple[list[_Group], list[Placed], list[Placed]]:
    """Return the flags of one hunk and subject in groups of what became what, and those that only went or only came.

    Each goes with the one of the other side that it resembles most, or is a part of: a sentence that was split is
    compared with all of its parts. Where both sides have some that resemble none, these are one more group.
    """
    groups: list[_Group] = []
    alone: _Group = ([], [])
    for side, found, others in ((0, lost, won), (1, won, lost)):
        candidates = Changed(others)
        for one in found:
            twin = candidates.twin(one) or candidates.whole(one)
            if twin is None:
                alone[side].append(one)
                continue
            known = next((group for group in groups if _among(twin, group[1 - side]) or _among(one, group[side])), None)
            group = known or ([], [])
            if known is None:
                groups.append(group)
            for member, part in ((one, group[side]), (twin, group[1 - side])):
                if not _among(member, part):
                    part.append(member)
    if all(alone):
        return [*groups, alone], [], []
    return groups, *alone


def _among(one: Placed, others: Iterable[Placed]) -> bool:
    return any(one is other for other in others)


def _appeared(polarity: Polarity, *, already: bool) -> Direction | None:
    if polarity is Polarity.PERMITS:
        return Direction.WIDENED if already else Direction.GRANTED
    return Direction.NARROWED if polarity is Polarity.RESTRICTS else None


def _vanished(polarity: Polarity, *, still: bool) -> Direction | None:
    if polarity is Polarity.PERMITS:
        return Direction.NARROWED if still else Direction.WITHDRAWN
    return Direction.WIDENED if polarity is Polarity.RESTRICTS else None


def _reworded(book: Rulebook, polarity: Polarity, lost: list[Placed], won: list[Placed]) -> Direction | None:
    """Return which way the same permission, or the same promise, went from one wording to another."""
    change = book.reach(_text(won)) - book.reach(_text(lost))
    if not change or polarity is Polarity.MENTIONS:
        return None
    wider = change > 0
    # A promise that covers more leaves the company less.
    if polarity is Polarity.RESTRICTS:
        wider = not wider
    return Direction.WIDENED if wider else Direction.NARROWED


def _text(placed: list[Placed]) -> str:
    return " ".join(dict.fromkeys(one.sentence for one in placed))
