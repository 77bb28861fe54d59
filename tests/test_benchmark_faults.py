"""A smoke of the fault benchmarks: each finds nothing on a small count; the long runs are in benchmarks/."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

pytestmark = pytest.mark.slow


def test_tamperings_are_found_and_placed():
    from tamperings import run

    for done, was_found, was_placed, _ in run(count=40, seed=7):
        assert (was_found, was_placed) == (True, True), done


def test_corruptions_are_found_or_harmless():
    from corruptions import run

    assert {outcome for _, outcome in run(count=60, seed=7)} <= {"found", "harmless"}


@pytest.mark.parametrize("way", ["signals", "limit"])
def test_a_run_that_was_killed_or_starved_ends_as_an_unbroken_one(way, tmp_path):
    from killpoints import points

    assert [wrong for _, _, wrong in points(way, 4, 7, tmp_path) if wrong] == []


def test_a_backfill_or_an_export_of_the_state_that_was_killed_ends_as_an_unbroken_one(tmp_path):
    from killpoints import points

    found = list(points("signals", 4, 7, tmp_path, ("keep", "backfill")))

    assert [wrong for _, _, wrong in found if wrong] == []


def test_of_many_crawls_at_once_one_works_and_the_others_say_busy(tmp_path):
    from killpoints import crowd

    ended = [(status, wrong) for _, status, wrong in crowd(1, 7, tmp_path, size=8)]

    assert {status for status, _ in ended} <= {0, 75}
    assert not any(wrong for _, wrong in ended)


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here")


@needs_strace
def test_a_kill_and_a_full_disk_at_a_system_call_lose_nothing(tmp_path):
    from killpoints import points

    for way in ("syscalls", "full"):
        (tmp_path / way).mkdir()
        assert [wrong for _, _, wrong in points(way, 2, 7, tmp_path / way) if wrong] == []


@needs_strace
def test_a_power_cut_loses_nothing_and_the_harness_sees_a_careless_writer():
    from powerloss import run

    assert {broken for _, broken in run(150, 7)} == {""}
    assert {broken for _, broken in run(300, 7, "OFF")} > {""}
