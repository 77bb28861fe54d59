"""How well the flags fit the clauses of recorded texts that were labelled by reading, by language and round.

    python benchmarks/text_labels.py [--errors] [--round N]

Prints the score of the answers stored before the labels (`labels/texts.jsonl`) were made, and of today's; from round 3
on by topic too, and with the polarity: a topic with the wrong one is both false and missed. Needs TOSTRACK_SHARED.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from pathlib import Path

from flags import TOPICS, figures, polarity, shared

from tostrack.analysis.flags import SHIPPED
from tostrack.clauses import plain, split_clauses
from tostrack.models import Clause

LABELS = Path(__file__).parent / "labels" / "texts.jsonl"


def clauses(folder: Path, bodies: Iterable[str] = (), pairs: Container[str] = ()) -> dict[str, Clause]:
    """Return the clauses of the recorded texts, by hash of lead-in and words.

    Args:
        folder: The shared data.
        bodies: Texts of the replay corpus to read too, and
        pairs: pairs of the benchmark of changes, whose later text is read too.
    """
    with gzip.open(folder / "benchmarks" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    if wanted := set(bodies):
        sys.path.insert(0, str(folder / "replay"))
        from replay_server import Corpus

        corpus = Corpus(str(folder / "replay"))
        texts += [corpus.body(body).decode() for body in wanted]
    with gzip.open(folder / "benchmarks" / "changes-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts += [pair["next_text"] for pair in map(json.loads, lines) if pair["id"] in pairs]
    found = {}
    for text in texts:
        for clause in split_clauses(text):
            key = hashlib.sha256(f"{clause.lead}\n{plain(clause.text)}".encode()).hexdigest()[:16]
            found[key] = clause
    return found


def said_by(label: dict) -> dict[str, str]:
    """Return topic -> polarity as the rules answered before the label was known; no polarity before round 3."""
    said = label["rules_said"]
    return said if isinstance(said, dict) else dict.fromkeys(said, "")


def said_now(clause: Clause) -> dict[str, str]:
    """Return topic -> polarity as the rules answer today."""
    flags = SHIPPED.of_clause(clause)
    return {topic: said for topic in TOPICS if (said := polarity(list(flags), topic))}


def count(label: dict, said: dict[str, str], counts: dict[tuple[str, ...], Counter[str]], when: str) -> list[str]:
    """Add the answer to *counts*; return the topics in which it is wrong."""
    wrong = []
    language, part = label["language"], str(label.get("round", 1))
    gold = label["topics"] if isinstance(label["topics"], dict) else dict.fromkeys(label["topics"], "")
    for topic in set(TOPICS) - set(label["optional"]):
        kind = ("true" if topic in said else "missed") if topic in gold else "false" if topic in said else ""
        keys = [(language, part, "", when)]
        if isinstance(label["topics"], dict):
            keys.append((language, part, topic, when))
            if kind == "true":
                counts[language, part, "", when]["same"] += said[topic] == gold[topic]
        for key in keys:
            counts[key][kind] += 1
        if kind in ("missed", "false"):
            wrong.append(f"{kind} {topic}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print what is found wrongly or missed today")
    parser.add_argument("--round", type=int, help="only the labels of this round")
    arguments = parser.parse_args()
    folder = shared()
    if folder is None:
        print("no texts here: set TOSTRACK_SHARED", file=sys.stderr)
        return 0
    labels = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    bodies = (label["body"] for label in labels if "body" in label)
    texts = clauses(folder, bodies, {label.get("pair") for label in labels})
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for label in labels:
        clause = texts.get(label["sha256"])
        if clause is None or arguments.round not in (None, label.get("round", 1)):
            continue
        count(label, said_by(label), counts, "as first answered")
        for wrong in count(label, said_now(clause), counts, "today"):
            if arguments.errors:
                print(wrong, label["sha256"], plain(clause.text)[:200])
    for (language, part, topic, when), found in sorted(counts.items()):
        true, false, missed = found["true"], found["false"], found["missed"]
        precision, recall, f1 = figures(true, false, missed)
        numbers = f"P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  ({true}, {false}, {missed})"
        other = true - found["same"]
        strict = f"  with polarity F1 {figures(found['same'], false + other, missed + other)[2]:.3f}"
        print(f"{language} {part} {topic or 'together':<12} {when:<18} {numbers}{strict if found['same'] else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
