"""The WSGI application of an installation, for a server: ``gunicorn 'tostrack.cli.endpoint:app()'``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tostrack.cli.environment import Environment
from tostrack.cli.office import now_or, secret_of


def app(watchlist: str = "") -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Return the application that confirms and ends subscriptions.

    Args:
        watchlist: Its path; default ``$TOSTRACK_WATCHLIST``, else ``watchlist.toml``.
    """
    from tostrack.notify.endpoint import application
    from tostrack.store.outbox import Outbox
    from tostrack.tasks.permission import follow

    environment = Environment(Path(watchlist or os.environ.get("TOSTRACK_WATCHLIST", "watchlist.toml")))
    key, database = secret_of(environment)("KEY"), environment.watchlist.settings.database

    def act(token: str) -> str:
        with Outbox(database) as outbox:
            return follow(outbox, key, token, now_or(None)()).sentence

    return application(act)
