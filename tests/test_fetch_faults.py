"""A smoke of the long runs in benchmarks/faults.py, whose figures are in docs/fetching.md."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "faults.py"
if not SCRIPT.is_file():
    pytest.skip("benchmarks/faults.py is not beside the tests", allow_module_level=True)


@pytest.fixture(scope="module")
def faults():
    spec = importlib.util.spec_from_file_location("faults", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


@pytest.mark.slow
def test_no_page_that_was_cut_becomes_a_snapshot(faults):
    outcomes, lost = faults.cuts(200, seed=7)

    assert set(outcomes) <= {"truncated", "reset"}
    assert lost == 0


@pytest.mark.slow
def test_no_spelling_of_a_forbidden_address_is_connected_to(faults):
    spellings, ways, causes, attempts = faults.addresses()

    assert spellings >= 200
    assert ways == causes.total()
    assert attempts == []
    assert set(causes) == {"forbidden-address", "bad-url"}


@pytest.mark.slow
def test_a_bomb_grows_no_further_than_the_cap(faults):
    rows = faults.explode(50, limit=4_000_000, seconds=600)

    # Each bomb is 50 MB when it is unpacked, and memory only counts where it passes the peak so far.
    assert sum(growth for *_, growth in rows) < 30
    assert {what for _, what, *_ in rows} >= {"too-large", "encoding", "bad-response"}


@pytest.mark.slow
def test_slow_and_silent_servers_end_with_the_deadline(faults):
    # A drip that is not cut off comes to its end after ten seconds, and `drips` raises.
    assert len(faults.drips(8, seed=7, deadline=0.2)) == 8
