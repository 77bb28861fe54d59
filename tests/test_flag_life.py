"""The life of each topic, version by version."""

from itertools import pairwise

from tostrack.analysis.comparison import find_flag_events, read_version
from tostrack.analysis.flags import Rulebook
from tostrack.render.history_view import render_history

OPENING = "# Terms\n\nWelcome to Acme, where people meet.\n\n"
NARROW = "You grant us a non-exclusive, royalty-free licence to use the photos that you post on our service."
WIDE = "You grant us a perpetual, royalty-free, transferable licence to use the photos that you post on our service."
SALE = "We do not sell your personal data."


def told(*texts):
    """Return (event, topic, sentence) of each version."""
    readings = [read_version(OPENING + text) for text in texts]
    found = (find_flag_events(before, after) for before, after in pairwise([None, *readings]))
    return [[(moment.event, moment.flag.topic, moment.sentence) for moment in moments] for moments in found]


def test_what_the_first_version_says_is_first():
    assert told(NARROW) == [[("first", "licensing", NARROW)]]


def test_a_licence_is_granted_widened_and_withdrawn():
    assert told("Hello.", f"Hello.\n\n{NARROW}", f"Hello.\n\n{WIDE}", "Hello.") == [
        [],
        [("granted", "licensing", NARROW)],
        [("widened", "licensing", WIDE)],
        [("withdrawn", "licensing", WIDE)],
    ]


def test_a_rewording_that_means_the_same_is_no_moment():
    before = "We may share the information that you give us with our affiliates."
    after = "We may share the information you have given us with our affiliates."

    assert told(before, after)[1] == []


def test_the_sentence_of_a_flag_is_told_and_not_the_whole_clause():
    assert told(f"Hello there, friend. {SALE} Goodbye, friend.")[0] == [("first", "sharing", SALE)]


def test_an_edit_elsewhere_is_not_compared_at_all():
    assert told(f"Hello.\n\n{NARROW}", f"Good day.\n\n{NARROW}")[1] == []


def test_the_life_is_told_by_the_rules_that_are_given():
    mine = Rulebook()

    moments = find_flag_events(None, read_version(OPENING + SALE), mine)

    assert [mine.meaning(moment.flag.rule, moment.flag.polarity) for moment in moments] == [
        "limits or rules out passing data on"
    ]


def test_what_is_said_for_several_countries_is_told_once():
    assert len(told("Hello.", f"Hello.\n\n{NARROW}\n\nIn Freedonia:\n\n{NARROW}")[1]) == 1


def test_a_promise_that_goes_from_a_licence_is_told_beside_it():
    before = NARROW.replace(".", ", except photos not shared publicly will not be distributed outside it.")

    assert ("widened", "licensing", before) in told(before, WIDE)[1]


def test_a_meaning_that_comes_in_many_sentences_is_quoted_a_few_times():
    row = {
        "service": "pixboard",
        "document": "privacy",
        "seen_at": "2020-01-01T00:00:00Z",
        "version": 2,
        "topic": "sharing",
        "event": "granted",
        "polarity": "permits",
        "meaning": "may pass data on",
        "heading": (),
    }
    sentences = [f"We share your data with partner number {number}." for number in range(9)]

    page = render_history([{**row, "sentence": sentence, "quote": sentence} for sentence in sentences])

    assert page.count("may pass data on") == 1
    assert page.count("We share your data") == 3
    assert "granted (9 times)" in page
    assert "and 6 more like it" in page
