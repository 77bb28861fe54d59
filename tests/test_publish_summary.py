import pytest

from tostrack.models import Outcome, Verdict
from tostrack.render.crawl_summary import CrawlResult, crawl_line, outcome_line

CHANGED = CrawlResult(
    "acme", "privacy", Outcome.CHANGED, verdict=Verdict.SUBSTANTIVE, topics=("ai", "sharing"), clauses=3
)
NOISE = CrawlResult("acme", "terms", Outcome.CHANGED, verdict=Verdict.NOISE, reason="links")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (CHANGED, "acme/privacy  3 clauses changed: ai, sharing   (tostrack diff acme/privacy)"),
        (NOISE, "acme/terms  noise: links   (tostrack diff --all acme/terms)"),
        (CrawlResult("acme", "terms", Outcome.FIRST), "acme/terms  first version"),
        (CrawlResult("acme", "terms", Outcome.NOT_MODIFIED), "acme/terms  unchanged"),
        (
            CrawlResult("acme", "terms", Outcome.FAILED, "HTTP 403"),
            "acme/terms  failed (HTTP 403)   (tostrack check acme/terms)",
        ),
        (CrawlResult("acme", "terms", Outcome.SKIPPED, "robots.txt"), "acme/terms  skipped (robots.txt)"),
    ],
)
def test_a_line_says_what_happened_and_what_next(line, told):
    assert outcome_line(line) == told


def test_lines_of_a_night_align():
    assert outcome_line(CrawlResult("a", "b", Outcome.UNCHANGED), width=10) == "a/b         unchanged"


def test_a_cause_from_a_server_is_one_harmless_line():
    line = outcome_line(CrawlResult("acme", "terms", Outcome.SUSPECT, "title says\n::error::\x1b[2J"))

    assert "\n" not in line
    assert "\x1b" not in line


def test_a_night_is_counted_in_one_line():
    lines = [
        CHANGED,
        NOISE,
        *[CrawlResult("a", "b", Outcome.UNCHANGED)] * 3,
        CrawlResult("a", "b", Outcome.NOT_MODIFIED),
    ]

    assert crawl_line(lines) == "6 documents: 4 unchanged, 1 changed, 1 noise only"


def test_a_night_without_documents_says_so():
    assert crawl_line([]) == "no documents"
