"""Finds the policies of a site: from its home page, its legal pages, its site map and its own statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urljoin, urlsplit

from tostrack.errors import ConfigError, ExtractError, FetchError
from tostrack.extraction.policy_links import (
    PolicyLink,
    find_policy_links,
    links_in_json,
    links_in_security_txt,
    links_in_site_map,
    list_site_maps,
)
from tostrack.fetch import FetchAll, Request
from tostrack.models import Document, Page, Snapshot
from tostrack.sandbox import Call, call_directly
from tostrack.value import Value
from tostrack.watchlist.naming import owner
from tostrack.watchlist.table import web_address

#: Files in which a site says itself where its policies are; what is not there costs one request each.
_STATEMENTS = ("/robots.txt", "/.well-known/security.txt", "/openapi.json", "/.well-known/openid-configuration")
#: Legal pages that are read for what they link to, and site maps; most sites have one of each.
_MOST_HUBS, _MOST_SITE_MAPS = 3, 2


class DiscoveredPolicy(Value):
    """A policy that a site publishes: what kind it is, where it is, and whether it is watched already."""

    kind: str
    address: str
    name: str
    watched: bool = False


def discover(
    site: str, known: Sequence[Document], fetch_all: FetchAll, call: Call = call_directly
) -> list[DiscoveredPolicy]:
    """Return the policies that *site* publishes, by kind; each address once.

    Raises:
        ConfigError: It is no web address.
        FetchError: Its home page cannot be fetched.
        ExtractError: A page of it overran the bounds of a document.
    """
    if finding := web_address(site):
        raise ConfigError(f"{site}: {finding}")
    home, *statements = _fetched([site, *(urljoin(site, path) for path in _STATEMENTS)], fetch_all)
    if not isinstance(home, Snapshot):
        raise home
    found = _links(find_policy_links, home, call)
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
        if answer.url.endswith("/security.txt"):
            found += _links(links_in_security_txt, answer, call)
        elif answer.url.endswith(("json", "-configuration")):
            found += _links(links_in_json, answer, call)
    return found


def _links(function: Callable[..., list[PolicyLink]], page: Snapshot, call: Call) -> list[PolicyLink]:
    try:
        return call(function, page.body, page.final_url, content_type=page.content_type)
    except ExtractError as error:
        raise ExtractError(f"{page.url}: {error}", cause=error.cause) from error


def _behind(
    found: Iterable[PolicyLink], statements: Sequence[Snapshot | FetchError], fetch_all: FetchAll, call: Call
) -> list[PolicyLink]:
    """Return what the legal pages among *found* link to, and what the site maps name."""
    hubs = [link.address for link in found if link.kind == "hub"][:_MOST_HUBS]
    robots = statements[0]
    maps = call(list_site_maps, robots.body)[:_MOST_SITE_MAPS] if isinstance(robots, Snapshot) else []
    behind: list[PolicyLink] = []
    for address, answer in zip([*hubs, *maps], _fetched([*hubs, *maps], fetch_all), strict=True):
        if not isinstance(answer, Snapshot):
            continue
        behind += _links(find_policy_links if address in hubs else links_in_site_map, answer, call)
    return behind


def _own(found: Iterable[PolicyLink], home: str, watched: set[str]) -> list[DiscoveredPolicy]:
    """Return what is the site's own and no page that only gathers others, by kind."""
    site = owner(urlsplit(home).hostname or "")
    own: dict[str, DiscoveredPolicy] = {}
    for link in found:
        if link.kind != "hub" and owner(urlsplit(link.address).hostname or "") == site:
            policy = DiscoveredPolicy(link.kind, link.address, link.name, link.address.rstrip("/") in watched)
            own.setdefault(re.sub(r"^https?://(?:www\.)?|/+$", "", link.address), policy)
    order = {"terms": 0, "privacy": 1, "cookies": 2}
    return sorted(own.values(), key=lambda each: (order.get(each.kind, 9), each.kind, each.address))
