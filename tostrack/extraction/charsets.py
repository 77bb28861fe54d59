"""The encoding of a page's bytes: from its labels, its language, and its bytes where nothing names one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from tostrack.language.words import load_language

_TABLES: dict[str, dict[str, str]] = tomllib.loads(
    files("tostrack.extraction").joinpath("charsets.toml").read_text(encoding="utf-8")
)
#: Python's codec for each label, and for the language of a page without one.
_CODEC_OF, _BY_LANGUAGE = (
    {name: codec for codec, names in _TABLES[table].items() for name in names.split()}
    for table in ("labels", "languages")
)
#: What the detector chooses from: encodings that pages without a label are written in.
_CANDIDATES = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 iso8859_2 iso8859_5 koi8_r cp866 gb18030 big5 cp932 euc_jp cp949"
    " cp874"
).split()
_LANG = re.compile(rb"<html\b[^>]{0,500}?\blang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z]{2})?)", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)|<[^<>]*>", re.IGNORECASE | re.DOTALL)
#: What changes the set of letters in ISO-2022-JP, which is ASCII to all others.
_ESCAPES = re.compile(rb"\x1b\$[@B]")
#: Most bytes that the detector reads: it takes about 10 ms for them.
_SAMPLE = 8_000
#: Fewer bytes outside ASCII do not tell one encoding from another.
_LEAST_FOREIGN = 24
#: A detected encoding may give this share of odd letters at most (charset-normalizer's ``chaos``).
_MOST_CHAOS = 0.1
_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTER_RUN = re.compile(r"[^\W\d_\x00-\x7f]{3,}")
_CAPITAL, _SMALL = re.compile("[А-ЯЁЄІЇҐ]"), re.compile("[а-яёєіїґ]")
#: A capital behind a small letter at the beginning of a word, and how many of them tell.
_SWAPPED, _LEAST_SWAPPED = re.compile(r"\b[а-яёєіїґ][А-ЯЁЄІЇҐ]"), 2
_FOREIGN_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")
#: A sign in the middle of a word, where a Western text has letters only; U+FFFD is an unreadable byte.
_SIGN_IN_WORD = re.compile(r"[^\W\d_][\x80-\x9f¡-©«-´¶-¹»-¿×÷†‡ˆ‰‹›˜„‚\ufffd](?=[^\W\d_])|\ufffd")
#: Of the letters outside ASCII: share that may be in long runs, or beside a sign, in a Western text.
_MOST_ODD = 0.15


def codec_of_label(label: str) -> str:
    """Return Python's codec for *label* as browsers read it, or the empty string when they know no such encoding."""
    return _CODEC_OF.get(label.strip().lower(), "")


@lru_cache(maxsize=16)
def detect_codec(content: bytes) -> str:
    """Return the codec of *content*, which is no UTF-8 and has no label to trust; empty when it is not recognised."""
    if reads_as_western(content):
        return _stated_by_language(content) or "cp1252"
    return _stated_by_language(content) or _most_likely(_foreign_text(content))


def switches_letters(content: bytes) -> bool:
    """Return whether *content* is ASCII with the escapes of ISO-2022-JP."""
    return content.isascii() and _ESCAPES.search(content) is not None


def reads_as_western(content: bytes) -> bool:
    """Return whether *content*, read as windows-1252, has its letters where Western texts have them."""
    text = _foreign_text(content).decode("cp1252", "replace")
    foreign = len(_FOREIGN_LETTER.findall(text))
    odd = sum(len(run) for run in _LETTER_RUN.findall(text)) + len(_SIGN_IN_WORD.findall(text))
    return odd <= _MOST_ODD * foreign


def _stated_by_language(content: bytes) -> str:
    match = _LANG.search(content[:_SAMPLE])
    language = match[1].decode("ascii").lower() if match else ""
    codec = _BY_LANGUAGE.get(language) or _BY_LANGUAGE.get(language.partition("-")[0], "")
    if others := _TABLES["others"].get(language):
        words = frozenset(load_language(language).list_words("words", "stop_words"))
        sample = _foreign_text(content)
        codec = max((codec, *others.split()), key=lambda one: _count_words(sample.decode(one, "replace"), words))
    return codec if codec and _reads(content, codec) else ""


def _count_words(text: str, words: Container[str]) -> int:
    return sum(word in words for word in _WORD.findall(text.lower()))


def _reads(content: bytes, codec: str) -> bool:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return False
    foreign = len(_FOREIGN_LETTER.findall(text))
    return not has_case_swapped(text) and len(_SIGN_IN_WORD.findall(text)) <= _MOST_ODD * foreign


def has_case_swapped(text: str) -> bool:
    """Return whether the Cyrillic words of *text* are capitals behind small letters: KOI8-R read as windows-1251."""
    return len(_SWAPPED.findall(text)) >= _LEAST_SWAPPED and len(_CAPITAL.findall(text)) > len(_SMALL.findall(text))


def _foreign_text(content: bytes) -> bytes:
    """Return the first lines of text in *content* that hold bytes outside ASCII, whole letters only."""
    lines = (line for line in _MARKUP.sub(b"\n", content[: 32 * _SAMPLE]).split(b"\n") if not line.isascii())
    text = b"\n".join(islice(lines, _SAMPLE))
    # A letter may have several bytes, and none of them needs to be outside ASCII but the first.
    end = max(text.rfind(b"\n", 0, _SAMPLE), text.rfind(b" ", 0, _SAMPLE)) if len(text) > _SAMPLE else -1
    return text[: end if end > 0 else _SAMPLE]


def _most_likely(sample: bytes) -> str:
    if sum(byte > 0x7F for byte in sample) < _LEAST_FOREIGN:
        return ""
    import charset_normalizer

    found: Sequence[charset_normalizer.CharsetMatch] = [
        *charset_normalizer.from_bytes(sample, cp_isolation=_CANDIDATES, preemptive_behaviour=False)
    ]
    sound = [match for match in found if match.chaos <= _MOST_CHAOS and match.encoding not in ("cp1252", "ascii")]
    return sound[0].encoding if sound else ""
