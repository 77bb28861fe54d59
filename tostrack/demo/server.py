"""Lumora on loopback: a server that answers with the pages of the night that is set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tostrack.demo.nights import NIGHTS, Night
from tostrack.demo.pages import ROBOTS, page
from tostrack.models import sha256
from tostrack.services.site.serve import run_in_thread


class DemoPlatform:
    """The running server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.night = NIGHTS[0]

    def show(self, night: Night) -> None:
        """Answer with the pages of *night* from now on."""
        self.night = night


@contextmanager
def serve() -> Iterator[DemoPlatform]:
    """Run Lumora on a free port of 127.0.0.1; it shows the first night until another is set."""
    server = _Server(("127.0.0.1", 0), _DemoHandler)
    with run_in_thread(server) as url:
        server.platform = DemoPlatform(url)
        yield server.platform


class _Server(ThreadingHTTPServer):
    platform: DemoPlatform


class _DemoHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; one connection each, so that no thread outlives its answer."""

    server: _Server
    #: Seconds; a client that sends nothing is let go.
    timeout = 10

    def do_GET(self) -> None:
        """Answer with a page, or 304 when the client has it already."""
        path = urlsplit(self.path).path
        if path == "/robots.txt":
            self._answer(200, ROBOTS, "text/plain; charset=utf-8")
        elif (html := page(self.server.platform.night, path)) is not None:
            self._answer(200, html, "text/html; charset=utf-8")
        else:
            self._answer(404, "<!DOCTYPE html><title>Not found</title><h1>Not found</h1>", "text/html; charset=utf-8")

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def _answer(self, status: int, text: str, content_type: str) -> None:
        body = text.encode()
        etag = f'"{sha256(body)[:32]}"'
        known = status == 200 and etag in self.headers.get("If-None-Match", "")
        self.send_response(304 if known else status)
        self.send_header("ETag", etag)
        self.send_header("Cache-Control", "no-cache")
        if not known:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not known and self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing: standard error belongs to the command."""
