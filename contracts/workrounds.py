"""The faults of others that we work round, by name: each function returns whether the fault is still there.

Run by contracts/workrounds.sh with pinned packages; docs/upstream.md lists the same names.
"""

import email
import email.policy
import http.client
import io
import logging
import platform
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from importlib.metadata import version

import lxml.etree
import requests
import urllib3
import wayback
from protego import Protego


def protego_short_token() -> bool:
    """Whether a group for a name that ours begins with holds for us (tostrack/fetch/robots.py)."""
    return not Protego.parse("User-agent: tos\nDisallow: /\n").can_fetch("https://acme.example/terms", "tostrack")


def protego_cut_group() -> bool:
    """Whether Crawl-delay between two names cuts their group in two, so that the rules do not hold for the first."""
    text = "User-agent: tostrack\nCrawl-delay: 5\nUser-agent: other\nDisallow: /\n"
    return bool(Protego.parse(text).can_fetch("https://acme.example/terms", "tostrack"))


def protego_unknown_line() -> bool:
    """Whether a line that nobody knows between two names does the same."""
    text = "User-agent: tostrack\nContent-Signal: ai-train=no\nUser-agent: other\nDisallow: /\n"
    return bool(Protego.parse(text).can_fetch("https://acme.example/terms", "tostrack"))


def _parse(html: str, **options: bool) -> lxml.etree._Element:
    return lxml.etree.fromstring(html, lxml.etree.HTMLParser(**options))


def libxml2_depth() -> bool:
    """Whether text below 2,048 elements is dropped, huge documents allowed or not (tostrack/extraction/dom.py)."""
    tree = _parse("<div>" * 3000 + "deep" + "</div>" * 3000, huge_tree=True)
    return "deep" not in "".join(tree.itertext())


def libxml2_paragraph_in_heading() -> bool:
    """Whether a paragraph in a heading leaves the heading empty."""
    return not "".join(_parse("<h2><p>Licence</p></h2>").find(".//h2").itertext())


def libxml2_void_elements() -> bool:
    """Whether the text after <source> becomes part of it."""
    return "terms" in "".join(_parse("<div><source src=a>terms</div>").find(".//source").itertext())


@contextmanager
def _answering(answer: bytes) -> Iterator[int]:
    """Serve *answer* to one request; the port is given."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join()


def urllib3_cut_end() -> bool:
    """Whether an answer in chunks that ends inside its last chunk counts as whole (tostrack/fetch/client.py)."""
    with _answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nterms\r\n0") as port:
        try:
            answer = urllib3.PoolManager(retries=False).request("GET", f"http://127.0.0.1:{port}/")
        except urllib3.exceptions.HTTPError:
            return False
        return answer.data == b"terms"


def python_cut_headers() -> bool:
    """Whether http.client takes headers without the empty line that ends them (tostrack/fetch/guard.py)."""
    with _answering(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: ab") as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/")
        try:
            return connection.getresponse().headers["ETag"] == "ab"
        except http.client.HTTPException:
            return False


class _Index(requests.adapters.BaseAdapter):
    """Answers every request with one row of the index that has *stamp* as its time."""

    def __init__(self, stamp: str) -> None:
        super().__init__()
        self._row = f"example,acme)/terms {stamp} https://acme.example/terms text/html 200 A 100\n"

    def send(self, request: requests.PreparedRequest, **_options: object) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, str(request.url), request
        answer.raw = io.BytesIO(self._row.encode())
        return answer

    def close(self) -> None:
        pass


def _search(stamp: str) -> list[wayback.CdxRecord]:
    session = wayback.WaybackSession(retries=0)
    session.mount("https://", _Index(stamp))
    return list(wayback.WaybackClient(session).search("https://acme.example/terms"))


def wayback_odd_row() -> bool:
    """Whether one row of the index with an odd time ends the search (tostrack/importers/wayback.py)."""
    try:
        return not _search("half")
    except wayback.exceptions.WaybackException:
        return True


def wayback_other_time() -> bool:
    """Whether a row with a month that is none is a capture of another time (the same file)."""
    return bool(_search("20000008241731"))


#: As tostrack/notify/smtp.py writes mails, but for its own headers.
_POLICY = email.policy.SMTP.clone(cte_type="7bit", max_line_length=76)


def _written(name: str, value: str) -> bytes:
    mail = EmailMessage(_POLICY)
    mail[name] = value
    return mail.as_bytes(policy=_POLICY)


def python_encoded_address() -> bool:
    """Whether a long address in List-Unsubscribe is written as encoded words (tostrack/notify/smtp.py)."""
    return b"=?" in _written("List-Unsubscribe", f"<https://acme.example/unsubscribe?token={'x' * 90}>")


def python_lost_space() -> bool:
    """Whether the space between two encoded words of a subject is lost (the same file)."""
    said = f"{'a' * 60} ändert über für März äöü ß Gäste"
    return str(email.message_from_bytes(_written("Subject", said), policy=email.policy.default)["Subject"]) != said


FAULTS = {
    protego_short_token: "protego",
    protego_cut_group: "protego",
    protego_unknown_line: "protego",
    libxml2_depth: "lxml",
    libxml2_paragraph_in_heading: "lxml",
    libxml2_void_elements: "lxml",
    urllib3_cut_end: "urllib3",
    wayback_odd_row: "wayback",
    wayback_other_time: "wayback",
    python_cut_headers: "Python",
    python_encoded_address: "Python",
    python_lost_space: "Python",
}


def main() -> None:
    logging.disable(logging.CRITICAL)
    gone = []
    for fault, package in FAULTS.items():
        there = fault()
        which = platform.python_version() if package == "Python" else version(package)
        print(f"{package} {which}: {fault.__name__} {'is still there' if there else 'IS GONE'}")
        gone += [fault.__name__] * (not there)
    sys.exit(bool(gone))


main()
