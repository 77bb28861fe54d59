"""Host names to addresses, awaited no longer than there is time: the system's own look-up knows no deadline."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

#: What `getaddrinfo` returns.
Resolved = Sequence[tuple[int, int, int, str, tuple[Any, ...]]]
Resolver = Callable[[str, int], Resolved]


def resolve(host: str, port: int) -> Resolved:
    """Return the addresses of *host*, as the system knows them."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


class Lookup:
    """One question to a resolver, asked in a thread of its own: a `getaddrinfo` that hangs cannot be interrupted.

    The thread is left behind if need be; the system's resolver gives up after some tens of seconds by itself.
    """

    def __init__(self, resolver: Resolver, host: str, port: int) -> None:
        self._inbox: SimpleQueue[Resolved | BaseException] = SimpleQueue()
        self._resolver = resolver
        self._question = host, port
        if _is_address(host):
            self._ask()  # nobody else needs to be asked
        else:
            threading.Thread(target=self._ask, name=f"lookup {host}", daemon=True).start()

    def _ask(self) -> None:
        try:
            self._inbox.put(self._resolver(*self._question))
        except BaseException as error:  # noqa: BLE001  (it is raised where the answer is awaited)
            self._inbox.put(error)

    def result(self, seconds: float) -> Resolved:
        """Return the addresses.

        Raises:
            TimeoutError: There is no answer after so many *seconds*, or the look-up was given up.
            OSError: There is no such name.
        """
        try:
            answer = self._inbox.get(timeout=seconds)
        except Empty:
            raise TimeoutError("the name server did not answer") from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def give_up(self) -> None:
        """Let the one who waits go on without an answer."""
        self._inbox.put(TimeoutError("given up"))
