"""Weights beside the rules: they only add, and can be explained."""

import pytest

from tostrack.analysis.flags import flag
from tostrack.analysis.flags.finder import find
from tostrack.analysis.flags.rule_sources import SHIPPED_WEIGHTS
from tostrack.analysis.flags.rulebook import SHIPPED
from tostrack.analysis.flags.weights import Weights, grams, shipped_weights

HEAVY = Weights("sharing", "speaks of others", -1.0, 2.0, (), {"zebra": 4.0, "zebra data": 2.0, "quiet": -9.0})


def test_the_words_and_pairs_of_a_text_are_weighed():
    assert grams("Zebra data, zebra!") == {"zebra", "data", "zebra data", "data zebra"}
    assert HEAVY.weigh("zebra data") == -1.0 + 6.0 / 2**0.5
    assert HEAVY.weigh("nothing known") == -1.0


def test_a_heavy_clause_is_flagged_in_its_heaviest_sentence():
    (found,) = find(
        SHIPPED.rules, "All is quiet. The zebra data goes.", weights=[Weights("sharing", "", 0, -5, (), HEAVY.grams)]
    )

    assert (found.quote, found.rule) == ("The zebra data goes", "learnt-sharing")


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("We never pass the zebra data on.", "restricts"),
        ("We do not control where zebra data goes.", "permits"),
    ],
)
def test_only_a_negated_verb_of_giving_makes_a_promise(text, polarity):
    (found,) = find(SHIPPED.rules, text, weights=[Weights("sharing", "", 0, -5, (), HEAVY.grams)])

    assert (found.rule, found.polarity) == ("learnt-sharing", polarity)


def test_a_light_clause_is_not_flagged():
    assert find(SHIPPED.rules, "All is quiet.", weights=[HEAVY]) == []


def test_a_title_is_not_weighed():
    assert find(SHIPPED.rules, "Zebra data.", weights=[Weights("sharing", "", 0, -5, (), HEAVY.grams)]) == []


def test_weights_are_silent_where_a_rule_speaks():
    (found,) = find(SHIPPED.rules, "We share zebra data.", weights=[HEAVY])

    assert found.rule == "disclose"


def test_weights_are_silent_where_a_veto_holds():
    assert find(SHIPPED.rules, "You may not share zebra data.", weights=[HEAVY]) == []


def test_a_clause_without_a_cue_is_not_weighed():
    cued = Weights("sharing", "", 0, -5, ("RECIPIENT",), HEAVY.grams)

    assert find(SHIPPED.rules, "Zebra data.", weights=[cued]) == []
    assert find(SHIPPED.rules, "Zebra data, vendors.", weights=[cued])


def test_the_heaviest_words_explain_it():
    assert HEAVY.contributions("quiet zebra data", most=2) == [("zebra", 4.0), ("zebra data", 2.0)]


def test_what_ships_is_small_and_names_no_single_company():
    assert len(SHIPPED_WEIGHTS.read_bytes()) < 2_000_000
    assert {learnt.topic for learnt in shipped_weights()} <= set(SHIPPED.rules.topics)
    assert all(gram.replace(" ", "").isalpha() for learnt in shipped_weights() for gram in learnt.grams)


def test_shipped_weights_do_not_flag_what_is_about_something_else():
    assert flag("You must be thirteen years old to open an account, and keep your password secret.") == []
