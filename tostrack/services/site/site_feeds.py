"""The site's feeds: of everything, of each platform, of each document and of each topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from tostrack.archive import ChangeRow
from tostrack.models import from_iso, iso
from tostrack.render.feed import FORMS, MAX_ENTRIES, FeedData, FeedEntry, build_entry, tag
from tostrack.render.site.rendering import FeedLink
from tostrack.render.site_paths import change_page, site_address
from tostrack.services.feeds import SUBTITLE, credible_time, describe_empty, find_policy
from tostrack.services.site.document_pages import SiteContext, key_of


@dataclass(frozen=True)
class FeedChange:
    """A change that readers were told of."""

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
        name: Of its files; its id for ever.
        title: For people.
        told: What readers were told, newest first.
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
    entries = tuple(_dated([_entry(context, one) for one in shown], context.site.checked_at))
    authority, began = context.archive.meta("authority"), from_iso(context.archive.meta("created_at"))
    for form, path in zip(FORMS.values(), paths, strict=True):
        made = FeedData(
            id=tag(authority, began.year, "feed", name),
            title=title,
            entries=entries,
            subtitle=SUBTITLE if entries else describe_empty(began, 0),
            began=began,
            url=site_address(url, path),
            home=site_address(url, home),
        )
        context.shelf.put(path, form(made), key)


def _dated(entries: Iterable[FeedEntry], latest: str) -> Iterator[FeedEntry]:
    """Yield *entries*, newest first, none of them later than the one before it or than the last check."""
    for entry in entries:
        latest = credible_time(iso(entry.updated), latest)
        yield entry if latest == iso(entry.updated) else replace(entry, updated=from_iso(latest))


def _entry(context: SiteContext, one: FeedChange) -> FeedEntry:
    found = context.shelf.fact(f"entry {one.row.id}", one.key, lambda: _fields(context, one))
    return _entry_of(found)


def _fields(context: SiteContext, one: FeedChange) -> dict[str, Any]:
    made = build_entry(
        context.archive.load_change(one.row),
        authority=context.archive.meta("authority"),
        year=from_iso(context.archive.meta("created_at")).year,
        service_name=one.names[0],
        document_name=one.names[1],
        link=site_address(context.site.url, change_page(one.row.id)) or find_policy(context.archive, one.row),
        updated=from_iso(one.row.seen_at),
    )
    return {**asdict(made), "updated": iso(made.updated)}


def _entry_of(fields: Mapping[str, Any]) -> FeedEntry:
    return FeedEntry(**{**fields, "updated": from_iso(fields["updated"]), "topics": tuple(fields["topics"])})
