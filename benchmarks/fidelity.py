"""How close our text of a page comes to the text that the best public peer recorded from the same bytes.

    python benchmarks/fidelity.py                 selectors of the peer: equal, within 1 %, within 5 %, empty, speed
    python benchmarks/fidelity.py --no-select     url alone, against what the peer's selectors name
    python benchmarks/fidelity.py --show 5        also print where the worst differ
    python benchmarks/fidelity.py --per-document 0 --classes
                                                  every capture, and every class of difference with its count

Needs the shared folder with the replay corpus: TOSTRACK_SHARED, or ``../shared`` beside the repository.
"""

from __future__ import annotations

import argparse
import collections
import difflib
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tostrack.clauses import canonical, canonical_key, canonical_text, split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import extract

_RANGE_KEYS = {
    "startBefore": "start_before",
    "startAfter": "start_after",
    "endBefore": "end_before",
    "endAfter": "end_after",
}


def shared_folder() -> Path:
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("TOSTRACK_SHARED", beside))
    if not (folder / "replay" / "manifest.jsonl").exists():
        raise SystemExit("skipped: no replay corpus; set TOSTRACK_SHARED to the folder that holds replay/")
    return folder


@dataclass(frozen=True)
class Score:
    """One capture's text against the peer's: both as counted words."""

    path: str
    fetched_at: str
    ours: str
    theirs: str
    equal: bool
    #: Equal but for what the peer is known to get wrong (`mended`).
    mended: bool
    precision: float
    recall: float
    lost: list[str]
    combined: bool
    error: str = ""

    @property
    def likeness(self) -> float:
        """Token F1; for a part of a combined document, whose peer text holds all parts, how much of ours is there."""
        if self.combined:
            return self.precision
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def words(markdown: str) -> list[str]:
    return " ".join(map(canonical, split_clauses(markdown))).split()


#: Line breaks of tables, which the peer writes as tags: taken out of both sides. Canonical words hold no escapes, so
#: these are taken out of both sides too.
_BREAK = re.compile(r"</?br\b[^<>]{0,200}>", re.IGNORECASE)

#: What an item is counted by: the peer writes "1." for the letters that a page shows.
_LABEL = r"(?:\d{1,3}|[a-zA-Z]|[ivxlIVXL]{2,5})"

#: What the peer, or the archive that its text went through, is known to get wrong; each with what to take out.
SLIPS = {
    "entities that its PDF converter left half read": ((re.compile(r"&apos;?"), "'"),),
    "e-mail addresses hidden from robots, which it cannot read and we can": (
        (
            re.compile(
                r"\\?\[?\\?\[\**\\?\[?email\s*protected\\?\]\**\]\([^)]*\)|\[email\s*protected\]", re.IGNORECASE
            ),
            "",
        ),
        (re.compile(r"\[[^\]\[]*\]\(mailto:[^)]*\)|\(mailto:[^)]*\)|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), ""),
    ),
    "words in angle brackets, which it does not escape": ((re.compile(r"\\?</?[a-zA-Z][^<>]*>"), ""),),
    "numbers and letters of paragraphs, items and their headings": (
        (re.compile(rf"^\W*{_LABEL}\\?[.)](?=\s|$)"), ""),
        (re.compile(rf"(?<=<br>)\W*{_LABEL}\\?[.)](?=\s)"), ""),
    ),
}


def mended(markdown: str, slips: Iterable[str] = SLIPS) -> str:
    """Return the canonical text without the places where the peer is known to slip."""
    return "".join(mended_words(markdown, slips))


def mended_words(markdown: str, slips: Iterable[str] = SLIPS) -> list[str]:
    found = []
    for clause in split_clauses(markdown):
        text = clause.text
        for name in slips:
            for pattern, instead in SLIPS[name]:
                text = pattern.sub(instead, text)
        found += canonical_text(text).split()
    return found


def classes(result: Score) -> list[str]:
    """Return the classes of difference between the two texts of *result*."""
    if result.equal:
        return []

    def alike(slips: Iterable[str]) -> bool:
        own, peer = mended(result.ours, slips), mended(result.theirs, slips)
        return own == peer or (result.combined and own in peer)

    if alike(SLIPS):
        needed = [name for name in SLIPS if not alike([other for other in SLIPS if other != name])]
        return needed or ["more than one of the slips alone explains it"]
    own, peer = mended_words(result.ours), mended_words(result.theirs)
    a, b = trigrams(own), trigrams(peer)
    gone, come = (b - a).total() / max(1, b.total()), (a - b).total() / max(1, a.total())
    ours, theirs = collections.Counter(own), collections.Counter(peer)
    if ours == theirs:
        return ["the same words in another order (columns of a print)"]
    if not any(map(str.isalpha, (ours - theirs) | (theirs - ours))):
        return ["other numbers: of items, steps, footnotes"]
    if result.combined:
        return ["a part of combined terms whose text the peer cut or put elsewhere"]
    if gone < 0.002 <= come:
        return ["we have more"]
    return ["the peer has more"] if come < 0.002 <= gone else ["a few words"]


def trigrams(text: list[str]) -> collections.Counter[str]:
    # Characters without spaces, so that words glued or split by markup do not count as different words.
    joined = "".join(text)
    return collections.Counter(joined[place : place + 8] for place in range(max(1, len(joined) - 7)))


def score(capture: dict, ours: str, theirs: str, error: str, *, part: bool) -> Score:
    """Return how *ours* compares with *theirs*; a *part* need only be contained in them."""
    combined = part
    ours, theirs = (_BREAK.sub(" ", text) for text in (ours, theirs))
    own, peer = words(ours), words(theirs)
    own_key, peer_key = "".join(own), "".join(peer)
    equal = own_key == peer_key or (combined and bool(own_key) and own_key in peer_key)
    own_mended, peer_mended = ("", "") if equal else (mended(ours), mended(theirs))
    alike = own_mended == peer_mended or (combined and own_mended in peer_mended)
    if equal:
        precision = recall = 1.0
    else:
        a, b = collections.Counter(own), collections.Counter(peer)
        common = sum((a & b).values())
        precision, recall = common / max(1, a.total()), common / max(1, b.total())
        ca, cb = trigrams(own), trigrams(peer)
        common = sum((ca & cb).values())
        precision = max(precision, common / max(1, ca.total()))
        recall = max(recall, common / max(1, cb.total()))
    lost = [] if equal else lost_paragraphs(own_key, theirs)
    return Score(
        capture["path"],
        capture["fetched_at"],
        ours,
        theirs,
        equal,
        equal or alike,
        precision,
        recall,
        lost,
        combined,
        error,
    )


def lost_paragraphs(own_key: str, theirs: str) -> list[str]:
    """The paragraphs of *theirs*, of ten words or more, that are nowhere in ours."""
    long = [clause for clause in split_clauses(theirs) if len(canonical(clause).split()) >= 10]
    return [clause.text for clause in long if canonical(clause).replace(" ", "") not in own_key]


def sample(corpus, per_document: int, only: str) -> list[dict]:
    """Captures from which the peer recorded a version: first, last and evenly between, of every document."""
    chosen = []
    for path, captures in sorted(corpus.docs.items()):
        known = [c for c in captures if c.get("peer_version_id") and "html" in c["content_type"] and only in path]
        known = [c for c in known if c.get("peer_markdown")]
        if per_document and len(known) > per_document:
            step = (len(known) - 1) / max(1, per_document - 1)
            known = [known[round(n * step)] for n in range(per_document)]
        chosen += known
    return chosen


def selectors(corpus, capture: dict) -> tuple[list, list, list]:
    declared = capture.get("peer_decl") if capture.get("peer_decl") is not None else capture["decl"]
    declaration = corpus.decl.get(declared) or {}

    def ours(entries: list | None) -> list:
        return [
            {_RANGE_KEYS[key]: value for key, value in entry.items()} if isinstance(entry, dict) else entry
            for entry in entries or []
        ]

    return ours(declaration.get("select")), ours(declaration.get("remove")), declaration.get("filters") or []


def run(corpus, captures: list[dict], *, with_selectors: bool) -> tuple[list[Score], list[float]]:
    scores, costs = [], []
    for capture in captures:
        body = corpus.body(capture["body"])
        select, remove, _ = selectors(corpus, capture)
        arguments = {"select": select, "remove": remove} if with_selectors else {}
        began = time.process_time()
        try:
            ours, error = extract(body, url=capture["url"], content_type=capture["content_type"], **arguments), ""
        except ExtractError as failure:
            ours, error = "", f"{failure.cause}: {failure}"
        costs.append(time.process_time() - began)
        theirs = corpus.body(capture["peer_markdown"]).decode("utf-8")
        part = "--" in capture["path"]
        if not with_selectors:
            # What the peer's selectors name, as we read it: free of the peer's own slips (e-mail addresses that it
            # could not decode, entities), and of the other parts of a combined document.
            theirs = extract(
                body, url=capture["url"], content_type=capture["content_type"], select=select, remove=remove
            )
            part = False
        scores.append(score(capture, ours, theirs, error, part=part))
    return scores, costs


def differences(result: Score, limit: int) -> list[str]:
    """The clauses that only one of the two has, ours with ``+``."""
    own = [clause.text for clause in split_clauses(result.ours)]
    peer = [clause.text for clause in split_clauses(result.theirs)]
    own_keys = [canonical_key([c]) for c in split_clauses(result.ours)]
    peer_keys = [canonical_key([c]) for c in split_clauses(result.theirs)]
    lines = []
    matcher = difflib.SequenceMatcher(None, peer_keys, own_keys, autojunk=False)
    for op, i, j, k, m in matcher.get_opcodes():
        if op != "equal" and "".join(peer_keys[i:j]) != "".join(own_keys[k:m]):
            lines += [f"  - {text[:300]}" for text in peer[i:j]] + [f"  + {text[:300]}" for text in own[k:m]]
    return lines[:limit]


def figures(scores: list[Score], costs: list[float]) -> dict[str, float]:
    """The numbers of a run by name; shares are of 1."""
    by_document = collections.defaultdict(list)
    for result in scores:
        by_document[result.path].append(result)
    likeness = sorted(result.likeness for result in scores)
    count = len(scores)
    return {
        "captures": count,
        "documents": len(by_document),
        "equal": sum(result.equal for result in scores) / count,
        # But for e-mail addresses, entities and numbers of items, which the peer is known to get wrong.
        "equal, peer mended": sum(result.mended for result in scores) / count,
        "within 1 %": sum(value >= 0.99 for value in likeness) / count,
        "within 5 %": sum(value >= 0.95 for value in likeness) / count,
        "empty": sum(not result.ours for result in scores),
        "F1, median": statistics.median(likeness),
        "F1, 5th percentile": likeness[count // 20],
        "documents that lose no paragraph": sum(
            statistics.median(len(result.lost) for result in results) == 0 for results in by_document.values()
        )
        / len(by_document),
        "pages per CPU second": count / sum(costs),
        "ms, median": 1000 * statistics.median(costs),
        "ms, 95th percentile": 1000 * sorted(costs)[int(count * 0.95)],
    }


def print_classes(scores: list[Score]) -> None:
    """Print every class of difference: captures, documents, the least likeness, and where it is met most."""
    found = collections.defaultdict(list)
    for result in scores:
        for name in classes(result):
            found[name].append(result)
    for name, results in sorted(found.items(), key=lambda pair: -len(pair[1])):
        paths = collections.Counter(result.path for result in results)
        worst = min(result.likeness for result in results)
        print(f"\n{len(results):5} captures of {len(paths)} documents, F1 at least {worst:.4f}: {name}")
        print("      " + ", ".join(f"{path} {count}" for path, count in paths.most_common(5)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-select", action="store_true", help="url alone")
    parser.add_argument("--per-document", type=int, default=5, help="captures of each document; 0 for all")
    parser.add_argument("--only", default="", help="documents whose path holds this")
    parser.add_argument("--show", type=int, default=0, help="documents whose differences to print")
    parser.add_argument("--classes", action="store_true", help="count the classes of difference")
    parser.add_argument("--lines", type=int, default=12, help="lines of each")
    options = parser.parse_args()
    folder = shared_folder() / "replay"
    sys.path.insert(0, str(folder))
    from replay_server import Corpus

    corpus = Corpus(str(folder))
    captures = sample(corpus, options.per_document, options.only)
    random.Random(1).shuffle(captures)
    scores, costs = run(corpus, captures, with_selectors=not options.no_select)
    for name, value in figures(scores, costs).items():
        print(f"{name:33} {value:10.4f}" if isinstance(value, float) else f"{name:33} {value:5d}")
    if options.classes:
        print_classes(scores)
    if options.no_select:
        worst = sorted((r for r in scores if r.lost or r.likeness < 0.97), key=lambda r: (-len(r.lost), r.likeness))
    else:
        worst = sorted((r for r in scores if not r.mended), key=lambda r: r.likeness)
    shown: set[str] = set()
    for result in worst:
        if result.path in shown or len(shown) >= options.show:
            continue
        shown.add(result.path)
        print(f"\n{result.path} {result.fetched_at} F1 {result.likeness:.4f} lost {len(result.lost)} {result.error}")
        if options.no_select:
            print("\n".join(f"  lost {text[:160]}" for text in result.lost[: options.lines]))
        print("\n".join(differences(result, options.lines)))


if __name__ == "__main__":
    main()
