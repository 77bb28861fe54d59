"""The flags that only one of two versions has, and which of them say what a flag of the other one says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from tostrack.analysis.flags.rulebook import SHIPPED, Rulebook
from tostrack.clauses import canonical_text, plain, sentences
from tostrack.models import Clause, Direction, Flag, Polarity

#: Two sentences in different clauses that share this part of their words, and are flagged alike, are one reworded.
#: At a half a rewritten licence counts as withdrawn and granted again; at a fifth any two sentences on sharing are one.
_ALIKE = 0.35
#: So are two whose quoted words, found by the same rule, share this part: the licence in a sentence recast around it.
_ALIKE_QUOTES = 0.6
#: A sentence of whose words this part occurs in another one is a part of that; and one that shares this part of all
#: words with a current one is that one again.
_HELD = 0.75
#: No policy rewrites more sentences of one topic at once; a hostile page must not make us compare all with all.
_MOST_COMPARED = 400
#: A concept of at least this weight is worth telling where a whole policy is rewritten; one more verb is not.
_HEAVY = 3
#: This many removed sentences can be compared with the added ones one by one.
_FEW = 3

#: A sentence under its lead-in.
Key = tuple[str, str]
#: Topic, polarity and meaning.
_Kin = tuple[str, Polarity, str]


@dataclass(frozen=True)
class Placed:
    """A flag and its place; in a hunk, its offsets count in the text of its side."""

    flag: Flag
    #: The sentence that it is in, as it is compared: under its lead-in, which changes what it says.
    lead: str
    sentence: str

    @property
    def key(self) -> Key:
        """Its identity: the same sentence under the same lead-in is the same in every place."""
        return self.lead, self.sentence

    @property
    def subject(self) -> tuple[str, Polarity]:
        """Its subject: the topic, and whether that is permitted."""
        return self.flag.topic, self.flag.polarity

    def moved(self, offset: int) -> Placed:
        """Return it with offsets that are *offset* more."""
        if not offset:
            return self
        flag = replace(self.flag, start=self.flag.start + offset, end=self.flag.end + offset)
        return Placed(flag, self.lead, self.sentence)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the sentence."""
        return frozenset(self.sentence.split())

    @cached_property
    def quoted(self) -> frozenset[str]:
        """The words of the quote."""
        return frozenset(canonical_text(self.flag.quote).split())


def place(clause: Clause, flags: Iterable[Flag]) -> Iterator[Placed]:
    """Yield each of the *flags* of *clause* with the sentence that it is in."""
    found = tuple(flags)
    if not found:
        return
    text = plain(clause.text)
    spans = sentences(text)
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    for flag in found:
        start = starts[max(bisect_right(starts, flag.start) - 1, 0)]
        end = ends[min(bisect_left(ends, flag.end), len(ends) - 1)]
        yield Placed(flag, canonical_text(clause.lead), canonical_text(text[start:end]))


class Changed:
    """The flags of the sentences that only one of two versions has."""

    def __init__(self, placed: Iterable[Placed], spoken_for: Container[Key] = ()) -> None:
        self.keys: set[Key] = set()
        self._by_subject: dict[tuple[str, Polarity], list[Placed]] = {}
        self._spoken_for = spoken_for
        for one in placed:
            self.keys.add(one.key)
            self._by_subject.setdefault(one.subject, []).append(one)

    def twin(self, one: Placed) -> Placed | None:
        """Return the one that says the same as *one* of the same in most alike words, if any is alike.

        One that is the other wording of its own clause already is nobody's twin.
        """
        best, most = None, 0.0
        for other in self._by_subject.get(one.subject, ())[:_MOST_COMPARED]:
            if other.key in self._spoken_for:
                continue
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


class Sides:
    """The flags of the sentences that only the old version has, of those that only the new one has, and of the rest.

    Of one *kin* are the flags that tell a reader the same: of one topic, with one meaning. Where a policy is rewritten,
    sentences of a kin go and others come that resemble none of them: the kin lives on, and reaches further or less far
    as a whole.
    """

    def __init__(
        self,
        gone: Iterable[Placed],
        come: Iterable[Placed],
        kept: Iterable[Placed],
        book: Rulebook = SHIPPED,
        spoken_for: Container[Key] = (),
    ) -> None:
        self._gone, self._come = tuple(gone), tuple(come)
        self.gone, self.come = Changed(self._gone, spoken_for), Changed(self._come, spoken_for)
        self._unread = kept
        self._spoken_for = spoken_for
        self._book = book

    @cached_property
    def _kept(self) -> tuple[Placed, ...]:
        # Most edits leave every flag in its place: nobody asks for those of the whole text.
        return tuple(self._unread)

    @cached_property
    def kept(self) -> Changed:
        """The flags that both versions have."""
        return Changed(self._kept, self._spoken_for)

    def arrived(self, one: Placed, *, already: bool) -> Direction | None:
        """Return which way an added flag that resembles none of the removed ones moves its topic.

        Args:
            already: Whether its place had something of its topic before.
        """
        if one.flag.polarity is Polarity.MENTIONS:
            return None
        kin = self._kin(one)
        if self.kept.repeats(one) or (kin in self._left and not self._adds(one, kin)):
            # Said once more, in a part for other countries say, or in other words: nothing is new but the place.
            return None
        if one.flag.polarity is Polarity.PERMITS:
            return Direction.WIDENED if already or kin in self._before else Direction.GRANTED
        return Direction.NARROWED

    def departed(self, one: Placed, *, still: bool) -> Direction | None:
        """Return which way a removed flag that resembles none of the added ones moved its topic.

        Args:
            still: Whether its place still has something of its topic.
        """
        if one.flag.polarity is Polarity.MENTIONS:
            return None
        kin = self._kin(one)
        if kin in self._brought and not self._lacks(one, kin):
            return None
        if one.flag.polarity is Polarity.PERMITS:
            return Direction.NARROWED if still or kin in self._after else Direction.WITHDRAWN
        return Direction.WIDENED

    def _adds(self, one: Placed, kin: _Kin) -> bool:
        """Return whether its kin is said more often, or reaches further, and *one* has a part in that."""
        gone, come = self._counts(kin)
        further = come > gone or self._reach(self._brought, kin) > self._reach(self._taken, kin)
        return further and self._is_heavy(one, self._before[kin])

    def _lacks(self, one: Placed, kin: _Kin) -> bool:
        """Return whether its kin is said no more often, and reaches less far, and *one* had a part in that.

        Of a permission that many sentences gave and others give now, no single one can be said to have gone.
        """
        gone, come = self._counts(kin)
        if come > gone or (gone > _FEW and one.flag.polarity is Polarity.PERMITS):
            return False
        less = self._reach(self._brought, kin) < self._reach(self._taken, kin)
        return less and self._is_heavy(one, self._after[kin])

    def _counts(self, kin: _Kin) -> tuple[int, int]:
        gone, come = ([self._kin(one) for one in side].count(kin) for side in (self._gone, self._come))
        return gone, come

    def _reach(self, side: Mapping[_Kin, Mapping[str, int]], kin: _Kin) -> int:
        return sum(side.get(kin, {}).values())

    def _is_heavy(self, one: Placed, known: Mapping[str, int]) -> bool:
        found = self._book.concepts(one.sentence)
        return any(weight >= _HEAVY for concept, weight in found.items() if concept not in known)

    @cached_property
    def _taken(self) -> dict[_Kin, dict[str, int]]:
        return self._concepts(self._gone)

    @cached_property
    def _brought(self) -> dict[_Kin, dict[str, int]]:
        return self._concepts(self._come)

    @cached_property
    def _before(self) -> dict[_Kin, dict[str, int]]:
        return self._concepts((*self._gone, *self._kept))

    @cached_property
    def _after(self) -> dict[_Kin, dict[str, int]]:
        return self._concepts((*self._come, *self._kept))

    @cached_property
    def _left(self) -> set[_Kin]:
        """The kins of which something was removed that resembles nothing added: they were rewritten, or shrank."""
        return {self._kin(one) for one in self._gone if self.come.twin(one) is None}

    def _concepts(self, placed: Iterable[Placed]) -> dict[_Kin, dict[str, int]]:
        found: dict[_Kin, dict[str, int]] = {}
        for one in placed:
            found.setdefault(self._kin(one), {}).update(self._book.concepts(one.sentence))
        return found

    def _kin(self, one: Placed) -> _Kin:
        return *one.subject, self._book.meaning(one.flag.rule, one.flag.polarity)


def _shared(words: frozenset[str], others: frozenset[str]) -> float:
    both = len(words & others)
    return both / (len(words) + len(others) - both) if words or others else 0.0
