"""Hunks and history in, a verdict with its reason and one sentence out: does it matter?

Deterministic and offline. The rules are asked in the order of `judge`; each is a small function with a name, and each
says what it found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from tostrack.judge.context import Context
from tostrack.judge.explain import hushed, told
from tostrack.judge.findings import Finding, find, take
from tostrack.judge.history import returned
from tostrack.judge.runs import surroundings
from tostrack.judge.whole import collapsed, other_language, replaced, truncated, unworded
from tostrack.models import VERDICT_OF, Hunk, Judgement, Reading, Verdict

__all__ = ["Finding", "judge", "reasons"]


#: So many hunks are looked at closely; what is beyond them in a text rewritten as a whole is taken as it stands.
_MOST_HUNKS = 2_000


def judge(hunks: Sequence[Hunk], old: Reading, new: Reading, earlier: Sequence[Reading] = ()) -> Judgement:
    """Return whether the change from *old* to *new* matters and why.

    Args:
        hunks: What differs, as `diff` returns it.
        old: The text that stood.
        new: The text that stands now.
        earlier: Texts that stood before *old*, most recent first.
    """
    if not hunks:
        return unworded(old, new)
    context = Context(old, new)
    whole = collapsed(context) or truncated(context) or other_language(context, hunks) or replaced(context)
    if whole:
        return whole
    findings = _findings(tuple(hunks), old, new)
    news = [finding for finding in findings if VERDICT_OF[finding.reason] is Verdict.SUBSTANTIVE]
    back = returned(news, context, earlier)
    if back:
        return back
    return Judgement(*told(news)) if news else _hushed(findings)


def reasons(hunks: Sequence[Hunk], old: Reading, new: Reading) -> list[Finding]:
    """Return what each of *hunks* comes to by itself, in their order, whatever the judgement over all of them."""
    return list(_findings(tuple(hunks), old, new))


# One pair of texts is judged with what stood before and without, and to tell that a text was taken back.
@lru_cache(maxsize=16)
def _findings(hunks: tuple[Hunk, ...], old: Reading, new: Reading) -> tuple[Finding, ...]:
    context = Context(old, new)
    closely = hunks[:_MOST_HUNKS]
    findings = surroundings(closely, [find(hunk, context) for hunk in closely], context)
    return (*findings, *map(take, hunks[_MOST_HUNKS:]))


def _hushed(findings: Sequence[Finding]) -> Judgement:
    """Return the judgement over findings of which none matters: editorial before noise, then the commonest."""
    editorial = [finding for finding in findings if VERDICT_OF[finding.reason] is Verdict.EDITORIAL]
    counts = Counter(finding.reason for finding in editorial or findings)
    reason = max(counts, key=lambda reason: (counts[reason], reason))
    return Judgement(reason, hushed(next(finding for finding in findings if finding.reason is reason)))
