"""A PDF as Markdown: lines are joined to paragraphs, because a PDF knows only the places of letters."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from ctypes import c_double, c_float, c_int, create_string_buffer
from dataclasses import replace
from itertools import pairwise
from math import hypot
from typing import Any

from tostrack.clauses import assemble, join_clauses
from tostrack.errors import ExtractError
from tostrack.extraction.inline import escape
from tostrack.value import Value

#: The longest policies have a hundred pages.
MOST_PAGES = 500
MOST_CHARACTERS = 5_000_000

#: ``ExtractError.cause`` of a PDF is one of these words, with what is said of it.
CAUSES: Mapping[str, str] = {
    "pdf": "reading PDF needs the extra: pip install 'tostrack[pdf]'",
    "pdf-no-text": "this PDF holds pictures of pages and no text; it would need OCR",
    "pdf-encrypted": "this PDF opens with a password only",
    "pdf-damaged": "this PDF is damaged",
    "too-large": "this PDF has more pages or more text than any policy",
}

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
#: What pdfium gives for a hyphen that ends a line (docs/upstream.md).
_NO_LETTER = "\x02\ufffe"
#: Marks that no space comes before.
_CLOSING = ".,;:!?)]”"
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
#: Of the page's height: where headers and footers are.
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
#: The sign between the cells of a table on one line, in the text of a line.
_CELL = "\t"
#: Two words are in two cells if the gap is so many times their size, and so many times the line's least gap; where
#: all gaps are wide, they differ (those of a line that is stretched to the margin are alike), or one is very wide.
_WIDE, _WIDER, _DIFFER, _WIDEST = 0.85, 2.5, 1.5, 4.0
_MARKER = re.compile(rf"(?:{_BULLET.pattern}|{_NUMBERED.pattern}|\W{{1,2}}\s)")
#: Longer ones are paragraphs set in bold.
_MAX_HEADING = 150
#: A hyphen at the end of a line, behind a letter.
_CUT = re.compile(r"[^\W\d_][-\u2010]$")
#: Of lines that end with a hyphen of their own; where words are cut to fill lines, it is every tenth.
_MOST_COMPOUNDS = 0.03
#: Letters of scripts that put no space between words.
_DENSE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class PdfLine(Value):
    """A line of text and its place on the page; ``y`` grows upwards."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    page: int
    #: Whether its place is that of headers and footers.
    margin: bool = False


def pdf_to_markdown(content: bytes, url: str = "") -> str:
    """Return the text of a PDF as Markdown in the normal form of `clauses.join_clauses`.

    Raises:
        ExtractError: ``error.cause`` is a word of `CAUSES`.
    """
    lines = drop_repeated_lines(read_lines(content, url or "page"))
    if not lines:
        raise _failure(url or "page", "pdf-no-text")
    return join_clauses(assemble((kind, _escape_cells(text)) for kind, text in blocks(lines)))


def _escape_cells(text: str) -> str:
    return escape(text).replace("|", "\\|").replace(_CELL, " | ") if _CELL in text else escape(text)


# From bytes to lines


def read_lines(content: bytes, name: str) -> list[PdfLine]:
    """Return the lines of a PDF in the order in which it draws them; *name* is for messages.

    Raises:
        ExtractError: As `pdf_to_markdown`.
    """
    try:
        import pypdfium2
    except ImportError:
        raise _failure(name, "pdf") from None

    raw = pypdfium2.raw
    lines: list[PdfLine] = []
    characters = 0
    try:
        with pypdfium2.PdfDocument(content) as document:
            if len(document) > MOST_PAGES:
                raise _failure(name, "too-large")
            for number in range(len(document)):
                with closing(document[number]) as page, closing(page.get_textpage()) as text:
                    characters += raw.FPDFText_CountChars(text)
                    if characters > MOST_CHARACTERS:
                        raise _failure(name, "too-large")
                    _, bottom, _, top = page.get_mediabox()
                    edges = bottom + _MARGIN * (top - bottom), top - _MARGIN * (top - bottom)
                    lines += _mark_bullets(_lines(_words(raw, text), number, edges), _shapes(raw, page))
            if not len(document):
                raise _failure(name, "pdf-damaged")
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise _failure(name, "pdf-encrypted" if locked else "pdf-damaged") from error
    return lines


def _failure(name: str, cause: str) -> ExtractError:
    return ExtractError(f"{name}: {CAUSES[cause]}", cause=cause)


class _Word(Value):
    """Letters without a space among them, at the place of the first."""

    text: str
    x: float
    #: Where its last letter ends.
    end: float
    y: float
    size: float
    bold: bool
    #: The sign between it and the word before it: a space, the end of a line, or nothing.
    before: str


def _words(raw: Any, page: Any) -> Iterator[_Word]:
    """Yield the words of a page of text, a *page* of pdfium; *raw* are its functions."""
    x, y, flags = c_double(), c_double(), c_int()
    left, right, low, high = (c_double() for _ in range(4))
    matrix, font = raw.FS_MATRIX(), create_string_buffer(128)
    start, letters, before = 0, "", ""
    # One more, which ends the last word.
    for at in range(raw.FPDFText_CountChars(page) + 1):
        letter = chr(raw.FPDFText_GetUnicode(page, at))
        if letter > " " and letter not in _NO_LETTER and not letter.isspace():
            start = start if letters else at
            letters += letter
            continue
        # Where a hyphen ends a line, pdfium leaves out the end of the line and makes the hyphen no letter.
        cut = letter in _NO_LETTER and raw.FPDFText_IsHyphen(page, at) == 1
        if letters:
            raw.FPDFText_GetCharOrigin(page, start, x, y)
            raw.FPDFText_GetMatrix(page, start, matrix)
            size = raw.FPDFText_GetFontSize(page, start) * hypot(matrix.c, matrix.d) or 1.0
            length = raw.FPDFText_GetFontInfo(page, start, font, len(font), flags)
            bold = 0 < length <= len(font) and _BOLD.search(font.value.decode("latin-1")) is not None
            raw.FPDFText_GetCharBox(page, at - 1, left, right, low, high)
            yield _Word(_whole(letters) + "-" * cut, x.value, right.value, y.value, size, bold, before)
            letters, before = "", ""
        if not cut:
            before = "\n" if before == "\n" or letter in "\r\n" else " "


def _whole(letters: str) -> str:
    """Return *letters* with ligatures in full and without halves of letters."""
    return letters.translate(_LIGATURES).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lines(words: Iterable[_Word], page: int, edges: tuple[float, float]) -> Iterator[PdfLine]:
    """Yield the lines that *words* of a page are in; headers and footers are outside *edges*."""
    line: list[_Word] = []
    for word in words:
        # A superscript is up to half a line higher; a word further left begins a line, however high.
        if line and (abs(word.y - line[-1].y) > 0.5 * max(word.size, line[-1].size) or word.x < line[-1].x - word.size):
            yield _line(line, page, edges)
            line = []
        line.append(word)
    if line:
        yield _line(line, page, edges)


def _line(words: Sequence[_Word], page: int, edges: tuple[float, float]) -> PdfLine:
    text, sizes = "", Counter[float]()
    for word, apart in zip(words, _find_cells(words), strict=True):
        # pdfium takes a superscript for a line, and the text behind it for another one.
        close = word.before == "\n" and word.text[0] in _CLOSING
        between = _CELL if apart and not _MARKER.fullmatch(f"{text} ") else " "
        text += word.text if not text or not word.before or close else between + word.text
        sizes[round(word.size, 1)] += len(word.text)
    first = words[0]
    size, bold = sizes.most_common(1)[0][0], all(word.bold for word in words)
    return PdfLine(text, first.x, first.y, size, bold, page, not edges[0] < first.y < edges[1])


def _find_cells(words: Sequence[_Word]) -> list[bool]:
    """Return for each word of a line whether it begins another cell of a table than the word before."""
    size, gaps = words[0].size, [word.x - last.end if word.before else 0.0 for last, word in pairwise(words)]
    spaces = [gap for gap in gaps if gap > 0]
    if not spaces or _BULLET.match(words[0].text):
        return [False] * len(words)
    least, most = min(spaces), max(spaces)
    all_wide = least > _WIDE * size and (most > _DIFFER * least or most > _WIDEST * size)
    return [False, *(gap > _WIDE * size and (all_wide or gap > _WIDER * least) for gap in gaps)]


def _shapes(raw: Any, page: Any) -> list[tuple[float, float, float, float]]:
    """Return left, bottom, right and top of what *page* draws besides text."""
    sides = c_float(), c_float(), c_float(), c_float()
    found = []
    for at in range(raw.FPDFPage_CountObjects(page)):
        drawn = raw.FPDFPage_GetObject(page, at)
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE) and raw.FPDFPageObj_GetBounds(drawn, *sides):
            left, bottom, right, top = (side.value for side in sides)
            found.append((left, bottom, right, top))
    return found


def _mark_bullets(lines: Iterable[PdfLine], shapes: Sequence[tuple[float, float, float, float]]) -> Iterator[PdfLine]:
    """Yield *lines*, with a bullet before each that begins behind a small shape: browsers draw bullets so."""
    for line in lines:
        size = line.size
        marked = not _BULLET.match(line.text) and any(
            0.1 * size < right - left < 0.8 * size
            and 0.6 < (top - bottom) / (right - left) < 1.6
            and 0 < line.x - right < 2.5 * size
            and line.y - 0.1 * size < (bottom + top) / 2 < line.y + 0.8 * size
            for left, bottom, right, top in shapes
        )
        yield replace(line, text=f"• {line.text.replace(_CELL, ' ')}") if marked else line


# From lines to blocks


def drop_repeated_lines(lines: Sequence[PdfLine]) -> list[PdfLine]:
    """Return *lines* without page numbers, and without headers and footers: what repeats at the edge of pages."""
    pages = len({line.page for line in lines})
    seen = Counter(key for key, _ in {(_edge_key(line), line.page) for line in lines if line.margin})

    def is_furniture(line: PdfLine) -> bool:
        if not line.margin:
            return False
        repeated = pages > 1 and seen[_edge_key(line)] >= max(min(3, pages), pages // 2)
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
    hyphenated = _is_hyphenated(lines, words)
    for paragraph in _paragraphs(lines, pitch, width, body):
        text = _joined([line.text for line in paragraph], words, hyphenated=hyphenated)
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


def _paragraphs(lines: Sequence[PdfLine], pitch: float, width: int, body: float) -> Iterator[list[PdfLine]]:
    paragraph: list[PdfLine] = []
    for line in lines:
        if paragraph and _begins(line, paragraph, pitch, width, body):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _begins(line: PdfLine, paragraph: Sequence[PdfLine], pitch: float, width: int, body: float) -> bool:
    """Return whether *line* does not go on with what *paragraph* says."""
    last = paragraph[-1]
    if _CELL in line.text + last.text:
        return True
    if _BULLET.match(line.text) or (line.bold, line.size) != (last.bold, last.size):
        return not (last.page == line.page and _BULLET.fullmatch(last.text))
    if line.page != last.page:
        return last.bold or not _goes_on(last.text, line.text)
    step = last.y - line.y
    if not -1 <= step <= 1.3 * pitch * max(1.0, line.size / body):
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


def _joined(texts: Iterable[str], words: Counter[str], *, hyphenated: bool) -> str:
    out = ""
    for text in texts:
        if not out:
            out = text
        elif out.endswith("\u00ad"):
            out = out[:-1] + text
        elif _CUT.search(out) and text[:1].islower():
            out = (f"{out[:-1]}-" if _is_compound(out, text, words, hyphenated=hyphenated) else out[:-1]) + text
        elif _DENSE.match(out[-1]) and _DENSE.match(text):
            out += text
        else:
            out += " " + text
    return out.replace("\u00ad", "")


def _is_compound(text: str, following: str, words: Counter[str], *, hyphenated: bool) -> bool:
    """Return whether the hyphen between *text*, which ends with one, and *following* belongs to the word."""
    left, right = _halves(text, following)
    if words[left + right]:
        return False
    # Browsers break at a soft hyphen with U+2010, which hardly anybody types.
    typed = text.endswith("-") and (not hyphenated or (words[left] and words[right]))
    return bool(typed or words[f"{left}-{right}"])


def _is_hyphenated(lines: Sequence[PdfLine], words: Counter[str]) -> bool:
    """Return whether words are cut to fill the lines; else a hyphen ends a line only where the word has one."""
    cuts = [(line.text, after.text) for line, after in pairwise(lines) if line.text.endswith("-")]
    cuts = [(text, after) for text, after in cuts if _CUT.search(text) and after[:1].islower()]
    proven = [text for text, after in cuts if words["".join(_halves(text, after))]]
    return len(proven) > 0.2 * len(cuts) or len(cuts) > _MOST_COMPOUNDS * len(lines)


def _halves(text: str, following: str) -> tuple[str, str]:
    """Return the two parts of the word that a hyphen at the end of *text* divides."""
    return _WORD.findall(text[:-1])[-1].casefold(), (_WORD.match(following) or [""])[0].casefold()


def _kind(paragraph: Sequence[PdfLine], text: str, sizes: Sequence[float]) -> tuple[str, str]:
    first = paragraph[0]
    if _CELL in text:
        return "row", text
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
