"""How long a command takes to answer, beside bare Python and git, in one run.

    python benchmarks/startup.py [WATCHLIST SERVICE]

Prints milliseconds of wall time, median of 15 runs each, interleaved; and what each command imported of the heavy
libraries. Without a watchlist only ``tostrack --help`` is measured.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

TOSTRACK = str(Path(sys.executable).with_name("tostrack"))
HEAVY = ("requests", "bs4", "lxml", "sqlite_utils", "jinja2", "diff_match_patch", "sqlite3", "click")


def main() -> None:
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "git --version": ["git", "--version"],
        "tostrack --help": [TOSTRACK, "--help"],
    }
    if len(sys.argv) == 3:
        watchlist, service = sys.argv[1:]
        commands[f"tostrack log {service}"] = [TOSTRACK, "-w", watchlist, "log", service]
        commands[f"tostrack diff {service}"] = [TOSTRACK, "-w", watchlist, "diff", service]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(15):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times[name].append((time.perf_counter() - start) * 1000)
    base = statistics.median(times["python -c pass"])
    for name, found in times.items():
        median = statistics.median(found)
        print(f"{name:28} {median:7.1f} ms  {median / base:5.1f} x python{imported(commands[name])}")


def imported(command: list[str]) -> str:
    if command[0] != TOSTRACK:
        return ""
    done = subprocess.run([sys.executable, "-X", "importtime", *command], capture_output=True, text=True, check=True)
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    return "   imports " + ", ".join(name for name in HEAVY if name in modules)


if __name__ == "__main__":
    main()
