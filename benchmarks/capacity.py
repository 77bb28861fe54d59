"""What 100,000 policies a night take: the schedule, the work for each document, and old versions judged again.

    python benchmarks/capacity.py OUT [--documents 100000] [--hosts 10000] [--stored 2000] [--clauses 60]
                                      [--here] [--versions 5000]

Each line of the answer is JSON and says which part it is of:

- ``schedule``: the scheduler that a crawl uses, with a clock of its own and answers that take as long as real ones,
  asks for every document (and each host's robots.txt). Wall time beside the limit: no host may be asked faster, and no
  more requests are out at a time than there are workers.
- ``night``: so many documents (``--stored``, each of ``--clauses``) go through the whole journey into an archive in
  OUT, three nights: all new, none changed, one in fifty changed. Time, memory and bytes for each document; then
  ``merge`` takes that archive into an empty one, twice. ``pages`` reads as many real captures, where the shared folder
  with the replay corpus is there: TOSTRACK_SHARED, or ``../shared`` beside the repository.
- ``analysis``: so many versions (``--versions``) judged again, in this process, on the pool and, where the extra
  `cluster` is installed, on dask; the counts must agree.

The texts are invented. Nobody is asked anything.
"""

import argparse
import gzip
import heapq
import json
import os
import random
import resource
import shutil
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import series

from tostrack.analysis import comparison
from tostrack.archive.merge import merge
from tostrack.archive.writer import Writer
from tostrack.errors import DocumentError
from tostrack.extraction import document_text
from tostrack.fetch import Request
from tostrack.fetch.host_queue import HostQueue, Hosts, Slot
from tostrack.fetch.shards import Shard
from tostrack.models import Document, Page, Snapshot
from tostrack.sandbox import Call, Worker, call_directly
from tostrack.services import crawl
from tostrack.services.executor import HERE, ClusterExecutor, Executor, PoolExecutor

START = datetime(2024, 1, 1, 3, tzinfo=UTC)
DELAY = 5.0
#: The median answer takes half a second, one in a hundred about five.
SECONDS = (-0.7, 1.0)
TOPICS = "photos,messages,payments,advertising,partners,research,children,disputes,licences,cookies".split(",")
CLAUSES = (
    "You grant us a non-exclusive, royalty-free, worldwide licence to your {topic} for {n} days after you post them.",
    "We may share what we know of your {topic} with affiliates and with {n} service providers who work for us.",
    "We will not sell your {topic} to third parties, and have not done so in the last {n} months.",
    "If a court finds that a part about {topic} does not hold, the rest does; paragraph {n} says which court decides.",
    "We keep logs of your {topic} for {n} days and delete them then, unless the law orders otherwise.",
    "You can object to our use of {topic} in your settings; it takes up to {n} days until we heed it.",
)


def text(dice: random.Random, clauses: int = 60) -> list[str]:
    """Return the clauses of an invented policy: 60, or the first so many of them."""
    said = [(topic, clause) for topic in TOPICS for clause in CLAUSES][:clauses]
    return [clause.format(topic=topic, n=dice.randrange(2, 400)) for topic, clause in said]


def edited(clauses: list[str], dice: random.Random) -> list[str]:
    """Return the policy with two of its clauses as they are after a revision."""
    found = list(clauses)
    for _ in range(2):
        at = dice.randrange(len(found))
        found[at] = CLAUSES[at % len(CLAUSES)].format(topic=TOPICS[at // len(CLAUSES)], n=dice.randrange(2, 400))
    return found


def html(clauses: Sequence[str], name: str) -> bytes:
    said = "".join(f"<p>{clause}</p>" for clause in clauses)
    menu = "".join(f'<li><a href="/{topic}">{topic}</a></li>' for topic in TOPICS * 4)
    head = f"<html lang=en><head><title>Terms of {name}</title></head><body><nav><ul>{menu}</ul></nav>"
    return f"{head}<main><h1>Terms of {name}</h1>{said}</main></body></html>".encode()


def megabytes() -> float:
    """Return the most memory that this process ever had."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


# The schedule


def hosts_of(documents: int, hosts: int, dice: random.Random) -> list[str]:
    """Return the host of each document: few hosts have many, most have few."""
    weights = [1 / (rank + 1) ** 0.5 for rank in range(hosts)]
    return [f"www.host{at}.example" for at in dice.choices(range(hosts), weights, k=documents)]


def schedule(where: Sequence[str], workers: int) -> dict:
    """Ask for every document by the scheduler of a crawl, and return how long it takes beside what it must."""
    dice, hosts = random.Random(1), Hosts(DELAY)
    agenda: HostQueue[int] = HostQueue(hosts)
    wanted = Counter(where)
    # Each host's robots.txt goes first.
    asked = [*wanted, *where]
    took = [dice.lognormvariate(*SECONDS) for _ in asked]
    began = time.process_time()
    for rank, host in enumerate(asked):
        agenda.add(Slot(host), rank, rank)
    now, out, done = 0.0, [], 0
    while done < len(asked):
        while len(out) < workers and (taken := agenda.take(now)):
            host, rank = taken
            heapq.heappush(out, (now + took[rank], rank, host))
        due = agenda.next_due() if len(out) < workers else None
        if out and (due is None or out[0][0] <= due):
            now, _, host = heapq.heappop(out)
            agenda.free(host)
            done += 1
        else:
            assert due is not None
            now = max(now, due)
    slowest = max(wanted.values()) * DELAY
    busy = sum(took) / workers
    return {
        "part": "schedule",
        "documents": len(where),
        "hosts": len(wanted),
        "workers": workers,
        "hours": round(now / 3600, 2),
        "hours_of_the_largest_host": round(slowest / 3600, 2),
        "hours_of_the_workers": round(busy / 3600, 2),
        "over_the_limit": round(now / max(slowest, busy) - 1, 3),
        "cpu_seconds": round(time.process_time() - began, 1),
        "megabytes": megabytes(),
    }


def shards(where: Sequence[str], count: int) -> dict:
    """Share the documents over *count* machines, and return the schedule of the one that takes longest."""
    documents = [Document("s", str(at), (Page(f"https://{host}/"),)) for at, host in enumerate(where)]
    began = time.process_time()
    parts = [Shard(number + 1, count).of(documents, documents) for number in range(count)]
    seconds = time.process_time() - began
    found = [schedule([where[int(each.slug)] for each in part], 16) for part in parts]
    longest = max(found, key=lambda each: each["hours"])
    sizes = [len(part) for part in parts]
    return {"part": "shards", "machines": count, "sizes": sizes, "hours": longest["hours"], "cpu": round(seconds, 1)}


# The work


def nights(folder: Path, where: Sequence[str], clauses: int = 60, *, bounded: bool = True) -> Iterator[dict]:
    """Take documents through three nights into an archive, and yield what each night took.

    Args:
        folder: Emptied, and worked in.
        where: The host of each document.
        clauses: So many in each.
        bounded: Pages are read in a child, as a crawl does it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    documents = [
        Document(host.split(".")[1], f"d{at}", (Page(f"https://{host}/{at}", select=("main",)),))
        for at, host in enumerate(where)
    ]
    revised: set[str] = set()
    at = START

    def fetch_all(requests: Sequence[Request]) -> Iterator[tuple[Request, Snapshot]]:
        for request in requests:
            # Made when they are asked for: the memory that is measured is the crawl's.
            dice = random.Random(request.page.url)
            said = text(dice, clauses)
            body = html(edited(said, dice) if request.page.url in revised else said, request.page.url)
            yield request, Snapshot(request.page.url, at, 200, body, {"content-type": "text/html"}, (request.page.url,))

    for night, changes in (("all new", 0), ("none changed", 0), ("one in fifty changed", 50)):
        if changes:
            revised.update(document.pages[0].url for document in documents[::changes])
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        reader = Worker() if bounded else nullcontext(call_directly)
        with Writer(folder / "tostrack.db", folder / "snapshots", now=START) as writer, reader as call:
            clock = at
            outcomes = Counter(
                each.outcome.value
                for each in crawl.crawl(documents, writer, fetch_all, lambda: clock, call=call)  # noqa: B023
            )
        seconds, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        yield {
            "part": "night",
            "night": night,
            "documents": len(documents),
            "clauses": clauses,
            "bounded": bounded,
            "outcomes": dict(outcomes),
            "seconds": round(seconds, 1),
            "ms_a_document": round(1000 * seconds / len(documents), 2),
            "cpu_ms_a_document": round(1000 * cpu / len(documents), 2),
            "cpu_seconds_of_readers_so_far": round(children.ru_utime + children.ru_stime, 1),
            "database_bytes_a_document": round((folder / "tostrack.db").stat().st_size / len(documents)),
            "captures_bytes_a_document": round(
                sum(path.stat().st_size for path in folder.rglob("*.gz")) / len(documents)
            ),
            "megabytes": megabytes(),
        }
        at += timedelta(days=1)


def pages(most: int) -> Iterator[dict]:
    """Read real captures, where the corpus lies beside the repository, and yield what one takes."""
    try:
        corpus = series.load()
    except SystemExit as skipped:
        print(skipped, file=sys.stderr)
        return
    # The last capture of each document: long series do not count for more.
    captures = [found[-1] for found in corpus.docs.values() if "html" in found[-1]["content_type"]]
    sizes, took, failed = [], 0.0, 0
    for capture in random.Random(4).sample(captures, min(most, len(captures))):
        document, answer = series.declared(corpus, capture), series.snapshot(capture, corpus.body(capture["body"]))
        sizes.append(len(gzip.compress(answer.body, 9)))
        began = time.process_time()
        try:
            comparison.read_version(document_text.extract_text(document, {0: answer}))
        except DocumentError:
            failed += 1
        took += time.process_time() - began
    yield {
        "part": "pages",
        "captures": len(sizes),
        "without_text": failed,
        "capture_bytes": round(sum(sizes) / len(sizes)),
        "cpu_ms_to_read_one": round(1000 * took / len(sizes), 2),
    }


def merged(folder: Path, whole: Path) -> Iterator[dict]:
    """Merge the archive in *folder* into an empty one, again after a later check of each document, and once more."""
    shutil.rmtree(whole, ignore_errors=True)
    with Writer(whole / "tostrack.db", whole / "snapshots", now=START) as writer:
        for name in ("all", "a later check of each", "nothing"):
            if name.startswith("a later"):
                with closing(sqlite3.connect(folder / "tostrack.db")) as connection, connection:
                    connection.execute("UPDATE documents SET checked_at = '2025-01-01T03:00:00Z'")
            began = time.perf_counter()
            found = Counter(each.outcome for each in merge(writer, folder / "tostrack.db", folder / "snapshots"))
            seconds = time.perf_counter() - began
            each = round(1000 * seconds / found.total(), 2)
            yield {"part": "merge", "brings": name, "outcomes": dict(found), "ms_a_document": each}


# Old versions judged again


def judged(texts: list[str], _: Call) -> Counter:
    """Return how often each verdict is given to the changes of one document; what the pool and dask work on."""
    readings = [comparison.read_version(each) for each in texts]
    return Counter(
        comparison.compare_readings(
            readings[at - 1], readings[at], readings[max(0, at - 9) : at - 1][::-1]
        ).verdict.value
        for at in range(1, len(readings))
    )


def histories(versions: int, each: int) -> Iterator[tuple[str, list[str]]]:
    """Yield documents of *each* versions, together so many, made as they are asked for."""
    for number in range(versions // each):
        dice = random.Random(number)
        clauses, found = text(dice), []
        for _ in range(each):
            found.append("\n\n".join(clauses) + "\n")
            clauses = edited(clauses, dice)
        yield f"document {number}", found


def analysis(versions: int, name: str, spread: Executor, processes: int) -> tuple[dict, Counter]:
    began, used, counts = time.perf_counter(), time.process_time(), Counter()
    for _, found in spread(judged, histories(versions, 50)):
        counts += found
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    return {
        "part": "analysis",
        "where": name,
        "processes": processes,
        "versions": versions,
        "seconds": round(seconds, 1),
        "ms_a_version": round(1000 * seconds / versions, 2),
        "cpu_ms_a_version_in_this_process": round(1000 * cpu / versions, 2),
        "load": round(os.getloadavg()[0], 1),
    }, counts


def analyses(versions: int, processes: int) -> Iterator[dict]:
    """Judge the same versions in one process, on the pool and on dask, and yield what each took."""
    alone, counts = analysis(versions, "one process", HERE, 1)
    yield alone
    with PoolExecutor(processes) as pool:
        list(pool(judged, histories(50 * processes, 50)))  # the processes start
        found, same = analysis(versions, "pool", pool, processes)
    yield {**found, "speed_up": round(alone["seconds"] / found["seconds"], 2), "agrees": same == counts}
    try:
        from distributed import LocalCluster
    except ImportError:
        return
    with (
        LocalCluster(n_workers=processes, threads_per_worker=1, dashboard_address="127.0.0.1:0") as machines,
        ClusterExecutor(machines.scheduler_address) as cluster,
    ):
        list(cluster(judged, histories(50 * processes, 50)))
        found, same = analysis(versions, "dask", cluster, processes)
    yield {**found, "speed_up": round(alone["seconds"] / found["seconds"], 2), "agrees": same == counts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--hosts", type=int, default=10_000)
    parser.add_argument("--stored", type=int, default=2_000)
    parser.add_argument("--clauses", type=int, choices=range(1, 61), default=60, metavar="1-60")
    parser.add_argument("--here", action="store_true", help="Read pages in this process, without bounds.")
    parser.add_argument("--versions", type=int, default=5_000)
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    wanted = parser.parse_args()
    where = hosts_of(wanted.documents, wanted.hosts, random.Random(0))
    for workers in (16, 64):
        print(json.dumps(schedule(where, workers)), flush=True)
    print(json.dumps(shards(where, 4)), flush=True)
    if wanted.stored:
        stored = random.Random(3).sample(where, wanted.stored)
        for line in nights(wanted.out / "archive", stored, wanted.clauses, bounded=not wanted.here):
            print(json.dumps(line), flush=True)
        for line in pages(wanted.stored):
            print(json.dumps(line), flush=True)
        for line in merged(wanted.out / "archive", wanted.out / "whole"):
            print(json.dumps(line), flush=True)
    if wanted.versions:
        for line in analyses(wanted.versions, wanted.processes):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
