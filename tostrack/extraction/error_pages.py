"""What servers say instead of a policy: outages, logins, challenges, consent walls, shells and redirects."""

from __future__ import annotations

from tostrack.language.words import entry_pattern, union

#: The shortest real documents watched by peers are imprints of about 60 words; stock error pages have up to 120. Words
#: alone convict only a text shorter than this: a policy may speak of outages, logins and cookies.
SHORT = 150

#: What a page can be instead of a policy, most telling first; its phrases are in the language files.
_CAUSES = ("needs-js", "blocked", "login", "consent", "maintenance", "outage", "wrong-page")


def classify_error_page(said: str) -> str:
    """Return what the canonical text *said* speaks like, as a word of `extract.suspect.CAUSES`; empty for a policy."""
    return next((cause for cause in _CAUSES if entry_pattern(union("errors", cause)).search(said)), "")
