"""When may which host be asked: due times, pauses, and the agenda of a whole run. No clock, no threads of its own."""

from __future__ import annotations

import heapq
import threading
from typing import Generic, TypeVar

from tostrack.value import Value

T = TypeVar("T")


class Slot(Value):
    """A task's request to *host*, due not before a time on the monotonic clock."""

    host: str
    not_before: float = 0.0


class CircuitOpen(Value):
    """A reason not to ask a host: it wants to be left alone for longer than a run waits, or it does not answer."""

    until: float
    #: The status that came with its wish; None when it did not answer at all.
    status: int | None
    #: A word of `failures.CAUSES`.
    cause: str


#: Failures in a row that say that the host is down and not a page of it slow.
MOST_FAILURES = 3
#: Seconds for which a host that is down is not asked: as long as a robots.txt that could not be read says no.
DOWN_SECONDS = 600.0


class Hosts:
    """The known limits of each host; safe to use from several threads. All times are monotonic seconds."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._delays: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._closed: dict[str, CircuitOpen] = {}
        self._failures: dict[str, int] = {}
        self._lock = threading.Lock()

    def due(self, host: str) -> float:
        """Return when *host* may be asked next."""
        return self._due.get(host, 0.0)

    def book(self, host: str, now: float) -> float:
        """Return when the caller may ask *host*, and count it as asked then."""
        with self._lock:
            start = max(now, self.due(host))
            self._due[host] = start + self._delays.get(host, self._delay)
            return start

    def slow_down(self, host: str, delay: float) -> None:
        """Keep *delay* seconds between requests to *host*, if that is longer than usual."""
        with self._lock:
            usual = self._delays.get(host, self._delay)
            if delay > usual:
                self._delays[host] = delay
                self._due[host] = self._due.get(host, 0.0) + delay - usual

    def pause(self, host: str, until: float) -> None:
        """Do not ask *host* before *until*: it said so."""
        with self._lock:
            self._due[host] = max(self._due.get(host, 0.0), until)

    def close(self, host: str, until: float, status: int) -> None:
        """Remember that *host* wants no more requests before *until*, which is not worth waiting for."""
        with self._lock:
            self._closed[host] = CircuitOpen(until, status, f"http-{status}")

    def failed(self, host: str, cause: str, now: float) -> None:
        """Count that *host* gave no answer, for *cause*; `MOST_FAILURES` in a row close it for a while."""
        with self._lock:
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= MOST_FAILURES:
                self._closed[host] = CircuitOpen(now + DOWN_SECONDS, None, cause)
                # One more failure after the pause closes it again: it has shown what it is like.
                self._failures[host] = MOST_FAILURES - 1

    def answered(self, host: str) -> None:
        """Forget the failures of *host*: whatever it said, it is there."""
        with self._lock:
            self._failures.pop(host, None)

    def closed(self, host: str, now: float) -> CircuitOpen | None:
        """Return until when and why *host* is closed, if it is."""
        closed = self._closed.get(host)
        return closed if closed and closed.until > now else None


class HostQueue(Generic[T]):
    """Items that wait for their host's turn. A heap of due times: nobody sleeps for one host while another is due.

    One item per host is out at a time. Of the hosts that are due the one with the most items goes first, for it is the
    one that the others will have to wait for in the end. Among the items of a host the lower rank goes first; one that
    must not be before a time (a retry) goes after those that need not wait.
    """

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._waiting: dict[str, list[tuple[float, int, T]]] = {}
        self._busy: set[str] = set()
        #: By due time, and by need. Not every entry is still true; one that is not is put right when it comes up.
        self._later: list[tuple[float, str]] = []
        self._ready: list[tuple[int, str]] = []

    def add(self, turn: Slot, rank: int, item: T) -> None:
        """Let *item* wait for *turn*; ranks are distinct."""
        heapq.heappush(self._waiting.setdefault(turn.host, []), (turn.not_before, rank, item))
        self._schedule(turn.host)

    def take(self, now: float) -> tuple[str, T] | None:
        """Return a host whose turn it is and the item that waited for it; None when nobody's turn is now."""
        while self._later and self._later[0][0] <= now:
            _, host = heapq.heappop(self._later)
            if self._wants(host):
                heapq.heappush(self._ready, (-len(self._waiting[host]), host))
        while self._ready:
            _, host = heapq.heappop(self._ready)
            if not self._wants(host):
                continue
            if (due := self._due(host)) > now:
                heapq.heappush(self._later, (due, host))
                continue
            _, _, item = heapq.heappop(self._waiting[host])
            self._busy.add(host)
            self._hosts.book(host, now)
            return host, item
        return None

    def free(self, host: str) -> None:
        """Say that the item of *host* is back; another one may be taken when the host is due again."""
        self._busy.discard(host)
        self._schedule(host)

    def next_due(self) -> float | None:
        """Return when `take`, which just found nothing, may find something; None if not before an `add` or a `free`."""
        while self._later:
            due, host = self._later[0]
            if not self._wants(host):
                heapq.heappop(self._later)
            elif (true_due := self._due(host)) != due:
                heapq.heapreplace(self._later, (true_due, host))
            else:
                return due
        return None

    def _schedule(self, host: str) -> None:
        if self._wants(host):
            heapq.heappush(self._later, (self._due(host), host))

    def _wants(self, host: str) -> bool:
        return host not in self._busy and bool(self._waiting.get(host))

    def _due(self, host: str) -> float:
        return max(self._hosts.due(host), self._waiting[host][0][0])
