"""Import a large Open Terms Archive style repository; report speed, size and latencies beside git's on the same.

    python benchmarks/archive.py OUT [--versions 40000] [--documents 100] [--repository REPO.git] [--calls 40]

Makes OUT/history.git with `benchmarks/ota_history.py`, or takes the one that is given, and imports it with the real
command in a process of its own, into OUT/tostrack.db. Then packs the history as a server would (`git repack -adf`) and
with `git gc --aggressive`, and asks both for the same: a text of a day, what changed between two days, since when each
clause or line stands, who says some words, what changed last. git is asked by its command, tostrack by its Python
API, each `--calls` times over documents drawn by their number of versions; cold is with the files dropped from the
page cache before each call. CPU seconds are what a shared machine lets one compare.
"""

import argparse
import json
import lzma
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import ota_history

from tostrack.analysis.comparison import compare_readings
from tostrack.archive import Archive
from tostrack.importers.git_repository import clean_environment, open_repository
from tostrack.models import from_iso

WORDS = ("personal information", "third parties", "licence", "arbitration", "advertising partners", "delete account")


def imported(out: Path, repository: Path) -> dict:
    """Import with the command line in a child; return its rates."""
    (out / "watchlist.toml").write_text('[watch.none.none]\nurl = "https://pixboard.example/terms"\n')
    (out / "tostrack.db").unlink(missing_ok=True)
    started = time.monotonic()
    with (out / "imported.jsonl").open("w+") as told:
        child = subprocess.Popen(
            (
                str(Path(sys.executable).with_name("tostrack")),
                *("-w", "watchlist.toml", "import", "ota", str(repository.resolve()), "--json"),
            ),
            cwd=out,
            stdout=told,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        if child.returncode:
            raise SystemExit(f"the import failed ({child.returncode})")
        told.seek(0)
        lines = told.read().splitlines()
    rows = [json.loads(line) for line in lines]
    records = sum(row["files"] for row in rows)
    cpu = used.ru_utime + used.ru_stime
    return {
        "records": records,
        "versions": sum(row["versions"] for row in rows),
        "left out": sum(len(row["left_out"]) for row in rows),
        "records per CPU s": round(records / cpu, 1),
        "records per s": round(records / wall, 1),
        "peak MB": round(used.ru_maxrss / 1e3),
    }


def copied(repository: Path, copy: Path) -> Path:
    """Return a bare repository with the objects and HEAD of *repository*, without its configuration, hooks or refs."""
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", str(copy)), check=True, env=clean_environment())
    with open_repository(repository) as found:
        for folder in (found.folder / "objects").iterdir():
            shutil.copytree(folder, copy / "objects" / folder.name, dirs_exist_ok=True)
        (copy / "refs/heads/main").write_text(f"{found.head}\n")
    return copy


def packed(repository: Path, *command: str) -> float:
    """Pack *repository* with a git *command*; return the MB of its packs."""
    subprocess.run(("git", "-C", str(repository), *command), check=True, capture_output=True, env=clean_environment())
    return sum(file.stat().st_size for file in (repository / "objects" / "pack").iterdir()) / 1e6


def sizes(out: Path, repository: Path) -> dict:
    database = out / "tostrack.db"
    bare = out / "without-index.db"
    bare.unlink(missing_ok=True)
    connection = sqlite3.connect(database)
    connection.execute("VACUUM INTO ?", (str(bare),))
    connection.close()
    connection = sqlite3.connect(bare, isolation_level=None)
    connection.execute("DROP TABLE clauses_fts")
    connection.execute("VACUUM")
    connection.close()
    served = packed(repository, "repack", "-adfq")
    small = out / "aggressive.git"
    shutil.rmtree(small, ignore_errors=True)
    shutil.copytree(repository, small)
    tightest = packed(small, "gc", "-q", "--aggressive", "--prune=now")
    own = bare.stat().st_size / 1e6
    return {
        "database MB": round(database.stat().st_size / 1e6, 1),
        "without the index MB": round(own, 1),
        "compressed MB": round(compressed_size(database), 1),
        "compressed without the index MB": round(compressed_size(bare), 1),
        "git as served MB": round(served, 1),
        "git gc --aggressive MB": round(tightest, 1),
        "ratio to served": round(own / served, 2),
        "ratio to aggressive": round(own / tightest, 2),
    }


def compressed_size(path: Path) -> float:
    """Return the MB that a file takes when the nightly state compresses it."""
    return len(lzma.compress(path.read_bytes(), preset=6)) / 1e6


def drop(*paths: Path) -> None:
    """Drop files from the page cache."""
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else (path,):
            if file.is_file():
                descriptor = os.open(file, os.O_RDONLY)
                os.fsync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(descriptor)


def timed(calls: list[Callable[[], object]], before: Callable[[], None] = lambda: None) -> str:
    """Return p50 and p95 of *calls* in ms."""
    took = []
    for call in calls:
        before()
        started = time.perf_counter()
        call()
        took.append(1e3 * (time.perf_counter() - started))
    took.sort()
    return f"{statistics.median(took):8.1f} {took[min(len(took) - 1, int(0.95 * len(took)))]:8.1f}"


def latencies(out: Path, repository: Path, number: int) -> None:
    chance, database = random.Random(2), out / "tostrack.db"
    with Archive(database) as archive:
        rows = archive.documents()
        drawn = chance.choices(rows, weights=[row.versions for row in rows], k=number)
        spans = {row.id: archive.versions(row.service, row.document) for row in {row.id: row for row in drawn}.values()}

    def a_day(row) -> str:
        return chance.choice(spans[row.id]).seen_at

    def with_archive(ask, *values: object) -> Callable[[], object]:
        def call() -> None:
            with Archive(database) as archive:
                ask(archive, *values)

        return call

    def text(archive: Archive, row, day: str) -> None:
        archive.text(row.service, row.document, from_iso(day))

    def git(*arguments: str) -> Callable[[], object]:
        command = ("git", "-C", str(repository), *arguments)
        return lambda: subprocess.run(command, capture_output=True, check=False, env=clean_environment())

    def between(archive: Archive, row, one: str, other: str) -> None:
        texts = [archive.reading(archive.at(row.service, row.document, from_iso(day))) for day in sorted((one, other))]
        compare_readings(*texts)

    def file(row) -> str:
        return f"{row.service_name}/{row.name}.md"

    asked = WORDS * (number // len(WORDS) + 1)
    ours = {
        "text of a day": [with_archive(text, row, a_day(row)) for row in drawn],
        "between two days": [with_archive(between, row, a_day(row), a_day(row)) for row in drawn],
        "blame": [with_archive(Archive.blame, row.service, row.document) for row in drawn],
        "search": [with_archive(Archive.search, words) for words in asked],
        "log": [with_archive(Archive.changes, row.service, row.document) for row in drawn],
    }
    commits = subprocess.run(
        ("git", "-C", str(repository), "log", "--format=%H", "main"),
        capture_output=True,
        text=True,
        check=True,
        env=clean_environment(),
    ).stdout.split()
    theirs = {
        "text of a day": [git("show", f"{chance.choice(commits)}:{file(row)}") for row in drawn],
        "between two days": [
            git("diff", "--word-diff", chance.choice(commits), chance.choice(commits), "--", file(row)) for row in drawn
        ],
        "blame": [git("blame", "main", "--", file(row)) for row in drawn[:6]],
        "search": [git("grep", "-c", words, "main") for words in WORDS],
        "log": [git("log", "-p", "-1", "main", "--", file(row)) for row in drawn],
    }
    print(f"{'ms':18} {'warm p50      p95':>17}   {'cold p50      p95':>17}")
    for what, calls in ours.items():
        timed(calls[:3])
        print(f"{what:18} {timed(calls)}   {timed(calls, lambda: drop(database))}   tostrack")
        print(f"{'':18} {timed(theirs[what])}   {timed(theirs[what], lambda: drop(repository))}   git", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--versions", type=int, default=40_000)
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repository", type=Path, help="take a copy of this one")
    parser.add_argument("--calls", type=int, default=40)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    repository = given.out / "history.git"
    if given.repository:
        copied(given.repository, repository)
    else:
        shutil.rmtree(repository, ignore_errors=True)
        ota_history.build(repository, given.versions, given.documents, given.seed)
    for name, value in imported(given.out, repository).items():
        print(f"{value:>10} {name}", flush=True)
    for name, value in sizes(given.out, repository).items():
        print(f"{value:>10} {name}", flush=True)
    latencies(given.out, repository, given.calls)


if __name__ == "__main__":
    main()
