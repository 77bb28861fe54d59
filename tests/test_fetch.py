import gzip
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from fakes import (
    NET,
    Answer,
    FakeClock,
    FakeNames,
    FaultServer,
    answer,
    certificate,
    no_connection,
    patient_sockets,
    redirect,
)

from tostrack.errors import FetchError
from tostrack.fetch import CAUSES, Fetcher, user_agent
from tostrack.fetch.client import Client
from tostrack.models import NotModified, Page, Snapshot, Validators

NOW = datetime(2024, 1, 1, 3, tzinfo=UTC)
HTML = b"<html><body><p>We may share data.</p></body></html>"


@pytest.fixture
def server():
    with FaultServer() as server:
        yield server.on("/terms", answer(HTML, then="keep"))


@pytest.fixture
def clock():
    return FakeClock()


def fetcher_with(clock: FakeClock, **options) -> Fetcher:
    given = {"contact": "ops@acme.example", "delay": 0, "allow_private": ["127.0.0.1", "localhost"]} | options
    return Fetcher(monotonic=clock.monotonic, sleep=clock.sleep, **given)


@pytest.fixture
def fetcher(clock):
    with fetcher_with(clock) as fetcher:
        yield fetcher


def failure(fetcher: Fetcher, url: str, **options) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(Page(url, **options), None, NOW)
    cause = caught.value.cause
    assert cause in CAUSES or (cause.startswith("http-") and cause[5:].isdigit())
    return caught.value


# What a snapshot says


def test_a_snapshot_holds_what_the_server_sent(server, fetcher):
    server.on("/terms", answer(HTML, etag='"7"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT"))

    snapshot = fetcher.fetch(Page(server.url + "/terms#advertising"), None, NOW)

    assert (snapshot.status, snapshot.body, snapshot.fetched_at) == (200, HTML, NOW)
    assert snapshot.url == server.url + "/terms#advertising"
    assert snapshot.chain == (server.url + "/terms",)
    assert snapshot.content_type == "text/html"
    assert snapshot.validators == Validators('"7"', "Mon, 01 Jan 2024 00:00:00 GMT")


def test_a_gzip_body_is_kept_decoded(server, fetcher):
    server.on("/terms", answer(gzip.compress(HTML), content_encoding="gzip"))

    assert fetcher.fetch(Page(server.url + "/terms"), None, NOW).body == HTML


def test_a_request_says_who_asks_and_takes_only_what_can_be_decoded_under_a_cap(server, fetcher):
    fetcher.fetch(Page(server.url + "/terms"), None, NOW)

    for request in server.requests:
        assert request.headers["User-Agent"] == "tostrack/0.1.0 (+ops@acme.example)"
        assert request.headers["Accept-Encoding"] == "gzip, deflate"
        assert not {"Cookie", "Authorization", "Referer"} & set(request.headers)


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("https://acme.example/bot", "tostrack/0.1.0 (+https://acme.example/bot)"),
        (" ops@acme.example\r\nX-Evil: 1", "tostrack/0.1.0 (+ops@acme.exampleX-Evil: 1)"),
        ("", "tostrack/0.1.0"),
    ],
)
def test_the_user_agent_is_one_line_with_a_contact(contact, agent):
    assert user_agent(contact) == agent


def test_connections_are_kept_for_the_next_page(server, fetcher):
    server.on("/robots.txt", answer("User-agent: *", then="keep"))
    for _ in range(5):
        fetcher.fetch(Page(server.url + "/terms"), None, NOW)

    assert (server.connections, len(server.requests)) == (1, 6)


def test_a_kept_connection_that_the_server_gave_up_is_no_failure(server, fetcher, clock):
    server.on("/terms", answer(HTML, then="keep"), Answer(b"", "close"), answer(HTML))
    fetcher.fetch(Page(server.url + "/terms"), None, NOW)

    assert fetcher.fetch(Page(server.url + "/terms"), None, NOW).body == HTML
    assert clock.slept == []


# 304


def test_nothing_new_is_a_result(server, fetcher):
    server.on("/terms", answer("", "304 Not Modified"))

    result = fetcher.fetch(Page(server.url + "/terms"), Validators('"7"', "Mon, 01 Jan 2024 00:00:00 GMT"), NOW)

    assert result == NotModified(server.url + "/terms", NOW)
    sent = server.asked("/terms")[0].headers
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"7"', "Mon, 01 Jan 2024 00:00:00 GMT")


def test_a_night_without_news_costs_one_connection(server, fetcher):
    server.on("/robots.txt", answer("User-agent: *", then="keep"))
    server.on("/terms", Answer(b'HTTP/1.1 304 Not Modified\r\nETag: "7"\r\n\r\n', "keep"))

    for _ in range(5):
        fetcher.fetch(Page(server.url + "/terms"), Validators('"7"'), NOW)

    assert (server.connections, len(server.requests)) == (1, 6)


def test_an_answer_that_nobody_asked_for_is_an_error(server, fetcher):
    server.on("/terms", answer("", "304 Not Modified"))

    assert failure(fetcher, server.url + "/terms").cause == "http-304"


def test_behind_a_redirect_a_date_could_speak_of_another_page(server, fetcher):
    server.on("/old", redirect("/terms"))

    fetcher.fetch(Page(server.url + "/old"), Validators('"7"', "Mon, 01 Jan 2024 00:00:00 GMT"), NOW)

    assert "If-Modified-Since" in server.asked("/old")[0].headers
    assert "If-Modified-Since" not in server.asked("/terms")[0].headers
    assert server.asked("/terms")[0].headers["If-None-Match"] == '"7"'


# Cut, reset, dripped


def chunked(body: bytes, size: int = 20) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


ZIPPED = gzip.compress(HTML, mtime=0)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
FRAMINGS = {
    "length": HEAD + b"Content-Length: %d\r\n\r\n" % len(HTML) + HTML,
    "chunked": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(HTML),
    "gzip, length": HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(ZIPPED) + ZIPPED,
    "gzip, closed": HEAD + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED,
    "html, closed": HEAD + b"Connection: close\r\n\r\n" + HTML,
    "not modified": b'HTTP/1.1 304 Not Modified\r\nETag: "7"\r\n\r\n',
}


FLOOD = 3_000_000
FLOODS = {
    "padding behind a compressed body": HEAD + b"Content-Encoding: gzip\r\n\r\n" + ZIPPED + bytes(FLOOD),
    "extensions of chunks": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + (b"1;" + b"x" * 60_000 + b"\r\na\r\n") * (FLOOD // 60_000)
    + b"0\r\n\r\n",
    "interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * (FLOOD // 25) + HEAD + b"Content-Length: 1\r\n\r\na",
    "trailers": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    + (b"x: " + b"x" * 60_000 + b"\r\n") * (FLOOD // 60_000)
    + b"\r\n",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_bytes_that_come_are_capped_whatever_they_are(server, flood):
    server.on("/terms", FLOODS[flood])
    client = Client("test", monotonic=FakeClock().monotonic, allow_private=["127.0.0.1"])

    with pytest.raises(FetchError) as caught:
        client.get(server.url + "/terms", seconds=NET, limit=1000)

    assert caught.value.cause == "too-large"


def test_the_redirects_and_tries_of_a_page_share_its_bytes(server, clock):
    padding = b"".join(b"X%d: " % number + b"x" * 60_000 + b"\r\n" for number in range(20))
    for number in range(9):
        server.on(
            f"/{number}",
            b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /%d\r\n%s\r\n" % (number + 1, padding),
        )

    with fetcher_with(clock, max_bytes=1_000_000) as fetcher:
        assert failure(fetcher, server.url + "/0").cause == "too-large"

    # 1.2 MB each: the fourth passes three times the largest body and a megabyte.
    assert len([request for request in server.requests if request.path != "/robots.txt"]) == 4


def test_an_address_without_end_does_not_fill_the_message(server, fetcher):
    server.on("/terms", b"HTTP/1.1 302 Found\r\nLocation: " + b"/a" * 20_000 + b"\r\nContent-Length: 0\r\n\r\n")
    server.on("/a" * 20_000, b"HTTP/1.1 302 Found\r\nLocation: " + b"/a" * 20_000 + b"\r\nContent-Length: 0\r\n\r\n")

    error = failure(fetcher, server.url + "/terms")

    assert error.cause == "redirect-loop"
    assert len(str(error)) <= 1000
    assert str(error).startswith(f"{server.url}/terms: redirected in a circle")


@pytest.mark.parametrize("framing", FRAMINGS)
def test_an_answer_cut_at_any_byte_is_no_answer(server, framing):
    whole = FRAMINGS[framing]
    for end in range(len(whole) + 1):
        server.on(f"/{end}", whole[:end])
    client = Client("test", monotonic=FakeClock().monotonic, allow_private=["127.0.0.1"])

    for end in range(len(whole)):
        with pytest.raises(FetchError) as caught:
            client.get(f"{server.url}/{end}", seconds=NET, limit=1000)
        assert (end, caught.value.cause) == (end, "truncated" if end else "reset")
        assert caught.value.transient

    answered = client.get(f"{server.url}/{len(whole)}", seconds=NET, limit=1000)
    assert answered.body == (b"" if framing == "not modified" else HTML)


def test_half_a_chunk_size_is_not_the_last_chunk(server, fetcher):
    """A line cut to "0" may have been "0a4": a size may have leading zeros."""
    server.on("/terms", HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nTerms\r\n0")

    assert failure(fetcher, server.url + "/terms").cause == "truncated"


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_reset_in_the_middle_is_no_answer(server, fetcher, framing):
    server.on("/terms", Answer(FRAMINGS[framing][:-1], "reset"))

    assert failure(fetcher, server.url + "/terms").cause in ("reset", "truncated")


def test_a_cut_answer_is_asked_for_again(server, fetcher, clock):
    server.on("/terms", FRAMINGS["length"][:-9], Answer(b"", "reset"), answer(HTML))

    assert fetcher.fetch(Page(server.url + "/terms"), None, NOW).body == HTML
    assert clock.slept == [2, 8]


def test_the_third_cut_is_the_last(server, fetcher):
    server.on("/terms", FRAMINGS["length"][:-9])

    error = failure(fetcher, server.url + "/terms")

    assert (error.cause, error.transient, server.counts()["/terms"]) == ("truncated", True, 3)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_drip_ends_at_the_deadline(server, framing):
    """It takes six seconds at least to the end, so that it would be an answer if the deadline did not hold."""
    drip = FRAMINGS[framing].replace(b"\r\n\r\n", b"\r\nX-Slow: " + b"s" * 300 + b"\r\n\r\n", 1)
    server.on("/terms", Answer(drip, "drip"))
    client = Client("test", monotonic=time.monotonic, allow_private=["127.0.0.1"])

    with pytest.raises(FetchError) as caught:
        client.get(server.url + "/terms", seconds=0.15, limit=1000)

    assert caught.value.cause == "timeout"


def test_a_dripped_body_that_ends_with_the_connection_is_not_taken_for_whole(server):
    """The deadline closes the connection too, and that looks like the end."""
    server.on("/terms", Answer(HEAD + b"\r\n" + HTML + b"<!-- " + b"x" * 100 + b" -->", "drip"))
    client = Client("test", monotonic=time.monotonic, allow_private=["127.0.0.1"])

    with pytest.raises(FetchError) as caught:
        client.get(server.url + "/terms", seconds=0.15, limit=1000)

    assert caught.value.cause == "timeout"


def test_silence_ends_at_the_deadline_and_is_not_tried_again_in_this_run(server, clock, monkeypatch):
    server.on("/terms", Answer(b"", "hang"))
    patient_sockets(monkeypatch, clock, server)
    start = clock.time

    with fetcher_with(clock, deadline=20) as fetcher:
        error = failure(fetcher, server.url + "/terms")

    assert (error.cause, error.transient, server.counts()["/terms"]) == ("timeout", True, 1)
    assert clock.time - start == 20


# Sizes and encodings


def test_an_announced_size_beyond_the_cap_is_not_read(server, clock):
    server.on("/terms", Answer(HEAD + b"Content-Length: 50000000\r\n\r\n", "hang"))

    with fetcher_with(clock) as fetcher:
        assert failure(fetcher, server.url + "/terms").cause == "too-large"


def test_a_bomb_is_not_unpacked_beyond_the_cap(server, clock):
    bomb = gzip.compress(bytes(20_000_000), 9)
    server.on("/terms", answer(bomb, content_encoding="gzip"))

    with fetcher_with(clock, max_bytes=1_000_000) as fetcher:
        assert failure(fetcher, server.url + "/terms").cause == "too-large"


def test_an_endless_body_is_read_to_the_cap(server, clock):
    server.on("/terms", Answer(HEAD + b"\r\n" + b"x" * 300_000, "hang"))

    with fetcher_with(clock, max_bytes=100_000) as fetcher:
        assert failure(fetcher, server.url + "/terms").cause == "too-large"


@pytest.mark.parametrize("body", [b"", b" \r\n "])
def test_a_success_without_a_body_is_a_failure(server, fetcher, body):
    server.on("/terms", answer(body))

    assert failure(fetcher, server.url + "/terms").cause == "empty"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip"])
def test_an_encoding_that_was_not_asked_for_is_a_failure(server, fetcher, encoding):
    server.on("/terms", answer(HTML, content_encoding=encoding))

    assert failure(fetcher, server.url + "/terms").cause == "encoding"


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 101 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nTerms",
        b"HTTP/9.9 200 OK\r\n\r\nTerms",
    ],
)
def test_what_is_not_http_is_a_failure(server, fetcher, garbage):
    server.on("/terms", garbage)

    error = failure(fetcher, server.url + "/terms")

    assert error.cause == "bad-response"
    assert str(error).isprintable()


# Statuses


@pytest.mark.parametrize("status", [202, 204, 206, 300, 400, 401, 403, 404, 406, 410, 418, 451, 500, 501, 505, 999])
def test_a_status_is_a_failure_by_its_number(server, fetcher, status):
    server.on("/terms", answer(HTML, f"{status} Whatever"))

    error = failure(fetcher, server.url + "/terms")

    assert (error.cause, error.status, error.transient) == (f"http-{status}", status, False)
    assert server.counts()["/terms"] == 1


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504, 522])
def test_a_passing_trouble_is_waited_out(server, fetcher, status):
    server.on("/terms", answer("", f"{status} Later"), answer(HTML))

    assert isinstance(fetcher.fetch(Page(server.url + "/terms"), None, NOW), Snapshot)


def http_date(seconds: float) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "waited"),
    [
        ("120", 120),
        ("0", 2),
        ("1", 2),
        ("-5", 2),
        ("soon", 2),
        ("١٢", 2),
        ("1e3", 2),
        ("", 2),
        (http_date(90), 90),
        (http_date(-90), 2),
        ("Mon, 99 Foo 2024 00:00:00 GMT", 2),
    ],
)
def test_a_server_is_left_alone_for_as_long_as_it_asks(server, fetcher, clock, status, retry_after, waited):
    headers = {"retry_after": retry_after.encode().decode("latin-1")}
    server.on("/terms", answer("", f"{status} Later", **headers), answer(HTML))

    fetcher.fetch(Page(server.url + "/terms"), None, NOW)

    assert clock.slept == [pytest.approx(waited)]


def test_a_date_counts_from_the_servers_own_clock(server, fetcher, clock):
    late = {"date": http_date(1000), "retry_after": http_date(1060)}
    server.on("/terms", answer("", "503 Later", **late), answer(HTML))

    fetcher.fetch(Page(server.url + "/terms"), None, NOW)

    assert clock.slept == [pytest.approx(60)]


@pytest.mark.parametrize("retry_after", ["301", "1000000000", "9" * 400, http_date(86_400)])
def test_a_longer_wait_is_for_the_next_run(server, fetcher, clock, retry_after):
    server.on("/terms", answer("", "429 Later", retry_after=retry_after))

    error = failure(fetcher, server.url + "/terms")

    assert (error.cause, error.status, clock.slept) == ("http-429", 429, [])
    assert error.retry_after > 300


def test_after_it_the_host_is_not_asked_for_its_other_pages(server, fetcher, clock):
    server.on("/terms", answer("", "429 Later", retry_after="3600")).on("/privacy", answer(HTML))
    failure(fetcher, server.url + "/terms")
    clock.time += 600

    error = failure(fetcher, server.url + "/privacy")

    assert (error.cause, error.retry_after, server.asked("/privacy")) == ("http-429", pytest.approx(3000), [])
    clock.time += 3000
    assert isinstance(fetcher.fetch(Page(server.url + "/privacy"), None, NOW), Snapshot)


# Redirects


def test_the_way_is_written_on_the_snapshot(server, fetcher):
    server.on("/a", redirect("b?x=1#top")).on("/b?x=1", redirect(f"{server.url}/terms", "308 Permanent Redirect"))

    snapshot = fetcher.fetch(Page(server.url + "/a"), None, NOW)

    assert snapshot.url == server.url + "/a"
    assert snapshot.chain == tuple(server.url + path for path in ("/a", "/b?x=1", "/terms"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_redirect_is_followed(server, fetcher, status):
    server.on("/a", redirect("/terms", f"{status} Moved"))

    assert fetcher.fetch(Page(server.url + "/a"), None, NOW).body == HTML


@pytest.mark.parametrize("hops", [8, 9])
def test_eight_redirects_are_followed_and_not_nine(server, fetcher, hops):
    for hop in range(hops):
        server.on(f"/{hop}", redirect(f"/{hop + 1}"))
    server.on(f"/{hops}", answer(HTML))

    if hops == 8:
        assert len(fetcher.fetch(Page(server.url + "/0"), None, NOW).chain) == 9
    else:
        assert failure(fetcher, server.url + "/0").cause == "redirect-loop"


@pytest.mark.parametrize("way", [["/a"], ["/b", "/a"]])
def test_a_circle_is_left_when_it_closes(server, fetcher, way):
    for here, there in zip(["/a", *way], way, strict=False):
        server.on(here, redirect(there))

    assert failure(fetcher, server.url + "/a").cause == "redirect-loop"
    assert server.counts() == {"/robots.txt": 1, "/a": 1} | ({"/b": 1} if len(way) > 1 else {})


@pytest.mark.parametrize(
    ("location", "cause"),
    [
        ("javascript:alert(1)", "redirect-scheme"),
        ("file:///etc/passwd", "redirect-scheme"),
        ("ftp://acme.example/", "redirect-scheme"),
        ("data:text/html,Terms", "redirect-scheme"),
        ("gopher://127.0.0.1:25/", "redirect-scheme"),
        ("http://user:secret@127.0.0.1/", "bad-url"),
        ("http://127.0.0.1\\@acme.example/", "bad-url"),
        ("\\\\acme.example\\terms", "bad-url"),
        ("http://[::1/", "bad-url"),
        ("http://127.0.0.1:99999/", "bad-url"),
        ("http://127.0.0.1:0/", "bad-url"),
        ("http://*.example/", "bad-url"),
        ("/\x1b[31m", "bad-url"),
        ("", "http-302"),
    ],
)
def test_a_redirect_to_no_proper_address_is_refused(server, fetcher, location, cause):
    server.on("/a", redirect(location))

    error = failure(fetcher, server.url + "/a")

    assert error.cause == cause
    assert "secret" not in str(error)
    assert str(error).isprintable()
    assert set(server.counts()) == {"/robots.txt", "/a"}


def test_a_redirect_in_utf_8_is_understood(server, fetcher):
    server.on("/a", redirect("/agb/übersicht seite".encode().decode("latin-1")))
    server._scripts["/a"] = [Answer("HTTP/1.1 302 Found\r\nLocation: /agb/übersicht seite\r\n\r\n".encode())]
    server.on("/agb/%C3%BCbersicht%20seite", answer(HTML))

    assert fetcher.fetch(Page(server.url + "/a"), None, NOW).body == HTML


def test_the_body_of_a_redirect_is_not_read(server, fetcher):
    """It may be a bomb, or never end."""
    head = b"HTTP/1.1 302 Found\r\nLocation: /terms\r\nContent-Length: 1000000000\r\n\r\n"
    server.on("/a", Answer(head + b"x" * 1000, "hang"))

    assert fetcher.fetch(Page(server.url + "/a"), None, NOW).body == HTML


def test_a_cookie_lives_as_long_as_one_fetch(server, fetcher):
    server.on("/a", redirect("/b", set_cookie="consent=1; Path=/"), redirect("/b")).on("/b", answer(HTML))

    first = fetcher.fetch(Page(server.url + "/a"), None, NOW)
    fetcher.fetch(Page(server.url + "/a"), None, NOW)

    assert [request.headers.get("Cookie") for request in server.asked("/b")] == ["consent=1", None]
    assert "set-cookie" not in first.headers


def test_a_consent_page_may_send_back_once(server, fetcher):
    server.on("/terms", redirect("/consent"), answer(HTML))
    server.on("/consent", redirect("/terms", set_cookie="consent=1; Path=/"))

    assert fetcher.fetch(Page(server.url + "/terms"), None, NOW).body == HTML


def test_a_cookie_is_not_carried_to_another_host(server, fetcher):
    server.on("/a", redirect(f"http://localhost:{server.port}/terms", set_cookie="canary=1; Path=/"))

    fetcher.fetch(Page(server.url + "/a"), None, NOW)

    assert "Cookie" not in server.asked("/terms")[0].headers


def test_the_environment_is_not_asked(server, monkeypatch, tmp_path, clock):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login canary password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with fetcher_with(clock) as fetcher:
        fetcher.fetch(Page(server.url + "/terms"), None, NOW)

    assert "Authorization" not in server.asked("/terms")[0].headers


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "ftp://acme.example/terms",
        "javascript:alert(1)",
        "data:text/html,x",
        "//acme.example/terms",
        "acme.example/terms",
        "",
        "http://",
        "http://user:secret@acme.example/",
        "https://user@acme.example/",
        "http://acme.example\\@127.0.0.1/",
        "http://acme.example/\r\nX-Evil: 1",
        "http://acme.example:x/",
        "http://acme.example:99999/",
        "http://acme .example@/",
        "http://.acme.example/",
    ],
)
def test_an_improper_address_is_refused_before_anybody_is_asked(monkeypatch, clock, url):
    names = FakeNames({"acme.example": "8.8.8.8"})

    with no_connection(monkeypatch) as attempts, fetcher_with(clock, resolver=names) as fetcher:
        error = failure(fetcher, url)

    assert (error.cause, attempts, names.asked) == ("bad-url", [], [])
    assert "secret" not in str(error)


def test_a_page_that_needs_a_browser_says_how_to_get_one(fetcher, monkeypatch):
    monkeypatch.setattr("tostrack.fetch.browser.session.missing_browser", lambda: "pip install 'tostrack[browser]'")

    error = failure(fetcher, "https://acme.example/terms", fetch="browser")

    assert error.cause == "needs-browser"
    assert "pip install 'tostrack[browser]'" in str(error)


# Names and connections


def test_a_name_without_an_address_is_a_failure_for_good(clock):
    with fetcher_with(clock, resolver=FakeNames({})) as fetcher:
        error = failure(fetcher, "https://gone.example/terms")

    assert (error.cause, error.transient, clock.slept) == ("dns", False, [])


def test_a_refused_connection_is_tried_again(clock):
    with FaultServer() as server:
        url = server.url
    with fetcher_with(clock) as fetcher:
        error = failure(fetcher, url + "/terms")

    assert (error.cause, error.transient, clock.slept) == ("connect", True, [2, 8])


# TLS


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("good"), "IP:127.0.0.1")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("elsewhere"), "DNS:pixboard.example")


def test_a_page_is_fetched_over_tls(good, clock):
    context, trusted = good
    with FaultServer(context) as server, fetcher_with(clock, ca_bundle=trusted) as fetcher:
        server.on("/terms", answer(HTML))

        assert fetcher.fetch(Page(server.url + "/terms"), None, NOW).body == HTML


def test_a_certificate_that_nobody_vouches_for_is_refused(good, clock):
    with FaultServer(good[0]) as server, fetcher_with(clock) as fetcher:
        error = failure(fetcher, server.url + "/terms")

    assert (error.cause, error.transient, server.requests) == ("tls", False, [])
    assert "self-signed" in str(error)


def test_a_certificate_for_another_host_is_refused(elsewhere, clock):
    context, trusted = elsewhere
    with FaultServer(context) as server, fetcher_with(clock, ca_bundle=trusted) as fetcher:
        assert failure(fetcher, server.url + "/terms").cause == "tls"
        assert server.requests == []


def test_a_certificate_of_yesterday_is_refused(tmp_path, clock):
    context, trusted = certificate(tmp_path, "IP:127.0.0.1", expired=True)
    with FaultServer(context) as server, fetcher_with(clock, ca_bundle=trusted) as fetcher:
        error = failure(fetcher, server.url + "/terms")

    assert (error.cause, error.transient, server.requests) == ("tls", False, [])
    assert "certificate has expired" in str(error)


def test_a_redirect_from_https_down_to_http_is_refused(good, server, clock):
    context, trusted = good
    with FaultServer(context) as secure, fetcher_with(clock, ca_bundle=trusted) as fetcher:
        secure.on("/terms", redirect(server.url + "/terms"))

        assert failure(fetcher, secure.url + "/terms").cause == "redirect-scheme"
        assert server.requests == []


def test_a_drip_over_tls_ends_at_the_deadline(good):
    context, trusted = good
    client = Client("test", monotonic=time.monotonic, allow_private=["127.0.0.1"], ca_bundle=trusted)
    with FaultServer(context) as server:
        server.on("/terms", Answer(HEAD + b"X-Slow: " + b"s" * 300 + b"\r\nContent-Length: 0\r\n\r\n", "drip"))

        with pytest.raises(FetchError) as caught:
            client.get(server.url + "/terms", seconds=0.2, limit=1000)

    assert caught.value.cause == "timeout"


def test_each_request_is_logged_with_its_status_and_time_and_without_its_query(server, fetcher, caplog):
    server.on("/secret?key=hush", answer(HTML))
    with caplog.at_level("DEBUG", logger="tostrack.fetch"):
        fetcher.fetch(Page(f"{server.url}/secret?key=hush"), None, NOW)

    assert any(f"/secret: status 200, {len(HTML)} bytes in " in line for line in caplog.messages)
    assert "hush" not in caplog.text
