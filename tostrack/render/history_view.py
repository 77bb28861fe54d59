"""The life of each topic of a document, as a page for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from tostrack.render.escape import count, cut, document_id, path_of, safe_line
from tostrack.render.terminal_style import PLAIN, TerminalStyle

#: Columns of a heading path beside what happened.
_PATH = 40
#: Columns of a sentence.
_EXCERPT = 220
#: This many sentences of one meaning are quoted: a policy that is rewritten says it in twenty.
_MOST = 3
#: How an event reads; a promise that comes leaves the platform less, and is narrowed.
_SAID = {
    ("first", False): "present in the first version",
    ("narrowed", True): "narrowed: more is promised",
    ("widened", True): "widened: less is promised",
}
_STYLES = {"granted": "added", "widened": "added", "narrowed": "removed", "withdrawn": "removed"}


def render_history(rows: Iterable[Mapping[str, Any]], look: TerminalStyle = PLAIN) -> str:
    """Return what happened to each topic of each document, day by day, with the words it rests on.

    Args:
        rows: Mappings with the keys of ``tostrack flags --history --json``, document by document, oldest first.
    """
    lines: list[str] = []
    for name, of_document in groupby(rows, key=lambda row: document_id(row["service"], row["document"])):
        topics: dict[str, list[Mapping[str, Any]]] = {}
        for row in of_document:
            topics.setdefault(safe_line(row["topic"]), []).append(row)
        for topic, events in sorted(topics.items()):
            since, until = events[0]["seen_at"][:10], events[-1]["seen_at"][:10]
            span = since if since == until else f"{since}, last changed {until}"
            lines += ["", look.fit(f"{safe_line(name)}  {topic}  {span}", "title")]
            for day, of_day in groupby(events, key=lambda row: str(row["seen_at"])[:10]):
                lines += _day(day, list(of_day), look)
    return "\n".join(lines[1:]) + "\n" if lines else ""


def _day(day: str, events: list[Mapping[str, Any]], look: TerminalStyle) -> list[str]:
    lines = []
    version = f"  {day}  version {events[0]['version']}"
    for (event, promise), group in groupby(sorted(events, key=_kind), key=_kind):
        of_kind = list(group)
        said = look.paint(_STYLES.get(event, "dim"), _SAID.get((event, promise), _SAID.get((event, False), event)))
        lines.append(f"{version}  {said} ({count(len(of_kind), 'time')})")
        meanings: dict[str, list[Mapping[str, Any]]] = {}
        for row in of_kind:
            meanings.setdefault(safe_line(str(row["meaning"] or row["polarity"])), []).append(row)
        for meaning, rows in meanings.items():
            lines += _meaning(meaning, rows, look)
    return lines


def _meaning(meaning: str, rows: list[Mapping[str, Any]], look: TerminalStyle) -> list[str]:
    """Return what happened in sentences of one meaning: the first of them, and how many more there are."""
    lines = [look.fit(f"    {meaning}:")]
    shown = rows if len(rows) == _MOST + 1 else rows[:_MOST]
    for row in shown:
        excerpt = _excerpt(safe_line(str(row["sentence"])), safe_line(str(row["quote"])))
        path = path_of(row["heading"], _PATH)
        lines += look.block(f"“{excerpt}”" + (f"  ({path})" if path else ""), 6)
    if len(rows) > len(shown):
        lines.append(f"      and {len(rows) - len(shown)} more like it")
    return lines


def _kind(row: Mapping[str, Any]) -> tuple[str, bool]:
    return str(row["event"]), row["polarity"] == "restricts"


def _excerpt(sentence: str, quote: str) -> str:
    """Return so much of *sentence* around *quote* that a person reads it at a glance."""
    at = max(sentence.find(quote), 0)
    start = 0 if at + len(quote) <= _EXCERPT else sentence.rfind(" ", 0, max(at - _EXCERPT // 4, 0)) + 1
    return ("…" if start else "") + cut(sentence[start:], _EXCERPT)
