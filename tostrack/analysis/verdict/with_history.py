"""The judgement over two texts in the light of those before: what was an outage, and what is nearly an older text.

Pure. `judge` weighs the hunks of one pair; here it is asked of the pair that tells the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import accumulate

from tostrack.analysis.comparison_key import comparables
from tostrack.analysis.diff import diff
from tostrack.analysis.diff.similarity import Bag
from tostrack.analysis.facts import read_document_dates
from tostrack.analysis.verdict import judge_hunks
from tostrack.analysis.verdict.context import Letters, comparable_letters, count_apart, letters_of
from tostrack.extraction.quality import SHORT, count_key_words, is_error_line, is_error_page
from tostrack.models import Hunk, Judgement, Reading, Reason, Verdict


def judge_with_history(hunks: Sequence[Hunk], old: Reading, new: Reading, earlier: Sequence[Reading] = ()) -> Judgement:
    """Return whether the change from *old* to *new* matters and why.

    A wall is not a text of the policy: the text after it is judged by the text before it. A text that
    differs by nothing that matters from an older one is judged as the return of that one.

    Args:
        hunks: What differs, as `diff` returns it.
        old: The old text.
        new: The new text.
        earlier: Texts before *old*, most recent first.
    """
    if _is_wall(new, old):
        return Judgement(Reason.SUSPECT, "The page now has a server's message instead of a policy.")
    if _is_wall(old, new):
        return _after_wall(new, [reading for reading in earlier if not _is_wall(reading, new)])
    found = judge_hunks(hunks, old, new, earlier)
    if found.reason is Reason.OSCILLATION and _is_dated_anew(new, (old, *earlier)):
        found = judge_hunks(hunks, old, new)
    twin = _nearest(old, new, earlier) if found.verdict is Verdict.SUBSTANTIVE else None
    if twin is None or judge_hunks(diff(twin.clauses, new.clauses), twin, new).verdict is Verdict.SUBSTANTIVE:
        return found
    back = replace(twin, version=replace(twin.version, seen_at=new.version.seen_at))
    return judge_hunks(diff(old.clauses, back.clauses), old, back, earlier)


@lru_cache(maxsize=64)
def _counted(reading: Reading) -> Bag:
    return Bag(Counter(comparables(reading)))


def _is_wall(reading: Reading, other: Reading) -> bool:
    # Nearly every text has most of the other one, or is longer than what a server says and has no line that says it.
    gone = count_apart(other, reading)
    if (gone < SHORT and _has_words(gone, letters_of(reading) & letters_of(other))) or (
        _has_words(SHORT, letters_of(reading)) and not _has_error_line(reading, other)
    ):
        return False
    return is_error_page(comparables(reading), comparables(other))


def _has_words(least: int, clauses: Iterable[Letters]) -> bool:
    """Whether *clauses* have more words than *least*; no more of them are read than it takes."""
    return any(words > least for words in accumulate(count_key_words(comparable_letters(*one)) for one in clauses))


def _has_error_line(reading: Reading, other: Reading) -> bool:
    lines = letters_of(reading) - letters_of(other)
    return any(map(is_error_line, (comparable_letters(*letters) for letters in lines)))


def _after_wall(new: Reading, sound: Sequence[Reading]) -> Judgement:
    """Return the judgement over the text after a wall, by the policy before it."""
    if not sound:
        return Judgement(Reason.SUSPECT, "Before it there was no policy but what a server says instead of one.")
    hunks = diff(sound[0].clauses, new.clauses)
    found = judge_hunks(hunks, sound[0], new, sound[1:])
    if found.verdict is Verdict.SUBSTANTIVE:
        return found
    return Judgement(Reason.OSCILLATION, f"The policy is back where a server spoke instead of it. {found.explanation}")


def _nearest(old: Reading, new: Reading, earlier: Sequence[Reading]) -> Reading | None:
    """Return which of *earlier* is more like *new* than *old* is; None when none is, or when *new* is dated later."""
    if not earlier:
        return None
    best = max(earlier, key=lambda reading: likeness(reading, new))
    return None if likeness(best, new) <= likeness(old, new) or _is_dated_anew(new, [best]) else best


def _is_dated_anew(new: Reading, before: Sequence[Reading]) -> bool:
    """Whether *new* states a later day than any text *before*: a company that goes back and says so means it."""
    now = _stated(new)
    return now is not None and all((then := _stated(reading)) is not None and then < now for reading in before)


def _stated(reading: Reading) -> date | None:
    found = read_document_dates(reading)
    return max((stated.last for stated in (found.effective, found.updated) if stated), default=None)


def likeness(one: Reading, other: Reading) -> float:
    """Return the share of clauses that two texts have in common, from 0 to 1."""
    ours, theirs = _counted(one), _counted(other)
    shared = ours.shared(theirs)
    return shared / max(1, ours.total + theirs.total - shared)
