"""Bytes in, clean Unicode out: what a browser would have read, without what no reader sees."""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
#: Browsers look at 1,024 bytes; real pages put a long comment or a preload list first.
_META_WINDOW = 4096
#: The WHATWG's readings of labels that Python reads more narrowly.
_LABELS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
    "utf-7": "cp1252",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
}
_SINGLE_BYTE = re.compile(r"cp(?:125\d|874|866)|iso-?8859|koi8|mac")
#: Controls but tab and newlines, lone surrogates and noncharacters: no text format that we write may hold them.
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def decode(content: bytes | str, content_type: str = "") -> str:
    """Return *content* as clean text; bytes by byte-order mark, *content_type*, ``<meta>``, UTF-8, windows-1252.

    Undecodable bytes become U+FFFD. Never raises.
    """
    return clean(content if isinstance(content, str) else _decoded(content, content_type))


def clean(text: str) -> str:
    """Return *text* without controls, lone surrogates and noncharacters."""
    return _FORBIDDEN.sub("", text)


def _decoded(content: bytes, content_type: str) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    encoding = _from_header(content_type) or _from_meta(content)
    if not encoding or _SINGLE_BYTE.match(encoding):
        # Bytes that happen to be valid UTF-8 are UTF-8, whatever an old server default or a stale tag calls them.
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return content.decode(encoding or "cp1252", "replace")


def _from_header(content_type: str) -> str:
    match = _HEADER_CHARSET.search(content_type)
    return _python_name(match[1]) if match else ""


def _from_meta(content: bytes) -> str:
    match = _META_CHARSET.search(content[:_META_WINDOW])
    name = _python_name(match[1].decode("ascii", "replace")) if match else ""
    # A tag that ASCII could be read from is not in UTF-16.
    return "utf-8" if name.startswith("utf-16") else name


def _python_name(label: str) -> str:
    """Return the codec that *label* means on the web, or the empty string when there is none."""
    label = label.strip().lower()
    name = _LABELS.get(label, label)
    try:
        codec = codecs.lookup(name)
        "".encode(name)  # Refuses codecs that are not text, such as hex.
    except (LookupError, ValueError):
        return ""
    return codec.name if codec.name in ("utf-8", "ascii") else name
