"""A PDF in, Markdown out: lines put together to paragraphs again, for a PDF knows only where its letters stand."""

from __future__ import annotations

import io
import logging
import re
import statistics
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tostrack.clauses import assemble, join_clauses
from tostrack.errors import ExtractError
from tostrack.extraction.inline import escape

#: The longest policies have a hundred pages; a page of dense text takes some 5,000 operators.
MOST_PAGES = 500
MOST_OPERATORS = 2_000_000
MOST_CHARACTERS = 5_000_000

#: ``ExtractError.cause`` of a PDF is one of these words.
CAUSES: Mapping[str, str] = {
    "pdf": "reading PDF needs the extra, which is not installed",
    "pdf-no-text": "it holds pictures of pages and no text; it would need OCR",
    "pdf-encrypted": "it opens with a password only",
    "pdf-damaged": "it cannot be read, or is no PDF at all",
    "too-large": "it has more pages, more letters or more drawing than any policy",
}

#: What pypdf raises on damaged files besides its own errors: it trusts what it reads to be of the right kind.
_DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
#: Of the page's height: where headers and footers stand.
_MARGIN = 0.12
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s*[-–(]?\s*\d{1,3}\s*(?:(?:/|of|von|sur|de)\s*\d{1,3})?\s*[-–)]?", re.IGNORECASE
)
_BULLET = re.compile(r"(?:[•●▪■◦○‣⁃∙➢►▸❖✓✔·\uf0b7\uf0a7]|[-–—*](?=\s)|o(?=\s+[A-Z]))\s*")
_NUMBERED = re.compile(
    r"(?:\d{1,3}[.)]|\(?(?:[a-zA-Z]|[ivxIVX]{1,5})[.)]|\d{1,3}(?:\.\d{1,3})+\.?|§+\s*\d+|Article\s\d+)\s"
)
_ORDERED = re.compile(r"\d{1,3}[.)]\s")
_DEPTH = re.compile(r"(?:\d{1,3}\.?)+(?=\s)")
_SENTENCE_END = tuple('.:;!?…"”»)')
#: Longer ones are paragraphs set in bold.
_MAX_HEADING = 150
#: A hyphen at the end of a line, behind a letter.
_CUT = re.compile(r"[^\W\d_]-$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True)
class PdfLine:
    """A line of text where it stands on its page; ``y`` grows upwards."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    page: int
    #: Whether it stands where headers and footers do.
    margin: bool = False


def pdf_to_markdown(content: bytes, url: str = "") -> str:
    """Return the text of a PDF as Markdown in the normal form of `clauses.join_clauses`.

    Raises:
        ExtractError: ``error.cause`` is a word of `CAUSES`.
    """
    lines = drop_repeated_lines(read_lines(content, url or "page"))
    if not lines:
        raise ExtractError(
            f"{url or 'page'}: this PDF holds pictures of pages and no text; it would need OCR", cause="pdf-no-text"
        )
    return join_clauses(assemble((kind, escape(text)) for kind, text in blocks(lines)))


# From bytes to lines


def read_lines(content: bytes, name: str) -> list[PdfLine]:
    """Return the lines of a PDF in the order in which it draws them; *name* is for messages.

    Raises:
        ExtractError: As `pdf_to_markdown`.
    """
    try:
        from pypdf import PdfReader
        from pypdf.errors import DependencyError, PyPdfError
    except ImportError:
        raise ExtractError(f"{name}: reading PDF needs the extra: pip install 'tostrack[pdf]'", cause="pdf") from None

    # Its warnings quote the file, and would reach a terminal raw.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    damaged = ExtractError(f"{name}: this PDF is damaged", cause="pdf-damaged")
    locked = ExtractError(f"{name}: this PDF opens with a password only", cause="pdf-encrypted")
    try:
        reader = PdfReader(io.BytesIO(content))
        # Most encrypted files only forbid printing or copying, and open with the empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise locked
        if len(reader.pages) > MOST_PAGES:
            raise ExtractError(f"{name}: more than {MOST_PAGES} pages", cause="too-large")
        pen = _Pen(name)
        for number, page in enumerate(reader.pages):
            pen.turn(number, float(page.mediabox.bottom), float(page.mediabox.height))
            page.extract_text(visitor_operand_before=pen.count, visitor_text=pen.write)
    except DependencyError as error:
        raise locked from error
    except (PyPdfError, *_DAMAGE) as error:
        raise damaged from error
    return pen.lines()


class _Pen:
    """Collects what pypdf reports, piece by piece, and puts it together to lines."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._page, self._bottom, self._height = 0, 0.0, 1.0
        self._operators = self._characters = 0
        self._pieces: list[PdfLine] = []
        self._lines: list[PdfLine] = []

    def turn(self, page: int, bottom: float, height: float) -> None:
        """Begin *page*."""
        self._flush()
        self._page, self._bottom, self._height = page, bottom, height or 1.0

    def count(self, *_operation: Any) -> None:
        """Count an operator; forms that draw each other can make a small file endless."""
        self._operators += 1
        if self._operators > MOST_OPERATORS:
            raise ExtractError(f"{self._name}: this PDF draws more than any policy does", cause="too-large")

    def write(self, text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        """Take a piece of text, with pypdf's two matrices for where it stands."""
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise ExtractError(f"{self._name}: this PDF holds more text than any policy", cause="too-large")
        if not text.strip():
            if text and self._pieces:
                self._pieces.append(PdfLine(" ", 0, 0, 0, bold=False, page=self._page))
            return
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        height = size * max(abs(tm[3] * cm[3]), abs(tm[1] * cm[2])) or size or 1.0
        bold = bool(_BOLD.search(str((font or {}).get("/BaseFont", ""))))
        last = next((each for each in reversed(self._pieces) if each.size), None)
        # A superscript stands up to half a line higher; what stands further left begins a line, however high.
        if last is not None and (abs(y - last.y) > 0.5 * max(height, last.size) or x < last.x - height):
            self._flush()
        self._pieces.append(PdfLine(text, x, y, height, bold, self._page))

    def _flush(self) -> None:
        inked = [piece for piece in self._pieces if piece.size]
        if inked:
            text = " ".join("".join(piece.text for piece in self._pieces).translate(_LIGATURES).split())
            first, letters = inked[0], Counter[float]()
            for piece in inked:
                letters[round(piece.size, 1)] += len(piece.text)
            height = (first.y - self._bottom) / self._height
            self._lines.append(
                PdfLine(
                    text,
                    first.x,
                    first.y,
                    letters.most_common(1)[0][0],
                    all(piece.bold for piece in inked),
                    self._page,
                    not _MARGIN < height < 1 - _MARGIN,
                )
            )
        self._pieces = []

    def lines(self) -> list[PdfLine]:
        """Return every line."""
        self._flush()
        return self._lines


# From lines to blocks


def drop_repeated_lines(lines: Sequence[PdfLine]) -> list[PdfLine]:
    """Return *lines* without page numbers, and without headers and footers: what repeats at the edge of pages."""
    pages = len({line.page for line in lines})
    seen = Counter(key for key, _ in {(_edge_key(line), line.page) for line in lines if line.margin})

    def is_furniture(line: PdfLine) -> bool:
        if not line.margin:
            return False
        repeated = pages >= 3 and seen[_edge_key(line)] >= max(3, pages // 2)
        return repeated or _PAGE_NUMBER.fullmatch(line.text) is not None

    return [line for line in lines if not is_furniture(line)]


def _edge_key(line: PdfLine) -> tuple[str, int]:
    # The number of the page is a part of many a footer. The height: a heading may have the words of the title.
    return re.sub(r"\d+", "#", line.text), round(line.y / 6)


def blocks(lines: Sequence[PdfLine]) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of every heading, paragraph and list item that *lines* make up."""
    body = statistics.mode([line.size for line in lines for _ in range(len(line.text))])
    pitch = _pitch(lines, body)
    width = max(len(line.text) for line in lines)
    sizes = sorted({line.size for line in lines if line.size >= 1.15 * body}, reverse=True)[:3]
    words = _whole_words(lines)
    for paragraph in _paragraphs(lines, pitch, width):
        text = _joined([line.text for line in paragraph], words)
        yield _kind(paragraph, text, sizes)


def _pitch(lines: Sequence[PdfLine], body: float) -> float:
    """Return the usual distance of two lines of one paragraph."""
    steps = [
        round(above.y - below.y, 1)
        for above, below in pairwise(lines)
        if above.page == below.page and above.size == below.size and 0 < above.y - below.y < 3 * body
    ]
    # Where paragraphs are short, the most common distance may be that between paragraphs: the least of the common ones.
    common = [step for step, count in Counter(steps).items() if count >= 0.1 * len(steps)]
    return min(common) if common else 1.2 * body


def _paragraphs(lines: Sequence[PdfLine], pitch: float, width: int) -> Iterator[list[PdfLine]]:
    paragraph: list[PdfLine] = []
    for line in lines:
        if paragraph and _begins(line, paragraph, pitch, width):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _begins(line: PdfLine, paragraph: Sequence[PdfLine], pitch: float, width: int) -> bool:
    """Return whether *line* does not go on with what *paragraph* says."""
    last = paragraph[-1]
    if _BULLET.match(line.text) or (line.bold, line.size) != (last.bold, last.size):
        return not (last.page == line.page and _BULLET.fullmatch(last.text))
    if line.page != last.page:
        return last.bold or not _goes_on(last.text, line.text)
    step = last.y - line.y
    if not -1 <= step <= 1.3 * pitch:
        # Up again: the next column or cell. It goes on there only if it says so.
        return step > 0 or not _goes_on(last.text, line.text)
    if _NUMBERED.match(line.text):
        return last.text.endswith(_SENTENCE_END) or len(last.text) < 0.7 * width
    return last.text.endswith(_SENTENCE_END) and len(last.text) < 0.6 * width


def _goes_on(text: str, following: str) -> bool:
    return not text.endswith(_SENTENCE_END) and following[:1].islower()


def _whole_words(lines: Iterable[PdfLine]) -> Counter[str]:
    """Count the words of *lines*, but for those that a line cuts in two."""
    words: Counter[str] = Counter()
    cut = False
    for line in lines:
        found = _WORD.findall(line.text.replace("\u00ad", "").casefold())
        begins, cut = cut, _CUT.search(line.text) is not None
        words.update(found[begins : len(found) - cut])
    return words


def _joined(texts: Iterable[str], words: Counter[str]) -> str:
    out = ""
    for text in texts:
        if not out:
            out = text
        elif out.endswith("\u00ad"):
            out = out[:-1] + text
        elif _CUT.search(out) and text[:1].islower():
            out = out[: -(not _is_compound(out, text, words)) or None] + text
        else:
            out += " " + text
    return out.replace("\u00ad", "")


def _is_compound(text: str, following: str, words: Counter[str]) -> bool:
    """Return whether the hyphen between *text*, which ends with one, and *following* belongs to the word."""
    left = _WORD.findall(text[:-1])[-1].casefold()
    right = (_WORD.match(following) or [""])[0].casefold()
    if words[left + right]:
        return False
    return bool(words[f"{left}-{right}"] or (words[left] and words[right]))


def _kind(paragraph: Sequence[PdfLine], text: str, sizes: Sequence[float]) -> tuple[str, str]:
    first = paragraph[0]
    if bullet := _BULLET.match(text):
        return "li", text[bullet.end() :]
    large = first.size in sizes
    if (
        (large or first.bold)
        and len(text) <= _MAX_HEADING
        and not text.endswith((".", ";", ","))
        and text[:1].isalnum()
    ):
        level = sizes.index(first.size) + 1 if large else len(sizes) + 1
        numbered = _DEPTH.match(text) if not large else None
        level += len(re.findall(r"\d+", numbered[0])) - 1 if numbered else 0
        return f"h{min(level, 6)}", text
    return ("ol" if _ORDERED.match(text) else "p"), text
