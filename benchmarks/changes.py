"""Does it speak only when it matters: precision and recall of alerts on labelled pairs, and what it costs.

    python benchmarks/changes.py [--part work|held|all|none] [--errors work|held|all|none] [--labels] [--time]

Needs the labelled pairs in the folder that TOSTRACK_SHARED names (or ``../shared`` beside the repository). A third of
the documents, by hash, was set aside while the rules were written (``held``), and read last: docs/judgement.md has
what was said before. Uncertain pairs are left out; an alert is a verdict `substantive`. ``--labels`` adds the pairs
that were drawn and read for this repository (`labels/README.md`): of each round, what was said before it was read,
and what is said now.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tostrack import clauses, extract
from tostrack.analysis.comparison import compare
from tostrack.analysis.verdict import normal_form, wording_rules
from tostrack.importers.git_repository import clean_environment
from tostrack.models import VERDICT_OF, Change, Verdict, Version, from_iso

#: What simple rules reach on all the pairs (see the notes beside the benchmark), to compare with.
BASELINES = {"alert on everything": (0.354, 1.0), "returns muted, text normalised, a new sentence": (0.581, 0.980)}
#: A timing is the least of so many runs.
RUNS = 5
#: What remembers clauses from one run to the next.
CACHED = (clauses.plain, clauses.canonical_text, normal_form.normal, normal_form.spelled, wording_rules.plainest)


@dataclass(frozen=True)
class Case:
    """One labelled pair and what the product says of it."""

    pair: dict
    change: Change

    @property
    def matters(self) -> bool:
        return self.pair["label"] == "substantive"

    @property
    def told(self) -> bool:
        return self.change.verdict is Verdict.SUBSTANTIVE


def shared() -> Path | None:
    """Return the folder with the labelled pairs, if there is one."""
    path = Path(os.environ.get("TOSTRACK_SHARED") or Path(__file__).parents[2] / "shared")
    return path if (path / "benchmarks" / "changes-dev.jsonl.gz").is_file() else None


def held(pair: dict) -> bool:
    """Return whether the pair is of a document that was set aside."""
    return int(hashlib.sha256(f"{pair['service']}/{pair['doc']}".encode()).hexdigest(), 16) % 3 == 0


def labelled(folder: Path) -> list[dict]:
    """Return the certain pairs of `labels/changes.jsonl` with their texts."""
    sys.path.insert(0, str(folder / "replay"))
    from replay_server import Corpus

    corpus = Corpus(str(folder / "replay"))
    with gzip.open(folder / "benchmarks" / "changes-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        pairs = {pair["id"]: pair for pair in map(json.loads, lines)}
    found = []
    for line in (Path(__file__).parent / "labels" / "changes.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label["uncertain"]:
            continue
        text = _texts_of(pairs[label["pair"]]) if "pair" in label else _READ[label.get("read", "")](corpus)
        texts = {
            "prev_text": text(label["prev"]),
            "next_text": text(label["next"]),
            "earlier_texts": [text(body) for body in label["earlier"]],
        }
        found.append(label | texts | {"stratum": f"round {label.get('round', 0)}", "id": label["next"]})
    return found


#: How a body of the corpus is read: it is the peer's Markdown, or our extraction's of a whole page or of its main text.
_READ: dict[str, Callable[..., Callable[[str], str]]] = {
    "": lambda corpus: lambda body: corpus.body(body).decode(),
    "page": lambda corpus: lambda body: extract(corpus.body(body), select="body"),
    "text": lambda corpus: lambda body: extract(corpus.body(body)),
}


def _texts_of(pair: dict) -> Callable[[str], str]:
    texts = {
        hashlib.sha256(text.encode()).hexdigest()[:20]: text for text in [pair["prev_text"], *pair["earlier_texts"]]
    }
    return texts.__getitem__


def interval(hits: int, of: int) -> str:
    """Return a share with its 95 % interval (Wilson)."""
    if not of:
        return "-"
    share, z = hits / of, 1.96
    middle, half = share + z * z / (2 * of), z * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5
    low, high = ((middle + sign * half) / (1 + z * z / of) for sign in (-1, 1))
    return f"{share:.3f} ({low:.3f} to {high:.3f})"


def rounds(cases: list[Case]) -> None:
    """Print, of each round of reading, what was said before it was read and what is said now."""
    for name in sorted({case.pair["stratum"] for case in cases}):
        part = [case for case in cases if case.pair["stratum"] == name]
        said = [case.pair for case in part if VERDICT_OF.get(case.pair.get("said")) is Verdict.SUBSTANTIVE]
        matter = [case.pair for case in part if case.matters]
        if said:
            hits = sum(pair["label"] == "substantive" for pair in said)
            nothing = interval(len(said) - hits, len(part) - len(matter))
            print(f"{name} unread: precision {interval(hits, len(said))}  recall {interval(hits, len(matter))}")
            print(f"{name} unread: told of what is nothing {nothing}")
        _, _, hits, false, missed = scores(part)
        print(f"{name} now:    precision {interval(hits, hits + false)}  recall {interval(hits, hits + missed)}")


def load(folder: Path, part: str) -> list[dict]:
    """Return the certain pairs of the ``work``, ``held`` or ``all`` part."""
    with gzip.open(folder / "benchmarks" / "changes-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    return [pair for pair in pairs if not pair["uncertain"] and part in ("all", "held" if held(pair) else "work")]


def judged(pair: dict) -> Case:
    """Return the pair with what the product says of it."""
    old = Version(pair["prev_text"], from_iso(pair["date_prev"]))
    new = Version(pair["next_text"], from_iso(pair["date_next"]))
    earlier = [
        Version(text, from_iso(day)) for text, day in zip(pair["earlier_texts"], pair["earlier_dates"], strict=True)
    ]
    return Case(pair, compare(old, new, earlier))


def scores(cases: Iterable[Case]) -> tuple[float, float, int, int, int]:
    """Return precision, recall, hits, false alerts and misses."""
    cases = list(cases)
    hits = sum(case.told and case.matters for case in cases)
    false = sum(case.told and not case.matters for case in cases)
    missed = sum(case.matters and not case.told for case in cases)
    return hits / (hits + false or 1), hits / (hits + missed or 1), hits, false, missed


def report(name: str, cases: list[Case]) -> None:
    precision, recall, hits, false, missed = scores(cases)
    print(f"{name}: precision {precision:.3f}  recall {recall:.3f}   ({hits} hits, {false} false, {missed} missed)")
    strata = defaultdict(list)
    for case in cases:
        strata[case.pair["stratum"]].append(case)
    for stratum, part in sorted(strata.items(), key=lambda item: -len(item[1])):
        _, _, hits, false, missed = scores(part)
        matter = sum(case.matters for case in part)
        print(f"  {stratum:36} {len(part):3} pairs  {matter:3} matter  {hits:3} told  {false} false  {missed} missed")
    print("  reason by label:")
    table = Counter((case.change.reason.value, case.pair["label"]) for case in cases)
    for reason in sorted({reason for reason, _ in table}):
        row = "  ".join(f"{label} {table[reason, label]:2}" for label in ("substantive", "editorial", "noise"))
        print(f"    {reason:14} {row}")


def errors(cases: list[Case]) -> None:
    for case in cases:
        if case.told != case.matters:
            pair = case.pair
            kind = "MISSED" if case.matters else "FALSE "
            name = pair.get("path") or f"{pair['service']} / {pair['doc']}"
            print(f"{kind} {pair['id']} {name} {pair['date_next'][:10]} [{pair['stratum']}]")
            print(f"       labelled {pair['label']}: {pair['reason']}")
            print(f"       we say {case.change.reason}: {case.change.explanation}")


def cpu(work: Callable[[], object]) -> float:
    """Return the least CPU seconds of several runs of *work*, each from cold caches."""
    best = float("inf")
    for _ in range(RUNS):
        for cached in CACHED:
            cached.cache_clear()
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def git_seconds(folder: Path, old: str, new: str) -> float:
    """Return what ``git diff --no-index --word-diff`` costs on the pair, its process included."""
    (folder / "old.md").write_text(old)
    (folder / "new.md").write_text(new)
    command = ["git", "diff", "--no-index", "--no-ext-diff", "--no-textconv", "--word-diff", "old.md", "new.md"]

    def run() -> None:
        subprocess.run(command, cwd=folder, env=clean_environment(folder), stdout=subprocess.DEVNULL, check=False)

    best = float("inf")
    for _ in range(RUNS):
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        run()
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime)
    return best


def timing(pairs: list[dict]) -> None:
    """Print p50, p95 and max CPU of `compare` and of git on the same pairs."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        for pair in pairs:
            old, new = pair["prev_text"], pair["next_text"]
            ours.append(cpu(lambda old=old, new=new: compare(old, new)))
            theirs.append(git_seconds(Path(folder), old, new))
    for name, values in (("compare", ours), ("git --word-diff", theirs)):
        cuts = statistics.quantiles(values, n=20)
        print(f"{name:16} p50 {cuts[9] * 1e3:7.1f} ms  p95 {cuts[18] * 1e3:7.1f} ms  max {max(values) * 1e3:7.1f} ms")
    ratios = [statistics.quantiles(ours, n=20)[at] / statistics.quantiles(theirs, n=20)[at] for at in (9, 18)]
    print(f"ratio            p50 {ratios[0]:.1f}x  p95 {ratios[1]:.1f}x  max {max(ours) / max(theirs):.1f}x")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("work", "held", "all", "none"), default="all")
    parser.add_argument("--labels", action="store_true", help="also the pairs that were read for this repository")
    parser.add_argument("--errors", choices=("work", "held", "all", "none"), default="work")
    parser.add_argument("--time", action="store_true", help="also measure CPU against git diff --word-diff")
    options = parser.parse_args()
    folder = shared()
    if folder is None:
        print("changes-dev.jsonl.gz is not here: set TOSTRACK_SHARED to the folder that holds benchmarks/")
        return 0
    pairs = [] if options.part == "none" else load(folder, options.part)
    cases = [judged(pair) for pair in pairs]
    for name, (precision, recall) in BASELINES.items():
        print(f"baseline, {name}: precision {precision:.3f}  recall {recall:.3f}")
    for part in ("work", "held"):
        inside = [case for case in cases if held(case.pair) == (part == "held")]
        if inside:
            report(part, inside)
            if options.errors in (part, "all"):
                errors(inside)
    if options.labels:
        own = [judged(pair) for pair in labelled(folder)]
        rounds(own)
        if options.errors != "none":
            errors(own)
    if options.time:
        timing(pairs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
