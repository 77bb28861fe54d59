"""Where a command works that has much to do: the options that say it, and what they come to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tostrack.errors import ConfigError

if TYPE_CHECKING:
    from tostrack.spread import Spread

jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(1), help="Processes to work in; default: one, or all cores."
)
scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="Work on the machines of this dask scheduler (extra `cluster`)."
)


@contextmanager
def spread(jobs: int | None, scheduler: str | None, *, much: bool) -> Iterator[Spread]:
    """Give who is to work: those of *scheduler*, else *jobs* processes, else all cores when there is *much* to do."""
    from tostrack.bounded import Worker
    from tostrack.spread import Cluster, Here, Pool

    if scheduler:
        if jobs:
            raise ConfigError("--jobs and --scheduler: say one; the scheduler knows its workers")
        with Cluster(scheduler) as cluster:
            yield cluster
        return
    processes = jobs or (len(os.sched_getaffinity(0)) if much else 1)
    if processes > 1:
        with Pool(processes) as pool:
            yield pool
        return
    with Worker() as worker:
        yield Here(worker)
