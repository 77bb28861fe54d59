"""Rehearse the nightly workflow offline: its own `run` steps, night after night, against a platform and a git remote.

    python benchmarks/rehearsal.py OUT [--nights 30] [--no-faults] [--large]

Takes ``.github/workflows/nightly.yml`` as it is, gives every job a folder of its own as a runner does, and runs its
steps in bash: `uses:` steps are played (a clone, artifacts copied), installing is skipped. The platform is the demo's,
the remote a bare repository, `gh` is `fake_gh`, the reader a web hook on loopback. Two rehearsals are compared, one
without faults and one with:

- the push of the state is refused (the remote is down), and the failed jobs are run again the next day, or never;
- the runner is lost during the crawl, before the push, between the push and the telling, and after the telling before
  it was noted down;
- an old night is resumed after a later one has gone on;
- with ``--large``, where every archive goes to a release: an upload is cut off, or arrives torn.

Says whether what is kept and what readers heard is the same in both, and whether anything was told twice.
"""

import argparse
import hashlib
import json
import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import yaml

from tostrack import demo
from tostrack.archive import Archive
from tostrack.importers.git_repository import clean_environment

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "nightly.yml"
GIT = ["git", "-c", "user.name=rehearsal", "-c", "user.email=rehearsal@example.org"]
#: No configuration but that of the repository, which is ours.
GIT_ENVIRONMENT = {**clean_environment(), "GIT_ALLOW_PROTOCOL": "file"}


class Lost(Exception):  # noqa: N818
    """The runner of a job is gone."""


@dataclass
class Fault:
    """What goes wrong in one night."""

    #: ``job`` or ``job:step name``: the runner is lost when it comes to it.
    lost_at: str = ""
    #: The remote takes no push.
    remote_down: bool = False
    #: What happens to uploads to the release: see `fake_gh`.
    upload: str = ""
    #: The failed jobs are run again: ``at once``, when the next night is over (``late``), or not.
    again: str = ""


@dataclass
class Night:
    """One run of the workflow: its artifacts, what its jobs gave, and how they ended."""

    folder: Path
    at: str
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)


class Runner:
    """Runs the jobs of one workflow as GitHub would, as far as this workflow needs it."""

    def __init__(self, workflow: dict, remote: Path, folder: Path, log: Callable[[str], None]) -> None:
        self.workflow = workflow
        self.remote = remote
        self.folder = folder
        self.log = log
        self.bin = folder / "bin"
        self.bin.mkdir()
        gh = self.bin / "gh"
        gh.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("fake_gh.py")}" "$@"\n')
        gh.chmod(0o755)
        releases_of(remote).mkdir(exist_ok=True)

    def run(self, night: Night, fault: Fault, jobs: list[str] | None = None) -> None:
        """Run the jobs of *night*, or only *jobs*, in the order in which they need each other."""
        for name, job in self.workflow["jobs"].items():
            if jobs is not None and name not in jobs:
                continue
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            condition = job.get("if", "")
            ready = all(night.results.get(need) == "success" for need in needs)
            if not (self._holds(condition, night) if condition else ready) or (
                "always()" not in condition and not ready
            ):
                night.results[name] = "skipped"
                continue
            try:
                night.outputs[name] = self._job(name, job, night, fault)
                night.results[name] = "success"
            except (Lost, subprocess.CalledProcessError) as error:
                night.results[name] = "failure"
                self.log(f"{night.at} {name}: {error}")

    def _job(self, name: str, job: dict, night: Night, fault: Fault) -> dict[str, str]:
        here = night.folder / name
        shutil.rmtree(here, ignore_errors=True)
        here.mkdir(parents=True)
        steps: dict[str, dict[str, str]] = {}
        failed: Exception | None = None
        for step in job["steps"]:
            if failed and "always()" not in step.get("if", ""):
                continue
            label = step.get("name") or step.get("uses", "")
            if fault.lost_at in (name, f"{name}:{label}"):
                raise Lost(f"the runner was lost at {label!r}")
            try:
                if "uses" in step:
                    self._uses(step["uses"].partition("@")[0], step.get("with", {}), here, night)
                elif label != "Install":
                    steps[step.get("id", label)] = self._shell(step, here, night, steps, fault)
            except subprocess.CalledProcessError as error:
                failed = failed or error
        if failed:
            raise failed
        return {key: self._filled(value, night, steps) for key, value in job.get("outputs", {}).items()}

    def _uses(self, action: str, given: dict, here: Path, night: Night) -> None:
        artifacts = night.folder / "artifacts"
        if action == "actions/checkout":
            subprocess.run(
                [*GIT, "clone", "-q", "--depth", "1", self.remote.as_uri(), str(here)],
                env=GIT_ENVIRONMENT,
                check=True,
            )
        elif action == "actions/upload-artifact":
            target = artifacts / given["name"]
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(here / given["path"], target)
        elif action == "actions/download-artifact":
            if not (artifacts / given["name"]).is_dir():
                raise subprocess.CalledProcessError(1, f"download {given['name']}")
            shutil.copytree(artifacts / given["name"], here / given["path"])

    def _shell(self, step: dict, here: Path, night: Night, steps: dict, fault: Fault) -> dict[str, str]:
        output, summary, later = here / ".output", here / ".summary", here / ".env"
        own = {key: self._filled(str(value), night, steps) for key, value in step.get("env", {}).items()}
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "TOSTRACK"))},
            **{key: str(value) for key, value in self.workflow.get("env", {}).items()},
            **own,
            **settings_in(later),
            "PATH": f"{self.bin}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "TOSTRACK_NOW": night.at,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_ENV": str(later),
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "pixboard/terms",
            "GITHUB_REPOSITORY_OWNER": "pixboard",
            "FAKE_GH": str(releases_of(self.remote)),
            "FAKE_GH_FAULT": fault.upload,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=here, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        with (self.folder / "steps.log").open("a") as file:
            file.write(
                f"== {night.at} {here.name}: {step.get('name')} -> {done.returncode}\n{done.stdout}{done.stderr}"
            )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, f"{step.get('name')}: {done.stderr.strip()[-300:]}")
        return settings_in(output)

    def _filled(self, text: str, night: Night, steps: dict) -> str:
        """Return *text* with its expressions worked out: outputs of steps and jobs, and one secret."""

        def value(match: re.Match) -> str:
            if match[1].strip() == "secrets.TOSTRACK_WEBHOOK_KEY":
                return "whsec_" + "cmVoZWFyc2Fs" * 3
            where, name, *rest = match[1].strip().split(".")
            if where == "steps":
                return steps.get(name, {}).get(rest[-1], "")
            return night.outputs.get(name, {}).get(rest[-1], "") if where == "needs" else ""

        return re.sub(r"\$\{\{(.*?)\}\}", value, text)

    @staticmethod
    def _holds(condition: str, night: Night) -> bool:
        """Return whether a job's condition holds: results of jobs compared with words, joined by &&."""
        holds = True
        for part in condition.strip("${} ").split("&&"):
            if found := re.fullmatch(r"\s*needs\.([\w-]+)\.result\s*([!=]=)\s*'(\w+)'\s*", part):
                holds &= (night.results.get(found[1]) == found[3]) == (found[2] == "==")
            elif part.strip() != "always()":
                holds = False  # a variable, and none is set
        return holds


def settings_in(path: Path) -> dict[str, str]:
    """Return what steps wrote to *path*, one ``name=value`` a line."""
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines)


@contextmanager
def reader() -> Iterator[tuple[str, list[dict]]]:
    """Give the address of a web hook and the list of what it hears."""
    heard: list[dict] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", heard
    finally:
        server.shutdown()
        server.server_close()


def remote_of(folder: Path, watchlist: str) -> Path:
    """Return a bare repository whose main branch holds a watchlist, as a user would have pushed it."""
    work, bare = folder / "work", folder / "remote.git"
    work.mkdir(parents=True)
    (work / "watchlist.toml").write_text(watchlist)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Watch"]):
        subprocess.run([*GIT, *command], cwd=work, env=GIT_ENVIRONMENT, check=True)
    subprocess.run([*GIT, "clone", "-q", "--bare", str(work), str(bare)], env=GIT_ENVIRONMENT, check=True)
    subprocess.run([*GIT, "config", "uploadpack.allowAnySHA1InWant", "true"], cwd=bare, env=GIT_ENVIRONMENT, check=True)
    return bare


def releases_of(bare: Path) -> Path:
    """Return the folder of the releases that the remote has."""
    return bare.with_name("releases")


def close_remote(bare: Path, *, closed: bool) -> None:
    """Let the remote refuse every push, or take them again."""
    hook = bare / "hooks" / "pre-receive"
    if closed:
        hook.write_text("#!/bin/sh\necho 'the remote is down' >&2\nexit 1\n")
        hook.chmod(0o755)
    else:
        hook.unlink(missing_ok=True)


def rehearse(
    folder: Path, nights: int, faults: dict[int, Fault], log: Callable[[str], None] = print, *, large: bool = False
) -> dict:
    """Run *nights* nights with *faults* by their number; return what is kept and what was heard in the end.

    Args:
        folder: Emptied, and worked in.
        nights: How many.
        faults: What goes wrong in which.
        log: Told what failed.
        large: Every archive counts as too large for a branch.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder = folder.resolve()
    workflow = yaml.safe_load(WORKFLOW.read_text())
    if large:
        workflow["env"]["LARGE"] = 0
    with demo.serve() as platform, reader() as (hook, heard):
        digest = f'\n[digest.reader]\nto = ["{hook}"]\nevery = "change"\n'
        bare = remote_of(folder, demo.watchlist_text(platform.url) + digest)
        runner = Runner(workflow, bare, folder, log)
        start, late = demo.NIGHTS[0].at, []
        for number in range(nights):
            # The story has twelve nights; each stays for a few, so that there are quiet nights between.
            platform.show(demo.NIGHTS[min(number * len(demo.NIGHTS) // max(1, nights - 4), len(demo.NIGHTS) - 1)])
            at = start + timedelta(days=number * 4)
            night = Night(folder / f"night-{number:02}", at.strftime("%Y-%m-%dT%H:%M:%SZ"))
            fault = faults.get(number, Fault())
            close_remote(bare, closed=fault.remote_down)
            runner.run(night, fault)
            close_remote(bare, closed=False)
            if fault.again == "at once":
                resume(runner, night)
            for earlier in late:
                resume(runner, earlier)
            late = [night] if fault.again == "late" else []
        log(f"{nights} nights, {sum(map(bool, faults.values()))} with faults: {len(heard)} messages")
        return {"archive": archive_of(bare, folder), "heard": heard, "size": size_of(bare), "log": history_of(bare)}


def resume(runner: Runner, night: Night) -> None:
    """Run the jobs of *night* again that did not end well, as "Re-run failed jobs" does."""
    jobs = [name for name, result in night.results.items() if result != "success" and name != "pages"]
    runner.run(night, Fault(), jobs)


def archive_of(bare: Path, folder: Path) -> dict[str, list[tuple]]:
    """Return what the branch holds in the end: texts, judgements, what was not sent, and the files beside it."""
    out = folder / "end"
    out.mkdir()
    tar = subprocess.run(
        [*GIT, "archive", "tostrack-data"], cwd=bare, capture_output=True, env=GIT_ENVIRONMENT, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(out)], input=tar, check=True)
    pointer = out / "tostrack.db.sha256"
    if pointer.exists():
        sha256, name = pointer.read_text().split()
        (release,) = releases_of(bare).iterdir()
        content = (release / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        (out / "tostrack.db").write_bytes(lzma.decompress(content) if name.endswith(".xz") else content)
    return read_end(out)


def read_end(out: Path) -> dict[str, list[tuple]]:
    """Return what the files in *out* say, whatever port the platform was on."""
    found: dict[str, list[tuple]] = {"versions": [], "changes": []}
    with Archive(out / "tostrack.db") as archive:
        for document in archive.documents():
            for row in archive.versions(document.service, document.document):
                found["versions"].append((row.document, row.number, portless(archive.reading(row).version.text)))
        for row in archive.changes():
            told = (row.verdict, row.reason, row.topics, row.announced)
            found["changes"].append((row.id, row.from_number, row.to_number, *told))
    found["changes"].sort()
    with closing(sqlite3.connect(out / "tostrack.db")) as db:
        found["not sent"] = db.execute("SELECT name, state FROM messages WHERE state <> 'sent'").fetchall()
    files = sorted((out / "texts").rglob("*.md"))
    found["texts"] = [(str(path.relative_to(out)), portless(path.read_text())) for path in files]
    return found


def portless(text: str) -> str:
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1", text)


def size_of(bare: Path) -> int:
    return sum(path.stat().st_size for path in bare.rglob("*") if path.is_file())


def history_of(bare: Path) -> int:
    command = [*GIT, "rev-list", "--count", "tostrack-data"]
    return int(subprocess.run(command, cwd=bare, capture_output=True, check=True, text=True).stdout)


def events(heard: list[dict]) -> Counter:
    """Return in how many different messages each change was told; the same message again has the same name."""
    letters = {letter["id"]: letter for letter in heard}
    told = [change for letter in letters.values() for change in letter["changes"]]
    return Counter(f"{change['service']}/{change['document']}@{change['to']['number']}" for change in told)


#: The demo's story, spread over thirty nights, has news in the nights 7, 9, 13, 16 and 18.
FAULTS = {
    1: Fault(lost_at="crawl:Crawl"),
    3: Fault(remote_down=True),
    5: Fault(remote_down=True, again="at once"),
    7: Fault(lost_at="export-state:Push", again="at once"),
    9: Fault(lost_at="crawl:Summary"),
    11: Fault(lost_at="notify:Send"),
    13: Fault(lost_at="notify:Send", again="at once"),
    16: Fault(lost_at="notify:Copy the ledger of what was sent"),
    18: Fault(remote_down=True, again="late"),
    21: Fault(lost_at="record", again="late"),
    24: Fault(lost_at="export-state"),
}

#: Where archives go to a release: other faults in nights with news.
LARGE_FAULTS = {
    7: Fault(upload="cut", again="at once"),
    9: Fault(upload="torn"),
    16: Fault(lost_at="export-state:Push", again="late"),
    18: Fault(remote_down=True, upload="cut", again="at once"),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--no-faults", action="store_true")
    parser.add_argument("--large", action="store_true")
    arguments = parser.parse_args()
    sound = rehearse(arguments.out / "sound", arguments.nights, {}, large=arguments.large)
    print(f"  {dict(events(sound['heard']))}")
    print(f"  the remote: {sound['log']} commits, {sound['size']:,} bytes")
    if arguments.no_faults:
        return
    faults = FAULTS | LARGE_FAULTS if arguments.large else FAULTS
    hurt = rehearse(arguments.out / "hurt", arguments.nights, faults, large=arguments.large)
    print(f"  {dict(events(hurt['heard']))}")
    for what, rows in sound["archive"].items():
        same = rows == hurt["archive"][what]
        print(f"{what}: {len(rows)} and {len(hurt['archive'][what])}, {'the same' if same else 'NOT THE SAME'}")
    lost = events(sound["heard"]).keys() - events(hurt["heard"]).keys()
    names = Counter(letter["id"] for letter in hurt["heard"])
    twice = sorted(name for name, times in names.items() if times > 1)
    more = sorted(event for event, times in events(hurt["heard"]).items() if times > 1)
    print(f"events lost: {sorted(lost) or 'none'}; told under two names: {more or 'none'}")
    print(f"messages that arrived more than once, by their one name: {twice or 'none'}")


if __name__ == "__main__":
    main()
