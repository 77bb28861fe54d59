"""How the cost of each stage grows with the size of a text, on ten kinds of text that are made to be hard.

    python benchmarks/growth.py [--kinds K...] [--stages S...] [--sizes 64 256 1024] [--limit 60]
    python benchmarks/growth.py --beside-git [--kinds K...] [--sizes 2048]

Each kind is a pair of texts, harmless and made from a seed. For each stage and kind: CPU seconds at each size, the
exponent of its growth between the smallest and the largest, and whether it is at most 1.2. A stage that takes longer
than the limit is ended and reported as over it. Ends with 1 when an exponent or a limit is exceeded.

With ``--beside-git``, the whole decision as a crawl makes it: in the bounded process, both texts split, compared,
judged, flagged, its answer read back. CPU seconds of that process, its ratio to ``git diff --word-diff`` of the same
texts, both with their start, and its peak memory; ends with 1 above 40 times git or above 300 MB.
"""

import argparse
import itertools
import math
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

#: An exponent above it is a stage whose cost a page can drive up.
MOST = 1.2
#: What the decision on two texts of 2 MB may cost: times git's word diff, and megabytes.
MOST_TIMES, MOST_MEGABYTES = 40, 300
WORDS = (
    "service content account notice licence purpose partner party data consent region device user fee order claim "
    "right term period month year request access share sell process store use grant limit change delete keep send "
    "receive the of and to in you your or we our for that this with are is any by as may not must shall will"
).split()
MONTHS = "January February March April May June July August September October November December".split()


def sentence(chance: random.Random, words: int = 14) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."


def filled(size: int, parts: Iterator[str], between: str = "\n\n") -> str:
    found, length = [], 0
    while length < size:
        found.append(next(parts))
        length += len(found[-1]) + len(between)
    return between.join(found) + "\n"


def numbered(size: int, chance: random.Random) -> tuple[str, str]:
    body = sentence(chance, 30)
    return tuple(filled(size, (f"{number + shift}. {body}" for number in count(1))) for shift in (0, 1))


def dates(size: int, chance: random.Random) -> tuple[str, str]:
    def parts() -> Iterator[str]:
        while True:
            yield f"{chance.randint(1, 28)} {chance.choice(MONTHS)} {chance.randint(1990, 2040)}"

    return filled(size, parts(), ", "), filled(size, parts(), ", ")


def long_words(size: int, chance: random.Random) -> tuple[str, str]:
    letters = "abcdefghijklmnopqrstuvwxyz"

    def parts() -> Iterator[str]:
        while True:
            yield "".join(chance.choices(letters, k=4000))

    return filled(size, parts(), " "), filled(size, parts(), " ")


def nested(size: int, chance: random.Random) -> tuple[str, str]:
    def parts() -> Iterator[str]:
        for number in count():
            yield "  " * (number % 40) + f"- {sentence(chance, 8)}"

    return filled(size, parts(), "\n"), filled(size, parts(), "\n")


def one_line(size: int, chance: random.Random) -> tuple[str, str]:
    def parts() -> Iterator[str]:
        while True:
            yield sentence(chance)

    return filled(size, parts(), " "), filled(size, parts(), " ")


def repeated(size: int, chance: random.Random) -> tuple[str, str]:
    del chance
    return "the same " * (size // 9) + "\n", "the same " * (size // 9) + "same the\n"


def unrelated(size: int, chance: random.Random) -> tuple[str, str]:
    def parts(words: list[str]) -> Iterator[str]:
        while True:
            yield " ".join(chance.choice(words) for _ in range(chance.randint(8, 60)))

    other = ["".join(chance.choices("bcdfghklmnprstvw", k=6)) for _ in range(3000)]
    return filled(size, parts(WORDS)), filled(size, parts(other))


def near_equal(size: int, chance: random.Random) -> tuple[str, str]:
    def parts() -> Iterator[str]:
        while True:
            yield sentence(chance, 40)

    old = filled(size, parts())
    lines = old.split("\n\n")
    for place in range(0, len(lines), 3):
        words = lines[place].split()
        words[chance.randrange(len(words))] = chance.choice(WORDS)
        lines[place] = " ".join(words)
    return old, "\n\n".join(lines)


def tables(size: int, chance: random.Random) -> tuple[str, str]:
    def parts() -> Iterator[str]:
        yield "| a | b | c | d |"
        yield "| --- | --- | --- | --- |"
        while True:
            yield "| " + " | ".join(f"{chance.choice(WORDS)} {chance.randint(1, 90)} days" for _ in range(4)) + " |"

    return filled(size, parts(), "\n"), filled(size, parts(), "\n")


def links(size: int, chance: random.Random) -> tuple[str, str]:
    def parts() -> Iterator[str]:
        while True:
            words = chance.choice(WORDS)
            yield f"[{words} [{words}](https://acme.example/{chance.randint(1, 9999)}?a=[{words}"

    return filled(size, parts(), " "), filled(size, parts(), " ")


KINDS: dict[str, Callable[[int, random.Random], tuple[str, str]]] = {
    "numbered": numbered,
    "dates": dates,
    "long-words": long_words,
    "nested": nested,
    "one-line": one_line,
    "repeated": repeated,
    "unrelated": unrelated,
    "near-equal": near_equal,
    "tables": tables,
    "links": links,
}


def split(old: str, new: str) -> Callable[[], object]:
    from tostrack.analysis.comparison import read_version

    return lambda: (read_version(old), read_version(new))


def quality(old: str, new: str) -> Callable[[], object]:
    from tostrack.extraction.quality import classify_suspect

    return lambda: classify_suspect(new, previous=old)


def differ(old: str, new: str) -> Callable[[], object]:
    from tostrack.analysis.comparison import read_version
    from tostrack.analysis.diff import diff

    a, b = read_version(old), read_version(new)
    return lambda: diff(a.clauses, b.clauses)


def decide(old: str, new: str) -> Callable[[], object]:
    from tostrack.analysis import decision
    from tostrack.analysis.comparison import read_version

    a, b = read_version(old), read_version(new)
    return lambda: decision.decide(decision.History((decision.HistoryEntry(a, True),)), b)


def stated_dates(old: str, new: str) -> Callable[[], object]:
    from tostrack.analysis.comparison import read_version
    from tostrack.analysis.facts import compare_document_dates

    a, b = read_version(old), read_version(new)
    return lambda: compare_document_dates(a, b)


def flags(old: str, new: str) -> Callable[[], object]:
    from tostrack.analysis.comparison import flag_clauses, read_version
    from tostrack.analysis.flags import SHIPPED

    del old
    b = read_version(new)
    return lambda: flag_clauses(b.clauses, SHIPPED)


def facts(old: str, new: str) -> Callable[[], object]:
    from tostrack.analysis.comparison import read_version
    from tostrack.analysis.diff import diff
    from tostrack.analysis.facts import find_facts

    a, b = read_version(old), read_version(new)
    hunks = diff(a.clauses, b.clauses)
    return lambda: find_facts(hunks)


def extraction(old: str, new: str) -> Callable[[], object]:
    import html

    from tostrack.extraction import extract

    del old
    body = "".join(f"<p>{html.escape(part)}</p>" for part in new.split("\n\n"))
    page = f"<!doctype html><title>Terms</title><main><h1>Terms</h1>{body}</main>".encode()
    return lambda: extract(page, url="https://acme.example/terms", select=("main",))


STAGES: dict[str, Callable[[str, str], Callable[[], object]]] = {
    "split": split,
    "quality": quality,
    "diff": differ,
    "decide": decide,
    "dates": stated_dates,
    "facts": facts,
    "flags": flags,
    "extract": extraction,
}


def measure(kind: str, stage: str, kilobytes: int) -> float:
    """Return the CPU seconds of one call, in this process."""
    import time

    run = STAGES[stage](*KINDS[kind](kilobytes << 10, random.Random(kind)))
    start = time.process_time()
    run()
    return time.process_time() - start


def measure_apart(kind: str, stage: str, kilobytes: int, limit: float) -> tuple[float, float]:
    """Return the CPU seconds and the peak megabytes of one call in a process of its own; infinite over the limit."""
    command = [sys.executable, __file__, "--one", kind, stage, str(kilobytes)]
    cpu = int(limit) + 20

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))

    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=bound)
    if done.returncode:
        return math.inf, math.inf
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def decide_bounded(kind: str, kilobytes: int) -> None:
    """Print the CPU seconds and peak megabytes of the bounded process that decides on a pair, and why it gave up."""
    from tostrack.analysis import recorded
    from tostrack.analysis.flags import SHIPPED
    from tostrack.errors import ExtractError
    from tostrack.models import Version
    from tostrack.sandbox import Worker

    old, new = KINDS[kind](kilobytes << 10, random.Random(kind))
    why = ""
    with Worker() as call:
        try:
            call(recorded.judge_recorded, (recorded.PastText(Version(old), notified=True),), Version(new), SHIPPED)
        except ExtractError as error:
            why = str(error)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, why)


def diff_by_git(kind: str, kilobytes: int) -> float:
    """Return the CPU seconds of git's word diff of a pair, the least of three."""
    from tostrack.importers.git_repository import clean_environment

    best = math.inf
    with tempfile.TemporaryDirectory() as folder:
        for name, text in zip(("old.md", "new.md"), KINDS[kind](kilobytes << 10, random.Random(kind)), strict=True):
            Path(folder, name).write_text(text)
        command = ["git", "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--word-diff", "old.md", "new.md"]
        for _ in range(3):
            start = resource.getrusage(resource.RUSAGE_CHILDREN)
            environment = clean_environment(Path(folder))
            subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
            end = resource.getrusage(resource.RUSAGE_CHILDREN)
            best = min(best, end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime)
    return best


def stand_beside_git(kinds: list[str], sizes: list[int]) -> bool:
    """Print what deciding on each pair costs beside git; return whether any is beyond what it may cost."""
    print(f"{'kind':12}{'kB':>6}{'git s':>8}{'ours s':>8}{'times':>8}{'MB':>6}")
    bad = False
    for kind, size in itertools.product(kinds, sizes):
        command = [sys.executable, __file__, "--bounded", kind, str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, megabytes, *why = done.stdout.split(maxsplit=2)
        git = diff_by_git(kind, size)
        times = float(seconds) / git
        over = times > MOST_TIMES or float(megabytes) > MOST_MEGABYTES
        bad |= over
        print(
            f"{kind:12}{size:>6}{git:>8.2f}{float(seconds):>8.2f}{times:>8.1f}{float(megabytes):>6.0f}"
            f"{'  OVER' if over else ''}  {' '.join(why).strip()}",
            flush=True,
        )
    return bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--sizes", nargs="+", type=int, help="kilobytes, ascending (64 256 1024; 2048 beside git)")
    parser.add_argument("--limit", type=float, default=60, help="CPU seconds of one call")
    parser.add_argument("--beside-git", action="store_true", help="the whole decision, beside git's word diff")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--bounded", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bounded:
        decide_bounded(given.bounded[0], int(given.bounded[1]))
        return
    if given.beside_git:
        sys.exit(stand_beside_git(given.kinds, given.sizes or [2048]))
    given.sizes = given.sizes or [64, 256, 1024]
    if given.one:
        kind, stage, size = given.one
        seconds = measure(kind, stage, int(size))
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    bad = 0
    print(f"{'stage':10}{'kind':12}" + "".join(f"{size:>8} kB" for size in given.sizes) + "  exponent   peak MB")
    for stage in given.stages:
        for kind in given.kinds:
            found = [measure_apart(kind, stage, size, given.limit) for size in given.sizes]
            seconds = [each[0] for each in found]
            # What takes less than a hundredth of a second is measured too coarsely to say how it grows.
            first = max(seconds[0], 0.01)
            exponent = math.log(max(seconds[-1], 0.01) / first) / math.log(given.sizes[-1] / given.sizes[0])
            over = exponent > MOST or math.isinf(seconds[-1])
            bad += over
            print(
                f"{stage:10}{kind:12}"
                + "".join(f"{value:>11.2f}" for value in seconds)
                + f"{exponent:>10.2f}{found[-1][1]:>10.0f}{'  OVER' if over else ''}",
                flush=True,
            )
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
