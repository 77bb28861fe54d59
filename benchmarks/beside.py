"""What each kind of work costs beside an older build: CPU time as a ratio, both builds interleaved in one run.

    python benchmarks/beside.py OLD_PYTHON NEW_PYTHON [SHARED] [--pairs 60] [--versions 120] [--runs 3] [--only WORD]

Both are interpreters of environments with a build of tostrack. The texts are those of the labelled pairs and clauses in
SHARED (else ``$TOSTRACK_SHARED``, else ``../shared`` beside the repository); work whose texts are absent is skipped and
named. The history is made by `ota_history.py`, once for both, and each build imports it into its own archive. A ratio
is the median of the runs of the new build by the median of the old; of the pairs, each is the median of its runs first.
CPU time is of the process and all that it started and waited for.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
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
#: A build has one of these names of a command, the newer first.
COMMANDS = {
    "flags": [["flags"]],
    "flags --history": [["flags", "--history"]],
    "export jsonl": [["export", "jsonl"]],
    "verify": [["archive", "verify"], ["verify"]],
    "site, first": [["site", "-o", "first"]],
    "site, nothing new": [["site", "-o", "again"]],
    "diff --from --to": [["diff", "DOCUMENT", "--from", "2017-01-01", "--to", "2021-01-01", "--no-pager"]],
    "explain": [["explain", "CHANGE"]],
}
STARTS = {
    "--help": ["--help"],
    "log SERVICE": ["log", "SERVICE"],
    "diff SERVICE": ["diff", "SERVICE", "--no-pager"],
    "flags SERVICE": ["flags", "SERVICE"],
}


@dataclass(frozen=True)
class Build:
    """One build: its interpreter and the folder with its archive."""

    python: str
    folder: Path

    def run(self, arguments: list[str]) -> tuple[float, str, int]:
        """Return the CPU seconds of a Python process with *arguments*, its output and its exit status."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                [self.python, "-P", *arguments], cwd=self.folder, stdout=output, stderr=errors, env=environment()
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            text = output.read().decode()
            errors.seek(0)
            said = errors.read().decode()
        if process.returncode not in (0, 1):
            raise SystemExit(f"{self.python} {' '.join(arguments[-4:])}: exit status {process.returncode}\n{said}")
        return usage.ru_utime + usage.ru_stime, text, process.returncode

    def command(self, arguments: list[str]) -> tuple[float, str, int]:
        """Run a command of tostrack in the folder."""
        return self.run(["-c", COMMAND, *arguments])


def environment() -> dict[str, str]:
    """Return our environment without what would make Python import another build."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def ratio(new: float, old: float) -> str:
    return f"{new / old:6.2f}" if old else "     -"


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(name: str, old: float, new: float) -> None:
    load = os.getloadavg()[0]
    print(f"{name:28} {old * 1000:9.0f} {new * 1000:9.0f} {ratio(new, old)}   load {load:.1f}", flush=True)


def worker(builds: list[Build], kind: str, path: Path, number: int, runs: int) -> list[list[float]]:
    """Return, for each build, the median CPU seconds of each work of the worker."""
    found: list[list[list[float]]] = [[] for _ in builds]
    for _ in range(runs):
        for build, times in zip(builds, found, strict=True):
            _, output, status = build.run(["-c", WORKER, kind, str(path), str(number)])
            if status:
                raise SystemExit(f"{build.python}: the worker of {kind} failed")
            times.append(json.loads(output))
    return [[statistics.median(each) for each in zip(*times, strict=True)] for times in found]


def compare_pairs(builds: list[Build], path: Path, number: int, runs: int) -> None:
    old, new = worker(builds, "compare", path, number, runs)
    for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0)):
        report(f"compare, {len(old)} pairs, {name}", quantile(old, share), quantile(new, share))
    slower = sum(after > before for before, after in zip(old, new, strict=True))
    print(f"{'':28} slower in {slower} of {len(old)} pairs", flush=True)


def import_history(builds: list[Build], history: Path, runs: int) -> None:
    """Report the import of the made history; each build keeps the archive of its last import."""
    times: list[list[float]] = [[] for _ in builds]
    for _ in range(runs):
        for build, found in zip(builds, times, strict=True):
            shutil.rmtree(build.folder)
            build.folder.mkdir()
            (build.folder / "watchlist.toml").write_text(WATCHLIST)
            found.append(build.command(["import", "ota", str(history)])[0])
    report("import ota", *map(statistics.median, times))


def measure(builds: list[Build], name: str, choices: list[list[str]], runs: int) -> None:
    """Report one command; of *choices* each build runs the first that it has."""
    times: list[list[float]] = [[] for _ in builds]
    chosen = [next(each for each in choices if has(build, each)) for build in builds]
    for _ in range(runs):
        for build, arguments, found in zip(builds, chosen, times, strict=True):
            if name == "site, first":
                shutil.rmtree(build.folder / "first", ignore_errors=True)
            found.append(build.command(arguments)[0])
    report(name, *map(statistics.median, times))


def has(build: Build, arguments: list[str]) -> bool:
    """Return whether *build* has the command; an unknown one ends with the status of a usage error."""
    named = [each for each in arguments[:2] if each.isalpha() and each.islower()]
    try:
        build.command([*(named if arguments[0] in ("archive", "export") else named[:1]), "--help"])
    except SystemExit:
        return False
    return True


def filled(arguments: list[str], document: str, change: str) -> list[str]:
    places = {"DOCUMENT": document, "CHANGE": change, "SERVICE": document.partition("/")[0]}
    return [places.get(each, each) for each in arguments]


def latest(build: Build) -> tuple[str, str]:
    """Return a document and the id of its newest change that matters, from the JSON of `log`."""
    rows = build.command(["log", "--json"])[1].splitlines()
    row = json.loads(rows[0])
    document = f"{row['service']}/{row['document']}"
    return document, document


def commands(builds: list[Build], runs: int, only: str) -> None:
    document, change = latest(builds[1])
    for build in builds:
        build.command(["site", "-o", "again"])
    for name, choices in COMMANDS.items():
        if only in name:
            measure(builds, name, [filled(each, document, change) for each in choices], runs)
    bare = [statistics.median(build.run(["-c", "pass"])[0] for _ in range(5)) for build in builds]
    for name, arguments in STARTS.items():
        if only not in name:
            continue
        times: list[list[float]] = [[] for _ in builds]
        for _ in range(max(5, runs)):
            for build, found in zip(builds, times, strict=True):
                found.append(build.command(filled(arguments, document, change))[0])
        old, new = map(statistics.median, times)
        report(f"start of {name}", old, new)
        print(f"{'':28} {old / bare[0]:.1f}x and {new / bare[1]:.1f}x `python -c pass`", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old")
    parser.add_argument("new")
    beside = Path(__file__).resolve().parents[2] / "shared"
    parser.add_argument("shared", nargs="?", type=Path, default=Path(os.environ.get("TOSTRACK_SHARED", beside)))
    for name, value in (("--pairs", 60), ("--clauses", 1000), ("--versions", 120), ("--documents", 6), ("--runs", 3)):
        parser.add_argument(name, type=int, default=value)
    parser.add_argument("--only", default="", help="only what has this word in its name")
    given = parser.parse_args()
    print(f"{'CPU':28} {'old ms':>9} {'new ms':>9} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        builds = [Build(Path(python).absolute(), Path(folder) / name) for name, python in vars_of(given)]
        for build in builds:
            build.folder.mkdir()
        run_all(builds, given, Path(folder))


def vars_of(given: argparse.Namespace) -> list[tuple[str, str]]:
    return [("old", given.old), ("new", given.new)]


def run_all(builds: list[Build], given: argparse.Namespace, folder: Path) -> None:
    """Measure everything that *given* asks for and that has its texts."""
    path = given.shared.resolve() / "benchmarks" / "changes-dev.jsonl.gz"
    if not path.is_file():
        print(f"skipped: compare and flags of clauses, no {path.name} in {given.shared}/benchmarks")
    else:
        if given.only in "compare":
            compare_pairs(builds, path, given.pairs, given.runs)
        if given.only in "clauses":
            old, new = worker(builds, "flags", path, given.clauses, given.runs)
            report(f"flags of {given.clauses} clauses", old[0], new[0])
    if not (given.shared / "replay" / "manifest.jsonl").is_file():
        print(f"skipped: import and the commands on its archive, no replay/manifest.jsonl in {given.shared}")
        return
    if given.only in ("compare", "clauses"):
        return
    history = folder / "history.git"
    sizes = ["--versions", str(given.versions), "--documents", str(given.documents)]
    made = Path(__file__).with_name("ota_history.py")
    variables = environment() | {"TOSTRACK_SHARED": str(given.shared.resolve())}
    subprocess.run([builds[1].python, str(made), str(history), *sizes], check=True, env=variables, stdout=sys.stderr)
    import_history(builds, history, given.runs)
    commands(builds, given.runs, given.only)


if __name__ == "__main__":
    main()
