"""Names and ids for a page that is added to a watchlist: from its address, and from what it calls itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from tostrack.language.document_kind import find_document_kind
from tostrack.models import Document, slug
from tostrack.value import Value

#: Labels of a host that say what it serves or where, and not whose it is.
_GENERIC = frozenset(
    "www www2 www3 m mobile web app apps my accounts account help helpcenter support legal law policy policies privacy"
    " privacycenter terms tos about docs doc documentation info corporate company site pages static en us eu uk intl"
    " global transparency safety trust community developer developers dev business api cdn mbasic gdpr".split()
)
#: Second-level domains that registries sell names under: `acme.co.uk`.
_SECOND_LEVEL = frozenset("co com org net gov edu ac or ne gob nom ltd plc".split())
#: What a document of a kind is called where its page does not say.
_KIND_NAMES = {
    "terms": "Terms of Service", "privacy": "Privacy Policy", "cookies": "Cookie Policy", "ai": "AI Policy",
    "copyright": "Copyright Policy", "acceptable-use": "Acceptable Use Policy", "imprint": "Imprint",
    "community-guidelines": "Community Guidelines", "accessibility": "Accessibility Statement",
    "developer-terms": "Developer Terms", "data-processing": "Data Processing Agreement",
    "sub-processors": "Sub-processors", "sla": "Service Level Agreement",
}  # fmt: skip
_SEPARATOR = re.compile(r"\s+[|·•–—:»>-]+\s+|\s*[|·•»]\s*|:\s+")


class Names(Value):
    """Whose a page is and what it is, as ids and as names."""

    service: str
    service_name: str
    document: str
    document_name: str


def names(
    url: str, *, title: str = "", heading: str = "", site_name: str = "", known: Iterable[Document] = ()
) -> Names:
    """Return the names of the page at *url*; an id may be empty when nothing makes one.

    A service that is watched on the same host already, or under the same id, is the service.
    """
    parts = [part.strip(" .") for part in _SEPARATOR.split(title) if part.strip(" .")]
    heading = heading.strip(" .")
    watched = list(known)
    service, service_name = _service(url, site_name, parts, watched)
    path = re.sub(r"[-_/+.]+", " ", unquote(urlsplit(url).path)).strip()
    # A title says whose the page is too, as "Acme API" does.
    document = find_document_kind((heading, path, *parts, urlsplit(url).hostname or ""))
    candidates = [text for text in (heading, *parts) if text and len(text) <= 60]
    named = [text for text in candidates if document and find_document_kind([text]) == document]
    document_name = (named or [_KIND_NAMES[document]] if document else candidates or [""])[0]
    taken = {each.slug for each in watched if each.service == service}
    document = document or slug(document_name)
    if document in taken and slug(document_name) not in taken:
        document = slug(document_name) or document
    return Names(service, service_name, document, document_name)


def _service(url: str, site_name: str, parts: list[str], watched: list[Document]) -> tuple[str, str]:
    host = urlsplit(url).hostname or ""
    label = owner(host)
    same_host = (each for each in watched if any(urlsplit(page.url).hostname == host for page in each.pages))
    known = next(iter((*same_host, *(each for each in watched if each.service == label))), None)
    return (known.service, known.service_name) if known else _name_service(label, site_name, parts)


def _name_service(label: str, site_name: str, parts: list[str]) -> tuple[str, str]:
    """Return the id and the name of a new service, *label* being the host's own word for it."""
    # A name for people: the one that the host's own word is in, cut to that word when it says more than that.
    for text in (site_name, *reversed(parts)):
        spelt = [word for word in text.split() if slug(word) == label]
        if spelt or slug(text).replace("-", "") == label.replace("-", ""):
            return label, spelt[0] if spelt else text
    short = slug(site_name)
    if short and (label.startswith(short) or short.startswith(label)):
        return min(short, label, key=len), site_name
    return label, site_name or label.capitalize()


def owner(host: str) -> str:
    """Return the word of *host* that says whose it is, as an id: ``acme`` of ``help.acme.co.uk``."""
    if re.fullmatch(r"[\d.]+|.*:.*", host):
        return slug(host)
    labels = host.rstrip(".").split(".")
    if len(labels) > 1:
        labels.pop()
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return slug(next((label for label in reversed(labels) if label not in _GENERIC), labels[-1]))
