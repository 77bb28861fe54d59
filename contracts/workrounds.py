"""The faults of others that we work round, by name: each function returns whether the fault is still there.

Run by contracts/workrounds.sh with pinned packages; docs/upstream.md lists the same names.
"""

import logging
import socket
import sys
import threading
from importlib.metadata import version

import lxml.etree
import urllib3
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


def urllib3_cut_end() -> bool:
    """Whether an answer in chunks that ends inside its last chunk counts as whole (tostrack/fetch/client.py)."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nterms\r\n0")

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.getsockname()[1]}/"
            return urllib3.PoolManager(retries=False).request("GET", address).data == b"terms"
        except urllib3.exceptions.HTTPError:
            return False
        finally:
            thread.join()


FAULTS = {
    protego_short_token: "protego",
    protego_cut_group: "protego",
    protego_unknown_line: "protego",
    libxml2_depth: "lxml",
    libxml2_paragraph_in_heading: "lxml",
    libxml2_void_elements: "lxml",
    urllib3_cut_end: "urllib3",
}


def main() -> None:
    logging.disable(logging.CRITICAL)
    gone = []
    for fault, package in FAULTS.items():
        there = fault()
        print(f"{package} {version(package)}: {fault.__name__} {'is still there' if there else 'IS GONE'}")
        gone += [fault.__name__] * (not there)
    sys.exit(bool(gone))


main()
