"""Fetch the frames of pages that are watched with them, and hand on each page as one capture with its frames inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tostrack.errors import DocumentError, FetchError
from tostrack.extraction import frames
from tostrack.fetch import FetchAll, Request, Result
from tostrack.models import NotModified, Page, Snapshot
from tostrack.sandbox import Call


def fetch_with_frames(fetch_all: FetchAll, call: Call) -> FetchAll:
    """Return how to fetch pages together with their frames where the watchlist asks for them.

    A page with ``follow = "frames"`` fails when one of its frames does: half of a policy is none. Of a page that a
    browser rendered, frames of the same site are read too, as far as they answer.
    """

    def fetch(requests: Sequence[Request]) -> Iterator[tuple[Request, Result]]:
        waiting: list[tuple[Request, Snapshot, list[str]]] = []
        for request, answer in fetch_all(requests):
            addresses = _frames_of(request.page, answer, call)
            if addresses and isinstance(answer, Snapshot):
                waiting.append((request, answer, addresses))
            else:
                yield request, answer
        inner = [
            Request((*request.key, address), Page(address, fetch=request.page.fetch), None)
            for request, _, addresses in waiting
            for address in addresses
        ]
        found = {request.key: answer for request, answer in fetch_all(inner)} if inner else {}
        for request, page, addresses in waiting:
            answers = {address: found.get((*request.key, address)) for address in addresses}
            yield request, _joined(request.page, page, answers, call)

    return fetch


def _frames_of(page: Page, answer: Result, call: Call) -> list[str]:
    if not isinstance(answer, Snapshot) or (page.follow != "frames" and page.fetch != "browser"):
        return []
    try:
        return call(frames.list_followed, answer)
    except DocumentError:
        # What is wrong with the page is said when it is read.
        return []


def _joined(page: Page, capture: Snapshot, answers: dict[str, Result | None], call: Call) -> Result:
    """Return the capture of a page with its frames in it."""
    sound: dict[str, Snapshot] = {}
    for address, answer in answers.items():
        if isinstance(answer, Snapshot):
            sound[address] = answer
        elif page.follow == "frames" and not isinstance(answer, NotModified):
            if isinstance(answer, FetchError):
                return answer
            return FetchError(f"{capture.url}: its frame {address} was not answered", cause="frame")
    try:
        body = call(frames.join_frames, capture, sound)
    except DocumentError as error:
        return FetchError(f"{capture.url}: its frames cannot be read ({error})", cause=error.cause)
    headers = {**capture.headers, "content-type": "text/html; charset=utf-8", frames.FOLLOWED: " ".join(sound)}
    return replace(capture, body=body, headers=headers)
