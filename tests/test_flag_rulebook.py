"""A user's own rules beside those that ship."""

import os
import subprocess
import sys

import pytest

from tostrack.analysis.flags import SHIPPED, Rulebook, RuleFile, check_rules
from tostrack.errors import ConfigError
from tostrack.models import Polarity

PETS = """
[topic.pets]
meaning = "animals on the platform"

[class]
PET = ["pet(|s)", "guinea pig(|s)", "parrot(|s)"]

[rule.pets]
topic = "pets"
why = "Some people keep them."
meaning = "allows pets"
denied = "allows no pets"
patterns = ["@allow|keep ...4 PET"]
hits = ["You may keep two parrots."]
misses = ["You may keep two copies."]
"""


def book(*texts):
    return Rulebook(tuple(RuleFile(f"own{number}.toml", text) for number, text in enumerate(texts)))


def problems(*texts):
    with pytest.raises(ConfigError) as raised:
        book(*texts).rules  # noqa: B018  # read now
    return raised.value.problems


def test_a_rule_of_ones_own_stands_beside_those_that_ship():
    found = book(PETS).of_text("You may keep guinea pigs. We may share your data with partners.")

    assert [(flag.topic, flag.quote) for flag in found] == [
        ("pets", "keep guinea pigs"),
        ("sharing", "We may share your data with partners"),
    ]


def test_the_rules_that_ship_know_nothing_of_it():
    book(PETS).of_text("You may keep guinea pigs.")

    assert SHIPPED.of_text("You may keep guinea pigs.") == []


def test_a_word_of_ones_own_joins_a_class_that_ships():
    own = book('[class]\nRECIPIENT = ["the town crier"]')

    assert [flag.topic for flag in own.of_text("We share your data with the town crier.")] == ["sharing"]


def test_how_far_a_word_of_ones_own_reaches_can_be_told():
    own = book('[breadth.wider]\n5 = ["town crier"]')

    sentence = "we share it with the town crier"
    assert sum(own.concepts(sentence).values()) - sum(SHIPPED.concepts(sentence).values()) == 5


def test_the_fingerprint_is_the_same_in_every_process():
    code = "from tostrack.analysis.flags import SHIPPED; print(SHIPPED.fingerprint)"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert found == {f"{SHIPPED.fingerprint}\n"}


def test_the_fingerprint_moves_with_the_rules_of_ones_own():
    assert len({SHIPPED.fingerprint, book(PETS).fingerprint, book(PETS, '[class]\nPET = ["cat"]').fingerprint}) == 3


def test_what_a_flag_means_depends_on_its_polarity():
    assert book(PETS).meaning("pets", "permits") == "allows pets"
    assert book(PETS).meaning("pets", "restricts") == "allows no pets"


def test_a_marked_verb_needs_a_word_for_its_negation():
    assert problems(PETS.replace('denied = "allows no pets"\n', "")) == (
        "own0.toml: rule.pets.denied: missing: what it means where the verb marked with @ is negated",
    )


def test_a_mistake_is_named_with_its_file():
    [first, second] = problems(PETS, '[rule.pets]\ntopic = "pets"', "[rule.dogs]\nwhy = 3".replace("rule", "rulle"))

    assert first == "own1.toml: rule.pets: this name is taken in own0.toml; choose another"
    assert second.startswith("own2.toml: rulle: unknown table")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('patterns = ["@allow|keep ...4 PET"]', 'patterns = ["@keep PETT"]'), "'PETT' is no class"),
        (('topic = "pets"', "topic = 3"), "topic: missing, or not a str"),
        (('why = "Some people keep them."', ""), "why: missing"),
        (('denied = "allows no pets"', 'denied = "no"\nweak = "yes"'), "weak: true or false"),
        (('denied = "allows no pets"', 'denied = "no"\npolarity = ["permits"]'), "polarity: one of"),
        (('PET = ["pet(|s)"', 'PET = ["pet(|s"'), "a bracket has no partner"),
        (('PET = ["pet(|s)"', f'PET = ["{"(a|b)" * 40}"'), "means more than 1000 words"),
        (("[topic.pets]", "[topic.pets]\nx = " + "9" * 5000), "not TOML"),
        (("[topic.pets]", "x = " + "[" * 9000 + "\n[topic.pets]"), "nested too deeply"),
    ],
)
def test_every_kind_of_mistake_is_named(change, said):
    assert any(said in problem for problem in problems(PETS.replace(*change)))


def test_a_slow_pattern_is_refused_before_it_is_ever_run():
    slow = " ...30 ".join(["(keep / allow)"] * 4)

    [problem] = problems(PETS.replace("@allow|keep ...4 PET", f"PET {slow}"))

    assert problem.startswith("own0.toml: rule.pets.patterns: ")
    assert "too slow" in problem


def test_no_rule_that_ships_comes_near_the_bound():
    owners = [*SHIPPED.rules.rules.values(), *SHIPPED.rules.vetoes.values()]

    assert max(pattern.ways for owner in owners for pattern in (*owner.patterns, *owner.unless)) <= 350


def test_an_example_that_fails_is_a_fault():
    own = book(PETS.replace("You may keep two parrots.", "You may keep two horses."))

    assert own.faults() == ["own0.toml: rule.pets.hits: it does not find 'You may keep two horses.'"]


def test_a_rule_without_examples_is_a_fault():
    own = book(PETS.replace('misses = ["You may keep two copies."]', ""))

    assert own.faults() == ["own0.toml: rule.pets.misses: missing: a clause that it must pass over"]


def test_a_word_that_breaks_a_rule_that_ships_is_a_fault():
    own = book('[class]\nIGNORED = ["share your information"]')

    assert any(fault.startswith("topics.toml: rule.") for fault in own.faults())


def test_the_rules_that_ship_have_no_fault():
    assert SHIPPED.faults() == []


def test_a_file_with_a_mistake_is_left_out_and_the_others_stand():
    found, said = check_rules(
        [RuleFile("pets.toml", PETS), RuleFile("bad.toml", "[rule"), RuleFile("worse.toml", "[nonsense.x]")]
    )

    assert found.of_text("You may keep a parrot.")
    assert [problem.partition(":")[0] for problem in said] == ["bad.toml", "worse.toml"]


def test_a_file_that_needs_a_broken_one_is_left_out_too():
    needy = PETS.replace('[topic.pets]\nmeaning = "animals on the platform"', "")

    found, said = check_rules([RuleFile("broken.toml", "[topic"), RuleFile("needy.toml", needy)])

    assert found == SHIPPED
    assert len(said) == 2


def test_a_licence_that_is_not_granted_is_a_promise():
    [flag] = SHIPPED.of_text("This licence does not grant Pixboard the right to sell your drawings or your likeness.")

    assert (flag.topic, flag.polarity) == ("licensing", Polarity.RESTRICTS)
