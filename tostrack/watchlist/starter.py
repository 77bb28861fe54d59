"""The watchlist that `tostrack init` writes, and the list of services that ships with tostrack."""

from __future__ import annotations

from pathlib import Path

#: In a wheel; in a checkout it is the watchlist in its root.
_SHIPPED = Path(__file__).with_name("shipped.toml")


def find_shipped_watchlist() -> Path:
    """Return the file of the services that ship with tostrack."""
    return _SHIPPED if _SHIPPED.is_file() else Path(__file__).parents[2] / "watchlist.toml"


STARTER = """\
# What tostrack watches. Two lines make a document; `tostrack add URL` writes them for you,
# `tostrack check` tries them out, `tostrack crawl` fetches them.

[settings]
# contact = "you@example.org"       # goes into the User-Agent, so that a platform can reach you
delay = 5                           # seconds between two requests to one host
# packs = ["arbitration", "retention"]  # more topics to flag; docs/flags.md lists them

[watch.telegram]
name = "Telegram"

[watch.telegram.terms]              # url alone: tostrack finds the main text itself
name = "Terms of Service"
url = "https://telegram.org/tos"

[watch.telegram.privacy]
name = "Privacy Policy"
url = "https://telegram.org/privacy"

[watch.pinterest]
name = "Pinterest"

[watch.pinterest.terms]
name = "Terms of Service"
url = "https://policy.pinterest.com/en/terms-of-service"
select = "main"                     # CSS: what of the page is the policy
# remove = ["nav", "[role=button]"] # ... and what of that is not
# fetch = "browser"                 # for pages that scripts write; needs tostrack[browser]

[watch.pinterest.privacy]
name = "Privacy Policy"
url = "https://policy.pinterest.com/en/privacy-policy"
select = "main"

# [digest.me]                       # who is told what, how often
# to = ["you@example.org"]
# watch = ["telegram", "pinterest/terms"]   # leave out for everything
# topics = ["licensing", "advertising", "sharing", "ai"]
# every = "day"                     # or "week"; or "change"
"""
