"""The language of patterns: what it reads, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tostrack.analysis.flags.lexicon import build
from tostrack.analysis.flags.patterns import PatternError, compile_pattern, expand, words_of

CLASSES = {
    "WE": ["we", "the company"],
    "SHARE": ["shar(e|es|ing)", "hand over"],
    "THING": ["data", "photos"],
    "ALL": ["THING", "SHARE"],
    "SUBJECT": ["WE", "ACTOR"],
    "ANYONE": ["us", "NAME"],
    "NOTHING": ["nothing"],
}


def found(pattern, text):
    lexicon = build(CLASSES, {word for word in words_of(pattern) if not word[0].isupper()})
    read = lexicon.read(text)
    match = next(compile_pattern(pattern, lexicon.codes_of).find(read.codes), None)
    return text[slice(*read.span(*match.span()))] if match else None


@pytest.mark.parametrize(
    ("pattern", "text", "quote"),
    [
        ("WE SHARE", "Sometimes we share it.", "we share"),
        ("WE SHARE", "The company hand over all.", "The company hand over"),
        ("WE SHARE", "We may share it.", None),
        ("WE ... THING", "We love to look at all of your data.", "We love to look at all of your data"),
        ("WE ...2 THING", "We love to look at data.", None),
        ("WE ...9!NOTHING|your THING", "We love your data.", None),
        ("WE may? SHARE", "We share, we may share.", "We share"),
        ("(your / my) THING", "It is my data.", "my data"),
        ("SHARE !data", "We share data and share photos.", "share"),
        ("^ SHARE", "We share. Share it.", "Share"),
        ("THING $", "The data is here. This is data.", "data"),
        ("we|they SHARE", "They share.", "They share"),
        ("ALL", "All photos.", "photos"),
        ("WE SHARE", "We. Share.", None),
        ("SUBJECT SHARE", "Soon Acme shares it.", "Acme shares"),
        ("SUBJECT SHARE", "Given to Acme shares.", None),
        ("to ANYONE", "You grant it to Acme.", "to Acme"),
    ],
)
def test_a_pattern_reads_words_classes_gaps_and_ends(pattern, text, quote):
    assert found(pattern, text) == quote


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "()",
        "...3 we",
        "we ...3",
        "we ...31 you",
        "(we / you",
        "we / you",
        "we)",
        "we|",
        "W-E",
        "NOWHERE",
        "((((we))))",
    ],
)
def test_a_pattern_that_cannot_be_read_is_refused(pattern):
    lexicon = build(CLASSES, {"we", "you"})

    with pytest.raises(PatternError):
        compile_pattern(pattern, lexicon.codes_of)


def test_an_entry_in_brackets_stands_for_its_forms():
    assert list(expand("licen(c|s)e(|s)")) == ["licence", "licences", "license", "licenses"]


def test_a_bracket_without_partner_is_refused():
    with pytest.raises(PatternError):
        list(expand("licen(c|s"))


def test_a_class_that_contains_itself_is_refused():
    with pytest.raises(PatternError):
        build({"A": ["B"], "B": ["A"]}, [])


@given(st.text(max_size=300))
def test_every_word_has_a_place_in_the_codes_whatever_the_text(text):
    read = build(CLASSES, {"we"}).read(text)

    for sentence in read.sentences():
        assert text[sentence.start : sentence.end].strip()


def test_a_pattern_is_not_tried_where_its_words_come_in_another_order():
    lexicon = build(CLASSES, {"sell", "data"})
    pattern = compile_pattern("sell ...4 data", lexicon.codes_of)

    assert pattern.may_match(lexicon.read("They sell all data.").codes)
    assert not pattern.may_match(lexicon.read("All data they sell.").codes)
    assert not pattern.may_match(lexicon.read("They sell.").codes)
