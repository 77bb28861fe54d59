"""The encoding of a page's bytes: from its labels, its language, and its bytes where nothing names one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

#: Python's codec for every label that the WHATWG Encoding Standard knows, section 4.2. The standard's "replacement"
#: encodings (ISO-2022-KR, HZ and others) are left out: no browser reads them.
_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso-8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso-8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso-8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso-8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso-8859-6": (
        "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i iso- "
        "ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"
    ),
    "iso-8859-7": (
        "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
        "iso_8859-7:1987 sun_eu_greek"
    ),
    "iso8859-8": (
        "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
        "iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical"
    ),
    "iso-8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso-8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso-8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso-8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso-8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": (
        "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 "
        "iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 x-user-defined"
    ),
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": (
        "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254 "
        "x-cp1254"
    ),
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso-2022-jp": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": (
        "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949"
    ),
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
_CODEC_OF = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
#: The encoding of old pages without a label, by the language of the page: WHATWG HTML standard, section 13.2.3.2.
_BY_LANGUAGE = {
    "ar": "cp1256",
    "az": "cp1254",
    "ba": "cp1251",
    "be": "cp1251",
    "bg": "cp1251",
    "cs": "cp1250",
    "el": "cp1253",
    "et": "cp1257",
    "fa": "cp1256",
    "he": "cp1255",
    "hr": "cp1250",
    "hu": "iso-8859-2",
    "ja": "cp932",
    "kk": "cp1251",
    "ko": "cp949",
    "ku": "cp1254",
    "ky": "cp1251",
    "lt": "cp1257",
    "lv": "cp1257",
    "mk": "cp1251",
    "pl": "iso-8859-2",
    "ru": "cp1251",
    "sk": "cp1250",
    "sl": "cp1250",
    "sr": "cp1251",
    "tg": "cp1251",
    "th": "cp874",
    "tr": "cp1254",
    "tt": "cp1251",
    "uk": "cp1251",
    "vi": "cp1258",
    "zh": "gb18030",
    "zh-tw": "big5hkscs",
    "zh-hk": "big5hkscs",
}
#: What the detector chooses from: encodings that pages without a label are written in.
_CANDIDATES = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 iso8859_2 iso8859_5 koi8_r cp866 gb18030 big5 cp932 euc_jp cp949"
    " cp874"
).split()
_LANG = re.compile(rb"<html\b[^>]{0,500}?\blang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z]{2})?)", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:script|style)\b.*?</(?:script|style)|<[^<>]*>", re.IGNORECASE | re.DOTALL)
#: A stretch of text, in bytes, that says something about its encoding.
_FOREIGN = re.compile(rb"[^\n]{0,80}[\x80-\xff][^\n]{0,200}")
#: Most bytes that the detector reads: it takes about 10 ms for them.
_SAMPLE = 8_000
#: Fewer bytes outside ASCII do not tell one encoding from another.
_LEAST_FOREIGN = 24
#: A detected encoding may give this share of odd letters at most (charset-normalizer's ``chaos``).
_MOST_CHAOS = 0.1
_LETTER_RUN = re.compile(r"[^\W\d_\x00-\x7f]{3,}")
_FOREIGN_LETTER = re.compile(r"[^\W\d_\x00-\x7f]")
#: A sign in the middle of a word, where a Western text has letters only; U+FFFD is a byte that stands for nothing.
_SIGN_IN_WORD = re.compile(r"[^\W\d_][\x80-\x9f¡-©«-´¶-¹»-¿×÷†‡ˆ‰‹›˜„‚\ufffd](?=[^\W\d_])|\ufffd")
#: Of the letters outside ASCII: share that may stand in long runs, or beside a sign, in a Western text.
_MOST_ODD = 0.15


def codec_of_label(label: str) -> str:
    """Return Python's codec for *label* as browsers read it, or the empty string when they know no such encoding."""
    return _CODEC_OF.get(label.strip().lower(), "")


@lru_cache(maxsize=16)
def detect_codec(content: bytes) -> str:
    """Return the codec of *content*, which is no UTF-8 and has no label to be trusted; empty when it cannot be told."""
    if reads_as_western(content):
        return _stated_by_language(content) or "cp1252"
    return _stated_by_language(content) or _most_likely(_foreign_text(content))


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
    return codec if codec and _reads(content, codec) else ""


def _reads(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _foreign_text(content: bytes) -> bytes:
    """Return the first stretches of text in *content* that hold bytes outside ASCII."""
    text = _MARKUP.sub(b"\n", content[: 32 * _SAMPLE])
    found, size = [], 0
    for match in _FOREIGN.finditer(text):
        found.append(match[0])
        size += len(match[0])
        if size > _SAMPLE:
            break
    return b"\n".join(found)


def _most_likely(sample: bytes) -> str:
    if sum(byte > 0x7F for byte in sample) < _LEAST_FOREIGN:
        return ""
    import charset_normalizer

    found: Sequence[charset_normalizer.CharsetMatch] = [
        *charset_normalizer.from_bytes(sample, cp_isolation=_CANDIDATES, preemptive_behaviour=False)
    ]
    sound = [match for match in found if match.chaos <= _MOST_CHAOS and match.encoding not in ("cp1252", "ascii")]
    return sound[0].encoding if sound else ""
