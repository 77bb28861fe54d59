"""Work on a page that a stranger wrote, in a process of its own: bounded in time and memory, killed when it overruns.

A parser that loops inside C code cannot be interrupted, only killed; so one warm child process does the reading, and
is replaced when it had to be killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from functools import _lru_cache_wrapper
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, ParamSpec, Protocol, Self, TypeVar, get_type_hints

from tostrack.errors import ExtractError

P = ParamSpec("P")
R = TypeVar("R")

#: The slowest of 24,000 real pages takes half a second and 150 MB.
SECONDS, MEGABYTES = 20.0, 512
#: The seconds are of the processor: on a busy machine a document waits so many times as long, and no longer.
_BUSY = 6
#: This many seconds a child may take until it asks for work.
_STARTS = 60.0
#: Causes of failures that another look at the same page would only repeat.
OVERRUNS = frozenset(("too-slow", "too-big", "crashed"))
_LENGTH = struct.Struct("!Q")
#: What an answer begins with: a value, or why there is none.
_VALUE, _NO_VALUE = b"+", b"-"
#: Bytes of an answer: a page that fills the child's memory must not fill ours. A judged 2 MB text has 12 million.
_MOST_ANSWER = 64 << 20
_STATM = Path("/proc/self/statm")
#: Resident memory, in bytes, below which nothing is dropped again: what is left after the last time, and a quarter.
_floor = 0
#: The child has our modules wherever we have them from.
_CHILD = "import sys; sys.path[:] = {path!r}; from tostrack.sandbox import serve; serve({seconds!r}, {megabytes!r})"


class Call(Protocol):
    """Calls a pure function on text that a stranger wrote: in this process (`call_directly`), or in a `Worker`."""

    def __call__(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what *function* returns."""


def call_directly(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what *function* returns, called in this process without bounds: for tests, and for pages of our own."""
    return function(*args, **kwargs)


class Worker:
    """A child process that calls functions for us; started when first needed, closed by ``with``."""

    def __init__(self, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child, whatever it does."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            # What was still to be written is for nobody.
            with contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()
        child.wait()

    def __call__(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what *function* returns.

        The child is not trusted: its answer is JSON, decoded strictly as the type that *function* is annotated with.

        Args:
            function: One that a module holds by its name, with an annotated return type.
            args: Values that can be pickled.

        Raises:
            ExtractError: It took too long or too much memory (``cause`` is one of `OVERRUNS`), or raised the error.
            RuntimeError: It has a bug; the message is the traceback.
        """
        import msgspec

        request = pickle.dumps((function, args, kwargs), protocol=5)
        worn = self._child is not None
        answer = self._ask(request)
        if worn and isinstance(answer, dict) and answer.get("cause") in ("too-big", "crashed"):
            # Memory of a process that has read many pages is in pieces: the limit is meant for this page alone.
            answer = self._ask(request)
        del request
        if not isinstance(answer, dict):
            try:
                # Straight to the values of the type: other values between would take several times their memory.
                found: R = msgspec.json.decode(answer, type=_return_type(function))
            except msgspec.DecodeError as error:
                raise ExtractError(f"processing it gave an invalid answer ({error})", cause="crashed") from error
            return found
        if "bug" in answer:
            raise RuntimeError(answer["bug"])
        raise ExtractError(answer["message"], cause=answer["cause"])

    def _ask(self, request: bytes) -> memoryview | dict[str, Any]:
        """Return the child's answer, as JSON, or why there is none.

        A child that overran is closed, so that the next question starts another.
        """
        import msgspec

        fresh = self._child is None
        child = self._child = self._child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            if fresh:
                # That a busy machine is slow to start it is no fault of the page.
                _read(child.stdout, time.monotonic() + _STARTS)
            last = time.monotonic() + _BUSY * self._seconds
            used = _processor_seconds(child.pid)
            child.stdin.write(_LENGTH.pack(len(request)))
            child.stdin.write(request)
            child.stdin.flush()
            answer = _read(
                child.stdout, time.monotonic() + self._seconds, lambda: self._more_time(child.pid, used, last)
            )
        except TimeoutError:
            self.close()
            return {"cause": "too-slow", "message": f"processing it took more than {self._seconds:g} s"}
        except OverflowError:
            self.close()
            return {"cause": "too-big", "message": f"processing it gave more than {_MOST_ANSWER >> 20} MB"}
        except OSError:
            self.close()
            return {"cause": "crashed", "message": f"processing it ended its process (status {child.returncode})"}
        if answer[:1] == _VALUE:
            return answer[1:]
        found: dict[str, Any] = msgspec.json.decode(answer[1:])
        if found.get("cause") == "too-big":
            found["message"] = f"processing it took more than {self._megabytes} MB of memory"
            self.close()
        return found

    def _more_time(self, pid: int, used: float, last: float) -> float:
        """Return until when to wait for a child whose time is over: longer where the machine did not let it work.

        Args:
            used: The processor seconds that it had used when it was asked.
        """
        left = self._seconds - (_processor_seconds(pid) - used)
        return min(last, time.monotonic() + left) if used >= 0 else 0.0

    def _start(self) -> subprocess.Popen[bytes]:
        code = _CHILD.format(path=sys.path, seconds=self._seconds, megabytes=self._megabytes)
        # Nothing that a page makes a library say may reach the terminal.
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own code
            (sys.executable, "-c", code), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )


def _return_type(function: Callable[..., Any]) -> Any:
    """Return the type that *function* is annotated to return; Any without an annotation."""
    # The other annotations may name types that are imported for the type checker only.
    annotated = getattr(function, "__annotations__", {}).get("return", Any)
    returned = SimpleNamespace(__annotations__={"return": annotated})
    return get_type_hints(returned, globalns=getattr(function, "__globals__", {}))["return"]


def _processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used, in seconds; -1 where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return -1.0


def _read(pipe: IO[bytes], deadline: float, more: Callable[[], float] = lambda: 0.0) -> memoryview:
    """Return the next message from *pipe*.

    Args:
        more: Asked at the deadline for another one; one that has passed ends the waiting.

    Raises:
        TimeoutError: It was not complete by the deadline.
        OSError: The pipe ended before it was.
        OverflowError: It is larger than `_MOST_ANSWER`.
    """
    poll = select.poll()
    poll.register(pipe.fileno(), select.POLLIN)
    received = bytearray()
    wanted = _LENGTH.size
    while len(received) < wanted:
        left = deadline - time.monotonic()
        if left <= 0:
            deadline = more()
            if deadline <= time.monotonic():
                raise TimeoutError
            continue
        if not poll.poll(1000 * left):
            continue
        # Past the buffer of the pipe object: what it held back, poll would not see.
        part = os.read(pipe.fileno(), 1 << 16)
        if not part:
            raise BrokenPipeError
        received += part
        if wanted == _LENGTH.size and len(received) >= wanted:
            wanted += _LENGTH.unpack_from(received)[0]
            if wanted > _MOST_ANSWER:
                raise OverflowError
    return memoryview(received)[_LENGTH.size :]


def serve(seconds: float, megabytes: int) -> None:
    """Answer questions from standard input until it ends: what the child does."""
    # Ctrl-C is for the parent, which closes us when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(megabytes)
    questions = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    answers.write(_LENGTH.pack(0))
    answers.flush()
    while len(head := questions.read(_LENGTH.size)) == _LENGTH.size:
        request = questions.read(_LENGTH.unpack(head)[0])
        # Where the parent was killed, nobody else ends us; without a handler this works inside C code too.
        signal.setitimer(signal.ITIMER_REAL, _BUSY * seconds + 1)
        kind, answer = _answer(request)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(_LENGTH.pack(len(answer) + 1) + kind)
        answers.write(answer)
        answers.flush()
        del request, answer
        # What is remembered of the last texts must not make the next one too big.
        forget_when_large(megabytes // 2)


def _answer(request: bytes) -> tuple[bytes, bytes]:
    """Return the answer to *request* as JSON, and behind which of `_VALUE` and `_NO_VALUE` it is sent."""
    import msgspec

    try:
        # From our parent alone.
        function, args, kwargs = pickle.loads(request)  # noqa: S301
        return _VALUE, msgspec.json.encode(function(*args, **kwargs))
    except ExtractError as error:
        failure = {"cause": error.cause, "message": str(error)}
    except MemoryError:
        failure = {"cause": "too-big"}
    except Exception:  # noqa: BLE001 - carried to the parent, which raises it
        failure = {"bug": traceback.format_exc()}
    return _NO_VALUE, msgspec.json.encode(failure)


def _limit_memory(megabytes: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, most))


# What a process that works through many texts remembers


def resident_bytes() -> int:
    """Return how much memory this process has at the moment; 0 where the system does not say."""
    try:
        return int(_STATM.read_text().split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0


def forget_when_large(megabytes: int) -> bool:
    """Drop what the functions of this package remember if the process has more than *megabytes*; return whether it did.

    Only what is remembered of texts: tables of rules, which have no limit of their own, stay.
    """
    global _floor  # noqa: PLW0603 - of the process, as what is remembered is
    if resident_bytes() <= max(megabytes << 20, _floor):
        return False
    for remembered in find_caches():
        remembered.cache_clear()
    with contextlib.suppress(OSError, AttributeError):
        # What was freed goes back to the system, where the allocator can do that.
        ctypes.CDLL(None).malloc_trim(0)
    _floor = resident_bytes() * 5 // 4
    return True


def find_caches() -> list[_lru_cache_wrapper[Any]]:
    """Return the functions of this package that remember a limited number of answers."""
    modules = [module for name, module in sys.modules.copy().items() if name.partition(".")[0] == "tostrack"]
    return [
        value
        for module in modules
        for value in vars(module).copy().values()
        if isinstance(value, _lru_cache_wrapper) and value.cache_parameters()["maxsize"] is not None
    ]
