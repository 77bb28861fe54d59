"""How well the topic packs fit the clauses of recorded texts that were labelled blind (`labels/packs.jsonl`).

    python benchmarks/pack_labels.py [--errors]

Prints, by language, pack and round, the score of the answers stored before the labels were made, and of today's. Needs
TOSTRACK_SHARED.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from flags import figures, shared
from text_labels import clauses

from tostrack.analysis.flags import Rulebook
from tostrack.analysis.flags.rule_sources import list_packs, load_pack
from tostrack.clauses import plain

LABELS = Path(__file__).parent / "labels" / "packs.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--errors", action="store_true", help="print what is found wrongly or missed today")
    arguments = parser.parse_args()
    folder = shared()
    if folder is None:
        print("no texts here: set TOSTRACK_SHARED", file=sys.stderr)
        return 0
    labels = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    texts = clauses(folder, (label["body"] for label in labels if "body" in label))
    book = Rulebook(tuple(map(load_pack, list_packs())))
    counts: dict[tuple[str, str, int, str], Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for label in labels:
        clause = texts.get(label["sha256"])
        if clause is None or label["label"] == "optional":
            continue
        language, pack, drawing, gold = label["language"], label["pack"], label["round"], label["label"] == "yes"
        now = any(flag.topic == pack for flag in book.of_clause(clause))
        for name in (pack, "together"):
            counts[language, name, drawing, "as first answered"][gold, bool(label["said"])] += 1
            counts[language, name, drawing, "today"][gold, now] += 1
        if arguments.errors and gold != now:
            print("missed" if gold else "false", pack, label["sha256"], plain(clause.text)[:200])
    for (language, pack, drawing, when), count in sorted(counts.items()):
        true, false, missed = count[True, True], count[False, True], count[True, False]
        precision, recall, f1 = figures(true, false, missed)
        numbers = f"P {precision:.2f}  R {recall:.2f}  F1 {f1:.2f}  ({true}, {false}, {missed})"
        print(f"{language} {pack:<17} round {drawing} {when:<18} {numbers}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
