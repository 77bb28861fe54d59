"""Crawl recorded years night by night through the real command line.

    python benchmarks/replay.py OUT [--service Instagram ...] [--from 2005-01-01] [--to 2021-12-31] [--daily]

Serves the replay corpus (``$TOSTRACK_SHARED/replay``, else ``../shared/replay`` beside the repository) on loopback,
writes a watchlist to OUT, and runs ``tostrack crawl --now DAY`` for each time at which one of the documents was
captured. The selectors are those that were in force that day, so that re-extraction is rehearsed as well.
Says at the end how many nights, visits, versions, changes and alerts there were, and how long it took.
"""

import argparse
import collections
import json
import os
import re
import sys
import time
from pathlib import Path

from click.testing import CliRunner

from tostrack.cli import cli

SHARED = Path(os.environ.get("TOSTRACK_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].rstrip("-")


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{snake(key)} = {toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)


def watchlist(documents: list[dict], url: str) -> str:
    """Return the watchlist that declares *documents* as their peers did on the day."""
    lines = ["[settings]", "delay = 0", 'allow_private = ["127.0.0.1"]', 'contact = "replay@example.org"']
    for service in dict.fromkeys(document["service"] for document in documents):
        lines += [f"[watch.{slug(service)}]", f"name = {toml(service)}"]
        for document in (entry for entry in documents if entry["service"] == service):
            lines += [f"[watch.{slug(service)}.{slug(document['document'])}]", f"name = {toml(document['document'])}"]
            lines += [f"url = {toml(url + document['path'])}"]
            lines += [f"{key} = {toml(document[key])}" for key in ("select", "remove") if document[key]]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--service", action="append", help="by name; several allowed; default all")
    parser.add_argument("--from", dest="start", default="2000-01-01")
    parser.add_argument("--to", dest="end", default="2099-12-31")
    parser.add_argument("--daily", action="store_true", help="one crawl a day, however many captures it has")
    parser.add_argument("--no-select", action="store_true", help="take every selector away")
    arguments = parser.parse_args()
    sys.path.insert(0, str(SHARED / "replay"))
    from replay_server import start

    arguments.out.mkdir(parents=True, exist_ok=True)
    runner = CliRunner()
    counts: collections.Counter = collections.Counter()
    started, cpu = time.monotonic(), time.process_time()
    with start(str(SHARED / "replay")) as server:
        captures: dict[str, list[dict]] = {
            path: found
            for path, found in server.corpus.docs.items()
            if not arguments.service or found[0]["service"] in arguments.service
        }
        cut = 10 if arguments.daily else None
        days = sorted({capture["fetched_at"][:cut] for found in captures.values() for capture in found})
        days = [day for day in days if arguments.start <= day[:10] <= arguments.end]
        written = ""
        for day in days:
            server.set_date(day)
            documents = []
            for path, found in captures.items():
                past = [capture for capture in found if capture["fetched_at"][:cut] <= day]
                if past:
                    declared = server.corpus.decl[past[-1]["decl"]]
                    select = [] if arguments.no_select else declared["select"]
                    remove = [] if arguments.no_select else declared["remove"]
                    entry = {"service": past[-1]["service"], "document": past[-1]["document"], "path": path}
                    documents.append({**entry, "select": select, "remove": remove})
            text = watchlist(documents, server.url)
            if text != written:
                (arguments.out / "watchlist.toml").write_text(text)
                written = text
            result = runner.invoke(cli, ["-w", str(arguments.out / "watchlist.toml"), "crawl", "--now", day, "--json"])
            if result.exit_code not in (0, 3):
                print(result.output)
                raise result.exception or SystemExit(result.exit_code)
            for line in result.stdout.splitlines():
                row = json.loads(line)
                counts["visits"] += 1
                counts[row["outcome"] + (f" ({row['cause']})" if row["cause"] else "")] += 1
                if row["verdict"]:
                    counts[f"verdict {row['verdict']}"] += 1
    counts["nights"] = len(days)
    for name, number in sorted(counts.items()):
        print(f"{number:8} {name}")
    print(f"{time.monotonic() - started:8.1f} s wall, {time.process_time() - cpu:.1f} s CPU")


if __name__ == "__main__":
    main()
