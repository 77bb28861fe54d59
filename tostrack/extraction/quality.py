"""Does a text look like the policy, or like what a server says instead of it? The one place that says so.

Crawls, imports, re-extraction and the verdict ask here, with one set of thresholds. A true change must not be held
back: a policy may speak of outages, logins and cookies. So words alone convict only a text too short to be a policy;
everything else is measured against the text before, or, for a first text, against what its page holds besides it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from urllib.parse import urlsplit

from tostrack.clauses import canonical_text, split_clauses
from tostrack.extraction.charsets import has_case_swapped
from tostrack.extraction.page_shape import find_remote_text
from tostrack.language.detect import detect_words
from tostrack.language.words import entry_pattern, union

#: Every answer of `classify_suspect`.
CAUSES = (
    "empty",
    "garbled",
    "needs-js",
    "frame",
    "embedded",
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
#: Words. The shortest real documents watched by peers are imprints of about 60; stock error pages have up to 120.
SHORT = 150
#: Words: fewer say nothing by themselves.
TINY = 12
#: Words: fewer say nothing about size, language or kinship.
COMPARABLE = 200
#: Share of the words that must be left, or a text is held back until it is seen again. A text that grows is never held
#: back: the real ones that grew fourfold overnight were the changes that mattered.
COLLAPSE = 0.5
#: Share of the words: what shrinks to less is a page that says nothing about itself in words we know, for as long as
#: it is there. No policy of 24,688 recorded captures was cut so far and stayed.
STUB = 0.1
#: Share of the words of a short text that stay when it is cut down and not replaced.
STAYS = 0.3
#: Share of the words of a short text that the new one has too, where this is how the document is.
STILL_SHORT = 0.7
#: Share of U+FFFD among the characters from which on the encoding was read wrongly.
GARBLED = 0.001
#: Sequences, and their share of what is outside ASCII, from which on a text is UTF-8 that was read as windows-1252.
#: French has "à " with a no-break space before "»", which is such a sequence, beside hundreds of other accents.
LEAST_MOJIBAKE, MOJIBAKE = 3, 0.5
#: Share of distinct words: two policies of one platform share half or more; a policy and a home page under a fifth.
KINSHIP = 0.2
#: Share of distinct words: two texts that share so many are in one language and of one document.
SAME_TEXT = 0.9
#: Share of the words: a capture that breaks off within a sentence has less, nearly all of it from the beginning on.
CUT, FROM_THE_BEGINNING = 0.7, 0.95
#: Characters at the end of a page in which its last tag is looked for; words that make the end of a text.
TAIL, LAST_WORDS = 1 << 14, 5
#: In the frame of a page an error is known by a line of so few words, by the share of the other text's words that are
#: gone, and by how few words came in their place: the error and a request for consent.
ERROR_LINE, ERROR_GONE, ERROR_FRAME = 6, 0.4, 2 * SHORT
#: Letters that are more than `SHORT` words: the longest word that an error page repeats has fewer than forty.
_LONG = 40 * SHORT
#: Words for which one phrase of a consent layer is enough; a longer text must hold two.
_CONSENT_ALONE = 40
#: Words for which an error that is named by one word is enough.
_ONE_WORD = 40
#: Causes by the table ``errors`` of the languages, most telling first.
_SPOKEN_CAUSES = ("needs-js", "blocked", "login", "consent", "maintenance", "outage", "wrong-page")
#: Causes that a line inside the frame of a page may state.
_OUTAGES = frozenset(("blocked", "maintenance", "outage", "wrong-page"))

_LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|auth|checkpoint|account/begin|sso)(?:[/.]|$)", re.IGNORECASE)
_PASSWORD = re.compile(r"<input\b[^>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
#: The bytes 0x80 to 0xBF as windows-1252 shows them; 0x80 to 0x9F may have been taken out since, as controls.
_HIGH = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\u0080-\u00bf"
_MOJIBAKE = re.compile(f"[\u00c2-\u00df][{_HIGH}]|[ÂÃ] |â€|[\u00e0-\u00ef][{_HIGH}]{{2}}")
#: What begins a tag and does not end it; what a browser reads as no markup until its end.
_OPEN_TAG = re.compile(r"<[a-z/!](?:[^<>\"']|\"[^\"]*\"|'[^']*')*(?:\"[^\"]*|'[^']*)?\Z|<\Z")
_RAW = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<textarea", "</textarea"))
#: Letters of a script, with the encoding of old pages in which UTF-8 is read wrongly as these letters.
_SCRIPTS = {"[\u0400-\u04ff]": "cp1251", "[\u0370-\u03ff]": "cp1253"}
#: Letters outside ASCII that are looked at, and the share of their bytes that must be UTF-8.
_SAMPLE, TWICE = 2_000, 0.7
_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]")


def classify_suspect(
    text: str,
    *,
    previous: str | None = None,
    previous_closed: bool = False,
    html: str = "",
    page_title: str = "",
    asked_url: str = "",
    final_url: str = "",
) -> str | None:
    """Return why *text* does not look like the policy, as one of `CAUSES`; None when it does.

    Args:
        previous: The current Markdown, when there is one.
        previous_closed: Whether the page of the current text ended with ``</html>``: some never do.
    """
    words = _words(text)
    before = _words(previous) if previous else []
    if not words:
        return _find_elsewhere(html, final_url or asked_url, 0) or "empty"
    if _is_garbled(text, previous or ""):
        return "garbled"
    if _grew_from_short(words, before):
        return "truncated" if _is_cut(words, before, html, previous_closed) else None
    cause = _says_instead(words, html, page_title) if len(words) < SHORT else None
    cause = cause or _leads_elsewhere(words, asked_url, final_url) or _unlike(words, before)
    if cause in (None, "collapse") and _is_cut(words, before, html, previous_closed):
        return "truncated"
    if cause in (None, "empty") and not before and len(words) < COMPARABLE:
        # Of a first text nothing is known but what its page says: the text may be elsewhere.
        return _find_elsewhere(html, final_url or asked_url, len(words)) or cause
    return cause


def _find_elsewhere(html: str, url: str, words: int) -> str:
    """Return why the text of a page may be elsewhere, as one of `CAUSES`; empty when nothing shows it."""
    remote = find_remote_text(html, url, words) if html else None
    return remote.cause if remote else ""


def _is_garbled(text: str, previous: str) -> bool:
    """Return whether the encoding of *text* was read wrongly, and that of the text before was not."""
    if text.count("\ufffd") > GARBLED * len(text):
        return True
    return _is_mojibake(text) and not _is_mojibake(previous)


@lru_cache(maxsize=4)
def _is_mojibake(text: str) -> bool:
    if text.isascii():
        return False
    if has_case_swapped(text) or _is_encoded_twice(text):
        return True
    found = _MOJIBAKE.findall(text)
    return len(found) >= LEAST_MOJIBAKE and sum(map(len, found)) >= MOJIBAKE * len(_OUTSIDE_ASCII.findall(text))


def _is_encoded_twice(text: str) -> bool:
    """Return whether the Cyrillic or Greek letters of *text* are the bytes of UTF-8, read in an encoding of theirs."""
    sample = "".join(_OUTSIDE_ASCII.findall(text)[:_SAMPLE])
    for letters, codec in _SCRIPTS.items():
        if len(re.findall(letters, sample)) > MOJIBAKE * len(sample):
            content = sample.encode(codec, "ignore")
            return len(content.decode("utf-8", "ignore").encode()) >= TWICE * len(content) > LEAST_MOJIBAKE
    return False


def classify_error_page(said: str) -> str:
    """Return what the canonical text *said* speaks like, as a word of `CAUSES`; empty for a policy."""
    for cause in _SPOKEN_CAUSES:
        if _speaks_of(cause, said) or (cause == "consent" and _speaks_of_consent(said)):
            return cause
    return ""


def _speaks_of(cause: str, said: str) -> bool:
    whole, single = _phrases(cause)
    # One word alone, such as "forbidden", says it where there is hardly another one.
    return whole.search(said) is not None or (said.count(" ") < _ONE_WORD and single.search(said) is not None)


@cache
def _phrases(cause: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of the phrases of *cause* in all languages, and of those that are one word anywhere."""
    entries = frozenset(map(_canonical_entry, union("errors", cause)))
    single = frozenset(entry for entry in entries if " " not in entry and entry[0] != "^")
    return entry_pattern(entries - single), entry_pattern(single)


def _canonical_entry(entry: str) -> str:
    """Return an entry of a language file in canonical form; the marks of its beginning and of prefixes stay."""
    words = [canonical_text(word) + ("*" if word.endswith("*") else "") for word in entry.removeprefix("^").split()]
    return ("^" if entry.startswith("^") else "") + " ".join(words)


def _speaks_of_consent(said: str) -> bool:
    phrases = {match[0] for match in _consent_phrases().finditer(said)}
    return len(phrases) > 1 or (bool(phrases) and said.count(" ") < _CONSENT_ALONE)


@cache
def _consent_phrases() -> re.Pattern[str]:
    return entry_pattern(frozenset(map(_canonical_entry, union("page", "consent"))))


def is_error_page(own: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether a text speaks like an error where the *other* is a policy: alone, or in the frame of its page."""
    if sum(map(len, own)) <= _LONG:
        said = " ".join(own)
        if said.count(" ") < SHORT and classify_error_page(said):
            words, others = Counter(said.split()), Counter(" ".join(other).split())
            return (words & others).total() < STAYS * others.total()
    new, gone = {*own} - {*other}, {*other} - {*own}
    lost, least = sum(map(count_key_words, gone)), ERROR_GONE * sum(map(count_key_words, other))
    if lost < SHORT or sum(map(count_key_words, new)) > min(ERROR_FRAME, lost / 2):
        return False
    # Of a page that is made of several, one may be missing: then the message is all that came in its place.
    whole = lost >= least or (len(new) > 1 and all(classify_error_page(key) in _OUTAGES for key in new))
    return whole and any(map(is_error_line, new))


def is_error_line(key: str) -> bool:
    """Return whether a clause in the form in which texts are compared is a line that states an outage."""
    return count_key_words(key) <= ERROR_LINE and classify_error_page(key) in _OUTAGES


def count_key_words(key: str) -> int:
    """Return the words of a clause in the form in which texts are compared."""
    return key.count(" ") + 1


@lru_cache(maxsize=4)
def _words(markdown: str) -> list[str]:
    return " ".join(canonical_text(clause.text) for clause in split_clauses(markdown)).split()


def _grew_from_short(words: list[str], before: list[str]) -> bool:
    """Return whether the current text is as short and mostly the same: then the document is short."""
    if not before or len(before) >= SHORT:
        return False
    return _common(words, before) >= STILL_SHORT * len(before)


def _common(words: list[str], before: list[str]) -> int:
    return (Counter(words) & Counter(before)).total()


def _says_instead(words: list[str], html: str, page_title: str) -> str | None:
    said = f"{canonical_text(page_title)} {' '.join(words)}"
    if cause := classify_error_page(said):
        return cause
    if _PASSWORD.search(html):
        return "login"
    return "empty" if len(words) < TINY else None


def _leads_elsewhere(words: list[str], asked_url: str, final_url: str) -> str | None:
    try:
        asked, final = urlsplit(asked_url), urlsplit(final_url)
    except ValueError:
        return None
    if not final_url or asked.path.rstrip("/") == final.path.rstrip("/"):
        return None
    if _LOGIN_PATH.search(final.path) and not _LOGIN_PATH.search(asked.path) and len(words) < COMPARABLE:
        return "login"
    # A policy may move to the front of a host of its own, but not to the front of the one that it was deep inside.
    host, home = (parts.netloc.lower().removeprefix("www.") for parts in (asked, final))
    at_front = final.path in ("", "/") and not final.query and not final.fragment
    return "wrong-page" if at_front and (host == home or host.endswith(f".{home}")) else None


def _is_cut(words: list[str], before: list[str], html: str, previous_closed: bool) -> bool:
    """Return whether the page breaks off, and the end of the text *before* is missing."""
    if not html or not before or words[-LAST_WORDS:] == before[-LAST_WORDS:]:
        return False
    return _breaks_off(html) or (previous_closed and not is_closed(html))


def is_closed(html: str) -> bool:
    """Return whether a page ends with ``</html>``, as a whole one does that has it at all."""
    return "</html" in html[-TAIL:].lower()


def _breaks_off(html: str) -> bool:
    """Return whether a page ends inside a tag, an attribute, a comment or a script."""
    end = html[-TAIL:].lower()
    if is_closed(html):
        return False
    if any(end.rfind(start) > end.rfind(stop) for start, stop in _RAW):
        return True
    # An apostrophe in a comment or in a script opens no attribute.
    return _OPEN_TAG.search(end, max(end.rfind(stop) for _, stop in _RAW) + 1) is not None


def _unlike(words: list[str], before: list[str]) -> str | None:
    """Return how *words* differ from the text *before* as no edit of a policy makes them differ."""
    size = len(words) / max(1, len(before))
    if len(before) < COMPARABLE:
        # Too short for statistics, but not for seeing that it is gone.
        return "collapse" if size < COLLAPSE and _common(words, before) < STAYS * len(before) else None
    own, old = set(words), set(before)
    if len(own & old) >= SAME_TEXT * max(len(own), len(old)) and size >= COLLAPSE:
        return None
    languages = _language(words), _language(before)
    if all(languages) and languages[0] != languages[1]:
        return "language"
    if len(words) >= COMPARABLE and len(own & old) < KINSHIP * min(len(own), len(old)):
        return "wrong-page"
    if len(words) < SHORT and size < STUB:
        return "wrong-page"
    return "collapse" if size < COLLAPSE else None


def _language(words: Sequence[str]) -> str:
    """Return the language of canonical *words* as a two-letter code; empty when it is not plain or they are few."""
    return detect_words(words) if len(words) >= SHORT else ""
