"""A search finds a word in its other spellings, and says what is near when it finds nothing."""

import pytest
from conftest import paragraphs

from tostrack.language.search_forms import search_forms

TEXTS = (
    "You grant us a sub-licensable right to show what you post to the people that you choose.",
    "We organize your photos by licence, and licensing them to others needs your consent in writing.",
    "Your behaviour on the service is a matter between you and the people that you meet there.",
    "We train AI on what you own, and you must not ask for payment of that training in court.",
)


@pytest.fixture
def searched(platform, run):
    platform.night(terms=paragraphs(*TEXTS))
    return lambda *words: run("search", *words)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("sublicensable", 0),
        ("sub-licensable", 0),
        ("sublicence", 0),
        ("organise photos", 1),
        ("license consent", 1),
        ("behavior", 2),
        ("behav*", 2),
        ('"matter between you"', 2),
        ("AI", 3),
        ("must own", 3),
    ],
)
def test_other_spellings_are_found(searched, words, found):
    shown = " ".join(searched(words).stdout.split())

    assert TEXTS[found] in shown
    assert "1 clause of" in shown or words == "license consent"


@pytest.mark.parametrize("words", ["us", "use", "userland", '"matter among you"', "organise behavior"])
def test_nothing_else_is_found(searched, words):
    assert "organize" not in searched(words).stdout
    assert "behaviour" not in searched(words).stdout


def test_the_nearest_spelling_is_named_when_nothing_is_found(searched):
    result = searched("lisence")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "no match; did you mean licence" in result.stderr


def test_a_beginning_keeps_its_ending_open():
    assert search_forms("Organis*") == ["organis*"]
    assert search_forms("organise*") == ["organise*", "organize*"]
    assert "sub-licens*" in search_forms("license")
