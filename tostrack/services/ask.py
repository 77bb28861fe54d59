"""Answers about the archive for programs that ask in words: each says how far it rests on a comparison."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.archive import Archive, DocumentRow
from tostrack.errors import ConfigError
from tostrack.models import Outcome, Verdict, from_iso
from tostrack.render.calendar import binding_row
from tostrack.render.change_formats import change_as_json
from tostrack.render.headline import headline
from tostrack.render.wording import describe_outcome
from tostrack.services.export import change_of
from tostrack.services.upcoming import list_binding_dates
from tostrack.value import fields_of


def changes_since(archive: Archive, since: datetime, name: str = "") -> list[dict[str, Any]]:
    """Return, for each document of *name* (a service, ``service/document``, or all), what changed since a time.

    ``state`` is ``changed``, ``no change that matters``, or ``not compared`` with the cause: where the last check did
    not read the text, or was before *since*.
    """
    return [_answer(archive, row, since) for row in _documents(archive, name)]


def _answer(archive: Archive, row: DocumentRow, since: datetime) -> dict[str, Any]:
    rows = archive.changes(row.service, row.document, verdict=Verdict.SUBSTANTIVE, since=since)
    changes = [
        {"id": one.id, "seen_at": one.seen_at, "headline": headline(change, row.service_name, row.name)}
        for one, change in zip(rows, archive.load_changes(rows), strict=True)
    ]
    read = row.outcome in (Outcome.FIRST, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED)
    recent = bool(row.checked_at) and from_iso(str(row.checked_at)) >= since
    state = "changed" if changes else "no change that matters" if read and recent else "not compared"
    why = "" if read and recent else "not checked since" if read else describe_outcome(row.outcome, row.cause)
    return {"document": row.id, "state": state, "cause": why, "checked_at": row.checked_at, "changes": changes}


def statements_on(archive: Archive, topic: str, name: str = "", book: Rulebook = SHIPPED) -> list[dict[str, Any]]:
    """Return what the current texts of *name* say on *topic*: quotes with their meaning, heading and date.

    Raises:
        ConfigError: There is no such topic or document.
    """
    if topic not in book.topics():
        raise ConfigError(f"{topic}: no such topic; there are {', '.join(book.topics())}")
    found = []
    for row in _documents(archive, name):
        flags = archive.flags(row.service, row.document, topic=topic)
        quotes = [
            {
                "quote": flag.quote,
                "meaning": book.meaning(flag.rule, flag.polarity),
                **fields_of(flag, ("polarity", "heading", "since")),
            }
            for flag in flags
        ]
        state = "quoted" if quotes else "no flagged clause" if row.versions else "not compared"
        found.append({"document": row.id, "state": state, "text_of": row.changed_at, "quotes": quotes})
    return found


def diff_of(archive: Archive, change: str) -> dict[str, Any]:
    """Return one change, such as ``acme/terms@7``, with its edits, flags and facts.

    Raises:
        ConfigError: There is no such change.
    """
    return change_as_json(archive.load_change(change_of(archive, change)))


def upcoming_dates(archive: Archive, today: date, name: str = "") -> list[dict[str, Any]]:
    """Return the effective dates ahead that current texts of *name* state."""
    dates = list_binding_dates(archive, _documents(archive, name))
    return [binding_row(one, today) for one in dates if one.day >= today]


def _documents(archive: Archive, name: str) -> list[DocumentRow]:
    """Return the documents of *name*; all for an empty one."""
    found = [row for row in archive.documents() if name.lower() in ("", row.id, row.service)]
    if not found:
        raise ConfigError(f"{name}: no such document is recorded")
    return found
