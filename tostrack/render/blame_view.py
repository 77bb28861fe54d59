"""Clauses with their dates as text: those of one document, and search results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tostrack.clauses import plain
from tostrack.render.escape import columns, count, document_id, safe_line
from tostrack.render.terminal_style import PLAIN, TerminalStyle

#: Columns of the two dates before a clause.
_DATES = "2013-01-16 2013-01-16  "


def render_blame(rows: Iterable[Mapping[str, Any]], look: TerminalStyle = PLAIN) -> str:
    """Return the clauses of *rows* in their order, each after the date it was added and the date it was last reworded.

    Args:
        rows: Mappings with the keys of ``tostrack show --dates --json``.
    """
    lines = [look.fit(f"{'since':<11}{'reworded':<12}clause", "dim")]
    for row in rows:
        since, edited = row["since"][:10], row["edited"][:10]
        dates = f"{since} {edited if row['edited_version'] != row['since_version'] else '':<12}"
        text = safe_line(plain(row["text"]))
        if row["kind"][:1] == "h":
            lines.append(look.fit(f"{dates}{text}", "title"))
            continue
        style = "reworded" if row["edited_version"] != row["since_version"] else "dim"
        wrapped = look.wrap([("=", text)], columns(_DATES))
        for number, line in enumerate(wrapped):
            lead = look.paint(style, dates) if number == 0 else " " * columns(_DATES)
            lines.append(lead + look.line(line))
    return "\n".join(lines) + "\n"


def render_search(rows: Iterable[Mapping[str, Any]], look: TerminalStyle = PLAIN) -> str:
    """Return the clauses of *rows*, each under its document and the time it was in the text.

    Args:
        rows: Mappings with the keys of ``tostrack search --json``.
    """
    listed = list(rows)
    lines = []
    for row in listed:
        until = "now" if row["stands"] else row["last_seen_at"][:10]
        span = f"{row['first_seen_at'][:10]} to {until}"
        more = f"  ({count(row['wordings'], 'wording')})" if row["wordings"] > 1 else ""
        name = document_id(row["service"], row["document"])
        lines.append(f"{look.fit(name, 'title')}  {look.paint('dim', span + more)}")
        lines += look.block(safe_line(plain(row["text"])), 4)
    services = len({row["service"] for row in listed})
    lines.append(f"{count(len(listed), 'clause')} of {count(services, 'platform')}")
    return "\n".join(lines) + "\n"
