"""Over whole series: do we record a version whenever the peer recorded a changed text, and what more do we record?

    python benchmarks/versions.py                 every HTML capture of every document, selectors of the day
    python benchmarks/versions.py --show          also print every change that was not seen, and every version more

The peer's changes are those of kind ``change`` whose text differs by its own account, or of which it gives none. One
is seen when the text that stands with us (suspects and failures left out, as the tracker does) is another one than at
the peer's version before.
The parts of combined terms share the peer's versions: a change is seen when one part shows it.

Needs the shared folder with the replay corpus: TOSTRACK_SHARED, or ``../shared`` beside the repository.
"""

from __future__ import annotations

import argparse
import difflib
import re
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import series
from fidelity import mended

from tostrack.clauses import canonical_key, split_clauses

#: Of several parts of one document, the one that tells most decides: by the first word.
ORDER = {"seen": 0, "held": 1, "the": 2, "they": 3}
FAULTS = ("suspect", "failed")


@dataclass
class Event:
    """A change that the peer recorded, or a version that only we recorded, and what became of it or why."""

    path: str
    at: str
    why: str
    example: str = ""
    peer_version: str = ""


def walk(path: str) -> tuple[Counter, list[Event], list[Event]]:
    """Return the counts of one document, the peer's changes, and our versions beyond them."""
    corpus = series.load()
    counts: Counter = Counter()
    theirs: list[Event] = []
    more: list[Event] = []
    at_last_peer, fault_before, peer_before, text_before, seen_keys = "", "", "", "", set()
    waiting: dict[str, Event] = {}
    for capture, night, watch in series.nights(corpus, path):
        counts["captures", ""] += 1
        counts["nights", f"{night.outcome} {night.cause}".strip()] += 1
        recorded = night.outcome == "changed"
        late = waiting.pop(night.key, None) if recorded else None
        if late:
            late.why = f"seen when it came again ({night.cause})"
        # Of the older archive it is not on record whether the text changed.
        changed = capture.get("peer_text_changed") is not False and capture.get("peer_kind") == "change"
        if changed and at_last_peer:
            event = Event(path, capture["fetched_at"], "seen", peer_version=capture["peer_version_id"])
            if watch.key == at_last_peer:
                event.why, event.example = unseen(corpus, capture, night, fault_before, peer_before)
                if night.outcome == "suspect" and night.key:
                    waiting[night.key] = event
            theirs.append(event)
        if recorded and not changed and not late and capture["peer_known"]:
            why, example = beyond(capture, night, text_before, seen_keys)
            more.append(Event(path, capture["fetched_at"], why, example))
        counts["our versions", ""] += recorded
        if recorded or night.outcome == "first":
            text_before = night.text
            seen_keys.add(night.key)
        if capture.get("peer_version_id"):
            at_last_peer, peer_before = watch.key, capture.get("peer_markdown") or ""
            fault_before = night.cause if night.outcome in FAULTS else ""
    return counts, theirs, more


def unseen(corpus, capture: dict, night: series.Night, fault_before: str, peer_before: str) -> tuple[str, str]:
    """Return why a change of the peer's is none of ours."""
    if night.outcome in FAULTS:
        return f"held back ({night.cause})", night.text[:120]
    if fault_before:
        return f"the peer recorded what we held back ({fault_before}), and here its end", ""
    old, new = (corpus.body(body).decode() if body else "" for body in (peer_before, capture.get("peer_markdown")))
    if canonical_key(split_clauses(old)) == canonical_key(split_clauses(new)):
        return "the peer's two texts differ in no word", ""
    if readable(old) == readable(new):
        return "they differ only where the peer slips (e-mail addresses it cannot read, entities, markup)", ""
    return "not seen", words_between(old, new)


#: A hidden address, with the letters of it that the hiding left outside.
_HIDDEN = re.compile(r"\S*\[\**\\?\[?email\s*protected\S*", re.IGNORECASE)


def readable(markdown: str) -> str:
    """Return the canonical text without what the peer cannot read."""
    return mended(_HIDDEN.sub("", markdown))


def beyond(capture: dict, night: series.Night, before: str, seen: set[str]) -> tuple[str, str]:
    """Return why we have a version where the peer has no changed text."""
    example = words_between(before, night.text)
    if night.confirmed:
        return f"an odd text that came again ({night.cause})", example
    if night.key in seen:
        return "a return to a text seen before", example
    if capture.get("peer_kind") == "upgrade":
        return "the peer counts it as its own upgrade", example
    if capture.get("peer_version_id"):
        return "the peer has a version, and says that only links, images or punctuation differ", example
    if mended(before) == mended(night.text):
        return "e-mail addresses hidden from robots: we read them, the peer cannot", example
    if not re.sub(
        r"\[[-+](?:[\d\s,.:/-]|minutes?|hours?|days?|weeks?|months?|ago)*\]", "", re.sub(r" ?… ?", "", example)
    ):
        return "a number or a date", example
    return "the peer recorded nothing", example


def words_between(old: str, new: str, limit: int = 240) -> str:
    """Return the words that differ, ``[-gone]`` and ``[+come]``."""
    a, b = (
        re.sub(r"\([^()]*\)", "", " ".join(clause.text for clause in split_clauses(each))).split()
        for each in (old, new)
    )
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    a, b = a[start : len(a) - end][:1500], b[start : len(b) - end][:1500]
    parts = []
    for op, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op != "equal":
            parts += [f"[-{' '.join(a[i:j])[:60]}]"] * (i < j) + [f"[+{' '.join(b[k:m])[:60]}]"] * (k < m)
    return " … ".join(parts)[:limit]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="documents whose path holds this")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    corpus = series.load()
    counts: Counter = Counter()
    by_version: dict[str, list[Event]] = defaultdict(list)
    more: list[Event] = []
    began = time.monotonic()
    with ProcessPoolExecutor(options.jobs) as pool:
        for found, theirs, ours in pool.map(walk, [path for path in sorted(corpus.docs) if options.only in path]):
            counts += found
            more += ours
            for event in theirs:
                by_version[event.peer_version].append(event)
    report(counts, by_version, more, show=options.show)
    print(f"{time.monotonic() - began:.0f} s wall")


def report(counts: Counter, by_version: dict[str, list[Event]], more: list[Event], *, show: bool) -> None:
    for (name, kind), number in sorted(counts.items()):
        print(f"{number:7} {name} {kind}")
    # Of several parts the one that shows the change decides.
    best = [min(events, key=lambda event: ORDER.get(event.why.split()[0], 9)) for events in by_version.values()]
    print(f"\n{len(best):7} changes of text that the peer recorded, of which")
    for why, number in Counter(event.why for event in best).most_common():
        print(f"{number:7}   {why}")
    print(f"\n{len(more):7} versions more than the peer has changed texts, of which")
    for why, number in Counter(event.why for event in more).most_common():
        paths = Counter(event.path for event in more if event.why == why)
        print(f"{number:7}   {why}: {', '.join(f'{path} {count}' for path, count in paths.most_common(6))}")
    if show:
        for event in [event for event in best if event.why != "seen"] + more:
            print(f"{event.path} {event.at} {event.why}: {event.example}")


if __name__ == "__main__":
    main()
