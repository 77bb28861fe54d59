"""The process that a command runs in: what its standard streams do, and the signals that end it."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from tostrack.language.lazy_pattern import lazy_pattern

#: What GitHub's runner obeys: ``::`` at the beginning of a line, also behind blanks, and ``##[`` anywhere.
_WORKFLOW_COMMAND = lazy_pattern(r"(?:\A|(?<=[\r\n]))[^\S\r\n]*:(?=:)|##(?=\[)")
_LINE_END = lazy_pattern(r"[\r\n]")


class OutputError(Exception):
    """Standard output cannot be written; ``cause`` is the error of the system."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(f"standard output cannot be written ({cause.strerror})")
        self.broken = isinstance(cause, BrokenPipeError)


class _Descriptor(io.FileIO):
    """A standard stream; no error of it looks like one of a file that a command writes."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            if self.fileno() == 2:
                # Nobody can be notified, and the command continues.
                return memoryview(data).nbytes
            raise OutputError(error) from error


class _TextStream(io.TextIOWrapper):
    """Text for people; under GitHub Actions no line of it is a command to the runner. Bytes are written as they are."""

    def __init__(self, descriptor: int, like: io.TextIOWrapper, *, escapes: bool) -> None:
        binary = io.BufferedWriter(_Descriptor(descriptor, "wb", closefd=False))
        # The runner's log is UTF-8.
        encoding = "utf-8" if escapes else like.encoding
        super().__init__(binary, encoding, like.errors, line_buffering=like.line_buffering)
        self._escapes = escapes
        self._line = ""

    def write(self, text: str, /) -> int:
        if self._escapes:
            text, self._line = escape_commands(text, self._line)
        return super().write(text)


def escape_commands(text: str, line: str = "") -> tuple[str, str]:
    r"""Return *text* with workflow commands as ``:\:error`` and ``##\[error``, and what the next call needs as *line*.

    Args:
        text: What is written next.
        line: What decides whether *text* goes on with a command: the line that is under way, shortened.
    """
    whole = _WORKFLOW_COMMAND.sub(r"\g<0>\\", line + text)
    rest = _LINE_END.split(whole)[-1].lstrip()
    return whole[len(line) :], rest if len(rest) < 3 else f"-{rest[-2:]}"


def run_process(command: Callable[[], object]) -> int:
    """Run *command* with the streams and signals of this process, and return the exit status.

    SIGTERM and SIGHUP end it as Ctrl-C does, with 143 and 129. Output that nobody reads any more ends it with 141,
    output that cannot be written with a sentence and 1.
    """
    received: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    _replace_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Under nohup it is ignored, and stays so.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, stop)
    try:
        command()
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except OutputError as error:
        # What is still to be written is for nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if not error.broken:
            sys.stderr.write(f"tostrack: {error}\n")
        status = 128 + signal.SIGPIPE if error.broken else 1
    return 128 + received[0] if received else status


def _replace_streams() -> None:
    """Open closed standard descriptors, so that no file gets their numbers, and put our streams on them."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    escapes = os.environ.get("GITHUB_ACTIONS") == "true"
    null = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        if stream is None or isinstance(stream, io.TextIOWrapper):
            setattr(sys, name, _TextStream(descriptor, stream or null, escapes=escapes))
