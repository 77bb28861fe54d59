"""A collection of Open Terms Archive as records by document: its repository of versions, or the zip of a release.

A text is read when it is asked for.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath

from tostrack.errors import ConfigError, DocumentError
from tostrack.importers.folder import dated_by
from tostrack.importers.git_repository import CommitChange, GitRepository, open_repository
from tostrack.models import slug

#: Bytes of one text; the largest policy that the public collections hold has half a megabyte.
_LARGEST = 10_000_000
#: Records in all: fourteen years of the largest public collection are 45,000.
_MOST_RECORDS = 2_000_000
#: How the subjects begin of commits in which the service's text did not move, but what reads it did.
_UPGRADES = ("apply technical or declaration upgrade", "refilter")


@dataclass(frozen=True)
class Record:
    """One text that the collection recorded: when, why, and where it lies."""

    at: datetime
    #: Whether their selectors or their engine moved, and not the service's text.
    upgrade: bool
    #: What the collection calls it: the commit's id, or the name of the file.
    name: str
    #: The object, or the member of the zip.
    place: str


@dataclass(frozen=True)
class OtaCollection:
    """What a collection holds: records by ``service/document``, oldest first, and what is left out, with the reason."""

    #: What the collection is called.
    name: str
    records: dict[str, list[Record]] = field(default_factory=dict)
    #: Slugs to the collection's names.
    services: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    #: Reads the text of a record.
    read: Callable[[Record], str] = field(default=lambda record: record.place, repr=False)


@contextmanager
def open_collection(path: Path) -> Iterator[OtaCollection]:
    """Open the collection at *path*: a git repository, bare or not, or a zip.

    Raises:
        ConfigError: It is neither, or cannot be read.
    """
    if path.is_dir():
        with _repository(path) as found:
            yield found
    elif zipfile.is_zipfile(path):
        with _release(path) as found:
            yield found
    else:
        raise ConfigError(f"{path}: neither a git repository nor the zip of a release")


def _is_document(path: str) -> bool:
    """Return whether the file *path* is the text of a document."""
    parts = PurePosixPath(path).parts
    return len(parts) == 2 and parts[1][:1] != "." and parts[1].endswith(".md")


def _add(found: OtaCollection, path: str, record: Record) -> None:
    """Put *record* of the document *path* where it belongs."""
    parts = PurePosixPath(path).parts
    service, document = parts[0], parts[1].removesuffix(".md")
    ident = f"{slug(service)}/{slug(document)}"
    if not (slug(service) and slug(document)):
        reason = "its name holds no letter or digit of a-z and 0-9 to make an id of"
    elif found.services.setdefault(slug(service), service) != service:
        reason = f"its id {slug(service)!r} is that of {found.services[slug(service)]!r} already"
    elif found.documents.setdefault(ident, document) != document:
        reason = f"its id {ident!r} is that of {found.documents[ident]!r} already"
    else:
        found.records.setdefault(ident, []).append(record)
        return
    if (path, reason) not in found.left_out:
        found.left_out.append((path, reason))


# A repository


@contextmanager
def _repository(path: Path) -> Iterator[OtaCollection]:
    with open_repository(path) as repository:
        found = OtaCollection(path.resolve().name.removesuffix(".git"), read=partial(_read_blob, repository))
        for number, change in enumerate(repository.changes()):
            if number > _MOST_RECORDS:
                raise ConfigError(f"{path}: more than {_MOST_RECORDS:,} records")
            _add_commit(found, change)
        found.left_out.extend(repository.left_out)
        if not found.records:
            raise ConfigError(f"{path}: no commit records a SERVICE/TERMS.md: is it a repository of versions?")
        for records in found.records.values():
            # By time: authors' clocks decide, and commits of one second keep their order.
            records.sort(key=lambda record: record.at)
        yield found


def _add_commit(found: OtaCollection, change: CommitChange) -> None:
    if not _is_document(change.path):
        return
    at = _author_time(change.seconds)
    if at is None:
        found.left_out.append((f"{change.path} of commit {change.commit}", "its date is missing or no possible one"))
        return
    upgrade = change.subject.lower().startswith(_UPGRADES)
    _add(found, change.path, Record(at, upgrade, change.commit, change.blob))


def _author_time(seconds: str) -> datetime | None:
    """Return the time of an author's *seconds* since 1970; None unless it lies between then and the year 9999."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 16):
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _read_blob(repository: GitRepository, record: Record) -> str:
    return repository.read(record.place, _LARGEST).decode("utf-8", "replace")


# A release


@contextmanager
def _release(path: Path) -> Iterator[OtaCollection]:
    """Members are read one at a time and never extracted: names lead nowhere and sizes are checked as they are read."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = OtaCollection(path.stem, read=lambda record: _member(archive, record))
            members = archive.infolist()
            if len(members) > _MOST_RECORDS:
                raise ConfigError(f"{path}: more than {_MOST_RECORDS:,} files")
            for member in members:
                _add_member(found, member)
            if not found.records:
                raise ConfigError(f"{path}: holds no SERVICE/TERMS/DATE.md: is it the zip of a release?")
            for records in found.records.values():
                records.sort(key=lambda record: record.at)
            yield found
    except (zipfile.BadZipFile, OSError) as error:
        raise ConfigError(f"{path}: cannot be read as a zip ({error})") from error


def _add_member(found: OtaCollection, member: zipfile.ZipInfo) -> None:
    """Add a file that lies in ``.../SERVICE/TERMS/DATE.md``."""
    parts = PurePosixPath(member.filename).parts
    if member.is_dir() or len(parts) < 3 or not parts[-1].endswith(".md"):
        return
    if at := dated_by(parts[-1].removesuffix(".md")):
        path = f"{parts[-3]}/{parts[-2]}.md"
        if _is_document(path):
            _add(found, path, Record(at, upgrade=False, name=parts[-1], place=member.filename))
    else:
        found.left_out.append((member.filename, "its name tells no date"))


def _member(archive: zipfile.ZipFile, record: Record) -> str:
    try:
        with archive.open(record.place) as file:
            body = file.read(_LARGEST + 1)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise DocumentError(f"cannot be read ({error})") from error
    if len(body) > _LARGEST:
        raise DocumentError(f"larger than {_LARGEST // 1_000_000} MB")
    return body.decode("utf-8", "replace")
