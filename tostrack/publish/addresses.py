"""Where pages of the site lie: what the site writes and what feeds, digests and mails link to."""

from __future__ import annotations


def change_page(change_id: str) -> str:
    """Return the file of a change's page below the site's root; it stays where it is for ever.

    ``acme/terms@7-settled`` lies in ``changes/acme/terms/7-settled/index.html``.
    """
    document, _, number = change_id.partition("@")
    return f"changes/{document}/{number}/index.html"


def address(site: str, page: str) -> str:
    """Return where readers find *page* when *site* is published; empty when it is not.

    Args:
        site: The `url` of the watchlist's settings, without a final slash, or empty.
        page: A file below the site's root; of a folder's index the folder is named.
    """
    return f"{site}/{page.removesuffix('index.html')}" if site else ""
