"""A small fictional platform, served on loopback, whose terms change over two years.

`tostrack demo` crawls it night by night; `NIGHTS` says on which nights there is news.
"""

from __future__ import annotations

from tostrack.demo.nights import NIGHTS, Night
from tostrack.demo.server import DemoPlatform, serve

__all__ = ["NIGHTS", "SERVICE", "DemoPlatform", "Night", "serve", "watchlist_text"]

SERVICE = "lumora"


def watchlist_text(url: str) -> str:
    """Return the watchlist for the platform served at *url*."""
    return f"""\
[settings]
delay = 0
contact = "demo@lumora.example"     # the identity in ids of feeds and messages
allow_private = ["127.0.0.1"]       # the demo runs on this machine

[watch.{SERVICE}]
name = "Lumora"

[watch.{SERVICE}.terms]              # url alone: tostrack finds the main text itself
name = "Terms of Service"
url = "{url}/legal/terms"

[watch.{SERVICE}.privacy]
name = "Privacy Policy"
url = "{url}/legal/privacy"
select = "article.policy"
language = "en"
"""
