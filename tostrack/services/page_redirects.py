"""Follow pages that send a browser on by a meta refresh or a script, where `follow = "redirects"` asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from tostrack.errors import DocumentError, FetchError
from tostrack.extraction.document_text import find_page_redirect
from tostrack.fetch import FetchAll, Request, Result
from tostrack.models import Snapshot
from tostrack.sandbox import Call

#: A page on the way to the policy is one; more than so many in a row are a loop.
MOST_PAGES = 3


def fetch_with_redirects(fetch_all: FetchAll, call: Call) -> FetchAll:
    """Return how to fetch pages and, where the watchlist asks for it, the page that each sends a browser on to.

    The rules are those of a redirect by the server: robots.txt and delays of the target's host hold, its address must
    be public, and nothing leads from https to http.
    """

    def fetch(requests: Sequence[Request]) -> Iterator[tuple[Request, Result]]:
        asked: dict[Any, tuple[Request, tuple[str, ...]]] = {each.key: (each, ()) for each in requests}
        waiting = list(requests)
        for hop in range(MOST_PAGES + 1):
            following: list[Request] = []
            for current, answer in fetch_all(waiting) if waiting else ():
                request, chain = asked[current.key]
                if not isinstance(answer, Snapshot):
                    yield request, answer
                    continue
                chain = (*chain, *(answer.chain or (answer.url,)))
                target = _find_target(request, answer, call)
                if not target:
                    yield request, replace(answer, url=request.page.url, chain=chain) if hop else answer
                elif refusal := _refuse(request, answer, target, last=hop == MOST_PAGES):
                    yield request, refusal
                else:
                    asked[current.key] = request, chain
                    following.append(Request(current.key, replace(request.page, url=target), None))
            waiting = following

    return fetch


def _find_target(request: Request, answer: Snapshot, call: Call) -> str:
    if request.page.follow != "redirects":
        return ""
    try:
        return call(find_page_redirect, answer)
    except DocumentError:
        # What is wrong with the page is said when it is read.
        return ""


def _refuse(request: Request, answer: Snapshot, target: str, *, last: bool) -> FetchError | None:
    """Return the error of a redirect that is not followed; None for one that is."""
    if last:
        return FetchError(f"{request.page.url}: more than {MOST_PAGES} pages redirect in a row", cause="redirect-loop")
    if urlsplit(answer.final_url).scheme == "https" and urlsplit(target).scheme != "https":
        message = f"{request.page.url}: the page redirects from https to {target}"
        return FetchError(message, cause="redirect-scheme")
    return None
