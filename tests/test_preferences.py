"""Machine-readable preferences: each rule is a clause of its own, and a rule that flips is one clause that changed."""

from datetime import UTC, datetime

import pytest

from tostrack.clauses import split_clauses
from tostrack.errors import ExtractError
from tostrack.extraction import extract
from tostrack.extraction.document_text import find_suspicion
from tostrack.models import Snapshot

NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)

ROBOTS = """# No training without a licence.
License: https://acme.example/rsl.xml
User-agent: GPTBot
User-agent: ClaudeBot # both
Disallow: /
Content-Usage: train-ai=n

User-Agent: *
Allow: /
Content-Signal: search=yes, ai-train=no
Sitemap: https://acme.example/sitemap.xml
"""
RSL = (
    "<?xml version='1.0'?><rsl xmlns='https://rslstandard.org/rsl'><content url='/'><license>"
    "<prohibits type='usage'>ai-train</prohibits></license></content></rsl>"
)


def read(text, name, content_type="text/plain"):
    return extract(text.encode(), url=f"https://acme.example/{name}", content_type=content_type)


def test_a_robots_txt_is_a_list_of_rules_under_their_agents():
    assert read(ROBOTS, "robots.txt").splitlines() == [
        "No training without a licence.",
        "",
        "- License: https://acme.example/rsl.xml",
        "",
        "both",
        "",
        "## User-agent: GPTBot, ClaudeBot",
        "",
        "- Disallow: /",
        "- Content-usage: train-ai=n",
        "",
        r"## User-agent: \*",
        "",
        "- Allow: /",
        "- Content-signal: search=yes, ai-train=no",
        "- Sitemap: https://acme.example/sitemap.xml",
    ]


def test_a_rule_that_flips_is_one_clause():
    before, after = (split_clauses(read(text, "robots.txt")) for text in (ROBOTS, ROBOTS.replace("Disallow", "Allow")))

    assert [(one.text, other.text) for one, other in zip(before, after, strict=True) if one != other] == [
        ("Disallow: /", "Allow: /")
    ]


@pytest.mark.parametrize(
    ("text", "name", "content_type", "lines"),
    [
        (
            '{"gpc": true, "lastUpdate": "2024-05-01"}',
            "gpc.json",
            "application/json",
            ["- gpc: true", "- lastUpdate: 2024-05-01"],
        ),
        (
            '[{"location": "/a", "tdm-reservation": 1}, {"location": "/b", "tdm-reservation": 0}]',
            "tdmrep.json",
            "text/plain",
            ["- 1 location: /a", "- 1 tdm-reservation: 1", "- 2 location: /b", "- 2 tdm-reservation: 0"],
        ),
        (
            RSL,
            "rsl.xml",
            "application/rsl+xml",
            ["- rsl content (url = /)", "- rsl content license prohibits (type = usage): ai-train"],
        ),
    ],
)
def test_json_and_xml_are_readable(text, name, content_type, lines):
    assert read(text, name, content_type).splitlines() == lines


@pytest.mark.parametrize(
    ("text", "name", "content_type"),
    [
        ("<html><body><p>We sell nothing.</p></body></html>", "robots.txt", "text/html"),
        ("<!doctype html><p>We sell nothing.</p>", "page.xml", "application/xml"),
        ("<html><body><p>We sell nothing.</p></body></html>", "page", "application/xhtml+xml"),
        ("We sell nothing.", "terms.json", "text/plain"),
    ],
)
def test_a_page_is_a_page_whatever_its_name_or_type(text, name, content_type):
    assert read(text, name, content_type) == "We sell nothing.\n"


@pytest.mark.parametrize(
    ("text", "name"), [('{"gpc": ', "gpc.json"), ("<rsl><content>", "rsl.xml"), ("[" * 500 + "]" * 500, "a.json")]
)
def test_a_broken_file_is_no_text(text, name):
    with pytest.raises(ExtractError) as caught:
        read(text, name)

    assert caught.value.cause == "empty"


def test_entities_of_an_xml_file_are_not_followed():
    text = '<!DOCTYPE rsl [<!ENTITY a SYSTEM "file:///etc/hostname">]><rsl><license>&a;free</license></rsl>'

    assert read(text, "rsl.xml") == "- rsl license: free\n"


def test_the_lines_of_a_comment_are_one_paragraph():
    text = "# As a condition of access\n# you agree.\n#\n# 1. No training.\nUser-agent: *\nDisallow:\n"

    assert read(text, "robots.txt").splitlines()[:3] == ["As a condition of access you agree.", "", "1\\. No training."]


def test_a_short_list_of_rules_is_no_suspect():
    body = b'{"gpc": true}'
    url = "https://acme.example/.well-known/gpc.json"
    headers = {"content-type": "application/json"}

    assert find_suspicion([Snapshot(url, NOW, 200, body, headers, (url,))], "- gpc: true\n", None) == ""
