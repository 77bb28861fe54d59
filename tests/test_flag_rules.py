"""Every rule and veto holds its own examples; each is bounded in time whatever it reads."""

import re
import tomllib

import pytest

from tostrack.analysis.flags.finder import matching, under_lead, vetoing
from tostrack.analysis.flags.rule_files import RESERVED, parse
from tostrack.analysis.flags.rule_sources import BUILT_IN, RuleFile
from tostrack.analysis.flags.rulebook import SHIPPED, Rulebook
from tostrack.errors import ConfigError

RULES = SHIPPED.rules


def examples(kind):
    owners = [*RULES.rules.values(), *RULES.vetoes.values()]
    return [
        pytest.param(owner.name, text, id=f"{owner.name}: {text}") for owner in owners for text in getattr(owner, kind)
    ]


def said_of(text):
    plain_text, lead = under_lead(text)
    return matching(RULES, plain_text, lead) | vetoing(RULES, plain_text)


@pytest.mark.parametrize(("name", "text"), examples("hits"))
def test_a_rule_finds_what_it_says_it_finds(name, text):
    assert name in said_of(text)


@pytest.mark.parametrize(("name", "text"), examples("misses"))
def test_a_rule_leaves_alone_what_it_says_it_leaves_alone(name, text):
    assert name not in said_of(text)


@pytest.mark.parametrize("name", [*RULES.rules, *RULES.vetoes])
def test_every_rule_has_examples_of_both_kinds(name):
    owner = RULES.rules.get(name) or RULES.vetoes[name]

    assert owner.hits
    assert owner.misses
    assert owner.why


@pytest.mark.parametrize("rule", RULES.rules.values(), ids=RULES.rules)
def test_a_rule_tries_few_ways_from_each_word(rule):
    # Whatever the text, its time grows with the number of words and no faster.
    assert max(pattern.ways for pattern in rule.patterns) <= 350


def test_a_topic_of_ones_own_is_one_more_source():
    mine = """
        [topic.arbitration]
        meaning = "giving up the right to go to court"
        [rule.arbitration]
        topic = "arbitration"
        why = "Disputes leave the courts."
        meaning = "takes disputes away from the courts"
        patterns = ["YOU ...6 agree ...8 arbitration"]
        hits = ["You agree to settle disputes by arbitration."]
        misses = ["We like arbitration."]
    """

    rules = Rulebook((RuleFile("mine.toml", mine),)).rules

    assert "arbitration" in matching(rules, "You agree to settle disputes by arbitration.")
    assert "disclose" in matching(rules, "We may share your data with partners.")
    assert Rulebook((RuleFile("mine.toml", mine),)).fingerprint != SHIPPED.fingerprint


def test_a_source_can_stand_alone():
    rules = parse(
        RuleFile(
            "cats.toml",
            """
            [topic.cats]
            meaning = "cats"
            [rule.cats]
            topic = "cats"
            why = "Cats."
            meaning = "speaks of cats"
            denied = "speaks of no cats"
            patterns = ["@cats"]
            """,
        )
    )

    assert matching(rules, "No cats here.") == {"cats"}


def test_no_class_stands_there_unused():
    tables = tomllib.loads(BUILT_IN.read_text("utf-8"))
    texts = [str(tables["shape"]), str(tables["rule"]), str(tables["veto"])]
    named = set(re.findall(r"[A-Z][A-Z_]+", " ".join([*texts, str(list(tables["class"].values()))])))

    assert set(tables["class"]) - named <= {*RESERVED, "AFFIRM", "IGNORED"}


def test_every_mistake_of_a_source_is_named_at_once():
    broken = """
        [topic.spam]
        meaning = "mail"
        [rule.one]
        topic = "spma"
        why = "?"
        meaning = "?"
        patterns = ["we NOWHERE you"]
        paterns = []
        [rule.two]
        topic = "spam"
        patterns = ["(we / you"]
        [veto.three]
        topics = ["spam"]
        why = "?"
        patterns = ["...3 we"]
        [nonsense.four]
    """

    with pytest.raises(ConfigError) as raised:
        parse(RuleFile("mine.toml", broken))

    said = str(raised.value)
    assert all(part in said for part in ["rule.one", "spma", "NOWHERE", "paterns", "rule.two.why", "rule.two.meaning"])
    assert all(part in said for part in ["rule.two.patterns", "veto.three", "nonsense"])
    assert all(line.startswith("mine.toml: ") for line in said.splitlines())


def test_a_source_that_is_no_toml_is_named():
    with pytest.raises(ConfigError, match=r"mine\.toml: not TOML"):
        parse(RuleFile("mine.toml", "[rule"))


def test_a_name_taken_by_a_built_in_rule_is_refused():
    with pytest.raises(ConfigError, match=r"rule\.disclose: this name is taken"):
        Rulebook((RuleFile("mine.toml", '[rule.disclose]\ntopic = "sharing"'),)).rules  # noqa: B018  # read now
