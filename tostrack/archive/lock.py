"""One writer at a time, and what it wrote on disk."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tostrack.errors import ArchiveBusyError, StoreError
from tostrack.language.lazy_pattern import lazy_pattern


def lock_archive(path: Path) -> int:
    """Return a descriptor that holds the archive's lock; the kernel frees it when the process ends, however it ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"{path}: cannot open the archive for writing ({error.strerror})") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise ArchiveBusyError(f"{path}: another crawl holds the archive; wait for it to end") from error
    return descriptor


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the archive's lock meanwhile."""
    descriptor = lock_archive(path)
    try:
        yield
    finally:
        os.close(descriptor)


#: What a run that was killed left behind: files that were being written, by name.
_UNFINISHED = lazy_pattern(r"\.[^/]+\.(?:part|unproved|migrating)(?:-journal)?")
#: A file this old is nobody's work in progress, in seconds.
_STALE_AFTER = 24 * 3600.0


def remove_stale_files(folder: Path, now: float | None = None) -> list[Path]:
    """Remove what runs that were killed left half written in *folder*, a day after; return what was removed.

    Args:
        now: The time as seconds since 1970; by default that of the system.
    """
    removed = []
    limit = (time.time() if now is None else now) - _STALE_AFTER
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not _UNFINISHED.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            if entry.stat(follow_symlinks=False).st_mtime < limit:
                Path(entry.path).unlink(missing_ok=True)
                removed.append(Path(entry.path))
    return removed


@contextmanager
def replace_whole(target: Path, *, durable: bool = True) -> Iterator[Path]:
    """Yield the path of a file beside *target* that takes its place once it is written.

    Args:
        durable: Wait until it survives a power cut; not needed for what can be written again.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        yield part
        if durable:
            sync_file(part)
        part.replace(target)
        if durable:
            sync_file(target.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Return once what was written to *path*, a file or a folder, survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
