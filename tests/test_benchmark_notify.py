"""A smoke of the long runs that try telling people: each finds nothing on a small count."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
injection = pytest.importorskip("injection")


def run(name, *arguments):
    command = [sys.executable, str(BENCHMARKS / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_hostile_texts_add_no_header_and_break_no_feed():
    chance = random.Random(7)

    # They assert themselves, and name the text that broke them.
    assert [injection.check_mail(chance) for _ in range(50)] == [None] * 50
    assert [injection.check_feed(chance) for _ in range(10)] == [None] * 10


@pytest.mark.slow
def test_killed_crawls_and_notifiers_drop_nothing():
    ended = run("notify_kills.py", "--kills", "8", "--nights", "3", "--seed", "3")

    assert ended.returncode == 0, ended.stderr
    assert ", 0 dropped, " in ended.stdout
