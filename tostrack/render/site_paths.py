"""The paths of the site's pages: what the site writes and what feeds, digests and mails link to."""

from __future__ import annotations

import re

_PART = re.compile(r"\.\d+(?=\.\w+\Z)")


def change_page(change_id: str) -> str:
    """Return the file of a change's page below the site's root; it never moves.

    The page of ``acme/terms@7-settled`` is ``changes/acme/terms/7-settled/index.html``.
    """
    document, _, number = change_id.partition("@")
    return f"changes/{document}/{number}/index.html"


def site_address(site: str, page: str) -> str:
    """Return where readers find *page* when *site* is published; empty when it is not.

    Args:
        site: The `url` of the watchlist's settings, without a final slash, or empty.
        page: A file below the site's root; of a folder's index the folder is named.
    """
    return f"{site}/{page.removesuffix('index.html')}" if site else ""


def platform_page(service: str) -> str:
    """Return the file of a platform's page."""
    return f"platforms/{service}/index.html"


def document_page(service: str, document: str) -> str:
    """Return the file of a document's page: the current text."""
    return f"platforms/{service}/{document}/index.html"


def version_page(service: str, document: str, number: int) -> str:
    """Return the file of one version's text; it never moves."""
    return f"platforms/{service}/{document}/{number}/index.html"


def topic_page(topic: str) -> str:
    """Return the file of a topic's page."""
    return f"topics/{topic}/index.html"


def part_page(page: str, number: int) -> str:
    """Return the file of one part of a large page: ``index.html``, then ``index.2.html``."""
    stem, _, ending = page.rpartition(".")
    return page if number == 1 else f"{stem}.{number}.{ending}"


def first_part(page: str) -> str:
    """Return the file of the first part of the page that *page* is a part of."""
    return _PART.sub("", page)


def relative(page: str, target: str) -> str:
    """Return how *page* links to *target*, both files below the site's root: from a folder and under any sub-path."""
    here, there = page.split("/")[:-1], target.split("/")
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    return "../" * (len(here) - shared) + "/".join(there[shared:])
