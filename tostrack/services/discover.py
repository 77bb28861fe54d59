"""A site in, its policies out: from its home page, its legal pages, its site map and its own statements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from tostrack.document_kind import kind_of_name, last_words
from tostrack.errors import ConfigError, FetchError
from tostrack.extraction.decode import decode
from tostrack.extraction.policy_links import PolicyLink, find_policy_links, links_in_json
from tostrack.fetch import Request
from tostrack.models import Document, Page, Snapshot
from tostrack.sandbox import Call, call_directly
from tostrack.services.answers import FetchAll
from tostrack.watchlist.naming import owner
from tostrack.watchlist.table import web_address

#: Files in which a site says itself where its policies are; what is not there costs one request each.
_STATEMENTS = ("/robots.txt", "/.well-known/security.txt", "/openapi.json", "/.well-known/openid-configuration")
#: Legal pages that are read for what they link to, and site maps; most sites have one of each.
_MOST_HUBS, _MOST_SITE_MAPS = 3, 2
#: Addresses of a site map that are looked at.
_MOST_ADDRESSES = 20_000
_SITE_MAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_LOCATION = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2000})")
_POLICY_FIELD = re.compile(r"^\s*policy\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class DiscoveredPolicy:
    """A policy that a site publishes: what kind it is, where it is, and whether it is watched already."""

    kind: str
    address: str
    name: str
    watched: bool = False


def discover(
    site: str, known: Sequence[Document], fetch_all: FetchAll, call: Call = call_directly
) -> list[DiscoveredPolicy]:
    """Return the policies that *site* publishes, by kind; each address once.

    Args:
        site: Its home page.
        known: The documents that are watched.
        fetch_all: How to fetch.
        call: How to read a page, which may be hostile.

    Raises:
        ConfigError: It is no web address.
        FetchError: Its home page cannot be fetched.
    """
    if finding := web_address(site):
        raise ConfigError(f"{site}: {finding}")
    home, *statements = _fetched([site, *(urljoin(site, path) for path in _STATEMENTS)], fetch_all)
    if not isinstance(home, Snapshot):
        raise home
    found = call(find_policy_links, home.body, home.final_url, content_type=home.content_type)
    found += _stated(statements, call)
    found += _behind(found, statements, fetch_all, call)
    watched = {page.url.rstrip("/") for document in known for page in document.pages}
    return _own(found, home.final_url, watched)


def _fetched(addresses: Iterable[str], fetch_all: FetchAll) -> list[Snapshot | FetchError]:
    """Return the answers in the order of *addresses*; what says nothing of itself is an error."""
    requests = [Request((address, at), Page(address), None) for at, address in enumerate(addresses)]
    answers = {request.key: answer for request, answer in fetch_all(requests)}
    missing = FetchError("not answered", cause="timeout")
    found = [answers.get(request.key, missing) for request in requests]
    return [each if isinstance(each, Snapshot | FetchError) else missing for each in found]


def _stated(statements: Iterable[Snapshot | FetchError], call: Call) -> list[PolicyLink]:
    found: list[PolicyLink] = []
    for answer in statements:
        if not isinstance(answer, Snapshot):
            continue
        text = decode(answer.body, answer.content_type)
        if answer.url.endswith("/security.txt"):
            found += [PolicyLink("security", address, "") for address in _POLICY_FIELD.findall(text)[:1]]
        elif answer.url.endswith(("json", "-configuration")):
            found += call(links_in_json, text, answer.final_url)
    return found


def _behind(
    found: Iterable[PolicyLink], statements: Sequence[Snapshot | FetchError], fetch_all: FetchAll, call: Call
) -> list[PolicyLink]:
    """Return what the legal pages among *found* link to, and what the site maps name."""
    hubs = [link.address for link in found if link.kind == "hub"][:_MOST_HUBS]
    robots = statements[0]
    maps = (
        _SITE_MAP.findall(decode(robots.body, "text/plain"))[:_MOST_SITE_MAPS] if isinstance(robots, Snapshot) else []
    )
    behind: list[PolicyLink] = []
    for address, answer in zip([*hubs, *maps], _fetched([*hubs, *maps], fetch_all), strict=True):
        if not isinstance(answer, Snapshot):
            continue
        if address in hubs:
            behind += call(find_policy_links, answer.body, answer.final_url, content_type=answer.content_type)
        else:
            locations = _LOCATION.findall(decode(answer.body, answer.content_type))[:_MOST_ADDRESSES]
            kinds = ((kind_of_name(last_words(location), location), location) for location in locations)
            behind += [PolicyLink(kind, location, "") for kind, location in kinds if kind not in ("", "hub")]
    return behind


def _own(found: Iterable[PolicyLink], home: str, watched: set[str]) -> list[DiscoveredPolicy]:
    """Return what is the site's own and no page that only gathers others, by kind."""
    site = owner(urlsplit(home).hostname or "")
    own: dict[str, DiscoveredPolicy] = {}
    for link in found:
        key = link.address.rstrip("/")
        if link.kind != "hub" and owner(urlsplit(link.address).hostname or "") == site:
            own.setdefault(key, DiscoveredPolicy(link.kind, link.address, link.name, key in watched))
    order = {"terms": 0, "privacy": 1, "cookies": 2}
    return sorted(own.values(), key=lambda each: (order.get(each.kind, 9), each.kind, each.address))
