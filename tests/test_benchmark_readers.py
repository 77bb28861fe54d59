"""A smoke of the benchmark of crawls beside readers; the long run is in benchmarks/."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))


@pytest.mark.slow
def test_nights_beside_readers_are_stored_or_fail_with_a_sentence(tmp_path):
    from nights_beside_readers import run

    found = run(tmp_path, nights=6, seconds=60, seed=7)

    assert found["wrong"] == []
    assert found["nights"] == 6
    assert {ended.partition(":")[0] for ended in found["ended"]} <= {"stored", "failed"}
