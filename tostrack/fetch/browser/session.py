"""Pages that scripts write, read in the system's Chromium behind our own proxy."""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib.util
import os
import shutil
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from tostrack.errors import FetchError
from tostrack.fetch.browser.proxy import Proxy, refuse_connection

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Playwright

T = TypeVar("T")

#: Pages that are read at once: each is a process that computes.
TABS = 4
#: Seconds that ending something may take before it is left to die.
_GRACE = 5.0
#: Threads that connect for the pages: a browser opens six connections to a host at once.
_CONNECTORS = 32

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: What playwright itself does not switch off. The proxy is the only way out: no name is resolved by the browser, and
#: WebRTC and QUIC, which know no proxy, may not open a socket.
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # One is Chromium's name for it, the other that of the headless mode of older editions.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-domain-reliability",
    "--no-pings",
    "--mute-audio",
)


def find_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the path of the browser: what TOSTRACK_CHROMIUM says, or the first on PATH."""
    if named := environment.get("TOSTRACK_CHROMIUM"):
        return shutil.which(named, path=environment.get("PATH"))
    found = (shutil.which(name, path=environment.get("PATH")) for name in _NAMES)
    return next((path for path in found if path), None)


def missing_browser(environment: Mapping[str, str] = os.environ) -> str:
    """Return what must be installed before a page can be read in a browser; empty when nothing is missing."""
    if importlib.util.find_spec("playwright") is None:
        return "pip install 'tostrack[browser]'"
    if find_chromium(environment) is None:
        return "apt-get install chromium, or set TOSTRACK_CHROMIUM to the program"
    return ""


def browser_agent(agent: str, version: str) -> str:
    """Return what the browser calls itself: what it is, and for whom it asks, in the form that crawlers use."""
    name, _, contact = agent.partition(" ")
    who = "; ".join(["compatible", name, *([contact.strip("()")] if contact else [])])
    major = version.partition(".")[0]
    engine = f"AppleWebKit/537.36 (KHTML, like Gecko; {who}) Chrome/{major}.0.0.0 Safari/537.36"
    return f"Mozilla/5.0 (X11; Linux x86_64) {engine}"


class Browser:
    """One Chromium for a whole run, started when the first page needs it. Safe to use from several threads.

    It lives in a thread with an event loop of its own; callers wait for what they ask for.
    """

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._live: set[concurrent.futures.Future[Any]] = set()
        self._starting: asyncio.Lock | None = None
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None
        #: The proxy of what no page asked for.
        self._nowhere: Proxy | None = None
        #: What the proxies connect in.
        self.connectors = concurrent.futures.ThreadPoolExecutor(_CONNECTORS, thread_name_prefix="browser-connect")
        #: Take one while a page is read.
        self.slots = threading.BoundedSemaphore(TABS)

    def check(self, url: str) -> None:
        """Return if pages can be read at all.

        Raises:
            FetchError: ``needs-browser``, with what to install.
        """
        if remedy := missing_browser():
            raise FetchError(f"{url}: needs a browser to be read: {remedy}", cause="needs-browser")

    @property
    def version(self) -> str:
        """The version of the browser that runs."""
        return self._chromium.version if self._chromium else ""

    def run(self, url: str, work: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
        """Return what *work* comes to in the browser's thread.

        Raises:
            FetchError: It raised one, took longer than *seconds* (``timeout``), or the run was stopped.
        """
        with self._lock:
            future = asyncio.run_coroutine_threadsafe(_bounded(url, work, seconds), self._running_loop())
            self._live.add(future)
        try:
            return future.result(seconds + 2 * _GRACE)
        except concurrent.futures.CancelledError:
            raise FetchError(f"{url}: the run was stopped", cause="aborted", transient=True) from None
        except TimeoutError:
            future.cancel()
            raise FetchError(f"{url}: the browser does not answer", cause="browser", transient=True) from None
        finally:
            with self._lock:
                self._live.discard(future)

    def end(self, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Do *work*, which ends something, unless the browser has ended anyway."""
        with self._lock:
            if self._loop is None:
                return
            ending = asyncio.run_coroutine_threadsafe(work(), self._loop)
        concurrent.futures.wait([ending], 4 * _GRACE)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            # A page that is gone leaves answers behind that nobody waits for any more; asyncio would print them.
            self._loop.set_exception_handler(lambda _loop, _context: None)
            self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
            self._thread.start()
        return self._loop

    async def context(self, proxy: str) -> BrowserContext:
        """Return a fresh browser context whose only way out is *proxy*, starting the browser if need be."""
        chromium = await self._running()
        return await chromium.new_context(
            proxy={"server": proxy},
            user_agent=browser_agent(self._agent, chromium.version),
            # The same edition of the page every night, wherever the run takes place.
            locale="en-US",
            timezone_id="UTC",
            reduced_motion="reduce",
            viewport={"width": 1280, "height": 1600},
            service_workers="block",
            accept_downloads=False,
        )

    async def _running(self) -> Chromium:
        from playwright.async_api import Error, async_playwright

        self._starting = self._starting or asyncio.Lock()
        async with self._starting:
            if self._chromium is not None and self._chromium.is_connected():
                return self._chromium
            await self.give_up()
            self._nowhere = Proxy(refuse_connection, self.connectors)
            root = os.geteuid() == 0
            try:
                self._playwright = await async_playwright().start()
                self._chromium = await self._playwright.chromium.launch(
                    executable_path=find_chromium(),
                    proxy={"server": await self._nowhere.start()},
                    args=list(_ARGUMENTS),
                    # Chromium's sandbox refuses to work for root.
                    chromium_sandbox=not root,
                    env={name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                )
            except Error as error:
                await self.give_up()
                raise FetchError(
                    f"Chromium does not start: {error.message.splitlines()[0]}", cause="browser", transient=True
                ) from error
            return self._chromium

    async def give_up(self) -> None:
        """End the browser, however it is; the next page gets a new one."""
        chromium, playwright, nowhere = self._chromium, self._playwright, self._nowhere
        self._chromium = self._playwright = self._nowhere = None
        if chromium is not None:
            await run_with_patience(chromium.close())
        if playwright is not None:
            await run_with_patience(playwright.stop())
        if nowhere is not None:
            await nowhere.close()

    def abort(self) -> None:
        """End everything that is under way; the browser stays usable."""
        with self._lock:
            for future in self._live:
                future.cancel()

    def close(self) -> None:
        """End the browser."""
        self.abort()
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        ending = asyncio.run_coroutine_threadsafe(self._end(), loop)
        concurrent.futures.wait([ending], 4 * _GRACE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_GRACE)
        if not thread.is_alive():
            loop.close()
        self.connectors.shutdown(wait=False, cancel_futures=True)

    async def _end(self) -> None:
        await self.give_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self._starting = None


async def _bounded(url: str, work: Callable[[], Coroutine[Any, Any, T]], seconds: float) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await work()
    except TimeoutError:
        raise FetchError(
            f"{url}: the page was not there, or its text not at rest, when the time was up",
            cause="timeout",
            transient=True,
        ) from None


async def run_with_patience(work: Coroutine[Any, Any, object]) -> bool:
    """Return whether *work*, which ends something, came to an end in a reasonable time."""
    from playwright.async_api import Error

    try:
        async with asyncio.timeout(_GRACE):
            await work
    except TimeoutError:
        return False
    except Error:
        return True  # it had ended already
    return True
