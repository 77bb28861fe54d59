"""A copy of an archive for a branch or another disk; after a night without findings it stays as it was."""

from __future__ import annotations

import operator
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from itertools import starmap, zip_longest
from pathlib import Path
from typing import Any

from tostrack.archive import snapshots as files
from tostrack.archive.containment import find_lost_documents
from tostrack.archive.lock import remove_stale_files, replace_whole
from tostrack.archive.migrations import DATABASE_ERRORS, open_read_only
from tostrack.archive.outbox import PRIVATE
from tostrack.archive.read import Archive
from tostrack.errors import StoreError
from tostrack.models import from_iso, sha256
from tostrack.value import Value

#: What every crawl moves, whatever it found: when a document and its text were last seen, and which capture of the
#: same text is the newest. Nobody is notified of these, and no verdict rests on them.
_RESTLESS_TABLES = frozenset({"sightings", "pages", "snapshots"})
_RESTLESS_COLUMNS = {
    "documents": frozenset({"checked_at", "outcome", "http_status"}),
    "suspects": frozenset({"last_seen_at", "sightings"}),
}
_ADDRESSES = """
SELECT count(*) FROM (
    SELECT address FROM subscribers UNION SELECT address FROM suppressions
    UNION SELECT recipient FROM outbox WHERE channel = 'email'
    UNION SELECT recipient FROM messages WHERE channel = 'email'
)
"""
#: So often the times of checks are kept though nothing was found: GitHub stops the schedule of a repository that had no
#: commit for sixty days, and a copy should not look forgotten.
HEARTBEAT = timedelta(days=7)


class StateExport(Value):
    """The result of `archive export-state`."""

    #: Nothing was found since: all was left as it was.
    quiet: bool
    #: Current texts, and how many of them were written.
    texts: int
    written: int
    #: Captures that the archive names and that are missing or damaged.
    missing: tuple[str, ...] = ()
    #: Addresses of people that the copy holds.
    addresses: int = 0


def export_state(archive: Archive, captures: Path, folder: Path, *, public: bool = False) -> StateExport:
    """Write a sound copy of *archive* into *folder*, its captures, and each current text as ``texts/ID.md``.

    Args:
        public: Leave out the rows that hold people's addresses: who subscribed, and what is sent to whom.

    Raises:
        StoreError: *folder* is the archive's own, holds history that this archive does not have, or cannot be written.
    """
    copy = folder / archive.path.name
    if copy.resolve() == archive.path.resolve():
        raise StoreError(f"{copy}: is the archive itself; name another folder")
    found = {row.id: archive.text(row.service, row.document) for row in archive.documents()}
    texts = {f"{name}.md": text for name, text in found.items() if text is not None}
    empty = PRIVATE if public else ()
    if copy.is_file() and is_unchanged_state(copy, archive.path, empty):
        return StateExport(quiet=True, texts=len(texts), written=0)
    if copy.is_file() and (lost := find_lost_documents(copy, archive.path)):
        raise StoreError(
            f"{copy}: holds versions of {', '.join(lost[:3])} that {archive.path} does not have, so it is not "
            "replaced; `tostrack archive merge` takes them over, or name another folder"
        )
    remove_stale_files(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        missing = _mirror(_named_captures(archive), captures, folder / "snapshots")
        written = sum(_write(folder / "texts" / name, text) for name, text in texts.items())
    except OSError as error:
        raise StoreError(f"{error.filename or folder}: cannot be written ({error.strerror})") from error
    archive.copy(copy, empty)
    addresses = 0 if public else archive.query(_ADDRESSES)[0][0]
    return StateExport(quiet=False, texts=len(texts), written=written, missing=tuple(missing), addresses=addresses)


def _named_captures(archive: Archive) -> dict[str, str]:
    """Return the hash of every capture that the archive names and that was not redacted, by path."""
    query = """
        SELECT path, sha256 FROM snapshots
        WHERE sha256 NOT IN (SELECT sha256 FROM redactions WHERE kind = 'capture') ORDER BY path
    """
    return {row["path"]: row["sha256"] for row in archive.query(query)}


def is_unchanged_state(copy: Path, path: Path, empty: Collection[str] = ()) -> bool:
    """Return whether the archive at *path* holds what its earlier *copy* does, but for times of a few days.

    Args:
        empty: Tables of which the copy should have no row.
    """
    with closing(open_read_only(copy)) as kept, closing(open_read_only(path)) as now:
        try:
            return _days_apart(kept, now) < HEARTBEAT and _same(_content(kept), _content(now, empty))
        except DATABASE_ERRORS:
            return False  # not to be read, or of another edition: rewritten


def _days_apart(kept: sqlite3.Connection, now: sqlite3.Connection) -> timedelta:
    """Return the time between the last checks of two archives."""
    last = [db.execute("SELECT max(checked_at) FROM documents").fetchone()[0] for db in (kept, now)]
    return abs(from_iso(last[1]) - from_iso(last[0])) if all(last) else timedelta()


def _same(ours: Iterator[Any], theirs: Iterator[Any]) -> bool:
    return all(starmap(operator.eq, zip_longest(ours, theirs)))


def _content(db: sqlite3.Connection, empty: Collection[str] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of every table that was not made from others, without what is restless.

    Not the file is compared: `VACUUM INTO` adds one to the schema cookie (bytes 40 to 43), so a copy of a copy differs.
    """
    tables = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    # A table of FTS5 and those beneath it.
    made = tuple(name for name, sql in tables if sql.startswith("CREATE VIRTUAL TABLE"))
    for name, sql in tables:
        if name in _RESTLESS_TABLES or name.startswith(made):
            continue
        restless: Collection[str] = _RESTLESS_COLUMNS.get(name, ())
        columns = [f'"{row[1]}"' for row in db.execute(f'PRAGMA table_info("{name}")') if row[1] not in restless]
        yield (name, sql)
        if name not in empty:
            yield from db.execute(f'SELECT {", ".join(columns)} FROM "{name}"')  # noqa: S608 - names of our own tables


def _mirror(captures: Mapping[str, str], source: Path, target: Path) -> list[str]:
    """Let *target* hold the captures of *source*, and no other file; return those that are missing or damaged.

    A capture never changes: one that is there already is not reread. One that is only in *target* stays there.
    """
    wanted = {target / path: (path, digest) for path, digest in captures.items()}
    missing = []
    for path in list(target.rglob("*")):
        if path not in wanted and not path.is_dir():
            path.unlink()
    for path, (name, digest) in wanted.items():
        if path.is_file():
            continue
        if not _is_sound(source, name, digest):
            missing.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with replace_whole(path) as part:
            shutil.copyfile(source / name, part)
    return missing


def _is_sound(source: Path, name: str, digest: str) -> bool:
    try:
        return sha256(files.read(source, name)) == digest
    except StoreError:
        return False


def _write(path: Path, text: str) -> bool:
    if path.is_file() and path.read_text("utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with replace_whole(path) as part:
        part.write_text(text, encoding="utf-8")
    return True
