"""How many services each pattern of the rules finds something in, on distinct clauses: a pattern needs two.

    python benchmarks/flag_support.py [--below N]

Counted on the English texts of `texts.jsonl.gz`, the later texts of the benchmark of changes, the labelled clauses, and
eight versions of each document of the replay corpus, in the folder that TOSTRACK_SHARED names.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import series
from flags import as_text, group, load, shared

from tostrack.analysis.flags import SHIPPED
from tostrack.analysis.flags.finder import LEAD_END, under_lead
from tostrack.analysis.flags.rule_sources import BUILT_IN
from tostrack.clauses import plain, split_clauses
from tostrack.errors import DocumentError
from tostrack.extraction import document_text

#: Of each document of the replay corpus so many versions are read, spread evenly over its history.
VERSIONS = 8


def recorded(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield service and text of versions of each document of the replay corpus, as we extract them."""
    corpus = series.load(folder / "replay")
    captures: dict[str, dict[str, dict]] = defaultdict(dict)
    for capture in map(json.loads, (folder / "replay" / "manifest.jsonl").open(encoding="utf-8")):
        if capture.get("peer_markdown"):
            captures[capture["path"]].setdefault(capture["peer_markdown"], capture)
    for found in captures.values():
        kept = list(found.values())
        for at in sorted({(len(kept) - 1) * step // (VERSIONS - 1) for step in range(VERSIONS)}):
            snapshot = series.snapshot(kept[at], corpus.body(kept[at]["body"]))
            with suppress(DocumentError):
                text = document_text.extract_text(series.declared(corpus, kept[at]), {0: snapshot})
                yield kept[at]["service"], text


def clauses(folder: Path) -> dict[tuple[str, str], set[str]]:
    """Return lead-in and words of each distinct clause, with the services that have it."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    with gzip.open(folder / "benchmarks" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [(text["service"], text["text"]) for text in map(json.loads, lines) if text["language"] == "en"]
    with gzip.open(folder / "benchmarks" / "changes-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts += [(pair["service"], pair["next_text"]) for pair in map(json.loads, lines)]
    for service, text in (*texts, *recorded(folder)):
        for clause in split_clauses(text):
            if not clause.is_heading:
                found[clause.lead, plain(clause.text)].add(group({"service": service}))
    for name in ("reading", "tosdr"):
        for clause in load(folder, name):
            words, lead = under_lead(as_text(clause))
            found[lead, words].add(group(clause))
    return found


def count(folder: Path) -> dict[tuple[str, str, int], set[str]]:
    """Return (table, rule, number of the pattern) -> the services in which it matches."""
    rules = SHIPPED.rules
    support: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    owners = [("rule", name, rule) for name, rule in rules.rules.items()]
    owners += [("veto", name, veto) for name, veto in rules.vetoes.items()]
    compiled = [
        ((table, name, number), pattern)
        for table, name, owner in owners
        for number, pattern in enumerate(owner.patterns)
    ]
    for (lead, words), services in clauses(folder).items():
        before = rules.lexicon.read(lead).codes.rpartition("\n")[2] + LEAD_END if lead else ""
        codes = before + rules.lexicon.read(words).codes
        met = set(codes)
        for key, pattern in compiled:
            if all(not need.isdisjoint(met) for need in pattern.needs) and any(pattern.find(codes)):
                support[key] |= services
    return support


def report(folder: Path, below: int = 10_000) -> None:
    """Print each pattern that finds something in fewer than *below* services, with how many, and how many lack two."""
    support = count(folder)
    tables = tomllib.loads(BUILT_IN.read_text("utf-8"))
    total = few = 0
    for table in ("rule", "veto"):
        for name, owner in tables[table].items():
            for number, pattern in enumerate(owner["patterns"]):
                services = len(support[table, name, number])
                total += 1
                few += services < 2
                if services < below:
                    print(f"{services:>4}  {table}.{name}  {pattern}")
    print(f"{total} patterns, {few} with support of fewer than two services")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--below", type=int, default=10_000, help="only patterns with fewer services")
    arguments = parser.parse_args()
    folder = shared()
    if folder is None:
        print("no texts here: set TOSTRACK_SHARED", file=sys.stderr)
        return 0
    report(folder, arguments.below)
    return 0


if __name__ == "__main__":
    sys.exit(main())
