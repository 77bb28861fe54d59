from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.summary import summarize
from tostrack.analysis.topic_moves import ranked
from tostrack.models import Change, Direction, Edit, Fact, FactKind, Flag, Hunk, Judgement, Polarity, Reason, Version
from tostrack.render.escape import columns
from tostrack.render.headline import TITLE_COLUMNS, flag_label, headline
from tostrack.render.memo import MemoFacts, render_memo


def flag(topic, polarity, direction=None, quote="we may"):
    return Flag(topic, Polarity(polarity), quote, 0, len(quote), "rule", Direction(direction) if direction else None)


def change(*flags, reason=Reason.NEW_TEXT, explanation="3 clauses are new."):
    hunks = tuple(Hunk(Edit.ADDED, new="We may.", flags=(one,)) for one in flags) or (Hunk(Edit.ADDED, new="Hi."),)
    old, new = (Version(text, datetime(2024, 5, day, tzinfo=UTC)) for day, text in ((1, "a"), (2, "b")))
    judgement = Judgement(reason, explanation)
    return Change(old, new, hunks, summarize(judgement, hunks) if flags else judgement, "acme", "terms")


def said(*flags):
    return headline(change(*flags), "Acme", "Terms")


@pytest.mark.parametrize(
    ("topic", "polarity", "direction", "told"),
    [
        ("licensing", "permits", "widened", "widens its content licence"),
        ("licensing", "permits", "granted", "adds a content licence"),
        ("sharing", "permits", "granted", "adds data sharing"),
        ("sharing", "permits", "withdrawn", "drops part of its data sharing"),
        ("ai", "restricts", "narrowed", "adds an AI safeguard"),
        ("arbitration", "permits", "granted", "adds terms on arbitration"),
    ],
)
def test_a_headline_says_which_way_a_topic_moved(topic, polarity, direction, told):
    assert said(flag(topic, polarity, direction)) == f"Acme {told} (Terms)"


@pytest.mark.parametrize(
    ("old", "new", "direction", "told"),
    [
        ("We never sell your data.", "", "widened", "dropped"),
        ("We never sell your data, nor share it.", "We share your data.", "widened", "dropped"),
        ("We never sell your data, nor share it.", "We never sell your data.", "widened", "weakened"),
        ("", "We never sell your data.", "narrowed", "added"),
        ("We sell some data.", "We never sell your data.", "narrowed", "strengthened"),
    ],
)
def test_a_safeguard_s_fate_is_told_beside_the_direction(old, new, direction, told):
    promise = flag("sharing", "restricts", direction, quote="never sell your data")

    assert flag_label(promise, Hunk(Edit.REWORDED, old=old, new=new)) == f"sharing · {direction} (safeguard {told})"


def test_a_topic_that_goes_further_here_and_less_far_there_names_two_moves():
    both = said(flag("licensing", "permits", "withdrawn"), flag("licensing", "permits", "granted"))

    assert both == "Acme adds a content licence and drops part of its content licence (Terms) (2 edits)"


def test_what_the_platform_may_newly_do_comes_before_what_it_promises():
    both = said(flag("sharing", "restricts", "narrowed"), flag("advertising", "permits", "widened"))

    assert both == "Acme widens its advertising uses and adds a data-sharing safeguard (Terms) (2 edits)"


def test_the_quote_stands_behind_the_document_and_is_closed_where_it_is_cut():
    long = f"Adds a content licence: “You grant us {'all your rights and ' * 9}”."

    title = headline(change(explanation=long), "Acme", "Terms")

    assert title.startswith("Acme adds a content licence (Terms): “You grant us")
    assert title.endswith("…”")


def test_a_quote_without_room_is_left_out():
    title = headline(change(explanation=f"Removes “{'a' * 90}” and more: “You grant us all.”"), "Acme", "Terms")

    assert title == f"Acme removes “{'a' * 90}” and more (Terms)"


def test_without_flags_the_explanation_is_the_news():
    assert headline(change(), "Acme", "Privacy Policy") == "Acme changes its Privacy Policy: 3 clauses are new"


@pytest.mark.parametrize("edit", Edit)
def test_a_topic_that_is_only_mentioned_is_no_news(edit):
    hunk = Hunk(edit, old="We share.", new="We share.", flags=(flag("sharing", "permits"),))
    judgement = summarize(Judgement(Reason.NEW_TEXT, ""), (hunk,))

    assert "sharing" not in headline(replace(change(), hunks=(hunk,), judgement=judgement), "Acme", "Terms")


def test_noise_is_not_dressed_up_as_news():
    quiet = change(flag("licensing", "permits", "widened"), reason=Reason.LINKS, explanation="Only links moved.")

    assert headline(quiet, "Acme", "Terms") == "Acme Terms: no substantive change; only links moved"


def test_an_editorial_change_is_called_an_edit():
    edited = change(reason=Reason.WORDING, explanation="Some words changed, the meaning did not.")

    assert headline(edited, "Acme", "Terms").startswith("Acme edits its Terms: some words changed")


def test_a_return_to_an_older_text_is_called_one():
    back = change(reason=Reason.REVERTED, explanation="Reverted to the text of 2024-05-01.")

    assert headline(back, "Acme", "Terms").startswith(
        "Acme returns to an older text of its Terms: reverted to the text"
    )


def test_a_long_list_of_topics_is_cut_to_a_title():
    title = said(*(flag(f"topic {n}", "permits", "widened") for n in range(9)))

    assert title.endswith("widens its terms on topic 2 and 6 more (Terms) (9 edits)")


@given(st.text(), st.text(), st.text())
def test_a_title_is_one_bounded_line(service, document, explanation):
    title = headline(change(explanation=explanation), service, document)

    assert columns(title) <= TITLE_COLUMNS
    assert title.splitlines() == [title]


def test_an_acronym_keeps_its_capitals_after_the_colon():
    assert headline(change(explanation="GDPR rights are new."), "Acme", "Terms").endswith(": GDPR rights are new")


def test_the_heaviest_news_stands_first_and_what_is_not_flagged_last():
    light, heavy = flag("ai", "mentions"), flag("sharing", "permits", "granted")
    plain = Hunk(Edit.ADDED, new="Hello.")
    hunks = (plain, Hunk(Edit.ADDED, new="a", flags=(light,)), Hunk(Edit.ADDED, new="b", flags=(heavy,)))

    assert [hunk.new for hunk in ranked(replace(change(), hunks=hunks))] == ["b", "a", "Hello."]


def test_behind_the_flags_stand_moves_of_meaning_then_numbers_then_the_rest():
    def hunk(name, *kinds, flags=()):
        return Hunk(
            Edit.ADDED, new=name, flags=flags, facts=tuple(Fact(kind, "a", "b", "a became b") for kind in kinds)
        )

    hunks = (
        hunk("rest"),
        hunk("number", FactKind.NUMBER),
        hunk("scope", FactKind.LIMIT),
        hunk("other number", FactKind.DATE),
        hunk("modality", FactKind.NUMBER, FactKind.MODALITY),
        hunk("topic", flags=(flag("ai", "mentions"),)),
    )

    assert [hunk.new for hunk in ranked(replace(change(), hunks=hunks))] == [
        *("topic", "modality", "scope", "number", "other number", "rest")
    ]


def test_a_flag_that_did_not_move_is_labelled_by_what_it_says():
    assert flag_label(flag("ai", "mentions"), Hunk(Edit.REWORDED, old="a", new="b")) == "ai · mentions"


def test_a_memo_has_the_whole_sentence_of_a_return():
    told = (
        "Reverted after 14 days to the text of 2024-03-18, from that of 2024-07-08: drops part of its content licence."
    )
    facts = MemoFacts(service_name="Acme", document_name="Terms of Service", change_id="acme/terms@2")

    memo = render_memo(change(reason=Reason.REVERTED, explanation=told), facts)

    assert memo.startswith("Acme returns to an older text of its Terms of Service: reverted after 14 days ")
    assert ": drops part of its content licence. The text first seen on " in memo
