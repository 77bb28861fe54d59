"""One page in the browser: asked like any other page, read when its text is at rest."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tostrack.errors import FetchError
from tostrack.fetch.body import check_end
from tostrack.fetch.browser import page_ready
from tostrack.fetch.browser.proxy import Proxy, connector
from tostrack.fetch.browser.session import Browser, run_with_patience
from tostrack.fetch.client import WHOLE, HttpAnswer, host_of
from tostrack.fetch.guard import Guard, strip_zone
from tostrack.models import Selector

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Page, Request, Response

#: They bring no words and are most of what a page weighs.
_NO_TEXT = ("Image", "Media", "Font", "Ping", "CSPViolationReport")
#: What may still change the text while it is on its way.
_BRINGS_TEXT = frozenset({"document", "script", "xhr", "fetch", "stylesheet"})
#: They speak of the bytes that the browser got. Validators too: the text may change while the bytes stay.
_NOT_OURS = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "etag", "last-modified", "set-cookie", "content-type"}
)

#: The page as it is now, but for what is shown only where no scripts run; null when it is too large. Shadow roots,
#: frames that a script wrote, states of boxes, and what style sheets strike out, raise or number are written as markup.
_WRITE = """
(most) => {
  document.querySelectorAll("noscript").forEach((node) => node.remove());
  const shadowRoots = [];
  const write = (node) => {
    if (node.matches("input[type=checkbox], input[type=radio]")) node.toggleAttribute("checked", node.checked);
    else if (node.matches("option")) node.toggleAttribute("selected", node.selected);
    else if (node.matches("input[readonly], input[disabled]")) node.setAttribute("value", node.value);
    else if (node.matches("textarea")) node.textContent = node.value;
    else if (node.matches("iframe:not([srcdoc])") && !/^https?:/.test(node.src)) {
      const inside = node.contentDocument?.documentElement;
      if (inside?.innerText.trim()) node.setAttribute("srcdoc", inside.outerHTML);
    }
    const style = getComputedStyle(node);
    const struck = style.textDecorationLine.includes("line-through") && !node.matches("s, del, strike");
    if (struck) node.style.textDecorationLine = "line-through";
    if (style.verticalAlign === "super" && !node.matches("sup")) node.style.verticalAlign = "super";
    if (node.matches("ol") && style.listStyleType !== "decimal") node.style.listStyleType = style.listStyleType;
  };
  const walk = (root) => root.querySelectorAll("*").forEach((node) => {
    try { write(node); } catch { /* a page may lay traps in its elements */ }
    if (node.shadowRoot) { shadowRoots.push(node.shadowRoot); walk(node.shadowRoot); }
  });
  walk(document);
  const root = document.documentElement;
  const html = shadowRoots.length && root.getHTML
    ? root.cloneNode(false).outerHTML.replace(/<\\/html>$/, "") + root.getHTML({ shadowRoots }) + "</html>"
    : root.outerHTML;
  return html.length > most ? null : html;
}
"""

#: What Chromium says of the network (net_error_list.h), in order; what is in none is a trouble of the browser's own.
_WORDS: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("ERR_CERT_", "ERR_SSL_", "ERR_BAD_SSL"), "tls", False),
    (("ERR_CONTENT_LENGTH_MISMATCH", "ERR_INCOMPLETE_CHUNKED", "ERR_INCOMPLETE_HTTP2"), "truncated", True),
    (("ERR_CONTENT_DECODING",), "encoding", True),
    (("ERR_TIMED_OUT", "ERR_CONNECTION_TIMED_OUT"), "timeout", True),
    (("ERR_EMPTY_RESPONSE", "ERR_CONNECTION_", "ERR_NETWORK_CHANGED", "ERR_HTTP2_"), "reset", True),
    (("ERR_UNSAFE_REDIRECT", "ERR_DISALLOWED_URL_SCHEME", "ERR_UNKNOWN_URL_SCHEME"), "redirect-scheme", False),
    (("ERR_UNSAFE_PORT", "ERR_BLOCKED_BY_CLIENT"), "forbidden-address", False),
    (("ERR_",), "bad-response", False),
    (("Download is starting",), "not-a-page", False),
)


class BrowserPage:
    """A page with a memory of its own: cookies and storage live from `get` to `get` until it is closed.

    A redirect, or a script that leads elsewhere, is not followed but returned, as the HTTP client does: whether and
    when the next address may be asked is not the browser's decision.
    """

    def __init__(self, browser: Browser, guard: Guard, select: Sequence[Selector]) -> None:
        self._browser = browser
        self._guard = guard
        self._select = tuple(select)
        #: Whether the page that is asked may reach into the private network: only if it is there itself.
        self._private = False
        self._proxy = Proxy(connector(guard, private=lambda: self._private), browser.connectors)
        self._context: BrowserContext | None = None
        self._sight: _NetworkMonitor | None = None

    def get(self, url: str, *, seconds: float, limit: int) -> HttpAnswer:
        """Return the answer of *url*, a normal one, as the browser shows it.

        Args:
            seconds: Time for all of it, starting the browser included.
            limit: Most characters of the page.

        Raises:
            FetchError: No page at rest; the cause says why.
        """
        return self._browser.run(url, lambda: self._get(url, limit), seconds)

    def close(self) -> None:
        """Forget everything."""
        self._browser.end(self._close)

    async def _close(self) -> None:
        if self._context is not None and not await run_with_patience(self._context.close()):
            await self._browser.give_up()
        await self._proxy.close()

    async def _get(self, url: str, limit: int) -> HttpAnswer:
        from playwright.async_api import Error

        self._private = self._guard.allows_private(host_of(url))
        try:
            sight = self._sight = self._sight or await self._open()
            sight.expect()
            try:
                response = await sight.page.goto(url, wait_until="commit", timeout=0)
            except Error as error:
                if sight.turned:
                    return HttpAnswer(302, location=sight.turned)
                if sight.status and sight.status not in WHOLE:
                    # To a status without a body the browser has nothing to show.
                    return HttpAnswer(sight.status, sight.headers)
                raise self._failure(url, error.message) from error
            if response is None:
                raise FetchError(f"{url}: the browser shows nothing", cause="bad-response")
            return await self._read(url, sight, response, limit)
        except Error as error:
            raise self._failure(url, error.message) from error

    async def _open(self) -> _NetworkMonitor:
        self._context = await self._browser.context(await self._proxy.start())
        page = await self._context.new_page()
        session = await self._context.new_cdp_session(page)
        sight = _NetworkMonitor(page, session)
        self._context.on("page", sight.close_popup)
        await sight.start()
        return sight

    async def _read(self, url: str, sight: _NetworkMonitor, response: Response, limit: int) -> HttpAnswer:
        headers = await response.all_headers()
        if response.status not in WHOLE:
            return HttpAnswer(response.status, headers)
        if headers.get("content-type", "").lower().startswith("application/pdf"):
            raise FetchError(
                f'{url}: a PDF is read without a browser: leave out `fetch = "browser"`', cause="not-a-page"
            )
        await self._at_rest(url, sight)
        if sight.turned:
            return HttpAnswer(302, location=sight.turned)
        if sight.ends_with_connection and not {"content-length", "transfer-encoding"} & set(headers):
            check_end(url, headers, await response.body())
        html = await sight.page.evaluate(_WRITE, limit)
        if html is None:
            raise FetchError(f"{url}: the page is larger than {limit:,} characters", cause="too-large")
        body = f"<!DOCTYPE html>\n{html}\n".encode("utf-8", "replace")
        return HttpAnswer(response.status, _described(headers, self._browser.version), body)

    async def _at_rest(self, url: str, sight: _NetworkMonitor) -> None:
        """Return when the text has settled, or a script has led elsewhere."""
        from playwright.async_api import Error

        rest = page_ready.PageReady(selected=bool(self._select))
        groups = page_ready.selectors_to_watch(self._select)
        clock = asyncio.get_running_loop().time
        while not sight.turned:
            if sight.cut:
                raise self._failure(url, sight.cut)
            if self._proxy.exhausted:
                raise FetchError(f"{url}: the page loads more than a page may", cause="too-large")
            try:
                seen = await sight.page.evaluate(page_ready.READ, groups)
            except Error as error:
                # A page may rewrite itself; the reading after that is as good.
                if "context was destroyed" not in error.message:
                    raise
                seen = {"loading": True}
            if not seen["loading"] and sight.whole:
                reading = page_ready.PageView(clock(), seen["wanted"], seen["complete"], seen["whole"], sight.busy)
                if rest.settled(reading):
                    return
            await asyncio.sleep(page_ready.INTERVAL)

    def _failure(self, url: str, message: str) -> FetchError:
        """Return what went wrong: the proxy knows it better than the browser, which is not given the reasons."""
        known = self._proxy.failures.get(strip_zone(host_of(url)))
        if known is not None:
            return FetchError(str(known), cause=known.cause, transient=known.transient)
        finding = message.removeprefix("Page.goto: ").splitlines()[0].split(" at http")[0]
        for words, cause, transient in _WORDS:
            if any(word in message for word in words):
                return FetchError(f"{url}: {finding}", cause=cause, transient=transient)
        return FetchError(f"{url}: the browser broke down ({finding})", cause="browser", transient=True)


def _described(headers: Mapping[str, str], version: str) -> dict[str, str]:
    """Return *headers* as they describe what the browser made of the answer."""
    kept = {name.lower(): value for name, value in headers.items() if name.lower() not in _NOT_OURS}
    return kept | {"content-type": "text/html; charset=utf-8", "tostrack-rendered-by": f"Chromium {version}"}


class _NetworkMonitor:
    """Observes a page while it loads, and decides where it may go."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self.page = page
        self._session = session
        self._frame = ""
        self._expected = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: set[Request] = set()
        self._main: Request | None = None
        #: Where the page wants to lead, once it does.
        self.turned = ""
        #: What cut the page itself short, and whether it arrived in full.
        self.cut = ""
        self.whole = False
        #: What the server said first, and whether over HTTP/1, where a body may end just so.
        self.status = 0
        self.headers: dict[str, str] = {}
        self.ends_with_connection = False
        page.on("request", self._requested)
        page.on("requestfinished", self._finished)
        page.on("requestfailed", self._failed)

    async def start(self) -> None:
        """Check every request that leads elsewhere or brings no text."""
        tree = await self._session.send("Page.getFrameTree")
        self._frame = tree["frameTree"]["frame"]["id"]
        self._session.on("Fetch.requestPaused", lambda event: self._do(self._decide(event)))
        self._session.on("Network.responseReceived", self._received)
        await self._session.send("Network.enable")
        patterns = [{"resourceType": kind} for kind in ("Document", *_NO_TEXT)]
        await self._session.send("Fetch.enable", {"patterns": patterns})

    def expect(self) -> None:
        """Let the next address of the page pass: it is the one that was asked for."""
        self._expected = True
        self._main = None
        self.turned = self.cut = ""
        self.whole = False
        self.status = 0
        self._open.clear()

    @property
    def busy(self) -> bool:
        """Whether anything is on its way that may change the text."""
        return bool(self._open)

    def close_popup(self, popup: Page) -> None:
        """Close a page that the page opened."""
        self._do(self._ended(popup))

    async def _ended(self, popup: Page) -> None:
        await run_with_patience(popup.close())

    async def _decide(self, event: Mapping[str, Any]) -> None:
        from playwright.async_api import Error

        request, number = event["request"], {"requestId": event["requestId"]}
        try:
            if event["resourceType"] != "Document":
                await self._session.send("Fetch.failRequest", number | {"errorReason": "BlockedByClient"})
            elif event["frameId"] != self._frame or self._expected:
                self._expected = self._expected and event["frameId"] != self._frame
                await self._session.send("Fetch.continueRequest", number)
            else:
                # A form that sends itself cannot be followed by asking for its address.
                self.turned = self.turned or (request["url"] if request["method"] == "GET" else "")
                await self._session.send("Fetch.failRequest", number | {"errorReason": "Aborted"})
        except Error:
            return  # the page is gone, and its requests with it

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _requested(self, request: Request) -> None:
        if self._main is None and request.is_navigation_request() and request.frame == self.page.main_frame:
            self._main = request
        if request.resource_type in _BRINGS_TEXT:
            self._open.add(request)

    def _received(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "Document" and event.get("frameId") == self._frame:
            answered = event["response"]
            self.status = int(answered["status"])
            self.headers = {name.lower(): value for name, value in answered["headers"].items()}
            self.ends_with_connection = str(answered.get("protocol", "")).startswith("http/1")

    def _finished(self, request: Request) -> None:
        self._open.discard(request)
        self.whole = self.whole or request == self._main

    def _failed(self, request: Request) -> None:
        self._open.discard(request)
        if request == self._main:
            self.cut = request.failure or "cut"
