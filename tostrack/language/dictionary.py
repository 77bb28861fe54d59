"""Which words a language has, by the dictionaries of pyspellchecker: a slip of the pen makes none of them."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files


def has_word(word: str, language: str) -> bool | None:
    """Return whether *word* is one of the words of *language*.

    Args:
        word: A word in small letters.
        language: A code such as ``de``.

    Returns:
        None where no dictionary of the language is at hand.
    """
    entries = _read_dictionary(language)
    return None if entries is None else f'"{word}":'.encode() in entries


@cache
def _read_dictionary(language: str) -> bytes | None:
    # Searching the file as it is written takes a millisecond; a dictionary of its words would take up to 60 MB.
    path = files("spellchecker") / "resources" / f"{language}.json.gz"
    return gzip.decompress(path.read_bytes()) if path.is_file() else None
