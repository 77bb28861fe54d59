"""In which language a clause is read: its words tell, and of a short one its headings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Clause

#: Words that are English and of no other language that is flagged.
_ENGLISH = frozenset(
    "the and to your you our that this with are not by will which be any may their from have has these other such "
    "can who what when shall advertising sharing targeted policy parties your's yours it's don't we'll".split()
)
#: A text of which one word in so many is one of these is English: most texts are, and need no more.
_PER_ENGLISH = 8
#: A clause of fewer words is read with the headings above it.
_TELLING = 12
#: This many characters of a clause are read for its language.
_READ = 500
#: This many stop words of its own, and so many times those of the next language, tell one plainly.
_PLAIN, _AHEAD = 4, 2
_TAG = lazy_pattern(r"[a-z]{2,3}")


def primary_language(tag: str) -> str:
    """Return the two letters of a language tag: ``pt`` of ``pt-BR``; empty for what is no tag."""
    found = _TAG.match(tag.strip().lower())
    return found[0] if found else ""


def clause_hint(clause: Clause) -> str:
    """Return the headings above a *clause* that is too short to tell its language, and nothing for a longer one."""
    short = clause.text.count(" ") + clause.lead.count(" ") < _TELLING
    return " ".join(clause.heading) if short else ""


def find_language(text: str) -> str:
    """Return the language that plain *text*, one clause with its lead-in, is read in, two letters.

    A text whose words do not tell is taken for English.
    """
    words = text[:_READ].lower().split()
    if len(_ENGLISH.intersection(words)) * _PER_ENGLISH >= len(words) > 0:
        return "en"
    english = sum(map(_ENGLISH.__contains__, words))
    if english * _PER_ENGLISH >= len(words) > 0:
        return "en"
    from tostrack.language.detect import detect_language

    return _plain_language(words) or detect_language(text) or "en"


def _plain_language(words: Iterable[str]) -> str:
    """Return the language that the *words* plainly speak for, or nothing: most clauses need no closer look."""
    counts: dict[str, float] = {}
    known = _evidence()
    for word in words:
        if found := known.get(word):
            for code in found:
                counts[code] = counts.get(code, 0) + 1 / len(found)
    ranked = sorted(counts.items(), key=lambda count: -count[1])[:2]
    if not ranked or ranked[0][1] < _PLAIN or (len(ranked) > 1 and ranked[0][1] < _AHEAD * ranked[1][1]):
        return ""
    return ranked[0][0]


@cache
def _evidence() -> dict[str, tuple[str, ...]]:
    """Return the languages that each stop word is of."""
    from tostrack.language.words import list_languages, load_language

    speaks: dict[str, list[str]] = {}
    for code in list_languages():
        for word in load_language(code).list_words("words", "stop_words"):
            speaks.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in speaks.items()}


#: What the languages that a text can be detected in, and that no rule reads, are called.
_NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "el": "Greek", "fi": "Finnish", "he": "Hebrew", "hi": "Hindi",
    "hu": "Hungarian", "id": "Indonesian", "ja": "Japanese", "ko": "Korean", "nb": "Norwegian", "ro": "Romanian",
    "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "zh": "Chinese",
    "bg": "Bulgarian", "hr": "Croatian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "vi": "Vietnamese",
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese",
}  # fmt: skip


def name_language(code: str) -> str:
    """Return the English name of a language, or its *code* where we have none."""
    return _NAMES.get(code, code)


def is_read(code: str) -> bool:
    """Return whether the rules of flags read the language *code*; an unknown one ("") is tried as English."""
    if code in ("", "en"):
        return True
    from tostrack.language.words import LanguageError, load_language

    try:
        return load_language(code).has_level("flags")
    except LanguageError:
        return False
