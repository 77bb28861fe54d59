"""Clauses from Markdown: the unit of diff, flag, quote and blame; and a clause's canonical form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from tostrack.language.item_labels import strip_ordinal
from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Clause, Reading, sha256

_ATX = lazy_pattern(r"(#{1,6})\s+(.*?)(?:\s+#+)?$")
_CLOSING = lazy_pattern(r"(?<=\s)(?=#+$)")
_SETEXT = lazy_pattern(r"(=+|-{2,})$")
_RULE = lazy_pattern(r"([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_ITEM = lazy_pattern(r"([*+-]|\d{1,3}[.)])(?:\s+(.*))?$")
_TABLE_RULE = lazy_pattern(r"[|:\- \t]+$")
#: A paragraph that is an item of a lettered list.
_LETTERED = lazy_pattern(r"(?:[a-zA-Z]{1,2}|[ivxlcdm]{1,8}|[IVXLCDM]{1,8})\.\s")
_PIPE = lazy_pattern(r"(?<!\\)\|")
_FENCE = lazy_pattern(r"(```|~~~)")
#: A line of these under a paragraph makes it a heading.
_UNDERLINES = {"=": "h1", "-": "h2"}
#: Deeper than any list a person reads; bounds the work on hostile indentation.
_MAX_DEPTH = 9
#: Passages and clauses that are remembered: several versions of the longest policies.
_MEMORY = 20_000


def split_clauses(markdown: str) -> list[Clause]:
    """Return the clauses of *markdown* in order: headings, paragraphs, list items and table rows.

    Understands what our own extractor writes and what Turndown writes (setext headings, ``*   `` bullets, escaped
    numbers), so that imported history splits as crawled history does. Every word of the text is in exactly one clause.
    """
    if "\r" in markdown:
        markdown = markdown.replace("\r\n", "\n").replace("\r", "\n")
    clauses: list[Clause] = []
    path: _Path = ()
    for passage in _PASSAGE.split(markdown):
        found, path = _split(passage, path)
        clauses += found
    return clauses


#: The open headings with their levels, outermost first.
_Path = tuple[tuple[int, str], ...]
#: Where a paragraph without a letter of a list begins, all that goes on from the text before it is the headings above.
_PASSAGE = lazy_pattern(r"\n\n(?=[^\W\d_])(?![a-zA-Z]{1,8}\.\s)")


# Most passages of a text are in the one before it.
@lru_cache(maxsize=_MEMORY)
def _split(passage: str, path: _Path) -> tuple[tuple[Clause, ...], _Path]:
    """Return the clauses of *passage*, which is under *path*, and the headings that are open behind it."""
    return _assembled(_blocks(passage), path)


class WrittenClause(NamedTuple):
    """A clause as Markdown, by itself."""

    #: Kinds between which no empty line is: ``item``, ``row``, or the kind.
    family: str
    text: str
    #: The line under it where it is the first row of a table; empty for what is no row.
    rule: str


def write_clause(clause: Clause, *, count_empty_cells: bool = True) -> WrittenClause:
    """Return *clause* as `join_written` takes it; see `join_clauses` for *count_empty_cells*."""
    family, rule = _family(clause.kind), ""
    if family == "row":
        columns = len(_PIPE.findall(clause.text)) if count_empty_cells else clause.text.count(" | ")
        rule = "\n|" + " --- |" * (columns + 1)
    return WrittenClause(family, _written(clause), rule)


def join_written(written: Iterable[WrittenClause]) -> str:
    """Return clauses, each written by itself, as one Markdown text in normal form."""
    out: list[str] = []
    previous = ""
    for family, text, rule in written:
        if out:
            out.append("\n" if family == previous and family in ("item", "row") else "\n\n")
        out.append(text)
        if rule and previous != "row":
            out.append(rule)
        previous = family
    return "".join(out) + "\n" if out else ""


def join_clauses(clauses: Iterable[Clause], *, count_empty_cells: bool = True) -> str:
    """Return *clauses* as one Markdown text in normal form; splitting it again gives the same clauses.

    Args:
        count_empty_cells: Whether the line under the first row of a table counts empty cells. Texts recorded before
            extractor 2 did not, and their hashes are of what they were written as.
    """
    return join_written(write_clause(clause, count_empty_cells=count_empty_cells) for clause in clauses)


def _family(kind: str) -> str:
    return "item" if kind[:2] in ("li", "ol") else kind


def _depth(kind: str) -> int:
    return int(kind[2:] or 1)


def _written(clause: Clause) -> str:
    kind, text = clause.kind, clause.text
    if clause.is_heading:
        return f"{'#' * int(kind[1])} {text}"
    if kind == "row":
        return f"| {text} |"
    if kind[:2] == "li":
        # Behind "-", an item made of dashes alone would read as a rule: "- --".
        bullet = "+" if _RULE.match(f"- {text}") else "-"
        return f"{'    ' * (_depth(kind) - 1)}{bullet} {text}"
    if kind[:2] == "ol":
        return f"{'    ' * (_depth(kind) - 1)}{text}"
    return text


def _blocks(markdown: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) block by block."""
    kind = "p"
    lines: list[str] = []
    indents: list[int] = []
    for raw in markdown.split("\n"):
        family, text = _line(raw)
        if family == "text":
            if not lines:
                indents = []
            lines.append(text)
            continue
        if lines:
            underlined = kind == "p" and family in _UNDERLINES
            yield _UNDERLINES[family] if underlined else kind, " ".join(lines)
        kind, lines = "p", []
        if family in ("li", "ol"):
            depth = _nesting(indents, raw)
            kind, lines = family + (str(depth) if depth > 1 else ""), [text] if text else []
        elif family != "blank":
            indents = []
            if text:
                yield family, text
    if lines:
        yield kind, " ".join(lines)


def _line(raw: str) -> tuple[str, str]:
    """Return what one line is (``blank``, ``rule``, ``=``, ``-``, ``text`` or the kind of a block) and its text."""
    line = raw.strip()
    while line.startswith(">"):
        line = line[1:].lstrip()
    first = line[:1]
    if first.isalpha():
        return "text", line
    if not line or (first in "`~" and _FENCE.match(line)):
        return "blank", ""
    if first in "=-" and _SETEXT.match(line):
        return first, ""
    if first in "-*_" and _RULE.match(line):
        return "rule", ""
    return _block_start(line) or ("text", line)


def _block_start(line: str) -> tuple[str, str] | None:
    """Return the kind and text of a block that *line* opens, or None when it goes on or opens a paragraph."""
    if line[0] == "#" and (match := _ATX.match(line)):
        return f"h{len(match[1])}", match[2].strip()
    if line[0] == "|" and len(line) > 1:
        if _TABLE_RULE.match(line):
            return "row", ""
        cells = _PIPE.split(line.strip("|") if not line.endswith("\\|") else line.lstrip("|"))
        return "row", " | ".join(cell.strip() for cell in cells).strip()
    if (line[0] in "*+-" or line[0].isdecimal()) and (match := _ITEM.match(line)):
        marker, text = match[1], (match[2] or "").strip()
        if marker[0].isdigit():
            return "ol", f"{marker} {text}".strip()
        return "li", text
    return None


def _nesting(indents: list[int], raw: str) -> int:
    """Return the depth of the item on the line *raw*, keeping the stack of open *indents*."""
    indent = len(raw.expandtabs(4)) - len(raw.expandtabs(4).lstrip()) if raw[:1].isspace() else 0
    while indents and indent < indents[-1]:
        indents.pop()
    if not indents or indent >= indents[-1] + 2:
        indents.append(indent)
    return min(len(indents), _MAX_DEPTH)


def assemble(blocks: Iterable[tuple[str, str]]) -> list[Clause]:
    """Return clauses for ``(kind, text)`` blocks: with heading paths and, for list items, the lead-in they complete."""
    return list(_assembled(blocks, ())[0])


def _assembled(blocks: Iterable[tuple[str, str]], open_before: _Path) -> tuple[tuple[Clause, ...], _Path]:
    """Return what `assemble` returns, for blocks that are under some headings already, and the headings then open."""
    path = [*open_before]
    heading = tuple(title for _, title in path)
    #: leads[d] is the lead-in for items of depth d + 1.
    leads: list[str] = [""]
    #: The lead-in for lettered paragraphs: of the text before the first of them.
    lettered = ""
    clauses: list[Clause] = []
    for kind, raw in blocks:
        text = _tidied(kind[0], raw)
        if not text:
            continue
        if kind[0] == "h":
            level = int(kind[1])
            while path and path[-1][0] >= level:
                path.pop()
            heading = tuple(title for _, title in path)
            clauses.append(_clause(kind, text, heading))
            path.append((level, plain(text)))
            heading = tuple(title for _, title in path)
            leads, lettered = [""], ""
        elif _family(kind) == "item":
            # An item is nested in items that say something: an empty bullet above it is none.
            depth = min(_depth(kind), len(leads))
            lead = leads[depth - 1]
            clauses.append(_clause(kind[:2] + (str(depth) if depth > 1 else ""), text, heading, lead))
            del leads[depth:]
            leads.append(_lead_in(text) or lead)
            lettered = leads[-1]
        elif kind == "p" and lettered and _LETTERED.match(text):
            clauses.append(_clause(kind, text, heading, lettered))
            # Its own list is a list at the margin: the paragraph above it ended the one that it is nested in.
            leads = [_lead_in(text) or lettered]
        else:
            clauses.append(_clause(kind, text, heading))
            leads = [_lead_in(text)]
            lettered = leads[0]
    return tuple(clauses), tuple(path)


#: One value for one clause, in any number of versions.
_clause = lru_cache(maxsize=_MEMORY)(Clause)


def _tidied(family: str, raw: str) -> str:
    """Return the text of a block on one line, written so that splitting it again gives the same block."""
    # Of the characters that split words only the space is printable.
    text = raw if raw.isprintable() and "  " not in raw else " ".join(raw.split())
    if family == "p" and text:
        return _escaped(text)
    # A heading's last word of number signs would be taken for the mark that may close it.
    return _CLOSING.sub(r"\\", text) if family == "h" else text


def _lead_in(text: str) -> str:
    """Return plain *text* when it ends in a colon, else the empty string."""
    # The colon may be inside marks: ``**We may:**``.
    return own if ":" in text[-6:] and (own := plain(text)).endswith(":") else ""


def _escaped(text: str) -> str:
    """Return the paragraph *text* so that it does not open another kind of block when it is written out."""
    if text[0].isalpha():
        return text
    opens = _block_start(text) or _RULE.match(text) or _SETEXT.match(text) or _FENCE.match(text) or text[0] == ">"
    if not opens:
        return text
    digits = len(text) - len(text.lstrip("0123456789"))
    return f"{text[:digits]}\\{text[digits:]}"


# Each begins with its own sign, and looks behind it then: a sign is found many times as fast as what precedes it.
_IMAGE = lazy_pattern(r"!(?<!\\!)\[([^\]\[]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+\"[^\"]*\")?\)")
_LINK = lazy_pattern(
    r"\[(?<!\\\[)((?:[^\[\]\\]|\\.)*)\]\((?:<[^<>]*>|(?:[^()\s\\]|\\.|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)"
)
_AUTOLINK = lazy_pattern(r"<(?<!\\<)((?:https?|mailto):[^<>\s]+)>")
_TAG = lazy_pattern(r"<(?<!\\<)/?[a-zA-Z][\w-]*(?:\s[^<>]{0,300})?/?>")
_EMPHASIS = lazy_pattern(r"\*(?<!\\\*)\*{0,2}|_(?<!\\_)(?:(?<![^\W_]_)_{0,2}|_{0,2}(?![^\W_]))|`(?<!\\`)`*")
_MARK = lazy_pattern(r"[*_`]")
_ESCAPE = lazy_pattern(r"\\([!-/:-@\[-`{-~])")


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """Return the words of a clause's Markdown as a reader sees them: links as their text, no marks, no escapes.

    Text that is struck out stays between its ``~~``: without them it would read as if it were in force.
    """
    if "](" in text:
        text = _IMAGE.sub(r"\1", text)
        # Twice, for a link around an image; more nesting than that is no link.
        text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    if "<" in text:
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", text))
    if _MARK.search(text):
        text = _EMPHASIS.sub("", text)
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return " ".join(text.split())


def plain_offsets(text: str) -> list[int]:
    """Return the place in *text* of each character of ``plain(text)``: a quote of the one is found in the other."""
    written, places = text, list(range(len(text)))
    for pattern, group in _MARKS:
        written, places = _without_marks(written, places, pattern, group)
    kept: list[int] = []
    for word in re.finditer(r"\S+", written):
        if kept:
            # The space between two words is the first of the blanks that it replaces.
            kept.append(places[word.start() - 1])
        kept += places[word.start() : word.end()]
    return kept


#: What `plain` takes away, in its order, each with the number of the group that stays.
_MARKS = ((_IMAGE, 1), (_LINK, 1), (_LINK, 1), (_AUTOLINK, 1), (_TAG, 0), (_EMPHASIS, 0), (_ESCAPE, 1))


def _without_marks(text: str, places: list[int], pattern: re.Pattern[str], group: int) -> tuple[str, list[int]]:
    """Return *text* with only *group* (0: nothing) of each match of *pattern*, and the *places* of what stays."""
    out, kept, at = [], list[int](), 0
    for match in pattern.finditer(text):
        start, end = match.span(group) if group else (match.start(), match.start())
        for first, last in ((at, match.start()), (start, end)):
            out.append(text[first:last])
            kept += places[first:last]
        at = match.end()
    return "".join((*out, text[at:])), [*kept, *places[at:]]


#: Marks that people do not read as text: soft hyphen, zero-width characters, byte-order mark, variation selectors.
_INVISIBLE = lazy_pattern("[\xad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]")
_APOSTROPHE = lazy_pattern("['’‘ʼ`´]")
_WORD = lazy_pattern(r"[^\W_]+|[$€£¥%§]")
#: What `_WORD` makes of ASCII: nothing of apostrophes, and a space of every other sign.
SPACED = {code: " " for code in range(128) if not chr(code).isalnum()} | {ord("'"): None, ord("`"): None}


@lru_cache(maxsize=100_000)
def canonical_text(text: str) -> str:
    """Return *text* as it is compared: words and numbers in lower case, without links, marks and punctuation."""
    text = plain(text)
    if text.isascii() and "$" not in text and "%" not in text:
        return " ".join(text.casefold().translate(SPACED).split())
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(_WORD.findall(_APOSTROPHE.sub("", text).casefold()))


def canonical(clause: Clause) -> str:
    """Return the canonical form of *clause*; the number of an ordered item does not belong to it."""
    return canonical_text(strip_number(clause))


def strip_number(clause: Clause) -> str:
    """Return the Markdown of *clause* without the number that it has as an ordered item."""
    return strip_ordinal(clause.text) if clause.kind[:2] == "ol" else clause.text


# A new text is compared with the last ones of its document again and again: as many are remembered, here and where more
# is worked out of a whole text.
@lru_cache(maxsize=128)
def text_key(reading: Reading) -> str:
    """Return the hash of the canonical text: two texts that share it differ in no word and no number."""
    return sha256(canonical_key(reading.clauses))


def canonical_key(clauses: Iterable[Clause]) -> str:
    """Return what two texts share when no word and no number differs between them, wherever the lines break."""
    return "".join(map(canonical, clauses)).replace(" ", "")


_ABBREVIATIONS = frozenset(
    (
        "e.g i.e etc inc ltd co corp llc vs no nos art sec u.s u.k mr mrs ms dr st fig al p.o approx dept "
        "abs nr ziff lit bzw ggf sog vgl bspw evtl inkl zzgl z.b d.h u.a i.s.d i.v.m "
        "cf núm apdo pág sr sra lett cod bijv d.w.z m.b.t o.a ust pkt np tj tzw m.in"
    ).split()
)
#: More characters than any abbreviation with the brackets and quotes before it.
_LONGEST_ABBREVIATION = 40
_SENTENCE_END = lazy_pattern(
    r"[.!?;:](?:(?<![;:])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\W_a-z])|(?<=[;:])\s+(?=\([a-z0-9]{1,3}\)))"
)


# A clause that changed is asked for its sentences by the flags, the facts and most rules of the verdict.
@lru_cache(maxsize=4_096)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return the ``(start, end)`` offsets of the sentences of plain *text*; abbreviations do not end one."""
    spans, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        before = text[max(start, match.start() - _LONGEST_ABBREVIATION) : match.start()].rsplit(None, 1)
        last = before[-1].lower().lstrip("(\"'“") if before else ""
        if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha()):
            continue
        end = match.end() - (len(match[0]) - len(match[0].rstrip()))
        spans.append((start, end))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return tuple(spans)
