"""What each kind of work costs beside an older build: CPU time as a ratio, both builds interleaved in one run.

    python benchmarks/beside.py OLD_PYTHON NEW_PYTHON [SHARED] [--collection REPOSITORY] [--archives OLD NEW]
        [--pairs 60] [--versions 120] [--runs 3] [--only WORD ...]

Both are interpreters of environments with a build of tostrack. The texts are those of the labelled pairs and clauses in
SHARED (else ``$TOSTRACK_SHARED``, else ``../shared`` beside the repository); work whose texts are absent is skipped and
named. Each build imports REPOSITORY, a collection of Open Terms Archive, or else a history that `ota_history.py` makes,
into its own archive, unless ``--archives`` names a folder for each build that has one; those are copied. A ratio is the
median of the runs of the new build by the median of the old; of the pairs, each is the median of its runs first. CPU
time is of the process and all that it started and waited for; memory is the summed PSS of all of them, looked at ten
times a second. Prints the rows of a table in Markdown, each with the load of the machine at its end.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

#: Runs a command of the build that the interpreter has, whatever its scripts are called.
COMMAND = "import sys; from tostrack.cli import main; sys.argv[0] = 'tostrack'; sys.exit(main())"
#: Times each work once, after real pairs that are not measured: patterns and weights are loaded once in a process.
WORKER = r"""
import gzip, json, sys, time
from tostrack import compare, flag, split_clauses
kind, path, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
rows = [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]
step = max(2, len(rows) // number)
def timed(work):
    start = time.process_time()
    work()
    return time.process_time() - start
def compare_row(row):
    compare(row["prev_text"], row["next_text"])
for row in rows[1::step][:: max(1, number // 8)][:8]:
    compare_row(row)
if kind == "compare":
    times = [timed(lambda: compare_row(row)) for row in rows[::step][:number]]
else:
    texts = {row["doc"] + row["service"]: row["next_text"] for row in rows[::step]}.values()
    clauses = list(dict.fromkeys(clause.text for text in texts for clause in split_clauses(text)))[:number]
    times = [timed(lambda: [flag(clause) for clause in clauses])]
print(json.dumps(times))
"""
#: A watchlist must watch something; nothing is fetched.
WATCHLIST = '[watch.acme.terms]\nurl = "https://acme.example/terms"\n'
#: A build has one of these names of a command, the newer first; with the aim of each ratio.
COMMANDS = {
    "`flags`": (".05", [["flags"]]),
    "`flags --history`": (".05", [["flags", "--history"]]),
    "`export jsonl`": (".10", [["export", "jsonl"]]),
    "`verify`": (".35", [["archive", "verify"], ["verify"]]),
    "`site`, first": (".25", [["site", "-o", "site"]]),
    "`site`, nothing new": (".10", [["site", "-o", "site"]]),
    "`diff --from --to`": (".30", [["diff", "DOCUMENT", "--from", "FIRST", "--to", "LAST", "--no-pager"]]),
    "`explain` of the largest change": (".30", [["explain", "LARGEST"]]),
    "`explain` of the latest change": (".30", [["explain", "LATEST"]]),
}
STARTS = {
    "`--help`": ["--help"],
    "`log SERVICE`": ["log", "SERVICE"],
    "`diff SERVICE`": ["diff", "SERVICE", "--no-pager"],
    "`flags SERVICE`": ["flags", "SERVICE"],
}
#: What this does not measure, and what does.
ELSEWHERE = {
    "digest of 57 events": "tests/test_digest.py",
    "pages beside Open Terms Archive's engine": "benchmarks/versions.py",
    "size of the archive beside git": "benchmarks/archive.py",
    "crawl of 10,000 hosts": "benchmarks/capacity.py",
}


@dataclass(frozen=True)
class Cost:
    """What a process took, with all that it started, and what it said."""

    cpu: float
    wall: float
    #: Megabytes.
    memory: float
    output: str
    status: int


@dataclass(frozen=True)
class Build:
    """One build: its interpreter and the folder with its archive."""

    python: str
    folder: Path

    def run(self, arguments: list[str], *, with_memory: bool = False) -> Cost:
        """Return what a Python process with *arguments* cost."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            start = time.monotonic()
            process = subprocess.Popen(
                [self.python, "-P", *arguments], cwd=self.folder, stdout=output, stderr=errors, env=environment()
            )
            most = Memory(process.pid)
            if with_memory:
                most.start()
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - start
            most.stop()
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            said = errors.read().decode()
            if process.returncode not in (0, 1):
                raise SystemExit(f"{self.python} {' '.join(arguments[-4:])}: exit status {process.returncode}\n{said}")
            cpu = usage.ru_utime + usage.ru_stime
            return Cost(cpu, wall, most.megabytes, output.read().decode(), process.returncode)

    def command(self, arguments: list[str], *, with_memory: bool = False) -> Cost:
        """Run a command of tostrack in the folder."""
        return self.run(["-c", COMMAND, *arguments], with_memory=with_memory)


class Memory(threading.Thread):
    """Notes the most memory that a process and its children have together."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.megabytes = 0.0

    def run(self) -> None:
        """Look ten times a second."""
        while not self._over.wait(0.1):
            self.megabytes = max(self.megabytes, sum(map(pss, family(self._pid))) / 1024)

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        if self.is_alive():
            self.join()


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    try:
        lists = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return [pid, *(each for text in lists for child in text.split() for each in family(int(child)))]


def pss(pid: int) -> int:
    """Return the proportional memory of a process, in kilobytes."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def environment() -> dict[str, str]:
    """Return our environment without what would make Python import another build."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(name: str, old: float, new: float, goal: str, unit: str = "s") -> None:
    ratio = f"{new / old:.2f}" if old else "-"
    print(f"| {name} | {old:.3g} {unit} | {new:.3g} {unit} | {ratio} | {goal} | {os.getloadavg()[0]:.1f} |", flush=True)


def worker(builds: list[Build], kind: str, path: Path, number: int, runs: int) -> list[list[float]]:
    """Return, for each build, the median CPU seconds of each work of the worker."""
    found: list[list[list[float]]] = [[] for _ in builds]
    for _ in range(runs):
        for build, times in zip(builds, found, strict=True):
            cost = build.run(["-c", WORKER, kind, str(path), str(number)])
            if cost.status:
                raise SystemExit(f"{build.python}: the worker of {kind} failed")
            times.append(json.loads(cost.output))
    return [[statistics.median(each) for each in zip(*times, strict=True)] for times in found]


def compare_pairs(builds: list[Build], path: Path, number: int, runs: int) -> None:
    old, new = worker(builds, "compare", path, number, runs)
    for name, share, goal in (("p50", 0.5, ".45"), ("p95", 0.95, ".25"), ("max", 1.0, ".25")):
        report(f"`compare`, {len(old)} pairs, {name}", quantile(old, share), quantile(new, share), goal)


def import_history(builds: list[Build], history: Path, runs: int) -> None:
    """Report the import of the history; each build keeps the archive of its last import."""
    costs: list[list[Cost]] = [[] for _ in builds]
    for _ in range(runs):
        for build, found in zip(builds, costs, strict=True):
            shutil.rmtree(build.folder)
            build.folder.mkdir()
            (build.folder / "watchlist.toml").write_text(WATCHLIST)
            found.append(build.command(["import", "ota", str(history)], with_memory=True))
    for name, unit, goal in (("cpu", "s", ".40"), ("wall", "s", ".25"), ("memory", "MB", ".60")):
        old, new = (statistics.median(getattr(cost, name) for cost in found) for found in costs)
        report(f"`import ota`, {name}", old, new, goal, unit)


def measure(builds: list[Build], name: str, goal: str, choices: list[list[str]], runs: int) -> None:
    """Report one command; of *choices* each build runs the first that it has."""
    times: list[list[float]] = [[] for _ in builds]
    chosen = [next(each for each in choices if has(build, each)) for build in builds]
    for _ in range(runs):
        for build, arguments, found in zip(builds, chosen, times, strict=True):
            if name == "`site`, first":
                shutil.rmtree(build.folder / "site", ignore_errors=True)
            found.append(build.command(arguments).cpu)
    report(name, *map(statistics.median, times), goal)
    if name == "`site`, first":
        report("bytes of the site", *(size(build.folder / "site") / 1e6 for build in builds), ".40", "MB")


def size(folder: Path) -> int:
    """Return the bytes of what is published."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and file.name[0] != ".")


def has(build: Build, arguments: list[str]) -> bool:
    """Return whether *build* has the command; an unknown one ends with the status of a usage error."""
    named = [each for each in arguments[:2] if each.isalpha() and each.islower()]
    try:
        build.command([*(named if arguments[0] in ("archive", "export") else named[:1]), "--help"])
    except SystemExit:
        return False
    return True


def places(builds: list[Build]) -> dict[str, str]:
    """Return what stands for the words in capitals: a document, days and changes that both builds know.

    The document is the one of which both have most versions, but for those that they imported otherwise.
    """
    histories = []
    for build in builds:
        with sqlite3.connect(f"file:{build.folder / 'tostrack.db'}?mode=ro", uri=True) as archive:
            rows = archive.execute(
                "SELECT service || '/' || document, to_number, seen_at, added + removed + reworded FROM changes"
            )
            histories.append({(name, number): (seen_at, edits) for name, number, seen_at, edits in rows})
    old, new = histories
    same = {each: found for each, found in new.items() if each in old and old[each][0] == found[0]}
    names = [name for name, _ in same]
    document = max(sorted(set(names)), key=names.count)
    days = sorted(seen_at[:10] for (name, _), (seen_at, _) in same.items() if name == document)
    latest, largest = (max(same, key=lambda each: (same[each][by], each)) for by in (0, 1))
    return {
        "DOCUMENT": document,
        "SERVICE": document.partition("/")[0],
        "FIRST": days[0],
        "LAST": days[-1],
        "LATEST": f"{latest[0]}@{latest[1]}",
        "LARGEST": f"{largest[0]}@{largest[1]}",
    }


def commands(builds: list[Build], runs: int, only: list[str]) -> None:
    known = places(builds)
    print("", ", ".join(f"{name} is {value}" for name, value in known.items()), "", sep="\n", file=sys.stderr)
    for name, (goal, choices) in COMMANDS.items():
        if asked(name, only):
            measure(builds, name, goal, [[known.get(word, word) for word in each] for each in choices], runs)
    bare = [statistics.median(build.run(["-c", "pass"]).cpu for _ in range(5)) for build in builds]
    for name, arguments in STARTS.items():
        if not asked(f"start of {name}", only):
            continue
        times: list[list[float]] = [[] for _ in builds]
        for _ in range(max(5, runs)):
            for build, found in zip(builds, times, strict=True):
                found.append(build.command([known.get(word, word) for word in arguments]).cpu)
        old, new = map(statistics.median, times)
        report(
            f"start of {name}, in `python -c pass`", old / bare[0], new / bare[1], "6" if "log" in name else "8", "x"
        )


def asked(name: str, only: list[str]) -> bool:
    return not only or any(word in name for word in only)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old")
    parser.add_argument("new")
    beside = Path(__file__).resolve().parents[2] / "shared"
    parser.add_argument("shared", nargs="?", type=Path, default=Path(os.environ.get("TOSTRACK_SHARED", beside)))
    parser.add_argument("--collection", type=Path, help="a repository of versions")
    parser.add_argument("--archives", nargs=2, type=Path, help="folders with an archive of each build")
    for name, value in (("--pairs", 60), ("--clauses", 1000), ("--versions", 120), ("--documents", 6), ("--runs", 3)):
        parser.add_argument(name, type=int, default=value)
    parser.add_argument("--only", nargs="*", default=[], help="only what has one of these words in its name")
    given = parser.parse_args()
    print("| work | old | new | new to old | goal | load |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        builds = [
            Build(str(Path(python).absolute()), Path(folder) / name)
            for name, python in (("old", given.old), ("new", given.new))
        ]
        for build in builds:
            build.folder.mkdir()
        run_all(builds, given, Path(folder))
    for name, where in ELSEWHERE.items():
        print(f"not measured here: {name}; {where}", file=sys.stderr)


def run_all(builds: list[Build], given: argparse.Namespace, folder: Path) -> None:
    """Measure everything that *given* asks for and that has its texts."""
    path = given.shared.resolve() / "benchmarks" / "changes-dev.jsonl.gz"
    if not path.is_file():
        print(f"skipped: compare and flags of clauses, no {path.name} in {given.shared}/benchmarks", file=sys.stderr)
    else:
        if asked("`compare`", given.only):
            compare_pairs(builds, path, given.pairs, given.runs)
        if asked("clauses", given.only):
            old, new = worker(builds, "flags", path, given.clauses, given.runs)
            report(f"flags of {given.clauses} clauses", old[0], new[0], ".5")
    if not any(
        asked(name, given.only) for name in ("`import ota`", *COMMANDS, *(f"start of {name}" for name in STARTS))
    ):
        return
    if given.archives:
        for build, archive in zip(builds, given.archives, strict=True):
            shutil.copy(archive / "tostrack.db", build.folder)
            (build.folder / "watchlist.toml").write_text(WATCHLIST)
    else:
        history = given.collection.resolve() if given.collection else made_history(builds[1], given, folder)
        if history is None:
            return
        import_history(builds, history, given.runs if asked("`import ota`", given.only) else 1)
    commands(builds, given.runs, given.only)


def made_history(build: Build, given: argparse.Namespace, folder: Path) -> Path | None:
    """Return a history that was made of the replay corpus; None without the corpus."""
    if not (given.shared / "replay" / "manifest.jsonl").is_file():
        print(
            f"skipped: import and what needs its archive, no replay/manifest.jsonl in {given.shared}", file=sys.stderr
        )
        return None
    history = folder / "history.git"
    sizes = ["--versions", str(given.versions), "--documents", str(given.documents)]
    made = Path(__file__).with_name("ota_history.py")
    variables = environment() | {"TOSTRACK_SHARED": str(given.shared.resolve())}
    subprocess.run([build.python, str(made), str(history), *sizes], check=True, env=variables, stdout=sys.stderr)
    return history


if __name__ == "__main__":
    main()
