"""Does every headline quote something, and does it name the most important thing: quotes counted, headlines to be read.

    python benchmarks/headlines.py [--every N] [--show N --seed S [S ...]]

Needs the shared folder, as `changes.py` does. The changes are those between consecutive versions of the replay corpus,
as its peer recorded them, and the labelled pairs of the other two sets. Of every N-th of them the quotes are counted:
empty, markup-only, one-word and label quotes.

``--show`` prints a draw instead: N substantive changes of the replay and the provider data, for a reader who judges
whether the sentence names what matters most. The changes are put in an order by the hash of the seed and of their own
id, so that a seed gives the same changes on each machine, whatever else the program says of them; one that is silent
today is passed over. Of several seeds the last one draws, without the changes that those before it drew.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from changes import shared

from tostrack.analysis.comparison import compare
from tostrack.analysis.sentence import read_quote, split_sentence
from tostrack.analysis.summary import is_quotable
from tostrack.models import Change, Verdict, Version, from_iso
from tostrack.render.headline import headline

MARKUP = re.compile(r"\]\(|\[\^|</?[a-z]+|\*\*|^[\W_]*$")
#: Texts before the old one that a comparison is given.
EARLIER = 3


@dataclass(frozen=True)
class Pair:
    """Two consecutive versions: an id, the name of the document, and the texts with their times, the oldest first."""

    id: str
    name: str
    versions: tuple[Version, ...]
    drawn: bool = True

    def compare(self) -> Change:
        *earlier, old, new = self.versions
        return compare(old, new, earlier[::-1])


def pairs(folder: Path) -> list[Pair]:
    """Return all pairs of versions, by id."""
    found = [*replayed(folder), *labelled(folder, "changes-dev"), *labelled(folder, "changes-provider-dev")]
    return sorted({pair.id: pair for pair in found}.values(), key=lambda pair: pair.id)


def replayed(folder: Path) -> Iterator[Pair]:
    """Yield the consecutive versions of each document of the replay corpus; a printed copy of one is left out."""
    sys.path.insert(0, str(folder / "replay"))
    from replay_server import Corpus

    corpus = Corpus(str(folder / "replay"))
    versions: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in (folder / "replay" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        capture = json.loads(line)
        body, of_document = capture.get("peer_markdown"), versions[capture["path"]]
        if body and not capture["path"].endswith("-print") and (not of_document or of_document[-1][0] != body):
            of_document.append((body, capture["fetched_at"]))
    for path, bodies in versions.items():
        for at in range(1, len(bodies)):
            some = bodies[max(at - 1 - EARLIER, 0) : at + 1]
            texts = tuple(Version(corpus.body(body).decode(), from_iso(date)) for body, date in some)
            yield Pair(f"{path} {bodies[at - 1][0]} {bodies[at][0]}", path.strip("/"), texts)


def labelled(folder: Path, name: str) -> Iterator[Pair]:
    """Yield the pairs of a labelled set."""
    with gzip.open(folder / "benchmarks" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for pair in map(json.loads, lines):
            versions = (
                Version(pair["prev_text"], from_iso(pair["date_prev"])),
                Version(pair["next_text"], from_iso(pair["date_next"])),
            )
            yield Pair(pair["id"], f"{pair['service']}/{pair['doc']}", versions, drawn=name == "changes-provider-dev")


def draw(population: Sequence[Pair], seeds: Sequence[int], count: int) -> list[tuple[Pair, Change]]:
    """Return the substantive changes that the last of *seeds* draws, without those of the seeds before it."""
    seen: set[str] = set()
    found: list[tuple[Pair, Change]] = []
    for seed in seeds:
        order = sorted(population, key=lambda pair: hashlib.sha256(f"{seed} {pair.id}".encode()).digest())
        compared = ((pair, pair.compare()) for pair in order if pair.id not in seen)
        told = ((pair, change) for pair, change in compared if change.verdict is Verdict.SUBSTANTIVE)
        found = list(islice(told, count))
        seen |= {pair.id for pair, _ in found}
    return found


def kind_of(change: Change) -> str:
    """Return what is to be said of the quote in the sentence of *change*."""
    if "“" not in split_sentence(change.explanation)[1]:
        return "no quote"
    quote = read_quote(change.explanation)
    if not quote or MARKUP.search(quote):
        return "empty or markup"
    return "good" if is_quotable(quote) else "short or label"


def titled(pair: Pair, change: Change) -> str:
    """Return the headline of *change*."""
    return headline(change, pair.name.partition("/")[0], pair.name.rpartition("/")[2])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    asked.add_argument("--every", type=int, default=1)
    asked.add_argument("--show", type=int, default=0)
    asked.add_argument("--seed", type=int, nargs="+", default=[1])
    options = asked.parse_args()
    folder = shared()
    if folder is None:
        raise SystemExit("no pairs: set TOSTRACK_SHARED")
    population = pairs(folder)
    if options.show:
        for pair, change in draw([pair for pair in population if pair.drawn], options.seed, options.show):
            print(f"{pair.id}\n    {titled(pair, change)}\n    {change.explanation}")
        return
    counts: Counter[str] = Counter()
    for pair in population[:: options.every]:
        change = pair.compare()
        if change.verdict is Verdict.SUBSTANTIVE:
            counts[kind := kind_of(change)] += 1
            if kind in ("short or label", "empty or markup"):
                print(f"{kind}: {change.explanation[:200]}")
    print(f"substantive changes: {counts.total()}; {', '.join(f'{kind}: {n}' for kind, n in sorted(counts.items()))}")


if __name__ == "__main__":
    main()
