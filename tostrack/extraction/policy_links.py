"""The policies that a page of a site links to, each with its kind."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

from tostrack.extraction.decode import decode
from tostrack.extraction.dom import Element, parse
from tostrack.extraction.links import Links, links_of
from tostrack.language.document_kind import kind_of_name, last_words
from tostrack.value import Value

#: Keys of machine-readable descriptions that name the terms of a site or an interface.
_STATED = {
    **dict.fromkeys(("termsofservice", "termsofservicelink", "usageinfo", "op_tos_uri", "tos"), "terms"),
    **dict.fromkeys(("privacypolicy", "op_policy_uri"), "privacy"),
}
#: Relations of links in the head of a page that name them.
_RELATIONS = {"privacy-policy": "privacy", "terms-of-service": "terms"}
#: Addresses of a site map that are looked at, and the characters from each one's beginning.
_MOST_ADDRESSES = 20_000
_LONGEST_ADDRESS = 2_100
_LOCATION = re.compile(r"(?:<!\[CDATA\[)?([^<\]\s]+)")
# Blanks of one line only: those of a page of empty lines would be tried from each line.
_SITE_MAP = re.compile(r"^[ \t]{0,20}sitemap[ \t]{0,20}:[ \t]{0,20}(\S+)", re.IGNORECASE | re.MULTILINE)
_POLICY = re.compile(r"^[ \t]{0,20}policy[ \t]{0,20}:[ \t]{0,20}(\S+)", re.IGNORECASE | re.MULTILINE)


class PolicyLink(Value):
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


def links_in_json(content: bytes, url: str, *, content_type: str = "") -> list[PolicyLink]:
    """Return the policies that a JSON document names: JSON-LD, OpenAPI, OpenID configuration. Never raises."""
    try:
        document = json.loads(decode(content, content_type))
    except (ValueError, RecursionError):
        return []
    return list(_stated(document, Links(url), 0))


def links_in_security_txt(content: bytes, _url: str, *, content_type: str = "") -> list[PolicyLink]:
    """Return the security policy that a ``security.txt`` names, if it does."""
    return [PolicyLink("security", address, "") for address in _POLICY.findall(decode(content, content_type))[:1]]


def list_site_maps(robots: bytes) -> list[str]:
    """Return the addresses of site maps that a robots.txt names."""
    return _SITE_MAP.findall(decode(robots, "text/plain"))


def links_in_site_map(content: bytes, _url: str, *, content_type: str = "") -> list[PolicyLink]:
    """Return the policies among the first 20,000 addresses of a site map, by the words of their addresses."""
    text = decode(content, content_type)
    places = itertools.islice((match.end() for match in re.finditer("<loc>", text)), _MOST_ADDRESSES)
    found = (_LOCATION.match(text[at : at + _LONGEST_ADDRESS].lstrip()) for at in places)
    locations = [match[1] for match in found if match]
    kinds = ((kind_of_name(last_words(location), location), location) for location in locations)
    return [PolicyLink(kind, location, "") for kind, location in kinds if kind not in ("", "hub")]


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
        kind = _RELATIONS.get(element.get("rel") or "")
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
