"""The site on loopback, for the one who writes it."""

from __future__ import annotations

import html
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

from tostrack.errors import ConfigError
from tostrack.notify.endpoint import read_length
from tostrack.services.site.review_form import LONGEST_FORM, ReviewForm

#: Seconds between two looks at the archive: after a crawl, before anybody reaches for the browser.
_LOOK = 1.0
_ANSWER = '<!DOCTYPE html><title>Review</title><p>{}</p><p><a href="/">To the site</a></p>'


@contextmanager
def serve_site(folder: Path, port: int, form: ReviewForm | None = None) -> Iterator[str]:
    """Serve *folder* on 127.0.0.1 and give the address.

    Args:
        folder: A site.
        port: 0 takes a free one.
        form: For the pages of changes; without it nothing can be sent.

    Raises:
        ConfigError: The port is taken.
    """
    try:
        server = _SiteServer(("127.0.0.1", port), partial(_SiteHandler, form, directory=str(folder)))
    except OSError as error:
        raise ConfigError(f"--port {port}: cannot listen there ({error.strerror}); 0 takes a free one") from error
    with run_in_thread(server) as url:
        yield f"{url}/"


@contextmanager
def run_in_thread(server: HTTPServer) -> Iterator[str]:
    """Let *server* answer beside what the caller does, and yield its address."""
    with server:
        # The default interval of half a second is how long shutdown() would wait.
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def rebuild_when_changed(database: Path, stop: Event | None = None) -> Iterator[None]:
    """Yield after each time that *database* was written from now on, until *stop* is set: once it is still again."""
    return _changes(database, _state(database), stop or Event())


def _changes(database: Path, known: tuple[int, int], stop: Event) -> Iterator[None]:
    seen = known
    while not stop.wait(_LOOK):
        now = _state(database)
        if now == seen and now != known:
            known = now
            yield
        seen = now


def _state(database: Path) -> tuple[int, int]:
    try:
        found = database.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _is_loopback(host: str) -> bool:
    """Return whether a Host header names this machine: ``localhost``, ``127.0.0.1`` or ``[::1]``, with any port."""
    return re.sub(r":\d{1,5}$", "", host).lower().rstrip(".") in ("localhost", "127.0.0.1", "[::1]")


class _SiteServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader who is gone; a fault in our code keeps its traceback."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _SiteHandler(SimpleHTTPRequestHandler):
    """Answers with the files of the folder; what is not there, with the site's own page for that."""

    #: Seconds; a client that sends nothing is let go.
    timeout = 10

    def __init__(self, form: ReviewForm | None, *args: Any, **options: Any) -> None:
        self._form = form
        super().__init__(*args, **options)

    def do_POST(self) -> None:
        """Answer a form that was sent, in one sentence."""
        host = self.headers.get("Host", "")
        if self._form is None or self.path != "/review":
            self.send_error(404)
        elif not self._is_asked_by_name():
            super().send_error(421, "This server answers to localhost only")
        else:
            try:
                size = read_length(self.headers.get("Content-Length", ""), LONGEST_FORM)
            except ValueError:
                super().send_error(413, "The form is too long")
                return
            status, said = self._form.answer(self.rfile.read(size), self.headers.get("Origin", ""), host)
            self._send(status, _ANSWER.format(html.escape(said)).encode())

    def send_head(self) -> Any:
        """Answer only requests for this machine by one of its own names, and only with what is in the folder.

        A page elsewhere whose host name was pointed at 127.0.0.1 could read the site by its own name otherwise.
        """
        if not self._is_asked_by_name():
            super().send_error(421, "This server answers to localhost only")
            return None
        path = Path(self.translate_path(self.path))
        # What is sent for a folder may be a link itself.
        if not all(self._holds(each) for each in (path, path / "index.html", path / "index.htm")):
            self.send_error(404)
            return None
        page = path / "index.html" if path.is_dir() else path
        if self._form and page.suffix == ".html" and page.is_file() and (self.path.endswith("/") or page == path):
            body = page.read_bytes()
            if (shown := self._form.insert(body)) != body:
                self._send_headers(200, len(shown))
                return BytesIO(shown)
        return super().send_head()

    def _is_asked_by_name(self) -> bool:
        hosts = self.headers.get_all("Host", [])
        return len(hosts) == 1 and _is_loopback(hosts[0])

    def _holds(self, path: Path) -> bool:
        """Return whether what *path* leads to is a folder or file within the site, or nothing."""
        try:
            found = path.resolve()
            if not found.is_relative_to(Path(self.directory).resolve()):
                return False
            return found.is_dir() or found.is_file() or not os.path.lexists(found)
        except (OSError, ValueError, RuntimeError):
            # No name of a file, or links in a circle.
            return False

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with ``404.html`` where there is nothing."""
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file() or not self._holds(page):
            super().send_error(code, message, explain)
            return
        self._send(404, page.read_bytes())

    def _send(self, status: int, body: bytes) -> None:
        self._send_headers(status, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_headers(self, status: int, size: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Send a file; a reader who is gone before its end wanted no more of it."""
        with suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def end_headers(self) -> None:
        """Have the browser ask again: the folder changes while it is looked at."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def list_directory(self, _path: object) -> None:
        """Show no folder."""
        self.send_error(404)

    def log_message(self, *_args: object) -> None:
        """Say nothing: standard error belongs to the command."""
