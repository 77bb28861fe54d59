"""A smoke of benchmarks/mutants.py on small invented texts: the catalogue applies, and is judged."""

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import empty_edits
import meaning_edits
import mutants

SECTIONS = (
    ("Scope", "This notice says how Example Ltd. handles records. It applies to every visitor of the service."),
    (
        "Records",
        "We may keep records for 30 days, but we do not sell them. A fee of $25 or 5% is due only once a year.",
    ),
    (
        "Rights",
        "You may object unless the law says otherwise. Your explicit consent is asked for before anything is sent.",
    ),
    ("Disputes", "Users must write to us first. We will answer the customer within ten days if the letter is signed."),
    (
        "Words",
        "The organization keeps its license. Acme helps, Acme answers, Acme waits, and Acme replies when Acme reads.",
    ),
)
TEXT = "# Notice\n\n" + "\n\n".join(
    f"## {title}\n\n{body}\n\nThe following belongs to it:\n\n- one record of every letter sent\n- another record of every answer given\n- a third record of what was said\n\nThis is the end of the section on {title.lower()}."
    for title, body in SECTIONS * 2
)


def test_the_catalogue_is_large_and_every_kind_has_a_name_of_its_own():
    for kinds in (meaning_edits.kinds(), empty_edits.kinds()):
        assert len(kinds) >= 50
        assert len({kind.name for kind in kinds}) == len(kinds)
    assert {language for entry in meaning_edits.CATALOGUE["claims"] for language in entry} >= {*meaning_edits.LANGUAGES}


def test_a_third_of_the_kinds_is_kept_aside():
    kinds = [*meaning_edits.kinds(), *empty_edits.kinds()]

    assert 0.25 < sum(map(mutants.kept_aside, kinds)) / len(kinds) < 0.42


@pytest.mark.parametrize("kind", [kind for kind in meaning_edits.kinds() if kind.planted], ids=lambda kind: kind.name)
def test_a_planted_kind_applies_in_every_language_and_changes_the_text(kind):
    for language in meaning_edits.LANGUAGES:
        old, new = kind.apply(TEXT, language, Random(1))

        assert old != new


def test_the_same_seed_makes_the_same_edits():
    texts = {"en": [("example", TEXT)]}
    kinds = meaning_edits.kinds()[::9]

    assert [*mutants.outcomes(kinds, texts, 12, 5)] == [*mutants.outcomes(kinds, texts, 12, 5)]


def test_edits_of_prose_are_told_and_white_space_is_not():
    texts = {"en": [("example", TEXT)]}
    told = [
        kind for kind in meaning_edits.kinds() if kind.name in ("negation removed, prose", "modal exchanged, prose")
    ]
    silent = [kind for kind in empty_edits.kinds() if kind.token == "white space"]

    assert [one.verdict for one in mutants.outcomes(told, texts, 2, 1)] == ["substantive"] * 2
    assert {one.verdict for one in mutants.outcomes(silent, texts, 6, 1)} == {"noise"}


def test_without_the_corpus_it_says_so(tmp_path):
    with pytest.raises(SystemExit, match="skipped: no replay corpus"):
        mutants.texts_of(tmp_path)
