"""The rest of one hunk without the sentences that the other text has elsewhere."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tostrack.analysis.comparison_key import comparable_text
from tostrack.analysis.verdict.context import TextPair
from tostrack.analysis.verdict.normal_form import lost_and_gained, normal
from tostrack.analysis.verdict.places import Place, places_of
from tostrack.models import Clause, Edit, Hunk

#: A stamp, a label or a sign to readers has fewer spaces.
_PASSAGE = 120


@dataclass(frozen=True)
class Part:
    """One hunk with its clause and what of it is to be compared."""

    hunk: Hunk
    #: The new clause when there is one.
    clause: Clause
    #: The sentences of the old text that the new one says nowhere, joined; of a sentence that grew, what it grew from.
    old: str
    #: The sentences of the new text that the old one said nowhere, joined; of one that was cut, what is left of it.
    new: str
    context: TextPair
    #: The sentences that are really gone and really new, and nothing else.
    lost: str = ""
    gained: str = ""

    @property
    def text(self) -> str:
        """The added text, or the removed text when none was added."""
        return self.new or self.old

    @property
    def is_passage(self) -> bool:
        """Whether a whole clause was added or removed that is too long for anything but text of a policy."""
        return not (self.old and self.new) and self.text.count(" ") >= _PASSAGE

    @cached_property
    def moved(self) -> tuple[Counter[str], Counter[str]]:
        """The removed and the added words, in any place."""
        return lost_and_gained(normal(self.old), normal(self.new))

    @cached_property
    def places(self) -> frozenset[Place]:
        """The kinds of places in which its clauses are in both texts."""
        return places_of(self.context, self.hunk)


def part_of(hunk: Hunk, context: TextPair) -> Part:
    """Return *hunk* as the rules see it."""
    gone, come = _apart(context.removed(hunk), context.added(hunk))
    old, new = lost, gained = " ".join(gone), " ".join(come)
    if hunk.edit is Edit.REWORDED and (gone or come):
        # A sentence cut shorter is a part of what it was, word for word: seen alone, the longer one would look new.
        old_spans, new_spans = _spans(hunk.old, gone), _spans(hunk.new, come)
        mapped_new = [_across(hunk.words, span, "-") for span in old_spans]
        mapped_old = [_across(hunk.words, span, "+") for span in new_spans]
        old = _text(hunk.old, [*old_spans, *filter(None, mapped_old)])
        new = _text(hunk.new, [*new_spans, *filter(None, mapped_new)])
    return Part(hunk, context.clause(hunk), old, new, context, lost, gained)


def _apart(gone: Sequence[str], come: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return both without the sentences that they share: a short one is looked for as a clause of its own only."""
    if not gone or not come:
        return [*gone], [*come]
    shared = {*map(comparable_text, gone)} & {*map(comparable_text, come)}
    keep = [[sentence for sentence in side if comparable_text(sentence) not in shared] for side in (gone, come)]
    return keep[0], keep[1]


_Span = tuple[int, int]
#: Of a sentence that was reworded at least this share of the letters stays.
_STAYS = 0.2


def _spans(text: str, parts: Sequence[str]) -> list[_Span]:
    """Return where *parts* are in *text*, one after the other."""
    spans, at = [], 0
    for part in parts:
        start = text.find(part, at)
        if start >= 0:
            at = start + len(part)
            spans.append((start, at))
    return spans


def _across(words: Sequence[tuple[str, str]], span: _Span, side: str) -> _Span | None:
    """Return what became of a span of one *side* on the other; None when hardly any of it stays."""
    start, end = span
    here = there = stays = 0
    covered: list[_Span] = []
    for same, group in itertools.groupby(words, key=lambda piece: piece[0] == "="):
        own = other = 0
        for op, text in group:
            own += len(text) * (op in ("=", side))
            other += len(text) * (op != side)
        first, last = max(start, here), min(end, here + own)
        if same and first < last:
            stays += last - first
            covered.append((there + first - here, there + last - here))
        elif not same and (first < last or start < here < end):
            covered.append((there, there + other))
        here, there = here + own, there + other
    return (covered[0][0], covered[-1][1]) if stays and stays >= _STAYS * (end - start) else None


def _text(text: str, spans: Sequence[_Span]) -> str:
    """Return what *spans* cover of *text*, each letter once."""
    pieces: list[str] = []
    done = -1
    for start, end in sorted(spans):
        if start <= done < end:
            pieces[-1] += text[done:end]
        elif end > done:
            pieces.append(text[start:end])
        done = max(done, end)
    return " ".join(filter(None, map(str.strip, pieces)))
