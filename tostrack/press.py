"""From the archive to what is published: which stored changes go into which file."""

from __future__ import annotations

from dataclasses import replace

from tostrack import pipeline
from tostrack.models import Change, Verdict, from_iso
from tostrack.store import Archive, ChangeRow


def feeds(archive: Archive, url: str = "") -> dict[str, str]:
    """Return the feeds of the archive by file name: of everything, and of each service, as Atom and as RSS 2.0.

    A feed holds the changes that readers are told of; the same archive gives the same bytes.

    Args:
        archive: Open for reading.
        url: Where the files will be served, without a final slash; empty when they are only read from disk.
    """
    from tostrack.publish import feed

    authority, year = archive.meta("authority"), from_iso(archive.meta("created_at")).year
    documents = {row.id: row for row in archive.documents()}
    names = {"": "Changes that matter", **{row.service: row.service_name for row in documents.values()}}
    files = {}
    for service, name in names.items():
        told = [row for row in archive.changes(service or None, verdict=Verdict.SUBSTANTIVE) if row.announced]
        entries = []
        for row in told[: feed.MAX_ENTRIES]:
            document = documents[f"{row.service}/{row.document}"]
            change = redline(archive, row)
            entries.append(
                feed.entry(
                    change,
                    authority=authority,
                    year=year,
                    service_name=document.service_name,
                    document_name=document.name,
                    updated=from_iso(row.seen_at),
                )
            )
        for form, suffix in ((feed.atom, "atom.xml"), (feed.rss, "rss.xml")):
            path = f"{service or 'all'}.{suffix}"
            files[path] = form(
                feed.Feed(
                    id=feed.tag(authority, year, "feed", service or "all"),
                    title=name if not service else f"{name}: changes that matter",
                    entries=tuple(entries),
                    subtitle="Changes of terms and privacy policies that matter, quoted",
                    url=f"{url}/{path}" if url else "",
                    home=url,
                )
            )
    return files


def redline(archive: Archive, row: ChangeRow) -> Change:
    """Return a stored change with its hunks, judged and flagged as it was when it was stored."""
    change = pipeline.redline(*archive.judged(row))
    return replace(change, service=row.service, document=row.document)
