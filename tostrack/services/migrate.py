"""Convert an archive of an older schema: a backup first, then a copy that is verified before it takes over."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from tostrack.archive.backup import name_backup
from tostrack.archive.lock import lock_archive, replace_whole, sync_file
from tostrack.archive.migrations import DATABASE_ERRORS, SCHEMA, check_header, check_schema, migrate, open_read_only
from tostrack.archive.read import roll_back
from tostrack.archive.verify import HARMLESS, verify
from tostrack.errors import StoreError
from tostrack.value import Value


class MigrateResult(Value):
    """The result of a conversion."""

    #: The schema before.
    schema: int
    #: The copy of the archive as it was.
    backup: Path
    documents: int
    versions: int


def migrate_archive(path: Path, folder: Path, now: datetime) -> MigrateResult | None:
    """Convert the archive at *path* to the current schema; return None where it has that already.

    The archive is replaced only once the converted copy was verified, chain by chain.

    Raises:
        StoreError: It is no archive, or damaged, or the disk is full; the archive is as it was.
        ArchiveBusyError: Another process writes to it.
    """
    lock = lock_archive(path)
    try:
        schema = read_schema(path)
        if schema == SCHEMA:
            return None
        copy = folder / name_backup(path, now)
        converted = path.with_name(f".{path.name}.migrating")
        try:
            _copy(path, copy)
            documents, versions = convert_copy(copy, converted)
            sync_file(converted)
            converted.replace(path)
            sync_file(path.parent)
        except OSError as error:
            raise StoreError(f"{error.filename or folder}: cannot be written ({error.strerror})") from error
        finally:
            converted.unlink(missing_ok=True)
        return MigrateResult(schema, copy, documents, versions)
    finally:
        os.close(lock)


def read_schema(path: Path) -> int:
    """Return the schema number of the archive at *path*.

    Raises:
        StoreError: It is no archive, or not what its number promises.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no archive there yet; `tostrack crawl` makes it")
    check_header(path)
    roll_back(path)
    try:
        with closing(open_read_only(path)) as connection:
            return check_schema(connection, older=True)
    except (*DATABASE_ERRORS, StoreError) as error:
        raise StoreError(f"{path}: {error}") from error


def convert_copy(source: Path, target: Path) -> tuple[int, int]:
    """Copy an archive of this or an older schema to *target*, convert and verify it there; return what it holds.

    Returns:
        How many documents and versions it has.

    Raises:
        StoreError: It is damaged; *target* is what came of it.
        OSError: The disk is full.
    """
    shutil.copyfile(source, target)
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            if check_schema(connection, older=True) != SCHEMA:
                connection.execute("PRAGMA journal_mode = DELETE")
                migrate(connection)
                connection.execute("VACUUM")
    except (*DATABASE_ERRORS, StoreError) as error:
        raise StoreError(f"{source}: cannot be converted ({error})") from error
    report = verify(target, None)
    if not report.sound:
        wrong = next(finding for finding in report.findings if finding.finding not in HARMLESS)
        message = wrong.message.replace(str(target), str(source))
        raise StoreError(
            f"{source}: {wrong.document or 'the file'}: {message}; it was left as it is. `tostrack archive recover` "
            "rebuilds it from an older backup and the captures"
        )
    return report.documents, report.versions


def _copy(path: Path, copy: Path) -> None:
    """Write a copy of the archive to *copy*, whole or not at all."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            replace_whole(copy) as part,
            closing(open_read_only(path)) as connection,
        ):
            part.unlink(missing_ok=True)
            connection.execute("VACUUM INTO ?", (str(part),))
    except DATABASE_ERRORS as error:
        raise StoreError(f"{path}: cannot be copied to {copy} ({error})") from error
