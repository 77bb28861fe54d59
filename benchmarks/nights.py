"""Night after night at 1,000 simulated hosts with real pages: what each night adds in files, memory and CPU.

    python benchmarks/nights.py OUT [--hosts 1000] [--nights 365] [--minutes 15]

Each host has one document. Its pages are the captures of a recorded document from a day of its own onwards, with the
selectors that were in force that day, so that bytes, texts and declarations change as often as they did. Every night
is one crawl into the archive in OUT, with a clock that is simulated and pages read in this process. A line of JSON for
each night: outcomes, seconds of CPU, bytes and files of the archive, memory now and at most; the last line has sums.
Ends after so many nights, or with the night that uses up the minutes of CPU.

Needs the shared folder with the replay corpus: TOSTRACK_SHARED, or ``../shared`` beside the repository. Pages come from
a process of its own, so that reading the corpus is not measured.
"""

import argparse
import json
import multiprocessing
import random
import resource
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import series

from tostrack.archive.writer import Writer
from tostrack.fetch import Request
from tostrack.models import Document, Page, Snapshot
from tostrack.services import crawl

START = datetime(2024, 1, 1, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Host:
    """A simulated host: which recorded document it shows, and from which time on."""

    name: str
    path: str
    since: float

    def url(self) -> str:
        return f"https://www.{self.name}.example{self.path}"


def hosts(captures: dict[str, list[dict]], count: int) -> list[Host]:
    """Return *count* hosts; those of one recorded document begin at different times of its history."""
    dice, paths = random.Random(5), sorted(captures)
    found = []
    for number in range(count):
        times = [capture["t"] for capture in captures[paths[number % len(paths)]]]
        # A year before the last capture at the latest, where the history is that long.
        latest = max(times[0], times[-1] - 365 * 86400)
        found.append(Host(f"host{number}", paths[number % len(paths)], dice.uniform(times[0], latest)))
    return found


def memory_now() -> float:
    """Return the MB of memory that this process has."""
    return round(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6, 1)


def weigh(folder: Path) -> tuple[int, int, int]:
    """Return the bytes of the database, and bytes and number of the captures, of the archive in *folder*."""
    captures = [path.stat().st_size for path in (folder / "snapshots").rglob("*") if path.is_file()]
    return (folder / "tostrack.db").stat().st_size, sum(captures), len(captures)


def nights(
    folder: Path,
    where: Sequence[Host],
    capture_of: Callable[[Host, float], dict],
    declare: Callable[[Host, dict], Document],
    body_of: Callable[[dict], bytes],
    most: int,
) -> Iterator[dict]:
    """Crawl *most* nights into an archive in *folder*, which is emptied, and yield what each night took."""
    shutil.rmtree(folder, ignore_errors=True)
    before = (0, 0, 0)
    for night in range(most):
        at = START + timedelta(days=night)
        shown = {host.url(): capture_of(host, host.since + night * 86400) for host in where}
        documents = [declare(host, shown[host.url()]) for host in where]

        def fetch_all(
            requests: Sequence[Request],
            at: datetime = at,
            shown: dict[str, dict] = shown,
        ) -> Iterator[tuple[Request, Snapshot]]:
            for request in requests:
                url = request.page.url
                headers = {"content-type": shown[url]["content_type"]}
                yield request, Snapshot(url, at, 200, body_of(shown[url]), headers, (url,))

        used = time.process_time()
        with Writer(folder / "tostrack.db", folder / "snapshots", now=at) as writer:
            clock = at
            outcomes = Counter(
                each.outcome.value
                for each in crawl.crawl(documents, writer, fetch_all, lambda: clock)  # noqa: B023
            )
        now = weigh(folder)
        yield {
            "night": night + 1,
            "outcomes": dict(outcomes),
            "cpu_seconds": round(time.process_time() - used, 1),
            "database_bytes": now[0] - before[0],
            "capture_bytes": now[1] - before[1],
            "captures": now[2] - before[2],
            "megabytes_now": memory_now(),
            "megabytes_most": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, 1),
        }
        before = now


def whole(lines: Sequence[dict], folder: Path) -> dict:
    """Return the sums of all nights."""
    database, captures, files = weigh(folder)
    outcomes: Counter[str] = Counter()
    for line in lines:
        outcomes.update(line["outcomes"])
    return {
        "nights": len(lines),
        "outcomes": dict(outcomes),
        "cpu_seconds": round(sum(line["cpu_seconds"] for line in lines), 1),
        "database_megabytes": round(database / 1e6, 1),
        "captures_megabytes": round(captures / 1e6, 1),
        "captures": files,
        "megabytes_most": lines[-1]["megabytes_most"],
    }


#: The corpus of the process that reads it.
_corpus = None


def _open_corpus() -> None:
    global _corpus  # noqa: PLW0603
    _corpus = series.load()


def _body(name: str) -> bytes:
    return _corpus.body(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--minutes", type=float, default=15, help="Of CPU, in the crawls.")
    wanted = parser.parse_args()
    corpus = series.load()
    captures = {
        path: found for path, found in corpus.docs.items() if all("html" in each["content_type"] for each in found)
    }

    def capture_of(host: Host, moment: float) -> dict:
        return corpus.at(host.path, moment) or captures[host.path][0]

    def declare(host: Host, capture: dict) -> Document:
        page = series.declared(corpus, capture).pages[0]
        return Document(host.name, "terms", (Page(host.url(), page.select, page.remove),))

    lines, used = [], 0.0
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _open_corpus) as reader:
        for line in nights(
            wanted.out / "archive",
            hosts(captures, wanted.hosts),
            capture_of,
            declare,
            lambda capture: reader.submit(_body, capture["body"]).result(),
            wanted.nights,
        ):
            print(json.dumps(line), flush=True)
            lines.append(line)
            used += line["cpu_seconds"]
            if used > wanted.minutes * 60:
                break
    print(json.dumps(whole(lines, wanted.out / "archive")))


if __name__ == "__main__":
    main()
