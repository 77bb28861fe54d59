"""Kill, starve and crowd what writes archives, repeat it, and compare with unbroken runs.

    python benchmarks/killpoints.py WAY [--count 100] [--seed 1] [--job keep --job backfill ...]

    syscalls    SIGKILL at the K-th write, sync, rename, unlink... (strace injects it)
    signals     SIGKILL after a random time
    full        from the K-th write on the disk is full (strace injects it)
    limit       no file may grow beyond a random size
    crowd       50 crawls of one archive started at once; --count is how often

A warm process forks for each run, so a point costs milliseconds. What a run said was stored must be there before the
next one begins (0 lost), SQLite and `archive verify` must find nothing (0 half), and the repeated run must end as the
unbroken one did, row for row and file for file (0 duplicate). ``keep`` is `archive export-state`; a backfill asks a
source in the process. No crawl, merge or backfill may leave a list of flags that does not fit its document.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from small_archive import START, Platform, build, crawl, writer

from tostrack.archive import Archive
from tostrack.archive.backup import backup, backups
from tostrack.archive.flag_listing import has_listing
from tostrack.archive.merge import merge
from tostrack.archive.state_export import export_state, is_unchanged_state
from tostrack.archive.verify import verify
from tostrack.errors import ArchiveBusyError, StoreError
from tostrack.importers.folder import collect
from tostrack.importers.request_log import RequestLog
from tostrack.importers.wayback import Capture
from tostrack.models import Document, Snapshot, sha256
from tostrack.services.backfill import BackfillRange, fetch_captures, plan_backfill, store_captures
from tostrack.services.import_history import import_pages

CALLS = "pwrite64,write,fdatasync,fsync,ftruncate,unlink,unlinkat,rename,renameat,renameat2"
WRITES = "pwrite64,write,fdatasync,fsync,ftruncate"
JOBS = ("crawl", "import", "backup", "merge", "keep", "backfill")
#: What stores versions together with the list of flags that they come to.
LISTING_JOBS = ("crawl", "merge", "backfill")
DOCUMENTS, NIGHTS = 3, 3
#: So many archives, each of its own seed, meet each fault.
ARCHIVES = 10
#: How many calls a run of an archive makes of the kind it makes most.
MOST_CALLS = {"crawl": 170, "import": 340, "backup": 40, "merge": 170, "keep": 80, "backfill": 2700}


def prepare(folder: Path, seed: int) -> None:
    """Make an archive, one of the same platform that goes on from it, a backup, a kept state, and pages to import."""
    build(folder, DOCUMENTS, NIGHTS - 1, seed)
    with Archive(folder / "tostrack.db") as archive:
        export_state(archive, folder / "snapshots", folder / "state")
    build_on(folder, seed)
    build(folder / "other", DOCUMENTS, NIGHTS + 2, seed)
    backup(folder / "tostrack.db", folder / "backups", START + timedelta(days=300), 2, folder / "snapshots")
    (folder / "temporary").mkdir()
    saved = folder / "saved" / "Lumora" / "Terms"
    saved.mkdir(parents=True)
    chance = random.Random(seed)
    for year in range(2010, 2014):
        days = chance.randint(10, 90)
        text = f"# Terms\n\nWe keep your data for {days} days.\n\nYou grant us a licence to use the photos you post.\n"
        (saved / f"{year}0101_Lumora_Terms.md").write_text(text)


def build_on(folder: Path, seed: int) -> None:
    """Let the last night of the archive in *folder* pass."""
    platform = Platform(DOCUMENTS, seed)
    for _ in range(NIGHTS - 1):
        platform.turn()
    for _ in crawl(folder, platform, NIGHTS - 1):
        pass


class PastPages:
    """Captures of years ago, as an archive of pages lists and plays them."""

    unread_rows = 0

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._bodies: dict[datetime, bytes] = {}

    def captures(self, url: str, _start: datetime, _end: datetime) -> list[Capture]:
        """Return four captures of *url*."""
        found = []
        for year in range(2014, 2018):
            at, days = datetime(year, 1, 1, tzinfo=UTC), self._chance.randint(10, 90)
            text = f"<p>We keep your data for {days} days.</p><p>You grant us a licence to use the photos you post.</p>"
            self._bodies[at] = f"<html><title>Policy</title><main><h1>Policy</h1>{text}</main></html>".encode()
            found.append(Capture(at, url, sha256(self._bodies[at]), 200, "text/html"))
        return found

    def play(self, capture: Capture) -> Snapshot:
        """Return what *capture* holds."""
        body = self._bodies[capture.at]
        return Snapshot(capture.url, capture.at, 200, body, {"content-type": "text/html"}, (capture.url,))


def run_backfill(folder: Path, seed: int) -> None:
    """Put four versions of years ago before the history of each document in *folder*."""
    # What is judged on the way lies in a folder of its own, which a kill leaves behind.
    tempfile.tempdir = str(folder / "temporary")
    source, span = PastPages(seed), BackfillRange(datetime(2010, 1, 1, tzinfo=UTC), START, "day")
    with RequestLog(folder / "requests.db") as ledger, writer(folder) as archive:
        for document in Platform(DOCUMENTS, seed).documents:
            made = plan_backfill(document, source, archive, ledger, span)
            for _ in fetch_captures(made, source, ledger):
                pass
            store_captures(made, ledger, archive)
            note(folder, document.id, archive.current(document.service, document.slug).number)


def run(folder: Path, job: str, seed: int) -> None:
    """Do one *job* of `JOBS` in *folder*; note in a file's name what was reported as stored."""
    if job == "backfill":
        run_backfill(folder, seed)
        return
    if job == "keep":
        with Archive(folder / "tostrack.db") as archive:
            if export_state(archive, folder / "snapshots", folder / "state").missing:
                raise SystemExit("captures of the archive are missing")
        return
    if job == "crawl":
        platform = Platform(DOCUMENTS, seed)
        for _ in range(NIGHTS):
            platform.turn()
        for result in crawl(folder, platform, NIGHTS):
            note(folder, result.id, result.version)
        return
    if job == "backup":
        # A backup that was finished before the kill is never written over.
        if len(list(backups(folder / "tostrack.db", folder / "backups"))) < 2:
            backup(folder / "tostrack.db", folder / "backups", START + timedelta(days=400), 2, folder / "snapshots")
        return
    if job == "merge":
        with writer(folder) as archive:
            for merged in merge(archive, folder / "other" / "tostrack.db", folder / "other" / "snapshots"):
                note(folder, merged.id, archive.current(merged.service, merged.document).number)
        return
    found = collect(folder / "saved", START + timedelta(days=400))
    with writer(folder) as archive:
        for ident, pages in found.pages.items():
            service, _, slug = ident.partition("/")
            done = import_pages(Document(service, slug, ()), pages, archive)
            note(folder, done.id, archive.current(service, slug).number)


def note(folder: Path, document: str, version: int) -> None:
    """Write down, with no call that a fault is injected into, that *version* was reported as stored."""
    os.close(os.open(folder / f"ack {document.replace('/', ' ')} {version}", os.O_CREAT | os.O_WRONLY))


def child(folder: Path, job: str, seed: int, limit: int = 0) -> int:
    """Fork a run; return its process id."""
    process = os.fork()
    if process:
        return process
    status = 70
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        if limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        run(folder, job, seed)
        status = 0
    except ArchiveBusyError:
        status = 75
    except StoreError:
        status = 1
    finally:
        os._exit(status)


def content(folder: Path) -> dict[str, list]:
    """Return every row of every table, and the files of the captures."""
    with sqlite3.connect(folder / "tostrack.db") as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {
            # A visit that is repeated comes to "unchanged" where the first came to "changed": that is no difference.
            table: [
                f'"{name}"' for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name != "outcome"
            ]
            for table in tables
            if table not in ("_sqlite_migrations", "sqlite_sequence")
        }
        rows = {
            table: sorted(map(repr, connection.execute(f"SELECT {', '.join(names)} FROM {table}")))
            for table, names in columns.items()
        }
    root = folder / "snapshots"
    rows["copies"] = [copy.name for copy in backups(folder / "tostrack.db", folder / "backups")]
    state = folder / "state"
    rows["state"] = [
        # A copy of a copy differs in the cookie of its schema: of the database it is compared what it holds.
        f"{path.relative_to(state)} {'' if path.suffix == '.db' else sha256(path.read_bytes())}"
        for path in sorted(state.rglob("*"))
        if path.is_file()
    ]
    rows["files"] = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    return rows


def judge(folder: Path, job: str, seed: int, expected: dict[str, list]) -> list[str]:
    """Return what is wrong with *folder* after a fault, and after the run was repeated."""
    wrong = []
    # The next writer rolls back what was under way; SQLite's own reader may not.
    writer(folder).close()
    report = verify(folder / "tostrack.db", folder / "snapshots")
    wrong += [f"half: {finding}" for finding in report.findings]
    with sqlite3.connect(folder / "tostrack.db") as connection:
        query = "SELECT DISTINCT service || ' ' || document || ' ' || number FROM texts"
        stored = {name for (name,) in connection.execute(query)}
    said = {path.name.removeprefix("ack ") for path in folder.glob("ack *")}
    wrong += [f"lost: {name}" for name in said - stored]
    if job in LISTING_JOBS:
        with Archive(folder / "tostrack.db") as archive:
            wrong += [
                f"a list of flags of {row.id} that does not fit it"
                for row in archive.documents()
                if not has_listing(archive.query, row.service, row.document)
            ]
    state = folder / "state" / "tostrack.db"
    wrong += [f"the kept state: {finding}" for finding in verify(state, None).findings]
    if os.waitpid(child(folder, job, seed), 0)[1]:
        return [*wrong, "the run could not be repeated"]
    for copy in backups(folder / "tostrack.db", folder / "backups"):
        wrong += [f"{copy.name}: {finding}" for finding in verify(copy, None).findings]
    if job == "keep":
        wrong += [f"the kept state: {finding}" for finding in verify(state, state.with_name("snapshots")).findings]
        if not is_unchanged_state(state, folder / "tostrack.db"):
            wrong.append("the kept state is not that of the archive")
    found = content(folder)
    for name, rows in expected.items():
        if found[name] != rows:
            lost, more = set(rows) - set(found[name]), set(found[name]) - set(rows)
            wrong.append(f"{name}: {len(lost)} lost, {len(more)} more: {[*sorted(lost)[:1], *sorted(more)[:1]]}")
    return wrong


def strike(way: str, folders: dict[int, Path], job: str, chance: random.Random, longest: float) -> dict[int, int]:
    """Run once in each of *folders*, by seed, each under a fault; return how the runs ended."""
    if way in ("syscalls", "full"):
        at = chance.randint(1, MOST_CALLS[job])
        inject = f"{CALLS}:signal=SIGKILL:when={at}" if way == "syscalls" else f"{WRITES}:error=ENOSPC:when={at}+"
        # No --seccomp-bpf: with it strace 6.1 injects only into the first calls.
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CALLS}", "-e", f"inject={inject}"]
        command += [sys.executable, "-B", __file__, "worker", job, *map(str, folders.values())]
        subprocess.run(command, capture_output=True, check=False)
        return {seed: left_status(folder) for seed, folder in folders.items()}
    ended = {}
    for seed, folder in folders.items():
        process = child(folder, job, seed, limit=chance.randint(1, 400_000) if way == "limit" else 0)
        if way == "signals":
            time.sleep(chance.uniform(0, longest))
            os.kill(process, signal.SIGKILL)
        ended[seed] = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return ended


def worker(job: str, folders: list[Path]) -> None:
    """Run, under strace, once in each of *folders*; leave the exit status in a file's name."""
    for name in (folders[0].parent / "modules").read_text().split():
        importlib.import_module(name)
    for folder in folders:
        seed = int(folder.name.partition("-")[2])
        status = os.waitstatus_to_exitcode(os.waitpid(child(folder, job, seed), 0)[1])
        os.close(os.open(folder / f"status {status}", os.O_CREAT | os.O_WRONLY))


def left_status(folder: Path) -> int:
    """Return the exit status that the worker left; 99 when it left none."""
    return next((int(path.name.split()[1]) for path in folder.glob("status *")), 99)


def points(
    way: str, count: int, seed: int, scratch: Path, jobs: Sequence[str] = JOBS
) -> Iterator[tuple[str, int, list[str]]]:
    """Yield, for *count* points, the job, how the run ended, and what is wrong."""
    chance = random.Random(seed)
    seeds = range(seed, seed + min(ARCHIVES, count))
    expected: dict[tuple[str, int], dict[str, list]] = {}
    longest = dict.fromkeys(jobs, 0.0)
    for each in seeds:
        prepare(scratch / f"template-{each}", each)
        for job in jobs:
            whole = scratch / f"{job}-{each}"
            shutil.copytree(scratch / f"template-{each}", whole)
            began = time.monotonic()
            run(whole, job, each)
            longest[job] = time.monotonic() - began
            expected[job, each] = content(whole)
    # What a run imports, so that the worker under strace has it before it forks.
    loaded = [name for name in sys.modules if name.partition(".")[0] in ("tostrack", "sqlite_utils", "lxml", "bs4")]
    (scratch / "modules").write_text(" ".join(loaded))
    done = 0
    while done < count:
        job = chance.choice(jobs)
        folders = {each: scratch / f"point-{each}" for each in seeds}
        for each, folder in folders.items():
            shutil.copytree(scratch / f"template-{each}", folder)
        for each, status in strike(way, folders, job, chance, longest[job]).items():
            wrong = judge(folders[each], job, each, expected[job, each])
            if way in ("full", "limit") and status not in (0, 1):
                wrong.append(f"ended with {status} instead of a plain message")
            elif status == 99:
                wrong.append("the worker did not run")
            yield job, status, wrong
        done += len(folders)
        for folder in folders.values():
            shutil.rmtree(folder)


def crowd(rounds: int, seed: int, scratch: Path, size: int = 50) -> Iterator[tuple[str, int, list[str]]]:
    """Start *size* crawls of one archive at once, *rounds* times; yield how each ended and what is wrong."""
    prepare(scratch / "template", seed)
    shutil.copytree(scratch / "template", scratch / "whole")
    os.waitpid(child(scratch / "whole", "crawl", seed), 0)
    expected = content(scratch / "whole")
    for number in range(rounds):
        folder = scratch / f"round-{number}"
        shutil.copytree(scratch / "template", folder)
        processes = [child(folder, "crawl", seed) for _ in range(size)]
        ended = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes]
        wrong = [] if 0 in ended else ["nobody crawled"]
        wrong += [f"ended with {status}" for status in ended if status not in (0, 75)]
        wrong += judge(folder, "crawl", seed, expected)
        for status in ended:
            yield "crawl", status, wrong
            wrong = []
        shutil.rmtree(folder)


def main() -> None:
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2], [Path(name) for name in sys.argv[3:]])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=("syscalls", "signals", "full", "limit", "crowd"))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--job", choices=JOBS, action="append", help="only this one; may be given several times")
    arguments = parser.parse_args()
    ended: Counter[str] = Counter()
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        values = arguments.count, arguments.seed, Path(scratch)
        found = crowd(*values) if arguments.way == "crowd" else points(arguments.way, *values, arguments.job or JOBS)
        for job, status, wrong in found:
            ended[f"{job} {status}"] += 1
            bad += bool(wrong)
            for line in wrong[:3]:
                print(f"{job}: {line}"[:300], flush=True)
    print(f"{arguments.way}, seed {arguments.seed}: {sum(ended.values())} runs {dict(ended)}, {bad} wrong")
    raise SystemExit(bad > 0)


if __name__ == "__main__":
    main()
