"""Cut the power at every moment of a crawl: build what a disk may hold then, open it, and ask for what was promised.

    python benchmarks/powerloss.py [--count 100000] [--seed 1] [--synchronous FULL]

A crawl runs once under strace, which records every write, cut, sync, rename, removal and new folder of the archive, its
journal and the captures. For each state a moment is drawn. What was synced by then is on disk; of each later write any
sectors of 512 bytes may be; of the changes of names (new files, renames, removals) those up to some moment are, and
those in a folder that was synced since. Then the archive must open and be sound, and hold every version that was
reported as stored, with its captures. With --synchronous OFF it must not: that is the harness's own test.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from small_archive import Platform, crawl

CALLS = "openat,close,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename,mkdir,lseek"
SECTOR = 512
DOCUMENTS, NIGHTS = 2, 3
_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")


@dataclass
class File:
    """A file, whatever its name: what is synced, and what was written since."""

    synced: bytes = b""
    #: (offset, bytes), or (length, None) for a cut.
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        self.synced = apply(self.synced, self.pending)
        self.pending = []


def apply(content: bytes, changes: list[tuple[int, bytes | None]]) -> bytes:
    """Return *content* after *changes*."""
    made = bytearray(content)
    for at, written in changes:
        if written is None:
            del made[at:]
            made.extend(bytes(at - len(made)))
        else:
            made.extend(bytes(max(0, at - len(made))))
            made[at : at + len(written)] = written
    return bytes(made)


@dataclass
class Disk:
    """The files of a folder by number, and the changes of names, of which the last may not be on disk yet."""

    files: list[File] = field(default_factory=list)
    #: ("link", path, file), ("unlink", path), ("rename", old, new) or ("mkdir", path), in the order in which they came.
    names: list[tuple] = field(default_factory=list)
    #: By folder, how many of the changes of names are certainly on disk.
    certain: dict[str, int] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)

    def paths(self, upto: int) -> dict[str, File]:
        """Return the files by path when the first *upto* changes of names are on disk, and what was synced besides."""
        found: dict[str, File] = {}
        folders = {""}
        for place, (what, path, *rest) in enumerate(self.names):
            if place >= max(upto, self.certain.get(path.rpartition("/")[0], 0)):
                continue
            if path.rpartition("/")[0] not in folders:
                continue  # its folder is not there: neither is it
            if what == "mkdir":
                folders.add(path)
            elif what == "link":
                found[path] = self.files[rest[0]]
            elif what == "unlink":
                found.pop(path, None)
            elif path in found:
                found[rest[0]] = found.pop(path)
        return found


class Replay:
    """Steps through the recorded calls."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/") + "/"
        self.disk = Disk()
        self._open: dict[int, tuple[str, int]] = {}
        self._at: dict[int, int] = {}
        self._now: dict[str, int] = {}

    def _inside(self, quoted: str) -> str | None:
        path = unquote(quoted).decode()
        return path[len(self._root) :] if path.startswith(self._root) else "" if path + "/" == self._root else None

    def step(self, name: str, arguments: str, result: int) -> bool:
        """Apply one call; return whether it may matter to a crash."""
        if result < 0:
            return False
        if name == "openat":
            return self._opened(arguments, result)
        if name in ("unlink", "mkdir", "rename"):
            return self._renamed(name, arguments)
        number = int(re.match(r"\d+", arguments)[0])
        if name == "close":
            self._open.pop(number, None)
            return False
        if number not in self._open:
            return False
        path, file = self._open[number]
        if name == "lseek":
            self._at[number] = result
        elif name in ("fsync", "fdatasync"):
            if file < 0:
                self.disk.certain[path] = len(self.disk.names)
            else:
                self.disk.files[file].sync()
            return True
        elif name == "ftruncate":
            self.disk.files[file].pending.append((int(arguments.split(",")[1]), None))
            return True
        elif name in ("pwrite64", "write"):
            body = unquote(arguments.split(", ")[1])
            at = int(arguments.rpartition(", ")[2]) if name == "pwrite64" else self._at.get(number, 0)
            self._at[number] = at + len(body)
            self.disk.files[file].pending.append((at, body))
            return True
        return False

    def _opened(self, arguments: str, result: int) -> bool:
        path = self._inside(arguments.split(", ")[1])
        if path is None:
            return False
        if path.startswith("ack "):
            self.disk.acknowledged.append(path.removeprefix("ack "))
            return True
        if "O_DIRECTORY" in arguments or path == "" or path in self._folders():
            self._open[result] = (path, -1)
            return False
        new = path not in self._now
        if new:
            self.disk.files.append(File())
            self._now[path] = len(self.disk.files) - 1
            self.disk.names.append(("link", path, self._now[path]))
        elif "O_TRUNC" in arguments:
            self.disk.files[self._now[path]].pending.append((0, None))
        self._open[result] = (path, self._now[path])
        self._at[result] = 0
        return new

    def _folders(self) -> set[str]:
        return {change[1] for change in self.disk.names if change[0] == "mkdir"}

    def _renamed(self, name: str, arguments: str) -> bool:
        paths = [self._inside(quoted) for quoted in re.findall(r'"[^"]*"', arguments)]
        if None in paths:
            return False
        self.disk.names.append((name, *paths))
        if name == "unlink":
            self._now.pop(paths[0], None)
        elif name == "rename":
            self._now[paths[1]] = self._now.pop(paths[0])
        return True


def unquote(quoted: str) -> bytes:
    """Return the bytes of a string as `strace -xx` writes it."""
    return bytes.fromhex(quoted.strip().strip('"').replace("\\x", ""))


def record(folder: Path, seed: int, synchronous: str) -> list[tuple[str, str, int]]:
    """Crawl a few nights in *folder* under strace; return the calls."""
    trace = folder.with_suffix(".trace")
    command = ["strace", "-qq", "-xx", "-s", "10000000", "-o", str(trace), "-e", f"trace={CALLS}"]
    command += [sys.executable, "-B", __file__, "worker", str(folder), str(seed), synchronous]
    subprocess.run(command, check=True)
    matches = (_CALL.match(line) for line in trace.read_text().splitlines())
    return [(match[1], match[2], int(match[3])) for match in matches if match]


def worker(folder: Path, seed: int, synchronous: str) -> None:
    """Crawl, and note each result in a file's name once it is reported."""
    from tostrack.archive import writer as store

    # The harness's own test needs a writer that is not careful.
    if synchronous:
        store.SYNCHRONOUS = synchronous
    platform = Platform(DOCUMENTS, seed)
    for night in range(NIGHTS):
        for result in crawl(folder, platform, night):
            if result.version:
                os.close(os.open(folder / f"ack {result.service} {result.document} {result.version}", os.O_CREAT))
        platform.turn()


def state(disk: Disk, chance: random.Random, folder: Path) -> None:
    """Write into *folder* what the disk may hold."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    names = len(disk.names)
    how = chance.choice(("all", "none", "some", "torn"))
    upto = names if how == "all" else 0 if how == "none" else chance.randint(max(0, names - 6), names)
    for path, file in disk.paths(upto).items():
        changes = file.pending
        if how == "none":
            changes = []
        elif how in ("some", "torn"):
            changes = [part for change in changes for part in kept(change, chance, torn=how == "torn")]
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(apply(file.synced, changes))


def kept(change: tuple[int, bytes | None], chance: random.Random, *, torn: bool) -> Iterator[tuple[int, bytes | None]]:
    """Yield what of one write reached the disk: all, nothing, or some of its sectors."""
    at, body = change
    if chance.random() < 0.5 and not torn:
        return
    if body is None or not torn:
        yield change
        return
    for start in range(0, len(body), SECTOR):
        if chance.random() < 0.5:
            yield at + start, body[start : start + SECTOR]


def judge(folder: Path, acknowledged: list[str]) -> str:
    """Return what is broken of what was promised; empty when nothing is."""
    database = folder / "tostrack.db"
    if not database.exists():
        return "the archive is gone" if acknowledged else ""
    try:
        connection = sqlite3.connect(database)
        [[sound]] = connection.execute("PRAGMA integrity_check(1)").fetchall()
        if sound != "ok":
            return f"integrity: {sound}"
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_versions'").fetchall():
            return "the archive is empty" if acknowledged else ""
        rows = connection.execute(
            "SELECT s.slug || ' ' || d.slug || ' ' || v.number, n.path, n.sha256 FROM _versions v "
            "JOIN documents d ON d.id = v.document_id JOIN services s ON s.id = d.service_id "
            "LEFT JOIN version_snapshots c ON c.version_id = v.id LEFT JOIN snapshots n ON n.id = c.snapshot_id"
        ).fetchall()
    except sqlite3.Error as error:
        return f"cannot be opened: {error}"
    finally:
        connection.close()
    if lost := set(acknowledged) - {name for name, _, _ in rows}:
        return f"lost: {sorted(lost)}"
    for name, path, digest in rows:
        try:
            body = gzip.decompress((folder / "snapshots" / path).read_bytes())
        except (OSError, EOFError, TypeError) as error:
            return f"{name}: its capture cannot be read ({type(error).__name__})"
        if hashlib.sha256(body).hexdigest() != digest:
            return f"{name}: its capture is another"
    return ""


def run(count: int, seed: int, synchronous: str = "") -> Iterator[tuple[int, str]]:
    """Yield, for *count* states, after which call the power went and what is broken."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "recorded")
        folder.mkdir()
        calls = record(folder, seed, synchronous)
        moments = 0
        counting = Replay(str(folder))
        for call in calls:
            moments += counting.step(*call)
        each, rest = divmod(count, max(1, moments))
        replay, moment = Replay(str(folder)), 0
        for call in calls:
            if not replay.step(*call):
                continue
            moment += 1
            for _ in range(each + (moment <= rest)):
                state(replay.disk, chance, Path(scratch, "state"))
                yield moment, judge(Path(scratch, "state"), replay.disk.acknowledged)


def main() -> None:
    if sys.argv[1:2] == ["worker"]:
        worker(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--synchronous", default="")
    arguments = parser.parse_args()
    states = bad = last = 0
    for moment, broken in run(arguments.count, arguments.seed, arguments.synchronous):
        states, last = states + 1, moment
        if broken:
            bad += 1
            if bad <= 10:
                print(f"after call {moment}: {broken}"[:300], flush=True)
    print(f"{states} states after {last} calls, seed {arguments.seed} {arguments.synchronous}: {bad} violations")
    raise SystemExit(bad > 0)


if __name__ == "__main__":
    main()
