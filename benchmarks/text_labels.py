"""How well the flags fit the clauses of recorded texts that were labelled blind (`labels/texts.jsonl`), by language.

    python benchmarks/text_labels.py [--errors]

Prints the score of the answers stored before the labels were made, and of today's. Needs TOSTRACK_SHARED.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from flags import TOPICS, figures, shared

from tostrack.analysis.flags import SHIPPED
from tostrack.clauses import plain, split_clauses
from tostrack.models import Clause

LABELS = Path(__file__).parent / "labels" / "texts.jsonl"


def clauses(folder: Path) -> dict[str, Clause]:
    """Return the clauses of the recorded texts by the hash of lead-in and words."""
    found = {}
    with gzip.open(folder / "benchmarks" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        for text in map(json.loads, lines):
            for clause in split_clauses(text["text"]):
                key = hashlib.sha256(f"{clause.lead}\n{plain(clause.text)}".encode()).hexdigest()[:16]
                found[key] = clause
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print what is found wrongly or missed today")
    arguments = parser.parse_args()
    folder = shared()
    if folder is None:
        print("no texts here: set TOSTRACK_SHARED", file=sys.stderr)
        return 0
    texts = clauses(folder)
    counts: dict[tuple[str, str], Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for label in map(json.loads, LABELS.read_text("utf-8").splitlines()):
        clause = texts.get(label["sha256"])
        if clause is None:
            continue
        now = {flag.topic for flag in SHIPPED.in_language(label["language"]).of_clause(clause)}
        for topic in TOPICS:
            if topic in label["optional"]:
                continue
            gold = topic in label["topics"]
            counts[label["language"], "as first answered"][gold, topic in label["rules_said"]] += 1
            counts[label["language"], "today"][gold, topic in now] += 1
            if arguments.errors and gold != (topic in now):
                print("missed" if gold else "false", topic, label["sha256"], plain(clause.text)[:200])
    for (language, when), count in sorted(counts.items()):
        true, false, missed = count[True, True], count[False, True], count[True, False]
        precision, recall, f1 = figures(true, false, missed)
        print(f"{language} {when:<18} P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  ({true}, {false}, {missed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
