"""Hunks and history in, a verdict with its reason and one sentence out: does it matter?

Deterministic and offline. The rules are asked in the order of `judge`; each is a small function with a name, and each
says what it found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tostrack.judge.context import Context
from tostrack.judge.findings import Finding, find, take
from tostrack.judge.history import returned
from tostrack.judge.runs import surroundings
from tostrack.judge.whole import collapsed, other_language, unworded
from tostrack.models import VERDICT_OF, Hunk, Judgement, Reading, Reason, Verdict

__all__ = ["judge"]


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
    whole = collapsed(context) or other_language(context, hunks)
    if whole:
        return whole
    closely = hunks[:_MOST_HUNKS]
    findings = surroundings(closely, [find(hunk, context) for hunk in closely])
    findings += [take(hunk) for hunk in hunks[_MOST_HUNKS:]]
    news = [finding for finding in findings if VERDICT_OF[finding.reason] is Verdict.SUBSTANTIVE]
    back = returned(news, context, earlier)
    if back:
        return back
    return _told(news) if news else _hushed(findings)


def _told(news: Sequence[Finding]) -> Judgement:
    """Return the judgement over the findings that matter."""
    reasons = Counter(finding.reason for finding in news)
    for reason in (Reason.NEW_TEXT, Reason.REMOVED_TEXT, Reason.NUMBERS):
        first = next((finding for finding in news if finding.reason is reason), None)
        if first:
            more = f", and {reasons.total() - 1} more" if reasons.total() > 1 else ""
            return Judgement(reason, _SENTENCES[reason].format(quote=first.quote, more=more))
    raise AssertionError(reasons)


def _hushed(findings: Sequence[Finding]) -> Judgement:
    """Return the judgement over findings of which none matters: editorial before noise, then the commonest."""
    editorial = [finding for finding in findings if VERDICT_OF[finding.reason] is Verdict.EDITORIAL]
    reasons = Counter(finding.reason for finding in editorial or findings)
    reason = max(reasons, key=lambda reason: (reasons[reason], reason))
    first = next(finding for finding in findings if finding.reason is reason)
    return Judgement(reason, _SENTENCES[reason].format(quote=first.quote, more=""))


_SENTENCES = {
    Reason.NEW_TEXT: "New text: “{quote}”{more}.",
    Reason.REMOVED_TEXT: "Text was removed: “{quote}”{more}.",
    Reason.NUMBERS: "A number or date changed: “{quote}”{more}.",
    Reason.WORDING: "Other words for the same: “{quote}”.",
    Reason.NUMBERING: "Only clause numbers moved: “{quote}”.",
    Reason.RENAMED: "Something has another name: “{quote}”.",
    Reason.ORDER: "The same text stands elsewhere: “{quote}”.",
    Reason.STAMP: "Only a date stamp or a counter moved: “{quote}”.",
    Reason.FURNITURE: "Only the page around the policy changed: “{quote}”.",
    Reason.EDITION: "The same text in another spelling: “{quote}”.",
    Reason.LINKS: "Only addresses changed: “{quote}”.",
    Reason.FORMAT: "Only the form changed, no word: “{quote}”.",
}
