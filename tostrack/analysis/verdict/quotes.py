"""The words of a hunk that a reader should see: the most telling edit, with the words around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tostrack.analysis.comparison_key import comparable_text
from tostrack.analysis.verdict.guarded_words import binds
from tostrack.analysis.verdict.normal_form import is_number, normal
from tostrack.clauses import sentences
from tostrack.language.words import union
from tostrack.models import Edit, Hunk

#: The longest quote, in characters.
_QUOTE = 120
#: A text of no more characters is quoted whole: the name of a list entry says more than its purpose.
_ENTRY = 60
#: An edit of no more words is shown among its neighbours, so many of them before it and behind it.
SMALL = 8
_BEFORE, _BEHIND = 5, 4

#: English words that say whether somebody may, must or will.
_MODAL = frozenset("may must shall will can could should might not no never only without unless except any all".split())


def quote(hunk: Hunk) -> str:
    """Return the words of *hunk* that say most: a small edit among its neighbours, else a sentence."""
    found = edits(hunk)
    if hunk.edit is not Edit.REWORDED or not found:
        return shortened(most_telling(hunk.new or hunk.old))
    edit = max(found, key=lambda edit: edit.weight)
    return edit.shown() if edit.size <= SMALL else shortened(most_telling(edit.come or edit.gone))


def longest(hunk: Hunk) -> str:
    """Return the longest added piece, or the longest removed one when none was added."""
    pieces = [text for op, text in hunk.words if op == "+"] or [text for op, text in hunk.words if op == "-"]
    return trimmed(max([*pieces, ""], key=len)) or hunk.new or hunk.old


@dataclass(frozen=True)
class Replaced:
    """One place of a hunk where words were removed, added or replaced."""

    before: str
    gone: str
    come: str
    behind: str

    @property
    def weight(self) -> float:
        """How much it tells."""
        return _telling(self.gone, self.come)

    @property
    def size(self) -> int:
        """Its words."""
        return max(len(self.gone.split()), len(self.come.split()))

    def shown(self) -> str:
        """The edit among its neighbours: ``at least 13 → 16 years old``."""
        before = _tail(self.before)
        if self.gone and self.come:
            changed = f"{self.gone.strip()} → {self.come.strip()}{_space(self.come[-1:])}"
        else:
            changed = self.gone or self.come
        return " ".join(f"{before}{changed}{_head(self.behind)}".split()).strip(" .,;:")


def _tail(text: str) -> str:
    """Return the last words of *text* that belong to its last sentence, with the space behind them if there is one."""
    words = text.split()[-_BEFORE:]
    ends = [at for at, word in enumerate(words[:-1]) if word[-1:] in _ENDS]
    return " ".join(words[ends[-1] + 1 :] if ends else words) + _space(text[-1:])


def _head(text: str) -> str:
    words = text.split()[:_BEHIND]
    end = next((at for at, word in enumerate(words) if word[-1:] in _ENDS), len(words))
    return _space(text[:1]) + " ".join(words[: end + 1])


#: What ends a sentence: words beyond it are of another one.
_ENDS = (".", "!", "?", ";")


def _space(letter: str) -> str:
    return " " if letter.isspace() else ""


def edits(hunk: Hunk) -> list[Replaced]:
    """Return the edits of *hunk* with words in them."""
    found, words = [], hunk.words
    at = 0
    while at < len(words):
        if words[at][0] == "=":
            at += 1
            continue
        end = at + 2 if words[at][0] == "-" and at + 1 < len(words) and words[at + 1][0] == "+" else at + 1
        sides = dict(words[at:end])
        gone, come = sides.get("-", ""), sides.get("+", "")
        if comparable_text(gone) != comparable_text(come):
            before = words[at - 1][1] if at else ""
            found.append(Replaced(before, gone, come, words[end][1] if end < len(words) else ""))
        at = end
    return found


def weight(hunk: Hunk) -> float:
    """Return how much *hunk* tells a reader."""
    if hunk.edit is Edit.REWORDED:
        return max((edit.weight for edit in edits(hunk)), default=0.0)
    return _telling(hunk.old, hunk.new)


def _telling(gone: str, come: str) -> float:
    """Return how much an edit tells a reader: words of promises count, and who may or must; length hardly does."""
    tokens = {*normal(gone[:2_000])} ^ {*normal(come[:2_000])}
    binding = sum(map(binds, tokens))
    numbers, modal = any(map(is_number, tokens)), bool(tokens & _modal())
    return 2 * min(binding, 6) + 3 * modal + 2 * numbers + min(len(tokens), 12) / 4


@cache
def _modal() -> frozenset[str]:
    return _MODAL | union("guards", "negation", "duty", "prohibition", "permission")


def most_telling(text: str) -> str:
    """Return the sentence of *text* that says most, first ones first."""
    text = " ".join(text.split())
    if len(text) <= _ENTRY:
        return trimmed(text)
    spoken = [text[start:end] for start, end in sentences(text[:4_000])]
    return trimmed(max(spoken, key=lambda sentence: _telling("", sentence), default=text))


def trimmed(text: str) -> str:
    """Return *text* without the marks around it."""
    return " ".join(text.split()).strip(' .,;:()“”"')


def shortened(text: str) -> str:
    """Return the beginning of *text* that fits an explanation."""
    return text if len(text) <= _QUOTE else text[:_QUOTE].rsplit(" ", 1)[0] + " …"
