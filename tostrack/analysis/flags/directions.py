"""Which topics an edit touches, and which way it moves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache

from tostrack.analysis.flags.matching import Changed, Key, Placed, Sides, place
from tostrack.analysis.flags.rulebook import SHIPPED, Rulebook
from tostrack.analysis.flags.weights import is_learnt
from tostrack.clauses import canonical_text, plain, sentences
from tostrack.models import Clause, Direction, Edit, Flag, Hunk, Polarity

#: A list of verbs weighs at most this: a licence "to use" has them all, and "sub-licensable" outweighs any list.
_MOST_VERBS = 4
#: What takes from a promise; other words that narrow a permission ("opt out", "your settings") are the promise itself.
_EXCEPTIONS = frozenset({"unless", "except", "without your consent"})
#: This many sentences are looked for one by one in a version, before all of its sentences are.
_FEW = 20
#: Clauses of two versions of the longest policies.
_MEMORY = 20_000


def find_directions(
    hunks: Iterable[Hunk], old: Sequence[Clause], new: Sequence[Clause], book: Rulebook = SHIPPED
) -> list[tuple[Flag, ...]]:
    """Return, for each of *hunks*, the flags that it touches, each with the way it moved; None where it means the same.

    A flag whose sentence the edit leaves alone, or that only moved elsewhere, is not touched. Each is quoted from
    the new text (``hunk.new``), and one that was withdrawn, or whose promise is gone, from ``hunk.old``. A
    sentence that was rewritten and moved to another clause is reported at its new place.

    Args:
        hunks: The edits between two versions.
        old: The clauses of the version before, and
        new: of the version after: the places of the hunks count in them.
        book: What decides which clauses are flagged.
    """

    @cache
    def placed_in(clause: Clause) -> tuple[Placed, ...]:
        """Return the flags of *clause*: a clause may be a part of a hunk, and be added, removed or kept."""
        return tuple(place(clause, book.of_clause(clause)))

    sides = [
        (
            hunk,
            _side(placed_in, old, hunk.old_at, hunk.old_count),
            _side(placed_in, new, hunk.new_at, hunk.new_count),
        )
        for hunk in hunks
    ]
    if not any(was or now for _, was, now in sides):
        return [() for _ in sides]
    # A clause that both versions have word for word is unchanged: most clauses are not asked for their flags.
    stand = {*map(_standing, old)} & {*map(_standing, new)}
    gone, come = ([clause for clause in side if _standing(clause) not in stand] for side in (old, new))
    stay, stayed = _Said(new), _Said(old)
    lost = (placed for clause in gone for placed in placed_in(clause) if placed.key not in stay)
    won = (placed for clause in come for placed in placed_in(clause) if placed.key not in stayed)
    kept = (
        placed for clause in new for placed in placed_in(clause) if _standing(clause) in stand or placed.key in stayed
    )
    both = Sides(lost, won, kept, book, _reworded_in_place(sides))
    return [tuple(_moved_in(book, hunk, was, now, both)) if was or now else () for hunk, was, now in sides]


def _reworded_in_place(sides: Iterable[tuple[Hunk, list[Placed], list[Placed]]]) -> set[Key]:
    """Return the sentences that are each other's wording in one hunk: nothing elsewhere is their other wording."""
    found: set[Key] = set()
    for _, was, now in sides:
        for before, after in ((was, now), (now, was)):
            others = Changed(after)
            found.update(one.key for one in before if others.twin(one))
    return found


def _standing(clause: Clause) -> tuple[bool, str, str]:
    return clause.is_heading, clause.text, clause.lead


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
    reworded = hunk.edit is Edit.REWORDED
    both = {placed.subject for placed in was} & {placed.subject for placed in now} if reworded else set()
    # Sentences that were only cut elsewhere say as much as before.
    same = both and book.concepts(canonical_text(hunk.old)) == book.concepts(canonical_text(hunk.new))
    for topic in dict.fromkeys(placed.flag.topic for placed in (*won, *lost)):
        for flag in _moved(book, topic, lost, won, was, now, sides):
            still = reworded and (is_learnt(flag) or (same and (flag.topic, flag.polarity) in both))
            yield replace(flag, direction=None) if still else flag


def _side(
    placed_in: Callable[[Clause], tuple[Placed, ...]], clauses: Sequence[Clause], at: int | None, count: int
) -> list[Placed]:
    """Return the flags of the *count* clauses from *at*, with offsets into their texts joined by a space."""
    placed: list[Placed] = []
    offset = 0
    for clause in clauses[at : at + count] if at is not None else ():
        placed += (one.moved(offset) for one in placed_in(clause))
        offset += len(plain(clause.text)) + 1
    return placed


class _Said:
    """The sentences of a version, each under its lead-in."""

    def __init__(self, clauses: Iterable[Clause]) -> None:
        self._clauses = [clause for clause in clauses if not clause.is_heading]
        self._asked = 0

    def __contains__(self, key: Key) -> bool:
        self._asked += 1
        if self._asked > _FEW:
            return key in self._all
        lead, sentence = key
        # By its longest word: only the clauses that have it are taken apart.
        word = max(sentence.split(), key=len, default="")
        return any(
            sentence in _sentences_of(clause.text) and canonical_text(clause.lead) == lead
            for clause, text in zip(self._clauses, self._texts, strict=True)
            if word in text
        )

    @cached_property
    def _texts(self) -> list[str]:
        return [clause.text.casefold() for clause in self._clauses]

    @cached_property
    def _all(self) -> set[Key]:
        return {
            (canonical_text(clause.lead), sentence)
            for clause in self._clauses
            for sentence in _sentences_of(clause.text)
        }


@lru_cache(maxsize=_MEMORY)
def _sentences_of(marked: str) -> tuple[str, ...]:
    text = plain(marked)
    return tuple(canonical_text(text[start:end]) for start, end in sentences(text))


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
            if twin := sides.gone.twin(placed):
                direction = _reworded(book, polarity, [twin], [placed])
            else:
                direction = sides.arrived(placed, already=permitted)
            yield replace(placed.flag, direction=direction)
        for placed in gone:
            if sides.come.twin(placed) is None:
                direction = sides.departed(placed, still=permits)
                # A permission or a promise that others of its kind go on with is not gone.
                if (direction or polarity is Polarity.MENTIONS) and not sides.kept.repeats(placed):
                    yield replace(placed.flag, direction=direction)


_Group = tuple[list[Placed], list[Placed]]


def _matched(lost: list[Placed], won: list[Placed]) -> tuple[list[_Group], list[Placed], list[Placed]]:
    """Return the flags of one hunk and subject in groups of what became what, and the merely removed or added ones.

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


def _reworded(book: Rulebook, polarity: Polarity, lost: list[Placed], won: list[Placed]) -> Direction | None:
    """Return which way the same permission, or the same promise, changed from one wording to another."""
    change = _reach(book, won, polarity) - _reach(book, lost, polarity)
    if not change or polarity is Polarity.MENTIONS:
        return None
    wider = change > 0
    # A promise that covers more leaves the company less.
    if polarity is Polarity.RESTRICTS:
        wider = not wider
    return Direction.WIDENED if wider else Direction.NARROWED


def _reach(book: Rulebook, placed: list[Placed], polarity: Polarity) -> int:
    """Return how far the words of all of *placed* reach: a number to compare with that of other words."""
    concepts = book.concepts(" ".join(dict.fromkeys(one.sentence for one in placed)))
    if polarity is Polarity.RESTRICTS:
        return sum(-abs(weight) if name in _EXCEPTIONS else max(weight, 0) for name, weight in concepts.items())
    verbs = sum(weight for weight in concepts.values() if weight == 1)
    return sum(concepts.values()) - max(verbs - _MOST_VERBS, 0)
