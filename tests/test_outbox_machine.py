"""The outbox's state machine, shortly; `benchmarks/outbox_machine.py` runs it for long."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from machine import Machine


@pytest.mark.slow
def test_each_event_is_told_once_whatever_happens():
    # The assertions are the machine's own: it raises when an event is dropped or told twice.
    assert run_state_machine_as_test(Machine, settings=settings(max_examples=6, stateful_step_count=25)) is None
