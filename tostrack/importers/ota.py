"""A collection of Open Terms Archive as records by document: its repository of versions, or the zip of a release.

A text is read when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tostrack.errors import ConfigError, DocumentError
from tostrack.importers.folder import CollectedNames, dated_by, find_date_fault, time_of
from tostrack.importers.git_repository import CommitChange, GitRepository, open_repository
from tostrack.importers.zip_reader import ZipError, ZipMember, list_members, read_member
from tostrack.models import slug
from tostrack.value import Value

#: Bytes of one text; the largest policy that the public collections hold has half a megabyte.
_LARGEST = 2_000_000
#: Files in a zip, and characters of the path of one: bounds the memory for their names.
_MOST_FILES, _LONGEST_PATH = 150_000, 255
#: Records in all: fourteen years of the largest public collection are 45,000.
_MOST_RECORDS = 200_000
#: How the subjects begin of commits in which the service's text did not move, but what reads it did.
_UPGRADES = ("apply technical or declaration upgrade", "refilter")


class Record(Value):
    """One text that the collection recorded: when, why, and its path."""

    at: datetime
    #: Whether their selectors or their engine moved, and not the service's text.
    upgrade: bool
    #: What the collection calls it: the commit's id, or the name of the file.
    name: str
    #: The object, or the member of the zip.
    place: str


class OtaCollection(CollectedNames):
    """The records of a collection by ``service/document``, oldest first, and what is left out, with the reason."""

    #: What the collection is called.
    name: str = ""
    #: A record cannot have been made later; None bounds only the year.
    now: datetime | None = None
    records: dict[str, list[Record]] = field(default_factory=dict)
    #: Reads the text of a record.
    read: Callable[[Record], str] = field(default=lambda record: record.place, repr=False)

    def sort(self) -> None:
        """Put the records of each document in the order of their times; of those of one second the last counts."""
        for ident, records in self.records.items():
            # By time: authors' clocks decide.
            ordered = sorted(records, key=lambda record: record.at)
            self.records[ident] = []
            for one, following in zip(ordered, [*ordered[1:], None], strict=True):
                if following is None or following.at > one.at:
                    self.records[ident].append(one)
                else:
                    self.leave_out(f"{ident} of {one.name}", "another record of the same second follows it")

    @property
    def until(self) -> datetime:
        """When the collection recorded something last."""
        return max(records[-1].at for records in self.records.values())


@contextmanager
def open_collection(path: Path, now: datetime | None = None) -> Iterator[OtaCollection]:
    """Open the collection at *path*: a git repository, bare or not, or a zip.

    Args:
        now: What states a later time is left out; None bounds only the year.

    Raises:
        ConfigError: It is neither, or cannot be read.
    """
    if path.is_dir():
        with _repository(path, now) as found:
            yield found
    elif path.is_file():
        with _release(path, now) as found:
            yield found
    else:
        raise ConfigError(f"{path}: neither a git repository nor the zip of a release")


def _is_document(path: str) -> bool:
    """Return whether the file *path* is the text of a document."""
    parts = PurePosixPath(path).parts
    return len(parts) == 2 and parts[1][:1] != "." and parts[1].endswith(".md")


def _add(found: OtaCollection, path: str, record: Record, named: str) -> None:
    """Put *record* of the document *path* where it belongs, or leave it out as *named*."""
    if len(path) > _LONGEST_PATH:
        found.leave_out(named, "its name is too long")
        return
    if fault := find_date_fault(record.at, found.now):
        found.leave_out(named, fault)
        return
    parts = PurePosixPath(path).parts
    service, document = parts[0], parts[1].removesuffix(".md")
    ident = f"{slug(service)}/{slug(document)}"
    known_service = found.services.get(slug(service), service)
    known_document = found.documents.get(ident, document)
    if not (slug(service) and slug(document)):
        found.leave_out(path, "its name holds no letter or digit of a-z and 0-9 to make an id of")
    elif known_service.casefold() != service.casefold():
        found.leave_out(path, f"its id {slug(service)!r} is that of {known_service!r} already")
    elif known_document.casefold() != document.casefold():
        found.leave_out(path, f"its id {ident!r} is that of {known_document!r} already")
    else:
        # Of names that differ by case only, the newest is what it is called.
        found.services[slug(service)], found.documents[ident] = service, document
        found.records.setdefault(ident, []).append(record)


# A repository


@contextmanager
def _repository(path: Path, now: datetime | None) -> Iterator[OtaCollection]:
    with open_repository(path) as repository:
        name = path.resolve().name.removesuffix(".git")
        found = OtaCollection(name=name, now=now, read=partial(_read_blob, repository))
        for number, change in enumerate(repository.changes()):
            if number > _MOST_RECORDS:
                raise ConfigError(f"{path}: more than {_MOST_RECORDS:,} records")
            _add_commit(found, change)
        found.left_out.extend(repository.left_out)
        if not found.records:
            raise ConfigError(f"{path}: no commit records a SERVICE/TERMS.md: is it a repository of versions?")
        found.sort()
        yield found


def _add_commit(found: OtaCollection, change: CommitChange) -> None:
    if not _is_document(change.path):
        return
    stated = change.seconds
    at = time_of(int(stated)) if stated.isascii() and stated.isdigit() and len(stated) < 16 else None
    named = f"{change.path[:_LONGEST_PATH]} of commit {change.commit}"
    if at is None:
        found.leave_out(named, "its date is missing, negative or after 9999")
        return
    upgrade = change.subject.lower().startswith(_UPGRADES)
    _add(found, change.path, Record(at, upgrade, change.commit, change.blob), named)


def _read_blob(repository: GitRepository, record: Record) -> str:
    return repository.read(record.place, _LARGEST).decode("utf-8", "replace")


# A release


@contextmanager
def _release(path: Path, now: datetime | None) -> Iterator[OtaCollection]:
    """Members are read one at a time and never extracted: names lead nowhere and sizes are capped as they are read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    with file:
        members: dict[str, ZipMember] = {}
        found = OtaCollection(name=path.stem, now=now, read=lambda record: _member(file, members[record.place]))
        try:
            for number, member in enumerate(list_members(file)):
                if number >= _MOST_FILES:
                    raise ConfigError(f"{path}: more than {_MOST_FILES:,} files")
                _add_member(found, members, member)
        except ZipError as error:
            if not found.records:
                raise ConfigError(f"{path}: neither a git repository nor the zip of a release ({error})") from error
            found.leave_out("the files that its list names last", str(error))
        if not found.records:
            raise ConfigError(f"{path}: holds no SERVICE/TERMS/DATE.md: is it the zip of a release?")
        found.sort()
        yield found


def _add_member(found: OtaCollection, members: dict[str, ZipMember], member: ZipMember) -> None:
    """Add a file at ``.../SERVICE/TERMS/DATE.md``."""
    if len(member.name) > _LONGEST_PATH:
        found.leave_out(member.name, "its name is too long")
        return
    parts = PurePosixPath(member.name).parts
    path = "/".join(parts[-3:-1]) + ".md"
    if member.name.endswith("/") or len(parts) < 3 or not parts[-1].endswith(".md") or not _is_document(path):
        return
    at = dated_by(parts[-1].removesuffix(".md"))
    if at is None:
        found.leave_out(member.name, "its name tells no date")
    elif member.name in members:
        found.leave_out(member.name, "the zip holds another file of this name before it")
    else:
        members[member.name] = member
        _add(found, path, Record(at, upgrade=False, name=parts[-1], place=member.name), member.name)


def _member(file: BinaryIO, member: ZipMember) -> str:
    try:
        return read_member(file, member, _LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise DocumentError(f"cannot be read ({error.strerror})") from error
