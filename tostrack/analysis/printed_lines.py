"""Put paragraphs together again where a text has one for each line of print, as copies made from PDF have. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tostrack.language.detect import detect_language
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.language.words import load_language

#: A text is set in lines where so many of its paragraphs, and no fewer, are broken off.
_SHARE, _LEAST = 0.15, 8
#: All but one line in so many are narrower than the page; a line is full where the next word would not have fitted into
#: this share of it.
_WIDEST, _FULL = 10, 0.83
#: What an item begins with, by the depth of its list.
_BULLETS = dict.fromkeys("•●▪·\uf0b7", 1) | dict.fromkeys("○◦o", 2)
_BULLET = lazy_pattern(r"([•●▪·\uf0b7○◦]|o(?=\s|\Z))\s*(.*)")
#: The same for a language in which "o" is a word.
_SIGN = lazy_pattern(r"([•●▪·\uf0b7○◦])\s*(.*)")
_NUMBER = lazy_pattern(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)](?:\s|\Z)")
#: What Markdown has a mark for, and a line that is bold as a whole; it may have a stamp behind it.
_MARKED = lazy_pattern(r"#{1,6}\s|[|>]|```|~~~|[*+-]\s")
_BOLD = lazy_pattern(r"\*\*([^*]+)\*\*\s*(\(?\d*[*)]*)\Z")
#: A bold line of so many characters is a title, unless it names a year; one that occurs more often names no section.
_TITLE, _TITLE_TIMES = range(3, 90), 3
_YEAR = lazy_pattern(r"(?<!\d)\d{4}(?!\d)")
#: Words with a capital in the middle of a sentence.
_NAMES = lazy_pattern(r"(?<=[a-z,]\s)[A-Z]\w+(?:\s[A-Z]\w+)*")
#: A capital is wider than a small letter by so much.
_CAPITAL = 0.3
_WORD = lazy_pattern(r"\w+")


def join_printed_lines(markdown: str) -> str:
    """Return *markdown* with whole paragraphs and items where it has a paragraph for each line of print.

    Bold lines become headings there if the text has none, and bullets items of a list. Any other text, and one that
    was put together already, is returned as it is.
    """
    # Two bold stretches side by side are one.
    lines = [line.strip().replace("****", "") for line in markdown.split("\n\n")]
    if not _is_set_in_lines(lines):
        return markdown
    page = _Page(lines, markdown)
    return "\n\n".join(map(page.as_title, page.blocks(lines))) + "\n"


def _is_set_in_lines(lines: Sequence[str]) -> bool:
    """Whether most sentences go over several of *lines*."""
    broken = sum(after[:1].islower() and _is_open(before) for before, after in pairwise(lines) if before)
    return broken > max(_LEAST, _SHARE * len(lines))


class _Page:
    """What a text shows of how it was printed."""

    def __init__(self, lines: Sequence[str], text: str) -> None:
        widths = sorted(_width(line) for line in lines if line)
        self._room = _FULL * widths[-1 - len(widths) // _WIDEST]
        self._names = frozenset(word for names in _NAMES.findall(text) for word in names.split())
        language = detect_language(text)
        is_word = not language or "o" in load_language(language).list_words("words", "stop_words")
        self._bullet = _SIGN if is_word else _BULLET
        self._times = Counter(lines) if not any(line.startswith("# ") for line in lines) else Counter[str]()

    def blocks(self, lines: Sequence[str]) -> Iterator[str]:
        """Yield the paragraphs and items of *lines*."""
        block: list[str] = []
        last = mark = ""
        for line in lines:
            if block and line and self._goes_on(last, line):
                _append(block, line)
                last = line
                continue
            if block:
                yield "".join(block)
            text = line
            if bullet := self._bullet.match(line):
                if mark.strip(" -"):
                    yield mark
                mark, text = "    " * (_BULLETS[bullet[1]] - 1) + "- ", bullet[2]
            elif not mark and _NUMBER.fullmatch(line):
                mark, text = f"{line} ", ""
            block, last, mark = ([mark, text], text, "") if text else ([], "", mark)
        if block or mark:
            yield "".join(block) or mark

    def as_title(self, block: str) -> str:
        """Return *block* as a heading where it is a bold line that names a section."""
        bold = _BOLD.match(block)
        if not bold or len(bold[1]) not in _TITLE or _YEAR.search(bold[1]) or bold[1].rstrip()[-1] in ".,;":
            return block
        return f"## {bold[1]}{bold[2]}" if 0 < self._times[block] <= _TITLE_TIMES else block

    def _goes_on(self, line: str, following: str) -> bool:
        if _MARKED.match(line) or _MARKED.match(following) or self._bullet.match(following):
            return False
        if bool(_BOLD.match(line)) != bool(_BOLD.match(following)):
            return False
        found = _WORD.search(following)
        word = found[0] if found else ""
        full = _width(line) + _width(word) > self._room
        if _NUMBER.match(following):
            # "(iv)" in the middle of a sentence counts its parts.
            return full and _is_open(line) and following[0] == "("
        if word[:1].islower():
            return full or line[-1] not in ":;!?"
        return full and _is_open(line) and (not word.istitle() or word in self._names or line.isupper())


def _append(block: list[str], line: str) -> None:
    """Add *line* to the pieces of *block*; of a word with a hyphen the text does not say whether it was cut."""
    if block[-1].endswith("**") and _BOLD.match(line):
        block[-1] = block[-1][:-2]
        line = line[2:]
    block += ("" if block[-1].endswith("-") else " ", line)


def _width(line: str) -> float:
    return len(line) + _CAPITAL * sum(map(str.isupper, line))


def _is_open(line: str) -> bool:
    """Whether *line* ends no sentence."""
    return line.rstrip("\"'”’)]*_ ")[-1:] not in (".", ":", ";", "!", "?", "")
