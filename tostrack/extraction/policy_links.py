"""A page of a site in, the documents it links to that are policies out, each with its kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from tostrack.document_kind import kind_of_name
from tostrack.extraction.decode import decode
from tostrack.extraction.dom import Element, parse
from tostrack.extraction.links import Links, links_of

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
