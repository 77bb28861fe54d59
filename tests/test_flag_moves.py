"""Which way an edit moves a topic."""

import pytest

from tostrack.analysis.diff import diff
from tostrack.analysis.flags import SHIPPED
from tostrack.analysis.flags.directions import _EXCEPTIONS, find_directions
from tostrack.clauses import split_clauses

OPENING = "# Terms\n\nWelcome to Acme, where people meet.\n\nYou must be thirteen years old to join us here.\n\n"


def moved(before, after):
    """Return (topic, direction, quote) of every flag that the edits between two texts touch."""
    old, new = split_clauses(OPENING + before), split_clauses(OPENING + after)
    return [
        (found.topic, found.direction and str(found.direction), found.quote)
        for flags in find_directions(diff(old, new), old, new)
        for found in flags
    ]


def directions(before, after):
    return {(topic, direction) for topic, direction, _ in moved(before, after)}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "You grant us a licence to use your photos.", {("licensing", "granted")}),
        ("You grant us a licence to use your photos.", "", {("licensing", "withdrawn")}),
        ("We do not sell your personal data.", "", {("sharing", "widened")}),
        ("", "We do not sell your personal data.", {("sharing", "narrowed")}),
        ("", "Targeted advertising is a big word.", {("advertising", None)}),
    ],
)
def test_a_clause_that_comes_or_goes(before, after, expected):
    assert directions(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "You grant us a non-exclusive licence to use the photos you post on our service.",
            "You grant us a perpetual, transferable, sub-licensable licence to use the photos you post on our service.",
            "widened",
        ),
        (
            "You grant us a perpetual licence to use the photos you post on our service.",
            "You grant us a limited licence to use the photos you post on our service.",
            "narrowed",
        ),
        (
            "We may share your information with our affiliates to run the service.",
            "We may share your information with our partners to run the service.",
            "widened",
        ),
        (
            "We may share your information with third parties to run the service.",
            "We may share your information with third parties to run the service only with your consent.",
            "narrowed",
        ),
        (
            "We may share your information with other companies who partner with us to run the service.",
            "We may share your information with other companies to run the service.",
            "widened",
        ),
        (
            "We do not sell your personal data to anyone at all.",
            "We do not sell your personal data to anyone at all unless you agree.",
            "widened",
        ),
        (
            "We do not sell your personal data to advertisers.",
            "We do not sell your personal data to advertisers without your consent.",
            "widened",
        ),
        (
            "We do not sell your personal data to advertisers.",
            "We may sell your personal data to advertisers.",
            "granted",
        ),
    ],
)
def test_a_reworded_clause_moves_its_topic(before, after, expected):
    topic = "licensing" if "licence" in before else "sharing"

    assert (topic, expected) in directions(before, after)


def test_the_same_meaning_in_other_words_has_no_direction():
    before = "We may share the information that you give us with advertisers."
    after = "We may share the information you have given us with advertisers."

    assert directions(before, after) == {("sharing", None), ("advertising", None)}


def test_sentences_of_one_clause_move_apart():
    before = "We may share your data with our affiliates. We may use trackers to show you ads, where you let us."
    after = (
        "We may share your data with our affiliates and with advertisers. We may use trackers to show you ads, "
        "where you let us do it. We also sell the records of your visits to brokers."
    )

    found = {quote: direction for topic, direction, quote in moved(before, after) if topic == "sharing"}

    assert found == {"We may share your data with our affiliates": "widened", "We also sell the records": "widened"}


def test_a_sentence_that_was_only_recast_does_not_move_with_its_neighbour():
    before = "You grant us a licence to use your photos. We may share your data with the partners that we have."
    after = "You grant us a licence to use the photos of yours. We may share your data with the partners we have. We may sell your data to anyone."

    found = {quote: direction for topic, direction, quote in moved(before, after) if topic == "sharing"}

    assert found == {"We may share your data with the partners": None, "We may sell your data to anyone": "widened"}


def test_a_sentence_that_was_split_means_what_it_meant():
    before = (
        "We may share your name, your address and your photos with partners, and with vendors who send parcels to you."
    )
    after = "We may share your name, your address and your photos with partners. We may share them with vendors who send parcels to you."

    assert {direction for _, direction in directions(before, after)} == {None}


def test_what_is_said_once_more_is_not_granted_again():
    licence = "You grant us a non-exclusive, worldwide licence to use the photos that you post on our service"
    before = f"{licence}.\n\nIf you live in Freedonia, these are your terms."

    assert directions(before, f"{before}\n\n{licence} too.") == {("licensing", None)}
    assert directions(f"{before}\n\n{licence} too.", before) == set()


REWRITTEN = (
    "## Who gets what\n\nOn the basis of law, personal data of members is disclosed to vendors.",
    "## How it works\n\nTo keep things simple, here is all: we share your information with {}.",
)


def test_an_opt_out_in_other_words_has_no_direction():
    before = "You can turn off personalised ads in the settings of your account."
    after = "You can turn off personalised ads in your privacy settings, if you like."

    assert directions(before, after) == {("advertising", None)}


def test_what_weighs_as_an_exception_to_a_promise_is_weighed_at_all():
    assert set(SHIPPED.concepts(" ".join(_EXCEPTIONS))) >= _EXCEPTIONS


@pytest.mark.parametrize(("recipient", "expected"), [("vendors", None), ("advertisers", "widened")])
def test_a_rewritten_policy_goes_on_saying_what_it_said(recipient, expected):
    before, after = REWRITTEN[0], REWRITTEN[1].format(recipient)

    assert {direction for topic, direction in directions(before, after) if topic == "sharing"} == {expected}


def test_a_rewritten_policy_that_reaches_less_far_is_narrowed_and_not_withdrawn():
    before, after = REWRITTEN[1].format("advertisers"), REWRITTEN[0]

    assert ("sharing", "narrowed") in directions(before, after)
    assert ("sharing", "withdrawn") not in directions(before, after)


def test_a_promise_inside_a_licence_that_goes_is_told():
    licence = "You grant us a licence to use your photos"
    before = f"{licence}, except that photos not shared publicly will not be distributed outside our service."

    assert ("licensing", "widened") in directions(before, f"{licence} and to distribute them by any means.")


def test_a_topic_that_the_edit_does_not_touch_is_not_flagged():
    before = "We may share your data with partners. You can call us on Mondays until noon."
    after = "We may share your data with partners. You can call us on Fridays until noon."

    assert moved(before, after) == []


def test_a_clause_that_moved_is_not_flagged():
    first, second = "We may share your data with our partners.", "Our office has a green door and a red roof."

    assert moved(f"{first}\n\n{second}", f"{second}\n\n{first}") == []


def test_a_sentence_that_went_to_another_clause_is_not_granted_anew():
    before = "We may share your data with our partners. Our office has a green door and a red roof.\n\nAsk us."
    after = "Our office has a green door and a red roof.\n\nAsk us. We may share your data with our partners."

    assert moved(before, after) == []


def test_a_new_recipient_in_a_list_widens_what_was_permitted():
    before = "We may share your information with:\n\n- affiliates\n- couriers who bring parcels"
    after = before + "\n- advertisers"

    assert {(topic, direction) for topic, direction, quote in moved(before, after) if quote == "advertisers"} == {
        ("sharing", "widened"),
        ("advertising", "granted"),
    }


def test_a_new_clause_is_not_another_wording_of_one_that_was_reworded_in_its_place():
    service = (
        "We may share your information and information from cookies and logs with {} that help us run the service."
    )
    group = "We may share your information, and information from cookies and logs, with companies of our group."

    found = moved(service.format("organizations"), f"{group}\n\n{service.format('third-party organizations')}")

    assert ("sharing", "widened") in {(topic, way) for topic, way, quote in found if quote in group}
    assert "narrowed" not in {way for _, way, _ in found}


def test_quotes_are_from_the_side_that_stands():
    licence = "You grant us a licence to use the photos you post."

    assert moved("", licence)[0][2] in licence
    assert moved(licence, "")[0][2] in licence


def test_offsets_count_in_the_text_of_the_hunk():
    old = split_clauses(OPENING + "We may share your data with affiliates to help us.")
    new = split_clauses(OPENING + "To be clear, we may share your data with advertisers to help us.")

    hunks = diff(old, new)
    for hunk, flags in zip(hunks, find_directions(hunks, old, new), strict=True):
        for found in flags:
            assert hunk.new[found.start : found.end] == found.quote
