"""Topic packs: more topics, off unless the watchlist turns them on."""

import json
import tomllib
from pathlib import Path

import pytest

import tostrack
from tostrack.analysis.flags import SHIPPED, Rulebook
from tostrack.analysis.flags.role_rules import load_role_rules
from tostrack.analysis.flags.role_words import role_languages
from tostrack.analysis.flags.rule_sources import list_packs, load_pack, load_tables
from tostrack.models import Clause, Polarity

PACKS = list_packs()
ALL = Rulebook(tuple(map(load_pack, PACKS)))
EXAMPLES = tomllib.loads(Path(__file__).with_name("packs.toml").read_text("utf-8"))
FOUND = [
    (pack, polarity, text)
    for pack, languages in EXAMPLES.items()
    for kinds in languages.values()
    for polarity, texts in kinds.items()
    for text in texts
    if polarity != "misses"
]
MISSED = [
    (pack, text)
    for pack, languages in EXAMPLES.items()
    for kinds in languages.values()
    for text in kinds.get("misses", ())
]


def said(book, text):
    return {(found.topic, str(found.polarity)) for found in book.of_clause(Clause("p", text))}


def test_the_packs_are_those_that_the_schema_of_the_watchlist_knows():
    schema = json.loads((Path(tostrack.__file__).parent / "watchlist.schema.json").read_text("utf-8"))

    assert list(PACKS) == schema["$defs"]["pack"]["enum"]
    assert set(EXAMPLES) == set(PACKS)


@pytest.mark.parametrize("pack", PACKS)
def test_every_rule_of_a_pack_answers_its_own_examples(pack):
    assert Rulebook((load_pack(pack),)).faults() == []


def test_all_packs_together_leave_every_rule_its_answers():
    assert ALL.faults() == []


@pytest.mark.parametrize(("pack", "polarity", "text"), FOUND)
def test_a_pack_finds_its_topic(pack, polarity, text):
    assert (pack, polarity) in said(Rulebook((load_pack(pack),)), text)


@pytest.mark.parametrize(("pack", "text"), MISSED)
def test_a_pack_leaves_alone_what_is_about_something_else(pack, text):
    assert pack not in {topic for topic, _ in said(ALL, text)}


@pytest.mark.parametrize(("pack", "polarity", "text"), FOUND)
def test_the_topics_that_ship_are_flagged_alike_with_and_without_packs(pack, polarity, text):
    assert {found for found in said(ALL, text) if found[0] not in PACKS} == said(SHIPPED, text)


def test_without_a_pack_there_is_nothing_of_it():
    assert not set(PACKS) & set(SHIPPED.topics())
    assert not any(name in SHIPPED.rules.rules for pack in PACKS for name in load_tables(load_pack(pack))["rule"])
    assert len({Rulebook((load_pack(pack),)).fingerprint for pack in PACKS} | {SHIPPED.fingerprint}) == len(PACKS) + 1


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_its_topic_with_a_meaning_for_every_rule(pack):
    book = Rulebook((load_pack(pack),))
    tables = load_tables(load_pack(pack))

    assert set(book.topics()) - set(SHIPPED.topics()) == {pack}
    for name, rule in {**tables["rule"], **tables["role"]}.items():
        assert rule["topic"] == pack
        assert rule["why"]
        assert book.meaning(name, rule.get("polarity", Polarity.PERMITS))


@pytest.mark.parametrize("code", sorted(role_languages()))
def test_every_language_has_words_for_the_rules_of_every_pack(code):
    for pack in PACKS:
        for rule in load_role_rules(code, (load_pack(pack),)).rules:
            assert all(need for way in rule.ways for need in way.needs), (pack, rule.name)


def test_a_flag_of_a_pack_is_explained_in_other_languages():
    (explained,) = Rulebook((load_pack("arbitration"),)).explain(
        "Es gilt das Recht der Bundesrepublik Deutschland, wenn die Parteien nichts anderes vereinbaren."
    )

    assert explained.meaning == "names the law that applies"
    assert explained.why
