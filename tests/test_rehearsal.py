"""The nightly workflow's own steps, run here night after night."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).resolve().parents[1] / "benchmarks" / "rehearsal.py"


@pytest.fixture(scope="module")
def rehearsal():
    spec = importlib.util.spec_from_file_location("rehearsal", PATH)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules["rehearsal"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["rehearsal"]


@pytest.mark.slow
def test_news_of_a_night_that_was_not_kept_or_not_noted_is_told_under_one_name(rehearsal, tmp_path):
    faults = {
        1: rehearsal.Fault(remote_down=True),
        2: rehearsal.Fault(lost_at="tell:Copy the ledger of what was sent"),
    }

    found = rehearsal.rehearse(tmp_path / "nights", 4, faults, log=lambda _: None)

    names = [letter["id"] for letter in found["heard"]]
    # The first night tells nothing, the second could not be kept; the third told, and the fourth told it again.
    assert len(names) == 2 * len(set(names)) > 0
    assert set(rehearsal.events(found["heard"]).values()) == {1}
    assert found["archive"]["not sent"] == []
