"""How the flags of translated clauses agree with those of the English ones: precision, recall and F1 for each language.

    python benchmarks/parallel.py [--language de] [--differences N]

A block has a topic when any of its clauses is flagged with it. The flags of the English block are the reference, with
their own errors. Needs `parallel-dev.jsonl.gz` in the folder that TOSTRACK_SHARED names (or ``../shared``).
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from flags import figures, shared

from tostrack.analysis.flags import SHIPPED
from tostrack.clauses import split_clauses
from tostrack.models import Flag


def load(folder: Path) -> list[dict]:
    """Return the aligned blocks."""
    with gzip.open(folder / "benchmarks" / "parallel-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def find(text: str) -> list[Flag]:
    """Return the flags of the clauses of *text*."""
    return [flag for clause in split_clauses(text) for flag in SHIPPED.of_clause(clause)]


def polarities(flags: list[Flag]) -> dict[str, str]:
    """Return what the block says of each topic: something permitted outweighs the rest."""
    said: dict[str, set[str]] = defaultdict(set)
    for flag in flags:
        said[flag.topic].add(flag.polarity.value)
    return {
        topic: next(word for word in ("permits", "restricts", "mentions") if word in words)
        for topic, words in said.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", help="only this one, of two letters")
    parser.add_argument("--differences", type=int, default=0, help="print so many differences of each language")
    arguments = parser.parse_args()
    folder = shared()
    if folder is None:
        print("no aligned clauses here: set TOSTRACK_SHARED", file=sys.stderr)
        return 0
    english: dict[str, list[Flag]] = {}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    lines: dict[str, list[str]] = defaultdict(list)
    for block in load(folder):
        language = block["lang"][:2]
        if arguments.language not in (None, language):
            continue
        if block["en"] not in english:
            english[block["en"]] = find(block["en"])
        found = find(block["text"])
        wanted, said = polarities(english[block["en"]]), polarities(found)
        for topic in sorted(wanted.keys() | said.keys()):
            kind = "true" if topic in wanted and topic in said else "false" if topic in said else "missed"
            counts[language][kind] += 1
            counts[language]["polarity"] += wanted.get(topic, "") == said.get(topic)
            if kind != "true":
                rules = [(flag.rule, flag.quote) for flag in (found or english[block["en"]]) if flag.topic == topic]
                lines[language].append(f"{language} {kind} {topic} {rules}\n  EN {block['en']}\n  {block['text']}")
    for language, count in counts.items():
        precision, recall, f1 = figures(count["true"], count["false"], count["missed"])
        same = count["polarity"] / count["true"] if count["true"] else 0
        numbers = f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  polarity {same:.2f}"
        print(f"{language}  {numbers}  ({count['true']} right, {count['false']} false, {count['missed']} missed)")
        for line in lines[language][: arguments.differences]:
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
