"""What a page holds besides its own text: frames, embedded documents, and the root that scripts write into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from tostrack.extraction.dom import Element, parse

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


@dataclass(frozen=True)
class RemoteText:
    """Where the text of a page may be: ``frame``, ``embedded`` or ``needs-js``, with its address where it has one."""

    cause: str
    address: str = ""


def find_remote_text(html: str, url: str, words: int) -> RemoteText | None:
    """Return where the text of a page of only *words* words may be instead of on it; None when nothing shows it.

    Args:
        html: The page.
        url: Its address.
        words: How many words were read of it.
    """
    root = parse(html)
    for kind, element, address in _elsewhere(root, url):
        said = " ".join(filter(None, (address, element.get("title"), element.get("name"), element.get("id"))))
        if kind == "embedded" or words < _NEARLY_NOTHING or is_same_site(url, address) or _POLICY_WORD.search(said):
            return RemoteText(kind, address)
    if _has_empty_root(root) or (words < _NEARLY_NOTHING and _asks_for_scripts(root)):
        return RemoteText("needs-js")
    return None


def list_frames(html: str, url: str) -> list[str]:
    """Return the addresses of the visible frames and embedded documents of a page, in their order, each once."""
    return list(dict.fromkeys(address for _, _, address in _elsewhere(parse(html), url)))


def _elsewhere(root: Element, url: str) -> Iterator[tuple[str, Element, str]]:
    for element in root.iter("iframe", "frame", "object", "embed"):
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
    return any("-" in str(child.tag) and child.tag != "tostrack-p" and not _words(child) for child in body)


def _asks_for_scripts(root: Element) -> bool:
    return any("javascript" in "".join(element.itertext()).lower() for element in root.iter("noscript"))


def _words(element: Element) -> int:
    texts = element.xpath(
        ".//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template)]"
    )
    return sum(len(text.split()) for text in texts)
