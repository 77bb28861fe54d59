"""Which topics an edit touches, and which way it moves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from tostrack.clauses import canonical_text, plain, sentences
from tostrack.flag.breadth import breadth
from tostrack.flag.finder import find
from tostrack.flag.rules import built_in
from tostrack.models import Clause, Direction, Flag, Hunk, Polarity

#: Two texts of the length of the longest policies, clause by clause.
_MEMORY = 20_000


@dataclass(frozen=True)
class _Placed:
    """A flag on one side of a hunk; its offsets count in that side's text."""

    flag: Flag
    #: The sentence that it stands in, as it is compared.
    sentence: str


def flags_of(clause: Clause) -> tuple[Flag, ...]:
    """Return the flags of *clause*, read under its lead-in and headings; offsets count in its plain text."""
    if clause.is_heading:
        return ()
    return _flags(clause.text, clause.lead)


@lru_cache(maxsize=_MEMORY)
def _flags(text: str, lead: str) -> tuple[Flag, ...]:
    return tuple(find(built_in(), plain(text), lead))


def moves(hunk: Hunk, old: Sequence[Clause], new: Sequence[Clause]) -> tuple[Flag, ...]:
    """Return the flags that *hunk* touches, each with the way it moved, or None where it means the same as before.

    A flag whose sentence the edit leaves alone, or that only stands elsewhere now, is not touched. Each is quoted from
    the text that stands (``hunk.new``), and one that was withdrawn, or whose promise is gone, from ``hunk.old``.

    Args:
        old: The clauses of the version before, and
        new: of the version after: the hunk's places count in them.
    """
    was = _side(old, hunk.old_at, hunk.old_count)
    now = _side(new, hunk.new_at, hunk.new_count)
    if not was and not now:
        return ()
    was_there = _sentences_of(old) if now else frozenset()
    still_there = _sentences_of(new) if was else frozenset()
    gone = [placed for placed in was if placed.sentence not in still_there]
    come = [placed for placed in now if placed.sentence not in was_there]
    topics = dict.fromkeys(placed.flag.topic for placed in (*come, *gone))
    return tuple(flag for topic in topics for flag in _moved(topic, gone, come, was, now))


def _side(clauses: Sequence[Clause], at: int | None, count: int) -> list[_Placed]:
    """Return the flags of the *count* clauses from *at*, with offsets into their texts joined by a space."""
    placed: list[_Placed] = []
    offset = 0
    for clause in clauses[at : at + count] if at is not None else ():
        text = plain(clause.text)
        if found := flags_of(clause):
            spans = sentences(text)
            for flag in found:
                start = max((start for start, _ in spans if start <= flag.start), default=0)
                end = min((end for _, end in spans if end >= flag.end), default=len(text))
                moved = replace(flag, start=flag.start + offset, end=flag.end + offset)
                # What an item says depends on its lead-in.
                placed.append(_Placed(moved, _key(clause.lead, text[start:end])))
        offset += len(text) + 1
    return placed


def _key(lead: str, sentence: str) -> str:
    return f"{canonical_text(lead)}\n{canonical_text(sentence)}"


def _sentences_of(clauses: Sequence[Clause]) -> frozenset[str]:
    """Return every sentence of a version as it is compared."""
    return _keys(tuple((clause.lead, clause.text) for clause in clauses if not clause.is_heading))


@lru_cache(maxsize=4)
def _keys(clauses: tuple[tuple[str, str], ...]) -> frozenset[str]:
    return frozenset(_key(lead, sentence) for lead, text in clauses for sentence in _split(plain(text)))


def _split(text: str) -> Iterator[str]:
    return (text[start:end] for start, end in sentences(text))


def _moved(
    topic: str, gone: list[_Placed], come: list[_Placed], was: list[_Placed], now: list[_Placed]
) -> Iterator[Flag]:
    """Yield the flags of *topic* with their directions."""
    before = _by_polarity(topic, gone)
    after = _by_polarity(topic, come)
    permitted = any(_permits(placed, topic) for placed in was)
    permits = any(_permits(placed, topic) for placed in now)
    for polarity in Polarity:
        lost, won = before.get(polarity, []), after.get(polarity, [])
        if won:
            direction = _reworded(polarity, lost, won) if lost else _appeared(polarity, already=permitted)
            yield from (replace(placed.flag, direction=direction) for placed in won)
        elif lost and not (polarity is Polarity.MENTIONS and after):
            direction = _vanished(polarity, still=permits)
            yield from (replace(placed.flag, direction=direction) for placed in lost)


def _by_polarity(topic: str, placed: list[_Placed]) -> dict[Polarity, list[_Placed]]:
    found: dict[Polarity, list[_Placed]] = {}
    for one in placed:
        if one.flag.topic == topic:
            found.setdefault(one.flag.polarity, []).append(one)
    return found


def _permits(placed: _Placed, topic: str) -> bool:
    return placed.flag.topic == topic and placed.flag.polarity is Polarity.PERMITS


def _appeared(polarity: Polarity, *, already: bool) -> Direction | None:
    if polarity is Polarity.PERMITS:
        return Direction.WIDENED if already else Direction.GRANTED
    return Direction.NARROWED if polarity is Polarity.RESTRICTS else None


def _vanished(polarity: Polarity, *, still: bool) -> Direction | None:
    if polarity is Polarity.PERMITS:
        return Direction.NARROWED if still else Direction.WITHDRAWN
    return Direction.WIDENED if polarity is Polarity.RESTRICTS else None


def _reworded(polarity: Polarity, lost: list[_Placed], won: list[_Placed]) -> Direction | None:
    """Return which way the same permission, or the same promise, went from one wording to another."""
    change = breadth(_text(won)) - breadth(_text(lost))
    if not change or polarity is Polarity.MENTIONS:
        return None
    wider = change > 0
    # A promise that covers more leaves the company less.
    if polarity is Polarity.RESTRICTS:
        wider = not wider
    return Direction.WIDENED if wider else Direction.NARROWED


def _text(placed: list[_Placed]) -> str:
    return " ".join(dict.fromkeys(one.sentence for one in placed))
