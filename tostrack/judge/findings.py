"""One hunk in, what it comes to out: a reason and the words that show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tostrack.judge import lexicon
from tostrack.judge.context import Context
from tostrack.judge.counting import numbering, numbers, stamp, statistics
from tostrack.judge.furniture import furniture, notice
from tostrack.judge.normal import lost_and_gained, normal
from tostrack.judge.part import Part, part_of
from tostrack.judge.rewording import heading, pointer, renamed, same_words, wording
from tostrack.models import Edit, Hunk, Reason

#: The longest quote of an explanation, in characters.
_QUOTE = 90


@dataclass(frozen=True)
class Finding:
    """What one hunk comes to, and the words of it that say so."""

    reason: Reason
    quote: str
    #: The sentences that are really new.
    gained: str = ""
    #: The sentences that are really gone.
    lost: str = ""


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
    wording,
    pointer,
    statistics,
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
    return Finding(_COARSE[hunk.edit], shortened(hunk.new or hunk.old), hunk.new, hunk.old)


def find(hunk: Hunk, context: Context) -> Finding:
    """Return what *hunk* comes to: the first rule that knows it, else new or removed text."""
    part = part_of(hunk, context)
    reason = next((reason for rule in RULES if (reason := rule(part)) is not None), None)
    if reason is None:
        reason = Reason.NEW_TEXT if _gains(part) else Reason.REMOVED_TEXT
    return Finding(reason, quote(part, reason), part.new, part.old)


def quote(part: Part, reason: Reason) -> str:
    """Return the words of the hunk that a reader should see, shortened."""
    hunk = part.hunk
    if reason is Reason.NUMBERS:
        return _around(hunk.words)
    pieces = [text for op, text in hunk.words if op == "+"] or [text for op, text in hunk.words if op == "-"]
    text = " ".join(max([*pieces, ""], key=len).split()).strip(' .,;:()“”"')
    text = text or part.text or hunk.new or hunk.old
    return shortened(text)


def shortened(text: str) -> str:
    """Return the beginning of *text* that fits an explanation."""
    return text if len(text) <= _QUOTE else text[:_QUOTE].rsplit(" ", 1)[0] + " …"


def _around(words: tuple[tuple[str, str], ...]) -> str:
    """Return the first change with the words around it: ``at least 13 → 16 years old``."""
    first = next(at for at, (op, _) in enumerate(words) if op != "=")
    before = " ".join(words[first - 1][1].split()[-4:]) if first else ""
    second = first + 1 if first + 1 < len(words) and words[first + 1][0] != "=" else first
    changed = " → ".join(text.strip() for _, text in words[first : second + 1])
    after = " ".join(words[second + 1][1].split()[:3]) if second + 1 < len(words) else ""
    # A comma or a unit sign right after the number stays at it.
    glue = "" if not words[second + 1 :] or not words[second + 1][1][:1].isspace() else " "
    return f"{before} {changed}{glue}{after}".strip(" .,;:")


def _gains(part: Part) -> bool:
    if part.hunk.edit is not Edit.REWORDED:
        return bool(part.new)
    gone, come = lost_and_gained(normal(part.old), normal(part.new))
    return bool([word for word in come if word not in lexicon.SAFE]) or not gone
