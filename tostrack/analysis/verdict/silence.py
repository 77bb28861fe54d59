"""Which rule is silent about an edit, and which of its words that rule explains."""

from __future__ import annotations

from collections.abc import Sequence

from tostrack.analysis.verdict import find_reasons
from tostrack.analysis.verdict.account import Entry, account
from tostrack.analysis.verdict.context import TextPair
from tostrack.analysis.verdict.findings import apply_rules
from tostrack.analysis.verdict.residual import part_of
from tostrack.models import Hunk, Reason


def account_for(hunks: Sequence[Hunk], at: int, reason: Reason, context: TextPair) -> tuple[str, list[Entry]]:
    """Return the name of the rule that decides on one hunk today, and each token that changed.

    A token says whether that rule explains it; where no rule is silent, the name may be empty and none is explained.

    Args:
        hunks: The edits. Only where the one asked for does not come to *reason* by itself are the others judged.
        at: Which of them is asked for.
        reason: What was recorded of it.
        context: Both texts.
    """
    found = apply_rules(hunks[at], context)
    if found.reason is not reason:
        found = find_reasons(hunks, context.old.reading, context.new.reading)[at]
    return found.rule, account(part_of(hunks[at], context), found.rule)
