"""A Wayback Machine on loopback: its index with resume keys and revisits, its playback with all that goes wrong there."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Kept:
    """One capture as the archive has it; *body* may be a function, for corpora that are read when they are asked for."""

    stamp: str
    url: str
    body: bytes | Callable[[], bytes] = b""
    status: int = 200
    media: str = "text/html"
    #: Where an archived redirect leads to.
    location: str = ""
    #: ``revisit``: the index says only that the bytes were those of before. ``missing``: the index names it and playback
    #: does not know it. ``elsewhere``: playback redirects to the stamp in ``other``.
    how: str = ""
    other: str = ""

    def content(self) -> bytes:
        return self.body() if callable(self.body) else self.body

    @property
    def digest(self) -> str:
        return base64.b32encode(hashlib.sha1(self.content()).digest()).decode()


def key(url: str) -> str:
    """Return what the archive files *url* under: without scheme, www and final slash."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return (parts.netloc.removeprefix("www.") + parts.path.rstrip("/") + query).lower()


@dataclass
class FakeWayback:
    """Serves *kept*; counts what it was asked for."""

    kept: Iterable[Kept]
    page: int = 1000
    #: Answers (status, Retry-After) given before anything else, one a request.
    refusals: list[tuple[int, str]] = field(default_factory=list)
    #: From so many playbacks on, everything is answered 503; for interrupted runs.
    breaks_after: int | None = None
    blocked: frozenset[str] = frozenset()
    #: Rows that the index has before its others.
    odd_rows: tuple[str, ...] = ()
    asked: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self.captures = sorted(self.kept, key=lambda each: each.stamp)
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fake.answer(self)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        if self.refusals:
            status, retry_after = self.refusals.pop(0)
            self.asked[f"refused {status}"] += 1
            return self.send(request, status, b"slow down", **({"Retry-After": retry_after} if retry_after else {}))
        if parts.path == "/cdx/search/cdx":
            self.asked["index"] += 1
            return self.index(request, {name: values[0] for name, values in parse_qs(parts.query).items()})
        self.asked["playback"] += 1
        if self.breaks_after is not None and self.asked["playback"] > self.breaks_after:
            return self.send(request, 503, b"try later")
        stamp, _, url = request.path.removeprefix("/web/").partition("id_/")
        return self.play(request, stamp, url)

    def index(self, request: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        if query["url"] in self.blocked:
            return self.send(
                request, 403, b"org.archive.util.io.RuntimeIOException: AdministrativeAccessControlException"
            )
        first, last = query.get("from", "0"), query.get("to", "9").ljust(14, "9")
        rows = [each for each in self.captures if key(each.url) == key(query["url"]) and first <= each.stamp <= last]
        start = int(query.get("resumeKey", "0"))
        size = min(int(query.get("limit", self.page)), self.page)
        lines = [*self.odd_rows]
        for each in rows[start : start + size]:
            revisit = each.how == "revisit"
            media, status = ("warc/revisit", "-") if revisit else (each.media, str(each.status))
            lines.append(f"{key(each.url)} {each.stamp} {each.url} {media} {status} {each.digest} 100")
        if start + size < len(rows):
            lines += ["", str(start + size)]
        return self.send(request, 200, ("\n".join(lines) + "\n").encode() if lines else b"", "text/plain")

    def play(self, request: BaseHTTPRequestHandler, stamp: str, url: str) -> None:
        same = [each for each in self.captures if key(each.url) == key(url) and each.how != "missing"]
        found = next((each for each in same if each.stamp == stamp), None)
        if found is None or found.how == "elsewhere":
            other = (
                found.other
                if found
                else min((each.stamp for each in same), key=lambda s: abs(int(s) - int(stamp)), default="")
            )
            if not other or (not found and any(each.stamp == stamp for each in self.captures)):
                return self.send(request, 404, b"Hrm. The Wayback Machine has not archived that URL.")
            return self.send(request, 302, b"", Location=f"https://web.archive.org/web/{other}id_/{url}")
        headers = {
            "Memento-Datetime": "Mon, 01 Jan 2024 00:00:00 GMT",
            "X-Archive-Orig-Server": "nginx",
            "Link": f'<{found.url}>; rel="original"',
        }
        if found.location:
            headers["Location"] = f"https://web.archive.org/web/{stamp}id_/{found.location}"
        return self.send(request, found.status, found.content(), found.media, **headers)

    def send(
        self, request: BaseHTTPRequestHandler, status: int, body: bytes, media: str = "text/html", **headers: str
    ) -> None:
        request.send_response(status)
        request.send_header("Content-Type", media)
        request.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)
