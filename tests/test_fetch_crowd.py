import heapq
import itertools
import threading
from datetime import UTC, datetime

import pytest
from fakes import (
    NET,
    Answer,
    FakeClock,
    FakeNames,
    FaultServer,
    answer,
    no_connection,
    patient_sockets,
    redirect,
)
from hypothesis import given
from hypothesis import strategies as st

from tostrack.errors import FetchError
from tostrack.fetch import Fetcher, Request, fetch_all
from tostrack.fetch.host_queue import HostQueue, Hosts, Slot
from tostrack.models import NotModified, Page, Snapshot, Validators

NOW = datetime(2024, 1, 1, tzinfo=UTC)


# The agenda, with workers that are numbers and time that is a heap


def simulate(loads: dict[str, int], *, delay: float, workers: int, latency: float) -> dict[str, list[float]]:
    """Return when each request of each host starts if *workers* take what the agenda gives them."""
    agenda: HostQueue[str] = HostQueue(Hosts(delay))
    for rank, host in enumerate(host for host, load in loads.items() for _ in range(load)):
        agenda.add(Slot(host), rank, host)
    starts: dict[str, list[float]] = {host: [] for host in loads}
    busy: list[tuple[float, str]] = []
    now = 0.0
    while True:
        while len(busy) < workers and (taken := agenda.take(now)):
            starts[taken[0]].append(now)
            heapq.heappush(busy, (now + latency, taken[0]))
        due = agenda.next_due() if len(busy) < workers else None
        if due is not None and (not busy or due < busy[0][0]):
            now = due
        elif busy:
            now, host = heapq.heappop(busy)
            agenda.free(host)
        else:
            return starts


loads = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 6))


@given(
    loads=loads, delay=st.sampled_from([0, 0.5, 1, 5]), workers=st.integers(1, 8), latency=st.sampled_from([0, 0.25, 2])
)
def test_every_host_is_served_in_full_and_never_too_soon(loads, delay, workers, latency):
    starts = simulate(loads, delay=delay, workers=workers, latency=latency)

    assert {host: len(times) for host, times in starts.items()} == loads
    for times in starts.values():
        assert all(after - before >= max(delay, latency) for before, after in itertools.pairwise(times))


@pytest.mark.parametrize("hosts", [40, 2000])
def test_sixteen_workers_reach_the_limit_that_politeness_sets(hosts):
    """40 hosts of 5 pages, a second apart, 50 ms an answer: the ideal is 4 seconds and the last answer."""
    load = {f"host{number}": 5 for number in range(hosts)}

    starts = simulate(load, delay=1, workers=16, latency=0.05)

    ideal = max(4 + 0.05, hosts * 5 * 0.05 / 16)
    assert max(times[-1] for times in starts.values()) + 0.05 <= ideal / 0.95


def test_a_busy_host_does_not_keep_the_others_waiting():
    starts = simulate({"busy": 31, **{f"host{number}": 1 for number in range(100)}}, delay=1, workers=4, latency=0.05)

    assert starts["busy"] == pytest.approx(range(31), abs=0.2)


def test_what_must_wait_goes_after_what_need_not():
    agenda: HostQueue[str] = HostQueue(Hosts(0))
    agenda.add(Slot("acme.example", not_before=10), 0, "retry")
    agenda.add(Slot("acme.example"), 1, "page")

    assert agenda.take(0) == ("acme.example", "page")
    agenda.free("acme.example")
    assert (agenda.take(0), agenda.next_due()) == (None, 10)
    assert agenda.take(10) == ("acme.example", "retry")


def test_a_host_that_asked_for_a_pause_gets_it():
    hosts = Hosts(1)
    agenda: HostQueue[str] = HostQueue(hosts)
    agenda.add(Slot("acme.example"), 0, "page")
    hosts.pause("acme.example", 60)

    assert (agenda.take(59), agenda.next_due()) == (None, 60)


def test_three_failures_in_a_row_close_a_host_for_a_while():
    hosts = Hosts(1)
    hosts.failed("acme.example", "timeout", 0)
    hosts.failed("acme.example", "timeout", 1)
    hosts.answered("acme.example")
    hosts.failed("acme.example", "timeout", 2)
    hosts.failed("acme.example", "timeout", 3)
    before = hosts.closed("acme.example", 3)

    hosts.failed("acme.example", "connect", 4)

    closed = hosts.closed("acme.example", 5)
    assert before is None
    assert (closed.cause, closed.status, closed.until) == ("connect", None, 604)
    assert hosts.closed("pixboard.example", 5) is None
    assert hosts.closed("acme.example", 604) is None


def test_after_the_pause_one_more_failure_closes_it_again():
    hosts = Hosts(1)
    for second in range(3):
        hosts.failed("acme.example", "timeout", second)

    hosts.failed("acme.example", "timeout", 700)

    assert hosts.closed("acme.example", 701)


# The crowd


@pytest.fixture
def server():
    with FaultServer() as server:
        yield server.on("/robots.txt", answer("User-agent: *", content_type="text/plain", then="keep"))


def names(*hosts: str) -> FakeNames:
    return FakeNames(dict.fromkeys(hosts, "127.0.0.1"))


def crowd(*hosts: str, **options) -> Fetcher:
    return Fetcher(
        **{"contact": "ops@acme.example", "delay": 0, "resolver": names(*hosts), "allow_private": hosts} | options
    )


def requests(server: FaultServer, hosts: list[str], pages: list[str]) -> list[Request]:
    return [Request((host, page), Page(f"http://{host}:{server.port}{page}")) for host in hosts for page in pages]


def test_every_request_comes_back_once_with_what_became_of_it(server):
    server.on("/good", answer("<p>Terms</p>", then="keep")).on("/same", answer("", "304 Not Modified", then="keep"))
    wanted = {"/good": Snapshot, "/same": NotModified, "/gone": FetchError}
    hosts = ["a.example", "b.example", "c.example"]
    asked = [Request(request.key, request.page, Validators('"1"')) for request in requests(server, hosts, list(wanted))]

    with crowd(*hosts) as fetcher:
        results = list(fetch_all(asked, fetcher, now=NOW))

    assert sorted(request.key for request, _ in results) == sorted(request.key for request in asked)
    assert all(isinstance(result, wanted[request.key[1]]) for request, result in results)


def test_an_improper_page_fails_alone(server, monkeypatch):
    monkeypatch.setattr("tostrack.fetch.browser.session.missing_browser", lambda: "apt-get install chromium")
    server.on("/good", answer("<p>Terms</p>"))
    bad = [
        Request("file", Page("file:///etc/passwd")),
        Request("browser", Page("https://a.example/", fetch="browser")),
        Request("odd", Page("https://a.example/", fetch="pigeon")),
    ]

    with crowd("a.example") as fetcher:
        results = list(fetch_all([*bad, *requests(server, ["a.example"], ["/good"])], fetcher))

    causes = {request.key: getattr(result, "cause", "good") for request, result in results}
    assert causes == {"file": "bad-url", "browser": "needs-browser", "odd": "bad-url", ("a.example", "/good"): "good"}


def test_nothing_to_do_is_done_at_once():
    with crowd() as fetcher:
        assert list(fetch_all([], fetcher)) == []


def test_within_a_host_the_order_of_the_list_is_kept(server):
    pages = [f"/{number}" for number in range(8)]

    with crowd("a.example", "b.example") as fetcher:
        list(fetch_all(requests(server, ["a.example", "b.example"], pages), fetcher))

    for host in ("a.example", "b.example"):
        asked = [request.path for request in server.requests if request.headers["Host"].startswith(host)]
        assert asked == ["/robots.txt", *pages]


def test_robots_redirects_and_pages_all_keep_the_distance(monkeypatch):
    """And the hosts are asked side by side: the server holds back its first answers until all three are there."""
    server = FaultServer(gather=3)
    server.on("/robots.txt", answer("User-agent: *", content_type="text/plain", then="keep"))
    server.on("/moved", redirect("/good")).on("/good", answer("<p>Terms</p>", then="keep"))
    hosts = ["a.example", "b.example", "c.example"]
    starts: dict[str, list[float]] = {host: [] for host in hosts}
    booked = Hosts.book

    def book(self, host, now):
        starts[host].append(booked(self, host, now))
        return starts[host][-1]

    monkeypatch.setattr(Hosts, "book", book)
    with server, crowd(*hosts, delay=0.05) as fetcher:
        results = list(fetch_all(requests(server, hosts, ["/moved", "/good"]), fetcher))

    assert [type(result) for _, result in results] == [Snapshot] * 6
    for times in starts.values():
        assert len(times) == 4  # robots.txt, the redirect, its target, the page
        assert all(after - before >= 0.05 for before, after in itertools.pairwise(times))
    assert server.peaks[""] == 3


def test_a_host_is_asked_one_thing_at_a_time(server):
    """A page that hangs keeps the host's other pages waiting, and nobody else's."""
    server.on("/hangs", Answer(b"", "hang")).on("/good", answer("<p>Terms</p>"))
    asked = [*requests(server, ["a.example"], ["/hangs", "/good"]), *requests(server, ["b.example"], ["/good"])]

    with crowd("a.example", "b.example") as fetcher:
        results = fetch_all(asked, fetcher)
        first, _ = next(results)
        server.hanging.wait(NET)
        results.close()

    assert first.key == ("b.example", "/good")
    assert len(server.asked("/good")) == 1


def test_the_limits_hold_under_load():
    """200 pages of 40 hosts: sixteen requests at a time, one per host, and one connection for each host's pages."""
    hosts = [f"host{number}.example" for number in range(40)]
    with FaultServer(gather=16) as server, crowd(*hosts) as fetcher:
        for path in ("/robots.txt", *map("/{}".format, range(5))):
            server.on(path, answer("User-agent: *", content_type="text/plain", then="keep"))

        results = list(fetch_all(requests(server, hosts, [f"/{number}" for number in range(5)]), fetcher))

    assert [type(result) for _, result in results] == [Snapshot] * 200
    assert server.peaks.pop("") == 16
    assert set(server.peaks.values()) == {1}
    assert server.connections == 40


def test_a_host_that_falls_silent_costs_three_requests(server, monkeypatch):
    """Its thirty pages would each wait for the same silence until the deadline."""
    pages = [f"/{number}" for number in range(30)]
    server.on("/good", answer("<p>Terms</p>", then="keep"))
    for path in pages:
        server.on(path, Answer(b"", "hang"))
    clock = FakeClock()
    patient_sockets(monkeypatch, clock, server)
    with crowd("silent.example", "a.example", deadline=20, monotonic=clock.monotonic, sleep=clock.sleep) as fetcher:
        errors = [result for _, result in fetch_all(requests(server, ["silent.example"], pages), fetcher)]
        ((_, other),) = fetch_all(requests(server, ["a.example"], ["/good"]), fetcher)

    assert [error.cause for error in errors] == ["timeout"] * 30
    assert len([error for error in errors if "not asked" in str(error)]) == 27
    assert isinstance(other, Snapshot)
    assert len([request for request in server.requests if request.path in pages]) == 3


def test_a_host_that_refuses_connections_costs_three_attempts(monkeypatch):
    monkeypatch.setattr("tostrack.fetch.fetch_task.BACKOFF", (0.05, 0.05))
    with FaultServer() as server:
        pass
    with no_connection(monkeypatch) as attempts, crowd("down.example") as fetcher:
        asked = requests(server, ["down.example"], [f"/{number}" for number in range(30)])
        causes = [result.cause for _, result in fetch_all(asked, fetcher)]

    assert (causes, len(attempts)) == (["connect"] * 30, 3)


def test_a_consumer_that_stops_ends_what_is_under_way(server):
    server.on("/hangs", Answer(b"", "hang")).on("/good", answer("<p>Terms</p>"))
    asked = [
        *requests(server, [f"{letter}.example" for letter in "bcdefgh"], ["/hangs"] * 3),
        *requests(server, ["a.example"], ["/good"]),
    ]
    before = threading.active_count()

    with crowd(*[f"{letter}.example" for letter in "abcdefgh"]) as fetcher:
        results = fetch_all(asked, fetcher)
        next(results)
        server.hanging.wait(NET)
        results.close()

        assert not server.outwaited.is_set()
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("fetch")]
        again = list(fetch_all(requests(server, ["a.example"], ["/good"]), fetcher))

    assert isinstance(again[0][1], Snapshot)
    assert threading.active_count() <= before + len(server._threads)


def test_an_exception_in_the_consumer_ends_the_crowd_too(server):
    server.on("/hangs", Answer(b"", "hang")).on("/good", answer("<p>Terms</p>"))
    asked = [*requests(server, ["a.example"], ["/hangs"]), *requests(server, ["b.example"], ["/good"])]

    def consume(fetcher):
        for _ in fetch_all(asked, fetcher):
            raise KeyboardInterrupt

    with crowd("a.example", "b.example") as fetcher, pytest.raises(KeyboardInterrupt):
        consume(fetcher)

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fetch")]


def test_a_bug_in_a_worker_is_not_swallowed(server):
    def broken(host, port):
        raise ZeroDivisionError

    with crowd("a.example", resolver=broken) as fetcher, pytest.raises(ZeroDivisionError):
        list(fetch_all(requests(server, ["a.example"], ["/good"]), fetcher))


def test_results_wait_for_a_slow_consumer_and_then_the_workers_do(server):
    server.on("/good", answer("<p>Terms</p>", then="keep"))

    with crowd("a.example") as fetcher:
        results = fetch_all(requests(server, ["a.example"], ["/good"] * 40), fetcher, workers=2)
        next(results)
        threading.Event().wait(0.1)  # nothing tells that nothing more will be asked
        ahead = len(server.asked("/good"))
        rest = list(results)

    assert ahead <= 10
    assert len(rest) == 39


def test_a_host_that_closes_for_the_night_does_not_hold_up_the_run(server):
    server.on("/busy", answer("", "503 Later", retry_after="1000"))

    with crowd("a.example") as fetcher:
        results = list(fetch_all(requests(server, ["a.example"], ["/busy", "/1", "/2"]), fetcher))

    assert [result.cause for _, result in results] == ["http-503"] * 3
    assert server.counts() == {"/robots.txt": 1, "/busy": 1}


def test_a_retry_lets_the_other_pages_go_first(server, monkeypatch):
    monkeypatch.setattr("tostrack.fetch.fetch_task.BACKOFF", (0.05,))
    server.on("/busy", answer("", "502 Oops"), answer("<p>Terms</p>")).on("/good", answer("<p>Privacy</p>"))

    with crowd("a.example") as fetcher:
        results = list(fetch_all(requests(server, ["a.example"], ["/busy", "/good"]), fetcher))

    assert [request.key[1] for request, _ in results] == ["/good", "/busy"]
    assert all(isinstance(result, Snapshot) for _, result in results)
