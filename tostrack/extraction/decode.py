"""Clean Unicode from bytes: what a browser would have read, without what no reader sees."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from tostrack.extraction.charsets import codec_of_label, detect_codec, reads_as_western, switches_letters

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
#: Browsers look at 1,024 bytes; real pages put a long comment or a preload list first.
_META_WINDOW = 4096
#: Controls but tab and newlines, lone surrogates and noncharacters: no text format that we write may hold them.
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
#: The same in the bytes of UTF-8, which holds no lone surrogates.
_CONTROLS = bytes(each for each in (*range(32), 127) if each not in b"\t\n\r")
_RARE = (re.compile(rb"\xc2[\x80-\x9f]"), re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])"))


def decode(content: bytes | str, content_type: str = "") -> str:
    """Return *content* as clean text; bytes by byte-order mark, *content_type*, ``<meta>``, UTF-8, detection.

    Undecodable bytes become U+FFFD. Never raises.
    """
    return clean(content if isinstance(content, str) else _decoded(content, content_type))


def clean(text: str) -> str:
    """Return *text* without controls, lone surrogates and noncharacters."""
    # Nearly every text is clean, and its bytes say so in a tenth of the time.
    if text.isprintable():
        return text
    with suppress(UnicodeEncodeError):
        written = text.encode()
        if len(written.translate(None, _CONTROLS)) == len(written) and not any(rare.search(written) for rare in _RARE):
            return text
    return _FORBIDDEN.sub("", text)


def _decoded(content: bytes, content_type: str) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    encoding = _from_header(content_type) or _from_meta(content)
    if encoding and not _is_single_byte(encoding):
        return content.decode(encoding, "replace")
    # Bytes that happen to be valid UTF-8 are UTF-8, whatever an old server default or a stale tag calls them.
    if encoding in ("", "cp1252") and switches_letters(content):
        return content.decode("iso-2022-jp", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    # windows-1252 is what servers say of everything.
    if not encoding or (encoding == "cp1252" and not reads_as_western(content)):
        # Unrecognised bytes become U+FFFD, and `quality` quarantines the text.
        encoding = detect_codec(content) or encoding or "ascii"
    return content.decode(encoding, "replace")


def _is_single_byte(encoding: str) -> bool:
    return encoding.startswith(("cp125", "cp874", "cp866", "iso", "koi8", "mac")) and encoding != "iso-2022-jp"


def _from_header(content_type: str) -> str:
    match = _HEADER_CHARSET.search(content_type)
    return codec_of_label(match[1]) if match else ""


def _from_meta(content: bytes) -> str:
    match = _META_CHARSET.search(content[:_META_WINDOW])
    name = codec_of_label(match[1].decode("ascii", "replace")) if match else ""
    # A tag that ASCII could be read from is not in UTF-16.
    return "utf-8" if name.startswith("utf-16") else name
