"""Raw captures on disk: `<service>/<document>/<UTC time>[.n].html.gz`, written whole or not at all."""

from __future__ import annotations

import gzip
import os
import zlib
from datetime import UTC
from pathlib import Path
from typing import BinaryIO

from tostrack.archive.lock import replace_whole, sync_file
from tostrack.errors import StoreError
from tostrack.models import Snapshot

_SUFFIXES = {"application/pdf": "pdf", "text/plain": "txt", "text/markdown": "md", "application/json": "json"}

#: No capture is larger: a page has at most 10 MB, and what is imported less than this.
MOST_BYTES = 64_000_000


def name(service: str, document: str, page: int, snapshot: Snapshot) -> str:
    """Return the path of *snapshot* below the root; *page* counts from 0 and shows only when there are several."""
    media = snapshot.content_type.split(";")[0].strip().lower()
    number = f".{page + 1}" if page else ""
    when = snapshot.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    return f"{service}/{document}/{when}{number}.{_SUFFIXES.get(media, 'html')}.gz"


def write(root: Path, path: str, body: bytes) -> None:
    """Keep *body* under *path*; when this returns it survives a power cut.

    The same bytes give the same file: the gzip header has no time and no name.

    Raises:
        StoreError: The disk is full or the folder cannot be written.
    """
    target = root / path
    try:
        _make_folder(target.parent)
        with replace_whole(target) as part, _create(part) as file:
            file.write(gzip.compress(body, 9, mtime=0))
    except OSError as error:
        raise StoreError(f"{target}: cannot keep the snapshot ({error.strerror})") from error


def read(root: Path, path: str, most: int = MOST_BYTES) -> bytes:
    """Return the bytes kept under *path*.

    Args:
        most: More bytes than these are not decompressed.

    Raises:
        StoreError: The file is missing, damaged or too large, or *path* leads out of the folder.
    """
    if not _is_below(path):
        raise StoreError(f"{path!r}: is no path of a snapshot")
    try:
        with (root / path).open("rb") as file:
            # What does not compress grows by less than this.
            packed = file.read(most + most // 256 + 1024)
        unpacker = zlib.decompressobj(wbits=31)
        body = unpacker.decompress(packed, most + 1)
    except (OSError, ValueError, zlib.error) as error:
        raise StoreError(f"{root / path}: cannot read the snapshot ({error})") from error
    if len(body) > most:
        raise StoreError(f"{root / path}: the snapshot has more than {most} bytes")
    # `write` makes one stream; gzip's own reader would go on through any number of empty ones, and of zeros.
    if not unpacker.eof or unpacker.unused_data:
        raise StoreError(f"{root / path}: cannot read the snapshot (it is not one whole stream of gzip)")
    return body


def is_there(root: Path, path: str) -> bool:
    """Return whether a file is under *path*, below the folder *root*."""
    return _is_below(path) and (root / path).is_file()


def _is_below(path: object) -> bool:
    """Return whether *path* leads to something below the folder: an archive from elsewhere may name any."""
    return isinstance(path, str) and "\0" not in path and not path.startswith("/") and ".." not in path.split("/")


def delete(root: Path, path: str) -> None:
    """Remove the file under *path*, if it is there."""
    (root / path).unlink(missing_ok=True)


def _create(path: Path) -> BinaryIO:
    # O_NOFOLLOW: a link planted in the folder must not send the bytes elsewhere.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags, 0o644), "wb")


def _make_folder(folder: Path) -> None:
    """Make *folder* and those above it; each survives a power cut once this returns."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_file(folder.parent)
