"""Does every headline quote something: empty, markup-only, one-word and label quotes over all recorded changes.

    python benchmarks/headlines.py [--show N --seed S]

Needs the shared folder, as `changes.py` does. ``--show`` prints N headlines of substantive changes at random with what
the annotator wrote, to be read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from changes import labelled, shared

from tostrack.analysis.comparison import compare
from tostrack.analysis.summary import is_quotable
from tostrack.models import Change, Verdict, Version, from_iso
from tostrack.render.headline import headline

QUOTE = re.compile(r": “(.*)”(?: \(\d+ edits\))?\.?$", re.DOTALL)
MARKUP = re.compile(r"\]\(|\[\^|</?[a-z]+|\*\*|^[\W_]*$")


def changes(folder: Path) -> Iterator[tuple[dict, Change]]:
    """Yield the labelled pairs of both sets and of the replay, each with what is said of it."""
    pairs = labelled(folder)
    for name in ("changes-dev", "changes-provider-dev"):
        with gzip.open(folder / "benchmarks" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            pairs += map(json.loads, lines)
    for pair in pairs:
        old = Version(pair["prev_text"], from_iso(pair["date_prev"]))
        yield pair, compare(old, Version(pair["next_text"], from_iso(pair["date_next"])))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--show", type=int, default=0)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    folder = shared()
    if folder is None:
        raise SystemExit("no labelled pairs: set TOSTRACK_SHARED")
    counts: Counter[str] = Counter()
    said = []
    for pair, change in changes(folder):
        if change.verdict is not Verdict.SUBSTANTIVE:
            continue
        quote = QUOTE.search(change.explanation)
        kind = "no quote" if not quote else "good"
        if quote and not is_quotable(quote[1]):
            kind = "short or label"
        if quote and (not quote[1].strip() or MARKUP.search(quote[1])):
            kind = "empty or markup"
        counts[kind] += 1
        if kind in ("short or label", "empty or markup"):
            print(f"{kind}: {change.explanation[:200]}")
        name = pair.get("path", "").strip("/") or f"{pair.get('service')}/{pair.get('doc')}"
        title = headline(change, name.split("/")[0], name.split("/")[-1])
        said.append(f"{title}\n    {change.explanation}\n    {pair['reason']}")
    print(f"substantive changes: {len(said)}; {', '.join(f'{kind}: {n}' for kind, n in sorted(counts.items()))}")
    print("\n".join(random.Random(options.seed).sample(said, min(options.show, len(said)))))


if __name__ == "__main__":
    main()
