import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes import NET, Answer, FakeNames, FaultServer, Tripwire, answer

from tostrack.errors import FetchError
from tostrack.fetch.browser import proxy as proxy_module
from tostrack.fetch.browser.proxy import Proxy, connector, refuse_connection
from tostrack.fetch.guard import Guard


@pytest.fixture
def server():
    with FaultServer() as server:
        yield server.on("/terms", answer("<p>Terms</p>"))


def guard() -> Guard:
    names = FakeNames({"acme.example": "127.0.0.1", "evil.example": "127.0.0.1", "10.0.0.1": "10.0.0.1"})
    return Guard(["acme.example"], monotonic=lambda: 0.0, resolver=names)


def exchange(request: bytes, *, private: bool = True, connect=None) -> tuple[bytes, Proxy]:
    """Return what a proxy answers to *request* until it closes the connection."""
    connect = connect or connector(guard(), private=lambda: private)

    async def talk() -> tuple[bytes, Proxy]:
        with ThreadPoolExecutor(2) as threads:
            proxy = Proxy(connect, threads)
            port = int((await proxy.start()).rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            try:
                async with asyncio.timeout(NET):
                    return await reader.read(), proxy
            finally:
                writer.close()
                await proxy.close()

    return asyncio.run(talk())


def test_a_request_reaches_the_server_in_its_own_form(server):
    answered, _ = exchange(
        f"GET http://acme.example:{server.port}/terms HTTP/1.1\r\nHost: acme.example\r\nProxy-Connection: keep-alive\r\n"
        "Proxy-Authorization: Basic x\r\nConnection: keep-alive\r\nAccept: */*\r\n\r\n".encode()
    )

    assert answered.endswith(b"<p>Terms</p>")
    assert server.requests[0].path == "/terms"
    assert server.requests[0].headers == {"Connection": "close", "Host": "acme.example", "Accept": "*/*"}


def test_a_connection_is_for_one_host_only(server):
    """A second request on it would reach the first one's server, whatever its host."""
    first = f"GET http://acme.example:{server.port}/terms HTTP/1.1\r\nHost: acme.example\r\n\r\n"
    second = "GET http://pixboard.example/secret HTTP/1.1\r\nHost: pixboard.example\r\nCookie: canary\r\n\r\n"

    server.on("/terms", answer("<p>Terms</p>", connection="keep-alive"))

    answered, _ = exchange((first + second).encode())

    assert b"\r\nConnection: close\r\n" in answered
    assert b"keep-alive" not in answered
    assert [request.path for request in server.requests] == ["/terms"]


def test_the_body_of_a_request_is_passed_on_and_no_more():
    received = []

    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            while b"hello" not in b"".join(received):
                received.append(connection.recv(1000))
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        head = f"POST http://acme.example:{listener.getsockname()[1]}/ HTTP/1.1\r\nContent-Length: 5\r\n\r\n"
        exchange(head.encode() + b"hello GET http://pixboard.example/ HTTP/1.1\r\n\r\n")
        server.join(5)

    assert b"".join(received).endswith(b"\r\n\r\nhello")


def test_a_tunnel_carries_bytes_both_ways(server):
    request = f"CONNECT acme.example:{server.port} HTTP/1.1\r\n\r\nGET /terms HTTP/1.1\r\nHost: acme.example\r\n\r\n"

    answered, _ = exchange(request.encode())

    assert answered.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert answered.endswith(b"<p>Terms</p>")


@pytest.mark.parametrize("form", ["GET http://{}/ HTTP/1.1\r\n\r\n", "CONNECT {} HTTP/1.1\r\n\r\n"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "[::1]", "10.0.0.1", "gone.example"])
def test_what_the_guard_refuses_is_refused(form, host):
    with Tripwire() as tripwire:
        answered, proxy = exchange(form.format(f"{host}:{tripwire.port}").encode())

        assert tripwire.touched == []
    assert answered in (b"", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    assert proxy.failures[host.strip("[]")].cause in ("forbidden-address", "dns")


def test_a_public_page_does_not_reach_what_only_we_may_ask(server):
    request = f"GET http://acme.example:{server.port}/terms HTTP/1.1\r\n\r\n".encode()

    answered, proxy = exchange(request, private=False)

    assert (answered, server.connections) == (b"", 0)
    assert proxy.failures["acme.example"].cause == "forbidden-address"


def test_what_no_page_asked_for_reaches_nobody(server):
    request = f"CONNECT acme.example:{server.port} HTTP/1.1\r\n\r\n".encode()

    answered, _ = exchange(request, connect=refuse_connection)

    assert (answered, server.connections) == (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 0)


@pytest.mark.parametrize(
    "request_",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: acme.example\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\n\r\n",
        b"CONNECT acme.example:99999 HTTP/1.1\r\n\r\n",
        b"GET http://acme.example/ HTTP/1.1\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_is_dropped(request_):
    def connect(host, port):
        raise FetchError(f"{host}: asked", cause="dns")

    assert exchange(request_, connect=connect)[0] in (b"", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


def test_a_page_that_takes_too_much_is_cut_off(server, monkeypatch):
    monkeypatch.setattr(proxy_module, "MOST_BYTES", 100_000)
    server.on("/big", answer(b"x" * 5_000_000))

    answered, proxy = exchange(f"GET http://acme.example:{server.port}/big HTTP/1.1\r\n\r\n".encode())

    assert len(answered) < 300_000
    assert proxy.exhausted


def test_half_an_answer_arrives_as_half_an_answer(server):
    server.on("/cut", Answer(b"HTTP/1.1 200 OK\r\nConte"))

    answered, _ = exchange(f"GET http://acme.example:{server.port}/cut HTTP/1.1\r\n\r\n".encode())

    assert answered == b"HTTP/1.1 200 OK\r\nConte"


def test_closing_it_drops_what_is_under_way(server):
    server.on("/hangs", Answer(b"", "hang"))

    async def talk() -> bytes:
        with ThreadPoolExecutor(1) as threads:
            proxy = Proxy(connector(guard(), private=lambda: True), threads)
            port = int((await proxy.start()).rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET http://acme.example:{server.port}/hangs HTTP/1.1\r\n\r\n".encode())
            await asyncio.to_thread(server.hanging.wait, NET)
            await proxy.close()
            async with asyncio.timeout(NET / 2):
                rest = await reader.read()
            writer.close()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
            return rest

    assert asyncio.run(talk()) == b""
