"""What a watchlist says, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tostrack.models import Document


@dataclass(frozen=True)
class Settings:
    """How to crawl and where to keep things."""

    #: Goes into the User-Agent, so that a platform can ask who is calling: an e-mail or web address, or empty.
    contact: str = ""
    #: Seconds between two requests to one host.
    delay: float = 5.0
    #: Hosts that may be on a non-global address, in lower case.
    allow_private: tuple[str, ...] = ()
    database: Path = Path("tostrack.db")
    snapshots: Path = Path("snapshots")
    #: Where the site and its feeds are published, without a final slash; empty when they are not.
    url: str = ""


@dataclass(frozen=True)
class DigestSettings:
    """Who is told what, how often."""

    slug: str
    to: tuple[str, ...]
    #: Services (``instagram``) and documents (``tiktok/privacy``); empty means all.
    watch: tuple[str, ...] = ()
    #: Empty means all.
    topics: tuple[str, ...] = ()
    #: ``change``, ``day`` or ``week``.
    every: str = "day"

    def covers(self, document_id: str) -> bool:
        """Whether this digest tells of the document ``service/slug``."""
        return not self.watch or document_id in self.watch or document_id.partition("/")[0] in self.watch


@dataclass(frozen=True)
class Watchlist:
    """Everything that is watched, in the order of the file."""

    settings: Settings
    documents: tuple[Document, ...]
    digests: tuple[DigestSettings, ...] = ()
    #: Slug to name.
    services: Mapping[str, str] = field(default_factory=dict)
    #: The file's name as messages call it.
    source: str = "watchlist.toml"
