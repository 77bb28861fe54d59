"""A collection of Open Terms Archive as records by document: its repository of versions, or the zip of a release.

The repository is read by one `git log` and one `git cat-file`, whatever its size; a text is read when it is asked for.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from tostrack.errors import ConfigError, DocumentError
from tostrack.importers.folder import dated_by
from tostrack.models import slug

#: Bytes of one text; the largest policy that the public collections hold has half a megabyte.
_LARGEST = 10_000_000
#: Records in all: fourteen years of the largest public collection are 45,000.
_MOST_RECORDS = 2_000_000
#: How the subjects begin of commits in which the service's text did not move, but what reads it did.
_UPGRADES = ("apply technical or declaration upgrade", "refilter")
#: An object's name in `git log --raw` of something that is not there.
_NOTHING = re.compile(r"0+$")
_SAFE = ("-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false")


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


def _add(found: OtaCollection, path: str, record: Record) -> None:
    """Put *record* of the file *path* where it belongs, if it is the text of a document."""
    parts = PurePosixPath(path).parts
    if len(parts) != 2 or parts[1][:1] == "." or not parts[1].endswith(".md"):
        return
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
    with _git(path, "cat-file", "--batch") as blobs:
        found = OtaCollection(path.resolve().name.removesuffix(".git"), read=lambda record: _blob(blobs, record))
        for number, (file, record) in enumerate(_commits(path)):
            if number > _MOST_RECORDS:
                raise ConfigError(f"{path}: more than {_MOST_RECORDS:,} records")
            _add(found, file, record)
        if not found.records:
            raise ConfigError(f"{path}: no commit records a SERVICE/TERMS.md: is it a repository of versions?")
        for records in found.records.values():
            # By time: authors' clocks decide, and commits of one second keep their order.
            records.sort(key=lambda record: record.at)
        yield found


@contextmanager
def _git(path: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = ("git", *_SAFE, "-C", str(path), *arguments)
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell, and no argument is a page's
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise ConfigError(f"{path}: git is needed to read a repository ({error.strerror})") from error
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _commits(path: Path) -> Iterator[tuple[str, Record]]:
    """Yield the files that each commit changed, oldest commit first."""
    form = "--format=%x01%H %at %s"
    with _git(path, "log", "--reverse", "--raw", "--no-abbrev", "--no-renames", "-m", "--first-parent", form) as log:
        assert log.stdout is not None
        commit, at, upgrade = "", datetime.fromtimestamp(0, UTC), False
        for raw in log.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line.startswith("\x01"):
                commit, seconds, subject = (*line[1:].split(" ", 2), "")[:3]
                at = datetime.fromtimestamp(int(seconds), UTC)
                upgrade = subject.lower().startswith(_UPGRADES)
            elif line.startswith(":"):
                status, _, file = line.partition("\t")
                blob = status.split()[3]
                if not _NOTHING.match(blob):
                    yield _unquoted(file), Record(at, upgrade, commit, blob)
        if log.wait():
            raise ConfigError(f"{path}: git cannot read it; `git -C {path} log` says why")


def _unquoted(name: str) -> str:
    """Return a file's name without the quotes that git puts around one with a quote, a backslash or a control in it."""
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name


def _blob(blobs: subprocess.Popen[bytes], record: Record) -> str:
    """Return the text of *record*.

    Raises:
        DocumentError: It is missing, too large or no text.
    """
    assert blobs.stdin is not None
    assert blobs.stdout is not None
    try:
        blobs.stdin.write(f"{record.place}\n".encode())
        blobs.stdin.flush()
        head = blobs.stdout.readline().split()
    except OSError as error:
        raise DocumentError(f"git ended while its texts were read ({error.strerror})") from error
    if len(head) != 3:
        raise DocumentError("the repository does not hold its text")
    body = blobs.stdout.read(int(head[2]) + 1)[:-1]
    if head[1] != b"blob" or len(body) > _LARGEST:
        raise DocumentError(f"no text of at most {_LARGEST // 1_000_000} MB")
    return body.decode("utf-8", "replace")


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
        _add(found, f"{parts[-3]}/{parts[-2]}.md", Record(at, upgrade=False, name=parts[-1], place=member.filename))
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
