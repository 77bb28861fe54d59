"""The life of each topic, version by version."""

from tostrack.flag import Rulebook
from tostrack.pipeline import lives, read

OPENING = "# Terms\n\nWelcome to Acme, where people meet.\n\n"
NARROW = "You grant us a non-exclusive, royalty-free licence to use the photos that you post on our service."
WIDE = "You grant us a perpetual, royalty-free, transferable licence to use the photos that you post on our service."
SALE = "We do not sell your personal data."


def told(*texts):
    """Return (event, topic, sentence) of each version."""
    found = lives(read(OPENING + text) for text in texts)
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

    [moments] = lives([read(OPENING + SALE)], mine)

    assert [mine.meaning(moment.flag.rule, moment.flag.polarity) for moment in moments] == [
        "limits or rules out passing data on"
    ]
