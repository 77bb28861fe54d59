"""Which language a text is in, by its letters and its stop words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from tostrack.language.words import list_languages, load_language

#: This many letters of a text are read: more say nothing new.
_READ = 20_000
#: Share of the letters that a script of its own must have.
_SCRIPT_SHARE = 0.3
#: Fewer words are too few to tell.
_FEWEST_WORDS = 6
#: Share of the words that must be stop words of the language, and how far it must be ahead of the next one.
_SHARE, _LEAD = 0.12, 1.25
_WORD = re.compile(r"[^\W\d_]+")


def detect_language(text: str) -> str:
    """Return the code of the language that *text* is in: two letters, empty when it is not plain."""
    words = _WORD.findall(text[:_READ].lower())
    # Of a few words in Latin letters no language is plain.
    return "" if len(words) < _FEWEST_WORDS and text.isascii() else detect_words(words)


def detect_words(words: Iterable[str], lead: float = _LEAD) -> str:
    """Return the code of the language of *words* in lower case: two letters, empty when it is not plain.

    Args:
        words: The words of a text, each as often as it occurs.
        lead: How many times as much must speak for the language as for the next one.
    """
    counts = Counter(words)
    total = sum(counts.values())
    candidates = _by_script(counts)
    if len(candidates) == 1:
        return candidates[0]
    if total < _FEWEST_WORDS:
        return ""
    scores: dict[str, float] = {}
    evidence = _evidence()
    for word in [word for word in counts if word in evidence]:
        for code, weight in evidence[word].items():
            if code in candidates:
                scores[code] = scores.get(code, 0) + weight * counts[word]
    ranked = sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:2]
    if not ranked:
        return ""
    code, best = ranked[0]
    own = sum(counts[word] for word in load_language(code).list_words("words", "stop_words"))
    ahead = len(ranked) == 1 or best >= lead * ranked[1][1]
    return code if ahead and own >= _SHARE * total else ""


def _by_script(counts: Counter[str]) -> tuple[str, ...]:
    """Return the languages that are written in the letters of the words: one, or all of that script."""
    text = "".join(word for word in counts if not word.isascii())
    total = sum(map(len, counts))
    found = [(len(pattern.findall(text)), letters) for letters, pattern in _scripts().items()] if text else []
    # Kana tell Japanese from Chinese however few they are beside the characters that both have.
    kana = next((count for count, letters in found if "\u3040" in letters), 0)
    count, letters = max(found, default=(0, ""))
    if count < _SCRIPT_SHARE * total:
        return _written_in("")
    return ("ja",) if kana > 0.05 * total else _written_in(letters)


@cache
def _scripts() -> Mapping[str, re.Pattern[str]]:
    letters = {_letters_of(code) for code in list_languages()} - {""}
    return {ranges: re.compile(f"[{ranges}]") for ranges in sorted(letters)}


@cache
def _written_in(letters: str) -> tuple[str, ...]:
    return tuple(code for code in list_languages() if _letters_of(code) == letters)


def _letters_of(code: str) -> str:
    written = load_language(code).letters
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), written)


@cache
def _evidence() -> Mapping[str, Mapping[str, float]]:
    """Return, for each stop word, the languages that it speaks for: the fewer there are, the more it says."""
    speaks: dict[str, list[str]] = {}
    for code in list_languages():
        for word in load_language(code).list_words("words", "stop_words"):
            speaks.setdefault(word, []).append(code)
    return {word: dict.fromkeys(codes, 1 / len(codes)) for word, codes in speaks.items()}
