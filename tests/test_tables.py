"""Lists for people: the log, the status, the flags that stand."""

from tostrack.render.escape import columns
from tostrack.render.listings import render_flags, render_log, render_status
from tostrack.render.terminal_style import TerminalStyle

LOG = [
    {"id": "acme/terms@7", "seen_at": "2024-05-01T02:00:00Z", "verdict": "substantive", "reason": "new-text",
     "topics": ["licensing", "ai"], "added": 3, "removed": 0, "reworded": 12, "moved": 0,
     "explanation": "New text: “We may train models.”"},
    {"id": "pixboard/privacy@12", "seen_at": "2024-05-02T02:00:00Z", "verdict": "noise", "reason": "links",
     "topics": [], "added": 0, "removed": 1, "reworded": 0, "moved": 0, "explanation": "Only links moved."},
]  # fmt: skip
FLAG = {
    "service": "acme", "document": "terms", "topic": "licensing", "polarity": "permits", "heading": ["Terms", "Rights"],
    "since": "2013-02-03T00:00:00Z", "quote": "you grant us \x1b[2J a licence",
}  # fmt: skip
STATUS = {
    "service": "acme", "document": "terms", "checked_at": "2024-05-02T02:00:00Z", "outcome": "failed",
    "cause": "http-403", "versions": 3, "changed_at": "2024-01-02T02:00:00Z", "oscillations": 0,
    "failing_since": "2024-05-01T02:00:00Z", "message": "https://acme.example/terms: 403 Forbidden",
}  # fmt: skip


def test_the_log_says_what_changed_and_why_it_matters():
    assert render_log(LOG).splitlines() == [
        "2024-05-01  acme/terms@7         substantive (new-text)  licensing, ai",
        "    New text: “We may train models.”",
        "2024-05-02  pixboard/privacy@12  noise (links)",
        "    Only links moved.",
    ]


def test_flags_stand_under_their_topic_with_their_quote():
    assert render_flags([FLAG, {**FLAG, "topic": "ai", "heading": []}]).splitlines() == [
        "ai",
        "  permits  since 2013-02-03  acme/terms",
        "    “you grant us \\x1b[2J a licence”",
        "",
        "licensing",
        "  permits  since 2013-02-03  acme/terms  Terms › Rights",
        "    “you grant us \\x1b[2J a licence”",
    ]


def test_the_status_ends_with_what_is_wrong_and_since_when():
    sound = {**STATUS, "document": "privacy", "outcome": "unchanged", "cause": "", "failing_since": None}

    lines = render_status([sound, STATUS]).splitlines()

    assert lines[0].split() == ["document", "checked", "outcome", "versions", "last", "change"]
    assert lines[-1] == (
        "acme/terms: failed (HTTP 403) for 2 days, since 2024-05-01: https://acme.example/terms: 403 Forbidden"
    )
    assert "since 2024" not in render_status([sound])


def test_lists_fit_the_terminal():
    long, narrow = {**FLAG, "quote": "we may " * 40}, TerminalStyle(width=60)

    for text in (render_flags([long], narrow), render_log(LOG, narrow), render_status([STATUS], narrow)):
        assert all(columns(line) <= 60 for line in text.splitlines())


def test_a_list_of_nothing_is_nothing():
    assert render_log([]) == render_flags([]) == render_status([]) == ""
