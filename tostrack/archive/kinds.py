"""The kind of each recorded document: by its name, where its newest text was fetched, and the title of that text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tostrack.archive.read import Archive, DocumentRow

_ADDRESSES = """
    SELECT s.slug || '/' || d.slug AS id, n.url
    FROM documents d JOIN services s ON s.id = d.service_id
    JOIN _versions v ON v.document_id = d.id
        AND v.number = (SELECT max(number) FROM _versions WHERE document_id = d.id)
    JOIN version_snapshots vs ON vs.version_id = v.id JOIN snapshots n ON n.id = vs.snapshot_id
    WHERE ?1 IS NULL OR s.slug = ?1 ORDER BY d.id, vs.page
"""


def find_kinds(archive: Archive, rows: Iterable[DocumentRow]) -> dict[str, str]:
    """Return the kind of each document of *rows* by its id, ``service/slug``; empty where nothing tells it.

    The newest text is read only where neither name nor address tells anything.
    """
    if not (rows := tuple(rows)):
        return {}
    # Lazy: most commands ask for no kind.
    from tostrack.language.document_kind import find_document_kind

    services = {row.service for row in rows}
    addresses: dict[str, list[str]] = {}
    for found in archive.query(_ADDRESSES, (services.pop() if len(services) == 1 else None,)):
        addresses.setdefault(found["id"], []).append(found["url"])
    kinds = {}
    for row in rows:
        told = (row.name, row.document), addresses.get(row.id, ())
        kind = find_document_kind(*told)
        if not kind and row.versions:
            kind = find_document_kind(*told, archive.text(row.service, row.document) or "")
        kinds[row.id] = kind
    return kinds
