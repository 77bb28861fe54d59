"""The list of pages for web crawlers."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from tostrack.render.escape import safe_line
from tostrack.render.site.rendering import FeedLink
from tostrack.render.site_paths import site_address

#: The protocol's limit for one file.
_MOST = 50_000
_XMLNS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemaps(addresses: Sequence[str], url: str) -> dict[str, str]:
    """Return ``sitemap.xml`` for *addresses*; when they are too many for one file, more of them and an index.

    Args:
        addresses: Whole ones.
        url: Of the site, without a final slash.
    """
    parts = [addresses[at : at + _MOST] for at in range(0, len(addresses), _MOST)] or [()]
    if len(parts) == 1:
        return {"sitemap.xml": _file("urlset", "url", parts[0])}
    files = {f"sitemap-{number}.xml": _file("urlset", "url", part) for number, part in enumerate(parts, 1)}
    return {**files, "sitemap.xml": _file("sitemapindex", "sitemap", [f"{url}/{name}" for name in files])}


def _file(root: str, item: str, addresses: Sequence[str]) -> str:
    lines = [f"<{item}><loc>{escape(address)}</loc></{item}>" for address in addresses]
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="{_XMLNS}">\n' + "\n".join(lines) + f"\n</{root}>\n"


def robots(url: str) -> str:
    """Return ``robots.txt``: everybody is welcome."""
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {url}/sitemap.xml\n" if url else "")


def opml(title: str, feeds: Sequence[FeedLink], url: str) -> str:
    """Return *feeds* as OPML 2.0, for feed readers that subscribe to many at once; without *url*, by their paths."""
    lines = [
        f'<outline type="rss" text={quoteattr(safe_line(feed.title))} '
        f"xmlUrl={quoteattr(site_address(url, feed.page) or feed.page)}/>"
        for feed in feeds
    ]
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0">\n<head><title>{escape(title)}</title></head>'
    return f"{head}\n<body>\n" + "\n".join(lines) + "\n</body>\n</opml>\n"
