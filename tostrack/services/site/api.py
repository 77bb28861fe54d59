"""The site's static JSON API: documents, versions, changes with facts, current flags, effective dates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from tostrack.archive import Archive, ChangeRow
from tostrack.archive.reviews import Review
from tostrack.models import Edit, Verdict
from tostrack.render.calendar import BindingDate, binding_row
from tostrack.render.site.page_data import Site
from tostrack.render.site_paths import change_page, document_page
from tostrack.services.site.document_pages import DocumentPages
from tostrack.value import fields_of

#: A new number when a key is renamed or removed; keys may be added.
VERSION = 1
FOLDER = f"api/v{VERSION}"


def index_file(site: Site, documents: Iterable[DocumentPages]) -> str:
    """Return ``index.json``: every document, with the file that holds its versions and changes."""
    listed = [
        {
            **fields_of(each.row, ("service", "document", "service_name", "name")),
            "kind": each.kind,
            "versions": len(each.versions),
            "changes": len(each.changes),
            **fields_of(each.row, ("outcome", "cause", "checked_at", "changed_at")),
            "file": f"{each.row.id}.json",
            "page": document_page(each.row.service, each.row.document),
        }
        for each in documents
    ]
    return _written({"title": site.title, "checked_at": site.checked_at, "documents": listed})


def document_file(archive: Archive, document: DocumentPages, reviews: dict[str, Review]) -> str:
    """Return ``SERVICE/DOCUMENT.json``: its versions, its changes and what its current text says, newest first."""
    newest = list(reversed(document.changes))
    flags = ("topic", "polarity", "meaning", "quote", "sentence", "heading", "since", "from_start", "moves")
    return _written(
        {
            "service": document.row.service,
            "document": document.row.document,
            "kind": document.kind,
            "versions": [
                fields_of(version, ("number", "seen_at", "kind", "sha256", "hash"))
                for version in reversed(document.versions)
            ],
            "changes": list(_changes(archive, newest, reviews)),
            "flags": [fields_of(held, flags) for held in document.held()],
        }
    )


def _changes(archive: Archive, rows: Sequence[ChangeRow], reviews: dict[str, Review]) -> Iterable[dict[str, Any]]:
    for row, change in zip(rows, archive.load_changes(rows), strict=True):
        review = reviews.get(row.id)
        yield {
            "id": row.id,
            "from": row.from_number,
            "to": row.to_number,
            **fields_of(row, ("seen_at", "verdict", "reason", "explanation")),
            "importance": change.importance,
            "announced": row.announced,
            "topics": list(row.topics),
            "edits": {edit.value: getattr(row, edit.value) for edit in Edit},
            "facts": [{**asdict(fact), "kind": str(fact.kind)} for hunk in change.hunks for fact in hunk.facts],
            "flags": [
                fields_of(flag, ("topic", "polarity", "direction", "quote"))
                for hunk in change.hunks
                for flag in hunk.flags
            ],
            "review": review and fields_of(review, ("at", "state", "verdict", "note")),
            "page": change_page(row.id) if row.verdict != Verdict.NOISE else "",
        }


def upcoming_file(dates: Iterable[BindingDate]) -> str:
    """Return ``upcoming.json``: the effective dates that current texts state; how far ahead is for the reader."""
    rows = [binding_row(one, one.day) for one in dates]
    return _written({"upcoming": [{key: value for key, value in row.items() if key != "days"} for row in rows]})


def _written(values: dict[str, Any]) -> str:
    return json.dumps({"api": VERSION, **values}, indent=1) + "\n"
