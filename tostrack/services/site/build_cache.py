"""A folder of pages that knows how each was made: what would come out the same is neither made nor written again."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from tostrack.archive.lock import replace_whole
from tostrack.errors import ConfigError, StoreError
from tostrack.models import sha256
from tostrack.render.site_paths import first_part, part_page

T = TypeVar("T")
#: What marks a folder as ours, and holds what is known of its pages.
MEMORY = ".tostrack-site.db"
_FORMAT = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS pages (path TEXT PRIMARY KEY, key TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
"""


class BuildCache:
    """The folder that a site is written into. Everything asked of it within one run is the site; the rest goes.

    Args:
        folder: Made when it is not there; one that holds other things is refused.
        force: Make everything again.

    Raises:
        ConfigError: The folder holds files that are not ours.
        StoreError: It cannot be written.
    """

    def __init__(self, folder: Path, *, force: bool = False) -> None:
        self.folder = folder
        self.written = 0
        self.removed = 0
        memory = folder / MEMORY
        with self._reported():
            if folder.is_dir() and any(folder.iterdir()) and not memory.is_file():
                raise ConfigError(f"{folder}: has files of another program; name another folder with --out")
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = self._remembered(memory)
            if force:
                # executescript() would commit the open transaction.
                self._connection.execute("UPDATE pages SET key = ''")
                self._connection.execute("DELETE FROM facts")
            self._known = {row[0]: (row[1], row[2]) for row in self._connection.execute("SELECT * FROM pages")}
            self._parts: dict[str, list[str]] = defaultdict(list)
            for path in self._known:
                self._parts[first_part(path)].append(path)
            self._keys = dict(self._connection.execute("SELECT name, key FROM facts").fetchall())
        self._pages: dict[str, tuple[str, str]] = {}
        self._used: set[str] = set()

    @staticmethod
    def _remembered(memory: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(memory, isolation_level=None)
        try:
            sound = connection.execute("PRAGMA user_version").fetchone()[0] in (0, _FORMAT)
        except sqlite3.DatabaseError:
            sound = False
        if not sound:
            # It is only a memory: without it everything is made again.
            connection.close()
            memory.unlink()
            connection = sqlite3.connect(memory, isolation_level=None)
        connection.executescript(_TABLES)
        connection.execute(f"PRAGMA user_version = {_FORMAT}")
        # Text that was redacted in the archive must not stay readable here.
        connection.execute("PRAGMA secure_delete = ON")
        # Losing it to a crash costs a slow run and nothing else.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._reported():
            if kind is None:
                self._finish()
            else:
                self._note()
            self._connection.execute("COMMIT")
            self._connection.close()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{self.folder}: cannot write the site ({error})") from error

    def is_fresh(self, path: str, key: str) -> bool:
        """Return whether the page at *path* was made from *key* and is still there, in all its parts; kept then."""
        parts = {part: self._known[part] for part in self._parts.get(path, ())}
        if path not in parts or any(
            known[0] != key or not (self.folder / part).is_file() for part, known in parts.items()
        ):
            return False
        self._pages |= parts
        return True

    def page(self, path: str, key: str, make: Callable[[], str | Sequence[str]]) -> None:
        """Have what *make* returns, a text or its parts, at *path*, unless it was made from the same *key* before."""
        if not self.is_fresh(path, key):
            made = make()
            self.put_parts(path, [made] if isinstance(made, str) else made, key)

    def put_parts(self, path: str, texts: Sequence[str], key: str) -> None:
        """Have *texts* at *path* and beside it, as the parts of one page."""
        for number, text in enumerate(texts, 1):
            self.put(part_page(path, number), text, key)

    def put(self, path: str, text: str, key: str = "") -> None:
        """Have *text* at *path*; a file that says so already is not touched."""
        content = text.encode("utf-8", "backslashreplace")
        digest = sha256(content)
        target = self.folder / path
        known = self._known.get(path)
        with self._reported():
            if known is None or known[1] != digest or not target.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                with replace_whole(target, durable=False) as part:
                    part.write_bytes(content)
                self.written += 1
        self._pages[path] = (key, digest)

    def fact(self, name: str, key: str, kind: type[T], make: Callable[[], T]) -> T:
        """Return what *make* returns, a value of the type *kind*, remembered as long as *key* stays the same."""
        import msgspec

        self._used.add(name)
        if self._keys.get(name) == key:
            with self._reported():
                row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
            return msgspec.convert(json.loads(zlib.decompress(row[0])), kind)
        made = make()
        # Not msgspec's own JSON: it refuses lone surrogates.
        text = json.dumps(msgspec.to_builtins(made), ensure_ascii=False)
        with self._reported():
            packed = zlib.compress(text.encode("utf-8", "surrogatepass"), 1)
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", (name, key, packed))
        self._keys[name] = key
        return made

    def keep(self, name: str) -> None:
        """Keep the fact called *name*, if there is one, though nobody asks for it this time."""
        self._used.add(name)

    @property
    def paths(self) -> list[str]:
        """Every page so far, sorted."""
        return sorted(self._pages)

    def _finish(self) -> None:
        """Remove what does not belong to the site any more, and forget what nobody asked for."""
        for path in self._known.keys() - self._pages.keys():
            (self.folder / path).unlink(missing_ok=True)
            self.removed += 1
            for parent in (self.folder / path).parents:
                if parent == self.folder or any(parent.iterdir()):
                    break
                parent.rmdir()
        self._connection.execute("DELETE FROM pages")
        self._connection.executemany(
            "DELETE FROM facts WHERE name = ?", [(name,) for name in self._keys.keys() - self._used]
        )
        self._note()

    def _note(self) -> None:
        rows = [(path, *known) for path, known in self._pages.items()]
        self._connection.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", rows)
