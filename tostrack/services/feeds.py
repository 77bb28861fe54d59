"""From the archive to what is published: which stored changes go into which file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tostrack.archive import Archive, ChangeRow
from tostrack.models import Verdict, from_iso, iso, slug
from tostrack.render.escape import count
from tostrack.render.headline import subject_of
from tostrack.render.site_paths import change_page, site_address

#: What a feed holds.
SUBTITLE = "Changes of terms and privacy policies that matter, quoted"

if TYPE_CHECKING:
    from tostrack.render.feed import FeedData, FeedEntry


def build_feeds(
    archive: Archive, url: str = "", site: str = "", hub: str = "", *, history: bool = False
) -> dict[str, str]:
    """Return the feeds of the archive by file name: Atom, RSS 2.0 and JSON Feed, each of everything and of its parts.

    ``all``, each service (``acme``), each document (``documents/acme/terms``) and each topic (``topics/sharing``). A
    feed holds the changes that readers are notified of; the same archive gives the same bytes.

    Args:
        url: Where the files will be served, without a final slash; empty when they are only read from disk.
        site: Where the pages of changes are published; empty when they are not.
        hub: The WebSub hub that is pinged when a feed has news.
        history: Also changes that nobody was notified of because they were imported.
    """
    from tostrack.render import feed

    maker = FeedMaker(archive, site)
    entries = _entries(archive, maker, history=history)
    silent = Counter(name for row in archive.changes(verdict=Verdict.SUBSTANTIVE) for name in _feeds_of(row))
    files = {}
    for name, title in _titles(archive).items():
        held = tuple(entry for row, entry in entries if name in _feeds_of(row))[: feed.MAX_ENTRIES]
        for suffix, form in feed.FORMS.items():
            path = f"{name}.{suffix}"
            own = f"{url}/{path}" if url else ""
            files[path] = form(maker.feed(name, title, held, own, site or url, hub=hub, imported=silent[name]))
    return files


class FeedMaker:
    """Makes the feeds of one archive: their ids are of its authority and of the year in which it was made.

    Args:
        archive: Open for reading.
        site: Where the pages of changes are published; empty when they are not.
    """

    def __init__(self, archive: Archive, site: str) -> None:
        self._archive = archive
        self._site = site
        self._authority, self._began = archive.meta("authority"), from_iso(archive.meta("created_at"))

    def feed(
        self,
        name: str,
        title: str,
        entries: tuple[FeedEntry, ...],
        url: str,
        home: str,
        *,
        hub: str = "",
        imported: int = 0,
    ) -> FeedData:
        """Return the feed called *name*, which its id is made of.

        Args:
            url: Where the feed itself is published, and *home* the page that it belongs to; each may be empty.
            hub: As for `build_feeds`.
            imported: How many changes are not in it because they were imported.
        """
        from tostrack.render.feed import FeedData, tag

        kept = f"; {count(imported, 'imported change')} not listed" if imported else ""
        empty = f"No change that matters since watching began on {iso(self._began)[:10]}{kept}"
        ident = tag(self._authority, self._began.year, "feed", name)
        return FeedData(
            ident, title, entries, SUBTITLE if entries else empty, began=self._began, url=url, home=home, hub=hub
        )

    def entry(self, row: ChangeRow, service_name: str, document_name: str, updated: str) -> FeedEntry:
        """Return the change of *row* as an entry that says that it was *updated* then."""
        from tostrack.render.feed import build_entry

        return build_entry(
            self._archive.load_change(row),
            authority=self._authority,
            year=self._began.year,
            service_name=service_name,
            document_name=document_name,
            link=site_address(self._site, change_page(row.id)) or self._policy(row),
            updated=from_iso(updated),
        )

    def _policy(self, row: ChangeRow) -> str:
        """Return the address that the new text of a change was fetched from; empty where no capture is stored."""
        version = self._archive.version(row.service, row.document, row.to_number)
        return next((one.url for one in self._archive.sources(version)), "") if version else ""


def _entries(archive: Archive, maker: FeedMaker, *, history: bool) -> list[tuple[ChangeRow, FeedEntry]]:
    """Return every change that any feed holds, newest first, rendered once."""
    from tostrack.render.feed import MAX_ENTRIES

    documents = {row.id: row for row in archive.documents()}
    told = [row for row in archive.changes(verdict=Verdict.SUBSTANTIVE) if row.announced or history]
    taken: Counter[str] = Counter()
    found = []
    latest = max((row.checked_at or "" for row in documents.values()), default="")
    for row in told:
        # The newest hundred are all that a feed can hold, and rendering is what costs.
        if all(taken[name] >= MAX_ENTRIES for name in _feeds_of(row)):
            continue
        taken.update(_feeds_of(row))
        document = documents[f"{row.service}/{row.document}"]
        latest = credible_time(row.seen_at, latest)
        found.append((row, maker.entry(row, document.service_name, document.name, latest)))
    return found


def credible_time(seen_at: str, latest: str) -> str:
    """Return when an entry says that it was updated: a clock that was ahead must not keep it at the top for years.

    Args:
        seen_at: When its change was seen.
        latest: What the entry before it says, which is newer, or the last check; empty when there is none.
    """
    return min(seen_at, latest) if latest and seen_at[:10] > latest[:10] else seen_at


def _feeds_of(row: ChangeRow) -> list[str]:
    """Return the names of the feeds that tell of a change."""
    topics = [f"topics/{slug(topic)}" for topic in row.topics]
    return ["all", row.service, f"documents/{row.service}/{row.document}", *topics]


def _titles(archive: Archive) -> dict[str, str]:
    """Return every feed's name with its title."""
    found = {"all": "Changes that matter"}
    for each in archive.documents():
        found[each.service] = f"{each.service_name}: changes that matter"
        found[f"documents/{each.id}"] = f"{each.service_name}, {each.name}: changes that matter"
    for topic in sorted({topic for row in archive.changes(verdict=Verdict.SUBSTANTIVE) for topic in row.topics}):
        found[f"topics/{slug(topic)}"] = f"{subject_of(topic)}: changes that matter"
    return found
