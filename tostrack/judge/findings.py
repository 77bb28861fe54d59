"""One hunk in, what it comes to out: a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tostrack.judge import lexicon
from tostrack.judge.context import Context
from tostrack.judge.counting import lapsed, numbering, numbers, stamp, statistics
from tostrack.judge.furniture import furniture, notice
from tostrack.judge.naming import acronym, label, nickname, unfilled
from tostrack.judge.part import Part, part_of
from tostrack.judge.quotes import quote
from tostrack.judge.rewording import heading, pointer, renamed, same_words, wording
from tostrack.judge.slight import address, adverb, aside, credit, example, possessive, relabelled, stutter, wayfinding
from tostrack.models import Edit, Hunk, Reason


@dataclass(frozen=True)
class Finding:
    """What one hunk comes to."""

    reason: Reason
    hunk: Hunk
    #: The sentences that are really new.
    gained: str = ""
    #: The sentences that are really gone.
    lost: str = ""

    @property
    def quote(self) -> str:
        """The words of the hunk that a reader should see."""
        return quote(self.hunk)


def stands_elsewhere(part: Part) -> Reason | None:
    """All of it is said elsewhere in the other text: moved, repeated or no longer repeated."""
    return Reason.ORDER if part.hunk.edit is Edit.MOVED or not (part.old or part.new) else None


#: In the order they are asked: what is surely nothing first.
RULES: tuple[Callable[[Part], Reason | None], ...] = (
    stands_elsewhere,
    same_words,
    stamp,
    numbering,
    furniture,
    notice,
    heading,
    renamed,
    nickname,
    acronym,
    label,
    unfilled,
    aside,
    address,
    wording,
    pointer,
    statistics,
    lapsed,
    relabelled,
    wayfinding,
    credit,
    example,
    adverb,
    stutter,
    possessive,
    numbers,
)


_COARSE = {
    Edit.ADDED: Reason.NEW_TEXT,
    Edit.REMOVED: Reason.REMOVED_TEXT,
    Edit.REWORDED: Reason.NEW_TEXT,
    Edit.MOVED: Reason.ORDER,
}


def take(hunk: Hunk) -> Finding:
    """Return what *hunk* comes to as it stands, without a closer look."""
    return Finding(_COARSE[hunk.edit], hunk, hunk.new, hunk.old)


def find(hunk: Hunk, context: Context) -> Finding:
    """Return what *hunk* comes to: the first rule that knows it, else new or removed text."""
    part = part_of(hunk, context)
    reason = next((reason for rule in RULES if (reason := rule(part)) is not None), None)
    if reason is None:
        reason = Reason.NEW_TEXT if _gains(part) else Reason.REMOVED_TEXT
    return Finding(reason, hunk, part.gained, part.lost)


def _gains(part: Part) -> bool:
    if part.hunk.edit is not Edit.REWORDED:
        return bool(part.new)
    gone, come = part.moved
    return bool([word for word in come if word not in lexicon.SAFE]) or not gone
