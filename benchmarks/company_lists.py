"""Do the facts name the companies that joined and left lists of sub-processors, and does the sentence name one?

    python benchmarks/company_lists.py [--errors]

Needs the pairs of `changes-provider-dev.jsonl.gz` in the folder that TOSTRACK_SHARED names (or ``../shared`` beside the
repository). Every two consecutive texts of a document whose name speaks of processors are compared. The companies of a
text are read by the few lines below, which share nothing with the package: names at the begin of items and rows.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
from itertools import pairwise
from pathlib import Path

from tostrack.analysis.comparison import compare
from tostrack.models import FactKind, Version, from_iso

ITEM = re.compile(r"^\s*(?:[*+-]|\|)\s+(.*\S)", re.MULTILINE)
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def companies(text: str) -> dict[str, str]:
    """Return the names in the lists and tables of *text*, by what they are compared by."""
    found = {}
    for line in ITEM.findall(text):
        name = re.split(r"\||\.\s|\.$|:\s|\s[–—-]\s|\s\(", LINK.sub(r"\1", line).replace("*", ""))[0].strip()
        if (
            name
            and not set(name) <= set("-: ")
            and name.casefold() not in ("name", "entity", "company", "subprocessor")
        ):
            found[re.sub(r"\W+", "", name.casefold())] = name
    return found


def pairs(path: Path) -> dict[tuple[str, str], tuple[str, Version, Version]]:
    """Return every two consecutive texts of the lists, each once."""
    found = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for pair in map(json.loads, lines):
            if "processor" not in pair["doc"]:
                continue
            texts = [pair["next_text"], pair["prev_text"], *pair["earlier_texts"]]
            times = [pair["date_next"], pair["date_prev"], *pair["earlier_dates"]]
            versions = [Version(text, from_iso(when)) for text, when in zip(texts, times, strict=True)]
            for new, old in pairwise(versions):
                if companies(old.text).keys() ^ companies(new.text).keys():
                    found.setdefault((old.sha256, new.sha256), (pair["doc"], old, new))
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--errors", action="store_true", help="list the changes that are not right")
    errors = asked.parse_args().errors
    shared = Path(os.environ.get("TOSTRACK_SHARED") or Path(__file__).parents[2] / "shared")
    found = pairs(shared / "benchmarks" / "changes-provider-dev.jsonl.gz")
    equal = named = 0
    for document, old, new in found.values():
        change = compare(old, new)
        facts = [fact for hunk in change.hunks for fact in hunk.facts if fact.kind is FactKind.PARTY]
        was, now = companies(old.text), companies(new.text)
        expected = ({*was} - {*now}, {*now} - {*was})
        ours = tuple(
            {key for fact in facts if (words := (fact.old, fact.new)[side]) for key in companies(f"- {words}")}
            for side in (0, 1)
        )
        right = ours == expected
        said = any((was | now)[key] in change.explanation for side in expected for key in side)
        equal, named = equal + right, named + said
        if errors and not (right and said):
            print(f"{document}: expected {expected}, facts {ours}\n    {change.explanation}")
    total = len(found)
    print(f"changes of lists of companies: {total}; facts equal the difference of the lists: {equal}; a name in the "
          f"sentence: {named}")  # fmt: skip


if __name__ == "__main__":
    main()
