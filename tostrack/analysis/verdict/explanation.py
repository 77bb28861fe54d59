"""One plain sentence for findings: the most telling of them, quoted with the words that changed."""

from __future__ import annotations

from collections.abc import Sequence

from tostrack.analysis.verdict.findings import RuleFinding
from tostrack.analysis.verdict.quotes import SMALL, edits, longest, most_telling, shortened, weight
from tostrack.models import Edit, Reason

#: An edit of no more words is named by itself: “may” became “will”.
_NAMED = 3
#: Only so many findings are weighed for the one to quote.
_MOST_WEIGHED = 200
#: What it is worth that a finding is of the kind that gives the reason.
_FITS = 3


def explain_substantive(news: Sequence[RuleFinding]) -> tuple[Reason, str]:
    """Return the reason and the sentence for findings of which all matter."""
    reason = next(r for r in (Reason.NEW_TEXT, Reason.REMOVED_TEXT, Reason.NUMBERS) if any(f.reason is r for f in news))
    best = max(news[:_MOST_WEIGHED], key=lambda found: weight(found.hunk) + _FITS * (found.reason is reason))
    others = len(news) - 1
    more = f" ({others} more change{'s' if others > 1 else ''})" if others else ""
    return reason, f"{_said(best)}{more}."


def explain_silent(finding: RuleFinding) -> str:
    """Return the sentence for a finding that explains all of a change that does not matter."""
    return f"{_HUSHED[finding.reason]}: “{shortened(longest(finding.hunk))}”."


_HUSHED = {
    Reason.WORDING: "Other words for the same",
    Reason.NUMBERING: "Only clause numbers moved",
    Reason.RENAMED: "Something has another name",
    Reason.ORDER: "The same text is elsewhere",
    Reason.STAMP: "Only a date stamp or a counter moved",
    Reason.FURNITURE: "Only the page around the policy changed",
    Reason.EDITION: "The same text in another spelling",
    Reason.LINKS: "Only addresses changed",
    Reason.FORMAT: "Only the form changed, no word",
}


def _said(finding: RuleFinding) -> str:
    hunk = finding.hunk
    found = edits(hunk)
    if hunk.edit is not Edit.REWORDED or not found:
        verb = "Text was removed" if finding.reason is Reason.REMOVED_TEXT else "New text"
        return f"{verb}: “{shortened(most_telling(hunk.new or hunk.old))}”"
    edit = max(found, key=lambda edit: edit.weight)
    if finding.reason is Reason.NUMBERS:
        return f"A number or date changed: “{edit.shown()}”"
    whole = not (edit.gone and edit.come) and (edit.gone or edit.come).rstrip()[-1:] in (".", "!", "?")
    if edit.size > SMALL or whole:
        verb, text = ("New text", edit.come) if edit.come else ("Text was removed", edit.gone)
        return f"{verb}: “{shortened(most_telling(text))}”"
    gone, come = (" ".join(text.split()).strip(" ,;:") for text in (edit.gone, edit.come))
    if gone and come:
        named = max(len(gone.split()), len(come.split())) <= _NAMED
        return f"“{gone}” became “{come}”: “{edit.shown()}”" if named else f"Reworded: “{edit.shown()}”"
    verb = "was added to" if come else "was taken out of"
    return f"“{come or gone}” {verb} “{edit.shown()}”"
