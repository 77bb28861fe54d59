"""A page of a site in, the documents it links to that are policies out, each with its kind."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from tostrack.extraction.decode import decode
from tostrack.extraction.dom import Element, parse
from tostrack.extraction.links import Links, links_of

_PACKAGE = "tostrack.extraction"
#: Addresses of texts about something else, whatever their links are called.
_OTHER = re.compile(
    r"/(?:blog|news|press|careers?|jobs|events?|stories|products?|features?|shop|store|forum|tag|author)(?:/|$)",
    re.IGNORECASE,
)
#: Words around the name of a document that do not make it another one.
_AROUND = re.compile(
    r"^(?:the|our|read|see|view) |\s*\((?:pdf|new|updated|en|us|eu|uk)\)$|[\s:*↗→›»|]+$", re.IGNORECASE
)
#: Letters of a link that names a document.
_LONGEST_NAME = 60
#: Keys of machine-readable descriptions that name the terms of a site or an interface.
_STATED = {"termsofservice": "terms", "termsofservicelink": "terms", "usageinfo": "terms", "privacypolicy": "privacy"}
_STATED |= {
    "publishingprinciples": "community-guidelines",
    "op_policy_uri": "privacy",
    "op_tos_uri": "terms",
    "tos": "terms",
}


@dataclass(frozen=True)
class PolicyLink:
    """A document that a site links to."""

    kind: str
    address: str
    #: The words of the link.
    name: str


def find_policy_links(html: bytes | str, url: str, *, content_type: str = "") -> list[PolicyLink]:
    """Return the policies that the page at *url* links to, each address once, in the order of the page.

    The kind ``hub`` is a page that gathers others.
    """
    root = parse(decode(html, content_type))
    links = links_of(root, url)
    found: dict[str, PolicyLink] = {}
    for link in (*_linked(root, links), *_stated_in_page(root, links)):
        found.setdefault(link.address.rstrip("/"), link)
    found.pop(url.partition("#")[0].rstrip("/"), None)
    return list(found.values())


def links_in_json(text: str, url: str) -> list[PolicyLink]:
    """Return the policies that a JSON document names: JSON-LD, OpenAPI, OpenID configuration. Never raises."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return list(_stated(document, Links(url), 0))


def kind_of_name(name: str, address: str) -> str:
    """Return the kind of the document that a link with these words leads to; empty for none."""
    words = " ".join(name.split())
    if not words or len(words) > _LONGEST_NAME or _OTHER.search(_path(address)):
        return ""
    words = _AROUND.sub("", _AROUND.sub("", words)).strip()
    for kind, pattern in _patterns().items():
        if pattern.fullmatch(words):
            return kind
    # "How we handle what you give us", at /legal/privacy-policy: an address of two words or more says it too.
    last = re.sub(
        r"[-_+.]+", " ", re.sub(r"\.(?:html?|php|aspx|pdf)$", "", _path(address).rstrip("/").rpartition("/")[2])
    )
    for kind, pattern in _patterns().items():
        if kind != "hub" and " " in last and pattern.fullmatch(last):
            return kind
        if last and pattern.fullmatch(last) and pattern.search(words):
            return kind
    # "Acme Privacy Policy": the name of the site and of the document; the address must agree.
    for kind, pattern in _patterns().items():
        own = [match for match in pattern.finditer(words) if match.end() == len(words) and " " in match[0]]
        if own and len(words[: own[0].start()].split()) <= 3 and _path_says(kind, address):
            return kind
    return ""


def _linked(root: Element, links: Links) -> Iterator[PolicyLink]:
    for element in root.iter("a"):
        address = links.address(element.get("href")).partition("#")[0]
        name = " ".join("".join(element.itertext()).split()) or (
            element.get("aria-label") or element.get("title") or ""
        )
        if address.startswith("http") and (kind := kind_of_name(name, address)):
            yield PolicyLink(kind, address, name)


def _stated_in_page(root: Element, links: Links) -> Iterator[PolicyLink]:
    for element in root.iter("link"):
        kind = {"privacy-policy": "privacy", "terms-of-service": "terms", "license": ""}.get(
            element.get("rel") or "", ""
        )
        if kind and (address := links.address(element.get("href"))):
            yield PolicyLink(kind, address, element.get("title") or "")
    for script in root.iter("script"):
        if (script.get("type") or "").lower() == "application/ld+json":
            try:
                yield from _stated(json.loads(script.text or ""), links, 0)
            except (ValueError, RecursionError):
                continue


def _stated(value: object, links: Links, depth: int) -> Iterator[PolicyLink]:
    """Yield what the keys of a JSON value name; deep nesting is no description of a site."""
    if depth > 12:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            kind = _STATED.get(str(key).lower(), "")
            if kind and isinstance(inner, str) and (address := links.address(inner)):
                yield PolicyLink(kind, address, "")
            else:
                yield from _stated(inner, links, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _stated(inner, links, depth + 1)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Return a pattern of the names of each kind, the most telling kind first."""
    tables = tomllib.loads(files(_PACKAGE).joinpath("policy_names.toml").read_text(encoding="utf-8"))
    return {
        kind: re.compile(rf"(?<!\w)(?:{'|'.join(names.strip().splitlines())})(?!\w)", re.IGNORECASE)
        for kind, names in tables.items()
    }


def _path(address: str) -> str:
    try:
        return unquote(urlsplit(address).path)
    except ValueError:
        return ""


def _path_says(kind: str, address: str) -> bool:
    words = re.sub(r"[-_/+.]+", " ", _path(address))
    return bool(_patterns()[kind].search(words) or _patterns()["hub"].search(words))
