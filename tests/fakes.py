"""Stand-ins for the world: a server that answers byte by byte as it is told, a clock that tests move, a name server."""

from __future__ import annotations

import contextlib
import select
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Self

import pytest

from tostrack.errors import ExtractError


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, start: float = 1000.0) -> None:
        self.time = start
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


#: Seconds after which a wait is given up. Only a test that hangs waits so long, however busy the machine is.
NET = 120


class PatientSocket(socket.socket):
    """A socket whose time-outs pass on *clock*, and only when *server* says that it has nothing more to send.

    A real time-out on a busy machine may pass before the server has even read the request.
    """

    clock: FakeClock
    server: FaultServer

    def settimeout(self, value: float | None, /) -> None:
        """Remember *value*; the socket itself blocks."""
        self._patience = value

    def recv_into(self, *arguments, **options) -> int:
        """Receive, or let the remembered time pass if nothing will come."""
        for _ in range(NET * 100):
            if select.select([self], [], [], 0.01)[0]:
                return super().recv_into(*arguments, **options)
            if self.getsockname()[1] in self.server.silent:
                self.clock.sleep(self._patience or 0)
                raise TimeoutError("timed out")
        raise AssertionError("the server neither answered nor fell silent")


def patient_sockets(monkeypatch: pytest.MonkeyPatch, clock: FakeClock, server: FaultServer) -> None:
    """Let what fetches pages wait for *server* on *clock*."""
    kind = type("Patient", (PatientSocket,), {"clock": clock, "server": server})
    monkeypatch.setattr("tostrack.fetch.guard.socket", SimpleNamespace(**vars(socket) | {"socket": kind}))


class FakeNames:
    """A name server: names to addresses, and a note of who was asked for. What it does not know does not exist."""

    def __init__(self, names: Mapping[str, str | list[str]]) -> None:
        self._names = names
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[tuple]:
        self.asked.append(host)
        if host not in self._names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        known = self._names[host]
        addresses = [known] if isinstance(known, str) else known
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in addresses
        ]


@dataclass(frozen=True)
class Answer:
    """Bytes to send, and what to do then: ``close``, ``keep`` (the connection), ``reset``, ``hang`` or ``drip``."""

    content: bytes
    then: str = "close"


def answer(body: bytes | str = b"", status: str = "200 OK", then: str = "close", **headers: str) -> Answer:
    """Return a well-formed answer with a Content-Length; ``content_type=...`` becomes ``Content-Type``."""
    body = body.encode() if isinstance(body, str) else body
    given = {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = {"Content-Type": "text/html", "Content-Length": str(len(body))} | given
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value != "-")
    return Answer(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body, then)


def redirect(location: str, status: str = "302 Found", **headers: str) -> Answer:
    """Return a redirect to *location*."""
    return answer(b"<p>Moved</p>", status, location=location, **headers)


@dataclass
class Asked:
    """One request as it arrived."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)


class FaultServer:
    """A server on loopback that answers each path with its script, one answer after the other, the last for ever.

    A path without a script is answered 404, robots.txt too. It notes every connection and every request.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, gather: int = 0) -> None:
        """Serve over *tls*; hold back all answers until *gather* requests are there at the same time."""
        self._gathered = threading.Barrier(gather) if gather else None
        self._busy: dict[str, int] = defaultdict(int)
        #: The most requests at a time, by the Host they named; under the empty name, of all.
        self.peaks: dict[str, int] = defaultdict(int)
        self._scripts: dict[str, list[Answer]] = {}
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._stopped = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.connections = 0
        self.requests: list[Asked] = []
        #: The paths whose answers were sent to the end.
        self.whole: list[str] = []
        #: Set when somebody waits for an answer that will not come; and when somebody waited to the very end.
        self.hanging = threading.Event()
        self.outwaited = threading.Event()
        #: The ports of those who wait so.
        self.silent: set[int] = set()
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def on(self, path: str, *answers: Answer | bytes) -> FaultServer:
        """Answer *path* with *answers*."""
        self._scripts[path] = [each if isinstance(each, Answer) else Answer(each) for each in answers]
        return self

    def asked(self, path: str) -> list[Asked]:
        """Return the requests for *path*."""
        return [request for request in self.requests if request.path == path]

    def counts(self) -> dict[str, int]:
        """Return how often each path was asked."""
        counts: dict[str, int] = defaultdict(int)
        for request in self.requests:
            counts[request.path] += 1
        return dict(counts)

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(NET)

    def _start(self, work, *arguments) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            connection.settimeout(NET)
            while (head := _read_head(connection)) and self._answer(connection, head):
                pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _think(self, request: Asked) -> None:
        """Count *request* as busy: that ends before the answer leaves, or the next one could overtake."""
        names = ("", request.headers.get("Host", "?"))
        with self._lock:
            for name in names:
                self._busy[name] += 1
                self.peaks[name] = max(self.peaks[name], self._busy[name])
        if self._gathered is not None:
            with contextlib.suppress(threading.BrokenBarrierError):
                self._gathered.wait(NET / 4)
            self._gathered = None
        with self._lock:
            for name in names:
                self._busy[name] -= 1

    def _answer(self, connection: socket.socket, head: bytes) -> bool:
        """Answer one request; return whether the connection stays."""
        first, *lines = head.decode("latin-1").split("\r\n")
        request = Asked(first.split()[1], dict(line.split(": ", 1) for line in lines if ": " in line))
        self._think(request)
        with self._lock:
            self.requests.append(request)
            script = self._scripts.get(request.path, [answer("no such page", "404 Not Found", then="keep")])
            answered = script.pop(0) if len(script) > 1 else script[0]
        if answered.then == "drip":
            for index in range(len(answered.content)):
                connection.sendall(answered.content[index : index + 1])
                if self._stopped.wait(0.02):
                    break
        else:
            connection.sendall(answered.content)
        self.whole.append(request.path)
        if answered.then == "hang":
            self.silent.add(connection.getpeername()[1])
            self.hanging.set()
            if not self._stopped.wait(NET):
                self.outwaited.set()
        if answered.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return answered.then == "keep"


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    # What comes behind it is the body of a POST, which no script looks at.
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            return b""
        head += piece
    return head.partition(b"\r\n\r\n")[0]


@contextlib.contextmanager
def no_connection(monkeypatch) -> Iterator[list]:
    """Make every attempt to connect fail, and give the list of the attempts."""
    attempts: list = []

    def refuse(_self, address):
        attempts.append(address)
        raise ConnectionRefusedError(111, "refused by the test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    yield attempts


class Tripwire:
    """A port on loopback, TCP on both families and UDP, that nobody should touch; notes whoever does."""

    def __init__(self) -> None:
        self.touched: list[bytes] = []
        first = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = first.getsockname()[1]
        self._listeners = [first]
        with contextlib.suppress(OSError):  # a machine without IPv6 has one door less
            self._listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", self.port))
        self._threads = [threading.Thread(target=self._accept, args=(each,)) for each in self._listeners]
        self._threads.append(threading.Thread(target=self._receive))

    def settle(self) -> None:
        """Wait for what may still be on its way: a datagram is sent without anybody waiting for it."""
        threading.Event().wait(0.3)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        for sock in (*self._listeners, self._datagrams):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(NET)
        for sock in (*self._listeners, self._datagrams):
            sock.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.touched.append(b"tcp")
                connection.close()

    def _receive(self) -> None:
        with contextlib.suppress(OSError):
            while datagram := self._datagrams.recv(2048):
                self.touched.append(datagram)


def certificate(folder, name: str, *, expired: bool = False) -> tuple[ssl.SSLContext, str]:
    """Return a server's context and the path of its own, self-signed certificate for *name*."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make certificates")
    key, pem, request = folder / "key.pem", folder / "cert.pem", folder / "request.pem"
    names = ["-addext", f"subjectAltName={name}"]
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=test", "-keyout", key]
    # `openssl req` knows no past dates before 3.4; `x509` takes a negative number of days.
    commands = [
        ["req", *new, *names, "-out", request],
        ["x509", "-req", "-in", request, "-key", key, "-copy_extensions", "copy", "-days", "-1" if expired else "2",
         "-out", pem],
    ]  # fmt: skip
    for command in commands:
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context, str(pem)


class Refusing:
    """Calls directly, but for what a text with the *word* is asked for, which takes too long; notes what was called."""

    def __init__(self, word="", functions=()):
        self.word, self.functions, self.called = word, functions, []

    def __call__(self, function, /, *args, **named):
        self.called.append(function.__name__)
        if function.__name__ in self.functions and self.word in repr(args):
            raise ExtractError("processing it took more than 20 s", cause="too-slow")
        return function(*args, **named)
