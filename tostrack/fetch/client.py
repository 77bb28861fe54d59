"""One request, one answer: no redirect, no retry, no robots; the task does those."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.cookies import RequestsCookieJar

from tostrack.errors import FetchError
from tostrack.fetch.body import check_end, decoded, encoding_of
from tostrack.fetch.failures import describe_truncation, translate_error
from tostrack.fetch.guard import ByteBudget, Exchange, Guard, GuardedAdapter, strip_zone
from tostrack.fetch.resolver import Resolver, resolve
from tostrack.value import Value

# Its warnings quote what servers send, and would reach a terminal raw.
logging.getLogger("urllib3").setLevel(logging.ERROR)

#: Only these bring a policy: 202 and 206 are a promise and a part of one.
WHOLE = frozenset({200, 203})
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_FOREIGN = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)
_PIECE = 1 << 16
#: For a request with a body: seconds for all of it, and bytes of the answer that are read.
_ASKED_SECONDS = 30.0
_ASKED_BYTES = 2_000_000


class HttpAnswer(Value):
    """The answer of a server. The body is there only when its status is one of those asked for, usually `WHOLE`."""

    status: int
    #: Names in lower case; without Set-Cookie, which names a session and is no evidence.
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    #: Where a redirect points, absolute; empty when it is none.
    location: str = ""


def normal_url(url: str, cause: str = "bad-url") -> str:
    """Return *url* as it is asked: quoted, host in ASCII, no fragment.

    Raises:
        FetchError: It is not http(s) (*cause*), or it is not safe to hand to two parsers (``bad-url``).
    """
    text = url.strip().replace(" ", "%20")
    if "\\" in text or not text.isprintable():
        # Parsers disagree about where the host ends in such an address.
        raise FetchError(f"{url[:200]!r}: an address with a backslash or a control character", cause="bad-url")
    try:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https"):
            raise FetchError(f"{url[:200]!r}: not an http(s) address", cause=cause)
        if "@" in parts.netloc:
            raise FetchError(f"{parts.hostname}: an address with a user name or password in it", cause="bad-url")
        prepared = requests.PreparedRequest()
        prepared.prepare_url(text, None)
        address = urlsplit(prepared.url or "")._replace(fragment="")
        if not address.hostname or parts.port == 0:
            raise FetchError(f"{url[:200]!r}: an address without a host or port", cause="bad-url")
    except (ValueError, requests.RequestException) as error:
        raise FetchError(f"{url[:200]!r}: not an address ({error})", cause="bad-url") from error
    return address.geturl()


def host_of(url: str) -> str:
    """Return the host of a normal *url*: the unit of politeness, whatever the port."""
    return strip_zone(urlsplit(url).hostname or "")


def origin_of(url: str) -> str:
    """Return scheme, host and port of a normal *url*: what a robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Client:
    """Asks servers, one request at a time per call; safe to use from several threads."""

    def __init__(
        self,
        agent: str,
        *,
        monotonic: Callable[[], float],
        allow_private: Collection[str] = (),
        resolver: Resolver = resolve,
        ca_bundle: str | None = None,
        any_address: bool = False,
    ) -> None:
        self.guard = Guard(allow_private, monotonic=monotonic, resolver=resolver, any_address=any_address)
        self._adapter = GuardedAdapter(self.guard, ca_bundle=ca_bundle)
        self._headers = {
            "User-Agent": agent,
            "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8",
            # Always the same words: a server that negotiates then sends the same edition every night.
            "Accept-Language": "en,*;q=0.5",
            # What the standard library can decode under a cap.
            "Accept-Encoding": "gzip, deflate",
        }

    def get(
        self,
        url: str,
        *,
        seconds: float,
        limit: int,
        cut: bool = False,
        headers: Mapping[str, str] | None = None,
        cookies: RequestsCookieJar | None = None,
        bodies: Collection[int] = WHOLE,
        budget: ByteBudget | None = None,
    ) -> HttpAnswer:
        """Return what the server of *url* (a normal one) says.

        Args:
            seconds: Time for all of it, from the connection to the last byte.
            limit: Most bytes of body, after decoding.
            cut: Take the first *limit* bytes of a longer body.
            cookies: Sent if they fit the address; new ones are put in.
            bodies: The statuses whose bodies are read.
            budget: All bytes that come are taken from it.

        Raises:
            FetchError: No whole answer; the cause says why.
        """
        # Session.send would add the environment's proxies, netrc passwords and its own redirects: ask the transport.
        request = requests.PreparedRequest()
        request.method, request.url = "GET", url
        request.prepare_headers({**self._headers, **(headers or {})})
        request.prepare_cookies(cookies)
        with self.guard.exchange(seconds) as exchange:
            # Compressed, chunked or padded: twice the body that is taken is more than any honest answer needs.
            exchange.allowance += 2 * limit
            exchange.budget = budget
            for last in (False, True):
                try:
                    return self._once(request, cookies, limit, cut=cut, bodies=bodies)
                except FetchError as error:
                    if exchange.aborted:
                        raise _stopped(url) from error
                    raise
                except _FOREIGN as error:
                    # Any server may close an idle connection; RFC 9112, 9.3.1: then ask again on a new one.
                    if last or not exchange.stale or translate_error(url, error).cause != "reset":
                        raise _failure(exchange, url, error) from error
                exchange.ended = False
        raise AssertionError("the last try returns or raises")

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Return the status and the beginning of what the server of *url* says to a request with a body: a webhook.

        It is asked once, and no redirect is followed: what is posted is meant for this address.

        Raises:
            FetchError: No answer; the cause says why.
        """
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, normal_url(url), body
        own = {"User-Agent": self._headers["User-Agent"], "Accept-Encoding": "identity"}
        request.prepare_headers({**own, "Content-Length": str(len(body)), **headers})
        answer = self.send(request)
        return answer.status_code, answer.content

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """Return the answer to *request*, with the beginning of its body; no redirect is followed.

        Raises:
            FetchError: No answer; the cause says why.
        """
        with self.guard.exchange(_ASKED_SECONDS) as exchange:
            # What is said behind the beginning is not read, however long it is.
            exchange.allowance += _ASKED_BYTES
            try:
                response = self._adapter.send(request, stream=True)
                try:
                    response._content = response.raw.read(_ASKED_BYTES, decode_content=False) or b""  # noqa: SLF001
                    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001
                finally:
                    response.close()
            except _FOREIGN as error:
                raise _failure(exchange, str(request.url), error) from error
        return response

    def _once(
        self,
        request: requests.PreparedRequest,
        cookies: RequestsCookieJar | None,
        limit: int,
        *,
        cut: bool,
        bodies: Collection[int],
    ) -> HttpAnswer:
        response = self._adapter.send(request, stream=True)
        try:
            if cookies is not None and response.cookies:
                cookies.update(response.cookies)
            return self._answer(str(request.url), response, limit, cut=cut, bodies=bodies)
        finally:
            response.close()

    def _answer(
        self, url: str, response: requests.Response, limit: int, *, cut: bool, bodies: Collection[int]
    ) -> HttpAnswer:
        status = response.status_code
        headers = {name.lower(): value for name, value in response.headers.items() if name.lower() != "set-cookie"}
        raw: urllib3.HTTPResponse = response.raw
        if status == 304:
            raw.read(decode_content=False)  # nothing, but it returns the connection to its pool
        target = headers.get("location", "") if status in REDIRECTS else ""
        body = self._body(url, raw, headers, limit, cut=cut) if status in bodies else b""
        return HttpAnswer(status, headers, body, _absolute(url, target) if target else "")

    def _body(self, url: str, raw: urllib3.HTTPResponse, headers: Mapping[str, str], limit: int, *, cut: bool) -> bytes:
        length = raw.length_remaining
        if length is not None and length > limit and not cut:
            raise FetchError(f"{url}: announces {length:,} bytes, more than {limit:,}", cause="too-large")
        encoding = encoding_of(url, headers)
        body = decoded(url, self._pieces(raw), encoding, limit, cut=cut)
        if length is None and not raw.chunked and not cut and not (encoding and body):
            check_end(url, headers, body)
        return body

    def _pieces(self, raw: urllib3.HTTPResponse) -> Iterator[bytes]:
        yield from raw.stream(_PIECE, decode_content=False)
        if raw.chunked and self.guard.current.ended:
            # urllib3 2.8.0 forgives an end that is cut inside the last chunk's "0 CRLF CRLF"; a "0" may be half a
            # number (contracts/workrounds.sh).
            raise urllib3.exceptions.ProtocolError("cut", urllib3.exceptions.IncompleteRead(0, 1))

    def abort(self) -> None:
        """End every request that is under way."""
        self.guard.abort()

    def close(self) -> None:
        """Close the pooled connections."""
        self._adapter.close()


def _stopped(url: str) -> FetchError:
    return FetchError(f"{url}: the run was stopped", cause="aborted", transient=True)


def _failure(exchange: Exchange, url: str, error: Exception) -> FetchError:
    """Return *error*, another library's, in our words, with what the *exchange* knows of it."""
    if exchange.aborted:
        return _stopped(url)
    failure = translate_error(url, error)
    if failure.cause == "bad-response" and exchange.ended:
        return describe_truncation(url, "the rest of what could have been proper HTTP")
    return failure


def _absolute(url: str, location: str) -> str:
    """Return where *location* points from *url*; servers write UTF-8 there, http.client reads Latin-1."""
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, location.strip())
    except ValueError:
        return location
