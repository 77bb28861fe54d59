"""Page -> Snapshot: the only part of tostrack that asks servers for pages."""

from __future__ import annotations

from tostrack.fetch.failures import CAUSES
from tostrack.fetch.fetcher import Fetcher, user_agent
from tostrack.fetch.scheduler import FetchAll, Request, Result, fetch_all

__all__ = ["CAUSES", "FetchAll", "Fetcher", "Request", "Result", "fetch_all", "user_agent"]
