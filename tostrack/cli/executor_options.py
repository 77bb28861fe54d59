"""Options for parallel work: processes on this machine, or a dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.services.executor import Executor

jobs_option = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    help="Worker processes; default: one, or one for each core if there is much to do.",
)
scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="Use the machines of this dask scheduler (extra `cluster`)."
)


def count_cores() -> int:
    """Return the number of cores this process may use; on systems without CPU affinity, all of them."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def executor_options(jobs: int | None, scheduler: str | None, *, much: bool) -> Iterator[Executor]:
    """Yield an executor: the cluster of *scheduler*, else *jobs* processes, else all cores if there is *much* to do."""
    from tostrack.sandbox import Worker
    from tostrack.services.executor import ClusterExecutor, LocalExecutor, PoolExecutor

    if scheduler:
        if jobs:
            raise ConfigError("use --jobs or --scheduler, not both")
        with ClusterExecutor(scheduler) as cluster:
            yield cluster
        return
    processes = jobs or (count_cores() if much else 1)
    if processes > 1:
        with PoolExecutor(processes) as pool:
            yield pool
        return
    with Worker() as worker:
        yield LocalExecutor(worker)
