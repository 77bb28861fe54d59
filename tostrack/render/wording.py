"""Stored codes in words: every surface that shows an outcome or a cause takes its words from here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tostrack.render.escape import safe_line

#: What a check of one document ended in, by its stored code (`models.Outcome` and the outcomes of `rebuild text`).
OUTCOMES = {
    "first": "first version",
    "changed": "changed",
    "unchanged": "unchanged",
    "not-modified": "unchanged",
    "suspect": "quarantined",
    "failed": "failed",
    "skipped": "skipped",
}
#: Why a check failed or a text was quarantined, by its stored code; ``http-403`` is ``HTTP 403``.
CAUSES = {
    "bad-response": "invalid response",
    "bad-url": "invalid URL",
    "blocked": "blocked by the platform",
    "browser": "browser error",
    "collapse": "most of the text is missing",
    "config": "error in the watchlist",
    "connect": "cannot connect",
    "crashed": "extraction crashed",
    "dns": "no DNS record",
    "empty": "empty page",
    "encoding": "invalid encoding",
    "forbidden-address": "private address",
    "language": "another language",
    "needs-browser": "needs the browser extra",
    "needs-js": "needs a browser",
    "not-a-page": "not HTML or PDF",
    "pdf-damaged": "damaged PDF",
    "pdf-encrypted": "encrypted PDF",
    "pdf-no-text": "PDF without text",
    "redirect-loop": "redirect loop",
    "redirect-scheme": "redirect to another scheme",
    "robots": "disallowed by robots.txt",
    "robots-unreachable": "robots.txt unreachable",
    "selector": "selector matches nothing",
    "timeout": "timed out",
    "tls": "TLS error",
    "too-large": "page too large",
    "truncated": "truncated",
    "wrong-page": "another page",
}

#: What a reason is called where there is room for a few words only.
REASONS = {
    "wording": "another wording",
    "numbering": "other numbers",
    "renamed": "another name",
    "format": "markup",
    "links": "link addresses",
    "order": "order",
    "stamp": "a date stamp",
    "oscillation": "back and forth",
    "edition": "another edition",
    "furniture": "menus and banners",
    "suspect": "not the policy",
    "identical": "the same text",
}


def describe_reason(reason: str) -> str:
    """Return the reason of a silent change in a few words; of another reason, its code."""
    return REASONS.get(reason, safe_line(reason).replace("-", " "))


def describe_cause(cause: str | None) -> str:
    """Return the cause with this code in words; of an unknown code, the code without its hyphens."""
    code = safe_line(cause or "")
    if code.startswith("http-") and code[5:].isdecimal():
        return f"HTTP {code[5:]}"
    return CAUSES.get(code, code.replace("-", " "))


def describe_outcome(outcome: str | None, cause: str | None = "") -> str:
    """Return an outcome in words, with its cause: ``failed (HTTP 403)``."""
    word = OUTCOMES.get(safe_line(outcome or ""), safe_line(outcome or ""))
    return f"{word} ({describe_cause(cause)})" if cause else word


def describe_kind(kind: str) -> str:
    """Return the name of a kind of documents in a sentence: ``data processing``; empty for none."""
    return {"ai": "AI", "sla": "service levels", "sub-processors": kind}.get(kind, kind.replace("-", " "))


def describe_past(
    first: str, *, from_start: bool, moves: Sequence[Sequence[str]], day: Callable[[str], str] = lambda when: when[:10]
) -> str:
    """Return the first day of a flag, and its moves: ``since 2011-05-18 or before, widened 2013-01-19``.

    Args:
        first: When its clause began to say it.
        from_start: Whether that is the first version that there is.
        moves: ``widened`` or ``narrowed`` and when, oldest first.
        day: Writes the day of a time.
    """
    return ", ".join([f"since {day(first)}{' or before' * from_start}", *(f"{event} {day(at)}" for event, at in moves)])
