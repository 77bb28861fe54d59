"""Use a built wheel as a newcomer would: an empty home, a new virtual environment, up to the first useful diff, timed.

    python -m build && python benchmarks/newcomer.py dist/tostrack-*.whl [--extra wayback]

Nothing of this repository is importable there. Exits with 1 when a step fails or the wheel lacks what it must hold.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from pathlib import Path

#: What people miss when a wheel is built wrong.
MUST_HOLD = (
    "tostrack/py.typed",
    "tostrack/analysis/flags/topics.toml",
    "tostrack/watchlist.schema.json",
    "tostrack/nightly/github.yml",
    "share/man/man1/tostrack.1",
    "licenses/LICENSE",
)
#: What is for those who build it, and would lie in everybody's site-packages.
MUST_NOT_HOLD = ("tests/", "benchmarks/", "docs/", ".github/")


def check_contents(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    missing = [end for end in MUST_HOLD if not any(name.endswith(end) for name in names)]
    foreign = [name for name in names if name.startswith(MUST_NOT_HOLD)]
    if missing or foreign:
        raise SystemExit(f"{wheel.name}: missing {missing}, foreign {foreign[:5]}")
    print(f"{wheel.name}: {len(names)} files, {wheel.stat().st_size:,} bytes")


class Newcomer:
    """Somebody with an empty home and a new virtual environment."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.bin = home / "venv" / "bin"
        self.spent = 0.0

    def does(self, what: str, *command: str, expects: str = "", status: int = 0, **variables: str) -> str:
        environment = {"HOME": str(self.home), "PATH": f"{self.bin}:/usr/bin:/bin", "LANG": "C.UTF-8", **variables}
        # How pip reaches the index is the machine's business, and no part of the experience.
        environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        started = time.monotonic()
        done = subprocess.run(command, cwd=self.home, env=environment, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - started
        self.spent += seconds
        print(f"{seconds:7.2f} s  {what}")
        if done.returncode != status or expects not in done.stdout + done.stderr:
            raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--extra", action="append", default=[])
    arguments = parser.parse_args()
    wheel = arguments.wheel.resolve()
    check_contents(wheel)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        started = time.monotonic()
        venv.create(home / "venv", with_pip=True)
        print(f"{time.monotonic() - started:7.2f} s  make a virtual environment")
        who = Newcomer(home)
        target = f"{wheel}[{','.join(arguments.extra)}]" if arguments.extra else str(wheel)
        pip = str(who.bin / "pip")
        who.does("pip install", pip, "install", "--quiet", "--disable-pip-version-check", target)
        tostrack = str(who.bin / "tostrack")
        who.does("tostrack --version", tostrack, "--version", expects="tostrack")
        who.does("tostrack --help", tostrack, "--help", expects="crawl")
        who.does("tostrack init", tostrack, "init", expects="wrote")
        who.does("tostrack demo: twelve nights", tostrack, "demo", expects="lumora")
        said = who.does("the first useful diff", tostrack, "-w", "tostrack-demo/watchlist.toml", "diff", "lumora/terms")
        print("\n".join(f"           | {line[:100]}" for line in said.splitlines()[:8]))
        who.does(
            "tostrack init --github",
            tostrack,
            "-w",
            "repository/watchlist.toml",
            "init",
            "--github",
            expects="nightly.yml",
        )
        who.does("completion", tostrack, "--completion", "bash", expects="complete")
        who.does(
            "typed for mypy and the API",
            str(who.bin / "python"),
            "-c",
            "import tostrack; tostrack.analysis.flags('We sell data.')",
        )
        check_extras(who, tostrack, arguments.extra)
        print(f"{who.spent:7.2f} s  in all, from pip install on")


def check_extras(who: Newcomer, tostrack: str, installed: list[str]) -> None:
    """What is not installed says so in one line, with what to type."""
    if "wayback" not in installed:
        command = (
            tostrack,
            "-w",
            "tostrack-demo/watchlist.toml",
            "import",
            "wayback",
            "lumora",
            "--from",
            "2020-01-01",
        )
        who.does("a missing extra explains itself", *command, expects="bin/python -m pip install 'wayback>=", status=2)


if __name__ == "__main__":
    sys.exit(main())
