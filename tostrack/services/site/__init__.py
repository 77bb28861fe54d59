"""From the archive to a site in a folder: which pages there are, and which of them must be made again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TypeVar

from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.archive import Archive, ChangeRow, DocumentRow
from tostrack.archive.kinds import find_kinds
from tostrack.archive.reviews import combine_reviews
from tostrack.clauses import plain
from tostrack.models import Outcome, Verdict, from_iso
from tostrack.render.calendar import BindingDate
from tostrack.render.csv_rows import as_csv
from tostrack.render.escape import cut, path_of, safe_line
from tostrack.render.listings import BLOCKED
from tostrack.render.site import pages, search_index
from tostrack.render.site.change_page import without_words
from tostrack.render.site.page_data import (
    AgeRow,
    Arrival,
    ChangeItem,
    DocumentCard,
    Health,
    PlatformData,
    Power,
    Silence,
    Site,
)
from tostrack.render.site.rendering import EVERYTHING, FeedLink, asset, day_words, fingerprint, topic_name
from tostrack.render.site.sitemap import opml, robots, sitemaps
from tostrack.render.site_paths import change_page, document_page, platform_page, site_address, topic_page
from tostrack.render.wording import describe_cause
from tostrack.services.export import CHANGES
from tostrack.services.policy_ages import PolicyAge, read_policy_age
from tostrack.services.site import api
from tostrack.services.site.build_cache import BuildCache
from tostrack.services.site.document_pages import DocumentPages, SiteContext, key_of
from tostrack.services.site.site_feeds import FeedChange, link_to, write_feed
from tostrack.services.stored_rules import read_stored_rules
from tostrack.services.upcoming import calendars_of, list_binding_dates
from tostrack.value import Value, fields_of

#: What the site is called when nobody named it.
TITLE = "Terms, watched"
_ASSETS = ("site.css", "site.js", "icon.svg")
#: What pages are made by.
_MAKERS = ("tostrack.services.site", "tostrack.render", "tostrack.render.site", "tostrack.render.site.templates")
#: Of a heading path beside a clause that was found.
_PATH = 80


_Seen = TypeVar("_Seen", ChangeItem, Silence, Arrival)


class SiteBuild(Value):
    """The result of writing the site."""

    pages: int
    written: int
    removed: int


def build_site(
    archive: Archive, out: Path, *, title: str = TITLE, url: str = "", book: Rulebook = SHIPPED, force: bool = False
) -> SiteBuild:
    """Write the site of *archive* into the folder *out*; what would be the same is neither made nor touched.

    Args:
        archive: Open for reading.
        out: Made when it is not there.
        title: What the site is called.
        url: Where it will be served, without a final slash; empty when it is only read from the folder.
        book: What flags and explains clauses.
        force: Make every page again.

    Raises:
        ConfigError: The folder holds other things.
        StoreError: It cannot be written, or the archive cannot be read.
    """
    with BuildCache(out, force=force) as shelf:
        _Builder(archive, shelf, title, url, book).run()
    return SiteBuild(len(shelf.paths), shelf.written, shelf.removed)


class _Builder:
    """One run."""

    def __init__(self, archive: Archive, shelf: BuildCache, title: str, url: str, book: Rulebook) -> None:
        documents = archive.documents()
        checked_at = max((row.checked_at or "" for row in documents), default="")
        site = Site(safe_line(title), url, book.topics(), checked_at)
        # Redacted text must go from every page, and the hashes of versions do not show it.
        taken_out = archive.redactions()
        key = key_of(fingerprint(*_MAKERS), site.title, url, dict(site.topics), book.fingerprint, taken_out)
        self.archive, self.shelf, self.site = archive, shelf, site
        self.reviews = combine_reviews(archive.reviews())
        meaning = lru_cache(maxsize=None)(book.meaning)
        # As many as a platform has documents.
        blame = lru_cache(maxsize=16)(archive.blame_reader)
        rules = lru_cache(maxsize=16)(partial(read_stored_rules, archive, book=book))
        kinds = find_kinds(archive, documents)
        self.context = SiteContext(archive, shelf, site, book, key, meaning, blame, rules, self.reviews, kinds)
        self.documents: list[DocumentPages] = []
        self.services: dict[str, list[DocumentRow]] = defaultdict(list)
        for row in sorted(documents, key=lambda row: (row.service_name.casefold(), row.id)):
            self.services[row.service].append(row)
        self.changes: dict[str, list[ChangeRow]] = defaultdict(list)
        newest_first = archive.changes()
        #: Where each change comes in a list of the newest: by time, and within a document by number.
        self.order = {change.id: place for place, change in enumerate(newest_first)}
        for change in reversed(newest_first):
            self.changes[f"{change.service}/{change.document}"].append(change)
        self.told: list[FeedChange] = []
        self.powers: dict[str, dict[tuple[str, str], list[Power]]] = {topic: {} for topic in site.topics}
        self.vocabulary: dict[str, list[str]] = {}

    def run(self) -> None:
        """Write everything."""
        platforms = [self._platform(rows) for rows in self.services.values()]
        news = sorted(
            (item for platform in platforms for item in platform.news),
            key=lambda item: (item.seen_at, item.id),
            reverse=True,
        )
        cards = [pages.card(platform, self.site) for platform in platforms]
        self.shelf.put("index.html", pages.front(self.site, cards, news))
        self._years(news)
        self._topics(news)
        self._search(platforms)
        self.told.sort(key=self._place_of)
        write_feed(self.context, "all", self.site.title, self.told, "index.html")
        self.shelf.put("silences/index.html", pages.silences(self.site, self._all_silences()))
        self._dates()
        self._api()
        self._csv("changes.csv", self.archive.changes())
        for slug, rows in self.services.items():
            own = [change for row in rows for change in self.changes[row.id]]
            self._csv(f"platforms/{slug}/changes.csv", sorted(own, key=lambda change: self.order[change.id]))
        self.shelf.put("feeds/all.opml", opml(self.site.title, self._feed_list(), self.site.url))
        for path, text in pages.plain_pages(self.site).items():
            self.shelf.put(path, text)
        for name in _ASSETS:
            self.shelf.put(f"assets/{name}", asset(name))
        self._maps()

    def _place_of(self, change: FeedChange) -> int:
        return self.order[change.row.id]

    def _csv(self, path: str, changes: Iterable[ChangeRow]) -> None:
        rows = [fields_of(change, CHANGES) for change in changes]
        self.shelf.put(path, as_csv(rows, CHANGES))

    def _feed_list(self) -> list[FeedLink]:
        services = [link_to(slug, rows[0].service_name) for slug, rows in self.services.items()]
        topics = [link_to(f"topic.{topic}", topic_name(topic)) for topic in self.site.topics]
        documents = [
            link_to(f"{row.service}.{row.document}", f"{row.service_name}: {row.name}")
            for rows in self.services.values()
            for row in rows
        ]
        return [EVERYTHING, *services, *documents, *topics]

    # One platform

    def _platform(self, rows: Sequence[DocumentRow]) -> PlatformData:
        first = rows[0]
        feed = link_to(first.service, f"{safe_line(first.service_name)}: changes that matter")
        documents = [DocumentPages(self.context, row, self.changes[row.id], feed) for row in rows]
        self.documents += documents
        items = _newest(item for document in documents for item in document.write_pages())
        shown = PlatformData(
            first.service,
            safe_line(first.service_name),
            tuple(map(_card, documents)),
            tuple(map(without_words, items)),
            tuple(_newest(one for document in documents for one in _silences(document))),
            tuple(_newest(one for document in documents for one in _arrivals(document))),
            tuple(held for document in documents for held in document.held()),
        )
        page = platform_page(shown.slug)
        key = key_of(self.context.key, self.site.checked_at[:7], shown)
        self.shelf.page(page, key, lambda: pages.platform(self.site, shown, feed))
        for topic in self.site.topics:
            powers = [power for document in documents for power in document.powers() if power.topic == topic]
            if powers:
                self.powers[topic][shown.slug, shown.name] = powers
        self._searchable(shown, documents, items)
        self._platform_feeds(shown, documents)
        return shown

    def _all_silences(self) -> list[Silence]:
        names = {each.row.id: f"{each.row.service_name}: {each.row.name}" for each in self.documents}
        return [
            Silence(
                *(change.id, change.document, "", change.seen_at, change.reason, safe_line(change.explanation)),
                *(change.to_number, safe_line(names[f"{change.service}/{change.document}"])),
                change_page(change.id) if change.verdict == Verdict.EDITORIAL else "",
            )
            for change in self.archive.changes()
            if change.verdict != Verdict.SUBSTANTIVE
        ]

    def _dates(self) -> None:
        """Write the effective dates: their page, their calendars, and their file of the API."""
        dates = [one for document in self.documents for one in self._binding_date(document)]
        dates.sort(key=lambda one: (one.day, one.service, one.document, one.kind))
        ahead = [one for one in dates if one.day.isoformat() >= self.site.checked_at[:10]]
        ages = [self._age(document) for document in self.documents if document.chain]
        self.shelf.put("upcoming/index.html", pages.upcoming(self.site, ahead, ages))
        self.shelf.put(f"{api.FOLDER}/upcoming.json", api.upcoming_file(dates))
        services = {slug: rows[0].service_name for slug, rows in self.services.items()}
        for path, text in calendars_of(dates, services, self.site.topics, self.archive.meta("authority")).items():
            self.shelf.put(f"feeds/{path.replace('topics/', 'topic.')}", text)

    def _binding_date(self, document: DocumentPages) -> list[BindingDate]:
        row, key = document.row, key_of(document.key, self.site.url)
        found = partial(list_binding_dates, self.archive, [row], site=self.site.url)
        return self.shelf.fact(f"date {row.id}", key, list[BindingDate], found)

    def _age(self, document: DocumentPages) -> AgeRow:
        def found() -> PolicyAge:
            return read_policy_age(document.reading) if document.reading else PolicyAge()

        row, age = document.row, self.shelf.fact(f"age {document.row.id}", document.key, PolicyAge, found)
        checked = from_iso(self.site.checked_at).date() if self.site.checked_at else None
        days = age.days(checked) if checked else None
        return AgeRow(row.service, row.document, f"{row.service_name}: {row.name}", age.newest, days)

    def _api(self) -> None:
        self.shelf.put(f"{api.FOLDER}/index.json", api.index_file(self.site, self.documents))
        self.shelf.put(f"{api.FOLDER}/schema.json", asset("api.schema.json"))
        for document in self.documents:
            own = [self.reviews.get(change.id) for change in document.changes]
            versions = [version.hash for version in document.versions]
            key = key_of(document.key, versions, document.changes, own)
            make = partial(api.document_file, self.archive, document, self.reviews)
            self.shelf.page(f"{api.FOLDER}/{document.row.id}.json", key, make)

    def _platform_feeds(self, shown: PlatformData, documents: Sequence[DocumentPages]) -> None:
        told = []
        for document in documents:
            row = document.row
            own = [
                FeedChange(change, (row.service_name, row.name), document.change_key(change))
                for change in reversed(self.changes[row.id])
                if change.announced
            ]
            name = f"{safe_line(row.service_name)}, {safe_line(row.name)}: changes that matter"
            page = document_page(row.service, row.document) if document.chain else platform_page(row.service)
            write_feed(self.context, f"{row.service}.{row.document}", name, own, page)
            told += own
        told.sort(key=self._place_of)
        title = f"{shown.name}: changes that matter"
        write_feed(self.context, shown.slug, title, told, platform_page(shown.slug))
        self.told += told

    # Across platforms

    def _years(self, news: Sequence[ChangeItem]) -> None:
        years = sorted({item.seen_at[:4] for item in news}, reverse=True)
        for year in years:
            of_year = [item for item in news if item.seen_at[:4] == year]
            key = key_of(self.context.key, years, of_year)
            make = partial(pages.year_news, self.site, year, of_year, years)
            self.shelf.page(f"news/{year}/index.html", key, make)

    def _topics(self, news: Sequence[ChangeItem]) -> None:
        holders = {topic: len(powers) for topic, powers in self.powers.items()}
        self.shelf.put("topics/index.html", pages.topics(self.site, news, holders))
        for topic in self.site.topics:
            feed = link_to(f"topic.{topic}", f"{topic_name(topic)}: changes that matter")
            of_topic = [item for item in news if topic in item.topics]
            powers = self.powers[topic]
            key = key_of(self.context.key, self.site.checked_at[:7], of_topic, powers)
            make = partial(pages.topic, self.site, topic, of_topic, powers, feed)
            self.shelf.page(topic_page(topic), key, make)
            told = sorted(
                (one for one in self.told if topic in one.row.topics),
                key=self._place_of,
            )
            write_feed(self.context, f"topic.{topic}", feed.title, told, topic_page(topic))

    def _searchable(self, shown: PlatformData, documents: Sequence[DocumentPages], items: Sequence[ChangeItem]) -> None:
        key = key_of(self.context.key, shown.name, [document.key for document in documents], items)
        path = search_index.platform_file(shown.slug)
        fresh = self.shelf.is_fresh(path, key)

        @cache
        def found() -> list[search_index.Searched]:
            return [_searched(document) for document in documents]

        if not fresh:
            self.shelf.put_parts(path, search_index.platform_scripts(shown.slug, found(), items), key)
        listed = self.shelf.fact(f"words {shown.slug}", key, str, lambda: " ".join(search_index.words(found(), items)))
        self.vocabulary[shown.slug] = listed.split(" ") if listed else []

    def _search(self, platforms: Sequence[PlatformData]) -> None:
        names = [(platform.slug, platform.name) for platform in platforms]
        topics = {topic: topic_name(topic) for topic in self.site.topics}
        self.shelf.put(f"{search_index.FOLDER}/index.js", search_index.index_script(names, topics))
        for path, text in search_index.word_scripts(self.vocabulary).items():
            self.shelf.put(path, text)

    def _maps(self) -> None:
        """Tell those who crawl the web what there is: a sitemap wants whole addresses."""
        found = [path for path in self.shelf.paths if path.endswith("index.html")]
        maps = sitemaps([site_address(self.site.url, path) for path in found], self.site.url) if self.site.url else {}
        for path, text in {**maps, "robots.txt": robots(self.site.url)}.items():
            self.shelf.put(path, text)


def _newest(found: Iterable[_Seen]) -> list[_Seen]:
    return sorted(found, key=lambda one: one.seen_at, reverse=True)


def _silences(document: DocumentPages) -> Iterable[Silence]:
    name = safe_line(document.row.name)
    for change in document.changes:
        if change.verdict == Verdict.NOISE:
            explanation = safe_line(change.explanation)
            yield Silence(
                *(change.id, change.document, name, change.seen_at, change.reason, explanation), change.to_number
            )


def _arrivals(document: DocumentPages) -> Iterable[Arrival]:
    """Yield the versions without a change: the first, and those that were re-extracted."""
    judged = {change.to_number for change in document.changes}
    for version in document.versions:
        if version.number not in judged:
            name = safe_line(document.row.name)
            yield Arrival(document.row.document, name, version.seen_at, version.kind, version.number)


def _card(document: DocumentPages) -> DocumentCard:
    row, versions = document.row, document.versions
    return DocumentCard(
        row.service,
        row.document,
        safe_line(row.name),
        versions[0].seen_at if versions else "",
        row.changed_at or "",
        row.checked_at or "",
        row.versions,
        summarize_health(row),
        row.oscillations,
        document.kind,
    )


def summarize_health(row: DocumentRow) -> Health:
    """Return the result of the last check of a document, in words for a reader."""
    if row.checked_at is None:
        return Health("past", "No longer checked; its history is stored.")
    checked = day_words(row.checked_at)
    since = f" since {day_words(row.failing_since)}" if row.failing_since else ""
    if row.outcome == Outcome.SUSPECT:
        return Health("suspect", f"Quarantined{since}: the page does not look like the policy.")
    if row.outcome in (Outcome.FAILED, Outcome.SKIPPED) and row.cause:
        if row.cause in BLOCKED:
            return Health(
                "failing", f"Failed{since} ({describe_cause(row.cause)}): the platform refuses automated access."
            )
        return Health("waiting", f"Failed{since} ({describe_cause(row.cause)}).")
    return Health("fine", f"Checked {checked}.")


def _searched(document: DocumentPages) -> search_index.Searched:
    found = tuple(
        search_index.SearchEntry(
            cut(path_of(clause.heading), _PATH),
            safe_line(plain(clause.text)),
            row.edited,
            tuple(dict.fromkeys(flag.topic for flag in flags)),
        )
        for clause, row, flags in document.current_clauses()
    )
    return search_index.Searched(document.row.document, safe_line(document.row.name), found)


__all__ = ["TITLE", "SiteBuild", "build_site"]
