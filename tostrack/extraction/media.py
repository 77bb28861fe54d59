"""The kind of file of an answer, by its bytes before its label: page, PDF, Markdown, preferences, plain text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: Readers of PDF look for its head in so many bytes (ISO 32000-1, annex H, note 13).
_PDF_WINDOW = 1024
_PDF_HEAD = b"%PDF-"
#: Kinds of files that programs read.
DATA_KINDS = frozenset(("robots", "json", "xml"))
_MARKDOWN_TYPES = frozenset(("text/markdown", "text/x-markdown", "text/vnd.daringfireball.markdown"))
_MARKDOWN_NAMES = (".md", ".markdown", ".mdown")
#: What servers send when they do not know.
_UNKNOWN_TYPES = frozenset(("", "application/octet-stream", "binary/octet-stream", "application/unknown", "*/*"))
_TAG = re.compile(
    r"<(?:!doctype|!--|html|head|title|body|div|p|h[1-6]|span|table|ul|ol|li|br|main|article|section|a|b|font|script)\b",
    re.IGNORECASE,
)
_PAGE = re.compile(r"<(?:!doctype\s+html|html|body)\b", re.IGNORECASE)
_ROBOTS_LINE = re.compile(
    r"^[ \t]*(?:user-?agent|disallow|allow|sitemap|license|content-\w+)[ \t]*:", re.IGNORECASE | re.MULTILINE
)
#: The first tag of a page is within so many characters.
_TAG_WINDOW = 4096


def kind_of(content: bytes | str, content_type: str, url: str = "") -> str:
    """Return ``pdf``, ``markdown``, ``robots``, ``json``, ``xml``, ``text`` or ``html``.

    Args:
        url: Where it is from: servers send Markdown as plain text.
    """
    media_type = content_type.lower().split(";")[0].strip()
    if media_type == "application/pdf" or _pdf_head(content) is not None:
        return "pdf"
    if media_type in _MARKDOWN_TYPES:
        return "markdown"
    if data := _kind_of_data(content, media_type, _path(url)):
        return data
    if media_type == "text/plain" or (media_type in _UNKNOWN_TYPES and media_type and not _has_tags(content)):
        return "markdown" if _path(url).endswith(_MARKDOWN_NAMES) else "text"
    return "html"


def _kind_of_data(content: bytes | str, media_type: str, path: str) -> str:
    """Return the kind of a file that programs read, by its type or its name, and by how it begins; empty for none."""
    start = content[:_TAG_WINDOW]
    text = (start.decode("latin-1") if isinstance(start, bytes) else start).lstrip("\ufeffï»¿ \t\r\n")
    if path == "/robots.txt" and _ROBOTS_LINE.search(text) and not _TAG.search(text):
        return "robots"
    if text[:1] in ("{", "[") and (media_type.endswith(("/json", "+json")) or path.endswith(".json")):
        return "json"
    is_xml = media_type.endswith(("/xml", "+xml")) and media_type not in ("application/xhtml+xml", "image/svg+xml")
    return "xml" if (is_xml or path.endswith(".xml")) and text[:1] == "<" and not _PAGE.search(text) else ""


def without_preamble(content: bytes | str) -> bytes:
    """Return a PDF from its head on: some servers put a byte-order mark or blank lines before it."""
    return _as_bytes(content)[_pdf_head(content) or 0 :]


def _pdf_head(content: bytes | str) -> int | None:
    start = _as_bytes(content[:_PDF_WINDOW])
    place = start.find(_PDF_HEAD)
    # A page that speaks of PDF files has its tags first.
    return None if place < 0 or b"<" in start[:place] else place


def _as_bytes(content: bytes | str) -> bytes:
    return content if isinstance(content, bytes) else content.encode("latin-1", "replace")


def _has_tags(content: bytes | str) -> bool:
    start = content[:_TAG_WINDOW]
    return _TAG.search(start.decode("latin-1") if isinstance(start, bytes) else start) is not None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.lower()
    except ValueError:
        return ""
