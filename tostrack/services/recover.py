"""A new archive from the newest sound backup and the captures that came after it: the nights again, one by one."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from tostrack.archive import Archive
from tostrack.archive import snapshots as files
from tostrack.archive.backup import newest_sound
from tostrack.archive.lock import sync_file
from tostrack.archive.verify import verify
from tostrack.archive.writer import Writer
from tostrack.errors import StoreError
from tostrack.fetch import Request
from tostrack.models import Document, NotModified, Snapshot, from_iso
from tostrack.sandbox import Call, call_directly
from tostrack.services import crawl

#: As `tostrack.archive.snapshots.name` makes it, with the mark of a second capture within one second.
_NAME = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)(?P<twin>-[0-9a-f]{8})?(?:\.(?P<page>\d+))?\.(?P<form>\w+)\.gz"
)
_MEDIA = {"html": "text/html", "pdf": "application/pdf", "txt": "text/plain", "json": "application/json"}
#: The pages of a document are fetched within this time of one another.
_ONE_VISIT = timedelta(minutes=10)


@dataclass
class RecoverResult:
    """What was recovered, and what was not."""

    #: The backup that it began with, if there was a sound one.
    base: Path | None = None
    #: Where the damaged archive lies now.
    aside: Path | None = None
    visits: int = 0
    versions: int = 0
    documents: int = 0
    #: Captures that were not read again, with the reason.
    left_out: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class _Capture:
    document: Document
    page: int
    path: str
    at: datetime
    is_twin: bool
    media: str


def recover_archive(
    documents: Sequence[Document],
    path: Path,
    snapshots: Path,
    backups: Path,
    open_writer: Callable[[Path, Path], Writer],
    *,
    call: Call = call_directly,
) -> RecoverResult:
    """Put in the place of *path* an archive made of the newest sound backup and of the captures since.

    The captures are read by today's rules, as if each night came again; nobody is told anything by it. The archive
    that was there is set aside, never removed.

    Args:
        documents: What is watched: captures of anything else are left as they are.
        path: The archive file, damaged or gone.
        snapshots: The folder of raw captures; it is not changed.
        backups: Where `tostrack archive backup` keeps its copies.
        open_writer: Opens an archive file and a folder of captures for writing.
        call: How to read a page, as in `crawl`.

    Raises:
        StoreError: There is neither a backup nor a capture, or what was made is not sound; nothing was changed.
    """
    found = RecoverResult(newest_sound(path, backups))
    known = _remembered(path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".recover-") as scratch:
        made, copies = Path(scratch, path.name), Path(scratch, "snapshots")
        if found.base:
            shutil.copyfile(found.base, made)
        # Links: the nights write and remove captures as they did then, and the folder itself stays as it is.
        _link(snapshots, copies)
        with open_writer(made, copies) as writer:
            for visit in _visits(_captures(documents, snapshots, writer, found)):
                _again(visit, copies, writer, known, call)
                found.visits += 1
        report = verify(made, snapshots)
        if not report.sound or not report.versions:
            raise StoreError(f"{path}: nothing sound could be recovered from {backups} and {snapshots}")
        found.documents, found.versions = report.documents, report.versions
        if path.exists():
            found.aside = _aside(path)
        sync_file(made)
        made.replace(path)
        sync_file(path.parent)
    return found


def _remembered(path: Path) -> dict[str, sqlite3.Row]:
    """Return what a damaged archive still says of its captures, by path."""
    rows: dict[str, sqlite3.Row] = {}
    if not path.is_file():
        return rows
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        for row in connection.execute("SELECT path, sha256, url, chain, status, headers FROM snapshots"):
            rows[row["path"]] = row
    return rows


def _link(snapshots: Path, copies: Path) -> None:
    copies.mkdir()
    for path in snapshots.rglob("*.gz"):
        target = copies / path.relative_to(snapshots)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target, follow_symlinks=False)


def _captures(
    documents: Sequence[Document], snapshots: Path, archive: Archive, found: RecoverResult
) -> Iterator[_Capture]:
    """Yield the captures that *archive* does not know yet, in the order in which they came."""
    watched = {document.id: document for document in documents}
    checked = {row.id: row.checked_at or "" for row in archive.documents()}
    known = {row["path"] for row in archive.query("SELECT path FROM snapshots")}
    captures = []
    for file in sorted(snapshots.rglob("*.gz")):
        path = str(file.relative_to(snapshots))
        name = _NAME.fullmatch(file.name)
        document = watched.get(str(Path(path).parent))
        if path in known:
            continue
        if name is None or document is None:
            found.left_out.append((path, "is of no watched document" if name else "is not named as captures are"))
            continue
        at = from_iso(name["at"][:11] + name["at"][11:].replace("-", ":"))
        page = int(name["page"] or 1) - 1
        if at.strftime("%Y-%m-%dT%H:%M:%SZ") <= checked.get(document.id, ""):
            found.left_out.append((path, "is older than the backup, which does not cite it"))
        elif page >= len(document.pages):
            found.left_out.append((path, "is of a page that is not watched any more"))
        else:
            media = _MEDIA.get(name["form"], "text/html")
            captures.append(_Capture(document, page, path, at, bool(name["twin"]), media))
    yield from sorted(captures, key=lambda each: (each.at, each.document.id, each.is_twin, each.page))


def _visits(captures: Iterator[_Capture]) -> Iterator[list[_Capture]]:
    """Yield the captures of one visit to one document together."""
    waiting: dict[str, list[_Capture]] = {}
    for capture in captures:
        visit = waiting.get(capture.document.id, [])
        same = visit and capture.at - visit[0].at <= _ONE_VISIT and capture.page not in {each.page for each in visit}
        if visit and not same:
            yield waiting.pop(capture.document.id)
        waiting.setdefault(capture.document.id, []).append(capture)
    yield from sorted(waiting.values(), key=lambda visit: visit[0].at)


def _again(visit: list[_Capture], snapshots: Path, writer: Writer, known: dict[str, sqlite3.Row], call: Call) -> None:
    document, at = visit[0].document, visit[-1].at
    answers = {capture.page: _snapshot(capture, snapshots, known) for capture in visit}

    def fetch_all(requests: Sequence[Request]) -> Iterator[tuple[Request, crawl.Answer]]:
        for request in requests:
            yield request, answers.get(request.key[1]) or NotModified(request.page.url, at)

    # A server may have asked us to wait; the captures are there all the same.
    for _ in crawl.crawl([replace(document, active=True)], writer, fetch_all, lambda: at, call=call):
        pass


def _snapshot(capture: _Capture, snapshots: Path, known: dict[str, sqlite3.Row]) -> Snapshot:
    body = files.read(snapshots, capture.path)
    url = capture.document.pages[capture.page].url
    plain = Snapshot(url, capture.at, 200, body, {"content-type": capture.media}, (url,))
    row = known.get(capture.path)
    if row is None or row["sha256"] != plain.sha256:
        return plain
    with suppress(ValueError, TypeError):
        chain = tuple(json.loads(row["chain"]))
        return Snapshot(row["url"], capture.at, int(row["status"]), body, json.loads(row["headers"]), chain)
    return plain


def _aside(path: Path) -> Path:
    """Set the archive at *path* and its journal aside; return where it lies now."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    journal = path.with_name(f"{path.name}-journal")
    if journal.exists():
        journal.rename(aside.with_name(f"{aside.name}-journal"))
    return aside
