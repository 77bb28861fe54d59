from datetime import UTC, datetime

import pytest
from fakes import Answer, FakeClock, FaultServer, answer, redirect

from tostrack.errors import FetchError
from tostrack.fetch import Fetcher
from tostrack.fetch.robots import RobotsCache, Rules, parse_robots, rules_when_unreachable
from tostrack.models import Page

NOW = datetime(2024, 1, 1, tzinfo=UTC)
FILE = "https://acme.example/robots.txt"
PAGE = "https://acme.example/terms"


def verdict(rules: Rules, url: str = PAGE) -> str:
    try:
        rules.check(url)
    except FetchError as error:
        return error.cause
    return "allowed"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "robots"),
        (203, "robots"),
        (400, "allowed"),
        (401, "allowed"),
        (403, "allowed"),
        (404, "allowed"),
        (410, "allowed"),
        (451, "allowed"),
        (429, "robots-unreachable"),
        (500, "robots-unreachable"),
        (502, "robots-unreachable"),
        (503, "robots-unreachable"),
        (599, "robots-unreachable"),
        (304, "robots-unreachable"),
    ],
)
def test_the_status_of_a_robots_file_decides_as_in_rfc_9309(status, expected):
    assert verdict(parse_robots(FILE, status, b"User-agent: *\nDisallow: /")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "allowed"),
        ("User-agent: *\nDisallow:", "allowed"),
        ("User-agent: *\nDisallow: /privacy", "allowed"),
        ("User-agent: *\nDisallow: /t*s$", "robots"),
        ("User-agent: *\nDisallow: /\nAllow: /terms", "allowed"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: tostrack\nDisallow:", "allowed"),
        ("User-agent: TosTrack\nDisallow: /", "robots"),
        ("User-agent: track\nDisallow: /", "allowed"),
        ("User-agent: tostrack/9\nDisallow: /", "robots"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: TosTrack/0.1 (nightly) # us\nDisallow:", "allowed"),
        ("User-agent: tostracker\nDisallow: /", "allowed"),
        ("User-agent: tostrack-news\nDisallow: /", "allowed"),
        ("User-agent: *\rDisallow: /terms", "robots"),
        ("\ufeffUser-agent: *\r\nDisallow: /terms", "robots"),
        ("<html><body>Welcome to Acme</body></html>", "allowed"),
        ("User-agent: *\n\0Disallow: /", "robots"),
    ],
)
def test_the_body_of_a_robots_file_is_obeyed(text, expected):
    assert verdict(parse_robots(FILE, 200, text.encode())) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A product token is a whole one: RFC 9309, 2.2.1.
        ("User-agent: t\nDisallow: /", "allowed"),
        ("User-agent: tos\nDisallow: /", "allowed"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: tos\nAllow: /", "robots"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: t\nDisallow:", "robots"),
        # Of several groups for us all rules hold; the group of everybody does not.
        ("User-agent: tostrack\nDisallow: /a\n\nUser-agent: tostrack\nDisallow: /terms", "robots"),
        ("User-agent: tostrack\nAllow: /a\n\nUser-agent: *\nDisallow: /", "allowed"),
        # Lines of another kind between two names do not end the group: 2.2.4.
        ("User-agent: tostrack\nCrawl-delay: 1\nUser-agent: b\nDisallow: /", "robots"),
        ("User-agent: tostrack\nContent-Signal: search=yes\nUser-agent: b\nDisallow: /", "robots"),
        ("User-agent: tostrack\nSitemap: https://acme.example/s.xml\nUser-agent: b\nDisallow: /", "robots"),
        ("User-agent: tostrack\nsomething else\n\n# remark\nUser-agent: b\nDisallow: /", "robots"),
        ("User-agent: *\nContent-Signal: ai-train=no\nUser-agent: b\nDisallow: /", "robots"),
        # A rule does.
        ("User-agent: tostrack\nAllow: /a\nUser-agent: b\nDisallow: /", "allowed"),
        # Rules before any group are nobody's.
        ("Disallow: /\nUser-agent: b\nDisallow: /a", "allowed"),
        # As Google reads them: no colon, misspelt.
        ("User-agent tostrack\nDisallow /", "robots"),
        ("useragent: tostrack\ndissalow: /", "robots"),
        ("User-agent: tostrack # us\nDisallow: /terms # not these", "robots"),
    ],
)
def test_the_group_that_is_ours_is_found_as_rfc_9309_says(text, expected):
    assert verdict(parse_robots(FILE, 200, text.encode())) == expected


def test_any_bytes_are_a_robots_file():
    assert verdict(parse_robots(FILE, 200, bytes(range(256)) * 100)) == "allowed"


def test_rules_beyond_the_cap_are_not_read():
    padding = b"# padding\n" * 60_000

    assert verdict(parse_robots(FILE, 200, padding + b"User-agent: *\nDisallow: /")) == "allowed"
    assert verdict(parse_robots(FILE, 200, b"User-agent: *\nDisallow: /\n" + padding)) == "robots"


def test_a_crawl_delay_is_capped():
    assert parse_robots(FILE, 200, b"User-agent: *\nCrawl-delay: 12").crawl_delay == 12
    assert parse_robots(FILE, 200, b"User-agent: *\nCrawl-delay: 86400").crawl_delay == 60


def test_rules_are_remembered_for_a_day_and_a_failure_for_ten_minutes():
    memory = RobotsCache()
    memory.keep("https://acme.example", Rules(), now=0)
    memory.keep("https://pixboard.example", rules_when_unreachable(FILE, "no answer"), now=0)

    assert [memory.recall("https://acme.example", at) is not None for at in (0, 86_399, 86_400)] == [True, True, False]
    assert [memory.recall("https://pixboard.example", at) is not None for at in (599, 600)] == [True, False]
    assert memory.recall("http://acme.example", 0) is None


@pytest.fixture
def server():
    with FaultServer() as server:
        yield server.on("/terms", answer("<p>Terms</p>"))


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def fetcher(clock):
    options = {"monotonic": clock.monotonic, "sleep": clock.sleep, "allow_private": ["127.0.0.1"]}
    with Fetcher(contact="ops@acme.example", delay=5, **options) as fetcher:
        yield fetcher


def outcome(fetcher, server, path="/terms") -> str:
    try:
        return str(fetcher.fetch(Page(server.url + path), None, NOW).status)
    except FetchError as error:
        return error.cause


def robots(text: str, status: str = "200 OK", **headers: str) -> Answer:
    return answer(text, status, content_type="text/plain", **headers)


def test_a_forbidden_page_is_not_asked_for(fetcher, server):
    server.on("/robots.txt", robots("User-agent: *\nDisallow: /terms"))

    assert outcome(fetcher, server) == "robots"
    assert server.counts() == {"/robots.txt": 1}


def test_robots_is_asked_once_for_all_pages_of_a_run(fetcher, server):
    server.on("/robots.txt", robots("User-agent: *\nDisallow: /secret"))

    assert [outcome(fetcher, server), outcome(fetcher, server), outcome(fetcher, server, "/secret")] == [
        "200",
        "200",
        "robots",
    ]
    assert server.counts() == {"/robots.txt": 1, "/terms": 2}


def test_robots_counts_as_a_request_to_the_host(fetcher, server, clock):
    outcome(fetcher, server)

    assert clock.slept == [pytest.approx(5)]


def test_a_crawl_delay_longer_than_ours_holds_from_the_first_page_on(fetcher, server, clock):
    server.on("/robots.txt", robots("User-agent: *\nCrawl-delay: 20"))

    outcome(fetcher, server)
    outcome(fetcher, server)

    assert clock.slept == [pytest.approx(20), pytest.approx(20)]


@pytest.mark.parametrize(
    "first", [robots("", "503 Busy"), robots("", "503 Busy", retry_after="30"), Answer(b"", "reset")]
)
def test_a_robots_file_gets_a_second_chance(fetcher, server, first):
    server.on("/robots.txt", first, robots(""))

    assert outcome(fetcher, server) == "200"


@pytest.mark.parametrize(
    "bad",
    [robots("", "500 Oops"), Answer(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ncut"), Answer(b"SSH-2.0\r\n\r\n")],
)
def test_without_robots_nothing_is_fetched(fetcher, server, bad):
    server.on("/robots.txt", bad)

    assert [outcome(fetcher, server), outcome(fetcher, server)] == ["robots-unreachable"] * 2
    assert server.counts() == {"/robots.txt": 2}


def test_a_robots_file_is_found_behind_redirects(fetcher, server):
    server.on("/robots.txt", redirect("/1")).on("/1", redirect("/2")).on("/2", robots("User-agent: *\nDisallow: /"))

    assert outcome(fetcher, server) == "robots"


def test_behind_too_many_redirects_there_is_no_robots_file(fetcher, server):
    server.on("/robots.txt", redirect("/robots.txt"))

    assert outcome(fetcher, server) == "200"
    assert server.counts()["/robots.txt"] == 6


def test_a_robots_file_of_five_megabytes_is_read_to_the_cap(fetcher, server):
    server.on("/robots.txt", robots("User-agent: *\nDisallow: /terms\n" + "# padding\n" * 500_000))

    assert outcome(fetcher, server) == "robots"


def test_the_target_of_a_redirect_is_asked_for_its_own_rules(fetcher, server):
    with FaultServer() as other:
        other.on("/robots.txt", robots("User-agent: *\nDisallow: /")).on("/terms", answer("<p>Terms</p>"))
        server.on("/moved", redirect(other.url + "/terms"))

        assert outcome(fetcher, server, "/moved") == "robots"
        assert other.counts() == {"/robots.txt": 1}


def test_the_file_itself_is_always_allowed():
    rules = parse_robots("https://acme.example/robots.txt", 200, b"User-agent: *\nDisallow: /\n")

    rules.check("https://acme.example/robots.txt")
    with pytest.raises(FetchError):
        rules.check("https://acme.example/robots.txt/terms")
