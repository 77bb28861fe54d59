"""A small WSGI application for the two links of a mail: saying yes, and leaving with one click (RFC 8058).

It is optional: without it readers write to the operator, who uses the commands.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qs

from tostrack.errors import ConfigError

log = logging.getLogger(__name__)
_LARGEST = 10_000
_ACTIONS = {"/confirm": "Confirm", "/unsubscribe": "Unsubscribe"}
_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
]


def application(act: Callable[[str, str], str]) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Return the application.

    A GET changes nothing, for mail scanners follow links: it shows a button. A POST does what the token says.

    Args:
        act: Does what a token says, if it is for the given action (``confirm`` or ``unsubscribe``), and returns a
            sentence for the person; raises `ConfigError` for a bad one. Any other error is answered 503, unquoted.
    """

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        action = next((path for path in _ACTIONS if environ.get("PATH_INFO", "").endswith(path)), "")
        method = environ.get("REQUEST_METHOD", "GET")
        try:
            token = _token(environ, method)
        except ValueError:
            return _page(start, "400 Bad Request", "The length of the form is wrong.")
        if not action or not token:
            return _page(start, "404 Not Found", "There is nothing here: copy the whole link.")
        if method in ("GET", "HEAD"):
            button = (
                f'<form method="post"><input type="hidden" name="token" value="{escape(token)}">'
                f"<button>{_ACTIONS[action]}</button></form>"
            )
            return _page(start, "200 OK", "One click, and it is done:", button)
        if method != "POST":
            return _page(start, "405 Method Not Allowed", "Only GET and POST.")
        try:
            said = act(token, action.removeprefix("/"))
        except ConfigError as error:
            return _page(start, "400 Bad Request", str(error))
        except Exception:
            # What is wrong here is not for the reader: the message may name files.
            log.exception("a link could not be followed")
            return _page(start, "503 Service Unavailable", "That did not work just now. Please try again later.")
        return _page(start, "200 OK", said)

    return serve


def read_length(stated: str, most: int) -> int:
    """Return the length of a form as its header *stated* it.

    Raises:
        ValueError: It is no number, or more than *most*.
    """
    # Any number of digits may come, of which Python converts only so many.
    if not (stated.isascii() and stated.isdecimal() and len(stated) < 10 and int(stated) <= most):
        raise ValueError(stated)
    return int(stated)


def _token(environ: dict[str, Any], method: str) -> str:
    """Return the token of the link, or of the form that the page posted.

    Raises:
        ValueError: The form's length is no number, or more than any of our forms has.
    """
    fields = parse_qs(str(environ.get("QUERY_STRING", "")))
    if method == "POST" and "token" not in fields:
        length = read_length(environ.get("CONTENT_LENGTH") or "0", _LARGEST)
        body = environ["wsgi.input"].read(length)
        fields = parse_qs(str(body, "utf-8", "replace"))
    return fields.get("token", [""])[0]


def _page(start: Callable[..., Any], status: str, sentence: str, form: str = "") -> Iterable[bytes]:
    start(status, _HEADERS)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>tostrack</title><p>{escape(sentence)}</p>{form}</html>\n"
    )
    return [page.encode("utf-8", "replace")]
