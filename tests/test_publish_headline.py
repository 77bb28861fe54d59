from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.models import Change, Direction, Edit, Flag, Hunk, Judgement, Polarity, Reason, Version
from tostrack.publish.headline import TITLE_COLUMNS, flag_label, headline, topic_moves


def flag(topic, polarity, direction=None, quote="we may"):
    return Flag(
        topic, Polarity(polarity), quote, 0, len(quote), "rule", Direction(direction) if direction else None
    )


def change(*flags, reason=Reason.NEW_TEXT, explanation="3 clauses are new."):
    hunks = tuple(Hunk(Edit.ADDED, new="We may.", flags=(one,)) for one in flags) or (Hunk(Edit.ADDED, new="Hi."),)
    old, new = (Version(text, datetime(2024, 5, day, tzinfo=UTC)) for day, text in ((1, "a"), (2, "b")))
    return Change(old, new, hunks, Judgement(reason, explanation), "acme", "terms")


@pytest.mark.parametrize(
    ("topic", "polarity", "direction", "told"),
    [
        ("licensing", "permits", "widened", "widens its content licence"),
        ("licensing", "permits", "granted", "adds a content licence"),
        ("sharing", "permits", "granted", "adds data sharing"),
        ("sharing", "permits", "withdrawn", "drops its data sharing"),
        ("sharing", "restricts", "withdrawn", "drops a data-sharing safeguard"),
        ("ai", "restricts", "granted", "adds an AI safeguard"),
        ("advertising", "restricts", "narrowed", "weakens an advertising safeguard"),
        ("advertising", "mentions", None, "rewords what it says on advertising"),
        ("arbitration", "permits", "granted", "adds terms on arbitration"),
    ],
)
def test_a_headline_says_which_way_a_topic_moved(topic, polarity, direction, told):
    assert headline(change(flag(topic, polarity, direction)), "Acme", "Terms") == f"Acme {told} (Terms)"


def test_a_topic_that_is_gained_and_lost_is_rewritten():
    moved = change(flag("licensing", "permits", "withdrawn"), flag("licensing", "permits", "granted"))

    assert headline(moved, "Acme", "Terms") == "Acme rewrites its content licence (Terms)"


def test_what_the_platform_may_newly_do_comes_before_what_it_promises():
    moved = change(flag("sharing", "restricts", "granted"), flag("advertising", "permits", "widened"))

    assert headline(moved, "Acme", "Terms") == (
        "Acme widens its advertising uses and adds a data-sharing safeguard (Terms)"
    )


def test_without_flags_the_explanation_is_the_news():
    assert headline(change(), "Acme", "Privacy Policy") == "Acme changes its Privacy Policy: 3 clauses are new"


def test_noise_is_not_dressed_up_as_news():
    quiet = change(flag("licensing", "permits", "widened"), reason=Reason.LINKS, explanation="Only links moved.")

    assert headline(quiet, "Acme", "Terms") == "Acme Terms: nothing of substance changed; only links moved"


def test_an_editorial_change_is_called_an_edit():
    edited = change(reason=Reason.WORDING, explanation="Some words changed, the meaning did not.")

    assert headline(edited, "Acme", "Terms").startswith("Acme edits its Terms: some words changed")


def test_a_return_to_an_older_text_is_called_one():
    back = change(flag("licensing", "permits", "narrowed"), reason=Reason.REVERTED)

    assert headline(back, "Acme", "Terms") == "Acme returns to an older text and narrows its content licence (Terms)"


def test_a_long_list_of_topics_is_cut_to_a_title():
    many = change(*(flag(f"a rather long topic of number {n}", "permits", "widened") for n in range(9)))

    title = headline(many, "Acme", "Terms")

    assert len(title) <= TITLE_COLUMNS
    assert title.endswith(" more (Terms)")


@given(st.text(), st.text(), st.text())
def test_a_title_is_one_bounded_line(service, document, explanation):
    title = headline(change(explanation=explanation), service, document)

    assert len(title) <= TITLE_COLUMNS
    assert title.splitlines() == [title]


def test_an_acronym_keeps_its_capitals_after_the_colon():
    assert headline(change(explanation="GDPR rights are new."), "Acme", "Terms").endswith(": GDPR rights are new")


def test_topics_are_listed_once_with_their_moves():
    moved = change(
        flag("licensing", "permits", "widened"),
        flag("licensing", "permits", "widened", "other words"),
        flag("sharing", "restricts", "withdrawn"),
    )

    assert topic_moves(moved) == ["licensing widened", "sharing safeguard withdrawn"]


def test_a_flag_that_did_not_move_is_labelled_by_what_it_says():
    assert flag_label(flag("ai", "mentions")) == "ai · mentions"
