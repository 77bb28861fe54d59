"""A text that others recorded, read and judged: what an import asks of each one, in values that cost little to pass on.

Pure. Texts come as Markdown and not as clauses: a process that is asked of one text after the other remembers how it
split the last ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tostrack.analysis.comparison_key import reading_key
from tostrack.analysis.decision import History, HistoryEntry, decide
from tostrack.analysis.flags import Rulebook
from tostrack.analysis.printed_lines import join_printed_lines
from tostrack.clauses import join_clauses, split_clauses, text_key
from tostrack.errors import ExtractError
from tostrack.extraction.quality import classify_suspect
from tostrack.models import Change, Clause, Reading, Reason, Version

#: The longest policies have some thousand.
_MOST_CLAUSES = 50_000
#: A line break as Markdown tables hold it: a tag, which is no text.
_BREAK = re.compile(r"(?<!\\)</?br\b[^<>]{0,200}>", re.IGNORECASE)


@dataclass(frozen=True)
class RecordedText:
    """A text as it is stored: its clauses by kind and text, and what it is known by."""

    clauses: list[tuple[str, str]]
    #: As `clauses.text_key` and `comparison_key.reading_key` say.
    text_key: str
    reading_key: str


@dataclass(frozen=True)
class PastText:
    """An earlier version, as `decision.HistoryEntry`, with its text alone."""

    version: Version
    notified: bool = False
    reason: Reason | None = None


def read_markdown(markdown: str) -> RecordedText:
    """Return what *markdown* says, in our normal form.

    Raises:
        ExtractError: It says nothing, or in more clauses than any policy has.
    """
    clauses = split_clauses(join_printed_lines(_BREAK.sub(" ", markdown)))
    if not clauses:
        raise ExtractError("holds no text", cause="empty")
    return describe_text(join_clauses(clauses))


def describe_text(text: str) -> RecordedText:
    """Return the clauses of a stored *text*, and what it is known by.

    Raises:
        ExtractError: It has more clauses than any policy.
    """
    reading = _read(Version(text))
    if len(reading.clauses) > _MOST_CLAUSES:
        raise ExtractError(f"holds more than {_MOST_CLAUSES:,} clauses", cause="too-big")
    blocks = [(clause.kind, clause.text) for clause in reading.clauses]
    return RecordedText(blocks, text_key(reading), reading_key(reading))


def classify_recorded(text: str, before: str | None) -> str:
    """Return why *text* does not look like the policy beside the text *before*; empty when it does."""
    return classify_suspect(text, previous=before) or ""


def judge_recorded(past: Sequence[PastText], text: Version, book: Rulebook) -> Change | None:
    """Return what *text* changed of the last of the versions before it, which come most recent first."""
    entries = tuple(HistoryEntry(_read(each.version), each.notified, each.reason) for each in past)
    return decide(History(entries), _read(text), book).change


def _read(version: Version) -> Reading:
    return Reading(version, _split(version.text))


@lru_cache(maxsize=64)
def _split(text: str) -> tuple[Clause, ...]:
    return tuple(split_clauses(text))
