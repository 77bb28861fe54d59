"""The days from which current texts say that they apply, as the texts state them of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from tostrack.analysis.facts import read_document_dates
from tostrack.analysis.facts.deadlines import Deadline, find_deadlines
from tostrack.archive import Archive, DocumentRow, VersionRow
from tostrack.models import Verdict, from_iso, slug
from tostrack.render.calendar import BindingDate, render_calendar
from tostrack.render.headline import subject_of
from tostrack.render.site_paths import change_page, site_address


def find_binding_date(archive: Archive, version: VersionRow) -> tuple[date, str] | None:
    """Return the effective date that a version states of itself, and the words; None unless it was seen before."""
    stated = read_document_dates(archive.reading(version)).effective
    if stated is None or stated.first != stated.last or stated.first <= from_iso(version.seen_at).date():
        return None
    return stated.first, stated.words


# Each message of a run lists them, and no version ever changes.
@lru_cache(maxsize=16_384)
def _read_dates(archive: Archive, version: VersionRow) -> tuple[tuple[date, str] | None, tuple[Deadline, ...]]:
    """Return the effective date of a version, as `find_binding_date` does, and the deadlines that go with it."""
    stated = find_binding_date(archive, version)
    return stated, tuple(find_deadlines(archive.reading(version).clauses, stated[0])) if stated else ()


def list_binding_dates(
    archive: Archive, documents: Iterable[DocumentRow], *, site: str = "", at: datetime | None = None
) -> list[BindingDate]:
    """Return the binding dates that the texts of *documents* state, the earliest first; past ones too.

    Args:
        site: Where the pages of changes are published; empty when they are not.
        at: Read the texts that were current at this time; default: the current ones.
    """
    found = []
    for row in documents:
        name = (row.service, row.document)
        version = archive.at(*name, at) if at else archive.current(*name)
        stated, deadlines = _read_dates(archive, version) if version else (None, ())
        if version and stated:
            changes = archive.changes(*name, since=from_iso(version.seen_at))
            change = next((one for one in changes if one.to_number == version.number), None)
            effective = BindingDate(
                *(*name, row.service_name, row.name, *stated, version.number, version.seen_at),
                topics=change.topics if change else (),
                link=site_address(site, change_page(change.id)) if change else "",
            )
            found += [effective, *(replace(effective, kind=d.kind, day=d.day, words=d.words) for d in deadlines)]
    return sorted(found, key=lambda one: (one.day, one.service, one.document, one.kind))


def build_calendars(archive: Archive, site: str = "") -> dict[str, str]:
    """Return the calendars of every binding date by file name; see `calendars_of`."""
    documents = archive.documents()
    topics = {topic for row in archive.changes(verdict=Verdict.SUBSTANTIVE) for topic in row.topics}
    services = {row.service: row.service_name for row in documents}
    return calendars_of(list_binding_dates(archive, documents, site=site), services, topics, archive.meta("authority"))


def calendars_of(
    dates: Sequence[BindingDate], services: Mapping[str, str], topics: Iterable[str], authority: str
) -> dict[str, str]:
    """Return calendars of *dates* by file name: of everything, each service and each topic, also without a date."""
    calendars = {"all": ("Terms and policies: effective dates", list(dates))}
    for service, name in services.items():
        calendars[service] = (f"{name}: effective dates", [one for one in dates if one.service == service])
    for topic in sorted(topics):
        of_topic = [one for one in dates if topic in one.topics]
        calendars[f"topics/{slug(topic)}"] = (f"{subject_of(topic)}: effective dates", of_topic)
    return {f"{name}.ics": render_calendar(title, held, authority) for name, (title, held) in calendars.items()}
