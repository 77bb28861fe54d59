"""What `compare` costs on real pairs of consecutive versions, beside other differs, in one run.

    python benchmarks/diff_speed.py [--pairs 200]  pairs of 10 to 500 kB: p50, p95 and max of CPU milliseconds
    python benchmarks/diff_speed.py --growth       texts rewritten sentence by sentence, and 5 MB against 5 MB unrelated

`compare` splits, aligns, finds the words, judges, finds the facts and flags, with clauses' flags as the archive keeps
them and nothing else remembered; `readings` is the same for texts that are split already, as those of an archive are.
A pair's figure is the least of three runs. The pairs are the peers' recorded versions in the replay corpus: the folder
that TOSTRACK_SHARED names, or ``../shared`` beside the repository.
"""

from __future__ import annotations

import argparse
import difflib
import functools
import gc
import itertools
import math
import random
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import series
from diff_match_patch import diff_match_patch

from tostrack.analysis.comparison import compare, compare_readings, flag_clauses, read_version
from tostrack.analysis.flags import SHIPPED
from tostrack.importers.git_repository import clean_environment

RUNS = 3
LEAST, MOST = 10_000, 500_000


def pairs(number: int) -> list[tuple[str, str]]:
    """Return the sampled pairs: the same ones every time."""
    corpus = series.load()
    found = []
    for captures in corpus.docs.values():
        bodies = [capture["peer_markdown"] for capture in captures if capture.get("peer_markdown")]
        found += [pair for pair in itertools.pairwise(bodies) if pair[0] != pair[1]]
    random.Random(5).shuffle(found)
    texts = (tuple(corpus.body(body).decode() for body in pair) for pair in found)
    sized = (pair for pair in texts if LEAST <= max(map(len, pair)) <= MOST)
    return list(itertools.islice(sized, number))


@functools.cache
def read_once() -> None:
    """Show of what type a function is that remembers."""


def remembered() -> list:
    """Return what remembers clauses from one run to the next; flags stay, as in the archive."""
    found = [one for one in gc.get_objects() if type(one) is type(read_once)]
    kept = ("_remembered", "shipped_weights")
    return [one for one in found if (one.__module__ or "").startswith("tostrack.") and one.__name__ not in kept]


def cpu(work: Callable[[], object], caches: list) -> float:
    """Return the least CPU seconds of *work*, each time from cold caches."""
    best = math.inf
    for _ in range(RUNS):
        for cache in caches:
            cache.cache_clear()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def git(folder: Path, old: str, new: str) -> float:
    """Return what ``git diff --no-index --word-diff`` costs, its process included."""
    (folder / "old.md").write_text(old)
    (folder / "new.md").write_text(new)
    best = math.inf
    for _ in range(RUNS):
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["git", "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--word-diff", "old.md", "new.md"]
        subprocess.run(command, cwd=folder, env=clean_environment(folder), stdout=subprocess.DEVNULL, check=False)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime)
    return best


def characters(old: str, new: str) -> None:
    """Run plain diff-match-patch with its clock of a second."""
    differ = diff_match_patch()
    edits = differ.diff_main(old, new)
    differ.diff_cleanupSemantic(edits)


def table(chosen: list[tuple[str, str]]) -> None:
    caches = remembered()
    times: dict[str, list[float]] = {name: [] for name in ("git", "compare", "readings", "difflib", "dmp")}
    with tempfile.TemporaryDirectory() as folder:
        for old, new in chosen:
            before, after = read_version(old), read_version(new)
            flag_clauses((*before.clauses, *after.clauses), SHIPPED)
            lines = old.splitlines(), new.splitlines()
            times["git"].append(git(Path(folder), old, new))
            times["compare"].append(cpu(lambda o=old, n=new: compare(o, n), caches))
            times["readings"].append(cpu(lambda b=before, a=after: compare_readings(b, a), caches))
            times["difflib"].append(cpu(lambda two=lines: list(difflib.unified_diff(*two)), caches))
            times["dmp"].append(cpu(lambda o=old, n=new: characters(o, n), caches))
    base = _figures(times["git"])
    for name, values in times.items():
        figures = _figures(values)
        shown = "  ".join(
            f"{label} {figure * 1e3:8.1f} ms {figure / git:6.1f}x"
            for label, figure, git in zip(("p50", "p95", "max"), figures, base, strict=True)
        )
        print(f"{name:10} {shown}")


def _figures(values: list[float]) -> tuple[float, float, float]:
    cuts = statistics.quantiles(values, n=20)
    return cuts[9], cuts[18], max(values)


WORDS = "we you may will share use keep data photos account service partners law consent notice days months fee".split()


def rewritten(size: int, seed: int) -> str:
    """Return a text of *size* characters in clauses of three sentences, from a seed."""
    source = random.Random(seed)
    names = [*WORDS, *(f"term{number}" for number in range(2_000))]
    clauses = []
    left = size
    while left > 0:
        sentences = [" ".join(source.choices(names, k=12)).capitalize() + "." for _ in range(3)]
        clauses.append(" ".join(sentences))
        left -= len(clauses[-1]) + 2
    return "\n\n".join(clauses)


def edited(text: str, seed: int) -> str:
    """Return *text* with a word in six replaced."""
    source = random.Random(seed)
    return " ".join(source.choice(WORDS) if source.random() < 1 / 6 else word for word in text.split(" "))


def growth() -> None:
    caches = remembered()
    sizes = (250_000, 1_000_000, 4_000_000)
    seconds = []
    for size in sizes:
        old = rewritten(size, 1)
        new = edited(old, 2)
        seconds.append(cpu(lambda o=old, n=new: compare(o, n), caches))
        print(f"{size / 1e6:5.2f} MB rewritten: {seconds[-1]:6.2f} s CPU")
    for (small, large), (less, more) in zip(itertools.pairwise(sizes), itertools.pairwise(seconds), strict=True):
        print(f"exponent from {small / 1e6} to {large / 1e6} MB: {math.log(more / less) / math.log(large / small):.2f}")
    old, new = rewritten(5_000_000, 3), rewritten(5_000_000, 4)
    print(f"5 MB unrelated: {cpu(lambda: compare(old, new), caches):6.2f} s CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=200, help="how many pairs")
    parser.add_argument("--growth", action="store_true", help="how the cost grows with the text")
    options = parser.parse_args()
    if options.growth:
        growth()
    else:
        table(pairs(options.pairs))


if __name__ == "__main__":
    main()
