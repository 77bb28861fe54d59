"""Does it read the date that a document states of itself: versions of the replay, to be read by hand.

    python benchmarks/stated_dates.py [--seed S]

Needs the shared folder, as `changes.py` does. It prints two versions of each document at random: what is read, and the
clauses that name a year.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from changes import shared

from tostrack.analysis.facts import find_stated_dates
from tostrack.clauses import plain, split_clauses

YEAR = re.compile(r"(?:19|20)\d\d")
#: Clauses shown of each version, and characters of each.
CLAUSES, WIDTH = 5, 150


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--seed", type=int, default=1)
    chance = random.Random(asked.parse_args().seed)
    folder = shared()
    if folder is None:
        raise SystemExit("no replay corpus: set TOSTRACK_SHARED")
    sys.path.insert(0, str(folder / "replay"))
    from replay_server import Corpus

    corpus = Corpus(str(folder / "replay"))
    bodies: dict[str, dict[str, str]] = {}
    for line in (folder / "replay" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("peer_markdown"):
            bodies.setdefault(row["path"], {}).setdefault(row["peer_markdown"], row["fetched_at"][:10])
    for path, found in sorted(bodies.items()):
        for body, day in chance.sample(sorted(found.items()), min(2, len(found))):
            clauses = split_clauses(corpus.body(body).decode())
            stated = find_stated_dates(clauses)
            named = [one.words if one else "-" for one in (stated.effective, stated.updated)]
            print(f"\n{path} {day}  effective: {named[0]}  updated: {named[1]}")
            for text in [text for one in clauses if YEAR.search(text := plain(one.text))][:CLAUSES]:
                at = max(YEAR.search(text).start() - WIDTH, 0)
                print(f"    {text[at : at + WIDTH + 40]}")


if __name__ == "__main__":
    main()
