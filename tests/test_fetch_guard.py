import socket
import threading
from datetime import UTC, datetime

import pytest
from fakes import NET, FakeClock, FakeNames, FaultServer, answer, no_connection, redirect

from tostrack.errors import FetchError
from tostrack.fetch import Fetcher
from tostrack.fetch.guard import is_public
from tostrack.models import Page, Snapshot

NOW = datetime(2024, 1, 1, tzinfo=UTC)

NOT_PUBLIC = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.255 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.9 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 233.252.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:0 ::ffff:169.254.169.254
64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::6440:1 64:ff9b:1::7f00:1 64:ff9b:1::808:808
100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1:: 2002:a00:1:: 2002:c0a8:101::1 2002:a9fe:a9fe:: 2002:6440:1:: 2002:c058:6301::
3fff::1 3fff:fff::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1
""".split()

PUBLIC = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.0 172.32.0.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1"


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_nobody_else_can_reach_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


def cause(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(Page(url), None, NOW)
    return caught.value.cause


def patient(**options) -> Fetcher:
    clock = FakeClock()
    return Fetcher(contact="ops@acme.example", monotonic=clock.monotonic, sleep=clock.sleep, **options)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_on_a_forbidden_address_is_never_connected_to(monkeypatch, address):
    names = FakeNames({"rebound.example": address.partition("%")[0]})

    with no_connection(monkeypatch) as attempts, patient(resolver=names) as fetcher:
        assert cause(fetcher, "http://rebound.example/") == "forbidden-address"

    assert (names.asked, attempts) == (["rebound.example"], [])


def test_tls_makes_no_difference(monkeypatch):
    names = FakeNames({"rebound.example": "127.0.0.1"})

    with no_connection(monkeypatch) as attempts, patient(resolver=names) as fetcher:
        assert cause(fetcher, "https://rebound.example/") == "forbidden-address"

    assert attempts == []


#: Ways to write 127.0.0.1 and the like, and what a system's resolver makes of them.
SPELLINGS = {
    "127.0.0.1": "127.0.0.1",
    "localhost": "127.0.0.1",
    "LOCALHOST": "127.0.0.1",
    "localhost.": "127.0.0.1",
    "0": "0.0.0.0",
    "127.1": "127.0.0.1",
    "127.0.1": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "0x7f.0.0.1": "127.0.0.1",
    "017700000001": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "127.0.0.1.nip.example": "127.0.0.1",
    "[::1]": "::1",
    "[::]": "::",
    "[::ffff:127.0.0.1]": "::ffff:127.0.0.1",
    "[0:0:0:0:0:ffff:7f00:1]": "::ffff:7f00:1",
    "[64:ff9b::7f00:1]": "64:ff9b::7f00:1",
    "[2002:7f00:1::]": "2002:7f00:1::",
    "%31%32%37.0.0.1": "127.0.0.1",
    "①②⑦.⓪.⓪.①": "127.0.0.1",
    "127。0。0。1": "127.0.0.1",
    "ⓛocalhost": "127.0.0.1",
}


class System(FakeNames):
    """A resolver that takes any spelling for what the table says, and every unknown name for a public one."""

    def __call__(self, host, port):
        known = {name.strip("[]").lower(): address for name, address in SPELLINGS.items()}
        self._names = {host: known.get(host.lower(), "127.0.0.1")}
        return super().__call__(host, port)


@pytest.mark.parametrize("port", ["", ":80", ":443", ":6379"])
@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_a_loopback_address_is_connected_to(monkeypatch, host, port):
    with no_connection(monkeypatch) as attempts, patient(resolver=System({})) as fetcher:
        assert cause(fetcher, f"http://{host}{port}/") in ("forbidden-address", "bad-url", "dns")

    assert attempts == []


@pytest.mark.parametrize(
    "location", [f"//{host}/" for host in SPELLINGS] + ["http://inside.example/", "//10.0.0.1:80/"]
)
def test_a_redirect_does_not_lead_inside(location):
    names = FakeNames({"public.example": "127.0.0.1"})
    with FaultServer() as server, patient(resolver=names, allow_private=["public.example"], delay=0) as fetcher:
        server.on("/", redirect(location))

        assert cause(fetcher, f"http://public.example:{server.port}/") in ("forbidden-address", "bad-url", "dns")

        assert server.connections == 2  # robots.txt and the redirect; the latter's body unread
        assert set(server.counts()) == {"/robots.txt", "/"}


def test_of_several_addresses_only_the_public_ones_are_tried(monkeypatch):
    names = FakeNames({"mixed.example": ["10.0.0.1", "8.8.8.8", "::1", "1.1.1.1"]})

    with no_connection(monkeypatch) as attempts, patient(resolver=names, max_wait=0) as fetcher:
        assert cause(fetcher, "http://mixed.example/") == "connect"

    assert {address[0] for address in attempts} == {"8.8.8.8", "1.1.1.1"}


def test_what_was_checked_is_what_is_connected_to(monkeypatch):
    """A second look-up could give another address: DNS rebinding."""

    class Rebinding(FakeNames):
        def __call__(self, host, port):
            self._names = {host: "10.0.0.1" if self.asked else "8.8.8.8"}
            return super().__call__(host, port)

    names = Rebinding({})
    with no_connection(monkeypatch) as attempts, patient(resolver=names) as fetcher:
        cause(fetcher, "http://rebinding.example/")

    assert {address[0] for address in attempts} == {"8.8.8.8"}


def test_an_allowed_host_may_be_on_loopback():
    with FaultServer() as server, patient(allow_private=["127.0.0.1"], delay=0) as fetcher:
        server.on("/", answer("<p>Terms</p>"))

        assert isinstance(fetcher.fetch(Page(server.url), None, NOW), Snapshot)


def test_the_error_names_the_host_the_address_and_the_remedy():
    with patient(resolver=FakeNames({"intranet.example": "10.1.2.3"})) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(Page("https://intranet.example/terms"), None, NOW)

    assert str(caught.value) == (
        "intranet.example: 10.1.2.3 is not a public address; if you mean it, set "
        'allow_private = ["intranet.example"] in [settings] of the watchlist'
    )
    assert not caught.value.transient


def test_a_public_page_cannot_lead_to_a_host_that_only_we_may_ask(monkeypatch):
    names = FakeNames({"intranet.example": "127.0.0.1", "public.example": "8.8.8.8"})
    to_server = socket.socket.connect
    with FaultServer() as server, patient(resolver=names, allow_private=["intranet.example"], delay=0) as fetcher:
        server.on("/", redirect(f"http://intranet.example:{server.port}/secret"))
        monkeypatch.setattr(socket.socket, "connect", lambda sock, address: to_server(sock, ("127.0.0.1", address[1])))

        assert cause(fetcher, f"http://public.example:{server.port}/") == "forbidden-address"
        assert server.asked("/secret") == []


# Name servers that do not answer


class Mute:
    """A name server that never answers, until it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.released = threading.Event()
        self.answered = threading.Event()

    def __call__(self, host, port):
        self.asked.set()
        self.released.wait(NET)
        self.answered.set()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.fixture
def mute():
    resolver = Mute()
    yield resolver
    resolver.released.set()


def test_a_look_up_that_hangs_ends_at_the_deadline(mute, monkeypatch):
    monkeypatch.setattr("tostrack.fetch.fetch_task.BACKOFF", ())

    with Fetcher(contact="", resolver=mute, deadline=0.2) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.fetch(Page("http://acme.example/"), None, NOW)

    # The answer, had it been awaited, is not transient.
    assert (caught.value.cause, caught.value.transient) == ("dns", True)
    assert not mute.answered.is_set()


def test_a_look_up_that_hangs_is_patiently_awaited_and_no_longer(mute, monkeypatch):
    monkeypatch.setattr("tostrack.fetch.guard.LOOKUP_PATIENCE", 0.1)
    monkeypatch.setattr("tostrack.fetch.fetch_task.BACKOFF", ())

    with Fetcher(contact="", resolver=mute, deadline=2 * NET) as fetcher:
        assert cause(fetcher, "http://acme.example/") == "dns"

    assert not mute.answered.is_set()


def test_a_look_up_that_hangs_does_not_hold_up_the_end_of_a_run(mute, monkeypatch):
    monkeypatch.setattr("tostrack.fetch.guard.LOOKUP_PATIENCE", 2 * NET)
    with Fetcher(contact="", resolver=mute, deadline=2 * NET) as fetcher:
        stopper = threading.Thread(target=lambda: (mute.asked.wait(NET), fetcher.abort()))
        stopper.start()

        assert cause(fetcher, "http://acme.example/") == "aborted"

    stopper.join()
    assert not mute.answered.is_set()
