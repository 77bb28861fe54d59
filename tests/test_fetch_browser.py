import os
import signal
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import NET, Answer, FakeNames, FaultServer, Tripwire, answer, redirect
from test_fetch import certificate

from tostrack.errors import FetchError
from tostrack.extraction import extract
from tostrack.fetch import CAUSES, Fetcher, Request, fetch_all
from tostrack.fetch.browser.session import browser_agent, find_chromium, missing_browser
from tostrack.models import Page, Range, Snapshot, Validators

NOW = datetime(2024, 1, 1, tzinfo=UTC)
PLAIN = answer("We may share data.", content_type="text/plain")
#: A shell whose text a script fetches after a while.
SHELL = """<!DOCTYPE html><html><head><title>Terms</title></head>
<body><main id="terms"></main><noscript>Please enable JavaScript.</noscript><img src="/logo.png">
<script>setTimeout(async () => {
  terms.innerHTML = "<p>Loading</p>";
  terms.innerHTML = "<p>" + await (await fetch("/text")).text() + "</p>";
}, 200)</script></body></html>"""


def lead(target: str) -> Answer:
    return answer(f"<html><body><p>One moment</p><script>location.href = '{target}'</script></body></html>")


needs_chromium = pytest.mark.skipif(bool(missing_browser()), reason=f"needs a browser: {missing_browser()}")


@pytest.fixture(scope="module")
def fetcher():
    inside = ("acme.example", "pixboard.example", "evil.example", "127.0.0.1", "localhost", "0.0.0.0")
    names = FakeNames(dict.fromkeys(inside, "127.0.0.1") | {"::1": "::1", "::ffff:7f00:1": "::ffff:7f00:1"})
    options = {"resolver": names, "allow_private": ["acme.example", "pixboard.example"]}
    with Fetcher(contact="ops@acme.example", delay=0, deadline=30, **options) as fetcher:
        yield fetcher


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("tostrack.fetch.fetch_task.BACKOFF", (0.0, 0.0))
    monkeypatch.setattr("tostrack.fetch.browser.page_ready.QUIET_UNSELECTED", 0.5)
    with FaultServer() as server:
        yield server.on("/terms", answer(SHELL, etag='"7"')).on("/text", PLAIN)


def at(server: FaultServer, path: str, host: str = "acme.example") -> str:
    return f"http://{host}:{server.port}{path}"


def read(fetcher: Fetcher, server: FaultServer, path: str, *select: str | Range) -> Snapshot:
    result = fetcher.fetch(Page(at(server, path), select=select, fetch="browser"), Validators('"7"'), NOW)
    assert isinstance(result, Snapshot)
    return result


def failure(fetcher: Fetcher, server: FaultServer, path: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        read(fetcher, server, path, "main")
    assert caught.value.cause in CAUSES or caught.value.cause.startswith("http-")
    return caught.value


# What is installed


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    assert missing_browser() == "pip install 'tostrack[browser]'"


def test_without_chromium_the_error_names_the_package(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())

    assert (
        missing_browser({"PATH": str(tmp_path)}) == "apt-get install chromium, or set TOSTRACK_CHROMIUM to the program"
    )


def test_chromium_is_the_one_that_is_named_or_the_first_on_the_path(tmp_path):
    for name in ("google-chrome", "chromium-browser", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    path = str(tmp_path)

    assert find_chromium({"PATH": path}) == str(tmp_path / "chromium-browser")
    assert find_chromium({"PATH": path, "TOSTRACK_CHROMIUM": str(tmp_path / "mine")}) == str(tmp_path / "mine")
    assert find_chromium({"PATH": path, "TOSTRACK_CHROMIUM": "/nowhere/chromium"}) is None


@pytest.mark.parametrize(
    ("agent", "who"),
    [
        ("tostrack/0.1.0 (+ops@acme.example)", "compatible; tostrack/0.1.0; +ops@acme.example"),
        ("tostrack/0.1.0", "compatible; tostrack/0.1.0"),
    ],
)
def test_the_browser_says_for_whom_it_asks(agent, who):
    assert browser_agent(agent, "156.0.8078.79") == (
        f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko; {who}) Chrome/156.0.0.0 Safari/537.36"
    )


# What a page shows

slow = pytest.mark.slow
browser = lambda test: slow(needs_chromium(test))  # noqa: E731


@browser
def test_the_text_that_a_script_fetches_is_on_the_snapshot(fetcher, server):
    snapshot = read(fetcher, server, "/terms", "#terms")

    assert b"<p>We may share data.</p>" in snapshot.body
    assert (snapshot.status, snapshot.chain, snapshot.fetched_at) == (200, (at(server, "/terms"),), NOW)
    assert snapshot.content_type == "text/html; charset=utf-8"
    assert snapshot.headers["tostrack-rendered-by"].startswith("Chromium ")
    # What is shown only where no scripts run would look like the shell of a page; an ETag is the shell's, too.
    assert b"enable JavaScript" not in snapshot.body
    assert snapshot.validators == Validators()


@browser
def test_the_request_says_who_asks_and_brings_no_pictures(fetcher, server):
    read(fetcher, server, "/terms", "#terms")

    sent = server.asked("/terms")[0].headers
    assert "compatible; tostrack/0.1.0; +ops@acme.example" in sent["User-Agent"]
    assert not {"If-None-Match", "Cookie", "Proxy-Connection", "Referer"} & set(sent)
    assert server.asked("/logo.png") == []


@browser
@pytest.mark.parametrize("select", ["main p", Range(start_before="main p", end_after="main")])
def test_it_waits_for_what_is_selected(fetcher, server, select):
    late = "<html><body><p>Loading</p><script>setTimeout(() => {{ document.body.innerHTML = '{}' }}, 1200)</script>"
    server.on("/late", answer(late.format("<main><p>We may share data.</p></main>")))

    assert b"share data" in read(fetcher, server, "/late", select).body


@browser
def test_without_a_selector_it_waits_for_what_is_on_its_way(fetcher, server):
    server.on(
        "/text", Answer(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"We may share data. " * 3, "drip")
    )

    assert b"We may share data. " * 3 in read(fetcher, server, "/terms").body


@browser
def test_what_scripts_and_style_sheets_say_is_written_as_markup(fetcher, server):
    script = """
        const root = document.querySelector("x-terms").attachShadow({mode: "open"});
        root.innerHTML = "<p>We sell drawings.</p><x-more></x-more>";
        root.querySelector("x-more").attachShadow({mode: "open"}).innerHTML = "<p>We sell boats.</p>";
        document.querySelector("iframe").contentDocument.body.innerHTML = "<p>We sell paper.</p>";
        document.querySelector("input").checked = true;
        document.querySelector("textarea").value = "We sell all that you write to us, and keep it for as long as we like.";
    """
    page = (
        "<html lang=en><head><style>.old {text-decoration: line-through} ol {list-style-type: lower-alpha}</style></head>"
        "<body><main><x-terms></x-terms><iframe></iframe><p>Kept <b class=old>30</b> days</p><ol><li>here</ol>"
        f"<p><input type=checkbox> Share</p><textarea></textarea></main><script>{script}</script></body></html>"
    )
    server.on("/looks", answer(page, content_type="text/html; charset=utf-8"))
    snapshot = read(fetcher, server, "/looks", "main")

    text = extract(snapshot.body, select="main", content_type=snapshot.content_type)
    assert [line for line in text.splitlines() if line] == [
        "We sell drawings.",
        "We sell boats.",
        "We sell paper.",
        "Kept ~~**30**~~ days",
        "a. here",
        "- ☑ Share",
        "We sell all that you write to us, and keep it for as long as we like.",
    ]
    assert b'<html lang="en">' in snapshot.body


@browser
def test_letters_that_are_no_text_do_not_break_the_snapshot(fetcher, server):
    page = "<html><body><p id=p></p><script>p.textContent = 'Daten\\ud800 übertragen'</script>"
    server.on("/odd", answer(page, content_type="text/html; charset=utf-8"))

    assert "Daten? übertragen".encode() in read(fetcher, server, "/odd", "p").body


@browser
def test_each_page_starts_without_a_memory(fetcher, server):
    server.on("/memory", answer("<p id=p></p><script>p.textContent = '[' + document.cookie + localStorage.a + ']';"
                                "document.cookie = 'a=1'; localStorage.a = 2</script>"))  # fmt: skip

    assert [b'<p id="p">[undefined]</p>' in read(fetcher, server, "/memory").body for _ in "ab"] == [True, True]


@browser
def test_a_service_worker_is_not_let_in(fetcher, server):
    server.on("/worker", answer("<p>Terms</p><script>navigator.serviceWorker.register('/sw.js')</script>"))

    read(fetcher, server, "/worker")

    assert server.asked("/sw.js") == []


# Where a page leads


@browser
@pytest.mark.parametrize("way", [redirect("/terms"), lead("/terms")], ids=["server", "script"])
def test_the_way_is_written_on_the_snapshot(fetcher, server, way):
    server.on("/old", way)

    snapshot = read(fetcher, server, "/old", "#terms")

    assert snapshot.chain == (at(server, "/old"), at(server, "/terms"))
    assert b"share data" in snapshot.body


@browser
@pytest.mark.parametrize("way", [redirect, lead], ids=["server", "script"])
def test_robots_hold_for_where_a_page_leads(fetcher, server, way):
    with FaultServer() as other:
        other.on("/robots.txt", answer("User-agent: *\nDisallow: /secret", content_type="text/plain"))
        server.on("/old", way(at(other, "/secret", "pixboard.example")))

        assert failure(fetcher, server, "/old").cause == "robots"
        assert other.counts() == {"/robots.txt": 1}


@browser
def test_a_forbidden_page_is_not_asked_for(fetcher, server):
    server.on("/robots.txt", answer("User-agent: tostrack\nDisallow: /terms", content_type="text/plain"))

    assert failure(fetcher, server, "/terms").cause == "robots"
    assert server.counts() == {"/robots.txt": 1}


@browser
@pytest.mark.parametrize("way", [redirect, lead], ids=["server", "script"])
def test_a_circle_is_left(fetcher, server, way):
    server.on("/a", way("/b")).on("/b", way("/a"))

    assert failure(fetcher, server, "/a").cause == "redirect-loop"
    assert server.counts()["/a"] <= 2


@browser
def test_a_page_may_load_itself_again_once(fetcher, server):
    server.on("/gate", answer("<script>document.cookie = 'seen=1'; location.reload()</script>"), answer("<p>Terms</p>"))

    assert b"Terms" in read(fetcher, server, "/gate").body
    assert server.asked("/gate")[1].headers["Cookie"] == "seen=1"


@browser
def test_a_form_that_sends_itself_leads_nowhere(fetcher, server):
    server.on(
        "/form", answer("<p>Terms</p><form method=post action=/sent></form><script>document.forms[0].submit()</script>")
    )

    assert b"Terms" in read(fetcher, server, "/form").body
    assert server.asked("/sent") == []


# What fails

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@browser
@pytest.mark.parametrize(
    ("answered", "cause"),
    [
        (answer("gone", "404 Not Found"), "http-404"),
        (answer("blocked", "403 Forbidden"), "http-403"),
        (answer("", "500 Oops"), "http-500"),
        (answer("", "204 No Content"), "http-204"),
        (answer("half", "206 Partial Content"), "http-206"),
        (Answer(b"", "reset"), "reset"),
        (Answer(HEAD + b"Content-Length: 900\r\n\r\n<main>We may"), "truncated"),
        (Answer(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<main\r\n"), "truncated"),
        (Answer(HEAD + b"\r\n<html><main>We may"), "truncated"),
        (answer("%PDF-1.7", content_type="application/pdf"), "not-a-page"),
        (answer("PK", content_type="application/zip"), "not-a-page"),
        (redirect("http://evil.example/"), "forbidden-address"),
        (redirect("file:///etc/passwd"), "redirect-scheme"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_page_is_a_failure_with_its_cause(fetcher, server, answered, cause):
    server.on("/terms", answered)

    error = failure(fetcher, server, "/terms")

    assert error.cause == cause
    assert str(error).isprintable()


@browser
def test_a_host_that_asks_for_a_pause_gets_it(server):
    server.on("/terms", answer("", "503 Later", retry_after="1000"))

    with Fetcher(contact="", delay=0, allow_private=["127.0.0.1"]) as fetcher:
        for path in ("/terms", "/privacy"):
            with pytest.raises(FetchError) as caught:
                fetcher.fetch(Page(server.url + path, fetch="browser"))
            assert (caught.value.cause, caught.value.retry_after) == ("http-503", pytest.approx(1000, abs=30))

    assert server.counts() == {"/robots.txt": 1, "/terms": 1}


@browser
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    context, trusted = certificate(tmp_path, "IP:127.0.0.1")
    options = {"contact": "", "delay": 0, "allow_private": ["127.0.0.1"], "ca_bundle": trusted}
    with FaultServer(context) as server, Fetcher(**options) as fetcher, pytest.raises(FetchError) as caught:
        # Our own roots are not the browser's: robots.txt is read, the page is not.
        fetcher.fetch(Page(server.url + "/terms", fetch="browser"))

    assert (caught.value.cause, server.asked("/terms")) == ("tls", [])


@browser
def test_a_browser_that_dies_is_started_anew(server):
    """The page that it was reading is read again, and the next one too."""
    server.on("/terms", Answer(b"", "hang"), answer("<main>Terms</main>"))
    before = set(children())

    def kill():
        server.hanging.wait(NET)
        for process in set(children()) - before:
            for child in descendants(process):
                os.kill(child, signal.SIGKILL)

    with Fetcher(contact="", delay=0, allow_private=["127.0.0.1"]) as fetcher:
        killer = threading.Thread(target=kill)
        killer.start()
        first = fetcher.fetch(Page(server.url + "/terms", fetch="browser"))
        killer.join()
        second = fetcher.fetch(Page(server.url + "/terms", fetch="browser"))

    assert b"Terms" in first.body
    assert b"Terms" in second.body


@browser
def test_a_page_larger_than_the_cap_is_refused(server):
    server.on("/big", answer("<p>Terms</p><script>document.body.append('x'.repeat(200000))</script>"))

    with (
        Fetcher(contact="", delay=0, allow_private=["127.0.0.1"], max_bytes=100_000) as fetcher,
        pytest.raises(FetchError) as caught,
    ):
        fetcher.fetch(Page(server.url + "/big", fetch="browser"))

    assert caught.value.cause == "too-large"


@browser
def test_a_script_that_never_ends_ends_at_the_deadline_and_alone(server):
    server.on("/loop", answer("<p>Terms</p><script>while (true);</script>")).on("/text", PLAIN)

    with Fetcher(contact="", delay=0, allow_private=["127.0.0.1"], deadline=15) as fetcher:
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(Page(server.url + "/loop", fetch="browser"))

        assert (caught.value.cause, caught.value.transient) == ("timeout", True)
        assert b"share data" in fetcher.fetch(Page(server.url + "/terms", fetch="browser", select=("#terms",))).body


# A crowd


@browser
def test_browser_pages_and_others_go_side_by_side(fetcher, server):
    hosts = ["acme.example", "pixboard.example"]
    asked = [
        Request((host, way, number), Page(at(server, "/terms", host), select=("#terms",), fetch=way))
        for host in hosts
        for way in ("browser", "http")
        for number in range(2)
    ]

    results = dict(fetch_all(asked, fetcher, workers=4))

    shared = {request.key: b"We may share data." in snapshot.body for request, snapshot in results.items()}
    assert shared == {request.key: request.page.fetch == "browser" for request in asked}


@browser
def test_a_consumer_that_stops_ends_the_pages_and_nothing_is_left_behind(server):
    server.on("/hangs", Answer(b"", "hang")).on("/good", answer("<html><p>Terms</p></html>"))
    asked = [
        Request("hangs", Page(f"http://127.0.0.1:{server.port}/hangs", fetch="browser")),
        Request("good", Page(f"http://localhost:{server.port}/good")),
    ]
    before = set(children())

    with Fetcher(contact="", delay=0, allow_private=["127.0.0.1", "localhost"]) as fetcher:
        results = fetch_all(asked, fetcher)
        assert next(results)[0].key == "good"
        server.hanging.wait(NET)
        results.close()
        assert not server.outwaited.is_set()

    assert set(children()) <= before


def _read_if_there(path):
    """Return the text of *path*; empty for that of a thread that has just ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def children() -> list[str]:
    """Return the processes that this one has started, and the threads of its browsers."""
    started = " ".join(map(_read_if_there, Path("/proc/self/task").glob("*/children")))
    return [*started.split(), *(f"{each.ident}" for each in threading.enumerate() if each.name == "browser")]


def descendants(process: str) -> list[int]:
    """Return the processes that *process* has started: of playwright's driver, the browser."""
    if not process.isdigit():
        return []
    try:
        started = " ".join(path.read_text() for path in Path(f"/proc/{process}/task").glob("*/children")).split()
    except OSError:
        return []
    return [int(each) for each in started]


# The way out


def hostile(port: int) -> str:
    """A page that tries every door to *port* on this machine."""
    return f"""<html><head><link rel=preconnect href=http://127.0.0.1:{port}/><link rel=stylesheet href=//127.0.0.1:{port}/>
    <link rel=dns-prefetch href=http://localhost:{port}/><link rel=prefetch href=http://127.0.0.1:{port}/></head>
    <body><p>Terms</p><img src=http://127.0.0.1:{port}/><iframe src=http://localhost:{port}/></iframe>
    <iframe src=http://[::1]:{port}/></iframe><script src=http://2130706433:{port}/></script><script src=/redirected></script>
    <script>
    const attempt = (work) => {{ try {{ work()?.catch?.(() => 0); }} catch {{ }} }};
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '0', '0x7f000001', '127.1', '[::ffff:127.0.0.1]', 'evil.example',
                        'sub.localhost', '0.0.0.0', '017700000001', '127.0.0.1.', '[::]', 'pixboard.example.'])
      for (const way of [
        () => fetch(`http://${{host}}:{port}/`), () => fetch(`https://${{host}}:{port}/`, {{method: 'POST', body: 'x'}}),
        () => new WebSocket(`ws://${{host}}:{port}/`), () => new WebSocket(`wss://${{host}}:{port}/`),
        () => new EventSource(`http://${{host}}:{port}/`), () => navigator.sendBeacon(`http://${{host}}:{port}/`, 'x'),
        () => new WebTransport(`https://${{host}}:{port}/`).ready,
      ]) attempt(way);
    attempt(() => {{
      const peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}},
        {{urls: 'turn:127.0.0.1:{port}?transport=tcp', username: 'a', credential: 'b'}}]}});
      peer.createDataChannel('a'); return peer.createOffer().then((offer) => peer.setLocalDescription(offer));
    }});
    attempt(() => new Worker(URL.createObjectURL(new Blob([`fetch('http://127.0.0.1:{port}/').catch(() => 0)`]))));
    attempt(() => window.open('http://127.0.0.1:{port}/'));
    setTimeout(() => {{ const form = document.createElement('form'); form.method = 'post';
      form.action = 'http://127.0.0.1:{port}/'; document.body.append(form); form.submit(); }}, 300);
    </script></body></html>"""


@browser
def test_nothing_that_a_page_loads_leads_inside(fetcher, server):
    with Tripwire() as tripwire:
        server.on("/hostile", answer(hostile(tripwire.port)))
        server.on("/redirected", redirect(f"http://127.0.0.1:{tripwire.port}/"))

        snapshot = read(fetcher, server, "/hostile", "p")

        assert b"Terms" in snapshot.body
        assert server.asked("/redirected")
        tripwire.settle()
        assert tripwire.touched == []


@browser
def test_a_page_that_leads_inside_is_not_followed(fetcher, server):
    with Tripwire() as tripwire:
        for number, way in enumerate((redirect, lead)):
            server.on(f"/{number}", way(f"http://127.0.0.1:{tripwire.port}/"))

            assert failure(fetcher, server, f"/{number}").cause == "forbidden-address"
        assert tripwire.touched == []


@browser
def test_what_a_page_loads_from_an_allowed_host_arrives(fetcher, server):
    """The tripwire's control: where the guard lets a page, it gets."""
    with Tripwire() as tripwire:
        server.on("/open", answer(f"<p>Terms</p><script src=http://pixboard.example:{tripwire.port}/></script>"))

        read(fetcher, server, "/open", "p")

        assert tripwire.touched


@browser
def test_a_public_page_may_not_load_from_the_private_network(server, monkeypatch):
    """What is allowed for our own pages is not allowed to whoever writes a public one."""
    names = FakeNames({"public.example": "8.8.8.8", "intranet.example": "127.0.0.1"})
    to_server = socket.socket.connect
    script = f"<p>Terms</p><script src=http://intranet.example:{server.port}/secret></script>"
    server.on("/", answer(script))
    monkeypatch.setattr(socket.socket, "connect", lambda sock, address: to_server(sock, ("127.0.0.1", *address[1:])))

    with Fetcher(contact="", delay=0, resolver=names, allow_private=["intranet.example"]) as fetcher:
        snapshot = fetcher.fetch(Page(f"http://public.example:{server.port}/", fetch="browser"))

    assert b"Terms" in snapshot.body
    assert set(server.counts()) <= {"/robots.txt", "/", "/favicon.ico"}
