"""The only way out: no connection to an address that is not public, and no byte awaited beyond the deadline.

Every request of tostrack goes through a `GuardedAdapter`. The check is where the connection is made, on the very
address that is then connected to: however a URL is spelled, wherever a redirect or the DNS points, it cannot be passed.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext
from typing import Any

import certifi
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from tostrack.errors import FetchError
from tostrack.fetch.resolver import Lookup, Resolved, Resolver, resolve

#: Seconds for a name server to answer, for one address to accept, and for one read. The deadline of the whole fetch
#: is the Fetcher's.
LOOKUP_PATIENCE = 15.0
CONNECT_PATIENCE = 10.0
READ_PATIENCE = 30.0

#: Not for us although `is_global` says yes on one Python version or another (docs/upstream.md): 6to4 relays, protocol
#: assignments, IPv4-compatible, local NAT64, Teredo and its neighbours, documentation, segment routing, site-local.
_NOT_PUBLIC = [
    *map(ip_network, ("192.88.99.0/24", "192.0.0.0/24", "100.64.0.0/10")),
    *map(ip_network, ("::/96", "64:ff9b:1::/48", "2001::/23", "3fff::/20", "5f00::/16", "fec0::/10")),
]
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Return whether *address* is one that anybody on the internet may be asked at."""
    ip: IPv4Address | IPv6Address | None = ip_address(address.partition("%")[0])
    while ip is not None:
        if not ip.is_global or ip.is_multicast or any(ip in network for network in _NOT_PUBLIC):
            return False
        ip = _embedded(ip)
    return True


def _embedded(ip: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that *ip* leads to, if it is a translated one."""
    if isinstance(ip, IPv4Address):
        return None
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def strip_zone(host: str) -> str:
    """Return *host* as hosts are compared: lower case, no brackets, no final dot."""
    return host.strip("[]").rstrip(".").lower()


#: Bytes of an answer beside its body: headers, and what surrounds chunks.
RECEIVED_BYTES = 1 << 20


@dataclass
class ByteBudget:
    """Bytes that may still come of several requests together, such as those of one page."""

    left: int


class Exchange:
    """One request and its answer: how long it may take, and what its socket saw."""

    def __init__(self, deadline: float, monotonic: Callable[[], float]) -> None:
        self._deadline = deadline
        self._monotonic = monotonic
        self._socket: socket.socket | None = None
        self._lookup: Lookup | None = None
        #: Whether the server closed the connection while more was wanted.
        self.ended = False
        self.aborted = False
        #: Whether a connection was made, and whether any byte came back.
        self.connected = False
        self.received = False
        #: Bytes that may still come, of headers, framing and body together.
        self.allowance = RECEIVED_BYTES
        #: What this request shares with others; None for a single request.
        self.budget: ByteBudget | None = None

    def receive(self, count: int) -> None:
        """Note that *count* bytes came.

        Raises:
            FetchError: ``too-large``: more than `allowance` or the budget allows, whatever they were.
        """
        self.received = True
        self.allowance -= count
        if self.budget is not None:
            self.budget.left -= count
        if self.allowance < 0 or (self.budget is not None and self.budget.left < 0):
            raise FetchError("the server sends more bytes than an answer of this size can have", cause="too-large")

    def patience(self, most: float) -> float:
        """Return the seconds to wait for the next bytes, *most* at the most.

        Raises:
            TimeoutError: The deadline has passed, however lively the server is.
        """
        left = self._deadline - self._monotonic()
        if left <= 0 or self.aborted:
            raise TimeoutError("the deadline has passed")
        return min(left, most)

    @property
    def stale(self) -> bool:
        """Whether it only met a connection that was kept open and has since been given up by the server."""
        return not (self.connected or self.received or self.aborted)

    def addresses(self, resolver: Resolver, host: str, port: int) -> Resolved:
        """Return what *resolver* knows of *host*.

        Raises:
            TimeoutError: It did not answer in time.
        """
        self._lookup = Lookup(resolver, host, port)
        return self._lookup.result(self.patience(LOOKUP_PATIENCE))

    def uses(self, sock: socket.socket) -> None:
        """Remember *sock* as the one to shut down on `abort`."""
        self._socket = sock

    def abort(self) -> None:
        """End the exchange at once, from another thread."""
        self.aborted = True
        if self._lookup is not None:
            self._lookup.give_up()
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # already closed


class Guard:
    """Decides which addresses a host may be on, and connects to those only."""

    def __init__(
        self,
        allow_private: Collection[str] = (),
        *,
        monotonic: Callable[[], float],
        resolver: Resolver = resolve,
        any_address: bool = False,
    ) -> None:
        self._allowed = frozenset(map(strip_zone, allow_private))
        self._any_address = any_address
        self._monotonic = monotonic
        self._resolver = resolver
        self._current = threading.local()
        self._live: set[Exchange] = set()
        self._lock = threading.Lock()

    def allows_private(self, host: str) -> bool:
        """Return whether the watchlist lets *host* be on an address that is not public."""
        return self._any_address or strip_zone(host) in self._allowed

    @contextmanager
    def exchange(self, seconds: float) -> Iterator[Exchange]:
        """Give the requests of this thread *seconds* in all."""
        exchange = Exchange(self._monotonic() + seconds, self._monotonic)
        self._current.exchange = exchange
        with self._lock:
            self._live.add(exchange)
        try:
            yield exchange
        finally:
            with self._lock:
                self._live.discard(exchange)
            del self._current.exchange

    @property
    def current(self) -> Exchange:
        """The exchange of this thread."""
        exchange: Exchange = self._current.exchange
        return exchange

    def abort(self) -> None:
        """End every exchange that is under way in any thread."""
        with self._lock:
            for exchange in self._live:
                exchange.abort()

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a socket connected to one of the addresses that *host* may be asked at.

        Raises:
            FetchError: There is none (``forbidden-address``, ``dns``), or none answers (``connect``, ``timeout``).
        """
        addresses = self._addresses(host, port)
        failure: OSError = OSError("no address")
        for family, kind, protocol, _, address in addresses:
            sock = socket.socket(family, kind, protocol)
            try:
                self.current.uses(sock)
                sock.settimeout(self.current.patience(CONNECT_PATIENCE))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(address)
                self.current.connected = True
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        late = isinstance(failure, TimeoutError)
        raise FetchError(
            f"{host}: no connection ({failure.strerror or failure})",
            cause="timeout" if late else "connect",
            transient=True,
        ) from failure

    def _addresses(self, host: str, port: int) -> Resolved:
        try:
            found = self.current.addresses(self._resolver, host, port)
        except TimeoutError as error:
            raise FetchError(f"{host}: the name server did not answer", cause="dns", transient=True) from error
        except (OSError, UnicodeError) as error:
            # EAI_AGAIN is a resolver that did not answer; all else is its answer.
            again = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            raise FetchError(f"{host}: the name has no address", cause="dns", transient=again) from error
        if self.allows_private(host):
            return found
        public = [each for each in found if is_public(str(each[4][0]))]
        if found and not public:
            raise FetchError(
                f"{host}: {found[0][4][0]} is not a public address; if you mean it, set "
                f'allow_private = ["{strip_zone(host)}"] in [settings] of the watchlist',
                cause="forbidden-address",
            )
        return public


class _DeadlineSocket(io.RawIOBase):
    """A socket's bytes, awaited no longer than the exchange allows, with an eye on their end."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, exchange: Exchange) -> None:
        super().__init__()
        self._sock = sock
        self._raw = raw
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._sock.settimeout(self._exchange.patience(READ_PATIENCE))
        count: int | None = self._raw.readinto(buffer)
        if count:
            self._exchange.receive(count)
        elif count == 0:
            self._exchange.ended = True
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer that arrives over a `_DeadlineSocket`."""

    def __init__(self, sock: socket.socket, exchange: Exchange, **options: Any) -> None:
        super().__init__(sock, **options)
        self._exchange = exchange
        # 64 KiB: a page of 300 KB in five reads; the default of 8 KiB costs a system call for each.
        self.fp = io.BufferedReader(_DeadlineSocket(sock, self.fp.detach(), exchange), 1 << 16)

    def begin(self) -> None:
        super().begin()
        if self._exchange.ended:
            # http.client takes the headers so far for all of them (docs/upstream.md).
            raise http.client.IncompleteRead(b"")


class _Guarded:
    """The common part of both kinds of connection; mixed in before urllib3's class."""

    guard: Guard

    def _new_conn(self: Any) -> socket.socket:
        sock: socket.socket = self.guard.connect(self._dns_host, self.port)
        return sock

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.guard.current.uses(self.sock)  # type: ignore[attr-defined]

    def getresponse(self: Any) -> Any:
        exchange = self.guard.current
        exchange.uses(self.sock)
        self.response_class = lambda sock, **options: _Answer(sock, exchange, **options)
        return super().getresponse()  # type: ignore[misc]


class GuardedAdapter(HTTPAdapter):
    """requests' transport with a *guard* at every connection. Certificates are always verified."""

    def __init__(self, guard: Guard, *, ca_bundle: str | None = None) -> None:
        # False: an error is raised as it is; when to try again is not the transport's decision.
        # 1,000 hosts: beyond, the least recently used one loses its open connections.
        super().__init__(pool_connections=1000, pool_maxsize=1, max_retries=Retry(total=False))
        self._ca_bundle = ca_bundle
        mixed = {"guard": guard}
        plain = type("GuardedConnection", (_Guarded, HTTPConnection), mixed)
        secure = type("GuardedTLSConnection", (_Guarded, HTTPSConnection), mixed)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("GuardedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("GuardedTLSPool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }

    @cached_property
    def _tls(self) -> SSLContext:
        # One for all: reading the roots for each connection, as requests does, costs tens of milliseconds.
        context = create_urllib3_context()
        context.load_verify_locations(self._ca_bundle or certifi.where())
        return context

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Return the key of *request*'s pool; *verify* and *cert* are not looked at."""
        del verify, cert
        host, options = super().build_connection_pool_key_attributes(request, verify=True)
        if host["scheme"] == "https":
            options["ssl_context"] = self._tls
        return host, options

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave verification on, with the roots of the context."""
