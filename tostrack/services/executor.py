"""Pure functions over many values: here, on the cores of this machine, or on other machines.

Who asks is the only one who writes: answers come in the order of the jobs, and a process that dies takes nothing with
it. What it was doing is done again; a job that ends every process that takes it up is answered with its name.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, Self, TypeVar
from weakref import WeakSet

from tostrack.errors import ConfigError, ExtractError
from tostrack.sandbox import Call, Worker, call_directly

if TYPE_CHECKING:
    from concurrent.futures import Future

V = TypeVar("V")
A = TypeVar("A")
P = ParamSpec("P")
R = TypeVar("R")
#: A function that a module holds by its name, of a value that can be pickled and of a way to read hostile pages.
Function = Callable[[V, Call], A]

#: This many jobs are out for each process: one that it does, and one that waits for it. Bounds the memory.
_AHEAD = 2
#: Seconds in which a scheduler answers that is there.
_CONNECT = 10


class Executor(Protocol):
    """Gives a function to its workers."""

    def __call__(self, function: Function[V, A], jobs: Iterable[tuple[str, V]]) -> Iterator[tuple[V, A | ExtractError]]:
        """Yield each job's value with what *function* returns of it, in order.

        Where no process survived a job, that is an `ExtractError` that names it.

        Args:
            function: A pure one: it may be asked more than once.
            jobs: Each with its name; not read much further than what was yielded.
        """


class LocalExecutor:
    """Works in this process, one job after the other; *call* reads pages."""

    def __init__(self, call: Call = call_directly) -> None:
        self._call = call

    def __call__(self, function: Function[V, A], jobs: Iterable[tuple[str, V]]) -> Iterator[tuple[V, A | ExtractError]]:
        """See `Executor`."""
        for name, value in jobs:
            yield value, _named(function, name, value, self._call)


#: Without bounds: for tests, and for pages of our own.
HERE = LocalExecutor()


def call_through(spread: Executor, name: str) -> Call:
    """Return how to call one function of one value after the other on *spread*, as a `Call`: for jobs that are few."""

    def call(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        [(_, answer)] = spread(_apply, [(name, (function, args, kwargs))])
        if isinstance(answer, ExtractError):
            raise answer
        found: R = answer
        return found

    return call


def _apply(job: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]], call: Call) -> Any:
    """Return what a function returns, or the error of a document: it comes back as a value from any process."""
    function, args, kwargs = job
    try:
        return call(function, *args, **kwargs)
    except ExtractError as error:
        return error


class PoolExecutor:
    """Works on the cores of this machine; usable as a context manager."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool = _executor(processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __call__(self, function: Function[V, A], jobs: Iterable[tuple[str, V]]) -> Iterator[tuple[V, A | ExtractError]]:
        """See `Executor`."""

        def submit(name: str, value: V) -> Future[A]:
            try:
                return self._pool.submit(work, function, name, value)
            except BrokenProcessPool:
                self._pool.shutdown()
                self._pool = _executor(self._processes)
                return self._pool.submit(work, function, name, value)

        def answer(name: str, value: V, future: Future[A]) -> A | ExtractError:
            try:
                return future.result()
            except BrokenProcessPool:
                # Whichever was under way may have ended its process: ask for this one again, alone.
                with _executor(1) as alone:
                    try:
                        return alone.submit(work, function, name, value).result()
                    except BrokenProcessPool:
                        return _poisoned(name)

        yield from _in_order(jobs, submit, answer, _AHEAD * self._processes)


class ClusterExecutor:
    """Works on the machines of a dask.distributed scheduler; usable as a context manager.

    Raises:
        ConfigError: The extra is not installed, or nobody answers at *address*.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise ConfigError("--scheduler needs an extra: `pip install 'tostrack[cluster]'`") from error
        try:
            self._client = Client(address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConfigError(f"--scheduler {address}: nobody answers there; start `dask scheduler`") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def __call__(self, function: Function[V, A], jobs: Iterable[tuple[str, V]]) -> Iterator[tuple[V, A | ExtractError]]:
        """See `Executor`. The scheduler gives the jobs of a worker that died to another one, three times by default."""
        from distributed import KilledWorker, wait

        out: WeakSet[Any] = WeakSet()

        def submit(name: str, value: V) -> Any:
            future = self._client.submit(work, function, name, value, pure=False, retries=1)
            out.add(future)
            return future

        def answer(name: str, value: V, future: Any) -> A | ExtractError:
            found: A
            try:
                found = future.result()
            except KilledWorker:
                # It may only have waited where another one did the harm: ask for it again, alone.
                with self._client.as_current():
                    wait(list(out))
                try:
                    found = submit(name, value).result()
                except KilledWorker:
                    return _poisoned(name)
            return found

        threads = sum(self._client.nthreads().values())
        yield from _in_order(jobs, submit, answer, _AHEAD * max(1, threads))


def _in_order(
    jobs: Iterable[tuple[str, V]],
    submit: Callable[[str, V], Any],
    answer: Callable[[str, V, Any], A | ExtractError],
    ahead: int,
) -> Iterator[tuple[V, A | ExtractError]]:
    out: deque[tuple[str, V, Any]] = deque()

    def first() -> tuple[V, A | ExtractError]:
        name, value, future = out.popleft()
        return value, answer(name, value, future)

    for name, value in jobs:
        out.append((name, value, submit(name, value)))
        if len(out) == ahead:
            yield first()
    while out:
        yield first()


def _executor(processes: int) -> ProcessPoolExecutor:
    # Spawned, not forked: a process that was forked beside threads may wait for a lock that nobody holds.
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


def _poisoned(name: str) -> ExtractError:
    return ExtractError(f"{name}: ended every process that took it up", cause="crashed")


_mine = threading.local()


def work(function: Function[V, A], name: str, value: V) -> A:
    """Return what *function* makes of *value*: what a process of the pool, or a thread of a dask worker, does."""
    if not hasattr(_mine, "worker"):
        # Hostile pages are read in a child of its own here as well; it ends when this process does.
        _mine.worker = Worker()
    return _named(function, name, value, _mine.worker)


def _named(function: Function[V, A], name: str, value: V, call: Call) -> A:
    try:
        return function(value, call)
    except Exception as error:
        error.add_note(f"while working on {name}")
        raise
