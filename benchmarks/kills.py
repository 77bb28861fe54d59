"""Kill crawls at random moments, run them again, and compare the archive with that of an unbroken run.

    python benchmarks/kills.py [--kills 200] [--seed 1]

Serves the replay corpus on loopback at a few growing dates; each crawl is a process of its own and is killed with
SIGKILL after a random time, then repeated until it ends. At the end the content of the two archives must be equal:
every version with its hash, every judgement, flag, capture and suspect, and every file in the snapshots folder.
"""

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from replay import SHARED, watchlist

SERVICES = ("Instagram", "GitHub", "Buffer", "Open Collective", "Bumble", "Twitter")
DAYS = ("2013-01-05", "2014-06-01", "2022-02-01", "2023-06-01", "2024-06-01", "2025-05-01", "2026-06-01")
TOSTRACK = str(Path(sys.executable).with_name("tostrack"))

QUERIES = {
    "versions": "SELECT s.slug, d.slug, v.number, v.seen_at, v.kind, v.hash FROM versions v "
    "JOIN documents d ON d.id = v.document_id JOIN services s ON s.id = d.service_id",
    "clauses": "SELECT s.slug, d.slug, v.number, vc.position, c.kind, c.text, vc.line FROM version_clauses vc "
    "JOIN versions v ON v.id = vc.version_id JOIN clauses c ON c.id = vc.clause_id "
    "JOIN documents d ON d.id = v.document_id JOIN services s ON s.id = d.service_id",
    "changes": "SELECT service, document, from_number, to_number, verdict, reason, explanation, topics, announced "
    "FROM changes",
    "flags": "SELECT c.kind, c.text, g.heading, g.lead, f.topic, f.polarity, f.quote, f.rule FROM flags f "
    "JOIN flagged g USING (clause_id, context_id) JOIN clauses c ON c.id = f.clause_id",
    "snapshots": "SELECT s.slug, d.slug, n.page, n.sha256, n.path FROM snapshots n "
    "JOIN documents d ON d.id = n.document_id JOIN services s ON s.id = d.service_id",
    "suspects": "SELECT s.slug, d.slug, q.cause, q.first_seen_at, q.last_seen_at, q.sightings FROM suspects q "
    "JOIN documents d ON d.id = q.document_id JOIN services s ON s.id = d.service_id",
}


def content(folder: Path) -> dict[str, list]:
    with sqlite3.connect(folder / "tostrack.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        found = {name: sorted(map(repr, connection.execute(query))) for name, query in QUERIES.items()}
    root = folder / "snapshots"
    found["files"] = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    return found


def crawl(folder: Path, day: str, delay: float | None = None) -> bool:
    """Crawl once; with a *delay* kill it after so many seconds. Return whether it ended by itself."""
    command = [TOSTRACK, "-w", str(folder / "watchlist.toml"), "crawl", "--now", day, "--quiet"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, said = process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return False
    if process.returncode not in (0, 3):
        raise SystemExit(f"crawl ended with {process.returncode}: {said.decode()}")
    return True


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.path.insert(0, str(SHARED / "replay"))
    from replay_server import start

    chance = random.Random(arguments.seed)
    kills = rounds = 0
    with tempfile.TemporaryDirectory() as scratch, start(str(SHARED / "replay")) as server:
        documents = [
            {"service": found[0]["service"], "document": found[0]["document"], "path": path, **declared}
            for path, found in server.corpus.docs.items()
            if found[0]["service"] in SERVICES
            for last in (server.corpus.decl[found[-1]["decl"]],)
            for declared in ({"select": last["select"], "remove": last["remove"]},)
        ]
        whole, broken = Path(scratch, "whole"), Path(scratch, "broken")
        for folder in (whole, broken):
            folder.mkdir()
            (folder / "watchlist.toml").write_text(watchlist(documents, server.url))
        longest = 0.0
        for day in DAYS:
            server.set_date(day)
            began = time.monotonic()
            crawl(whole, day)
            longest = max(longest, time.monotonic() - began)
        expected = content(whole)
        while kills < arguments.kills:
            rounds += 1
            shutil.rmtree(broken / "snapshots", ignore_errors=True)
            for path in broken.glob("tostrack.db*"):
                path.unlink()
            for day in DAYS:
                server.set_date(day)
                while kills < arguments.kills and not crawl(broken, day, chance.uniform(0.2, longest)):
                    kills += 1
                crawl(broken, day)
            found = content(broken)
            for name, rows in expected.items():
                if found[name] != rows:
                    lost, more = set(rows) - set(found[name]), set(found[name]) - set(rows)
                    raise SystemExit(
                        f"{name}: {len(lost)} lost, {len(more)} more: {[*sorted(lost)[:2], *sorted(more)[:2]]}"
                    )
    counts = ", ".join(f"{len(rows)} {name}" for name, rows in expected.items())
    print(f"{kills} kills over {rounds} rounds of {len(DAYS)} nights, {len(documents)} documents: equal ({counts})")


if __name__ == "__main__":
    main()
