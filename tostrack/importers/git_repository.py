"""Read the history of a git repository that a stranger made: nothing in it runs, and nobody is contacted.

git obeys the configuration, hooks, attributes, replacement refs and alternates of the repository it works in. So it
never works in theirs: it works in an empty bare repository of our own, in a temporary folder, whose object folders are
links to theirs. What else we need of theirs (HEAD, refs, the shallow boundary) we read ourselves, as bounded text.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import select
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tostrack.errors import ConfigError, DocumentError
from tostrack.value import Value

#: Seconds in which git must print the next line or the next part of an object; a large real one takes under one.
_SILENCE = 60.0
#: Megabytes that git may allocate; mapped pack files do not count. Public collections need under 60.
_MEGABYTES = 128
#: Commits of the first-parent history, and files that they change, in all: the largest public collection has 45,000.
_MOST_COMMITS, _MOST_CHANGES = 300_000, 4_000_000
#: Files in the object store.
_MOST_FILES = 8_000_000
#: Bytes of one line of git's output, of one ref, of a list of refs, and of the commits at which a shallow clone ends:
#: longer lines are cut, longer files refused.
_LINE, _REF, _REFS, _SHALLOW = 16_384, 4_096, 32_000_000, 400_000
#: So often git is started again after an object that ended it; then the rest is left out.
_RESTARTS = 100
_CHUNK = 1 << 16
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF_NAME = re.compile(r"refs(?:/(?!\.)[^\x00-\x20\x7f~^:?*\[\\/]+)+")
_FAN_OUT = re.compile(r"[0-9a-f]{2}")
_NO_OBJECT = re.compile(r"0+")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
#: Ours, and the only configuration that git reads.
_CONFIG = """\
[core]
	repositoryformatversion = {version}
	bare = true
	quotePath = false
	hooksPath = /dev/null
	attributesFile = /dev/null
	fsmonitor = false
	commitGraph = false
	multiPackIndex = false
	packedGitWindowSize = 16m
	packedGitLimit = 64m
	deltaBaseCacheLimit = 16m
	bigFileThreshold = 16m
[protocol]
	allow = never
[log]
	showSignature = false
[gc]
	auto = 0
"""
_SHA256 = "[extensions]\n\tobjectFormat = sha256\n"


class CommitChange(Value):
    """One file that a commit added or changed."""

    commit: str
    #: The author's time in seconds since 1970 as the commit states it: empty, or any number of digits.
    seconds: str
    subject: str
    path: str
    #: The object with the file's content.
    blob: str


def clean_environment(folder: Path | str = os.devnull) -> dict[str, str]:
    """Return an environment in which git reads no configuration but that of the repository it works in."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


@contextlib.contextmanager
def open_repository(path: Path) -> Iterator[GitRepository]:
    """Open the repository at *path*, bare or with a ``.git`` folder.

    Raises:
        ConfigError: It is no repository, or one that cannot be read without following it elsewhere.
    """
    git_dir = _find_git_dir(path)
    head = _resolve_head(path, git_dir)
    _check_store(path, git_dir / "objects")
    with tempfile.TemporaryDirectory(prefix="tostrack-git-") as folder:
        own = Path(folder)
        _make_own(own, git_dir, head)
        repository = GitRepository(path, own, head)
        try:
            yield repository
        finally:
            repository.close()


class GitRepository:
    """A repository of our own over a stranger's objects."""

    def __init__(self, path: Path, own: Path, head: str) -> None:
        self._path = path
        #: Our own repository.
        self.folder = own
        #: The newest commit.
        self.head = head
        self._sizes: _Process | None = None
        self._contents: _Process | None = None
        self._failures = 0
        #: What could not be read while listing, with the reason.
        self.left_out: list[tuple[str, str]] = []

    def close(self) -> None:
        """End the processes."""
        for process in (self._sizes, self._contents):
            if process:
                process.close()
        self._sizes = self._contents = None

    def changes(self) -> Iterator[CommitChange]:
        """Yield the files that each commit of the first-parent history added or changed, oldest commit first.

        A commit whose trees are missing or broken is listed in `left_out`.

        Raises:
            ConfigError: There are too many, or git is not installed.
        """
        commits = self._commits()
        done, seen = 0, 0
        while done < len(commits):
            for found in self._diff(commits[done:]):
                if isinstance(found, CommitChange):
                    seen += 1
                    if seen > _MOST_CHANGES:
                        raise ConfigError(f"{self._path}: its commits change more than {_MOST_CHANGES:,} files")
                    yield found
                else:
                    done += 1
            if done < len(commits):
                self._fail(commits[done].split()[0], "its list of files is missing or broken")
                done += 1
            if self._failures > _RESTARTS:
                self.left_out.append((f"{len(commits) - done} commits", "too many before them are broken"))
                return

    def read(self, blob: str, most: int) -> bytes:
        """Return the content of *blob*.

        Raises:
            DocumentError: It is missing, broken, no file, or larger than *most* bytes.
        """
        if self._failures > _RESTARTS:
            raise DocumentError("not read: too many objects before it are broken")
        try:
            size = self._size(blob)
            if size > most:
                raise DocumentError(f"larger than {most / 1_000_000:g} MB")
            return self._content(blob, size)
        except (OSError, ValueError) as error:
            self._failures += 1
            self.close()
            raise DocumentError("git cannot read its text: the object is broken") from error

    def _content(self, blob: str, size: int) -> bytes:
        self._contents = self._contents or self._start("cat-file", "--batch", stdin=subprocess.PIPE)
        self._contents.ask(blob)
        if self._contents.line().split()[1:] != [b"blob", str(size).encode()]:
            raise OSError("another answer than was asked for")
        body = self._contents.exactly(size + 1)[:-1]
        # git hands on what a broken object holds, also more than the size that it stated.
        digest = hashlib.new("sha1" if len(blob) == 40 else "sha256", b"blob %d\0" % size, usedforsecurity=False)
        digest.update(body)
        if digest.hexdigest() != blob:
            raise OSError("its content is not what its name says")
        return body

    def _size(self, blob: str) -> int:
        self._sizes = self._sizes or self._start("cat-file", "--batch-check", stdin=subprocess.PIPE)
        self._sizes.ask(blob)
        answer = self._sizes.line().split()
        if answer[1:] == [b"missing"]:
            raise DocumentError("the repository does not hold its text")
        _, kind, size = answer
        if kind != b"blob":
            raise DocumentError("it is no file")
        return int(size)

    def _commits(self) -> list[str]:
        """Return the commits of the first-parent history, oldest first, each with its parent behind it."""
        found, complete = self._list_commits()
        if not complete:
            # The parent of the last commit listed can be read, and its own parent cannot: our history begins there.
            first = found[-1].split()[-1] if found else self.head
            with (self.folder / "shallow").open("a") as file:
                file.write(f"{first}\n")
            found, complete = self._list_commits()
            self._fail(f"what was recorded before {first}", "a commit before it is missing or broken")
        if not (found and complete):
            raise ConfigError(f"{self._path}: its newest commit, {self.head}, is missing or broken")
        if len(found) > _MOST_COMMITS:
            raise ConfigError(f"{self._path}: more than {_MOST_COMMITS:,} commits")
        found.reverse()
        return found

    def _list_commits(self) -> tuple[list[str], bool]:
        """Return the commits, newest first, and whether git came to the end."""
        found: list[str] = []
        process = self._start("rev-list", "--first-parent", "--parents", f"--max-count={_MOST_COMMITS + 1}", self.head)
        with process, contextlib.suppress(TimeoutError):
            while line := process.line():
                found.append(" ".join(line.decode("ascii", "replace").split()[:2]))
        return found, process.status == 0

    def _diff(self, commits: list[str]) -> Iterator[CommitChange | None]:
        """Yield the changes of each of *commits*, and None after its last; stop before one that git cannot read."""
        with tempfile.TemporaryFile(dir=self.folder) as file:
            file.writelines(f"{commit}\n".encode() for commit in commits)
            file.seek(0)
            process = self._start(
                *("diff-tree", "--stdin", "--root", "-r", "--raw", "--no-abbrev", "--no-renames", "--always"),
                "--format=%x01%H %at %s",
                stdin=file,
            )
            commit, seconds, subject = "", "", ""
            with process, contextlib.suppress(TimeoutError):
                while line := process.line():
                    text = line.rstrip(b"\n")
                    if text.startswith(b"\x01"):
                        if commit:
                            yield None
                        commit, seconds, subject = (*text[1:].decode("utf-8", "replace").split(" ", 2), "", "")[:3]
                    elif text.startswith(b":") and len(line) < _LINE:
                        status, _, path = text.partition(b"\t")
                        _, mode, _, blob, *_ = status.decode("ascii", "replace").split()
                        if mode.startswith("100") and not _NO_OBJECT.fullmatch(blob):
                            yield CommitChange(commit, seconds, subject, _unquote(path), blob)
            if commit:
                yield None

    def _fail(self, name: str, reason: str) -> None:
        self._failures += 1
        self.left_out.append((name, reason))

    def _start(self, *arguments: str, stdin: int | IO[bytes] = subprocess.DEVNULL) -> _Process:
        return _Process(self.folder, arguments, stdin)


class _Process:
    """A git process in our repository; its output is read with a deadline and in bounded parts."""

    def __init__(self, own: Path, arguments: tuple[str, ...], stdin: int | IO[bytes]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - no shell, and theirs is only a checked hash
                ("git", f"--git-dir={own}", *arguments),  # noqa: S607 - the user's PATH says which git
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=clean_environment(own),
                cwd=own,
            )
        except OSError as error:
            raise ConfigError(f"git is needed to read a repository ({error.strerror})") from error
        _limit_memory(self._process.pid)
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN)
        self._buffer = bytearray()
        #: How it ended: 0 for well; 1 when we ended it.
        self.status = 1

    def __enter__(self) -> None:
        return

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, unless it has ended by itself."""
        assert self._process.stdout is not None
        # At the end of its output it is about to end by itself.
        if self._poll.poll(0) and not os.read(self._output, 1):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_SILENCE)
        status = self._process.poll()
        self.status = 1 if status is None else status
        self._process.kill()
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def ask(self, name: str) -> None:
        """Write one line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{name}\n".encode())
        self._process.stdin.flush()

    def line(self) -> bytes:
        """Return the next line, cut where it is longer than `_LINE`; empty at the end."""
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            if len(self._buffer) > _LINE:
                del self._buffer[_LINE:]
            start = len(self._buffer)
            if not self._receive():
                break
        end = end + 1 if end >= 0 else len(self._buffer)
        found = bytes(self._buffer[:end])
        del self._buffer[:end]
        return found[:_LINE]

    def exactly(self, size: int) -> bytes:
        """Return the next *size* bytes.

        Raises:
            OSError: It ended before.
        """
        while len(self._buffer) < size:
            if not self._receive():
                raise BrokenPipeError
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        return found

    def _receive(self) -> bool:
        deadline = time.monotonic() + _SILENCE
        if not self._poll.poll(1000 * max(0.0, deadline - time.monotonic())):
            raise TimeoutError
        part = os.read(self._output, _CHUNK)
        self._buffer += part
        return bool(part)


def _limit_memory(pid: int) -> None:
    """Limit what the process may allocate, where the system can do that to a running process."""
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        limit = _MEGABYTES << 20
        resource.prlimit(pid, resource.RLIMIT_DATA, (limit, limit))


def _unquote(name: bytes) -> str:
    """Return a file's name without the quotes that git puts around one with a quote, a backslash or a control in it."""
    if name.startswith(b'"'):
        name = _ESCAPE.sub(
            lambda found: bytes((int(found[1], 8) & 0xFF,)) if len(found[1]) == 3 else _ESCAPED.get(found[1], found[1]),
            name[1:-1],
        )
    return name.decode("utf-8", "replace")


# What we read of theirs


def _find_git_dir(path: Path) -> Path:
    """Return the folder with HEAD and objects.

    Raises:
        ConfigError: There is none, or it is elsewhere.
    """
    inner = path / ".git"
    if inner.is_symlink() or (inner.exists() and not inner.is_dir()):
        raise ConfigError(
            f"{path}: its .git leads to another folder, as in a worktree or submodule: name the repository itself"
        )
    git_dir = inner if inner.is_dir() else path
    if (git_dir / "commondir").exists():
        raise ConfigError(f"{path}: its objects lie in another folder, as in a worktree: name the repository itself")
    if not (git_dir / "HEAD").exists() or not (git_dir / "objects").is_dir():
        raise ConfigError(f"{path}: neither a git repository nor the zip of a release")
    return git_dir


def _read_text(path: Path, most: int = _REF) -> str | None:
    """Return what `_read_bytes` does, as text."""
    body = _read_bytes(path, most)
    return None if body is None else body.decode("utf-8", "replace")


def _read_bytes(path: Path, most: int) -> bytes | None:
    """Return the content of a regular file of at most *most* bytes; None when there is none. Links are not followed.

    Raises:
        ConfigError: It is larger, or something else than a file.
    """
    try:
        # Without blocking: a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read ({getattr(error, 'strerror', error)})") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        body = file.read(most + 1)
    if len(body) > most:
        raise ConfigError(f"{path}: larger than it can be")
    return body


def _resolve_head(path: Path, git_dir: Path) -> str:
    """Return the hash of the newest commit.

    Raises:
        ConfigError: HEAD leads to none.
    """
    name = "HEAD"
    for _ in range(5):
        text = _read_text(git_dir / name)
        if text is None and name != "HEAD":
            text = _packed_ref(git_dir, name)
        value = (text or "").strip()
        if _HASH.fullmatch(value):
            return value
        if value == "ref: refs/heads/.invalid":
            raise ConfigError(f"{path}: its refs are kept as a reftable, which cannot be read; keep them as files")
        name = value.removeprefix("ref:").strip()
        target = (git_dir / name).parent
        inside = target.resolve().is_relative_to(git_dir.resolve()) if _REF_NAME.fullmatch(name) else False
        if not (value.startswith("ref:") and inside):
            break
    raise ConfigError(f"{path}: its HEAD leads to no commit")


def _packed_ref(git_dir: Path, name: str) -> str | None:
    # Searched and not split: a list of all lines would take ten times the memory of the file.
    refs = _read_bytes(git_dir / "packed-refs", _REFS) or b""
    found = re.search(rb"^([0-9a-f]+) %b$" % re.escape(name.encode()), refs, re.MULTILINE)
    return found[1].decode() if found else None


def _check_store(path: Path, objects: Path) -> None:
    """Refuse an object store that holds something else than files, or borrows from another one.

    Raises:
        ConfigError: It does.
    """
    if objects.is_symlink():
        raise ConfigError(f"{path}: its objects lie in another folder: name the repository itself")
    if (_read_text(objects / "info" / "alternates") or "").strip():
        raise ConfigError(
            f"{path}: it borrows objects from another folder (objects/info/alternates), which is not read; "
            "import a full clone"
        )
    seen = 0
    try:
        for folder in _object_folders(objects):
            with os.scandir(folder) as entries:
                for entry in entries:
                    seen += 1
                    if not entry.is_file(follow_symlinks=False):
                        raise ConfigError(f"{path}: {Path(entry.path).relative_to(path)!s} is no file")
                    if seen > _MOST_FILES:
                        raise ConfigError(f"{path}: more than {_MOST_FILES:,} files in its object store")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error


def _object_folders(objects: Path) -> list[Path]:
    """Return the folders that hold packs and loose objects."""
    with os.scandir(objects) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if (entry.name == "pack" or _FAN_OUT.fullmatch(entry.name)) and entry.is_dir(follow_symlinks=False)
        ]


def _make_own(own: Path, git_dir: Path, head: str) -> None:
    """Make the bare repository in which git works."""
    (own / "objects" / "info").mkdir(parents=True)
    (own / "refs").mkdir()
    (own / "HEAD").write_text("ref: refs/heads/none\n")
    is_sha1 = len(head) == 40
    (own / "config").write_text(_CONFIG.format(version=0) if is_sha1 else _CONFIG.format(version=1) + _SHA256)
    if boundary := _HASH.findall(_read_text(git_dir / "shallow", _SHALLOW) or ""):
        (own / "shallow").write_text("".join(f"{commit}\n" for commit in boundary))
    for folder in _object_folders(git_dir / "objects"):
        (own / "objects" / folder.name).symlink_to(folder.resolve())
