"""Failing documents as GitHub issues: a title and a Markdown body each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from tostrack.models import from_iso
from tostrack.render.change_formats import markdown_line
from tostrack.render.escape import cut, document_id, safe_line
from tostrack.render.wording import describe_cause
from tostrack.value import Value

#: Report only after two days of failures: single failures are common and end by themselves.
_REPORT_AFTER = timedelta(days=2)


class FailureIssue(Value):
    """A failing document: its id, and texts that are already escaped."""

    id: str
    title: str
    body: str


def list_failure_issues(rows: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[FailureIssue]:
    """Yield the documents of *rows* that have failed for at least two days.

    Args:
        now: The time of the report; the time of a check that found nothing new is not stored.
    """
    for row in rows:
        if not row["failing_since"] or now - from_iso(row["failing_since"]) < _REPORT_AFTER:
            continue
        name, cause = document_id(row["service"], row["document"]), describe_cause(row["cause"])
        since = row["failing_since"][:10]
        body = (
            f"`{name}` has been failing since {since}: **{markdown_line(cause)}**.\n\n"
            f"> {markdown_line(cut(safe_line(row['message']), 2000))}\n\n"
            f"For details: `tostrack check {name}`. This issue is closed after the next successful check.\n"
        )
        yield FailureIssue(name, cut(f"{name}: {cause} since {since}", 200), body)
