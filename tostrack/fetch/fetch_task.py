"""One page's way to a snapshot, as a generator: it yields a `Turn` before each request and is resumed when it is time.

So the same code serves a caller who waits and a crowd of workers who must not: robots.txt, redirects and retries are
turns like any other, and politeness holds for them all.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from requests.cookies import RequestsCookieJar

from tostrack.errors import FetchError
from tostrack.fetch import robots
from tostrack.fetch.browser.browser_page import BrowserPage
from tostrack.fetch.browser.session import Browser
from tostrack.fetch.client import WHOLE, Client, HttpAnswer, host_of, normal_url, origin_of
from tostrack.fetch.failures import describe_refusal
from tostrack.fetch.host_queue import Hosts, Slot
from tostrack.models import NotModified, Page, Snapshot, Validators

log = logging.getLogger(__name__)

Journey = Generator[Slot, None, Snapshot | NotModified]

MOST_REDIRECTS = 8
#: Seconds before the second and the third try.
BACKOFF = (2.0, 8.0)
#: Of the deadline, for a robots.txt: a page must still have time when its robots.txt was slow.
_ROBOTS_SHARE = 0.5


@dataclass(frozen=True)
class FetchContext:
    """What all journeys of a fetcher share."""

    client: Client
    browser: Browser
    hosts: Hosts
    memory: robots.RobotsCache
    monotonic: Callable[[], float]
    max_bytes: int
    #: Seconds of asking that a page may cost in all, waiting for turns not counted.
    deadline: float
    #: Longest wait that a server may ask for within the run.
    max_wait: float


@dataclass
class _TimeBudget:
    """The seconds that are left to one page."""

    seconds: float


#: Asks an address, with so many seconds for it.
Ask = Callable[[str, float], HttpAnswer]


@dataclass
class _RequestState:
    """One attempt: where it has been, and what it carries."""

    page: Page
    validators: Validators
    now: datetime
    purse: _TimeBudget
    #: Held while something is asked; waiting for it costs the page nothing.
    slot: AbstractContextManager[object] = field(default_factory=nullcontext)
    chain: list[str] = field(default_factory=list)
    cookies: RequestsCookieJar = field(default_factory=RequestsCookieJar)

    @property
    def remembers(self) -> bool:
        """Whether the servers may know it again."""
        return bool(self.cookies) or self.page.fetch == "browser"


def fetch_over_http(roads: FetchContext, page: Page, validators: Validators | None, now: datetime) -> Journey:
    """Fetch *page* over HTTP.

    Raises:
        FetchError: No usable answer, in spite of the retries that the cause is worth.
    """

    def attempt(purse: _TimeBudget, start: str, not_before: float) -> Journey:
        trip = _RequestState(page, validators or Validators(), now, purse)

        def ask(url: str, seconds: float) -> HttpAnswer:
            return roads.client.get(
                url, seconds=seconds, limit=roads.max_bytes, headers=_conditions(trip), cookies=trip.cookies
            )

        return (yield from _follow(roads, trip, ask, start, not_before))

    return (yield from _persist(roads, page, attempt))


def fetch_in_browser(roads: FetchContext, page: Page, _validators: Validators | None, now: datetime) -> Journey:
    """Fetch *page* with the browser: robots.txt, turns, redirects and retries are those of every journey.

    Nothing is asked conditionally: the same bytes may show another text, and the page is of no use without it.

    Raises:
        FetchError: No usable answer, or there is no browser.
    """
    roads.browser.check(page.url)

    def attempt(purse: _TimeBudget, start: str, not_before: float) -> Journey:
        tab = BrowserPage(roads.browser, roads.client.guard, page.select)
        trip = _RequestState(page, Validators(), now, purse, roads.browser.slots)

        def ask(url: str, seconds: float) -> HttpAnswer:
            return tab.get(url, seconds=seconds, limit=roads.max_bytes)

        try:
            return (yield from _follow(roads, trip, ask, start, not_before))
        finally:
            tab.close()

    return (yield from _persist(roads, page, attempt))


def _persist(roads: FetchContext, page: Page, attempt: Callable[[_TimeBudget, str, float], Journey]) -> Journey:
    """Make attempts until one succeeds or no further one is worth it."""
    start = normal_url(page.url)
    purse = _TimeBudget(roads.deadline)
    not_before = 0.0
    for pause in (*BACKOFF, None):
        try:
            return (yield from attempt(purse, start, not_before))
        except FetchError as error:
            if pause is None or not _worth_a_retry(error, purse, roads.max_wait):
                raise
            log.info("%s: %s, asked again in %d s or later", host_of(start), error.cause, pause)
            not_before = roads.monotonic() + max(pause, error.retry_after or 0.0)
    raise AssertionError("the last try returns or raises")


#: How a page is fetched, by `Page.fetch`.
JOURNEYS: Mapping[str, Callable[[FetchContext, Page, Validators | None, datetime], Journey]] = {
    "http": fetch_over_http,
    "browser": fetch_in_browser,
}


def _worth_a_retry(error: FetchError, purse: _TimeBudget, max_wait: float) -> bool:
    if error.cause in ("robots-unreachable", "aborted") or (error.retry_after or 0.0) > max_wait:
        return False
    return error.transient and purse.seconds > 0


def _follow(roads: FetchContext, trip: _RequestState, ask: Ask, start: str, not_before: float) -> Journey:
    """Ask *start* and follow its redirects."""
    url = start
    while True:
        _check_loop(trip, url)
        trip.chain.append(url)
        answer = yield from _ask(roads, trip, ask, url, not_before)
        if not answer.location:
            return _result(trip, url, answer)
        url, not_before = _next_url(roads, url, answer.location), 0.0


def _check_loop(trip: _RequestState, url: str) -> None:
    # A consent page sends its visitor back once, with a cookie.
    if trip.chain.count(url) > (1 if trip.remembers else 0):
        raise FetchError(f"{trip.chain[0]}: redirected in a circle, back to {url}", cause="redirect-loop")
    if len(trip.chain) > MOST_REDIRECTS:
        raise FetchError(f"{trip.chain[0]}: redirected more than {MOST_REDIRECTS} times", cause="redirect-loop")


def _next_url(roads: FetchContext, url: str, location: str) -> str:
    target = normal_url(location, cause="redirect-scheme")
    if url.startswith("https:") and target.startswith("http:"):
        raise FetchError(f"{url}: redirected from https down to {target}", cause="redirect-scheme")
    guard = roads.client.guard
    if guard.allows_private(host_of(target)) and not guard.allows_private(host_of(url)):
        # What is allowed for our own pages is not allowed to whoever can make a public page redirect.
        raise FetchError(f"{url}: redirected into the private network, to {target}", cause="forbidden-address")
    return target


def _ask(
    roads: FetchContext, trip: _RequestState, ask: Ask, url: str, not_before: float
) -> Generator[Slot, None, HttpAnswer]:
    """Return the answer of *url*, which its robots.txt allows."""
    host = host_of(url)
    while True:
        rules = roads.memory.recall(origin_of(url), roads.monotonic())
        if rules is not None:
            rules.check(url)
        _check_open(roads, host)
        yield Slot(host, not_before)
        # Another journey may have learned the rules, or been sent away, while this one waited.
        _check_open(roads, host)
        rules = roads.memory.recall(origin_of(url), roads.monotonic())
        if rules is None:
            yield from _learn_rules(roads, trip, url)
        else:
            rules.check(url)
            break
    with trip.slot:
        answer = _exchange(roads, trip.purse, url, lambda seconds: ask(url, seconds))
    if answer.status in WHOLE or answer.status == 304 or answer.location:
        return answer
    retry_after = retry_after_of(answer, trip.now)
    if retry_after and retry_after > roads.max_wait:
        roads.hosts.close(host, roads.monotonic() + retry_after, answer.status)
    elif retry_after:
        roads.hosts.pause(host, roads.monotonic() + retry_after)
    raise describe_refusal(url, answer.status, retry_after)


def _check_open(roads: FetchContext, host: str) -> None:
    """Raise why *host* is not to be asked: it said so for longer than a run waits, or it does not answer."""
    now = roads.monotonic()
    if (closed := roads.hosts.closed(host, now)) is None:
        return
    if closed.status is not None:
        raise describe_refusal(host, closed.status, closed.until - now)
    raise FetchError(
        f"{host}: not asked, for it did not answer several times in a row ({closed.cause})", cause=closed.cause
    )


#: What is the matter with a host and not with a page.
_DOWN = frozenset({"dns", "connect", "tls", "timeout"})


def _exchange(
    roads: FetchContext, purse: _TimeBudget, url: str, ask: Callable[[float], HttpAnswer], share: float = 1.0
) -> HttpAnswer:
    """Return the answer that *ask* gets from *url*, at the expense of *purse*; log its status and its seconds."""
    started, outcome, host = roads.monotonic(), "", host_of(url)
    try:
        answer = ask(purse.seconds * share)
        outcome = f"status {answer.status}, {len(answer.body):,} bytes"
    except FetchError as error:
        outcome = error.cause
        if error.cause in _DOWN:
            roads.hosts.failed(host, error.cause, roads.monotonic())
        raise
    finally:
        spent = roads.monotonic() - started
        purse.seconds -= spent
        # Without the query, which may hold what is meant for the server alone.
        log.debug("GET %s: %s in %.2f s", url.partition("?")[0], outcome or "stopped", spent)
    roads.hosts.answered(host)
    return answer


def _conditions(trip: _RequestState) -> dict[str, str]:
    """Return the headers that let a server answer 304."""
    known = trip.validators
    # Behind a redirect only the ETag: a date could make another page, older than ours, pass for the one we know.
    dated = known.last_modified if len(trip.chain) == 1 else ""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": dated}
    return {name: value for name, value in headers.items() if value and value.isprintable()}


def _result(trip: _RequestState, url: str, answer: HttpAnswer) -> Snapshot | NotModified:
    if answer.status == 304:
        if not _conditions(trip):
            raise describe_refusal(url, 304)
        return NotModified(trip.page.url, trip.now)
    if not answer.body or answer.body.isspace():
        raise FetchError(f"{url}: the server answered {answer.status} and nothing else", cause="empty")
    return Snapshot(trip.page.url, trip.now, answer.status, answer.body, answer.headers, tuple(trip.chain))


def _learn_rules(roads: FetchContext, trip: _RequestState, url: str) -> Generator[Slot, None, None]:
    """Ask the robots.txt of *url*'s origin, in the turn that was just given, and remember what it says.

    A second try before its silence counts: it is a no to all documents of the host.

    Raises:
        FetchError: The host itself cannot be reached, which then is what the page's reader should hear.
    """
    origin = origin_of(url)
    rules = yield from _read_rules(roads, trip, f"{origin}/robots.txt")
    if (failure := rules.unreachable) and (failure.retry_after or 0.0) <= roads.max_wait and trip.purse.seconds > 0:
        yield Slot(host_of(url), roads.monotonic() + max(BACKOFF[0], failure.retry_after or 0.0))
        rules = yield from _read_rules(roads, trip, f"{origin}/robots.txt")
    roads.memory.keep(origin, rules, roads.monotonic())
    roads.hosts.slow_down(host_of(url), rules.crawl_delay)


def _read_rules(roads: FetchContext, trip: _RequestState, first: str) -> Generator[Slot, None, robots.Rules]:
    address = first
    for _ in range(robots.MOST_REDIRECTS + 1):
        try:
            answer = _robots_answer(roads, trip.purse, address)
            if answer.location:
                address = _next_url(roads, address, answer.location)
        except FetchError as error:
            if error.cause in ("dns", "connect", "tls", "forbidden-address", "aborted"):
                raise
            return robots.rules_when_unreachable(first, f"no answer ({error.cause})")
        if not answer.location:
            return robots.parse_robots(first, answer.status, answer.body, retry_after_of(answer, trip.now))
        yield Slot(host_of(address))
    return robots.Rules()  # RFC 9309, 2.3.1.2: behind too many redirects there is none


def _robots_answer(roads: FetchContext, purse: _TimeBudget, address: str) -> HttpAnswer:
    return _exchange(
        roads,
        purse,
        address,
        lambda seconds: roads.client.get(address, seconds=seconds, limit=robots.PARSED_BYTES, cut=True),
        _ROBOTS_SHARE,
    )


def retry_after_of(answer: HttpAnswer, now: datetime) -> float | None:
    """Return the seconds that *answer* asks us to wait, or None when it does not say so in a way that can be read.

    A date counts from the server's own Date, so that its clock and ours need not agree.
    """
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    until = _http_date(text)
    if until is None:
        return None
    return max(0.0, (until - (_http_date(answer.headers.get("date", "")) or now)).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
