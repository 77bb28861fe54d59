"""Every way in which a fetch fails, in one vocabulary, and other libraries' exceptions put into its words."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator, Mapping

import requests
import urllib3

from tostrack.errors import FetchError

#: ``FetchError.cause`` is one of these words; ``http-NNN`` has the status.
CAUSES: Mapping[str, str] = {
    "bad-url": "not an http(s) address, or one with a password, a backslash or a control character in it",
    "dns": "the host name has no address, or the name server did not answer",
    "connect": "no connection: refused, unreachable or filtered",
    "tls": "the certificate is not valid for this host, or the handshake failed",
    "timeout": "the server was silent, or the answer not complete, or a page's text not at rest, at the deadline",
    "reset": "the server hung up before it answered, or in the middle",
    "truncated": "the answer ended before its end: length, last chunk, gzip trailer or </html> is missing",
    "encoding": "the body is not what its Content-Encoding says, or in one that was not asked for",
    "bad-response": "what came back is not HTTP",
    "too-large": "more than the cap, counted after decompression",
    "empty": "a success without a body",
    "http-NNN": "the server answered with this status",
    "redirect-loop": "the redirects return to an address that was asked already, or there are too many",
    "redirect-scheme": "a redirect to something other than http(s), or from https down to http",
    "robots": "robots.txt forbids the address",
    "robots-unreachable": "robots.txt could not be read, and that means no (RFC 9309, 2.3.1.4)",
    "forbidden-address": "the host is on an address that is not public, and the watchlist does not allow it",
    "needs-browser": 'the page is declared `fetch = "browser"`, and the extra or Chromium is not installed',
    "browser": "the browser did not start, or broke down over the page",
    "not-a-page": "the browser was sent a file where a page was expected",
    "aborted": "the run was stopped",
}

#: Worth another try within the run. 52x: Cloudflare's words for an origin that did not answer.
_TRANSIENT_STATUSES = {408, 429, 502, 503, 504, *range(520, 525)}


def describe_refusal(url: str, status: int, retry_after: float | None = None) -> FetchError:
    """Return the error that says the server answered *status*."""
    return FetchError(
        f"{url}: the server answered {status}",
        cause=f"http-{status}",
        transient=status in _TRANSIENT_STATUSES,
        status=status,
        retry_after=retry_after,
    )


def describe_truncation(url: str, what: str) -> FetchError:
    """Return the error that says the answer was cut before *what*."""
    return FetchError(f"{url}: the answer was cut before {what}", cause="truncated", transient=True)


def translate_error(url: str, error: Exception) -> FetchError:
    """Return *error*, raised by requests, urllib3 or the standard library while *url* was fetched, in our words."""
    found = list(_inside(error))
    for kinds, cause, finding, transient in _WORDS:
        if any(isinstance(each, kinds) for each in found):
            reasons = [each.verify_message for each in found if isinstance(each, ssl.SSLCertVerificationError)]
            return FetchError(f"{url}: {': '.join([finding, *reasons[:1]])}", cause=cause, transient=transient)
    return FetchError(f"{url}: no usable answer ({type(error).__name__})", cause="bad-response")


#: In order: the first line with a kind among the nested errors decides. A timeout during TLS is a timeout.
_WORDS: tuple[tuple[tuple[type[BaseException], ...], str, str, bool], ...] = (
    ((TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError), "timeout", "the server took too long", True),
    ((ConnectionError, http.client.RemoteDisconnected), "reset", "the server hung up", True),
    (
        (http.client.IncompleteRead, urllib3.exceptions.IncompleteRead, urllib3.exceptions.InvalidChunkLength),
        *("truncated", "the answer was cut before its end", True),
    ),
    ((ssl.SSLError, ssl.CertificateError, urllib3.exceptions.SSLError), "tls", "no secure connection", False),
    ((http.client.HTTPException, ValueError), "bad-response", "what came back is not proper HTTP", False),
    ((OSError,), "reset", "the connection broke", True),
)


def _inside(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and what it wraps: these libraries keep the cause in `args`, `reason` or `__cause__`.

    requests' own are left out but for timeouts: they are `OSError`s one and all, which here would say too much.
    """
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            if isinstance(each, requests.Timeout) or not isinstance(each, requests.RequestException):
                yield each
            waiting += [*each.args, getattr(each, "reason", None), each.__cause__]
