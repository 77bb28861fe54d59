"""The site's feeds: of everything, of each platform, of each document and of each topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from tostrack.archive import ChangeRow
from tostrack.models import from_iso, iso
from tostrack.render.feed import FORMS, MAX_ENTRIES, FeedEntry
from tostrack.render.site.rendering import FeedLink
from tostrack.render.site_paths import site_address
from tostrack.services.feeds import FeedMaker, credible_time
from tostrack.services.site.document_pages import SiteContext, key_of
from tostrack.value import Value


class FeedChange(Value):
    """A change that readers were notified of."""

    row: ChangeRow
    #: Of its service and of its document.
    names: tuple[str, str]
    #: Changes with what an entry says.
    key: str


def link_to(name: str, title: str) -> FeedLink:
    """Return how pages point to the feed called *name*."""
    return FeedLink(title, f"feeds/{name}.atom.xml")


def write_feed(context: SiteContext, name: str, title: str, told: Iterable[FeedChange], home: str) -> None:
    """Write the feed called *name* in every form.

    Args:
        context: What pages are made with.
        name: Of its files; its permanent id.
        title: For people.
        told: What readers were notified of, newest first.
        home: The page that it belongs to.
    """
    shown = list(told)[:MAX_ENTRIES]
    for one in shown:
        context.shelf.keep(f"entry {one.row.id}")
    url = context.site.url
    key = key_of(context.key, name, title, home, [one.key for one in shown])
    paths = [f"feeds/{name}.{suffix}" for suffix in FORMS]
    fresh = [context.shelf.is_fresh(path, key) for path in paths]
    if all(fresh):
        return
    maker = FeedMaker(context.archive, url)
    entries = tuple(_dated([_entry(context, maker, one) for one in shown], context.site.checked_at))
    for form, path in zip(FORMS.values(), paths, strict=True):
        made = maker.feed(name, title, entries, site_address(url, path), site_address(url, home))
        context.shelf.put(path, form(made), key)


def _dated(entries: Iterable[FeedEntry], latest: str) -> Iterator[FeedEntry]:
    """Yield *entries*, newest first, none of them later than the one before it or than the last check."""
    for entry in entries:
        latest = credible_time(iso(entry.updated), latest)
        yield entry if latest == iso(entry.updated) else replace(entry, updated=from_iso(latest))


def _entry(context: SiteContext, maker: FeedMaker, one: FeedChange) -> FeedEntry:
    made = partial(maker.entry, one.row, *one.names, one.row.seen_at)
    return context.shelf.fact(f"entry {one.row.id}", one.key, FeedEntry, made)
