"""Lists from the archive as text: the log, the status, the current flags, the quarantine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from tostrack.models import Verdict
from tostrack.render.escape import count, document_id, path_of, safe_line
from tostrack.render.terminal_style import PLAIN, TerminalStyle, align_columns
from tostrack.render.wording import describe_cause, describe_outcome, describe_past

#: Columns of a heading path beside a quote.
_PATH = 40


def render_log(rows: Iterable[Mapping[str, Any]], look: TerminalStyle = PLAIN) -> str:
    """Return the changes of *rows*, two lines each: what it is, and what it moves or why it does not matter.

    Args:
        rows: Mappings with the keys of ``tostrack log --json``, and ``explanation``.
    """
    listed = list(rows)
    # Where only changes that matter are listed, the reason alone leaves room for the topics.
    verdict = "{1}" if all(row.get("verdict") == Verdict.SUBSTANTIVE for row in listed) else "{0} ({1})"
    table = [
        [
            _cell(row.get("seen_at"))[:10],
            _cell(row.get("id")),
            verdict.format(_cell(row.get("verdict")), _cell(row.get("reason"))),
            ", ".join(map(_cell, row.get("topics") or ())),
        ]
        for row in listed
    ]
    lines = []
    for row, line in zip(listed, align_columns(table, look), strict=True):
        lines.append(line)
        if explanation := _cell(row.get("explanation")):
            lines.append(look.fit(f"    {explanation}", "dim"))
        if review := row.get("review"):
            lines.append(look.fit(f"    Reviewed: {_cell(review['sentence'])}"))
    return _text(lines)


def render_status(rows: Iterable[Mapping[str, Any]], look: TerminalStyle = PLAIN) -> str:
    """Return the documents of *rows*, one a line, then the errors of those that are failing.

    Args:
        rows: Mappings with the keys of ``tostrack status --json``.
    """
    listed = list(rows)
    table = [
        [
            document_id(_cell(row["service"]), _cell(row["document"])),
            _cell(row["checked_at"])[:10],
            describe_outcome(row["outcome"], row["cause"]),
            _cell(row["versions"]),
            _cell(row["changed_at"])[:10],
            _cell(row["oscillations"] or ""),
        ]
        for row in listed
    ]
    header = ["document", "checked", "outcome", "versions", "last change", "reversions ignored"]
    lines = align_columns(table, look, header=header)
    failing = [row for row in listed if row["failing_since"]]
    if failing:
        lines.append("")
    for row in failing:
        name = document_id(_cell(row["service"]), _cell(row["document"]))
        waits = f"; not fetched again before {_cell(row['next_try_at'])}" if row.get("next_try_at") else ""
        lines += look.block(f"{name}: {_failing(row)}: {_cell(row['message'])}{waits}", 0)
    return _text(lines)


#: Causes that mean a platform refuses automated access: wait, ask the platform, or save the page by hand.
BLOCKED = frozenset(("blocked", "robots", "http-401", "http-403", "http-406", "http-429", "http-451"))


def _failing(row: Mapping[str, Any]) -> str:
    """Return the state of a failing document and its duration: ``failed (HTTP 403) for 3 days, since 2024-05-01``."""
    since, checked = (_cell(row[name])[:10] for name in ("failing_since", "checked_at"))
    days = (date.fromisoformat(checked) - date.fromisoformat(since)).days + 1
    return f"{describe_outcome(row['outcome'], row['cause'])} for {count(days, 'day')}, since {since}"


def render_suspects(rows: Iterable[Mapping[str, Any]], look: TerminalStyle = PLAIN) -> str:
    """Return the quarantined texts of *rows*, one a line.

    Args:
        rows: Mappings with the keys of ``tostrack status --suspects --json``.
    """
    table = [
        [
            document_id(_cell(row["service"]), _cell(row["document"])),
            describe_cause(row["cause"]),
            _cell(row["first_seen_at"])[:10],
            _cell(row["last_seen_at"])[:10],
            _cell(row["sightings"]),
            _cell(row["key_sha256"])[:8],
        ]
        for row in rows
    ]
    header = ["document", "cause", "first seen", "last seen", "times", "key"]
    return _text(align_columns(table, look, header=header)) if table else ""


def render_flags(rows: Iterable[Mapping[str, Any]], look: TerminalStyle = PLAIN) -> str:
    """Return the flags of *rows* under their topics, each with its quote on a line of its own.

    Args:
        rows: Mappings with the keys of ``tostrack flags --json``; each is shown with its ``meaning``, if it has one.
    """
    lines: list[str] = []
    ordered = sorted(rows, key=lambda row: _cell(row["topic"]))
    for topic, group in groupby(ordered, key=lambda row: _cell(row["topic"])):
        lines += ["", look.paint("title", topic)] if lines else [look.paint("title", topic)]
        for row in group:
            name = document_id(_cell(row["service"]), _cell(row["document"]))
            facts = [_cell(row["polarity"]), _stands(row), name]
            heading = path_of(row["heading"], _PATH)
            lines.append(look.fit("  " + "  ".join([*facts, *([heading] if heading else [])])))
            if meaning := _cell(row.get("meaning")):
                lines.append(look.fit(f"    {meaning}:", "dim"))
            lines += look.block(f"“{_cell(row['quote'])}”", 4)
    return _text(lines)


def _stands(row: Mapping[str, Any]) -> str:
    first = _cell(row.get("first") or row["since"])
    moves = [(_cell(event), _cell(at)) for event, at in row.get("moves") or ()]
    return describe_past(first, from_start=bool(row.get("from_start")), moves=moves)


def render_topics(rows: Iterable[Mapping[str, Any]], look: TerminalStyle = PLAIN) -> str:
    """Return the topics of *rows*, one a line, and how those that are off are turned on.

    Args:
        rows: Mappings with the keys of ``tostrack flags --topics --json``.
    """
    listed = list(rows)
    table = [
        [_cell(row["topic"]), "on" if row["on"] else "off", _cell(row["source"]), _cell(row["meaning"])]
        for row in listed
    ]
    lines = align_columns(table, look, header=["topic", "", "from", "about"])
    if off := [_cell(row["topic"]) for row in listed if not row["on"]]:
        lines += [
            "",
            f'To turn one on: packs = ["{off[0]}"] in [settings] of the watchlist, then `tostrack rebuild flags`.',
        ]
    return _text(lines)


def _cell(value: object) -> str:
    return "" if value is None else safe_line(str(value))


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n" if lines else ""
