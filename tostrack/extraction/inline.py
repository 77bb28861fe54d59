"""One line of Markdown from runs of styled text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from tostrack.extraction.decode import clean

STRONG, EMPHASIS, CODE, STRUCK, INSERTED = 1, 2, 4, 8, 16
#: Struck text is ``~~so~~``, as on GitHub; inserted text ``++so++``, as in the CommonMark extension of that name.
_MARKS = {STRONG: "**", EMPHASIS: "*", CODE: "`", STRUCK: "~~", INSERTED: "++"}
STYLES = tuple(_MARKS)
_href = attrgetter("href")


class InlineRun(NamedTuple):
    """A piece of text with the bits of its style and the address that it links to."""

    text: str
    style: int = 0
    href: str = ""


#: Soft hyphen, zero-width space, direction marks, word joiner, byte-order mark, object replacement; icon fonts' glyphs.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufffc\ue000-\uf8ff]")
#: Joiners mean something in Arabic and Indic scripts and in emoji, nothing after a Latin letter.
_IDLE_JOINER = re.compile("(?<![^\0-\u036f])[\u200c\u200d]")
#: Ligatures, full-width letters and digits, mathematical alphabets: other spellings of the same letters. The rest of
#: NFKC is left out, because it turns ½ into 1⁄2 and ™ into TM.
_COMPATIBLE = re.compile("[\ufb00-\ufb06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]")


def tidy(text: str) -> str:
    """Return *text* as a reader sees it: single spaces, one spelling of each letter, nothing invisible."""
    if not text.isascii():
        text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
        text = unicodedata.normalize("NFC", _IDLE_JOINER.sub("", _INVISIBLE.sub("", text)))
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    if not words.isprintable():
        words = " ".join(clean(words).split())
    return f"{' ' if text[0].isspace() else ''}{words}{' ' if text[-1].isspace() else ''}"


#: A quick look before the exact one.
_MAYBE_SPECIAL = re.compile(r"[\\*`_<\[\]~!&+]")
_SPECIAL = re.compile(
    r"\\(?=[!-/:-@\[-`{-~\s]|$)|[*`]|(?<![^\W_])_|_(?![^\W_])|<(?=[a-zA-Z/])|\](?=\()|~(?=~)|\+(?=\+)|!(?=\[)"
    # What HTML would read as another sign.
    r"|&(?=#?\w{2,32};)",
)
#: The text of a link ends at its first bracket.
_SPECIAL_IN_LINK = re.compile(rf"[\[\]]|{_SPECIAL.pattern}")


def escape(text: str, *, in_link: bool = False) -> str:
    """Return *text* so that none of it is read as a mark."""
    special = _SPECIAL_IN_LINK if in_link else _SPECIAL
    return special.sub(r"\\\g<0>", text) if _MAYBE_SPECIAL.search(text) else text


def render(runs: Sequence[InlineRun], *, styled: bool = True) -> str:
    """Return *runs* as one line of Markdown, without space at its ends; unless *styled*, without bold and the like."""
    if len(runs) == 1 and not runs[0].href and not (styled and runs[0].style):
        return escape(tidy(runs[0].text).strip())
    merged = _merged(runs, styled=styled)
    if len(merged) == 1 and not merged[0].style and not merged[0].href:
        return escape(" ".join(merged[0].text.split()))
    out: list[str] = []
    for href, linked in groupby(merged, key=_href):
        line = "".join(map(_marked, linked))
        if href and out and out[-1].endswith("!"):
            # Together they would make an image.
            out[-1] = f"{out[-1][:-1]}\\!"
        out.append(_linked(line, href) if href else line)
    return " ".join("".join(out).split())


def _merged(runs: Sequence[InlineRun], *, styled: bool) -> list[InlineRun]:
    """Return *runs* with tidy text, neighbours of one style and address as one; space goes with what it follows."""
    merged: list[InlineRun] = []
    texts: list[str] = []
    look: tuple[int, str] | None = None
    for run in runs:
        text = tidy(run.text)
        if not text:
            continue
        new_look = run.style if styled else 0, run.href
        if look is not None and text != " " and new_look != look:
            merged.append(InlineRun("".join(texts), *look))
            texts = []
        if look is None or text != " ":
            look = new_look
        texts.append(text)
    if look is not None:
        merged.append(InlineRun("".join(texts), *look))
    return _apart(merged)


def _apart(runs: list[InlineRun]) -> list[InlineRun]:
    """Return *runs* with a space between struck text and its replacement: ``~~30~~ 90``."""
    if not any(run.style & STRUCK for run in runs):
        return runs
    found = runs[:1]
    for before, run in pairwise(runs):
        end, start = before.text[-1:], run.text[:1]
        meets = (before.style ^ run.style) & STRUCK and end.isalnum() and start.isalnum()
        replaced = (before.style | run.style) & INSERTED or (end.isdigit() and start.isdigit())
        found.append(run._replace(text=f" {run.text}") if meets and replaced else run)
    return found


def _marked(run: InlineRun) -> str:
    text = escape(run.text, in_link=bool(run.href))
    # A backslash, though escaped, would be read together with the mark after it.
    text = f"{text} " if text.endswith("\\") else text
    core = text.strip()
    # A bold full stop or space is an editor's slip that comes and goes.
    if not run.style or not any(map(str.isalnum, core)):
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    for bit, mark in _MARKS.items():
        # No sign is escaped in a span of code: a text that needs it is set as any other.
        if run.style & bit and not (bit == CODE and core != run.text.strip()):
            core = f"{mark}{core}{mark}"
    return f"{before}{core}{after}"


def _linked(line: str, href: str) -> str:
    core = line.strip()
    if not core:
        return line
    before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    return f"{before}[{core}]({href}){after}"
