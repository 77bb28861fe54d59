"""A smoke of the benchmark of many clauses; the long run is in benchmarks/."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import clauses


def test_every_clause_is_another_text_and_one_document_in_ten_was_reworded():
    said = [clauses.texts(number, 50) for number in range(11)]

    assert [len(versions) for versions in said] == [2, *[1] * 9, 2]
    assert len({clause for versions in said for clause in versions[0].split("\n\n")}) == 11 * 50


@pytest.mark.slow
def test_a_small_archive_is_made_and_every_command_succeeds(tmp_path):
    clauses.made(tmp_path / "out", 240, 8)

    about, *lines = clauses.lines(tmp_path / "out")

    assert (about["clauses"], about["documents"]) == (240, 8)
    assert [line["command"] for line in lines if line["status"]] == []
