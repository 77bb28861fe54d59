"""A smoke of the benchmark that crawls night after night; the long run is in benchmarks/."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import nights

from tostrack.models import Document, Page

TEXT = "".join(f"<p>You may keep photo {number} for as long as you have an account here.</p>" for number in range(40))


@pytest.mark.slow
def test_each_night_is_a_crawl_and_says_what_it_added(tmp_path):
    where = [nights.Host(f"host{number}", "/terms", float(number)) for number in range(2)]

    def capture_of(host, moment):
        return {"content_type": "text/html", "edit": host.name == "host0" and moment >= 86400}

    def body_of(capture):
        added = "<p>We may share your photos with partners for advertising.</p>" if capture["edit"] else ""
        return f"<html><main><h1>Terms</h1>{TEXT}{added}</main></html>".encode()

    def declare(host, capture):
        del capture
        return Document(host.name, "terms", (Page(host.url(), ("main",)),))

    lines = list(nights.nights(tmp_path, where, capture_of, declare, body_of, 2))

    assert [line["outcomes"] for line in lines] == [{"first": 2}, {"changed": 1, "unchanged": 1}]
    assert [line["captures"] for line in lines] == [2, 1]
    assert nights.whole(lines, tmp_path)["outcomes"] == {"first": 2, "changed": 1, "unchanged": 1}
