"""One writer at a time, and what it wrote on disk."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tostrack.errors import ArchiveBusyError, StoreError


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


def sync_file(path: Path) -> None:
    """Return once what was written to *path*, a file or a folder, survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
