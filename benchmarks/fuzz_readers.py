"""Feed seeded noise to every reader of foreign data, and count what ends in anything but a sentence.

    python benchmarks/fuzz_readers.py [READER ...] [--count 10000] [--seconds 60] [--seed 1]

Each reader runs in a process of its own, which ends after so many inputs or seconds. An input is made from the seed,
the reader and its number alone, so that ``--only NUMBER`` makes a failure again. A failure is any exception but a
`TostrackError` and the documented errors of a reader, or more than 20 s, after which the sandbox would kill it.
`benchmarks/fuzz.py` does the same for the whole way from a page to its text.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import resource
import signal
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

from fuzz import noisy, page
from small_archive import build

from tostrack.analysis.flags.rulebook import RuleFile, check_rules
from tostrack.archive import Archive
from tostrack.archive.warc import write_warc
from tostrack.errors import DocumentError, TostrackError
from tostrack.extraction import extract
from tostrack.extraction.preferences import preferences_to_markdown
from tostrack.fetch.body import decoded
from tostrack.fetch.client import Client
from tostrack.fetch.robots import parse_robots
from tostrack.importers import declarations, folder, ota
from tostrack.importers.zip_reader import ZipError, list_members, read_member
from tostrack.watchlist import loads

LIMIT = 20.0
NOW = datetime(2031, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[1]
URL = "https://pixboard.example/terms"

WATCHLIST = """
[settings]
contact = "ops@acme.example"
[service.acme]
name = "Acme"
[service.acme.terms]
url = "https://acme.example/terms"
select = ["main", { start_before = "h1", end_after = "footer" }]
remove = ["nav"]
[digest.shop]
to = ["owner@example.org", "apprise:team"]
topics = ["licensing"]
"""
ROBOTS = b"User-agent: *\nDisallow: /private\nAllow: /private/terms$\nCrawl-delay: 7\nContent-Signal: ai-train=no\n"
DECLARATION = {
    "name": "Acme",
    "terms": {"Terms of Service": {"fetch": URL, "select": ["main", {"startBefore": "h1"}], "remove": "nav"}},
}
#: A reader of one input in a folder of its own.
Reader = Callable[[random.Random], object]


class TooSlowError(BaseException):
    """An input took longer than any document may."""


@contextmanager
def watch() -> Iterator[Reader]:
    yield lambda rng: loads(noisy(rng, WATCHLIST.encode()).decode("utf-8", "replace"))


@contextmanager
def topics() -> Iterator[Reader]:
    text = (ROOT / "tostrack/analysis/flags/topics.toml").read_bytes()[:6000].rpartition(b"\n\n")[0]
    yield lambda rng: check_rules([RuleFile("topics.toml", noisy(rng, text).decode("utf-8", "replace"))])


@contextmanager
def robots() -> Iterator[Reader]:
    yield lambda rng: parse_robots("https://acme.example/robots.txt", 200, noisy(rng, ROBOTS)).check(URL)


@contextmanager
def preferences() -> Iterator[Reader]:
    texts = {
        "robots": ROBOTS,
        "json": json.dumps({"policies": [DECLARATION, {"ai": [1, None, True, {"x": "y"}]}]}).encode(),
        "xml": b"<?xml version='1.0'?><rsl xmlns='urn:x'><content url='/'><license a='b'>no</license></content></rsl>",
    }

    def read(rng: random.Random) -> object:
        kind = rng.choice(sorted(texts))
        return preferences_to_markdown(noisy(rng, texts[kind]).decode("utf-8", "replace"), kind)

    yield read


@contextmanager
def pdf() -> Iterator[Reader]:
    sys.path.insert(0, str(ROOT / "tests"))
    from test_extract_pdf import POLICY

    def read(rng: random.Random) -> object:
        return extract(b"%PDF-" + noisy(rng, POLICY[5:]), url=URL, content_type="application/pdf")

    yield read


@contextmanager
def encodings() -> Iterator[Reader]:
    body = b"We may share your data with partners. " * 40

    def read(rng: random.Random) -> object:
        return decoded(URL, [noisy(rng, gzip.compress(body))], rng.choice(("gzip", "deflate", "")), 100_000)

    yield read


@contextmanager
def http() -> Iterator[Reader]:
    """Answers of a server on loopback, as bytes: status line, headers, chunks."""
    answers = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 16\r\nSet-Cookie: a=b\r\n\r\n<p>You post.</p>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<p>Yo\r\n7;x=y\r\nu may p\r\n0\r\nX: y\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 429 Slow\r\nRetry-After: 5\r\nContent-Encoding: gzip\r\n\r\n"
        + gzip.compress(b"x" * 500, mtime=0),
    )
    said = [b""]

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(said[0])

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=partial(server.serve_forever, 0.01), daemon=True).start()
        client = Client("tostrack/0", monotonic=time.monotonic, allow_private=["127.0.0.1"])
        address = f"http://127.0.0.1:{server.server_address[1]}/terms"

        def read(rng: random.Random) -> object:
            said[0] = noisy(rng, rng.choice(answers))
            return client.get(address, seconds=5, limit=100_000)

        yield read
        server.shutdown()


@contextmanager
def zips() -> Iterator[Reader]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            name = f"pix/Pix Board/Terms/201{number}-01-01T09-00-00Z.md"
            archive.writestr(name, f"# Terms\n\nYou may post {number}.\n" * 20)
    content = out.getvalue()

    def read(rng: random.Random) -> None:
        file = io.BytesIO(noisy(rng, content))
        try:
            for member in list_members(file):
                with suppress(DocumentError):
                    read_member(file, member, 100_000)
        except ZipError:
            pass

    yield read


@contextmanager
def releases() -> Iterator[Reader]:
    """A zip of Open Terms Archive, as ``import ota`` reads it."""
    with tempfile.TemporaryDirectory() as scratch, zips_file(Path(scratch) / "good.zip") as content:

        def read(rng: random.Random) -> None:
            path = Path(scratch) / "release.zip"
            path.write_bytes(noisy(rng, content))
            with ota.open_collection(path) as found:
                _read_records(found)

        yield read


@contextmanager
def zips_file(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"pix/Pix Board/Terms/201{number}-01-01T09-00-00Z.md", "# Terms\n\nYou may post.\n")
    yield path.read_bytes()


def _read_records(found: ota.OtaCollection) -> None:
    for records in found.records.values():
        for record in records:
            with suppress(DocumentError):
                found.read(record)


@contextmanager
def git() -> Iterator[Reader]:
    """A bare repository of which one file, an object, a ref or the configuration, holds noise."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "versions"
        work = path / "Acme"
        work.mkdir(parents=True)
        run = partial(subprocess.run, cwd=path, check=True, capture_output=True)
        run(["git", "init", "-q", "-b", "main"])
        person = ["-c", "user.name=bot", "-c", "user.email=bot@acme.example"]
        for number in range(3):
            (work / "Terms.md").write_text(f"# Terms\n\nYou may post {number}.\n")
            run(["git", "add", "-A"])
            run(["git", *person, "commit", "-q", "-m", f"Record {number}"])
        files = sorted(each for each in (path / ".git").rglob("*") if each.is_file() and "hooks" not in each.parts)
        contents = {each: each.read_bytes() for each in files}
        for each in files:
            each.chmod(0o644)

        def read(rng: random.Random) -> None:
            spoilt = rng.choice(files)
            spoilt.write_bytes(noisy(rng, contents[spoilt]))
            try:
                with ota.open_collection(path) as found:
                    _read_records(found)
            finally:
                spoilt.write_bytes(contents[spoilt])

        yield read


@contextmanager
def folders() -> Iterator[Reader]:
    """Saved pages, of noisy names and contents, as ``import folder`` collects and the reader extracts them."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "saved"

        def read(rng: random.Random) -> None:
            service = root / _name(rng, "Acme") / _name(rng, "Terms")
            service.mkdir(parents=True, exist_ok=True)
            path = service / (_name(rng, "20200101_Acme_Terms") + rng.choice((".html", ".md", ".txt", ".pdf")))
            path.write_bytes(noisy(rng, page(rng).encode()))
            try:
                for pages in folder.collect(root, NOW).pages.values():
                    for saved in pages:
                        for capture in saved.read().values():
                            extract(capture.body, url=URL, content_type=capture.headers["content-type"])
            finally:
                path.unlink()
                for each in (service, service.parent):
                    each.rmdir()

        yield read


def _name(rng: random.Random, name: str) -> str:
    spoilt = noisy(rng, name.encode()).replace(b"/", b"").replace(b"\0", b"")[:80].decode("utf-8", "surrogateescape")
    return spoilt if spoilt not in ("", ".", "..") else name


@contextmanager
def declared() -> Iterator[Reader]:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "Acme.json"

        def read(rng: random.Random) -> object:
            path.write_bytes(noisy(rng, json.dumps(DECLARATION).encode()))
            return declarations.read(Path(scratch))

        yield read


@contextmanager
def archives() -> Iterator[Reader]:
    """An archive of someone else's: whatever its bytes, opening and reading it ends in rows or a sentence."""
    with tempfile.TemporaryDirectory() as scratch:
        build(Path(scratch), 2, 3)
        path = Path(scratch) / "tostrack.db"
        content = path.read_bytes()

        def read(rng: random.Random) -> None:
            path.write_bytes(noisy(rng, content))
            with Archive(path) as archive:
                changes = archive.changes()
                list(archive.load_changes(changes))
                for row in archive.documents():
                    archive.text(row.service, row.document)
                    archive.flags(row.service, row.document)

        yield read


@contextmanager
def warcs() -> Iterator[Reader]:
    """Captures with noisy addresses, headers and bodies, written as WARC and read again with warcio."""
    from warcio.archiveiterator import ArchiveIterator

    def text(rng: random.Random, said: str) -> str:
        return noisy(rng, said.encode()).decode("utf-8", "replace")

    def read(rng: random.Random) -> None:
        headers = {text(rng, "content-type"): text(rng, "text/html; charset=utf-8"), "x": text(rng, "y" * 20)}
        row = {
            "fetched_at": "2024-05-01T03:00:00Z",
            "path": "a/b",
            "sha256": "0" * 64,
            "chain": json.dumps(["https://" + text(rng, URL)]),
            "status": rng.choice((0, 200, 404, 999)),
            "content_type": text(rng, "text/html"),
            "headers": json.dumps(headers),
        }
        out = io.BytesIO()
        body = noisy(rng, b"<p>Terms</p>")
        write_warc([row], lambda _: body, out)
        out.seek(0)
        records = [record.content_stream().read() for record in ArchiveIterator(out)]
        assert records[1] == body, "another body"
        assert len(records) == 2, "a record too many"

    yield read


READERS: dict[str, Callable[[], object]] = {
    "watchlist": watch,
    "topics": topics,
    "robots": robots,
    "preferences": preferences,
    "pdf": pdf,
    "encodings": encodings,
    "http": http,
    "zip": zips,
    "release": releases,
    "git": git,
    "folder": folders,
    "declarations": declared,
    "archive": archives,
    "warc": warcs,
}


def attempt(read: Reader, rng: random.Random) -> str:
    """Return what is wrong with how one input was read; empty when it gave a value or a sentence."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlowError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        read(rng)
    except TostrackError:
        return ""
    except TooSlowError:
        return "TooSlow"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


def run(name: str, seed: int, count: int, seconds: float, send: Callable[[object], None]) -> None:
    """Read so many inputs, or for so long; send how many, in what time and memory, the slowest, and the failures."""
    failures: Counter[str] = Counter()
    first: dict[str, int] = {}
    slowest, number = 0.0, 0
    with ExitStack() as stack:
        read = stack.enter_context(READERS[name]())  # type: ignore[arg-type]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.monotonic()
        for number in range(1, count + 1):
            start = time.monotonic()
            if failure := attempt(read, random.Random(f"{seed}:{name}:{number}")):
                kind = failure[:100]
                failures[kind] += 1
                first.setdefault(kind, number)
            slowest = max(slowest, time.monotonic() - start)
            if time.monotonic() - began > seconds:
                break
        took = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    send((number, took, peak / 1024, (peak - before) / 1024, slowest, [(k, failures[k], first[k]) for k in failures]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", nargs="*", metavar="READER", choices=[*READERS, []])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="read one input, and show the traceback")
    options = parser.parse_args()
    names = options.readers or list(READERS)
    if options.only is not None:
        with READERS[names[0]]() as read:  # type: ignore[attr-defined]
            print(read(random.Random(f"{options.seed}:{names[0]}:{options.only}")))
        return
    bad, context = 0, get_context("fork")
    print(f"{'reader':14} {'inputs':>8} {'failures':>8} {'s':>7} {'slowest ms':>10} {'peak MB':>8} {'grown MB':>8}")
    for name in names:
        ours, theirs = context.Pipe()
        process = context.Process(target=run, args=(name, options.seed, options.count, options.seconds, theirs.send))
        process.start()
        theirs.close()
        try:
            number, took, peak, grown, slowest, failures = ours.recv()
        except EOFError:
            number, took, peak, grown, slowest, failures = 0, 0, 0, 0, 0, [("the process died", 1, 0)]
        process.join()
        count = sum(times for _, times, _ in failures)
        bad += count
        print(
            f"{name:14} {number:8,} {count:8} {took:7.1f} {1000 * slowest:10.0f} {peak:8.0f} {grown:8.0f}", flush=True
        )
        for kind, times, where in failures[:8]:
            print(f"    {times} x {kind} (--only {where})")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
