"""When may which host be asked: due times, pauses, and the agenda of a whole run. No clock, no threads of its own."""

from __future__ import annotations

import heapq
import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Turn:
    """A journey's wish to ask *host* once, not before a time on the monotonic clock."""

    host: str
    not_before: float = 0.0


@dataclass(frozen=True)
class Pause:
    """A host's wish to be left alone."""

    until: float
    #: The status that came with it.
    status: int


class Hosts:
    """What is known of each host's patience; safe to use from several threads. All times are monotonic seconds."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._delays: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._pauses: dict[str, Pause] = {}
        self._lock = threading.Lock()

    def due(self, host: str) -> float:
        """Return when *host* may be asked next."""
        pause = self._pauses.get(host)
        due = self._due.get(host, 0.0)
        return max(due, pause.until) if pause else due

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

    def pause(self, host: str, until: float, status: int) -> None:
        """Leave *host* alone *until* then: it said so with *status*."""
        with self._lock:
            known = self._pauses.get(host)
            if known is None or until > known.until:
                self._pauses[host] = Pause(until, status)

    def pause_of(self, host: str) -> Pause | None:
        """Return the longest pause that *host* asked for, past or future."""
        return self._pauses.get(host)


class Agenda(Generic[T]):
    """Items that wait for their host's turn. A heap of due times: nobody sleeps for one host while another is due.

    One item per host is out at a time. Among the items of a host the lower rank goes first; one that must not be
    before a time (a retry) goes after those that need not wait.
    """

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._waiting: dict[str, list[tuple[float, int, T]]] = {}
        self._busy: set[str] = set()
        #: Not every entry is still true; one that is not is put right when it comes up.
        self._heap: list[tuple[float, str]] = []

    def add(self, turn: Turn, rank: int, item: T) -> None:
        """Let *item* wait for *turn*; ranks are distinct."""
        heapq.heappush(self._waiting.setdefault(turn.host, []), (turn.not_before, rank, item))
        self._schedule(turn.host)

    def take(self, now: float) -> tuple[str, T] | None:
        """Return a host whose turn it is and the item that waited for it; None when nobody's turn is now."""
        if (due := self.next_due()) is None or due > now:
            return None
        _, host = heapq.heappop(self._heap)
        _, _, item = heapq.heappop(self._waiting[host])
        self._busy.add(host)
        self._hosts.book(host, now)
        return host, item

    def free(self, host: str) -> None:
        """Say that the item of *host* is back; another one may be taken when the host is due again."""
        self._busy.discard(host)
        self._schedule(host)

    def next_due(self) -> float | None:
        """Return when `take` will find something; None if not before something is added or freed."""
        while self._heap:
            due, host = self._heap[0]
            if host in self._busy or not self._waiting.get(host):
                heapq.heappop(self._heap)
            elif (true_due := self._due(host)) != due:
                heapq.heapreplace(self._heap, (true_due, host))
            else:
                return due
        return None

    def _schedule(self, host: str) -> None:
        if host not in self._busy and self._waiting.get(host):
            heapq.heappush(self._heap, (self._due(host), host))

    def _due(self, host: str) -> float:
        return max(self._hosts.due(host), self._waiting[host][0][0])
