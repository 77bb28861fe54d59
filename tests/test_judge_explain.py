"""The one sentence that a reader gets: what changed, quoted so that it can be understood."""

import pytest

from tostrack.analysis.diff import diff
from tostrack.analysis.verdict import find_reasons, judge_hunks
from tostrack.clauses import split_clauses
from tostrack.models import Reading, Version


def explained(old: str, new: str) -> str:
    before, after = (Reading(Version(text), tuple(split_clauses(text))) for text in (old, new))
    return judge_hunks(diff(before.clauses, after.clauses), before, after).explanation


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "If you choose to purchase paid features, fees apply.",
            "If you choose to use paid features, fees apply.",
            "“purchase” became “use”: “If you choose to purchase → use paid features, fees apply”.",
        ),
        (
            "We may share it with advertisers.",
            "We will share it with advertisers.",
            "“may” became “will”: “We may → will share it with advertisers”.",
        ),
        (
            "We do not share it without your consent.",
            "We do not share it without your explicit consent.",
            "“explicit” was added to “not share it without your explicit consent”.",
        ),
        (
            "You may use a free plan, or a paid one.",
            "You may use a free plan, a trial, or a paid one.",
            "“a trial” was added to “may use a free plan, a trial, or a paid one”.",
        ),
        (
            "You may delete your account, deactivate it, or pause it.",
            "You may delete your account, or pause it.",
            "“deactivate it” was taken out of “You may delete your account, deactivate it, or pause it”.",
        ),
        (
            "You must be at least 13 years old.",
            "You must be at least 16 years old.",
            "A number or date changed: “You must be at least 13 → 16 years old”.",
        ),
    ],
)
def test_a_small_edit_is_named_and_shown_among_its_neighbours(old, new, sentence):
    assert explained(old, new) == sentence


def test_of_several_changes_the_most_telling_is_quoted():
    old = "You may see the news.\n\nWe keep the photos that you post.\n\nNobody else sees them."
    new = "You may see the big news.\n\nWe keep the photos that you post.\n\nWe may sell them to advertisers without notice."

    assert explained(old, new).startswith("New text: “We may sell them to advertisers without notice”")
    assert explained(old, new).endswith("more changes).")


def test_of_a_long_paragraph_the_sentence_that_says_most_is_quoted():
    old = "# Terms\n\nHello."
    new = (
        old + "\n\nIt is nice here. We may share your photos with advertisers and partners without your consent. Enjoy!"
    )

    assert explained(old, new) == (
        "New text: “We may share your photos with advertisers and partners without your consent”."
    )


def test_the_reasons_are_those_of_the_hunks_in_their_order():
    old = "Last updated: 1 May 2024\n\nYou must be at least 13 years old."
    new = "Last updated: 2 May 2024\n\nYou must be at least 16 years old."
    before, after = (Reading(Version(text), tuple(split_clauses(text))) for text in (old, new))

    found = find_reasons(diff(before.clauses, after.clauses), before, after)

    assert [finding.reason for finding in found] == ["stamp", "numbers"]
    assert "13 → 16" in found[1].quote
