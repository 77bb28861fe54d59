"""The runs of a hunk, ``(op, text)``, made ready to read: tidied, folded, marked and wrapped."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from tostrack.language.lazy_pattern import lazy_pattern
from tostrack.models import Edit, Hunk
from tostrack.render.escape import columns, safe_line

#: One stretch of text with its op: ``=`` kept, ``-`` deleted, ``+`` inserted, ``…`` left out of the view.
Run = tuple[str, str]

#: Fewer words than this are shown rather than left out: an ellipsis costs the reader more than they do.
_FEWEST_LEFT_OUT = 8
#: How many words more than asked (or half as many fewer) a fold may show, to begin and end with a sentence or part.
_SLACK = 8
#: Words of a paragraph that people read in one go; a longer clause that was added or removed is not shown whole.
_PARAGRAPH = 200
#: Words of a moved clause, enough to know it again.
_MOVED = 24
_STOP = (".", ";", ":", "!", "?", ".”", '."', "。")


def runs_of(hunk: Hunk) -> list[Run]:
    """Return the runs of *hunk* as safe one-line texts, white space at the edge of an edit outside of it.

    A clause that was added or removed is one run; a moved clause is shown in its new wording.
    """
    if hunk.edit is Edit.MOVED:
        return [("=", safe_line(hunk.new or hunk.old))]
    if hunk.edit is not Edit.REWORDED:
        return [("+", safe_line(hunk.new))] if hunk.new else [("-", safe_line(hunk.old))]
    words = hunk.words or (("-", hunk.old), ("+", hunk.new))
    return _tidy(_safe_run(op, text) for op, text in words)


def _safe_run(op: str, text: str) -> Run:
    inner = safe_line(text)
    if not inner:
        return op, " " if text else ""
    return op, f"{' ' if text[0].isspace() else ''}{inner}{' ' if text[-1].isspace() else ''}"


def _tidy(runs: Iterable[Run]) -> list[Run]:
    """Join equal neighbours, put each deletion before its insertion, and move the blanks around edits out of them."""
    out: list[Run] = []
    gone, come = "", ""
    for op, text in [*runs, ("=", "")]:
        if op == "-":
            gone += text
        elif op == "+":
            come += text
        else:
            if gone.strip() or come.strip():
                out += _edit(gone, come)
            elif come or (gone and not text):
                out.append(("=", " "))
            gone, come = "", ""
            out.append((op, text))
    return _joined(out)


def _edit(gone: str, come: str) -> list[Run]:
    # A blank that only one side has is still shown once, so that words on either side do not run together.
    before = " " if gone[:1] == " " or come[:1] == " " else ""
    after = " " if gone[-1:] == " " or come[-1:] == " " else ""
    gone, come = gone.strip(), come.strip()
    if _drawn(gone) == _drawn(come):
        return [("=", f"{before}{come}{after}")]
    return [("=", before), ("-", gone), ("+", come), ("=", after)]


#: Quotation marks, apostrophes and dashes, however they are drawn.
_ALIKE = str.maketrans(dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′`", "'") | dict.fromkeys("–—‐‑−", "-"))


def _drawn(text: str) -> str:
    """Return *text* as one of those that nobody tells apart: an accent on its letter or after it, straight quotes."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_ALIKE)


def _joined(runs: Iterable[Run]) -> list[Run]:
    out: list[Run] = []
    for op, text in runs:
        if not text:
            continue
        if out and out[-1][0] == op:
            before = out.pop()[1]
            out.append((op, before + (text[1:] if before[-1] == text[0] == " " else text)))
        else:
            out.append((op, text))
    return out


def fold(runs: Sequence[Run], context: int) -> list[Run]:
    """Return *runs* with long kept stretches cut to about *context* words next to each edit and ``…`` between."""
    out: list[Run] = []
    for at, (op, text) in enumerate(runs):
        if op != "=":
            out.append((op, text))
            continue
        out += _folded(text, context, before=at > 0, after=at < len(runs) - 1)
    return out


def _folded(text: str, context: int, *, before: bool, after: bool) -> list[Run]:
    """Fold one kept stretch that has an edit *before* it, *after* it, or both."""
    first, hidden, last = _parted(text, context, before=before, after=after)
    if not hidden:
        return [("=", text)]
    gap = ("…", f"{' ' if first else ''}…{' ' if last else ''}")
    return [run for run in (("=", first), gap, ("=", last)) if run[1]]


def _parted(text: str, context: int, *, before: bool, after: bool) -> tuple[str, str, str]:
    """Return what a fold shows of one kept stretch, what it leaves out, if anything, and what it shows again."""
    words = text.split(" ")
    head = _head(words, context) if before or not after else 0
    tail = _tail(words, context) if after else 0
    if len(words) - head - tail < _FEWEST_LEFT_OUT:
        return text, "", ""
    end = len(words) - tail
    return " ".join(words[:head]), " ".join(words[head:end]), " ".join(words[end:])


def unfolded(runs: Sequence[Run], context: int) -> list[Run]:
    """Return what `fold` returns, but with the words that are left out, under ``…``, for a page that can open them."""
    out: list[Run] = []
    for at, (op, text) in enumerate(runs):
        if op != "=":
            out.append((op, text))
            continue
        first, hidden, last = _parted(text, context, before=at > 0, after=at < len(runs) - 1)
        parts = [("=", f"{first} " if first and hidden else first), ("…", hidden), ("=", f" {last}" if last else "")]
        out += [run for run in parts if run[1]]
    return out


def _head(words: list[str], context: int) -> int:
    """Return how many words to keep at the start: *context*, or to the nearest end of a sentence or part of one."""
    return next((at for at in _near(context, len(words)) if words[at - 1].endswith(_STOP)), context)


def _tail(words: list[str], context: int) -> int:
    """Return how many words to keep at the end, beginning where a sentence or a part of one does when it can be."""
    return next((kept for kept in _near(context, len(words)) if words[-kept - 1].endswith(_STOP)), context)


def _near(context: int, limit: int) -> list[int]:
    around = range(max(context - _SLACK // 2, 1), min(context + _SLACK, limit))
    return sorted(around, key=lambda at: abs(at - context))


def shortened(text: str, words: int) -> list[Run]:
    """Return the beginning of *text* as runs, about *words* words long."""
    return _folded(text, words, before=False, after=False)


def excerpt(text: str, quotes: Iterable[str], context: int) -> list[Run]:
    """Return the *text* of a whole clause as runs, what one of *quotes* covers with the op ``quote``.

    A clause longer than a paragraph (a page that was printed as one line) is cut to its beginning, or to about
    *context* words on each side of what is quoted.
    """
    parts = [("quote" if quoted else "=", part) for quoted, part in picked_out(text, quotes)]
    if text.count(" ") < _PARAGRAPH:
        return parts
    return fold(parts, context) if len(parts) > 1 else shortened(text, _PARAGRAPH)


def whole(hunk: Hunk, context: int) -> list[Run]:
    """Return the clause that *hunk* brought or took as runs of its op; see `excerpt`."""
    [(op, text)] = runs_of(hunk)
    quotes = [safe_line(flag.quote) for flag in hunk.flags]
    return _joined((each if each == "…" else op, part) for each, part in excerpt(text, quotes, context))


def view(hunk: Hunk, context: int) -> list[Run]:
    """Return *hunk* as people read it: an edit folded, the beginning of a clause that moved, else the clause."""
    if hunk.edit is Edit.REWORDED:
        return fold(runs_of(hunk), context)
    return shortened(runs_of(hunk)[0][1], _MOVED) if hunk.edit is Edit.MOVED else whole(hunk, context)


def picked_out(text: str, quotes: Iterable[str]) -> list[tuple[bool, str]]:
    """Return *text* in parts, each with whether one of *quotes* covers it."""
    spans = sorted((at, at + len(quote)) for quote in quotes if quote and (at := text.find(quote)) >= 0)
    parts, done = [], 0
    for start, end in spans:
        parts += [(False, text[done:start]), (True, text[max(start, done) : end])]
        done = max(done, end)
    return [part for part in [*parts, (False, text[done:])] if part[1]]


def clipped(runs: Iterable[Run], size: int) -> list[Run]:
    """Return the first *size* characters of *runs*, cut at a blank where there is one, with ``…`` for the rest."""
    out: list[Run] = []
    for op, text in runs:
        if len(text) > size:
            head = text[:size]
            return [*out, (op, head.rpartition(" ")[0] or head), ("…", " …")]
        out.append((op, text))
        size -= len(text)
    return out


def around(runs: Sequence[Run], quotes: Iterable[str], size: int) -> list[Run]:
    """Return about *size* characters of *runs*, from the first of *quotes* on or, without any, from the first edit.

    The view begins where a sentence does, when one does near enough.
    """
    text = "".join(text for _, text in runs)
    if len(text) <= size:
        return list(runs)
    edits = (place for place, (op, _) in enumerate(runs) if op in "-+")
    first = len("".join(text for _, text in runs[: next(edits, 0)]))
    found = (_found(runs, op, quote) for quote in quotes for op in "+-")
    at = min((place for place in found if place >= 0), default=first)
    if at < size // 4:
        return clipped(runs, size)
    # A sentence that begins within a quarter of the view before it is worth its beginning.
    start = max(text.rfind(stop, at - size // 4, at) + 2 for stop in (". ", "; ", "! ", "? "))
    start = start if start > 1 else text.find(" ", at - size // 4) + 1
    return [("…", "… "), *clipped(_from(runs, start), size)]


def _found(runs: Iterable[Run], op: str, quote: str) -> int:
    """Return where in the text of *runs* the *quote* begins that one side of them holds (*op* as in `side`), or -1."""
    places: list[int] = []
    kept, at = "", 0
    for each, text in runs:
        if each in ("=", op):
            places += range(at, at + len(text))
            kept += text
        at += len(text)
    found = kept.find(quote)
    return places[found] if found >= 0 else -1


def _from(runs: Sequence[Run], start: int) -> list[Run]:
    """Return *runs* without their first *start* characters."""
    out: list[Run] = []
    for op, text in runs:
        if kept := text[start:] if start < len(text) else "":
            out.append((op, kept))
        start = max(0, start - len(text))
    return out


def marked(runs: Iterable[Run]) -> list[Run]:
    """Return *runs* with ``[-gone-]`` and ``{+new+}`` written out, for readers without colour."""
    marks = {"-": ("[-", "-]"), "+": ("{+", "+}")}
    return [(op, f"{marks[op][0]}{text}{marks[op][1]}" if op in marks else text) for op, text in runs]


def side(runs: Iterable[Run], op: str) -> list[Run]:
    """Return one side of *runs*: with ``-`` the old text, with ``+`` the new one."""
    other = "+" if op == "-" else "-"
    return _joined(run for run in runs if run[0] != other)


_PARTS = lazy_pattern(r" |[^ ]+")


def wrap(runs: Iterable[Run], width: int) -> list[list[Run]]:
    """Return *runs* in lines of at most *width* columns, broken at spaces, inside a word only when it must be.

    A *width* of 0 means one line of any length.
    """
    lines: list[list[Run]] = []
    line: list[Run] = []
    room = width
    for word in _words(runs):
        size = _width_of(word) if width else 0
        blank = word[0][1] == " "
        if width and blank and size > room:
            continue
        if width and size > room and line:
            lines.append(_joined(_stripped(line)))
            line, room = [], width
        if blank and not line:
            continue
        pieces = _hard(word, width) if width and size > width else [word]
        for run in pieces:
            size = _width_of(run) if width and len(pieces) > 1 else size
            if line and size > room:
                lines.append(_joined(line))
                line, room = [], width
            line += run
            room -= size
    if line:
        lines.append(_joined(_stripped(line)))
    return lines


def _width_of(runs: Iterable[Run]) -> int:
    return sum(columns(text) for _, text in runs)


def _stripped(line: list[Run]) -> list[Run]:
    return line[:-1] if line and line[-1][1] == " " else line


def _words(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the words of *runs* and the blanks between them; a word keeps the ops of its parts."""
    words: list[list[Run]] = []
    for op, text in runs:
        for part in _PARTS.findall(text):
            if words and part != " " and words[-1][0][1] != " ":
                words[-1].append((op, part))
            else:
                words.append([(op, part)])
    return words


def _hard(word: list[Run], width: int) -> list[list[Run]]:
    """Return *word* in pieces of at most *width* columns."""
    pieces: list[list[Run]] = [[]]
    room = width
    for op, text in word:
        start = 0
        for at, char in enumerate(text):
            size = columns(char)
            if size > room:
                pieces[-1].append((op, text[start:at]))
                pieces.append([])
                start, room = at, width
            room -= size
        pieces[-1].append((op, text[start:]))
    return [_joined(piece) for piece in pieces if any(text for _, text in piece)]
