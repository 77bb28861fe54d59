"""Judges whether hunks matter, with their history: a verdict with its reason and one sentence.

Deterministic and offline. The rules are asked in the order of `judge`; each is a small function with a name, and each
says what it found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from tostrack.analysis.text_pair_key import TextPairKey
from tostrack.models import VERDICT_OF, Hunk, Judgement, Reading, Reason, Verdict

if TYPE_CHECKING:
    from tostrack.analysis.verdict.findings import RuleFinding

# The functions import the rules that they ask: who only quotes a hunk needs none of them.

__all__ = ["find_reasons", "judge_hunks"]


#: This many hunks, and characters of all together, are looked at closely; what is beyond them in a text rewritten as a
#: whole is taken as it is, as is a hunk of more characters than any clause of a policy.
_MOST_HUNKS = 2_000
_MOST_CHARACTERS = 1_000_000


def judge_hunks(hunks: Sequence[Hunk], old: Reading, new: Reading, earlier: Sequence[Reading] = ()) -> Judgement:
    """Return whether the change from *old* to *new* matters and why.

    Args:
        hunks: What differs, as `diff` returns it.
        old: The old text.
        new: The new text.
        earlier: Texts before *old*, most recent first.
    """
    from tostrack.analysis.verdict.context import TextPair
    from tostrack.analysis.verdict.document_checks import (
        check_collapse,
        check_language,
        check_replacement,
        check_truncation,
        judge_without_hunks,
        other_document,
    )
    from tostrack.analysis.verdict.explanation import explain_substantive
    from tostrack.analysis.verdict.importance import rate_importance
    from tostrack.analysis.verdict.reversions import find_reversion

    if not hunks:
        return judge_without_hunks(old, new)
    context = TextPair(old, new)
    whole = (
        check_collapse(context)
        or check_truncation(context)
        or check_language(context, hunks)
        or check_replacement(context)
    )
    if whole:
        return whole
    findings = [_settled(finding, earlier) for finding in _findings(tuple(hunks), old, new)]
    news = [finding for finding in findings if VERDICT_OF[finding.reason] is Verdict.SUBSTANTIVE]
    back = find_reversion(news, context, earlier)
    if back:
        return back
    if news:
        return Judgement(*explain_substantive(news), rate_importance(news))
    return other_document(old, new) or _hushed(findings)


def _settled(finding: RuleFinding, earlier: Sequence[Reading]) -> RuleFinding:
    """Return *finding*, as a stamp where the line differs on every visit."""
    from tostrack.analysis.verdict.flickering import flickers

    if VERDICT_OF[finding.reason] is Verdict.SUBSTANTIVE and flickers(finding, earlier):
        return replace(finding, reason=Reason.STAMP, rule="flickers")
    return finding


def find_reasons(hunks: Sequence[Hunk], old: Reading, new: Reading) -> list[RuleFinding]:
    """Return what each of *hunks* comes to by itself, in their order, whatever the judgement over all of them."""
    return list(_findings(tuple(hunks), old, new))


def _findings(hunks: tuple[Hunk, ...], old: Reading, new: Reading) -> tuple[RuleFinding, ...]:
    from tostrack.language.dates import names_year

    # Some rules ask whether a day that is named has come. Where none is, it does not matter when the text was seen.
    may_name_day = any(names_year(text) for hunk in hunks for text in (hunk.old, hunk.new))
    return _find(hunks, TextPairKey(old, new), (old.version.seen_at, new.version.seen_at) if may_name_day else None)


# One pair of texts is judged with and without the texts before it, to recognise a reversion, and again when a
# page flaps.
@lru_cache(maxsize=64)
def _find(
    hunks: tuple[Hunk, ...], pair: TextPairKey, _days: tuple[datetime | None, datetime | None] | None
) -> tuple[RuleFinding, ...]:
    from tostrack.analysis.verdict.context import TextPair
    from tostrack.analysis.verdict.findings import apply_rules, take_as_new
    from tostrack.analysis.verdict.groups import apply_group_rules

    context = TextPair(pair.old, pair.new)
    closely = _within_bounds(hunks)
    looked_at = [hunk for hunk, close in zip(hunks, closely, strict=True) if close]
    findings = iter(apply_group_rules(looked_at, [apply_rules(hunk, context) for hunk in looked_at], context))
    return tuple(
        next(findings) if close else take_as_new(hunk, context) for hunk, close in zip(hunks, closely, strict=True)
    )


def _within_bounds(hunks: Sequence[Hunk]) -> list[bool]:
    """Return, for each of *hunks*, whether it is looked at closely."""
    from tostrack.analysis.verdict.findings import LONGEST

    found = []
    left, room = _MOST_HUNKS, _MOST_CHARACTERS
    for hunk in hunks:
        size = len(hunk.old) + len(hunk.new)
        found.append(size <= LONGEST and left > 0 and size <= room)
        if found[-1]:
            left, room = left - 1, room - size
    return found


def _hushed(findings: Sequence[RuleFinding]) -> Judgement:
    """Return the judgement over findings of which none matters: editorial before noise, then the commonest."""
    from tostrack.analysis.verdict.explanation import explain_silent

    editorial = [finding for finding in findings if VERDICT_OF[finding.reason] is Verdict.EDITORIAL]
    counts = Counter(finding.reason for finding in editorial or findings)
    reason = max(counts, key=lambda reason: (counts[reason], reason))
    return Judgement(reason, explain_silent(next(finding for finding in findings if finding.reason is reason)))
