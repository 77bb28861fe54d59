"""Stored changes as Atom, RSS and JSON Feed: the same bytes for the same changes, and ids that never move."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from tostrack.models import Change, iso
from tostrack.render.change_formats import change_as_html, safe_url
from tostrack.render.escape import document_id, safe_line
from tostrack.render.headline import headline
from tostrack.render.terminal import change_as_text
from tostrack.value import Value

#: What Open Terms Archive's feeds hold; a reader that was away longer reads the site.
MAX_ENTRIES = 100
#: Readers refuse or time out on feeds above about 1 MB.
MAX_BYTES = 950_000
#: Of one entry's HTML.
ENTRY_BUDGET = 12_000

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_NOT_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_AUTHORITY = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[a-z0-9._-]+@[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class FeedEntry(Value):
    """One change as readers of a feed get it."""

    #: A ``tag:`` URI; see `tag`.
    id: str
    title: str
    updated: datetime
    summary_html: str
    summary_text: str = ""
    #: The page of the change; without a site the policy itself.
    link: str = ""
    topics: tuple[str, ...] = ()


class FeedData(Value):
    """A feed of changes: of everything, of a service, of a document or of a topic."""

    id: str
    title: str
    entries: tuple[FeedEntry, ...]
    subtitle: str = ""
    #: The public address of the feed itself and of the page it belongs to; empty when no base URL is configured.
    url: str = ""
    home: str = ""
    #: The WebSub hub that tells of news.
    hub: str = ""
    #: The time of a feed without entries; "now" would change its bytes every night.
    began: datetime = datetime(1970, 1, 1, tzinfo=UTC)


def tag(authority: str, year: int, *parts: str) -> str:
    """Return the RFC 4151 id ``tag:AUTHORITY,YEAR:PART:PART``: the same forever, wherever the site is served.

    Args:
        authority: A domain or mail address that the publisher held in *year*; frozen when the archive was made.
        parts: What names the thing in the archive: ids and hashes, never names, addresses or places in a list.

    Raises:
        ValueError: *authority* is neither a domain nor a mail address.
    """
    if not _AUTHORITY.fullmatch(authority):
        raise ValueError(f"{authority!r} is neither a domain nor a mail address")
    return f"tag:{authority},{year:04d}:" + ":".join(quote(part, safe="/-._~") for part in parts)


def change_id(change: Change, authority: str, year: int) -> str:
    """Return the id of *change* forever: its document, when the new text was first seen, and the text's hash."""
    seen_at = iso(change.new.seen_at) if change.new.seen_at else ""
    name = document_id(change.service, change.document)
    return tag(authority, year, "change", name, seen_at.replace(":", ""), change.new.sha256[:16])


def build_entry(
    change: Change,
    *,
    authority: str,
    year: int,
    service_name: str = "",
    document_name: str = "",
    link: str = "",
    updated: datetime | None = None,
) -> FeedEntry:
    """Return *change* as an entry: the headline as title, the redline with its flags as content.

    Args:
        updated: When it was reported, if that was later than its text was seen.

    Raises:
        ValueError: The change has no time, or *authority* is no authority.
    """
    if change.new.seen_at is None:
        raise ValueError("a change without a time cannot be an entry of a feed")
    return FeedEntry(
        id=change_id(change, authority, year),
        title=headline(change, service_name, document_name),
        updated=updated or change.new.seen_at,
        summary_html=change_as_html(change, url=link, budget=ENTRY_BUDGET, title=False),
        summary_text=change_as_text(change, budget=ENTRY_BUDGET // 4),
        link=link,
        topics=change.topics,
    )


def render_atom(feed: FeedData) -> str:
    """Return *feed* as an Atom 1.0 document; the same entries give the same bytes on any night."""
    entries = _newest(feed.entries)
    root = ET.Element("feed", {"xmlns": _ATOM})
    _add(root, "id", feed.id)
    _add(root, "title", safe_line(feed.title))
    if feed.subtitle:
        _add(root, "subtitle", safe_line(feed.subtitle))
    _add(root, "updated", iso(entries[0].updated if entries else feed.began))
    _add(_add(root, "author"), "name", "tostrack")
    if url := safe_url(feed.url):
        _add(root, "link", rel="self", type="application/atom+xml", href=url)
    if home := safe_url(feed.home):
        _add(root, "link", rel="alternate", type="text/html", href=home)
    if hub := safe_url(feed.hub):
        _add(root, "link", rel="hub", href=hub)
    _add(root, "generator", "tostrack")
    for item in entries:
        node = _add(root, "entry")
        _add(node, "id", item.id)
        _add(node, "title", safe_line(item.title))
        _add(node, "updated", iso(item.updated))
        _add(node, "published", iso(item.updated))
        if link := safe_url(item.link):
            _add(node, "link", rel="alternate", type="text/html", href=link)
        for topic in item.topics:
            _add(node, "category", term=safe_line(topic))
        if item.summary_text:
            _add(node, "summary", item.summary_text)
        # Not xhtml: rss-parser 3.13.0 moves its words, atoma 0.0.17 loses them (docs/upstream.md).
        _add(node, "content", item.summary_html, type="html")
    return _written(root)


def render_rss(feed: FeedData) -> str:
    """Return *feed* as an RSS 2.0 document, with the same ids, order and content as `atom`."""
    entries = _newest(feed.entries)
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": _ATOM, "xmlns:content": _CONTENT})
    channel = _add(root, "channel")
    _add(channel, "title", safe_line(feed.title))
    # RSS demands a link; without a site the feed's own id is the only address that it has.
    _add(channel, "link", safe_url(feed.home) or safe_url(feed.url) or feed.id)
    _add(channel, "description", safe_line(feed.subtitle or feed.title))
    if url := safe_url(feed.url):
        _add(channel, "atom:link", rel="self", type="application/rss+xml", href=url)
    if hub := safe_url(feed.hub):
        _add(channel, "atom:link", rel="hub", href=hub)
    _add(channel, "lastBuildDate", _rfc822(entries[0].updated if entries else feed.began))
    _add(channel, "generator", "tostrack")
    for item in entries:
        node = _add(channel, "item")
        _add(node, "title", safe_line(item.title))
        if link := safe_url(item.link):
            _add(node, "link", link)
        _add(node, "guid", item.id, isPermaLink="false")
        _add(node, "pubDate", _rfc822(item.updated))
        for topic in item.topics:
            _add(node, "category", safe_line(topic))
        _add(node, "description", item.summary_text or safe_line(item.title))
        _add(node, "content:encoded", item.summary_html)
    return _written(root)


def render_json_feed(feed: FeedData) -> str:
    """Return *feed* as a JSON Feed 1.1, with the same ids, order and content as `atom`."""
    whole: dict[str, Any] = {"version": "https://jsonfeed.org/version/1.1", "title": safe_line(feed.title)}
    for key, value in (("home_page_url", safe_url(feed.home)), ("feed_url", safe_url(feed.url))):
        whole |= {key: value} if value else {}
    whole |= {"description": safe_line(feed.subtitle)} if feed.subtitle else {}
    whole["authors"] = [{"name": "tostrack"}]
    if hub := safe_url(feed.hub):
        whole["hubs"] = [{"type": "WebSub", "url": hub}]
    whole["items"] = [_json_item(item) for item in _newest(feed.entries)]
    # ASCII: lone surrogates are valid in JSON's escapes, and in no encoding.
    return json.dumps(whole, indent=1) + "\n"


def _json_item(item: FeedEntry) -> dict[str, Any]:
    link = safe_url(item.link)
    return {
        "id": item.id,
        **({"url": link} if link else {}),
        "title": safe_line(item.title),
        "content_html": _xml(item.summary_html),
        **({"content_text": _xml(item.summary_text)} if item.summary_text else {}),
        "date_published": iso(item.updated),
        "tags": [safe_line(topic) for topic in item.topics],
    }


#: Every form by the end of its file's name, which says its media type to most servers.
FORMS = {"atom.xml": render_atom, "rss.xml": render_rss, "feed.json": render_json_feed}


def _newest(entries: Iterable[FeedEntry]) -> list[FeedEntry]:
    """Return the entries that the feed holds, newest first, each id once, whatever order they came in."""
    ordered = sorted(entries, key=lambda item: (item.updated, item.id), reverse=True)
    unique = list({item.id: item for item in reversed(ordered)}.values())[::-1][:MAX_ENTRIES]
    room = MAX_BYTES
    kept: list[FeedEntry] = []
    for item in unique:
        room -= _size(item)
        if room < 0 and kept:
            break
        kept.append(item)
    return kept


def _size(item: FeedEntry) -> int:
    """Return about how many bytes *item* takes once its text is escaped; never fewer in any format."""
    parts = [item.summary_html, item.summary_text, item.title, item.link, item.id, *item.topics]
    bare = sum(len(part.encode("utf-8", "replace")) for part in parts)
    # ``&amp;`` and ``&lt;`` are 4 and 3 longer than their characters; the elements around the text are under 600.
    escaped = sum(4 * part.count("&") + 3 * (part.count("<") + part.count(">")) for part in parts)
    return bare + escaped + 600


def _add(parent: ET.Element, name: str, text: str = "", /, **attributes: str) -> ET.Element:
    node = ET.SubElement(parent, name, {key: _xml(value) for key, value in attributes.items()})
    if text:
        node.text = _xml(text)
    return node


def _xml(text: str) -> str:
    """Return *text* without what XML 1.0 cannot hold or discourages; ElementTree writes it all the same."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _written(root: ET.Element) -> str:
    ET.indent(root, space=" ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _rfc822(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC), usegmt=True)
