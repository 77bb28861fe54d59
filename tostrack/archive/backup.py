"""Copies of the archive file: made whole, verified before they count, the oldest given up last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tostrack.archive.containment import find_lost, read_heads
from tostrack.archive.lock import remove_stale_files
from tostrack.archive.read import Archive
from tostrack.archive.verify import HARMLESS, Report, verify
from tostrack.errors import StoreError
from tostrack.value import Value

#: Findings that stop no backup: captures are not in the file.
_HARMLESS = (*HARMLESS, "capture")


class Backup(Value):
    """The result of a backup."""

    path: Path
    documents: int
    versions: int
    #: Older copies that were deleted for it.
    removed: tuple[Path, ...]
    #: Older copies that would have been deleted, but hold history that the archive does not have, or cannot be read.
    kept: tuple[Path, ...] = ()
    #: Captures that are missing or damaged: the copy holds the texts, not them.
    missing: tuple[str, ...] = ()


def backup(path: Path, folder: Path, now: datetime, keep: int, snapshots: Path | None = None) -> Backup:
    """Write a verified copy of the archive into *folder*, and keep the newest *keep* of them.

    The raw captures are files that are written once and never changed: copy their folder as it is. An older copy is
    deleted only when the new one goes on from all of its chains.

    Args:
        snapshots: The folder of raw captures; those that are missing or damaged are named. None looks at none.

    Raises:
        StoreError: The archive is not as it was written, or the disk is full; the older copies are as they were.
    """
    target = folder / name_backup(path, now)
    unproved = folder / f".{target.name}.unproved"
    remove_stale_files(folder)
    if target.exists():
        raise StoreError(f"{target}: is there already; a backup is never written over")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with Archive(path) as archive:
            archive.copy(unproved)
        report = verify(unproved, snapshots)
        missing = [finding.message for finding in report.findings if finding.finding == "capture"]
        _refuse_unsound(report, path, unproved)
        unproved.replace(target)
        older = list(backups(path, folder))[keep:]
        kept = [copy for copy in older if not _goes_on_from(report, copy)]
        removed = [copy for copy in older if copy not in kept]
        for old in removed:
            old.unlink()
    except OSError as error:
        raise StoreError(f"{error.filename or folder}: cannot be written ({error.strerror})") from error
    except StoreError as error:
        raise StoreError(str(error).replace(str(unproved), str(target))) from error
    finally:
        unproved.unlink(missing_ok=True)
    return Backup(target, report.documents, report.versions, tuple(removed), tuple(kept), tuple(dict.fromkeys(missing)))


def _refuse_unsound(report: Report, path: Path, unproved: Path) -> None:
    wrong = next((finding for finding in report.findings if finding.finding not in _HARMLESS), None)
    if wrong:
        message = wrong.message.replace(str(unproved), str(path))
        raise StoreError(
            f"{path}: {wrong.document or 'the file'}: {message}; no backup was made and the older ones are left. "
            "`tostrack archive verify` lists all, `tostrack archive recover` goes back to the newest sound one"
        )


def _goes_on_from(report: Report, copy: Path) -> bool:
    """Whether the archive of *report* has every chain of *copy*, to its end or beyond."""
    heads = read_heads(copy)
    return heads is not None and not find_lost(heads, report.heads)


def name_backup(path: Path, now: datetime) -> str:
    """Return the name of the copy of the archive that is made *now*."""
    return f"{path.stem}-{now.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}.db"


def backups(path: Path, folder: Path) -> Iterator[Path]:
    """Yield the copies of the archive in *folder*, the newest first."""
    yield from sorted(folder.glob(f"{path.stem}-[0-9][0-9][0-9][0-9]-*Z.db"), reverse=True)
