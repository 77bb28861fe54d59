"""A folder of saved pages, `<service>/<document>/<dated file>`, as captures in the order of their dates.

For platforms that let no robot in, and for archives that others keep: `Acme/Terms of Service/20190301_Acme_Terms.md`,
`acme/terms/2019-03-01.html`. A file without a date in its name has the date on which it was last written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from tostrack.errors import ConfigError, DocumentError
from tostrack.models import EARLIEST, LATEST, Snapshot, slug
from tostrack.value import Value

#: Bytes; the same as what is taken from a server.
_LARGEST = 10_000_000
#: Files in all. One capture a day of a hundred documents makes as many in ten years.
_MOST_FILES = 400_000
#: Bounds the memory for what is left out: so many names, of so many characters.
_MOST_LEFT_OUT, _LONGEST_NAME = 10_000, 500
#: Clocks differ by less.
_CLOCKS = timedelta(days=1)
_MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".htm": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".markdown": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
}
#: What browsers keep beside a saved page.
_COMPANION = re.compile(r"_(?:files|Dateien|fichiers|archivos|file|bestanden|pliki)$")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)(?:[T_ -]?(\d\d)[-:.]?(\d\d)(?:[-:.]?(\d\d))?Z?)?(?!\d)"
)

#: How deep below a folder another one with pages in SERVICE/DOCUMENT/ is looked for, and in how many folders in all.
_DEEPEST, _MOST_FOLDERS = 4, 2_000


class SavedPage(Value):
    """One file: its document, when it was saved, and its path."""

    service: str
    document: str
    at: datetime
    path: Path
    #: Below the folder that is imported, with ``/``.
    name: str
    #: Whether the time is the name's, and not the file's own.
    dated_by_name: bool

    @property
    def address(self) -> str:
        """Its name in the archive."""
        return f"file:{self.name}"

    def read(self) -> dict[int, Snapshot]:
        """Return the file as the capture of page 0; its address is ``file:`` and where it lay, its status 0.

        Raises:
            DocumentError: It is too large, gone or unreadable.
        """
        try:
            with self.path.open("rb") as file:
                body = file.read(_LARGEST + 1)
        except OSError as error:
            raise DocumentError(f"{self.address}: cannot be read ({error.strerror})") from error
        if len(body) > _LARGEST:
            raise DocumentError(f"{self.address}: larger than {_LARGEST // 1_000_000} MB")
        headers = {"content-type": _MEDIA[self.path.suffix.lower()]}
        return {0: Snapshot(self.address, self.at, 0, body, headers, (self.address,))}


class CollectedNames(Value):
    """The names of the services and documents of a collection, and what of it is not imported, with the reason."""

    #: Slugs to the collection's names.
    services: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def leave_out(self, name: str, reason: str) -> None:
        """Note that what is called *name* is not imported, once."""
        found = (name[:_LONGEST_NAME], reason)
        if len(self.left_out) < _MOST_LEFT_OUT and found not in self.left_out[-100:]:
            self.left_out.append(found)


class Collection(CollectedNames):
    """The pages of a folder by ``service/document``, oldest first, and what is not imported, with the reason."""

    pages: dict[str, list[SavedPage]] = field(default_factory=dict)


def collect(folder: Path, now: datetime) -> Collection:
    """Return the saved pages in *folder*, by document and date; no file is opened. Links are not followed.

    Args:
        now: A page cannot have been saved later.

    Raises:
        ConfigError: It is no folder, cannot be read, or holds too many files.
    """
    found = Collection()
    try:
        if not folder.is_dir():
            raise ConfigError(f"{folder}: no such folder")
        for service_folder in _folders(folder, found, ""):
            for document_folder in _folders(service_folder, found, f"{service_folder.name}/"):
                _collect_document(service_folder.name, document_folder, found, now)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read ({error.strerror})") from error
    for pages in found.pages.values():
        pages.sort(key=lambda page: (page.at, page.name))
    return found


def _entries(folder: Path, found: Collection, prefix: str) -> Iterator[Path]:
    """Yield the files in *folder* that are no companions of a saved page; a name that is not UTF-8 is left out.

    Raises:
        ConfigError: It is too much.
    """
    entries = list(islice(folder.iterdir(), _MOST_FILES + 1))
    if len(entries) > _MOST_FILES:
        raise ConfigError(f"{folder}: more than {_MOST_FILES:,} files: import one service at a time")
    for entry in sorted(entries):
        if entry.name.startswith(".") or _COMPANION.search(entry.name):
            continue
        if _is_utf_8(entry.name):
            yield entry
        else:
            shown = (prefix + entry.name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            found.leave_out(shown, "its name is not UTF-8: rename it")


def _folders(folder: Path, found: Collection, prefix: str) -> Iterator[Path]:
    """Yield the folders in *folder* whose names make ids, each id once."""
    seen: dict[str, str] = {}
    for entry in _entries(folder, found, prefix):
        name = entry.name
        if entry.is_symlink() or not entry.is_dir():
            if entry.suffix.lower() in _MEDIA:
                found.leave_out(prefix + name, "it does not lie in SERVICE/DOCUMENT/")
        elif not (ident := slug(name)):
            found.leave_out(prefix + name, "its name holds no letter or digit of a-z and 0-9 to make an id of")
        elif seen.setdefault(ident, name) != name:
            found.leave_out(prefix + name, f"its id {ident!r} is that of {seen[ident]!r} already")
        else:
            yield entry


def _collect_document(service_name: str, folder: Path, found: Collection, now: datetime) -> None:
    ident = f"{slug(service_name)}/{slug(folder.name)}"
    pages: dict[tuple[datetime, str], SavedPage] = {}
    for path in _entries(folder, found, f"{service_name}/{folder.name}/"):
        name = f"{service_name}/{folder.name}/{path.name}"
        if path.is_symlink() or not path.is_file() or path.suffix.lower() not in _MEDIA:
            found.leave_out(name, "it is no HTML, Markdown, text or PDF file")
            continue
        dated = dated_by(path.stem)
        at = dated or time_of(int(path.stat().st_mtime))
        if at is None or (fault := find_date_fault(at, now)):
            found.leave_out(name, fault if at else "its own date is none")
            continue
        page = SavedPage(slug(service_name), slug(folder.name), at, path, name, dated is not None)
        # The same page in two forms: HTML is the page itself, so it is the one that a crawl can go on from.
        twin = pages.setdefault((at, path.stem), page)
        if twin is not page:
            kept, other = (page, twin) if path.suffix.lower().startswith(".htm") else (twin, page)
            pages[at, path.stem] = kept
            found.leave_out(other.name, f"it is {kept.path.name} in another form")
    if pages:
        found.pages[ident] = list(pages.values())
        found.services[slug(service_name)] = service_name
        found.documents[ident] = folder.name
    if sum(map(len, found.pages.values())) > _MOST_FILES:
        raise ConfigError(f"more than {_MOST_FILES:,} files: import one service at a time")


def _is_utf_8(name: str) -> bool:
    """Return whether the bytes of a file's *name* are UTF-8: no other name can be stored or printed."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def find_layout(folder: Path) -> Path | None:
    """Return the folder near *folder*, below or above, that holds pages as SERVICE/DOCUMENT/FILE; None if none does.

    The nearest one below comes first. Links are not followed, and what cannot be read is passed over.
    """
    level, left = [folder], _MOST_FOLDERS
    for _ in range(_DEEPEST):
        level = [below for each in level for below in _list_folders(each)][:left]
        left -= len(level)
        for each in level:
            if any(_holds_pages(document) for service in _list_folders(each) for document in _list_folders(service)):
                return each
    whole = folder.resolve()
    if _holds_pages(whole):
        return whole.parent.parent
    return whole.parent if any(map(_holds_pages, _list_folders(whole))) else None


def _list_folders(folder: Path) -> list[Path]:
    try:
        found = [each for each in sorted(folder.iterdir()) if each.is_dir() and not each.is_symlink()]
    except OSError:
        return []
    return [each for each in found if each.name[0] != "." and not _COMPANION.search(each.name)]


def _holds_pages(folder: Path) -> bool:
    try:
        return any(each.suffix.lower() in _MEDIA and each.is_file() for each in folder.iterdir())
    except OSError:
        return False


def find_date_fault(at: datetime, now: datetime | None = None) -> str:
    """Return why nothing that was recorded *at* this time can be imported; empty where it can.

    Args:
        now: It cannot have been recorded later; None bounds only the year.
    """
    if EARLIEST <= at <= min(LATEST, now + _CLOCKS if now else LATEST):
        return ""
    return f"its date, {at:%Y-%m-%d}, is {'before the web' if at < EARLIEST else 'yet to come'}"


def time_of(seconds: int) -> datetime | None:
    """Return the time of so many *seconds* since 1970; None where it is outside the years 1 to 9999."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def dated_by(name: str) -> datetime | None:
    """Return the time that a file's *name* tells: ``20190301``, ``2019-03-01``, ``2019-03-01T12-00-00Z``; or None."""
    for match in _DATE.finditer(name):
        year, _, month, day, hour, minute, second = (part or "0" for part in match.groups())
        try:
            return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        except ValueError:
            continue
    return None
