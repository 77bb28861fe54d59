"""The hashes that chain what is recorded of a document, in the order in which it was stored.

Each link, a version or a late judgement of one, holds the hash of the link before; the hash of the last one is the
document's head. A hash is SHA-256 over canonical JSON (sorted keys, ASCII, no spaces), so all with the same content
can work it out again. What may have to be taken out of the archive by legal order (a clause, a quote, a capture) goes
in by its own hash, so that the chain outlives it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tostrack.models import sha256

#: The columns of a version that its link holds, beside ``hash`` itself.
VERSION_COLUMNS = ("number", "seen_at", "kind", "sha256", "key_sha256", "extractor", "declaration", "record")


def canonical(content: Any) -> str:
    """Return *content* as the one JSON text that is hashed."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def version_link(
    document: str,
    row: Mapping[str, Any],
    captures: Iterable[Mapping[str, Any]],
    clauses: Iterable[tuple[str, str]],
    judgement: str,
) -> str:
    """Return a version's link of the chain as canonical JSON; its SHA-256 is the version's ``hash``.

    Args:
        document: ``instagram/terms``.
        row: The version's columns, ``previous`` (the head before it) among them.
        captures: What it was read from, by page: address chain, time, status, headers, hash of the raw bytes.
        clauses: Kind and hash of the text of each clause, in order.
        judgement: The seal of the judgement that it was stored with; empty when there was none.
    """
    content = {
        "previous": row["previous"],
        "document": document,
        "version": {name: row[name] for name in VERSION_COLUMNS},
        "captures": [
            {
                "page": capture["page"],
                "chain": json.loads(capture["chain"]),
                "fetched_at": capture["fetched_at"],
                "status": capture["status"],
                "headers_sha256": sha256(capture["headers"]),
                "sha256": capture["sha256"],
            }
            for capture in captures
        ],
        "clauses_sha256": sha256(clause_list(clauses)),
        "judgement_sha256": judgement,
    }
    return canonical(content)


def late_link(document: str, previous: str, judgement: str) -> str:
    """Return the link of a judgement that came after its version was stored, as canonical JSON."""
    return canonical({"previous": previous, "document": document, "judgement_sha256": judgement})


def clause_list(clauses: Iterable[tuple[str, str]]) -> str:
    """Return kind and hash of the text of each clause, a line each."""
    return "".join(f"{kind} {digest}\n" for kind, digest in clauses)
