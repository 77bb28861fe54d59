"""Documents that fail, for the people who mend them: a title and a Markdown body each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tostrack.models import from_iso
from tostrack.render.change_formats import markdown_line
from tostrack.render.escape import cut, document_id, safe_line

#: One bad night is weather: nobody is called before the third.
_PATIENCE = timedelta(days=2)


@dataclass(frozen=True)
class FailureIssue:
    """A document that fails: its id, and texts that are encoded already."""

    id: str
    title: str
    body: str


def list_failure_issues(rows: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[FailureIssue]:
    """Yield the documents of *rows* that have failed for some nights.

    Args:
        rows: Mappings with the keys of ``tostrack status --json``.
        now: When they failed last: the time of the check itself is not kept of a night that found nothing new.
    """
    for row in rows:
        if not row["failing_since"] or now - from_iso(row["failing_since"]) < _PATIENCE:
            continue
        name, cause = document_id(row["service"], row["document"]), safe_line(row["cause"])
        since = row["failing_since"][:10]
        body = (
            f"`{name}` has not been read since {since}: **{markdown_line(cause)}**.\n\n"
            f"> {markdown_line(cut(safe_line(row['message']), 2000))}\n\n"
            f"To see more: `tostrack check {name}`. This issue is closed when it is fetched again.\n"
        )
        yield FailureIssue(name, cut(f"{name}: {cause} since {since}", 200), body)
