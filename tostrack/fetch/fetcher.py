"""Page -> Snapshot, politely."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Self

from tostrack import __version__
from tostrack.errors import FetchError
from tostrack.fetch.browser.session import Browser
from tostrack.fetch.client import Client, normal_url
from tostrack.fetch.failures import describe_refusal
from tostrack.fetch.fetch_task import FETCH_STEPS, FetchContext, FetchSteps
from tostrack.fetch.host_queue import Hosts
from tostrack.fetch.resolver import Resolver, resolve
from tostrack.fetch.robots import TOKEN, RobotsCache
from tostrack.models import NotModified, Page, Snapshot, Validators

#: A heartbeat is short, and nobody waits for it.
_PING_SECONDS, _PING_BYTES = 15.0, 10_000


def user_agent(contact: str) -> str:
    """Return who we say we are; *contact* is an address or a page where an operator can complain."""
    known = "".join(
        letter for letter in contact.strip() if letter.isascii() and letter.isprintable() and letter not in "()"
    )
    return f"{TOKEN}/{__version__} (+{known})" if known else f"{TOKEN}/{__version__}"


class Fetcher:
    """Fetches pages one at a time; `fetch_all` makes it fetch many at once. Use it as a context manager.

    It remembers each host's robots.txt and when the host was asked last, so keep one for a whole run. Cookies live
    as long as one fetch; the environment's proxies and passwords are not used.
    """

    def __init__(
        self,
        *,
        contact: str,
        delay: float = 5.0,
        allow_private: Collection[str] = (),
        max_bytes: int = 10_000_000,
        deadline: float = 60.0,
        max_wait: float = 300.0,
        ca_bundle: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        resolver: Resolver = resolve,
    ) -> None:
        """Open nothing yet.

        Args:
            contact: Goes into the User-Agent.
            delay: Seconds between the starts of two requests to one host.
            allow_private: Hosts that may be on an address that is not public.
            max_bytes: Most bytes of a body, after decompression.
            deadline: Seconds that a page may cost, from connection to last byte, its redirects and retries included
                and waiting for the host's turn not.
            max_wait: Longest Retry-After, in seconds, that is waited for; a longer one is an error with
                `retry_after` for the next run.
            ca_bundle: A file of certificates to trust instead of the usual ones.
            now: Gives `fetched_at` where the caller does not.
            monotonic: The clock of deadlines and delays.
            sleep: Waits for a turn in `fetch`.
            resolver: Host and port to addresses, as `socket.getaddrinfo`.
        """
        agent = user_agent(contact)
        client = Client(
            agent,
            monotonic=monotonic,
            allow_private=allow_private,
            resolver=resolver,
            ca_bundle=ca_bundle,
        )
        self.now = now
        self.monotonic = monotonic
        self.hosts = Hosts(delay)
        self._sleep = sleep
        self._context = FetchContext(
            client, Browser(agent), self.hosts, RobotsCache(), monotonic, max_bytes, deadline, max_wait
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fetch(
        self, page: Page, validators: Validators | None = None, now: datetime | None = None
    ) -> Snapshot | NotModified:
        """Return what *page*'s server sends, byte for byte after decompression, when it is the host's turn.

        Args:
            validators: Of the last snapshot: the server may then answer that nothing changed.

        Raises:
            FetchError: No usable answer; ``error.cause`` is a word of `failures.CAUSES`, ``error.transient`` says if
                another run may have more luck.
        """
        task = self.start_task(page, validators, now)
        try:
            while True:
                turn = next(task)
                start = self.hosts.book(turn.host, max(self.monotonic(), turn.not_before))
                if (wait := start - self.monotonic()) > 0:
                    self._sleep(wait)
        except StopIteration as end:
            result: Snapshot | NotModified = end.value
            return result

    def start_task(self, page: Page, validators: Validators | None = None, now: datetime | None = None) -> FetchSteps:
        """Return the way to *page*'s snapshot as a generator of turns, for a caller who has better to do than wait.

        Raises:
            FetchError: The page names a way of fetching that does not exist.
        """
        if page.fetch not in FETCH_STEPS:
            raise FetchError(f"{page.url}: no such way to fetch: {page.fetch!r}", cause="bad-url")
        return FETCH_STEPS[page.fetch](self._context, page, validators, now or self.now())

    def ping(self, url: str) -> None:
        """Ask *url* once and ignore what it says: a heartbeat.

        Raises:
            FetchError: It did not answer with success.
        """
        answer = self._context.client.get(normal_url(url), seconds=_PING_SECONDS, limit=_PING_BYTES, cut=True)
        if not 200 <= answer.status < 300:
            raise describe_refusal(url, answer.status)

    def abort(self) -> None:
        """End every request that is under way in any thread; the fetcher stays usable."""
        self._context.client.abort()
        self._context.browser.abort()

    def close(self) -> None:
        """Close the connections that were kept open, and the browser."""
        self._context.browser.close()
        self._context.client.close()
