"""Telling a WebSub hub that feeds have news, so that their readers need not ask."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from tostrack.errors import NotifyError
from tostrack.notify.message import Post

#: Feeds named in one request; the addresses of a hundred are about 8 kB.
_AT_ONCE = 100


def ping(post: Post, hub: str, topics: Sequence[str]) -> None:
    """Tell *hub* that the feeds at the addresses *topics* may have changed; it fetches them itself.

    Raises:
        NotifyError: The hub refused.
    """
    for start in range(0, len(topics), _AT_ONCE):
        fields = [("hub.mode", "publish"), *(("hub.url", each) for each in topics[start : start + _AT_ONCE])]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _ = post("POST", hub, headers, urlencode(fields).encode())
        if not 200 <= status < 300:
            raise NotifyError(f"{hub}: the hub answered {status}", down=True)
