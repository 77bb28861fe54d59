"""Copies of the archive file: made whole, verified before they count, the oldest given up last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tostrack.archive.read import Archive
from tostrack.archive.verify import verify
from tostrack.errors import StoreError


@dataclass(frozen=True)
class Backup:
    """What a backup came to."""

    path: Path
    documents: int
    versions: int
    #: Older copies that were given up for it.
    removed: tuple[Path, ...]


def backup(path: Path, folder: Path, now: datetime, keep: int) -> Backup:
    """Write a verified copy of the archive into *folder*, and keep the newest *keep* of them.

    The raw captures are files that are written once and never changed: copy their folder as it is.

    Raises:
        StoreError: The archive is not as it was written, or the disk is full; the older copies are as they were.
    """
    target = folder / f"{path.stem}-{now.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}.db"
    unproved = folder / f".{target.name}.unproved"
    if target.exists():
        raise StoreError(f"{target}: is there already; a backup is never written over")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with Archive(path) as archive:
            archive.copy(unproved)
        report = verify(unproved, None)
        if wrong := [finding for finding in report.findings if finding.finding != "redacted"]:
            where = wrong[0].document or "the file"
            raise StoreError(
                f"{path}: {where}: {wrong[0].message}; no backup was made and the older ones are left. "
                "`tostrack archive verify` lists all, `tostrack archive recover` goes back to the newest sound one"
            )
        unproved.replace(target)
        removed = tuple(backups(path, folder))[keep:]
        for old in removed:
            old.unlink()
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written ({error.strerror})") from error
    finally:
        unproved.unlink(missing_ok=True)
    return Backup(target, report.documents, report.versions, removed)


def backups(path: Path, folder: Path) -> Iterator[Path]:
    """Yield the copies of the archive in *folder*, the newest first."""
    yield from sorted(folder.glob(f"{path.stem}-[0-9][0-9][0-9][0-9]-*Z.db"), reverse=True)


def newest_sound(path: Path, folder: Path) -> Path | None:
    """Return the newest copy in *folder* that is as it was written, or None."""
    return next((copy for copy in backups(path, folder) if verify(copy, None).sound), None)
