"""What a command costs before it has answered, beside bare Python, in one run.

    python benchmarks/startup.py [WATCHLIST SERVICE] [--runs 15]

Prints CPU milliseconds of the process, median of the runs, interleaved, with bytecode cached in a folder of the run;
how many modules each command imported, and which of the heavy ones. Without a watchlist only ``tostrack --help`` is
measured.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

TOSTRACK = str(Path(sys.executable).with_name("tostrack"))
HEAVY = (
    "requests", "bs4", "lxml", "sqlite_utils", "jinja2", "diff_match_patch", "email", "hashlib", "logging", "inspect",
    "dataclasses", "importlib.resources", "tomllib", "tostrack.models", "tostrack.analysis.flags.finder",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("watchlist", nargs="?")
    parser.add_argument("service", nargs="?")
    parser.add_argument("--runs", type=int, default=15)
    given = parser.parse_args()
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "tostrack --help": [TOSTRACK, "--help"],
    }
    if given.watchlist and given.service:
        for name in ("log", "diff", "flags"):
            commands[f"tostrack {name} {given.service}"] = [TOSTRACK, "-w", given.watchlist, name, given.service]
    with tempfile.TemporaryDirectory() as cached:
        # Bytecode as an installed package has it, whatever the environment says.
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        measure(commands, given.runs, variables | {"PYTHONPYCACHEPREFIX": cached})


def measure(commands: dict[str, list[str]], runs: int, variables: dict[str, str]) -> None:
    """Run each command once to fill the caches, then *runs* times in turn, and print what they cost."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            used = cpu_seconds(command, variables)
            if turn:
                times[name].append(used * 1000)
    base = statistics.median(times["python -c pass"])
    for name, found in times.items():
        median = statistics.median(found)
        print(f"{name:28} {median:7.1f} ms  {median / base:5.1f} x python{imported(commands[name], variables)}")
    print(f"load {os.getloadavg()[0]:.1f}")


def cpu_seconds(command: list[str], variables: dict[str, str]) -> float:
    """Return the CPU seconds of the process of *command* and of all that it waited for."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=variables)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            output.seek(0)
            raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}\n{output.read().decode()}")
    return usage.ru_utime + usage.ru_stime


def imported(command: list[str], variables: dict[str, str]) -> str:
    if command[0] != TOSTRACK:
        return ""
    line = [sys.executable, "-X", "importtime", *command]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=variables)
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    return f"   {len(modules)} modules, of the heavy ones " + (", ".join(n for n in HEAVY if n in modules) or "none")


if __name__ == "__main__":
    main()
