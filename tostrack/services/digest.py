"""From the archive to a reader's digest: what is quoted, what is only named, and what is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.archive import Archive, ChangeRow, DocumentRow
from tostrack.archive.kinds import find_kinds
from tostrack.archive.reviews import combine_reviews
from tostrack.errors import StoreError
from tostrack.models import Change, DigestSettings, Verdict, from_iso, iso
from tostrack.render.calendar import BindingDate
from tostrack.render.digest import HEADLINES, Digest, DigestItem
from tostrack.render.site_paths import change_page, site_address
from tostrack.render.wording import describe_past
from tostrack.services.upcoming import list_binding_dates

_MONTH, _YEAR = timedelta(days=30), timedelta(days=366)


def assemble_digest(
    archive: Archive,
    settings: DigestSettings,
    events: Iterable[str],
    since: datetime,
    until: datetime,
    *,
    site: str = "",
    warning: str = "",
    book: Rulebook = SHIPPED,
) -> Digest:
    """Return what the readers of *settings* are sent about *events*, the ids of changes; equal archives, equal words.

    Args:
        events: What is reported, as it was frozen; anything else between *since* and *until* is listed or counted.
        since: Where the span begins that the digest speaks of.

    Raises:
        StoreError: An event names a change that the archive does not have.
    """
    scope = _Scope(archive, settings)
    reviews = combine_reviews(archive.reviews()).values()
    silent = {one.change for one in reviews if one.silences}
    told = _changes(archive, [event for event in events if event not in silent])
    ids = {row.id for row in told} | silent
    seen = [row for row in scope.between(since, until) if row.id not in ids]
    # Without topics nothing is outside them: the other changes are in another message to the same readers.
    others = [row for row in seen if row.verdict == Verdict.SUBSTANTIVE and row.announced and settings.topics]
    watched = [row for row in archive.documents() if scope.covers(row.id)]
    decided = ids | {one.change for one in reviews if one.state}
    open_changes = scope.open_before(since, decided) if settings.until_acknowledged else []
    return Digest(
        settings.slug,
        since,
        until,
        tuple(_items(archive, told, site)),
        tuple(_items(archive, others, site)),
        sum(row.verdict == Verdict.EDITORIAL for row in seen),
        sum(row.verdict == Verdict.NOISE for row in seen),
        len(watched),
        tuple(dict.fromkeys(row.service_name for row in watched)),
        settings.topics,
        warning,
        unacknowledged=tuple(_items(archive, open_changes[:HEADLINES], site)),
        silenced=_silenced_lately(scope, since, until),
        upcoming=_upcoming(archive, watched, site, until),
        meaning=lambda flag: book.meaning(flag.rule, flag.polarity),
    )


class _Scope:
    """The documents and changes that the readers of one digest are notified of."""

    def __init__(self, archive: Archive, settings: DigestSettings) -> None:
        self._archive = archive
        self._settings = settings
        self._kinds = find_kinds(archive, archive.documents() if settings.kinds else ())

    def covers(self, document: str) -> bool:
        return self._settings.covers(document, self._kinds.get(document, ""))

    def wants(self, row: ChangeRow) -> bool:
        document = _document(row)
        return self._settings.wants(document, Verdict(row.verdict), row.topics, self._kinds.get(document, ""))

    def between(self, since: datetime, until: datetime) -> list[ChangeRow]:
        """Return the changes of the digest's documents between two times, newest first."""
        changes = self._archive.changes(since=since)
        return [row for row in changes if row.seen_at <= iso(until) and self.covers(_document(row))]

    def open_before(self, since: datetime, decided: Collection[str]) -> list[ChangeRow]:
        """Return the earlier changes that matter and are not among *decided*."""
        earlier = self._archive.changes(verdict=Verdict.SUBSTANTIVE, until=since)
        return [row for row in earlier if row.announced and row.id not in decided and self.wants(row)]


def _silenced_lately(scope: _Scope, since: datetime, until: datetime) -> dict[str, int]:
    """Return, for the first digest of a month, how many changes were silenced in the month before it, by reason."""
    if (since.year, since.month) == (until.year, until.month):
        return {}
    reasons = [row.reason for row in scope.between(until - _MONTH, until) if row.verdict != Verdict.SUBSTANTIVE]
    return dict(Counter(reasons).most_common())


def _upcoming(archive: Archive, watched: Iterable[DocumentRow], site: str, until: datetime) -> tuple[BindingDate, ...]:
    """Return the effective dates ahead of texts that changed within a year: a date is announced with a new text."""
    lately = [row for row in watched if row.changed_at and from_iso(row.changed_at) >= until - _YEAR]
    dates = list_binding_dates(archive, lately, site=site, at=until)
    return tuple(one for one in dates if one.day >= until.date())


def changes_between(archive: Archive, settings: DigestSettings, since: datetime, until: datetime) -> list[str]:
    """Return the ids of the changes between two times that the readers of *settings* are notified of, oldest first."""
    scope = _Scope(archive, settings)
    return [
        row.id
        for row in reversed(scope.between(since, until))
        if (row.announced or row.verdict != Verdict.SUBSTANTIVE) and scope.wants(row)
    ]


def _changes(archive: Archive, events: Sequence[str]) -> list[ChangeRow]:
    """Return the changes of these ids; the changes of each document are listed once, however many are reported."""
    rows: dict[str, ChangeRow] = {}
    for name in dict.fromkeys(event.partition("@")[0] for event in events):
        service, _, document = name.partition("/")
        rows |= {row.id: row for row in archive.changes(service, document)}
    for event in events:
        if event not in rows:
            raise StoreError(
                f"{archive.path}: the outbox tells of {event}, which is not there; run `tostrack archive verify`"
            )
    return [rows[event] for event in events]


def _document(row: ChangeRow) -> str:
    return f"{row.service}/{row.document}"


def _items(archive: Archive, rows: Sequence[ChangeRow], site: str) -> Iterable[DigestItem]:
    names = {row.id: row for row in archive.documents()} if rows else {}
    for row, change in zip(rows, archive.load_changes(rows), strict=True):
        document = names[_document(row)]
        link = site_address(site, change_page(row.id))
        yield DigestItem(change, document.service_name, document.name, link, _pasts(archive, row, change))


def _pasts(archive: Archive, row: ChangeRow, change: Change) -> dict[tuple[str, str, str], str]:
    """Return the first day of what *change* moved, in words, where it was said before and is current."""
    if not any(flag.direction for hunk in change.hunks for flag in hunk.flags):
        return {}
    return {
        (flag.topic, flag.polarity, flag.quote): describe_past(flag.first, from_start=flag.from_start, moves=flag.moves)
        for flag in archive.flags(row.service, row.document)
        if flag.first < row.seen_at and any(at == row.seen_at for _, at in flag.moves)
    }
