"""Run the outbox's state machine for long: `python benchmarks/outbox_machine.py [--steps 20000]`."""

import argparse
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from machine import Machine


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--length", type=int, default=100, help="steps of one run at the most")
    arguments = parser.parse_args()
    counts = {"steps": 0, "runs": 0, "told": 0, "copies": 0}

    class Counted(Machine):
        def settle(self) -> None:
            super().settle()
            counts["steps"] += self.steps
            counts["runs"] += 1
            counts["told"] += sum(len(copies[0][1].split()) for copies in self.arrived.values())
            counts["copies"] += sum(len(copies) - 1 for copies in self.arrived.values())

    began = time.monotonic()
    while counts["steps"] < arguments.steps:
        run_state_machine_as_test(
            Counted,
            settings=settings(
                max_examples=max(1, (arguments.steps - counts["steps"]) // (arguments.length // 2)),
                stateful_step_count=arguments.length,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    print(f"{counts} in {time.monotonic() - began:.0f} s: every event told once to each reader, no message changed")


if __name__ == "__main__":
    main()
