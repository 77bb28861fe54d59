"""The browser's only way out: a proxy on loopback that connects to nothing that the guard would not.

A browser resolves names, follows redirects and loads what pages name by itself. It gets no network but this: every
connection of a page, WebSockets and what scripts ask for included, is made here, by the same check as all others.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from typing import Any
from urllib.parse import urlsplit

from tostrack.errors import FetchError
from tostrack.fetch.guard import CONNECT_PATIENCE, LOOKUP_PATIENCE, Guard, strip_zone

#: Host and port to a connected socket; raises `FetchError`. Runs in a thread.
Connect = Callable[[str, int], socket.socket]

#: Bytes and connections of one page with all it loads. Heavy pages take 20 MB over 200 connections.
MOST_BYTES = 100_000_000
MOST_CONNECTIONS = 1_000
_PIECE = 1 << 16
#: Most bytes of a request's head.
_HEAD = 1 << 17
#: A connection that ends or says nothing sensible concerns nobody but the two at its ends.
_BROKEN = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError)
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})\r$", re.IGNORECASE | re.MULTILINE)
#: What says how to treat the connection between two neighbours, and is not for the next one.
_HOP_BY_HOP = re.compile(rb"^(?:proxy-[a-z-]+|connection|keep-alive):[^\n]*\n", re.IGNORECASE | re.MULTILINE)


def connector(guard: Guard, *, private: Callable[[], bool]) -> Connect:
    """Return what connects to the hosts that *guard* allows.

    Args:
        guard: Knows which addresses are public and which hosts need not be.
        private: Says whether the page may use the latter: a public page may not reach into the private network.
    """

    def connect(host: str, port: int) -> socket.socket:
        if guard.allows_private(host) and not private():
            raise FetchError(f"{host}: a public page may not load from the private network", cause="forbidden-address")
        with guard.exchange(LOOKUP_PATIENCE + CONNECT_PATIENCE):
            return guard.connect(host, port)

    return connect


def refuse_connection(host: str, port: int) -> socket.socket:
    """Connect to nothing: what the browser asks for on its own account.

    Raises:
        FetchError: Always.
    """
    raise FetchError(f"{host}:{port}: not asked for by any page", cause="forbidden-address")


class Proxy:
    """Serves one page at a time on a loopback port of its own. Lives in one event loop."""

    def __init__(self, connect: Connect, executor: Executor) -> None:
        self._connect = connect
        self._executor = executor
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._bytes = 0
        self._connections = 0
        #: Why a host was not connected to, by host.
        self.failures: dict[str, FetchError] = {}

    async def start(self) -> str:
        """Listen, and return the address for ``--proxy-server``."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD)
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}"

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A transport says good-bye in the loop's next round.
        await asyncio.sleep(0)

    @property
    def exhausted(self) -> bool:
        """Whether the page used up what one page may take."""
        return self._bytes > MOST_BYTES or self._connections > MOST_CONNECTIONS

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, which is for one request or one tunnel."""
        with _ended(writer), contextlib.suppress(*_BROKEN):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
            tunnel = method == "CONNECT"
            address = urlsplit(f"//{target}" if tunnel else target)
            host, port = address.hostname or "", address.port or 80
            try:
                server = await self._reach(host, port)
            except FetchError as error:
                self.failures[strip_zone(host)] = error
                if tunnel:
                    writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                    await writer.drain()
                return
            theirs, ours = await asyncio.open_connection(sock=server, limit=_HEAD)
            with _ended(ours):
                if tunnel:
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    await self._both(self._pass(reader, ours), self._pass(theirs, writer))
                else:
                    ours.write(_origin_form(head, method, target))
                    await self._both(self._pass(reader, ours, _length(head)), self._answer(theirs, writer))

    async def _reach(self, host: str, port: int) -> socket.socket:
        if self.exhausted:
            raise FetchError(f"{host}: the page loads more than a page may", cause="too-large")
        connecting = asyncio.get_running_loop().run_in_executor(self._executor, self._connect, host, port)
        try:
            server = await asyncio.shield(connecting)
        except asyncio.CancelledError:
            connecting.add_done_callback(_hang_up)
            raise
        server.setblocking(False)
        return server

    async def _both(self, there: Coroutine[Any, Any, None], back: Coroutine[Any, Any, None]) -> None:
        """Pass bytes on both ways until the server has no more."""
        sending = asyncio.create_task(there)
        try:
            await back
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on an answer as the last of its connection: the next request may be for another host."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            writer.write(error.partial)
            return
        first, fields = head.split(b"\r\n", 1)
        writer.write(first + b"\r\nConnection: close\r\n" + _HOP_BY_HOP.sub(b"", fields))
        await self._pass(reader, writer)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: float = float("inf")
    ) -> None:
        """Pass on what comes, at *most* so many bytes, until there is no more or the page has had too many."""
        while most > 0 and not self.exhausted and (piece := await reader.read(int(min(most, _PIECE)))):
            most -= len(piece)
            self._bytes += len(piece)
            writer.write(piece)
            await writer.drain()
        if most == float("inf") and writer.can_write_eof():
            writer.write_eof()


@contextlib.contextmanager
def _ended(writer: asyncio.StreamWriter) -> Iterator[None]:
    """Close *writer* in the end: gently, so that what was written arrives, or at once if the page is gone."""
    try:
        yield
    except asyncio.CancelledError:
        writer.transport.abort()
        raise
    finally:
        writer.close()


def _hang_up(connecting: asyncio.Future[socket.socket]) -> None:
    """Close the connection that nobody waits for any more."""
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


def _length(head: bytes) -> int:
    """Return the length of the body that the request *head* announces; a browser announces it or sends none."""
    found = _LENGTH.search(head)
    return int(found[1]) if found else 0


def _origin_form(head: bytes, method: str, target: str) -> bytes:
    """Return the request *head* as the server is asked: a path instead of an address, one request a connection."""
    path = "/" + "".join(target.split("/", 3)[3:])
    fields = _HOP_BY_HOP.sub(b"", head.split(b"\r\n", 1)[1])
    return f"{method} {path} HTTP/1.1\r\n".encode("latin-1") + b"Connection: close\r\n" + fields
