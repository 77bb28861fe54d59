"""Change one thing in real policies and see what is kept silent and what is told.

    python benchmarks/mutants.py [TEXTS] [--sample 1500] [--seed 1] [--kept-aside] [--json FILE] [--only WORD] [--list]

Two catalogues of edits: kinds that change what a policy says (meaning_edits.py), which must be told, and kinds that
change nothing (empty_edits.py), which must not. They are applied to the texts of the replay corpus (TEXTS, or
``$TOSTRACK_SHARED``, or ``../shared`` beside the repository) in their language. A third of the kinds, by hash, is kept
aside and only read with ``--kept-aside``, after the rules are written.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import empty_edits
import meaning_edits
from meaning_edits import LANGUAGES, Kind

from tostrack import compare

#: Longer texts cost much and show no more.
LONGEST = 90_000
SHORTEST = 3_000


@dataclass(frozen=True)
class Outcome:
    """What was said of one edit."""

    kind: str
    token: str
    place: str
    language: str
    text: str
    verdict: str
    reason: str
    right: bool
    planted: bool
    #: The words that changed, or nothing where no difference was seen.
    said: str


def folder() -> Path:
    return Path(os.environ.get("TOSTRACK_SHARED") or Path(__file__).resolve().parents[2] / "shared")


def texts_of(where: Path) -> dict[str, list[tuple[str, str]]]:
    """Return (name, Markdown) of the last recorded version of every document by language."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if not (where / "replay" / "manifest.jsonl").is_file():
        raise SystemExit("skipped: no replay corpus; name the folder that holds replay/ or set TOSTRACK_SHARED")
    sys.path.insert(0, str(where / "replay"))
    from replay_server import Corpus

    corpus = Corpus(str(where / "replay"))
    for path, captures in corpus.docs.items():
        bodies = [capture["peer_markdown"] for capture in captures if capture.get("peer_markdown")]
        if bodies:
            _add(found, path, corpus.body(bodies[-1]).decode())
    more = where / "benchmarks" / "texts.jsonl.gz"
    if more.is_file():
        with gzip.open(more, "rt", encoding="utf-8") as lines:
            for entry in map(json.loads, lines):
                if entry["language"] != "en":
                    _add(found, f"{entry['service']} / {entry['document']}", entry["text"])
    return found


#: Two common words of each language that no other one has.
_KNOWN_BY = {
    "en": (" the ", " of "),
    "de": (" der ", " und "),
    "fr": (" les ", " vous "),
    "es": (" los ", " y "),
    "it": (" gli ", " che "),
    "pt": (" os ", " você ", " não "),
    "nl": (" het ", " een "),
    "pl": (" w ", " się "),
}


def _add(found: dict[str, list[tuple[str, str]]], name: str, text: str) -> None:
    if SHORTEST <= len(text) <= LONGEST:
        counts = {language: sum(map(text.lower().count, words)) for language, words in _KNOWN_BY.items()}
        found[max(counts, key=lambda language: counts[language])].append((name, text))


def kept_aside(kind: Kind) -> bool:
    """Return whether *kind* is of the third that is read at the end."""
    return int(hashlib.sha256(kind.name.encode()).hexdigest(), 16) % 3 == 0


def outcomes(
    kinds: Sequence[Kind], texts: dict[str, list[tuple[str, str]]], count: int, seed: int
) -> Iterable[Outcome]:
    """Yield what is said of *count* edits, one kind after the other: every second one in words of a real text.

    A kind that fits none of the texts tried for it is left out that time.
    """
    languages = [language for language in LANGUAGES if texts.get(language)]
    halves = [part for part in ([one for one in kinds if one.planted is planted] for planted in (False, True)) if part]
    made = turn = 0
    while made < count and turn < 4 * count:
        half = halves[turn % len(halves)]
        kind = half[turn // len(halves) % len(half)]
        chance = Random(f"{seed} {turn}")
        turn += 1
        for language in chance.sample(languages, len(languages)):
            name, text = chance.choice(texts[language])
            if pair := kind.apply(text, language, chance):
                made += 1
                yield judged(kind, language, name, pair)
                break


def judged(kind: Kind, language: str, name: str, pair: tuple[str, str]) -> Outcome:
    change = compare(*pair)
    edits = [f"{op}{text.strip()}" for hunk in change.hunks for op, text in hunk.words if op != "="]
    return Outcome(
        kind.name,
        kind.token,
        kind.place,
        language,
        name,
        str(change.verdict.value),
        str(change.reason.value),
        change.verdict.value in kind.right,
        kind.planted,
        " ".join(edits)[:160],
    )


def rate(wrong: int, of: int) -> str:
    return f"{wrong:5} of {of:5}  {wrong / (of or 1):7.2%}"


def report(name: str, found: Sequence[Outcome], show: int) -> None:
    print(f"\n{name}: wrong {rate(sum(not one.right for one in found), len(found))}")
    for title, field in (("place", "place"), ("token", "token"), ("planted", "planted"), ("language", "language")):
        counts: dict[str, list[Outcome]] = defaultdict(list)
        for one in found:
            counts[str(getattr(one, field))].append(one)
        for value, part in sorted(counts.items()):
            print(f"  {title} {value:20} {rate(sum(not one.right for one in part), len(part))}")
    wrong = Counter(one.kind for one in found if not one.right)
    total = Counter(one.kind for one in found)
    for kind, count in wrong.most_common():
        print(f"  kind {kind:48} {rate(count, total[kind])}")
    for one in [one for one in found if not one.right][:show]:
        print(f"    [{one.language}] {one.kind}: {one.verdict} {one.reason}: {one.said!r} ({one.text})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=Path, nargs="?", help="the folder that holds replay/")
    parser.add_argument("--sample", type=int, default=20_000, help="edits of each catalogue")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept-aside", action="store_true", help="also the kinds that are kept aside")
    parser.add_argument("--json", type=Path, help="write every outcome to this file")
    parser.add_argument("--only", default="", help="kinds with this in their name")
    parser.add_argument("--show", type=int, default=60, help="list so many that are wrong")
    parser.add_argument("--list", action="store_true", help="print the kinds and stop")
    options = parser.parse_args()
    catalogues = {"meaning": meaning_edits.kinds(), "empty": empty_edits.kinds()}
    chosen = {
        name: [kind for kind in kinds if options.only in kind.name and (options.kept_aside or not kept_aside(kind))]
        for name, kinds in catalogues.items()
    }
    if options.list:
        for name, kinds in catalogues.items():
            print(f"{name}: {len(kinds)} kinds, {sum(map(kept_aside, kinds))} kept aside")
            for kind in kinds:
                print(f"  {'aside ' if kept_aside(kind) else '      '}{kind.token:12} {kind.place:16} {kind.name}")
        return 0
    texts = texts_of(options.texts or folder())
    everything: dict[str, list[dict]] = {}
    for name, kinds in chosen.items():
        started = time.process_time()
        found = list(outcomes(kinds, texts, options.sample if kinds else 0, options.seed))
        everything[name] = [asdict(one) for one in found]
        report(name, found, options.show)
        print(f"  {len(kinds)} kinds, {time.process_time() - started:.0f} s of CPU")
    if options.json:
        options.json.write_text(json.dumps(everything, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
