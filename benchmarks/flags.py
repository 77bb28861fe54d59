"""How well the flags fit clauses that people labelled: precision, recall, F1, polarity, cost and the worst errors.

    python benchmarks/flags.py [--errors N] [--polarity] [--support]

Needs the labelled clauses in the folder that TOSTRACK_SHARED names (or ``../shared`` beside the repository). A third of
the services, by hash, was set aside while the first rules were written, and stands beside the others. Their errors were
read later, so no figure here is one on texts never seen: `text_labels.py` shows those, as the rules first answered.
``--support`` prints in how many services each pattern finds something too (`flag_support.py`; a minute).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

from tostrack.analysis.flags import flag
from tostrack.models import Flag

TOPICS = ("licensing", "advertising", "sharing")
#: One company under two names is one group: near-identical texts must not stand on both sides.
SAME_COMPANY = {"x": "twitter"}


def shared() -> Path | None:
    """Return the folder with the labelled clauses, if there is one."""
    path = Path(os.environ.get("TOSTRACK_SHARED") or Path(__file__).parents[2] / "shared")
    return path if (path / "benchmarks").is_dir() else None


def group(clause: dict) -> str:
    """Return the company that a clause belongs to."""
    service = clause["service"].lower()
    return SAME_COMPANY.get(service, service)


def held(clause: dict) -> bool:
    """Return whether the clause is of a service that was set aside."""
    return int(hashlib.sha256(f"1:{group(clause)}".encode()).hexdigest(), 16) % 3 == 0


def load(folder: Path, name: str) -> list[dict]:
    """Return the labelled clauses of the ``reading`` or the ``tosdr`` part."""
    with gzip.open(folder / "benchmarks" / f"clauses-{name}-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def as_text(clause: dict) -> str:
    """Return the clause as `flag` takes it: under its lead-in, where it has one."""
    lead = clause.get("context", "").strip()
    return f"{lead}\n{clause['text']}" if lead.endswith(":") else clause["text"]


def polarity(flags: list[Flag], topic: str) -> str:
    """Return what the clause as a whole says of *topic*: something permitted outweighs the rest."""
    said = {found.polarity for found in flags if found.topic == topic}
    return next((word for word in ("permits", "restricts", "mentions") if word in said), "")


def figures(true: int, false: int, missed: int) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    precision = true / (true + false) if true + false else 0.0
    recall = true / (true + missed) if true + missed else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(clauses: list[dict], found: list[list[Flag]]) -> dict[str, tuple[int, int, int]]:
    """Return true, false and missed by topic, and for ``restricts`` among the true ones."""
    counts: dict[str, Counter] = {topic: Counter() for topic in (*TOPICS, "restricts")}
    for clause, flags in zip(clauses, found, strict=True):
        for topic in TOPICS:
            if topic in clause["optional"]:
                continue
            gold, said = topic in clause["topics"], polarity(flags, topic)
            counts[topic][(gold, bool(said))] += 1
            if gold and said:
                counts["restricts"][(clause["polarity"].get(topic) == "restricts", said == "restricts")] += 1
    return {key: (c[(True, True)], c[(False, True)], c[(True, False)]) for key, c in counts.items()}


def report(name: str, clauses: list[dict], found: list[list[Flag]]) -> None:
    """Print the score of all clauses, of the services the rules were written on, and of those set aside."""
    aside = [held(clause) for clause in clauses]
    parts = {
        "all": range(len(clauses)),
        "development": [at for at, out in enumerate(aside) if not out],
        "set aside": [at for at, out in enumerate(aside) if out],
    }
    scores = {
        part: score([clauses[at] for at in places], [found[at] for at in places]) for part, places in parts.items()
    }
    print(f"{name}: P, R, F1 (right, false, missed)")
    print(f"  {'':<12}" + "".join(f"{f'{part}: {len(places)} clauses':<38}" for part, places in parts.items()))
    for topic in scores["all"]:
        cells = []
        for counts in (scores[part][topic] for part in parts):
            precision, recall, f1 = figures(*counts)
            cells.append(f"{f'{precision:.3f} {recall:.3f} {f1:.3f}  {counts}':<38}")
        print(f"  {topic:<12}" + "".join(cells).rstrip())


def errors(clauses: list[dict], found: list[list[Flag]]) -> list[str]:
    """Return each error as one line of text, false flags with the rule that made them."""
    lines = []
    for clause, flags in zip(clauses, found, strict=True):
        for topic in TOPICS:
            if topic in clause["optional"]:
                continue
            gold, said = topic in clause["topics"], polarity(flags, topic)
            if gold != bool(said):
                rules = "; ".join(f"{f.rule}: {f.quote}" for f in flags if f.topic == topic)
                kind = f"FALSE [{rules}]" if said else "MISSED"
                lines.append(f"{topic} {kind} {clause['id']}\n    {as_text(clause)!r}")
    return lines


def polarity_errors(clauses: list[dict], found: list[list[Flag]]) -> list[str]:
    lines = []
    for clause, flags in zip(clauses, found, strict=True):
        for topic in TOPICS:
            gold, said = clause["polarity"].get(topic, ""), polarity(flags, topic)
            scored = topic in clause["topics"] and topic not in clause["optional"]
            if scored and said and (gold == "restricts") != (said == "restricts"):
                rules = "; ".join(f"{f.polarity} {f.rule}: {f.quote}" for f in flags if f.topic == topic)
                lines.append(f"{topic} is {gold}, said {said} [{rules}] {clause['id']}\n    {as_text(clause)!r}")
    return lines


def cost(clauses: list[dict]) -> float:
    texts = [as_text(clause) for clause in clauses]
    started = time.process_time()
    for text in texts:
        flag(text)
    return (time.process_time() - started) / len(texts) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=0, help="print so many errors of each part")
    parser.add_argument("--polarity", action="store_true", help="print the errors of polarity")
    parser.add_argument(
        "--support", action="store_true", help="print in how many services each pattern finds something"
    )
    arguments = parser.parse_args()
    folder = shared()
    if folder is None:
        print("no labelled clauses here: set TOSTRACK_SHARED", file=sys.stderr)
        return 0
    flag("We share data.")  # the rules are read once
    for name in ("reading", "tosdr"):
        clauses = load(folder, name)
        found = [flag(as_text(clause)) for clause in clauses]
        costs = sorted(cost(clauses) for _ in range(7))
        report(name, clauses, found)
        whole = [at for at, clause in enumerate(clauses) if clause.get("sampling") == "full"]
        if whole:
            report(f"{name}, whole documents", [clauses[at] for at in whole], [found[at] for at in whole])
        print(f"  CPU seconds per 1,000 clauses: least {costs[0]:.3f}, median {costs[3]:.3f} of 7")
        for line in errors(clauses, found)[: arguments.errors]:
            print(line)
        if arguments.polarity:
            print("\n".join(polarity_errors(clauses, found)))
    if arguments.support:
        import flag_support  # lazy: it imports this module

        flag_support.report(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
