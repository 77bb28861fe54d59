"""Where a command works that has much to do: the options that say it, and what they come to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.executor import Executor

jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(1), help="Processes to work in; default: one, or all cores."
)
scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="Work on the machines of this dask scheduler (extra `cluster`)."
)


@contextmanager
def executor_options(jobs: int | None, scheduler: str | None, *, much: bool) -> Iterator[Executor]:
    """Give who is to work: those of *scheduler*, else *jobs* processes, else all cores when there is *much* to do."""
    from tostrack.executor import ClusterExecutor, LocalExecutor, PoolExecutor
    from tostrack.sandbox import Worker

    if scheduler:
        if jobs:
            raise ConfigError("--jobs and --scheduler: say one; the scheduler knows its workers")
        with ClusterExecutor(scheduler) as cluster:
            yield cluster
        return
    processes = jobs or (len(os.sched_getaffinity(0)) if much else 1)
    if processes > 1:
        with PoolExecutor(processes) as pool:
            yield pool
        return
    with Worker() as worker:
        yield LocalExecutor(worker)
