"""A way out for libraries that bring a session of their own: guarded, paced, and patient when a server asks for it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

from tostrack.errors import FetchError
from tostrack.fetch.client import Client, HttpAnswer, normal_url
from tostrack.fetch.failures import describe_refusal
from tostrack.fetch.fetch_task import BACKOFF, retry_after_of

#: What may be different in a moment.
_PASSING = frozenset({429, 500, 502, 503, 504})
#: Seconds to stay away after a 429 that does not say how long: what the Internet Archive asks for.
_SENT_AWAY = 60.0
#: Seconds for one request, and the longest wait that the server may ask for; beyond it the run ends.
_DEADLINE, _LONGEST_WAIT = 120.0, 300.0
#: Of a body, after decompression.
_MOST_BYTES = 10_000_000
#: An answer of 4xx and 5xx is read too: libraries look for the reason in it.
_BODIES = frozenset(range(200, 300)) | frozenset(range(400, 600))


class GuardedTransport(BaseAdapter):
    """requests' transport for one server, over a guarded *client*, one request after the other.

    Args:
        pause: Seconds to leave after a request to an address before the next one.
        mirrors: Where else the server of an origin is asked: ``https://archive.example`` to ``http://127.0.0.1:8080``.
    """

    def __init__(
        self,
        client: Client,
        *,
        pause: Callable[[str], float],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        mirrors: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._client = client
        self._pause = pause
        self._now = now
        self._monotonic = monotonic
        self._sleep = sleep
        self._mirrors = dict(mirrors or {})
        self._due = 0.0

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        """Return the answer to *request*, read to its end; proxies, certificates and timeouts of the session are void.

        Raises:
            FetchError: No answer, or the server sends us away (429) for longer than a run waits.
        """
        url = normal_url(str(request.url))
        for wait in (*BACKOFF, None):
            try:
                answer = self._ask(url)
            except FetchError as error:
                if wait is None or not error.transient:
                    raise
                self._stay_away(wait)
                continue
            if (asked := self._asked_wait(answer)) is None:
                break
            if wait is None or asked > _LONGEST_WAIT:
                if answer.status == 429:
                    raise describe_refusal(url, 429, asked)
                break
            self._stay_away(max(wait, asked))
        return _response(request, answer)

    def _asked_wait(self, answer: HttpAnswer) -> float | None:
        """Return the seconds to wait before asking for another answer; None where this one stays."""
        # What an archive has kept of a failure looks like one: RFC 7089, 2.1.1.
        if answer.status not in _PASSING or "memento-datetime" in answer.headers:
            return None
        return retry_after_of(answer, self._now()) or (_SENT_AWAY if answer.status == 429 else 0.0)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, url: str) -> HttpAnswer:
        if (wait := self._due - self._monotonic()) > 0:
            self._sleep(wait)
        try:
            return self._client.get(self._place(url), seconds=_DEADLINE, limit=_MOST_BYTES, bodies=_BODIES)
        finally:
            self._due = self._monotonic() + self._pause(url)

    def _stay_away(self, seconds: float) -> None:
        self._due = max(self._due, self._monotonic() + seconds)

    def _place(self, url: str) -> str:
        for origin, mirror in self._mirrors.items():
            if url.startswith(f"{origin}/"):
                return mirror + url.removeprefix(origin)
        return url


def _response(request: requests.PreparedRequest, answer: HttpAnswer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.url = str(request.url)
    response.request = request
    # The body is decoded already.
    kept = {name: value for name, value in answer.headers.items() if name != "content-encoding"}
    response.headers = CaseInsensitiveDict(kept)
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = io.BytesIO(answer.body)
    return response
