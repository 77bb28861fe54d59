"""A smoke of the capacity benchmark; the long run is in benchmarks/."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import capacity

from tostrack.services.executor import HERE, PoolExecutor


def test_the_simulated_schedule_keeps_to_what_politeness_sets():
    where = [f"www.host{at % 7}.example" for at in range(100)]

    found = capacity.schedule(where, 16)

    # 15 documents and a robots.txt on the largest host: 15 pauses of 5 seconds between them, and the last answer.
    assert found["hours"] + 0.005 >= 15 * 5 / 3600
    assert found["over_the_limit"] < 0.5


@pytest.mark.slow
def test_documents_go_through_three_nights_and_a_merge(tmp_path):
    lines = list(capacity.nights(tmp_path / "one", ["www.acme.example"] * 2))
    first, *again = capacity.merged(tmp_path / "one", tmp_path / "whole")

    assert [line["outcomes"] for line in lines] == [{"first": 2}, {"unchanged": 2}, {"changed": 1, "unchanged": 1}]
    assert [line["outcomes"] for line in (first, *again)] == [{"new": 2}, {"same": 2}, {"same": 2}]


@pytest.mark.slow
def test_versions_are_judged_alike_here_and_on_the_pool():
    with PoolExecutor(2) as pool:
        _, there = capacity.analysis(100, "pool", pool, 2)

    _, here = capacity.analysis(100, "one process", HERE, 1)
    assert there == here
    assert here.total() == 98
