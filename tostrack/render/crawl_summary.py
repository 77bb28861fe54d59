"""The result of a crawl as text: one line for each document, and one for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import field

from tostrack.models import Change, Outcome, Verdict
from tostrack.render.escape import count, document_id, safe_line
from tostrack.render.wording import describe_outcome
from tostrack.value import Value


class CrawlResult(Value):
    """The result of one visit, as ``crawl --json`` prints it; ``change`` and the fields after it are not printed."""

    service: str
    document: str
    outcome: Outcome
    #: The code of the cause, for a quarantined, failed or skipped document, and the same in a sentence.
    cause: str = ""
    message: str = ""
    http_status: int | None = None
    version: int | None = None
    verdict: Verdict | None = None
    topics: tuple[str, ...] = ()
    change: Change | None = field(default=None, repr=False)
    #: Of the verdict, as in `Change.reason`, and how many clauses the change touches.
    reason: str = ""
    clauses: int = 0

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return document_id(self.service, self.document)


def needs_attention(line: CrawlResult) -> bool:
    """Return whether a person must act on *line*: a substantive change, a failure or a quarantined text."""
    return line.verdict is Verdict.SUBSTANTIVE or line.outcome in (Outcome.FAILED, Outcome.SUSPECT)


def outcome_line(line: CrawlResult, *, width: int = 0) -> str:
    """Return *line* as text: the document, what happened, and the command that shows more.

    Args:
        width: Columns of the longest document id, to align a night's lines.
    """
    result = _result(line)
    command = _command(line)
    return f"{line.id.ljust(width)}  {result}" + (f"   (tostrack {command} {line.id})" if command else "")


def _result(line: CrawlResult) -> str:
    why = f": {safe_line(line.message)}" if line.message else ""
    match line.outcome:
        case Outcome.FIRST:
            return "first version"
        case Outcome.CHANGED if line.verdict is Verdict.SUBSTANTIVE:
            topics = f": {', '.join(map(safe_line, line.topics))}" if line.topics else ""
            return f"{count(line.clauses, 'clause')} changed{topics}"
        case Outcome.CHANGED:
            what = safe_line(line.reason or line.verdict or "changed")
            return f"{line.verdict}: {what}" if line.verdict and line.reason else what
        case _:
            return describe_outcome(line.outcome, line.cause) + why


def _command(line: CrawlResult) -> str:
    if line.outcome is Outcome.CHANGED:
        return "diff" if line.verdict is Verdict.SUBSTANTIVE else "diff --all"
    return "check" if line.outcome in (Outcome.SUSPECT, Outcome.FAILED) else ""


def crawl_line(lines: Sequence[CrawlResult]) -> str:
    """Return the whole crawl in one line: ``21 documents: 18 unchanged, 1 changed, 2 failed``."""
    tally = Counter(_state(line) for line in lines)
    ordered = [(word, tally.pop(word)) for word in ("unchanged", "changed") if word in tally]
    ordered += sorted(tally.items())
    counts = ", ".join(f"{number:,} {word}" for word, number in ordered)
    return f"{count(len(lines), 'document')}: {counts}" if lines else "no documents"


def _state(line: CrawlResult) -> str:
    if line.outcome is Outcome.CHANGED and line.verdict not in (None, Verdict.SUBSTANTIVE):
        return f"{line.verdict} only"
    return describe_outcome(line.outcome)
