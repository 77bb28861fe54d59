"""The archive in others' forms: evidence of one change, web archives, rows, a folder of texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tostrack.analysis.flags import Rulebook
from tostrack.analysis.topic_moves import weigh_flag
from tostrack.archive import Archive, ChangeRow, DocumentRow, VersionRow
from tostrack.archive import snapshots as files
from tostrack.archive.chain import clause_list, late_link
from tostrack.archive.kinds import find_kinds
from tostrack.archive.provenance import Origin, Provenance
from tostrack.errors import ConfigError, StoreError
from tostrack.models import Change, sha256
from tostrack.render import change_formats, evidence
from tostrack.render.csv_rows import folder_name
from tostrack.render.memo import MemoFacts, Precedence, render_memo
from tostrack.render.site_paths import change_page, site_address
from tostrack.value import fields_of

#: Reads the bytes of a raw capture by its path.
Read = Callable[[str], bytes]
CHANGES = (
    *("id", "service", "document", "seen_at", "verdict", "reason", "explanation", "topics"),
    *("added", "removed", "reworded", "moved", "announced", "from_number", "to_number", "headline"),
)
REVIEWS = ("change", "at", "state", "verdict", "note", "service", "document", "judged")
VERSIONS = ("service", "document", "number", "seen_at", "kind", "sha256", "hash")


def evidence_of(archive: Archive, row: ChangeRow, read: Read) -> bytes:
    """Return a zip that proves a change: texts, captures, the chain, and how to check them without tostrack.

    Raises:
        StoreError: The archive is not as it was written, or a capture is missing; `tostrack archive verify` says what.
    """
    change = archive.load_change(row)
    origins: dict[int, Origin] = {}
    chain = list(_chain(archive, row, origins))
    packed: dict[str, bytes] = {"chain.jsonl": "".join(f"{link}\n" for link in chain).encode()}
    provenance = Provenance(archive.query)
    for side, number in (("old", row.from_number), ("new", row.to_number)):
        reading = archive.reading(version_of(archive, row, number))
        packed[f"{side}.md"] = reading.version.text.encode("utf-8", "surrogatepass")
        digests = ((clause.kind, provenance.digest(clause.text)) for clause in reading.clauses)
        packed[f"{side}.clauses"] = clause_list(digests).encode()
        packed |= _captures(side, origins[number], read, provenance.captures)
    as_json = change_formats.change_as_json(change)
    packed["change.json"] = (json.dumps(as_json, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
    packed["redline.html"] = evidence.evidence_page(row.id, change_formats.change_as_html(change, budget=10**9))
    facts = {
        "document": f"{row.service}/{row.document}",
        "old": row.from_number,
        "new": row.to_number,
        "old_day": origins[row.from_number].row["seen_at"][:10],
        "new_day": origins[row.to_number].row["seen_at"][:10],
        "head": sha256(chain[-1]),
    }
    return evidence.pack_evidence(packed, facts)


def memo_of(archive: Archive, change: Change, book: Rulebook, site: str = "") -> str:
    """Return *change* as a paragraph to paste; *site* is where the pages of changes are published, or empty."""
    from tostrack.analysis.facts import read_document_dates

    [document] = [row for row in archive.documents(change.service) if row.document == change.document]
    stored = [row for row in archive.changes(change.service, change.document) if row.to_number == change.new.number]
    row = next((one for one in stored if one.from_number == change.old.number), None)
    facts = MemoFacts(
        document.service_name,
        document.name,
        row.id if row else "",
        site_address(site, change_page(row.id)) if row else "",
    )
    if version := archive.version(change.service, change.document, change.new.number):
        sources = archive.sources(version)
        effective = read_document_dates(archive.reading(version)).effective
        facts = replace(
            facts,
            url=sources[0].url if sources else "",
            fetched_at=sources[0].fetched_at if sources else "",
            effective=effective.first if effective and effective.first == effective.last else None,
            precedence=_precedence(archive, change, version.seen_at, book),
        )
    return render_memo(change, facts)


#: How many services other than one were watched by a time, and which of them had a clause with a rule and a polarity.
_WATCHED = """
SELECT count(DISTINCT d.service_id) FROM documents d JOIN services s ON s.id = d.service_id
JOIN _versions v ON v.document_id = d.id WHERE s.slug <> ? AND v.seen_at <= ?
"""
_BEFORE = """
SELECT s.name, min(v.seen_at) AS seen_at FROM flags f JOIN _places p ON p.clause_id = f.clause_id
JOIN documents d ON d.id = p.document_id JOIN services s ON s.id = d.service_id
JOIN _versions v ON v.document_id = d.id AND v.number = p.first
WHERE f.rule = ? AND f.polarity = ? AND s.slug <> ? AND v.seen_at <= ? GROUP BY s.id ORDER BY 2, 1
"""


def _precedence(archive: Archive, change: Change, seen_at: str, book: Rulebook) -> Precedence | None:
    """Return who else had said the weightiest thing that *change* brings; None where no flag moved to the new text."""
    moved = [(hunk, flag) for hunk in change.hunks for flag in hunk.flags if flag.direction]
    come = [(weigh_flag(flag, hunk), flag) for hunk, flag in moved if flag.quote in hunk.new]
    if not come:
        return None
    flag = min(come, key=lambda pair: pair[0])[1]
    [watched] = archive.query(_WATCHED, (change.service, seen_at))
    rows = archive.query(_BEFORE, (flag.rule, flag.polarity, change.service, seen_at))
    before = tuple((row["name"], row["seen_at"]) for row in rows)
    return Precedence(book.meaning(flag.rule, flag.polarity), watched[0], before)


def change_of(archive: Archive, change: str) -> ChangeRow:
    """Return the change of this id, such as ``acme/terms@7``.

    Raises:
        ConfigError: It is not there.
    """
    row = archive.change(change)
    if row is None:
        name = change.partition("@")[0]
        raise ConfigError(f"{change}: no such change; `tostrack log {name} --all` lists them")
    return row


def version_of(archive: Archive, row: ChangeRow, number: int) -> VersionRow:
    """Return the version of this number, which the change of *row* names.

    Raises:
        StoreError: It is not there.
    """
    found = archive.version(row.service, row.document, number)
    if found is None:
        raise StoreError(f"{archive.path}: {row.id} names a version that is not there; run `tostrack archive verify`")
    return found


def _captures(side: str, origin: Origin, read: Read, taken_out: set[str]) -> dict[str, bytes]:
    found = {}
    for capture in origin.captures:
        name = f"captures/{side}/page-{capture['page'] + 1}"
        if capture["sha256"] not in taken_out:
            found[f"{name}.body"] = body = read(capture["path"])
            if sha256(body) != capture["sha256"]:
                raise StoreError(f"{capture['path']}: is not what was fetched; run `tostrack archive verify`")
        about = {key: capture[key] for key in ("url", "fetched_at", "status", "headers", "sha256")}
        about["chain"] = json.loads(capture["chain"])
        found[f"{name}.json"] = (json.dumps(about, indent=2, sort_keys=True) + "\n").encode()
    return found


def _chain(archive: Archive, row: ChangeRow, origins: dict[int, Origin]) -> Iterator[str]:
    """Yield every link of the document's chain; put the origins of the versions into *origins*."""
    provenance = Provenance(archive.query)
    query = "SELECT d.id FROM documents d JOIN services s ON s.id = d.service_id WHERE s.slug = ? AND d.slug = ?"
    document_id = archive.query(query, (row.service, row.document))[0][0]
    document, head = f"{row.service}/{row.document}", ""
    late = [provenance.seal(judged) for judged in provenance.late(document_id)]
    for origin in provenance.versions(document_id):
        number = origin.row["number"]
        origins[number] = origin
        reading = archive.reading(version_of(archive, row, number))
        clauses = [(clause.kind, provenance.digest(clause.text)) for clause in reading.clauses]
        while sha256(origin.link(head, clauses)) != origin.row["hash"]:
            if not late:
                raise StoreError(f"{document}@{number}: is not what was recorded; run `tostrack archive verify`")
            yield (between := late_link(document, head, late.pop(0)))
            head = sha256(between)
        yield origin.link(head, clauses)
        head = origin.row["hash"]
    for seal in late:
        yield (last := late_link(document, head, seal))
        head = sha256(last)


def changes(archive: Archive, rows: list[DocumentRow], *, whole: bool) -> Iterator[dict[str, Any]]:
    """Yield the judged changes of the documents *rows*, oldest first; *whole* with their hunks and flags."""
    names = {row.id for row in rows}
    judged = [row for row in reversed(archive.changes()) if f"{row.service}/{row.document}" in names]
    listed = (fields_of(row, CHANGES) for row in judged)
    if not whole:
        yield from listed
        return
    for columns, change in zip(listed, archive.load_changes(judged), strict=True):
        yield {**change_formats.change_as_json(change), **columns}


def versions(archive: Archive, rows: list[DocumentRow], *, whole: bool) -> Iterator[dict[str, Any]]:
    """Yield the versions of the documents *rows*, oldest first; *whole* with their texts."""
    for document in rows:
        for row in archive.versions(document.service, document.document):
            listed = fields_of(row, VERSIONS)
            yield {**listed, "text": archive.reading(row).version.text} if whole else listed


def reviews(archive: Archive, rows: list[DocumentRow], *, whole: bool) -> Iterator[dict[str, Any]]:
    """Yield what readers decided about changes of *rows*, oldest first; *whole* with the change that was judged."""
    names = {row.id for row in rows}
    listed = {row.id: row for row in archive.changes()}
    for one in archive.reviews():
        row = listed[one.change]
        if f"{row.service}/{row.document}" not in names:
            continue
        columns = {**vars(one), **fields_of(row, ("service", "document")), "judged": row.verdict}
        judged = {"judged_change": change_formats.change_as_json(archive.load_change(row))} if whole else {}
        yield columns | judged


def dataset(archive: Archive, rows: list[DocumentRow]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a dataset in the layout of Open Terms Archive: SERVICE/DOCUMENT/TIME.md, and what they are."""
    documents, kinds = [], find_kinds(archive, rows)
    taken: set[str] = set()
    for row in rows:
        folder = f"{folder_name(row.service_name, row.service)}/{folder_name(row.name, row.document)}"
        # Two names may come to the same folder, on some systems also when only their case differs.
        folder = folder if folder.lower() not in taken else row.id
        taken.add(folder.lower())
        found = archive.versions(row.service, row.document)
        seen: set[str] = set()
        for version in found:
            name = version.seen_at.replace(":", "-")
            name = f"{name}-{version.number}" if name in seen else name
            seen.add(name)
            text = archive.reading(version).version.text
            yield f"{folder}/{name}.md", text.encode("utf-8", "surrogatepass")
        about = {"kind": kinds[row.id], "folder": folder, "versions": len(found)}
        span = {"first": found[0].seen_at, "last": found[-1].seen_at} if found else {}
        documents.append({**fields_of(row, ("service", "document")), **about, **span})
    yield "metadata.json", (json.dumps(documents, indent=2) + "\n").encode()
    yield "README.md", _README.encode()


_README = """\
# Terms and privacy policies, version by version

Each folder is a service, each folder in it one of its documents, each file the text of a version as Markdown, named by
the time in UTC at which it was first seen. `metadata.json` lists the documents. The layout is that of the datasets of
Open Terms Archive. Made by tostrack.
"""


def captures(archive: Archive, rows: list[DocumentRow]) -> list[dict[str, Any]]:
    """Return the raw captures of the documents *rows* that were not redacted, in the order of their time."""
    taken_out = Provenance(archive.query).captures
    query = """
        SELECT n.* FROM snapshots n JOIN documents d ON d.id = n.document_id JOIN services s ON s.id = d.service_id
        WHERE s.slug = ? AND d.slug = ? ORDER BY n.fetched_at, n.id
    """
    found = [dict(row) for each in rows for row in archive.query(query, (each.service, each.document))]
    return sorted((row for row in found if row["sha256"] not in taken_out), key=lambda row: str(row["fetched_at"]))


def reader(snapshots: Path) -> Read:
    """Return what reads captures below the folder *snapshots*."""
    return lambda path: files.read(snapshots, path)
