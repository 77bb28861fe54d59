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
from tostrack.fetch.guard import RECEIVED_BYTES, ByteBudget
from tostrack.fetch.host_queue import Hosts, Slot
from tostrack.models import NotModified, Page, Snapshot, Validators
from tostrack.value import Value

log = logging.getLogger(__name__)

FetchSteps = Generator[Slot, None, Snapshot | NotModified]

MOST_REDIRECTS = 8
#: Seconds before the second and the third try.
BACKOFF = (2.0, 8.0)
#: Of the deadline, for a robots.txt: a page must still have time when its robots.txt was slow.
_ROBOTS_SHARE = 0.5


class FetchContext(Value):
    """The values that all journeys of a fetcher share."""

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
class _PageBudget:
    """The seconds and bytes that are left to one page, with its redirects, retries and robots.txt."""

    seconds: float
    received: ByteBudget


#: Asks an address, with so many seconds for it.
Ask = Callable[[str, float], HttpAnswer]


@dataclass
class _RequestState:
    """One attempt: where it has been, and what it carries."""

    page: Page
    validators: Validators
    now: datetime
    budget: _PageBudget
    #: Held while something is asked; waiting for it costs the page nothing.
    slot: AbstractContextManager[object] = field(default_factory=nullcontext)
    chain: list[str] = field(default_factory=list)
    cookies: RequestsCookieJar = field(default_factory=RequestsCookieJar)

    @property
    def remembers(self) -> bool:
        """Whether the servers may know it again."""
        return bool(self.cookies) or self.page.fetch == "browser"


def fetch_over_http(context: FetchContext, page: Page, validators: Validators | None, now: datetime) -> FetchSteps:
    """Fetch *page* over HTTP.

    Raises:
        FetchError: No usable answer, in spite of the retries that the cause is worth.
    """

    def attempt(budget: _PageBudget, start: str, not_before: float) -> FetchSteps:
        state = _RequestState(page, validators or Validators(), now, budget)

        def ask(url: str, seconds: float) -> HttpAnswer:
            return context.client.get(
                url,
                seconds=seconds,
                limit=context.max_bytes,
                headers=_conditions(state),
                cookies=state.cookies,
                budget=budget.received,
            )

        return (yield from _follow(context, state, ask, start, not_before))

    return (yield from _persist(context, page, attempt))


def fetch_in_browser(context: FetchContext, page: Page, _validators: Validators | None, now: datetime) -> FetchSteps:
    """Fetch *page* with the browser: robots.txt, turns, redirects and retries are those of every page.

    Nothing is asked conditionally: the same bytes may show another text, and the page is of no use without it.

    Raises:
        FetchError: No usable answer, or there is no browser.
    """
    context.browser.check(page.url)

    def attempt(budget: _PageBudget, start: str, not_before: float) -> FetchSteps:
        tab = BrowserPage(context.browser, context.client.guard, page.select)
        state = _RequestState(page, Validators(), now, budget, context.browser.slots)

        def ask(url: str, seconds: float) -> HttpAnswer:
            return tab.get(url, seconds=seconds, limit=context.max_bytes)

        try:
            return (yield from _follow(context, state, ask, start, not_before))
        finally:
            tab.close()

    return (yield from _persist(context, page, attempt))


def _persist(context: FetchContext, page: Page, attempt: Callable[[_PageBudget, str, float], FetchSteps]) -> FetchSteps:
    """Make attempts until one succeeds or no further one is worth it."""
    start = normal_url(page.url)
    tries = (*BACKOFF, None)
    budget = _PageBudget(context.deadline, ByteBudget(len(tries) * context.max_bytes + RECEIVED_BYTES))
    not_before = 0.0
    for pause in tries:
        try:
            return (yield from attempt(budget, start, not_before))
        except FetchError as error:
            if pause is None or not _worth_a_retry(error, budget, context.max_wait):
                raise
            log.info("%s: %s, asked again in %d s or later", host_of(start), error.cause, pause)
            not_before = context.monotonic() + max(pause, error.retry_after or 0.0)
    raise AssertionError("the last try returns or raises")


#: How a page is fetched, by `Page.fetch`.
FETCH_STEPS: Mapping[str, Callable[[FetchContext, Page, Validators | None, datetime], FetchSteps]] = {
    "http": fetch_over_http,
    "browser": fetch_in_browser,
}


def _worth_a_retry(error: FetchError, budget: _PageBudget, max_wait: float) -> bool:
    if error.cause in ("robots-unreachable", "aborted") or (error.retry_after or 0.0) > max_wait:
        return False
    return error.transient and budget.seconds > 0


def _follow(context: FetchContext, state: _RequestState, ask: Ask, start: str, not_before: float) -> FetchSteps:
    """Ask *start* and follow its redirects."""
    url = start
    while True:
        _check_loop(state, url)
        state.chain.append(url)
        answer = yield from _ask(context, state, ask, url, not_before)
        if not answer.location:
            return _result(state, url, answer)
        url, not_before = _next_url(context, url, answer.location), 0.0


def _check_loop(state: _RequestState, url: str) -> None:
    # A consent page sends its visitor back once, with a cookie.
    if state.chain.count(url) > (1 if state.remembers else 0):
        raise FetchError(f"{state.chain[0]}: redirected in a circle, back to {url}", cause="redirect-loop")
    if len(state.chain) > MOST_REDIRECTS:
        raise FetchError(f"{state.chain[0]}: redirected more than {MOST_REDIRECTS} times", cause="redirect-loop")


def _next_url(context: FetchContext, url: str, location: str) -> str:
    target = normal_url(location, cause="redirect-scheme")
    if url.startswith("https:") and target.startswith("http:"):
        raise FetchError(f"{url}: redirected from https down to {target}", cause="redirect-scheme")
    guard = context.client.guard
    if guard.allows_private(host_of(target)) and not guard.allows_private(host_of(url)):
        # What is allowed for our own pages is not allowed to anyone who can make a public page redirect.
        raise FetchError(f"{url}: redirected into the private network, to {target}", cause="forbidden-address")
    return target


def _ask(
    context: FetchContext, state: _RequestState, ask: Ask, url: str, not_before: float
) -> Generator[Slot, None, HttpAnswer]:
    """Return the answer of *url*, which its robots.txt allows."""
    host = host_of(url)
    while True:
        rules = context.memory.recall(origin_of(url), context.monotonic())
        if rules is not None:
            rules.check(url)
        _check_open(context, host)
        yield Slot(host, not_before)
        # Another task may have learned the rules, or been sent away, while this one waited.
        _check_open(context, host)
        rules = context.memory.recall(origin_of(url), context.monotonic())
        if rules is None:
            yield from _learn_rules(context, state, url)
        else:
            rules.check(url)
            break
    with state.slot:
        answer = _exchange(context, state.budget, url, lambda seconds: ask(url, seconds))
    if answer.status in WHOLE or answer.status == 304 or answer.location:
        return answer
    retry_after = retry_after_of(answer, state.now)
    if retry_after and retry_after > context.max_wait:
        context.hosts.close(host, context.monotonic() + retry_after, answer.status)
    elif retry_after:
        context.hosts.pause(host, context.monotonic() + retry_after)
    raise describe_refusal(url, answer.status, retry_after)


def _check_open(context: FetchContext, host: str) -> None:
    """Raise why *host* is not to be asked: it said so for longer than a run waits, or it does not answer."""
    now = context.monotonic()
    if (closed := context.hosts.closed(host, now)) is None:
        return
    if closed.status is not None:
        raise describe_refusal(host, closed.status, closed.until - now)
    raise FetchError(
        f"{host}: not asked, for it did not answer several times in a row ({closed.cause})", cause=closed.cause
    )


#: What is the matter with a host and not with a page.
_DOWN = frozenset({"dns", "connect", "tls", "timeout"})


def _exchange(
    context: FetchContext, budget: _PageBudget, url: str, ask: Callable[[float], HttpAnswer], share: float = 1.0
) -> HttpAnswer:
    """Return the answer that *ask* gets from *url*, at the expense of *budget*; log its status and its seconds."""
    started, outcome, host = context.monotonic(), "", host_of(url)
    try:
        answer = ask(budget.seconds * share)
        outcome = f"status {answer.status}, {len(answer.body):,} bytes"
    except FetchError as error:
        outcome = error.cause
        if error.cause in _DOWN:
            context.hosts.failed(host, error.cause, context.monotonic())
        raise
    finally:
        spent = context.monotonic() - started
        budget.seconds -= spent
        # Without the query, which may hold what is meant for the server alone.
        log.debug("GET %s: %s in %.2f s", url.partition("?")[0], outcome or "stopped", spent)
    context.hosts.answered(host)
    return answer


def _conditions(state: _RequestState) -> dict[str, str]:
    """Return the headers that let a server answer 304."""
    known = state.validators
    # Behind a redirect only the ETag: a date could make another page, older than ours, pass for the one we know.
    dated = known.last_modified if len(state.chain) == 1 else ""
    headers = {"If-None-Match": known.etag, "If-Modified-Since": dated}
    return {name: value for name, value in headers.items() if value and value.isprintable()}


def _result(state: _RequestState, url: str, answer: HttpAnswer) -> Snapshot | NotModified:
    if answer.status == 304:
        if not _conditions(state):
            raise describe_refusal(url, 304)
        return NotModified(state.page.url, state.now)
    if not answer.body or answer.body.isspace():
        raise FetchError(f"{url}: the server answered {answer.status} and nothing else", cause="empty")
    return Snapshot(state.page.url, state.now, answer.status, answer.body, answer.headers, tuple(state.chain))


def _learn_rules(context: FetchContext, state: _RequestState, url: str) -> Generator[Slot, None, None]:
    """Ask the robots.txt of *url*'s origin, in the turn that was just given, and remember what it says.

    A second try before its silence counts: it is a no to all documents of the host.

    Raises:
        FetchError: The host itself cannot be reached, which then is what the page's reader should hear.
    """
    origin = origin_of(url)
    rules = yield from _read_rules(context, state, f"{origin}/robots.txt")
    if (failure := rules.unreachable) and (failure.retry_after or 0.0) <= context.max_wait and state.budget.seconds > 0:
        yield Slot(host_of(url), context.monotonic() + max(BACKOFF[0], failure.retry_after or 0.0))
        rules = yield from _read_rules(context, state, f"{origin}/robots.txt")
    context.memory.keep(origin, rules, context.monotonic())
    context.hosts.slow_down(host_of(url), rules.crawl_delay)


def _read_rules(context: FetchContext, state: _RequestState, first: str) -> Generator[Slot, None, robots.Rules]:
    address = first
    for _ in range(robots.MOST_REDIRECTS + 1):
        try:
            answer = _robots_answer(context, state.budget, address)
            if answer.location:
                address = _next_url(context, address, answer.location)
        except FetchError as error:
            if error.cause in ("dns", "connect", "tls", "forbidden-address", "aborted"):
                raise
            return robots.rules_when_unreachable(first, f"no answer ({error.cause})")
        if not answer.location:
            return robots.parse_robots(first, answer.status, answer.body, retry_after_of(answer, state.now))
        yield Slot(host_of(address))
    return robots.Rules()  # RFC 9309, 2.3.1.2: behind too many redirects there is none


def _robots_answer(context: FetchContext, budget: _PageBudget, address: str) -> HttpAnswer:
    return _exchange(
        context,
        budget,
        address,
        lambda seconds: context.client.get(
            address, seconds=seconds, limit=robots.PARSED_BYTES, cut=True, budget=budget.received
        ),
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
