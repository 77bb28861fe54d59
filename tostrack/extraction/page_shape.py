"""The parts of a page besides its own text: frames, embedded documents, and the root that scripts write into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from tostrack.extraction.dom import Element, parse
from tostrack.value import Value

#: Elements that show another document.
FRAMES = ("iframe", "frame", "object", "embed")
#: Words in the root of an application that is still empty, as in "Loading, please wait".
_EMPTY_ROOT = 8
#: Words on a whole page beside which a frame of any address is the text.
_NEARLY_NOTHING = 60
#: Names that scripts write under: libraries document them, and builders keep them.
_ROOT_IDS = frozenset("root app __next __nuxt react-root main-app app-root application ember-app gatsby".split())
#: Addresses and titles of frames that hold a policy; of those that hold a video or a map none does.
_POLICY_WORD = re.compile(
    r"privacy|terms|polic|legal|cookie|agreement|conditions|document|gdpr|datenschutz|agb\b|confidential|\.pdf",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:width|height)\s*:\s*[01](?:px)?\b", re.IGNORECASE)

_REFRESH = re.compile(r"\s*(?P<wait>\d{1,4})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?(?P<address>\S.*)", re.IGNORECASE)
_SCRIPT_REDIRECT = re.compile(
    r"\blocation(?:\.href\s*=|\s*=|\.(?:replace|assign)\s*\()\s*[\"'](?P<address>[^\"'\s]{1,2000})[\"']"
)
#: Seconds; a page that is left open renews itself after minutes.
_LONGEST_WAIT = 10
#: Lines of a script that does nothing but redirect; longer ones redirect on a click.
_SHORT_SCRIPT = 15


class RemoteText(Value):
    """The place of a page's text, as a cause of `quality.CAUSES`, with its address where it has one."""

    cause: str
    address: str = ""


def find_remote_text(html: str, url: str, words: int) -> RemoteText | None:
    """Return where the text of a page of only *words* words may be instead of on it; None when nothing shows it.

    Args:
        words: How many words were read of it.
    """
    root = parse(html)
    for kind, element, address in _elsewhere(root, url):
        said = " ".join(filter(None, (address, element.get("title"), element.get("name"), element.get("id"))))
        if kind == "embedded" or words < _NEARLY_NOTHING or is_same_site(url, address) or _POLICY_WORD.search(said):
            return RemoteText(kind, address)
    if words < _NEARLY_NOTHING and find_redirect(html, url):
        return RemoteText("wrong-page")
    nearly_nothing = words < _NEARLY_NOTHING
    if _has_empty_root(root) or (nearly_nothing and (_has_empty_component(root) or _asks_for_scripts(root))):
        return RemoteText("needs-js")
    return None


def find_redirect(html: str, url: str) -> str:
    """Return the address that a page sends a browser to by ``<meta http-equiv=refresh>`` or by script; empty if none.

    A page that loads itself again, or waits longer than a reader would, sends nobody away.
    """
    root = parse(html)
    for meta in root.iter("meta"):
        match = _REFRESH.match(meta.get("content") or "")
        if (meta.get("http-equiv") or "").lower() == "refresh" and match and int(match["wait"]) <= _LONGEST_WAIT:
            return _elsewhere_from(url, match["address"])
    for script in root.iter("script"):
        match = _SCRIPT_REDIRECT.search(script.text or "")
        if match and (script.text or "").count("\n") < _SHORT_SCRIPT:
            return _elsewhere_from(url, match["address"])
    return ""


def _elsewhere_from(url: str, written: str) -> str:
    try:
        address = urljoin(url, written.strip().strip("'\""))
        scheme = urlsplit(address).scheme
    except ValueError:
        return ""
    return address if scheme in ("http", "https") and address.partition("#")[0] != url.partition("#")[0] else ""


def list_frames(html: str, url: str) -> list[str]:
    """Return the addresses of the visible frames and embedded documents of a page, in their order, each once."""
    return list(dict.fromkeys(address for _, _, address in _elsewhere(parse(html), url)))


def _elsewhere(root: Element, url: str) -> Iterator[tuple[str, Element, str]]:
    for element in root.iter(*FRAMES):
        address = address_of(element, url)
        if not address or _is_hidden(element):
            continue
        if _is_document(element, address):
            yield "embedded", element, address
        elif element.tag in ("iframe", "frame") and not (element.get("srcdoc") or "").strip():
            yield "frame", element, address


def address_of(element: Element, url: str) -> str:
    """Return the web address that a frame or embedded document shows; empty when it has none."""
    written = (element.get("src") or element.get("data") or element.get("data-src") or "").strip()
    try:
        address = urljoin(url, written) if written else ""
        return address if urlsplit(address).scheme in ("http", "https", "") else ""
    except ValueError:
        return ""


def _is_document(element: Element, address: str) -> bool:
    named = urlsplit(address).path.lower().endswith(".pdf") or ".pdf" in urlsplit(address).query.lower()
    return (element.get("type") or "").lower() == "application/pdf" or named


def _is_hidden(element: Element) -> bool:
    if element.get("aria-hidden") == "true" or element.get("hidden") is not None:
        return True
    if any((element.get(side) or "").rstrip("px") in ("0", "1") for side in ("width", "height")):
        return True
    return (
        _HIDDEN.search(element.get("style") or "") is not None
        or next(element.iterancestors("noscript"), None) is not None
    )


def is_same_site(url: str, address: str) -> bool:
    """Return whether *address* is on the host of *url*, or one is on a host below the other's."""
    own, other = (urlsplit(each).netloc.lower().removeprefix("www.") for each in (url, address))
    return bool(own) and (own == other or own.endswith(f".{other}") or other.endswith(f".{own}"))


def _has_empty_root(root: Element) -> bool:
    body = next(root.iter("body"), root)
    for element in body.iter("div", "main", "section"):
        if (element.get("id") or "").lower() in _ROOT_IDS and _words(element) < _EMPTY_ROOT:
            return True
    return False


def _has_empty_component(root: Element) -> bool:
    body = next(root.iter("body"), root)
    return any("-" in str(child.tag) and child.tag != "tostrack-p" and not _words(child) for child in body)


def _asks_for_scripts(root: Element) -> bool:
    return any("javascript" in "".join(element.itertext()).lower() for element in root.iter("noscript"))


def _words(element: Element) -> int:
    texts = element.xpath(
        ".//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template)]"
    )
    return sum(len(text.split()) for text in texts)
