"""A smoke of ``benchmarks/fuzz.py``: rubbish gives text or an ``ExtractError``, and what once broke stays mended."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import fuzz


def test_no_rubbish_breaks_extraction():
    result = fuzz.run(seed=20, numbers=range(150))

    assert result.failures == {}
    assert result.count == 150


def test_an_input_is_made_from_its_seed_and_number_alone():
    assert fuzz.made(3, 7) == fuzz.made(3, 7)
    assert fuzz.made(3, 7) != fuzz.made(3, 8)


@pytest.mark.parametrize("number", [15815, 377977])
def test_what_the_long_run_found_stays_mended(number):
    assert fuzz.failure(fuzz.made(1, number), normal_form=True) == ""
