"""The content of a watchlist, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from tostrack.models import DigestSettings, Document
from tostrack.value import Value


class Settings(Value):
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
    #: Asked after every whole crawl, so that somebody else notices when there is none; empty when nobody does.
    heartbeat: str = ""
    #: Days after which a page that was only answered with 304 is asked for whole.
    recheck_days: int = 30
    #: The topic packs that are on, by name.
    packs: tuple[str, ...] = ()


class NotifySettings(Value):
    """How digests leave the house."""

    #: ``smtps://user@host:465`` (TLS at once), ``smtp://user@host:587`` (STARTTLS); empty means no mail is sent.
    smtp: str = ""
    #: Whom mail comes from.
    sender: str = ""
    #: Whom questions and mailto unsubscribes reach; empty means the sender.
    operator: str = ""
    #: Where the endpoint for confirming and one-click unsubscribing is served, without a final slash.
    endpoint: str = ""
    #: The WebSub hub of the feeds.
    hub: str = ""
    #: ``owner/repository`` for issues about documents that fail.
    issues: str = ""
    #: This many documents that change in one night are a storm: one digest, held for a day, and a question.
    storm: int = 12
    #: A file, readable by its owner alone, with the values that must not be here.
    secrets: Path | None = None


class Watchlist(Value):
    """Everything that is watched, in the order of the file."""

    settings: Settings
    documents: tuple[Document, ...]
    digests: tuple[DigestSettings, ...] = ()
    notify: NotifySettings = field(default_factory=NotifySettings)
    #: Slug to name.
    services: Mapping[str, str] = field(default_factory=dict)
    #: The file's name as messages call it.
    source: str = "watchlist.toml"
