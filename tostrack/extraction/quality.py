"""Does a text look like the policy, or like what a server says instead of it? A word of a fixed vocabulary, or None.

It must not hold back a true change: a policy may speak of outages, logins and cookies. So words alone convict only a
text too short to be a policy; everything else is measured against the text that stood before.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from urllib.parse import urlsplit

from tostrack.clauses import canonical_text, split_clauses
from tostrack.extraction.error_pages import SHORT, classify_error_page
from tostrack.language.detect import detect_words

#: Every answer of `suspect`.
CAUSES = (
    "empty",
    "garbled",
    "needs-js",
    "blocked",
    "login",
    "consent",
    "maintenance",
    "outage",
    "wrong-page",
    "language",
    "truncated",
    "collapse",
)
#: In words: fewer say nothing by themselves.
_TINY = 12
#: Fewer words say nothing about size, language or kinship.
_COMPARABLE = 200
#: A text that grows is never held back: the real ones that grew fourfold overnight were the changes that mattered.
_COLLAPSE = 0.5
#: A policy that shrinks to less is a page that says nothing about itself in words we know, for as long as it stands.
_STUB = 0.1
#: Share of the words of a short text that stay when it is cut down and not replaced.
_STAYS = 0.3
#: Share of U+FFFD from which on the encoding was read wrongly.
_GARBLED = 0.001
#: Two policies of one platform share half of their distinct words or more; a policy and a home page under a fifth.
_KINSHIP = 0.2
#: Where a page's last tag is looked for, and how many words make the end of a text.
_TAIL, _LAST_WORDS = 1 << 14, 5
#: How far a language must be ahead of the next one: Danish after Norwegian is no change of language.
_LEAD = 1.5

_LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|auth|checkpoint|account/begin|sso)(?:[/.]|$)", re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_SHELL = re.compile(
    r"<(?:div|main)\b[^>]{0,200}\bid\s*=\s*[\"']?(?:root|app|__next|__nuxt|react-root|main-app)\b", re.IGNORECASE
)


def classify_suspect(
    text: str,
    *,
    previous: str | None = None,
    html: str = "",
    page_title: str = "",
    asked_url: str = "",
    final_url: str = "",
) -> str | None:
    """Return why *text* does not look like the policy, as one of `CAUSES`; None when it does.

    Args:
        text: The Markdown of the page.
        previous: The Markdown that stands, when there is one.
        html: The page itself, for what its markup gives away.
        page_title: The page's title.
        asked_url: The address that was asked.
        final_url: The address that answered.
    """
    words = _words(text)
    if not words:
        return "needs-js" if _SHELL.search(html) else "empty"
    if text.count("\ufffd") > _GARBLED * len(text):
        return "garbled"
    before = _words(previous) if previous else []
    if _grew_from_short(words, before):
        return "truncated" if _is_cut(words, before, html) else None
    cause = _says_instead(words, html, page_title) if len(words) < SHORT else None
    cause = cause or _leads_elsewhere(words, asked_url, final_url) or _unlike(words, before)
    if cause in (None, "collapse") and _is_cut(words, before, html):
        return "truncated"
    return cause


@lru_cache(maxsize=4)
def _words(markdown: str) -> list[str]:
    return " ".join(canonical_text(clause.text) for clause in split_clauses(markdown)).split()


def _grew_from_short(words: list[str], before: list[str]) -> bool:
    """Return whether the text that stands is as short and mostly the same: then this is how the document is."""
    if not before or len(before) >= SHORT:
        return False
    return _common(words, before) >= 0.7 * len(before)


def _common(words: list[str], before: list[str]) -> int:
    return (Counter(words) & Counter(before)).total()


def _says_instead(words: list[str], html: str, page_title: str) -> str | None:
    said = f"{canonical_text(page_title)} {' '.join(words)}"
    if cause := classify_error_page(said):
        return cause
    if _PASSWORD.search(html):
        return "login"
    if len(words) < _TINY:
        return "needs-js" if _SHELL.search(html) else "empty"
    return None


def _leads_elsewhere(words: list[str], asked_url: str, final_url: str) -> str | None:
    try:
        asked, final = urlsplit(asked_url), urlsplit(final_url)
    except ValueError:
        return None
    if not final_url or asked.path.rstrip("/") == final.path.rstrip("/"):
        return None
    if _LOGIN_PATH.search(final.path) and not _LOGIN_PATH.search(asked.path) and len(words) < _COMPARABLE:
        return "login"
    # A policy may move to the front of a host of its own, but not to the front of the one that it was deep inside.
    host, home = (parts.netloc.lower().removeprefix("www.") for parts in (asked, final))
    at_front = final.path in ("", "/") and not final.query and not final.fragment
    return "wrong-page" if at_front and (host == home or host.endswith(f".{home}")) else None


def _is_cut(words: list[str], before: list[str], html: str) -> bool:
    """Return whether the page breaks off, and the end of what stood *before* is missing."""
    if not before or words[-_LAST_WORDS:] == before[-_LAST_WORDS:]:
        return False
    return bool(html) and "</html" not in html[-_TAIL:].lower()


#: Two texts that share so much of their words are in one language and of one document.
_SAME_TEXT = 0.9


def _unlike(words: list[str], before: list[str]) -> str | None:
    """Return how *words* differ from what stood *before* as no edit of a policy makes them differ."""
    size = len(words) / max(1, len(before))
    if len(before) < _COMPARABLE:
        # Too short for statistics, but not for seeing that it is gone.
        return "collapse" if size < _COLLAPSE and _common(words, before) < _STAYS * len(before) else None
    own, old = set(words), set(before)
    if len(own & old) >= _SAME_TEXT * max(len(own), len(old)) and size >= _COLLAPSE:
        return None
    languages = detect_page_language(words), detect_page_language(before)
    if all(languages) and languages[0] != languages[1]:
        return "language"
    if len(words) >= _COMPARABLE and len(own & old) < _KINSHIP * min(len(own), len(old)):
        return "wrong-page"
    if len(words) < SHORT and size < _STUB:
        return "wrong-page"
    return "collapse" if size < _COLLAPSE else None


def detect_page_language(words: list[str]) -> str:
    """Return the language of canonical *words* as a two-letter code; empty when it is not plain."""
    return detect_words(words, lead=_LEAD) if len(words) >= SHORT else ""
