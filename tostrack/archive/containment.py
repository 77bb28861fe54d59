"""Does an archive go on from a copy of it? Where it does not, the copy may be all that is left of some history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from tostrack.archive.migrations import DATABASE_ERRORS, open_read_only
from tostrack.archive.verify import verify

_HEADS = """
SELECT s.slug || '/' || d.slug, h.hash FROM heads h JOIN documents d ON d.id = h.document_id
JOIN services s ON s.id = d.service_id ORDER BY 1
"""
#: Every hash that a version ever had is a head that its document once had.
_HASHES = """
SELECT s.slug || '/' || d.slug, lower(hex(v.hash)) FROM _versions v JOIN documents d ON d.id = v.document_id
JOIN services s ON s.id = d.service_id
"""


def read_heads(path: Path) -> dict[str, str] | None:
    """Return the end of each document's chain in an archive of any schema; None where the file cannot be read."""
    found = _pairs(path, _HEADS)
    return None if found is None else dict(found)


def find_lost(copy: Mapping[str, str], heads: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the documents of a copy, by its heads, that an archive with the chains *heads* does not go on from."""
    return [document for document, head in copy.items() if head not in heads.get(document, ())]


def find_lost_documents(copy: Path, archive: Path) -> list[str]:
    """Return the documents of *copy* whose chain *archive* does not contain; none where *copy* cannot be read."""
    known = read_heads(copy)
    if not known:
        return []
    ours: dict[str, list[str]] = {}
    for query in (_HASHES, _HEADS):
        for document, head in _pairs(archive, query) or ():
            ours.setdefault(document, []).append(head)
    lost = set(find_lost(known, ours))
    if not lost:
        return []
    # A head may be that of a judgement that came late: only going through the chain shows those.
    report = verify(archive, None, lambda row: row.id in lost, index=False)
    return find_lost({document: known[document] for document in sorted(lost)}, report.heads)


def _pairs(path: Path, query: str) -> list[tuple[str, str]] | None:
    try:
        with closing(open_read_only(path)) as connection:
            return [(str(document), str(head)) for document, head in connection.execute(query)]
    except DATABASE_ERRORS:
        return None
