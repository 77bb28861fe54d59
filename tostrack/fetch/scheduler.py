"""Many pages at once: one request at a time per host, many hosts side by side."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any

from tostrack.errors import FetchError
from tostrack.fetch.fetch_task import FetchSteps
from tostrack.fetch.fetcher import Fetcher
from tostrack.fetch.host_queue import HostQueue, Slot
from tostrack.models import NotModified, Page, Snapshot, Validators
from tostrack.value import Value

Result = Snapshot | NotModified | FetchError
#: Yields every request with its result, in the order in which they come.
FetchAll = Callable[[Sequence["Request"]], Iterator[tuple["Request", Result]]]

#: Results that wait for the consumer, per worker; then the workers wait for it. Bounds the memory.
_AHEAD = 4


class Request(Value):
    """A page to fetch, and a key by which the caller knows it again."""

    key: Any
    page: Page
    validators: Validators | None = None


class _Task(Value):
    rank: int
    request: Request
    steps: FetchSteps


def fetch_all(
    requests: Sequence[Request], fetcher: Fetcher, *, workers: int = 16, now: datetime | None = None
) -> Iterator[tuple[Request, Result]]:
    """Yield each of *requests* with what became of it, as they are done; failures are values here.

    Stopping to iterate, or any exception in the consumer, ends the requests that are under way.

    Args:
        requests: In order of importance: within a host they are served in this order.
        fetcher: Not used by anybody else meanwhile.
        workers: Most requests at a time.
        now: The time to write on the snapshots; by default each its own.
    """
    crowd = _Scheduler(fetcher, workers)
    yield from crowd.enter(requests, now)
    size = min(workers, len({turn.host for turn in crowd.turns}))
    if not size:
        return
    with ThreadPoolExecutor(size, thread_name_prefix="fetch") as pool:
        futures: list[Future[None]] = []
        try:
            for _ in range(size):
                futures.append(pool.submit(crowd.work))
                futures[-1].add_done_callback(crowd.left)
            yield from crowd.results(futures)
        finally:
            crowd.stop()
            # Repeated: a worker may have been about to ask when it was asked to stop.
            while wait(futures, timeout=0.1).not_done:
                fetcher.abort()


class _Scheduler:
    """The workers' common state, under one lock. A worker takes whatever is due; none waits for one host."""

    def __init__(self, fetcher: Fetcher, workers: int) -> None:
        self.turns: list[Slot] = []
        self._fetcher = fetcher
        self._agenda: HostQueue[_Task] = HostQueue(fetcher.hosts)
        self._ahead = _AHEAD * workers
        self._done: deque[tuple[Request, Result]] = deque()
        self._open = 0
        self._stopped = False
        #: The time until which a worker watches the clock for all; infinite when none does.
        self._watched = float("inf")
        lock = threading.Lock()
        self._idle = threading.Condition(lock)
        self._news = threading.Condition(lock)

    def enter(self, requests: Sequence[Request], now: datetime | None) -> Iterator[tuple[Request, Result]]:
        """Put every request on the agenda; yield those that fail before anybody is asked."""
        for rank, request in enumerate(requests):
            try:
                steps = self._fetcher.start_task(request.page, request.validators, now)
                turn = next(steps)
            except FetchError as error:
                yield request, error
            else:
                self.turns.append(turn)
                self._agenda.add(turn, rank, _Task(rank, request, steps))
                self._open += 1

    def results(self, workers: Sequence[Future[None]]) -> Iterator[tuple[Request, Result]]:
        """Yield results until there are no more."""
        while True:
            with self._news:
                while not self._done and self._open and not self._stopped:
                    self._news.wait()
                if not self._done:
                    break
                result = self._done.popleft()
                self._idle.notify()
            yield result
        for worker in workers:
            worker.result()  # a bug in a worker is raised here

    def stop(self) -> None:
        """Let the workers go home when they are done with what they are doing."""
        with self._idle:
            self._stopped = True
            self._idle.notify_all()
            self._news.notify_all()

    def left(self, worker: Future[None]) -> None:
        """Store that *worker* ended; if a bug ended it, the others end too."""
        if worker.exception() is not None:
            self.stop()

    def work(self) -> None:
        """Do what is due until all is done."""
        while taken := self._take():
            host, task = taken
            outcome: Slot | Result
            try:
                outcome = next(task.steps)
            except StopIteration as end:
                outcome = end.value
            except FetchError as error:
                # A value from here on: what led to it would keep every buffer on the way alive with it.
                error.__cause__ = error.__context__ = None
                outcome = error.with_traceback(None)
            self._give_back(host, task, outcome)

    def _take(self) -> tuple[str, _Task] | None:
        """Return what is due next, waiting for it; None when there is nothing to wait for."""
        with self._idle:
            while self._open and not self._stopped:
                due = None
                if len(self._done) < self._ahead:
                    now = self._fetcher.monotonic()
                    if taken := self._agenda.take(now):
                        self._idle.notify()  # another one watches the clock now
                        return taken
                    due = self._agenda.next_due()
                if due is None or due >= self._watched:
                    self._idle.wait()
                else:
                    self._watched = due
                    self._idle.wait(due - now)
                    self._watched = float("inf")
            return None

    def _give_back(self, host: str, task: _Task, outcome: Slot | Result) -> None:
        with self._idle:
            self._agenda.free(host)
            if isinstance(outcome, Slot):
                self._agenda.add(outcome, task.rank, task)
                return  # this worker looks at the agenda next
            self._done.append((task.request, outcome))
            self._open -= 1
            self._news.notify()
            if not self._open:
                self._idle.notify_all()
