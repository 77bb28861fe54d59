"""The WSGI application for subscription links, for a server: ``gunicorn 'tostrack.cli.endpoint:app()'``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tostrack.cli.app import Environment
from tostrack.cli.sender_config import load_link_secret


def app(watchlist: str = "") -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Return the application that confirms and ends subscriptions.

    Args:
        watchlist: Its path; default ``$TOSTRACK_WATCHLIST``, else ``watchlist.toml``.
    """
    from tostrack.archive.outbox import Outbox
    from tostrack.notify.endpoint import application
    from tostrack.services.subscriptions import follow_link

    environment = Environment(Path(watchlist or os.environ.get("TOSTRACK_WATCHLIST", "watchlist.toml")))
    key, database = load_link_secret(environment)("KEY"), environment.settings.database

    def act(token: str, action: str) -> str:
        with Outbox(database) as outbox:
            return follow_link(outbox, key, token, datetime.now(UTC), action)

    return application(act)
