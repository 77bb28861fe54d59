"""The hash that chains a version to the one before it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tostrack.models import sha256


def chain_hash(document: str, row: Mapping[str, Any], evidence: Sequence[Sequence[Any]]) -> str:
    """Return the hash that chains a version to the one before: over its content and its provenance.

    Args:
        document: ``instagram/terms``.
        row: The version's columns, ``previous`` among them and ``hash`` not.
        evidence: For each page: url chain, fetch time, status, hash of the raw bytes.
    """
    content = {name: row[name] for name in sorted(row) if name != "hash"}
    return sha256(json.dumps([document, content, evidence], sort_keys=True, ensure_ascii=False))
