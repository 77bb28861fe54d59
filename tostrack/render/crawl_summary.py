"""One line per document for the person who watches a crawl, and one for the whole night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tostrack.models import Outcome, Verdict
from tostrack.render.escape import count, document_id, joined, safe_line


@dataclass(frozen=True)
class CrawlLine:
    """What one night came to for one document."""

    service: str
    document: str
    outcome: Outcome
    #: For suspect, failed and skipped: why, in a word or a sentence.
    cause: str = ""
    verdict: Verdict | None = None
    #: Of the verdict, as in `Change.reason`.
    reason: str = ""
    topics: tuple[str, ...] = ()
    #: How many clauses the change touches; of a first version, how many it has.
    clauses: int = 0

    @property
    def id(self) -> str:
        """``instagram/terms``."""
        return document_id(self.service, self.document)


def outcome_line(line: CrawlLine, *, width: int = 0) -> str:
    """Return *line* as text: the document, what happened, and the command that shows more.

    Args:
        width: Columns of the longest document id, to align a night's lines.
    """
    told = _told(line)
    command = _command(line)
    return f"{line.id.ljust(width)}  {told}" + (f"   (tostrack {command} {line.id})" if command else "")


def _told(line: CrawlLine) -> str:
    cause = safe_line(line.cause)
    why = f": {cause}" if cause else ""
    match line.outcome:
        case Outcome.FIRST:
            return "first version" + (f", {count(line.clauses, 'clause')}" if line.clauses else "")
        case Outcome.CHANGED if line.verdict is Verdict.SUBSTANTIVE:
            topics = f": {', '.join(map(safe_line, line.topics))}" if line.topics else ""
            return f"{count(line.clauses, 'clause')} changed{topics}"
        case Outcome.CHANGED:
            what = safe_line(line.reason or line.verdict or "changed")
            return f"{line.verdict}: {what}" if line.verdict and line.reason else what
        case Outcome.UNCHANGED | Outcome.NOT_MODIFIED:
            return "unchanged"
        case Outcome.SUSPECT:
            return f"kept aside{why}"
        case _:
            return f"{line.outcome}{why}"


def _command(line: CrawlLine) -> str:
    if line.outcome is Outcome.CHANGED:
        return "diff" if line.verdict is Verdict.SUBSTANTIVE else "diff --all"
    return "check" if line.outcome in (Outcome.SUSPECT, Outcome.FAILED) else ""


def night_line(lines: Sequence[CrawlLine]) -> str:
    """Return the whole night in one line: ``21 documents: 1 changed, 19 unchanged, 1 failed``."""
    tally = Counter(_heard(lines))
    told = [f"{number:,} {word}" for word, number in tally.most_common()]
    return f"{count(len(lines), 'document')}: {joined(told)}" if lines else "no documents"


def _heard(lines: Iterable[CrawlLine]) -> Iterable[str]:
    for line in lines:
        if line.outcome is Outcome.CHANGED and line.verdict not in (None, Verdict.SUBSTANTIVE):
            yield f"with {line.verdict} only"
        elif line.outcome is Outcome.NOT_MODIFIED:
            yield "unchanged"
        else:
            yield "first seen" if line.outcome is Outcome.FIRST else str(line.outcome)
