"""Proposes an entry of the watchlist for a web address: fetched once, named, its text found; nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urldefrag, urlsplit

from tostrack.clauses import plain
from tostrack.errors import ConfigError, ExtractError
from tostrack.extraction import document_text
from tostrack.fetch import FetchAll
from tostrack.models import Document, Page, Version, slug
from tostrack.sandbox import OVERRUNS, Call, call_directly
from tostrack.services.crawl import Preview, preview
from tostrack.services.new_versions import read_bounded
from tostrack.value import Value
from tostrack.watchlist.naming import names
from tostrack.watchlist.table import web_address

#: What to do about a page that is no policy as it was fetched.
_REMEDIES = {
    "needs-js": "try again with --browser",
    "needs-browser": "install what it takes: pip install 'tostrack[browser]'",
    "robots": "its robots.txt forbids it: save the page by hand and `tostrack import folder`",
    "blocked": "it lets no robot in: save the page by hand and `tostrack import folder`",
    "login": "only who is logged in sees it: save the page by hand and `tostrack import folder`",
    "empty": "try again with --browser",
}
#: The path of a home page, in one language or in all.
_FRONT = re.compile(r"/?(?:[a-z]{2}(?:[-_][a-zA-Z]{2})?/?)?(?:(?:index|home)(?:\.\w{2,5})?)?")


class ProposedEntry(Value):
    """A document to add, and the text that would be kept of it today."""

    document: Document
    text: str
    clauses: int
    #: The parts of the page that are no part of it, one line each.
    left_out: tuple[str, ...] = ()
    #: Why the text may not be the policy's; only where it was asked for anyway.
    doubt: str = ""


def propose(
    url: str,
    known: Sequence[Document],
    fetch_all: FetchAll,
    *,
    service: str = "",
    document: str = "",
    fetch: str = "http",
    anyway: bool = False,
    call: Call = call_directly,
) -> ProposedEntry:
    """Return how the page at *url* would be watched: its names, and selectors when they help.

    Args:
        fetch: ``http`` or ``browser``.
        anyway: Propose also a text that does not look like a policy.

    Raises:
        ConfigError: It is no web address, is watched already, or no id can be found for it.
        DocumentError: It cannot be fetched, or does not look like a policy.
    """
    if finding := web_address(url):
        raise ConfigError(f"{url}: {finding}")
    for option, given in (("--service", service), ("--document", document)):
        if slug(given) != given:
            raise ConfigError(f"{option} {given!r}: not a slug; write {slug(given)!r}")
    if twin := next((each for each in known for page in each.pages if _same(page.url, url) and each.active), None):
        raise ConfigError(f"{url}: is watched already, as {twin.id}")
    page = Page(url, fetch=fetch)
    [seen] = preview([Document("new", "new", (page,))], fetch_all, twice=False, call=call)
    try:
        return _propose(seen, url, known, service, document, anyway=anyway, call=call)
    except ExtractError as error:
        if error.cause not in OVERRUNS:
            raise
        raise ExtractError(f"{url}: {error}", cause=error.cause) from error


def _propose(
    seen: Preview, url: str, known: Sequence[Document], service: str, document: str, *, anyway: bool, call: Call
) -> ProposedEntry:
    """Return how the page that was *seen* would be watched; as `propose`."""
    if not anyway and _is_home_page(seen, url, call):
        raise ConfigError(
            f"{url}: is a home page, not a document; `tostrack discover {url}` lists the policies that it links to"
        )
    if seen.cause and not (anyway and seen.text):
        remedy = _REMEDIES.get(seen.cause, "")
        said = seen.message if url in seen.message else f"{url}: {seen.message}"
        kept = "if it is the policy, add it with --anyway and accept its first text" if seen.text else ""
        raise ExtractError("; ".join(filter(None, [said, remedy, kept])), cause=seen.cause)
    found = _named(seen, known, service, document, call)
    if taken := next((each for each in known if each.id == found.id), None):
        raise ConfigError(f"{found.id}: is watched already, at {taken.pages[0].url}; name another with --document")
    text = call(document_text.extract_text, found, seen.captures)
    reading, _ = read_bounded(Version(text), call)
    return ProposedEntry(found, text, len(reading.clauses), seen.left_out, seen.message)


def _is_home_page(seen: Preview, url: str, call: Call) -> bool:
    """Return whether *url* is the front of a site whose page links to its own terms or privacy policy."""
    if not _FRONT.fullmatch(urlsplit(url).path) or 0 not in seen.captures:
        return False
    from tostrack.extraction.policy_links import find_policy_links
    from tostrack.extraction.proposals import read_page_facts
    from tostrack.language.document_kind import kind_of_name

    capture = seen.captures[0]
    called = call(read_page_facts, capture.body, content_type=capture.content_type).title
    if any(kind_of_name(part.strip(), url) for part in re.split(r"[|·•–—:»-]", called)):
        return False
    links = call(find_policy_links, capture.body, capture.final_url, content_type=capture.content_type)
    return any(link.kind in ("terms", "privacy") for link in links)


def _named(seen: Preview, known: Sequence[Document], service: str, document: str, call: Call) -> Document:
    from tostrack.extraction.proposals import propose_selector, read_page_facts

    [page], capture = seen.document.pages, seen.captures[0]
    url = page.url
    says = call(read_page_facts, capture.body, content_type=capture.content_type)
    # The heading of the policy, not of a consent box before it.
    heading = next((plain(clause.text) for clause in seen.clauses if clause.kind == "h1"), "")
    called = names(url, title=says.title, heading=heading, site_name=says.site_name, known=known)
    service, document = service or called.service, document or called.document
    if not service or not document:
        missing = "--service" if not service else "--document"
        raise ConfigError(f"{url}: nothing on it makes an id; name it with {missing}")
    select, remove = call(propose_selector, capture.body, url=capture.final_url, content_type=capture.content_type)
    own = next((each.service_name for each in known if each.service == service), "")
    return Document(
        service,
        document,
        (Page(url, select, remove, fetch=page.fetch),),
        called.document_name,
        own or (called.service_name if service == called.service else ""),
        says.language,
    )


def _same(one: str, other: str) -> bool:
    """Whether two addresses ask for the same page, but for a slash at the end and a place on the page."""
    # Some pages differ in their fragment alone; nobody watches both by accident.
    return urldefrag(one)[0].rstrip("/") == urldefrag(other)[0].rstrip("/")
