"""A smoke of the fault benchmarks: each finds nothing on a small count; the long runs are in benchmarks/."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

pytestmark = pytest.mark.slow


def test_tamperings_are_found_and_placed():
    from tamperings import run

    for done, was_found, was_placed, _ in run(count=40, seed=7):
        assert (was_found, was_placed) == (True, True), done
