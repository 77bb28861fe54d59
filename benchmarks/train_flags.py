"""Learn the weights beside the rules (`analysis/flags/weights.json`), and measure whether they help.

    python benchmarks/train_flags.py            # the comparison: rules, weights, both; the learning curve
    python benchmarks/train_flags.py --write    # train on everything allowed and write the file

Texts to learn from: the ``reading`` clauses, and the English ones of ``labels/clauses.jsonl`` and of
``labels/texts.jsonl``, which name clauses of recorded pages by hash and are joined with them here. All are texts of the
Open Terms Archive and the Platform Governance Archive (ODC-BY 1.0). The ``tosdr`` clauses (CC BY-SA) only measure.
Every figure is by cross-validation over companies: no company is on both sides. Needs TOSTRACK_SHARED, as `flags.py`
does, and scikit-learn.

For the labelled clauses of recorded pages the rules' own answer is the one they gave before the label was known
(``rules_said``): the rules were then mended after these clauses, and an answer given now would flatter them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import text_labels
from bs4 import BeautifulSoup
from flags import TOPICS, as_text, figures, group, load, shared
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from tostrack.analysis.flags.finder import find, under_lead
from tostrack.analysis.flags.rule_sources import SHIPPED_WEIGHTS
from tostrack.analysis.flags.rulebook import SHIPPED as BOOK
from tostrack.analysis.flags.weights import grams
from tostrack.clauses import plain, split_clauses

HERE = Path(__file__).parent
LABELS = HERE / "labels" / "clauses.jsonl"
#: Topics whose weights find clauses that the rules miss at next to no false ones (see the comparison); the others'
#: find none, and are not shipped.
SHIPPED = {"sharing": "speaks of your data in other hands, in words that no rule knows"}
#: Cues spare the weighing of the many clauses that cannot be about the topic (see `Weights.cues`).
CUES = {"sharing": ["RECIPIENT", "DISCLOSE", "DISCLOSED", "DISCLOSURE"]}
#: A gram is learnt when this many clauses of this many companies hold it.
LEAST_CLAUSES, LEAST_COMPANIES, MOST_GRAMS = 3, 3, 6000
#: Regularisation: of 3, 10 and 30 the one with most true and no false additions in cross-validation.
STRENGTH = 30
#: The clause is flagged when the model is this sure.
SURE = 0.93
FOLDS = 6


@dataclass(frozen=True)
class Labelled:
    """A clause with what a reader and what the rules said; None where the label is not to be scored."""

    company: str
    text: str
    truth: dict[str, bool | None]
    rules: dict[str, bool]
    grams: frozenset[str]
    from_pages: bool


def by_rules(text: str) -> dict[str, bool]:
    said = {found.topic for found in find(BOOK.rules, *under_lead(text))}
    return {topic: topic in said for topic in TOPICS}


def labelled(clause: dict) -> Labelled:
    text = as_text(clause)
    truth = {topic: None if topic in clause["optional"] else topic in clause["topics"] for topic in TOPICS}
    return Labelled(group(clause), text, truth, by_rules(text), frozenset(grams(text)), from_pages=False)


def pages(folder: Path) -> list[Labelled]:
    """Return the English clauses that the labels name, joined with the recorded pages; hashes must agree."""
    sys.path.insert(0, str(folder / "replay"))
    from replay_server import Corpus

    corpus = Corpus(str(folder / "replay"))
    wanted = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    clauses: dict[str, dict[str, str]] = {}
    found, lost = [], 0
    for label in wanted:
        body = label["body"]
        if body not in clauses:
            clauses[body] = texts_by_hash(corpus.body(body))
        text = clauses[body].get(label["sha256"])
        if text is None:
            lost += 1
            continue
        found.append(of_label(label, text))
    known = {label["sha256"] for label in wanted}
    labels = [json.loads(line) for line in text_labels.LABELS.read_text("utf-8").splitlines()]
    labels = [label for label in labels if label["language"] == "en" and label["sha256"] not in known]
    bodies = (label["body"] for label in labels if "body" in label)
    texts = text_labels.clauses(folder, bodies, {label.get("pair") for label in labels})
    for label in labels:
        clause = texts.get(label["sha256"])
        if clause is None:
            lost += 1
            continue
        words = plain(clause.text)
        found.append(of_label(label, f"{clause.lead}\n{words}" if clause.lead else words))
    companies = len({clause.company for clause in found})
    print(f"{len(found)} clauses of recorded pages of {companies} companies joined, {lost} not found again")
    return found


def of_label(label: dict, text: str) -> Labelled:
    truth = {topic: None if topic in label["optional"] else topic in label["topics"] for topic in TOPICS}
    said = {topic: topic in label["rules_said"] for topic in TOPICS}
    return Labelled(group(label), text, truth, said, frozenset(grams(text)), from_pages=True)


def texts_by_hash(body: bytes) -> dict[str, str]:
    """Return the clauses of one recorded body (Markdown, or a re-flowed print in HTML) by hash."""
    text = body.decode("utf-8", "replace")
    if text.lstrip()[:1] == "<":
        text = markdown_of_print(text)
    found = {}
    for clause in split_clauses(text):
        words = plain(clause.text)
        key = hashlib.sha256(f"{clause.lead}\n{words}".encode()).hexdigest()[:16]
        found[key] = f"{clause.lead}\n{words}" if clause.lead else words
    return found


def markdown_of_print(html: str) -> str:
    main = BeautifulSoup(html, "lxml").select_one("#document")
    blocks = []
    for node in main.find_all(["h1", "h2", "h3", "h4", "p", "li"]) if main else ():
        words = " ".join(node.get_text(" ").split())
        mark = "#" * int(node.name[1]) + " " if node.name[0] == "h" else "- " if node.name == "li" else ""
        if words:
            blocks.append(mark + words)
    return "\n\n".join(blocks)


def vocabulary(clauses: list[Labelled]) -> dict[str, int]:
    """Return the grams worth a weight; names of companies are not: they stand in the texts of few, with a capital."""
    count: Counter[str] = Counter()
    companies: defaultdict[str, set[str]] = defaultdict(set)
    capital: Counter[str] = Counter()
    for clause in clauses:
        count.update(clause.grams)
        for gram in clause.grams:
            companies[gram].add(clause.company)
        words = clause.text.split()
        capital.update({word.strip("()\"',.;:").lower() for word in words[1:] if word[:1].isupper()})
    names = {word for word, times in capital.items() if times > 0.6 * count[word]}
    kept = [
        gram
        for gram, times in count.items()
        if times >= LEAST_CLAUSES
        and len(companies[gram]) >= LEAST_COMPANIES
        and names.isdisjoint(gram.split())
        and gram.replace(" ", "").isalpha()
    ]
    kept.sort(key=lambda gram: (-count[gram], gram))
    return {gram: place for place, gram in enumerate(kept[:MOST_GRAMS])}


def matrix(clauses: list[Labelled], places: dict[str, int]) -> csr_matrix:
    rows, columns, values = [], [], []
    for row, clause in enumerate(clauses):
        known = sorted(places[gram] for gram in clause.grams if gram in places)
        rows += [row] * len(known)
        columns += known
        values += [1 / math.sqrt(len(known) or 1)] * len(known)
    return csr_matrix((values, (rows, columns)), shape=(len(clauses), len(places)))


def learn(clauses: list[Labelled], topic: str) -> tuple[dict[str, int], LogisticRegression]:
    places = vocabulary(clauses)
    truth = [bool(clause.truth[topic]) for clause in clauses]
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=500)
    return places, model.fit(matrix(clauses, places), truth)


def sure(places: dict[str, int], model: LogisticRegression, clauses: list[Labelled]) -> np.ndarray:
    return model.predict_proba(matrix(clauses, places))[:, 1]


def held_out(clauses: list[Labelled], topic: str, part: float = 1.0) -> np.ndarray:
    """Return how sure models that never saw its company are of each clause; learnt from *part* of the others."""
    truth = np.array([bool(clause.truth[topic]) for clause in clauses])
    scores = np.zeros(len(clauses))
    rng = np.random.default_rng(0)
    for train, test in GroupKFold(FOLDS).split(clauses, truth, [clause.company for clause in clauses]):
        chosen = rng.permutation(train)[: int(part * len(train))]
        places, model = learn([clauses[i] for i in chosen], topic)
        scores[test] = sure(places, model, [clauses[i] for i in test])
    return scores


def line(truth: np.ndarray, said: np.ndarray) -> str:
    true, false, missed = (truth & said).sum(), (~truth & said).sum(), (truth & ~said).sum()
    return "P {:.3f}  R {:.3f}  F1 {:.3f}".format(*figures(int(true), int(false), int(missed)))


def compare(clauses: list[Labelled], quotes: list[Labelled]) -> None:
    for topic in TOPICS:
        scored = [clause for clause in clauses if clause.truth[topic] is not None]
        truth = np.array([bool(clause.truth[topic]) for clause in scored])
        rules = np.array([clause.rules[topic] for clause in scored])
        fresh = np.array([clause.from_pages for clause in scored])
        scores = held_out(scored, topic)
        print(f"{topic}: {len(scored)} clauses, {truth.sum()} true")
        for name, said in {
            "rules": rules,
            "weights alone": scores > 0.5,
            f"weights, sure > {SURE}": scores > SURE,
            "both": rules | (scores > SURE),
        }.items():
            print(f"  {name:<22} {line(truth, said)}   unseen pages only: {line(truth[fresh], said[fresh])}")
        places, model = learn(scored, topic)
        cited = [quote for quote in quotes if quote.truth[topic] is not None]
        known = np.array([bool(quote.truth[topic]) for quote in cited])
        print(f"  {'tosdr, weights, sure':<22} {line(known, sure(places, model, cited) > SURE)}")
        curve = [line(truth, held_out(scored, topic, part) > 0.5).split()[-1] for part in (0.25, 0.5, 1.0)]
        print(f"  learning curve, weights alone, F1 on a quarter, a half, all: {', '.join(curve)}")


def write(clauses: list[Labelled]) -> None:
    topics = {}
    for topic, meaning in SHIPPED.items():
        scored = [clause for clause in clauses if clause.truth[topic] is not None]
        places, model = learn(scored, topic)
        learnt = {gram: round(float(model.coef_[0][place]), 2) for gram, place in sorted(places.items())}
        topics[topic] = {
            "meaning": meaning,
            "bias": round(float(model.intercept_[0]), 3),
            "threshold": round(math.log(SURE / (1 - SURE)), 3),
            "cues": CUES[topic],
            "grams": learnt,
        }
    about = (
        "Logistic regression over words and pairs of words, learnt by benchmarks/train_flags.py from clauses of the "
        "Open Terms Archive and the Platform Governance Archive (ODC-BY 1.0)."
    )
    SHIPPED_WEIGHTS.write_text(
        json.dumps({"about": about, "topics": topics}, ensure_ascii=False, indent=0) + "\n", "utf-8"
    )
    print(f"{SHIPPED_WEIGHTS.name}: {SHIPPED_WEIGHTS.stat().st_size / 1000:.0f} kB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights")
    arguments = parser.parse_args()
    folder = shared()
    if folder is None:
        print("no labelled clauses here: set TOSTRACK_SHARED", file=sys.stderr)
        return 0
    clauses = [labelled(clause) for clause in load(folder, "reading")] + pages(folder)
    if arguments.write:
        write(clauses)
    else:
        compare(clauses, [labelled(clause) for clause in load(folder, "tosdr")])
    return 0


if __name__ == "__main__":
    sys.exit(main())
