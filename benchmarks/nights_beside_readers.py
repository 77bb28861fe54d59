"""Crawl night after night while others read: each night is stored or fails with a sentence, readers see whole states.

    python benchmarks/nights_beside_readers.py [--nights 1000] [--minutes 12] [--seed 1]

The crawl is the command of every night, with its time given, of a platform on loopback whose pages change. Beside it a
process reads as Datasette does (SQLite, ``mode=ro``, transactions that last, some longer than the crawl waits), and one
runs `site` and `log` again and again. Ends after so many nights or minutes, prints sums, and fails if

- a night ended with a traceback, or neither stored all its pages nor failed with one sentence,
- a reader saw an error that is not "locked", two states in one transaction, or a text that is not the recorded one,
- a journal was left, was longer than the archive, or a write-ahead log was there at all,
- `archive verify` finds anything at the end.

The crawl waits half a second for a reader instead of thirty, so that it meets readers who take longer.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from click.testing import CliRunner
from small_archive import START, Platform

from tostrack import sandbox
from tostrack.archive import Archive, read, writer
from tostrack.archive.verify import verify
from tostrack.cli import cli
from tostrack.models import iso, sha256

DOCUMENTS = 3
#: Seconds that the crawl waits for readers here, and that readers keep a transaction: usually, and one time of ten.
PATIENCE, SHORT, LONG = 0.5, 0.1, 0.9
_WATCHLIST = """
[settings]
delay = 0
allow_private = ["127.0.0.1"]
contact = "ops@pixboard.example"

[watch.pixboard]
name = "Pixboard"
"""
_WATCH = '[watch.pixboard.policy-{0}]\nname = "Policy {0}"\nurl = "{1}/{0}"\nselect = "main"\n'
_LATEST = "SELECT * FROM latest ORDER BY 1, 2"
_TEXTS = """
SELECT count(*), count(DISTINCT document_id), max(seen_at),
    (SELECT count(*) FROM changes), (SELECT count(*) FROM flagged)
FROM versions
"""


@contextmanager
def serve(platform: Platform) -> Iterator[str]:
    """Serve the pages of *platform*, as they are when they are asked for, on loopback; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            number = self.path.removeprefix("/")
            body = platform.page(int(number)) if number.isdigit() else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def invoke(folder: Path, *command: str) -> tuple[int, str, str]:
    """Run a command; return its exit status, what it said, and the traceback that it would have ended with, if any."""
    done = CliRunner().invoke(cli, ["-w", str(folder / "watchlist.toml"), *command])
    fault = "" if done.exception is None or isinstance(done.exception, SystemExit) else repr(done.exception)
    return done.exit_code, done.output.strip(), fault


def journals(folder: Path) -> dict[str, int]:
    """Return the bytes of what SQLite has beside the archive."""
    sizes = {}
    for path in folder.glob("tostrack.db-*"):
        try:
            sizes[path.name] = path.stat().st_size
        except FileNotFoundError:
            continue
    return sizes


# The readers: processes of their own


def read_as_datasette(folder: Path, seed: int) -> dict:
    """Read the archive in transactions until told to stop; return how often, and what was wrong."""
    chance, found, wrong = random.Random(seed), Counter(), []
    while not (folder / "stop").exists():
        try:
            with closing(sqlite3.connect(f"file:{folder / 'tostrack.db'}?mode=ro", uri=True)) as db:
                db.execute("BEGIN")
                first = db.execute(_TEXTS).fetchall(), db.execute(_LATEST).fetchall()
                time.sleep(chance.uniform(0, LONG if chance.random() < 0.1 else SHORT))
                if (db.execute(_TEXTS).fetchall(), db.execute(_LATEST).fetchall()) != first:
                    wrong.append("two states in one transaction")
                if db.execute("PRAGMA foreign_key_check").fetchall():
                    wrong.append("a row names one that is not there")
                db.execute("COMMIT")
            found["transactions"] += 1
            found["longest_journal_bytes"] = max(found["longest_journal_bytes"], *journals(folder).values(), 0)
            time.sleep(chance.uniform(0, SHORT))
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                found["locked"] += 1
            else:
                wrong.append(repr(error))
        except sqlite3.DatabaseError as error:
            wrong.append(repr(error))
    return {"counts": found, "wrong": wrong}


def read_with_commands(folder: Path, seed: int) -> dict:
    """Run commands that read until told to stop; return how often, and what was wrong."""
    chance, found, wrong = random.Random(seed), Counter(), []
    while not (folder / "stop").exists():
        time.sleep(chance.uniform(0, 5 * SHORT))
        command = chance.choice((("site", "--out", str(folder / "site")), ("log", "--all"), ("status",), ("flags",)))
        status, said, fault = invoke(folder, *command)
        found[f"{command[0]} {status}"] += 1
        if fault or "Traceback" in said or (status not in (0, 3)):
            wrong.append(f"{command[0]} {status}: {fault or said[-300:]}")
        with Archive(folder / "tostrack.db") as archive:
            for row in archive.documents():
                current = archive.current(row.service, row.document)
                if current is not None and sha256(archive.reading(current).version.text) != current.sha256:
                    wrong.append(f"{row.id}: the text is not the recorded one")
    return {"counts": found, "wrong": wrong}


READERS = {"datasette": read_as_datasette, "commands": read_with_commands}


# The nights


def crawl_night(folder: Path, platform: Platform, night: int) -> tuple[str, str]:
    """Crawl once; return how it ended, ``stored`` or ``failed: SENTENCE``, and what is wrong about it."""
    at = START + timedelta(days=night)
    status, said, fault = invoke(folder, "crawl", "--now", iso(at), "--quiet")
    if fault or "Traceback" in said:
        return "broken", f"night {night}: {fault or said[-300:]}"
    if status:
        last = (said.splitlines()[-1:] or [""])[0].replace(str(folder), "FOLDER")
        return f"failed: {last}", "" if last.strip() else f"night {night}: ended with {status} and said nothing"
    with Archive(folder / "tostrack.db") as archive:
        for number, row in enumerate(archive.documents()):
            shown = archive.text(row.service, row.document) or ""
            missing = [text for text in platform.sentences(number) if text not in shown]
            if row.checked_at != iso(at) or missing:
                return "broken", f"night {night}: {row.id} is not stored though it was said: {missing[:1]}"
    return "stored", ""


class LongWorker(sandbox.Worker):
    """A worker for all nights: starting one takes most of a small night."""

    def __exit__(self, *_exception: object) -> None:
        pass


@contextmanager
def impatient_crawls(patience: float) -> Iterator[None]:
    """Let crawls wait *patience* seconds for readers, and share a worker."""
    worker = LongWorker()
    before = read._BUSY_TIMEOUT, writer._BUSY_TIMEOUT, sandbox.Worker  # noqa: SLF001
    read._BUSY_TIMEOUT = writer._BUSY_TIMEOUT = patience  # noqa: SLF001
    sandbox.Worker = lambda: worker
    try:
        yield
    finally:
        read._BUSY_TIMEOUT, writer._BUSY_TIMEOUT, sandbox.Worker = before  # noqa: SLF001
        worker.close()


def run(folder: Path, nights: int, seconds: float, seed: int, patience: float = PATIENCE) -> dict:
    """Crawl *nights* nights, or as many as there is time for, beside the readers; return sums and what was wrong."""
    platform, ended, wrong = Platform(DOCUMENTS, seed), Counter(), []
    began = time.monotonic()
    with serve(platform) as url:
        watches = "".join(_WATCH.format(number, url) for number in range(DOCUMENTS))
        (folder / "watchlist.toml").write_text(_WATCHLIST + watches)
        ended[crawl_night(folder, platform, 0)[0]] += 1
        started = [
            subprocess.Popen([sys.executable, __file__, "reader", name, str(folder), str(seed)], stdout=subprocess.PIPE)
            for name in READERS
        ]
        try:
            with impatient_crawls(patience):
                for night in range(1, nights):
                    if time.monotonic() - began > seconds:
                        break
                    platform.turn()
                    state, fault = crawl_night(folder, platform, night)
                    ended[state] += 1
                    wrong += [fault] if fault else []
                    wrong += [f"night {night}: {name} is there" for name in journals(folder) if "-wal" in name]
        finally:
            (folder / "stop").touch()
            said = [process.communicate()[0] for process in started]
    readers = {
        name: json.loads(each or '{"counts": {}, "wrong": ["it died"]}')
        for name, each in zip(READERS, said, strict=True)
    }
    for name, found in readers.items():
        wrong += [f"{name}: {line}" for line in found["wrong"]]
    wrong += [f"{name} is left" for name in journals(folder)]
    size = (folder / "tostrack.db").stat().st_size
    longest = readers["datasette"]["counts"].get("longest_journal_bytes", 0)
    wrong += ["the journal was longer than the archive"] if longest > size else []
    report = verify(folder / "tostrack.db", folder / "snapshots")
    wrong += [f"verify: {finding}" for finding in report.findings]
    return {
        "nights": ended.total(),
        "ended": dict(ended),
        "readers": {name: found["counts"] for name, found in readers.items()},
        "versions": report.versions,
        "archive_bytes": size,
        "minutes": round((time.monotonic() - began) / 60, 1),
        "wrong": wrong,
    }


def main() -> None:
    if sys.argv[1:2] == ["reader"]:
        print(json.dumps(READERS[sys.argv[2]](Path(sys.argv[3]), int(sys.argv[4]))))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--nights", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = run(Path(scratch), arguments.nights, 60 * arguments.minutes, arguments.seed)
    print(json.dumps({**found, "wrong": found["wrong"][:20]}, indent=1))
    raise SystemExit(bool(found["wrong"]))


if __name__ == "__main__":
    main()
