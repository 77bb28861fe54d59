"""Which public collection of Open Terms Archive records a service, and under which of its ids a watched document."""

from __future__ import annotations

import tomllib
from collections.abc import Container
from pathlib import Path

from tostrack.language.document_kind import document_names, find_document_kind
from tostrack.models import Document

#: The address of the repositories of versions, each under the name of its collection.
ORIGIN = "https://github.com/OpenTermsArchive"
#: What collections call the documents of a kind; every collection uses the same names.
_TERMS_OF_KIND = {
    "terms": "terms-of-service",
    "privacy": "privacy-policy",
    "cookies": "trackers-policy",
    "acceptable-use": "acceptable-use-policy",
    "data-processing": "data-processor-agreement",
    "copyright": "copyright-claims-policy",
}


def list_collections(service: str) -> list[str]:
    """Return the names of the collections that record *service*, a slug: ``pga-versions``."""
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return [name for name, table in tables.items() if service in table["services"].split()]


def find_recorded(document: Document, idents: Container[str]) -> str:
    """Return which of a collection's *idents* is *document*: its own id, or that of its kind; empty if none is."""
    kind = find_document_kind(*document_names(document))
    ours = (document.slug, _TERMS_OF_KIND.get(kind, kind))
    return next((ident for slug in ours if (ident := f"{document.service}/{slug}") in idents), "")
