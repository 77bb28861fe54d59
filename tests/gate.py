"""Floors that were reached on the shared benchmarks, held from then on: ``make gate``.

Skipped where the benchmarks are not beside the repository. A floor is raised when the figure is; never lowered silently.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import changes
import flags

pytestmark = pytest.mark.skipif(changes.shared() is None, reason="the shared benchmarks are not beside the repository")


@pytest.fixture(scope="module")
def pairs():
    parts = {part: [changes.judged(pair) for pair in changes.load(changes.shared(), part)] for part in ("work", "held")}
    return parts | {"all": [*parts["work"], *parts["held"]]}


@pytest.mark.parametrize(
    ("part", "precision", "recall"), [("work", 0.97, 0.98), ("held", 0.81, 0.98), ("all", 0.94, 0.98)]
)
def test_alerts_speak_when_it_matters_and_miss_nothing(pairs, part, precision, recall):
    found_precision, found_recall, *counts = changes.scores(pairs[part])

    assert found_recall >= recall, counts
    assert found_precision >= precision, counts


def test_what_was_read_for_this_repository_is_judged_as_it_was_read():
    """Every round of labels: nothing that matters is missed, and at least 88 alerts in a hundred are right.

    It was .90 before every silenced token needed a rule that may explain it: see docs/judgement.md.
    """
    cases = [changes.judged(pair) for pair in changes.labelled(changes.shared())]

    precision, recall, *counts = changes.scores(cases)

    assert recall >= 0.99, counts
    assert precision >= 0.88, counts


@pytest.mark.parametrize(
    ("name", "floors"),
    [
        ("reading", {"licensing": 0.96, "advertising": 0.98, "sharing": 0.91}),
        ("tosdr", {"licensing": 0.97, "advertising": 0.96, "sharing": 0.96}),
    ],
)
def test_flags_find_their_clauses_and_no_others(name, floors):
    clauses = flags.load(flags.shared(), name)
    found = [flags.flag(flags.as_text(clause)) for clause in clauses]

    scores = {topic: flags.figures(*counts)[2] for topic, counts in flags.score(clauses, found).items()}

    assert {topic: scores[topic] >= floor for topic, floor in floors.items()} == dict.fromkeys(floors, True), scores


@pytest.mark.parametrize(("name", "floor"), [("reading", 0.95), ("tosdr", 0.94)])
def test_a_promise_is_not_read_as_a_permission(name, floor):
    clauses = flags.load(flags.shared(), name)
    found = [flags.flag(flags.as_text(clause)) for clause in clauses]

    assert flags.figures(*flags.score(clauses, found)["restricts"])[2] >= floor


def test_flags_hold_on_whole_documents():
    """At the prevalence that a reader meets: precision and recall of the worst topic, and the promises among them."""
    clauses = [clause for clause in flags.load(flags.shared(), "reading") if clause.get("sampling") == "full"]
    found = [flags.flag(flags.as_text(clause)) for clause in clauses]

    figures = {topic: flags.figures(*counts) for topic, counts in flags.score(clauses, found).items()}

    assert min(precision for precision, _, _ in figures.values()) >= 0.85, figures
    assert min(recall for _, recall, _ in figures.values()) >= 0.94, figures
    assert figures["restricts"][2] >= 0.92, figures


def test_the_instagram_licence_of_2013_is_read_as_people_read_it(tmp_path):
    """The checklist of the story that this project is for, on the recorded texts."""
    sys.path.insert(0, str(changes.shared() / "replay"))
    from replay_server import Corpus

    from tostrack import Version, compare, extract
    from tostrack.models import from_iso

    corpus = Corpus(str(changes.shared() / "replay"))

    def text(document, day):
        capture = next(c for c in corpus.docs[f"/instagram/{document}"] if c["fetched_at"].startswith(day))
        return Version(extract(corpus.body(capture["body"]), select="main#document"), from_iso(capture["fetched_at"]))

    terms = compare(text("terms-of-service", "2012-06-18"), text("terms-of-service", "2013-02-03"))
    licence = next(hunk for hunk in terms.hunks if "royalty-free" in hunk.new)
    words = {op: " ".join(text for o, text in licence.words if o == op) for op in "-+"}
    assert "transferable, sub-licensable" in words["+"]
    assert "limited" in words["-"]
    moved = {(flag.topic, flag.polarity, flag.direction) for flag in licence.flags}
    # The licence became transferable, and the promise about private photos went.
    assert moved >= {("licensing", "permits", "widened"), ("licensing", "restricts", "widened")}
    ads = next(hunk for hunk in terms.hunks if "in conjunction with your Content" in hunk.new)
    assert ads.edit == "reworded"
    assert not any(flag.direction for flag in ads.flags if flag.topic == "advertising")

    privacy = compare(text("privacy-policy", "2012-09-07"), text("privacy-policy", "2012-12-18"))
    affiliates = next(hunk for hunk in privacy.hunks if "group of companies" in hunk.new and hunk.edit == "added")
    assert {(flag.topic, flag.direction) for flag in affiliates.flags} <= {
        ("sharing", "widened"),
        ("sharing", "granted"),
    }
    assert affiliates.flags
    final = compare(text("privacy-policy", "2012-12-18"), text("privacy-policy", "2013-03-17"))
    assert not any(flag.direction for hunk in final.hunks for flag in hunk.flags)

    notice = compare(text("terms-of-service", "2012-06-18"), text("terms-of-service", "2012-12-18"))
    assert [hunk.edit for hunk in notice.hunks] == ["added"]
    slip = compare(text("terms-of-service", "2012-12-18"), text("terms-of-service", "2013-01-04"))
    assert [(op, part.strip()) for op, part in slip.hunks[0].words if op != "="] == [("-", "16"), ("+", "19")]
