"""Backfill recorded years through the real command line, from a Wayback Machine on loopback; then crawl on from them.

    python benchmarks/backfill.py OUT [--service Instagram] [--document privacy-policy-workbench ...]

The captures of the replay corpus (``$TOSTRACK_SHARED/replay``, else ``../shared/replay`` beside the repository) are
served as an archive: those before 2018 under an earlier address, every third followed by a revisit. It is done twice:
with nothing there, and after a week of crawls. Says what came of it, and whether both ways tell the same history.
"""

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from click.testing import CliRunner

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("TOSTRACK_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT / "tests"))

from fakes_wayback import FakeWayback, Kept  # noqa: E402

from tostrack.cli import cli  # noqa: E402


def kept(corpus, capture: dict) -> list[Kept]:
    """Return what an archive has of one capture, and every third time that the page was there the day after."""
    at = datetime.fromisoformat(capture["fetched_at"])
    url = capture["url"] if at.year >= 2018 else capture["url"].replace("https://help.", "http://")
    body = partial(corpus.body, capture["body"])
    found = [Kept(f"{at:%Y%m%d%H%M%S}", url, body, media="text/html")]
    if int(capture["body"][:4], 16) % 3 == 0:
        found.append(Kept(f"{at + timedelta(days=1):%Y%m%d%H%M%S}", url, body, how="revisit"))
    return found


def run(folder: Path, *arguments: str) -> str:
    result = CliRunner().invoke(cli, ["-w", str(folder / "watchlist.toml"), *arguments])
    if result.exit_code not in (0, 3):
        print(result.output)
        raise result.exception or SystemExit(result.exit_code)
    return result.stdout


def rows(folder: Path, *arguments: str) -> list[dict]:
    return [json.loads(line) for line in run(folder, *arguments, "--json").splitlines()]


def history(folder: Path) -> list[tuple]:
    """Return every change without its number, which says only whether it was found before or after the first crawl."""
    return [
        (row["document"], row["seen_at"], row["verdict"], row["reason"], row["topics"])
        for row in rows(folder, "log", "--all")
    ]


def go_on(folder: Path, server, documents: dict) -> None:
    """Backfill the first document up to the middle of its history, and crawl the rest of it as it came."""
    path, found = next(
        (path, found) for path, found in documents.items() if path.endswith(("terms-of-service", "terms"))
    )
    folder.mkdir(parents=True, exist_ok=True)
    declared = f'[settings]\ndelay = 0\nallow_private = ["127.0.0.1"]\n[watch.acme.terms]\nurl = "{server.url}{path}"\n'
    (folder / "watchlist.toml").write_text(declared)
    middle = found[len(found) // 2]["fetched_at"]
    url = found[-1]["url"]
    with FakeWayback([each for capture in found for each in kept(server.corpus, capture)]) as archive:
        command = ["import", "wayback", "acme", "--from", "2004-01-01", "--to", middle[:10], "--archive", archive.url]
        [done] = rows(folder, *command, "--url", url.replace("https://help.", "http://"), "--url", url)
    print(f"onward: {done['versions']} versions up to {middle[:10]}")
    for capture in found[len(found) // 2 + 1 :]:
        server.set_date(capture["fetched_at"])
        for row in rows(folder, "crawl", "--now", capture["fetched_at"]):
            print(
                "    crawl",
                capture["fetched_at"],
                {key: row[key] for key in ("outcome", "version", "verdict", "topics")},
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--service", default="Instagram")
    parser.add_argument("--document", action="append")
    arguments = parser.parse_args()
    sys.path.insert(0, str(SHARED / "replay"))
    from replay_server import start

    with start(str(SHARED / "replay")) as server:
        corpus = server.corpus
        documents = {
            path: found
            for path, found in corpus.docs.items()
            if found[0]["service"] == arguments.service
            and (not arguments.document or path.rsplit("/", 1)[1] in arguments.document)
            and not path.endswith("-print")
        }
        last = max(capture["fetched_at"] for found in documents.values() for capture in found)
        server.set_date(last)
        for way in ("fresh", "crawled"):
            folder = arguments.out / way
            folder.mkdir(parents=True, exist_ok=True)
            lines = ["[settings]", "delay = 0", 'allow_private = ["127.0.0.1"]', "[watch.instagram]"]
            for path in documents:
                lines += [f"[watch.instagram.{path.rsplit('/', 1)[1]}]", f'url = "{server.url}{path}"']
            (folder / "watchlist.toml").write_text("\n".join(lines) + "\n")
            if way == "crawled":
                for night in range(7):
                    at = datetime.fromisoformat(last) + timedelta(days=night + 1)
                    run(folder, "crawl", "--now", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
            started = time.monotonic()
            for path, found in documents.items():
                with FakeWayback([each for capture in found for each in kept(corpus, capture)], page=50) as archive:
                    name = f"instagram/{path.rsplit('/', 1)[1]}"
                    url = found[-1]["url"]
                    command = [
                        "import",
                        "wayback",
                        name,
                        "--from",
                        "2004-01-01",
                        "--every",
                        "capture",
                        "--archive",
                        archive.url,
                    ]
                    command += ["--url", url.replace("https://help.", "http://"), "--url", url]
                    [done] = rows(folder, *command)
                    [again] = rows(folder, *command)
                    keys = ("captures", "passed_over", "fetched", "failed", "versions", "same")
                    print(way, name, {key: done[key] for key in keys}, f"left out {len(done['left_out'])}")
                    for address, why in done["left_out"]:
                        print(f"    {address}: {why}")
                    print(f"    asked {dict(archive.asked)}")
                    print(f"    again: {again['fetched']} fetched, {again['versions']} versions")
            print(f"{way}: {time.monotonic() - started:.1f} s")
            if way == "fresh":
                at = datetime.fromisoformat(last) + timedelta(days=1)
                for row in rows(folder, "crawl", "--now", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")):
                    print("crawl goes on:", {key: row[key] for key in ("document", "outcome", "version", "verdict")})
        go_on(arguments.out / "onward", server, documents)
    fresh, crawled = history(arguments.out / "fresh"), history(arguments.out / "crawled")
    print(f"{len(fresh)} changes fresh, {len(crawled)} after a week; the same history: {fresh == crawled}")
    for row in sorted(set(map(str, fresh)) ^ set(map(str, crawled))):
        print("   only in one:", row)
    announced = [
        row["id"]
        for way in ("fresh", "crawled")
        for row in rows(arguments.out / way, "log", "--all")
        if row["announced"]
    ]
    print("announced:", announced or "none")


if __name__ == "__main__":
    main()
