"""A new archive from the newest sound backup and the captures that came after it: the nights again, one by one."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from tostrack.archive import Archive
from tostrack.archive import snapshots as files
from tostrack.archive.backup import backups as backups_of
from tostrack.archive.lock import sync_file
from tostrack.archive.migrations import DATABASE_ERRORS, open_read_only
from tostrack.archive.stored_times import is_time
from tostrack.archive.verify import HARMLESS, Report, verify
from tostrack.archive.writer import Writer
from tostrack.errors import StoreError
from tostrack.fetch import Request, Result
from tostrack.models import Document, NotModified, Outcome, Snapshot, from_iso
from tostrack.sandbox import Call, call_directly
from tostrack.services import crawl
from tostrack.services.migrate import convert_copy
from tostrack.value import Value

#: As `tostrack.archive.snapshots.name` makes it, with the mark of a second capture within one second.
_NAME = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)(?P<twin>-[0-9a-f]{8})?(?:\.(?P<page>\d+))?\.(?P<form>\w+)\.gz"
)
_MEDIA = {"html": "text/html", "pdf": "application/pdf", "txt": "text/plain", "json": "application/json"}
#: Findings that no recovery can do anything about.
_HARMLESS = (*HARMLESS, "capture")
#: The pages of a document are fetched within this time of one another.
_ONE_VISIT = timedelta(minutes=10)


@dataclass
class RecoverResult:
    """The captures that were recovered, and those that were not."""

    #: The backup that it began with, if there was a sound one.
    base: Path | None = None
    #: Where the damaged archive is now.
    aside: Path | None = None
    visits: int = 0
    versions: int = 0
    documents: int = 0
    #: Captures that were not reread, with the reason.
    left_out: list[tuple[str, str]] = field(default_factory=list)


class _Capture(Value):
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

    The captures are read by today's rules, as if each night came again; nobody is notified of it. The archive
    that was there is set aside, never removed.

    Args:
        documents: What is watched: captures of anything else are left as they are.
        snapshots: The folder of raw captures; it is not changed.
        backups: Where `tostrack archive backup` keeps its copies.

    Raises:
        StoreError: There is neither a backup nor a capture, or what was made is not sound; nothing was changed.
    """
    found = RecoverResult(find_newest_sound(path, backups))
    known = _remembered(path)
    with (
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".recover-") as scratch,
        _named(path, snapshots, Path(scratch)),
    ):
        made, copies = Path(scratch, path.name), Path(scratch, "snapshots")
        if found.base:
            convert_copy(found.base, made)
        # Links: the visits write and remove captures as they did then, and the folder itself stays as it is.
        _link(snapshots, copies)
        with open_writer(made, copies) as writer:
            for visit in _visits(_captures(documents, snapshots, writer, found)):
                found.visits += _again(visit, copies, writer, known, call, found)
        report = verify(made, snapshots)
        _list_captures(report, found)
        if not report.versions or any(finding.finding not in _HARMLESS for finding in report.findings):
            raise StoreError(f"{path}: nothing sound could be recovered from {backups} and {snapshots}")
        found.documents, found.versions = report.documents, report.versions
        if path.exists():
            found.aside = _aside(path)
        sync_file(made)
        made.replace(path)
        sync_file(path.parent)
    return found


def _list_captures(report: Report, found: RecoverResult) -> None:
    """List the captures that versions of the backup cite and that are missing or damaged now."""
    cited = [finding.message.partition(": ") for finding in report.findings if finding.finding == "capture"]
    listed = {name for name, _ in found.left_out}
    found.left_out += dict.fromkeys(
        (name, f"is cited by a version, but {why}") for name, _, why in cited if name not in listed
    )


def find_newest_sound(path: Path, folder: Path) -> Path | None:
    """Return the newest copy in *folder* that is as it was written, of whatever schema, or None."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".recover-") as scratch:
        for copy in backups_of(path, folder):
            with suppress(StoreError):
                convert_copy(copy, Path(scratch, path.name))
                return copy
    return None


@contextmanager
def _named(path: Path, snapshots: Path, scratch: Path) -> Iterator[None]:
    """Name the user's files in messages, and not those that were made to work on."""
    try:
        yield
    except StoreError as error:
        message = str(error).replace(str(scratch / "snapshots"), str(snapshots)).replace(str(scratch), str(path.parent))
        raise StoreError(message) from error


def _remembered(path: Path) -> dict[str, sqlite3.Row]:
    """Return what a damaged archive still says of its captures, by path."""
    rows: dict[str, sqlite3.Row] = {}
    if not path.is_file():
        return rows
    with suppress(*DATABASE_ERRORS), closing(open_read_only(path)) as connection:
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
        path = file.relative_to(snapshots)
        if str(path) in known:
            continue
        capture = _capture_at(path, watched, checked)
        if isinstance(capture, str):
            found.left_out.append((str(path), capture))
        else:
            captures.append(capture)
    yield from sorted(captures, key=lambda each: (each.at, each.document.id, each.is_twin, each.page))


def _capture_at(path: Path, watched: Mapping[str, Document], checked: Mapping[str, str]) -> _Capture | str:
    """Return the capture that the file at *path* holds by its name, or why it is not used.

    Args:
        checked: When each document was last checked by the archive that is rebuilt.
    """
    name = _NAME.fullmatch(path.name)
    when = name["at"][:11] + name["at"][11:].replace("-", ":") if name else ""
    if name is None or not is_time(when):
        return "is not named as captures are"
    document, page = watched.get(str(path.parent)), int(name["page"] or 1) - 1
    if document is None:
        return "is of no watched document"
    if when <= checked.get(document.id, ""):
        return "is older than the backup, which does not cite it"
    if page >= len(document.pages):
        return "is of a page that is not watched any more"
    media = _MEDIA.get(name["form"], "text/html")
    return _Capture(document, page, str(path), from_iso(when), bool(name["twin"]), media)


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


def _again(
    visit: list[_Capture],
    snapshots: Path,
    writer: Writer,
    known: dict[str, sqlite3.Row],
    call: Call,
    found: RecoverResult,
) -> bool:
    """Crawl a document again from the captures of one visit; return whether any of them could be read."""
    document, at = visit[0].document, visit[-1].at
    answers = {}
    for capture in visit:
        try:
            answers[capture.page] = _snapshot(capture, snapshots, known)
        except StoreError:
            found.left_out.append((capture.path, "is damaged"))
    if not answers:
        return False

    def fetch_all(requests: Sequence[Request]) -> Iterator[tuple[Request, Result]]:
        for request in requests:
            # The captures hold their frames already.
            answer = answers.get(request.key[1]) if len(request.key) == 2 else None
            yield request, answer or NotModified(request.page.url, at)

    # A server may have asked us to wait; the captures are there all the same.
    try:
        for result in crawl.crawl([replace(document, active=True)], writer, fetch_all, lambda: at, call=call):
            if result.outcome is Outcome.FAILED:
                found.left_out += [(capture.path, f"could not be read ({result.message})") for capture in visit]
    except StoreError as error:
        # What it was to be compared with cannot be read; the next visit may be better off.
        found.left_out += [(capture.path, f"could not be read ({error})") for capture in visit]
        return False
    return True


def _snapshot(capture: _Capture, snapshots: Path, known: dict[str, sqlite3.Row]) -> Snapshot:
    body = files.read(snapshots, capture.path)
    url = capture.document.pages[capture.page].url
    plain = Snapshot(url, capture.at, 200, body, {"content-type": capture.media}, (url,))
    row = known.get(capture.path)
    if row is None or row["sha256"] != plain.sha256:
        return plain
    with suppress(ValueError, TypeError, RecursionError):
        chain = tuple(json.loads(row["chain"]))
        return Snapshot(row["url"], capture.at, int(row["status"]), body, json.loads(row["headers"]), chain)
    return plain


def _aside(path: Path) -> Path:
    """Set the archive at *path* and its journal aside; return its new path."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.rename(aside)
    journal = path.with_name(f"{path.name}-journal")
    if journal.exists():
        journal.rename(aside.with_name(f"{aside.name}-journal"))
    return aside
