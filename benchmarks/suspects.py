"""Would a page that is not the policy ever become a version, and is a true change ever held back?

    python benchmarks/suspects.py                      every document, 4 places each, selectors of the day
    python benchmarks/suspects.py --no-select          the url alone
    python benchmarks/suspects.py --only /acme --show  print what got through and what was held back

Walks every series of the replay corpus as the tracker would. At random places (``--seed``) each fault is put in the
place of the next capture, with status 200 and complete, because whatever else it says, fetching refuses. A fault is

* stopped, when it is suspect, or nothing can be extracted, or the text is that of the version that stands;
* let through, when it would be a version.

An older capture of the same page (``stale``) is a policy; it is for the judge to call it an oscillation, and is
counted apart. Of the true changes (the peer recorded a version there, with text changed) it counts those that are held
back: for ever, or until the text came again at least 12 hours later.

Needs the shared folder with the replay corpus: TOSTRACK_SHARED, or ``../shared`` beside the repository.
"""

from __future__ import annotations

import argparse
import random
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import series

from tostrack.analysis import comparison
from tostrack.clauses import text_key
from tostrack.errors import DocumentError
from tostrack.extraction import document_text
from tostrack.extraction.dom import etree, parse
from tostrack.extraction.selectors import Selection

#: What servers say instead, in words of our own; the corpus' server has one of each kind, these are the others.
PAGES = tomllib.loads((Path(__file__).parent / "fault_pages.toml").read_text())
CAUGHT = ("suspect", "failed", "unchanged")


def canned(server_pages: dict[str, str]) -> dict[str, list[str]]:
    """Return the pages of each fault, the corpus server's own among them."""
    pages = {kind: list(found) for kind, found in PAGES.items()}
    for kind, text in server_pages.items():
        pages.setdefault(kind.replace("_", " "), []).append(text.format(tok="5f3a"))
    return {
        kind: [f"<!DOCTYPE html><html><body>{text}</body></html>" for text in found] for kind, found in pages.items()
    }


def faults(rng: random.Random, body: bytes, select, pages: dict[str, list[str]]) -> Iterator[tuple[str, bytes]]:
    """Yield every fault that may stand in the place of *body*, by name; cuts are at random places."""
    for kind, found in pages.items():
        chosen = rng.choice(found)
        yield kind, chosen.encode()
        within = in_place(body, select, chosen)
        if within:
            yield f"{kind}, in the site's frame", within
    yield "empty", b""
    for _ in range(4):
        yield "cut", body[: rng.randrange(len(body) or 1)]


def in_place(body: bytes, select, text: str) -> bytes:
    """Return *body* with all that is selected replaced by what *text* says: an error inside the site's own frame.

    Empty where a stretch between two nodes is selected, or nothing is.
    """
    if not all(isinstance(selector, str) for selector in select):
        return b""
    root = parse(body.decode("utf-8", "replace"))
    page = Selection(root)
    found = (
        [node for css in select for node in page.matches(css)] if select else root.xpath("//main | //*[@role='main']")
    )
    if not found:
        return b""
    for node in found:
        for child in list(node):
            node.remove(child)
        node.text = None
    node = next(node for node in found if node.getroottree().getroot() is root)
    said = parse(text).find("body")
    for child in list(said if said is not None else ()):
        node.append(child)
    return etree.tostring(root, method="html", encoding="utf-8")


def walk(path: str, *, seed: int, places: int, with_selectors: bool, keep: int) -> tuple[Counter, list[str]]:
    """Return the counts of one document and the cases worth a look."""
    corpus = series.load()
    from replay_server import PAGES as SERVER_PAGES

    pages = canned(SERVER_PAGES)
    rng = random.Random(f"{seed}:{path}")
    captures = [capture for capture in corpus.docs[path] if "html" in capture["content_type"]]
    if keep and len(captures) > keep:
        # Versions and their neighbours stay.
        near = {n + d for n, c in enumerate(captures) if c.get("peer_version_id") for d in (-1, 0, 1)}
        step = len(captures) / keep
        near |= {int(n * step) for n in range(keep)}
        captures = [capture for n, capture in enumerate(captures) if n in near]
    chosen = set(rng.sample(range(1, len(captures)), min(places, len(captures) - 1))) if len(captures) > 1 else set()
    watch = series.Watch()
    counts: Counter = Counter()
    notes: list[str] = []
    held: dict[str, str] = {}
    older: list[bytes] = []
    for number, capture in enumerate(captures):
        document = series.declared(corpus, capture)
        if not with_selectors:
            document = replace(document, pages=(replace(document.pages[0], select=(), remove=()),))
        body = corpus.body(capture["body"])
        if number in chosen and watch.before:
            inject(watch, document, capture, body, faults(rng, body, document.pages[0].select, pages), counts, notes)
            stale(watch, document, capture, older, rng, counts)
        standing = watch.key
        following = captures[number + 1] if number + 1 < len(captures) else None
        night = series.nightly(watch, document, series.snapshot(capture, body), following)
        if night.outcome in ("first", "changed"):
            older.append(body)
        # Of the older archive it is not on record whether the text changed.
        true = capture.get("peer_text_changed") is not False and capture.get("peer_kind") == "change"
        note_true_change(capture, night, standing, held, counts, notes, true=bool(true))
    for key, where in held.items():
        counts["true changes held back for good"] += 1
        notes.append(f"HELD {where} {key[:8]}")
    return counts, [f"{path} {note}" for note in notes]


def inject(watch, document, capture, body, found, counts, notes) -> None:
    seen = dict(watch.suspects)
    for kind, content in found:
        watch.suspects = dict(seen)
        night = watch.look(document, series.snapshot(capture, content))
        if kind.startswith("cut") and night.outcome == "changed" and whole(document, capture, content, body):
            # Cut behind the policy: nothing of it is missing.
            continue
        counts[f"fault: {kind}", "stopped" if night.outcome in CAUGHT else "let through"] += 1
        if night.outcome in CAUGHT:
            counts["cause", kind.split(",")[0], f"{night.outcome} {night.cause}".strip()] += 1
            if night.cause in document_text.CONFIRMABLE:
                counts["stopped for 12 hours only", kind.split(",")[0]] += 1
        else:
            words, before = len(night.text.split()), len(watch.before.version.text.split())
            notes.append(f"THROUGH {capture['fetched_at']} {kind}: {words} words for {before}: {night.text[:90]!r}")
    watch.suspects = seen


def whole(document, capture, content: bytes, body: bytes) -> bool:
    texts = []
    for each in (content, body):
        try:
            texts.append(
                text_key(
                    comparison.read_version(document_text.extract_text(document, {0: series.snapshot(capture, each)}))
                )
            )
        except DocumentError:
            texts.append(None)
    return texts[0] == texts[1]


def stale(watch, document, capture, older: list[bytes], rng: random.Random, counts: Counter) -> None:
    if len(older) > 1:
        seen = dict(watch.suspects)
        night = watch.look(document, series.snapshot(capture, rng.choice(older[:-1])))
        watch.suspects = seen
        counts["stale", f"{night.outcome} {night.cause}".strip()] += 1


def note_true_change(capture, night, standing, held, counts, notes, *, true: bool) -> None:
    if night.key in held and night.outcome in ("changed", "first"):
        where = held.pop(night.key)
        counts["true changes held back until they came again"] += 1
        notes.append(f"DELAYED {where} until {capture['fetched_at']}")
    if not true:
        return
    if night.outcome == "suspect" and night.cause not in document_text.CONFIRMABLE:
        counts["faults that the peer recorded as changes"] += 1
        notes.append(f"FAULT {capture['fetched_at']} {night.cause} {night.text[:80]!r}")
        return
    counts["true changes"] += 1
    if night.confirmed:
        counts["true changes held back until they came again"] += 1
        notes.append(f"DELAYED {capture['fetched_at']} {night.cause} by a night")
    elif night.outcome == "suspect" and night.key != standing:
        held[night.key] = f"{capture['fetched_at']} {night.cause} {night.text[:80]!r}"
    elif night.outcome == "failed":
        counts["true changes of which nothing can be extracted"] += 1
        notes.append(f"NOTHING {capture['fetched_at']} {night.cause}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--places", type=int, default=4, help="places in each series where faults are put")
    parser.add_argument("--keep", type=int, default=60, help="captures of each series besides the versions; 0 for all")
    parser.add_argument("--only", default="", help="documents whose path holds this")
    parser.add_argument("--no-select", action="store_true", help="the url alone")
    parser.add_argument("--show", action="store_true", help="print what got through and what was held back")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    corpus = series.load()
    paths = [path for path in sorted(corpus.docs) if options.only in path]
    counts: Counter = Counter()
    one = partial(
        walk, seed=options.seed, places=options.places, with_selectors=not options.no_select, keep=options.keep
    )
    with ProcessPoolExecutor(options.jobs) as pool:
        for found, notes in pool.map(one, paths):
            counts += found
            if options.show:
                print("\n".join(notes), flush=True)
    report(counts)


def report(counts: Counter) -> None:
    kinds = sorted({key[0] for key in counts if isinstance(key, tuple) and key[0].startswith("fault: ")})
    stopped = sum(counts[kind, "stopped"] for kind in kinds)
    through = sum(counts[kind, "let through"] for kind in kinds)
    for kind in kinds:
        print(f"{kind:45} {counts[kind, 'stopped']:6} stopped {counts[kind, 'let through']:5} let through")
    print(f"{'all faults':45} {stopped:6} stopped {through:5} let through: {stopped / max(1, stopped + through):.4%}")
    for key, number in sorted(counts.items(), key=str):
        if not (isinstance(key, tuple) and key[0].startswith("fault: ")):
            print(f"{number:7} {', '.join(key) if isinstance(key, tuple) else key}")


if __name__ == "__main__":
    main()
