"""Pages are read in a process of its own: what it may take, what happens when it takes more."""

import operator
import os
import sys
import time

import pytest
from fakes import NET

from tostrack.errors import ExtractError
from tostrack.extraction import extract
from tostrack.models import Outcome
from tostrack.sandbox import Worker, call_directly
from tostrack.services import crawl

PAGE = b"<main><h1>Terms</h1><p>We may use what you post.</p></main>"


@pytest.fixture(scope="module")
def worker():
    with Worker(seconds=NET, megabytes=150) as worker:
        yield worker


def test_a_worker_returns_what_the_function_returns(worker):
    assert worker(extract, PAGE, select="main") == call_directly(extract, PAGE, select="main")


def test_an_error_keeps_its_cause_and_message(worker):
    with pytest.raises(ExtractError, match=r"'\.gone' matches nothing") as caught:
        worker(extract, PAGE, url="https://acme.example", select=".gone")

    assert caught.value.cause == "selector"


def test_a_bug_is_no_expected_failure(worker):
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        worker(operator.truediv, 1, 0)


def test_what_takes_too_long_is_killed_and_the_next_page_is_read():
    with Worker(seconds=0.5) as worker:
        with pytest.raises(ExtractError, match=r"more than 0\.5 s") as caught:
            worker(sum, range(10**15))

        assert caught.value.cause == "too-slow"
        worker._seconds = NET  # half a second may be too short for anything on a busy machine
        assert worker(str, "next") == "next"


def test_what_takes_too_much_memory_is_refused_and_the_next_page_is_read(worker):
    with pytest.raises(ExtractError, match="more than 150 MB") as caught:
        worker(operator.mul, b"x", 10**10)

    assert caught.value.cause == "too-big"
    assert worker(str, "next") == "next"


def test_a_page_too_big_for_the_parser_is_never_an_empty_or_a_half_text(worker):
    with pytest.raises(ExtractError) as caught:
        worker(extract, b"<p>a" * 700_000, select="body")

    assert caught.value.cause == "too-big"


def test_an_answer_that_would_fill_our_memory_is_refused_unread(monkeypatch):
    monkeypatch.setattr("tostrack.sandbox._MOST_ANSWER", 1000)
    with Worker() as worker:
        with pytest.raises(ExtractError, match="gave more than") as caught:
            worker(operator.mul, "x", 2000)

        assert caught.value.cause == "too-big"
        assert worker(str, "next") == "next"


def test_a_process_that_dies_is_the_failure_of_one_page(worker):
    with pytest.raises(ExtractError, match="ended its process") as caught:
        worker(os._exit, 1)

    assert caught.value.cause == "crashed"
    assert worker(str, "next") == "next"


def test_what_a_library_prints_does_not_come_between_the_answers(worker):
    assert worker(print, "Content-Length: 3", flush=True) is None
    assert worker(str, "next") == "next"


def test_a_worker_that_was_never_asked_starts_nothing():
    with Worker() as worker:
        assert worker._child is None


def test_a_closed_worker_leaves_no_process():
    with Worker() as worker:
        assert worker(str, "page") == "page"
        child = worker._child

    assert child.returncode is not None


def test_the_child_finds_the_package_wherever_we_have_it_from(worker):
    assert worker(operator.getitem, sys.path, 0) == sys.path[0]


def test_a_page_that_overruns_is_one_failed_document(platform):
    def overrun(_function, /, *_arguments, **_named):
        raise ExtractError("reading the page took more than 20 s", cause="too-slow")

    platform.pages["https://acme.example/terms"] = PAGE.decode()
    with platform.writer() as writer:
        (result,) = crawl.crawl(platform.documents, writer, platform.fetch_all, lambda: platform.at, call=overrun)

    assert (result.outcome, result.cause) == (Outcome.FAILED, "too-slow")


def test_a_crawl_reads_a_page_in_a_worker(platform, worker):
    terms = "".join(f"<p>We may use what you post for purpose number {number}.</p>" for number in range(20))
    platform.pages["https://acme.example/terms"] = f"<main>{terms}</main>"
    with platform.writer() as writer:
        (result,) = crawl.crawl(platform.documents, writer, platform.fetch_all, lambda: platform.at, call=worker)

        assert (result.outcome, result.version) == (Outcome.FIRST, 1)


def test_a_busy_machine_takes_no_time_from_a_document(monkeypatch):
    used = {"seconds": 0.0}
    monkeypatch.setattr("tostrack.sandbox._processor_seconds", lambda _pid: used["seconds"])
    worker = Worker(seconds=20)

    used["seconds"] = 5.0

    assert worker._more_time(1, 2.0, last=0.0) == 0.0
    now = time.monotonic()
    assert worker._more_time(1, 2.0, last=now + 1000) >= now + 17
    used["seconds"] = 30.0
    assert worker._more_time(1, 2.0, last=now + 1000) < now


def test_where_the_system_does_not_say_what_a_process_used_the_clock_decides(monkeypatch):
    monkeypatch.setattr("tostrack.sandbox._processor_seconds", lambda _pid: -1.0)

    assert Worker(seconds=20)._more_time(1, -1.0, last=time.monotonic() + 1000) == 0.0
