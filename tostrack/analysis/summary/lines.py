"""Put together what a page sets in lines of print, so that a sentence is weighed and quoted whole."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from tostrack.analysis.diff.word_diff import word_edits
from tostrack.analysis.facts import find_facts
from tostrack.analysis.summary.certain_moves import matters
from tostrack.analysis.verdict.quotes import edits
from tostrack.clauses import plain, split_clauses
from tostrack.models import Clause, Edit, Hunk

#: A text is set in lines where so many of its paragraphs, and no fewer, are broken off.
_SHARE, _LEAST = 0.15, 8
#: A line of so many characters that ends no sentence goes on in the next one, whatever that begins with.
_LINE = 60
_NEW_ITEM = re.compile(r"[•·○▪*–-]|\(?(?:\d+|[a-z])[.)]\s")
#: A bold line of so many words is a title; one that stands more often names no section.
_BOLD = re.compile(r"\*\*[A-Z0-9][^*]{2,80}\*\*\s*\Z")
_TITLE_WORDS, _TITLE_TIMES = 10, 3
#: It is that of no more lines below it: the next title may not be told apart.
_NEAR = 40
#: An edit of no more characters may stand anywhere.
_SHORT = 20
#: Longer paragraphs are left as they are.
_LONGEST = 20_000


def join_lines(hunks: Sequence[Hunk], old_text: str, new_text: str) -> list[Hunk]:
    """Return *hunks* with those of one paragraph as one, where the texts are set in lines; else as they are."""
    if not (is_set_in_lines(old_text) or is_set_in_lines(new_text)):
        return list(hunks)
    old, new = _Side(split_clauses(old_text)), _Side(split_clauses(new_text))
    runs: list[tuple[list[Hunk], set[int], set[int]]] = []
    for hunk in hunks:
        olds, news = old.paragraphs(hunk.old_at, hunk.old_count), new.paragraphs(hunk.new_at, hunk.new_count)
        news = news or {place for one in olds for place in new.same(old, one)}
        olds = olds or {place for one in news for place in old.same(new, one)}
        if runs and hunk.kind == "p" == runs[-1][0][-1].kind and (runs[-1][1] & olds or runs[-1][2] & news):
            runs[-1][0].append(hunk)
            runs[-1][1].update(olds)
            runs[-1][2].update(news)
        else:
            runs.append(([hunk], olds, news))
    joined = [
        one
        for run, olds, news in runs
        if any(map(matters, run))
        for one in _join(run, old.text(olds), new.text(news), new.title(run[0].new_at) or old.title(run[0].old_at))
    ]
    texts = " ".join(old_text.split()), " ".join(new_text.split())
    joined = [hunk for hunk in joined if not _stands_elsewhere(hunk, *texts)]
    # A line alone does not say what moved in its sentence.
    reworded = [hunk for hunk in joined if hunk.edit is Edit.REWORDED]
    facts = dict(zip(map(id, reworded), find_facts(reworded), strict=True))
    return [replace(hunk, facts=facts.get(id(hunk), ())) for hunk in joined]


def is_set_in_lines(text: str) -> bool:
    """Whether most sentences of *text* go over several paragraphs, one for each line of print."""
    paragraphs = text.split("\n\n")
    broken = sum(
        after[:1].islower() and _is_open(before.rstrip()) for before, after in pairwise(paragraphs) if before and after
    )
    return broken > max(_LEAST, _SHARE * len(paragraphs))


class _Side:
    """The clauses of one text, and which of them make a paragraph: those around an edit are read, and no others."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses
        self._place = {clause.text: at for at, clause in enumerate(clauses)}
        self._titles = _find_titles(clauses)

    def paragraphs(self, at: int | None, count: int) -> set[int]:
        """Return the paragraphs, by their first line, of the clauses from *at* on."""
        return set() if at is None else {self._begin(line) for line in range(at, at + count)}

    def same(self, other: _Side, paragraph: int) -> set[int]:
        """Return the paragraphs that have a line of *paragraph* of the *other* text."""
        texts = [other._clauses[line].text for line in other._lines(paragraph)]
        return {self._begin(self._place[text]) for text in texts if len(text) >= _LINE and text in self._place}

    def title(self, line: int | None) -> str:
        """Return the title above a *line*, or the line that is one; empty where there is none."""
        at = bisect_right(self._titles, line or 0)
        near = at and line and line - self._titles[at - 1] < _NEAR
        return plain(self._clauses[self._titles[at - 1]].text) if near else ""

    def text(self, paragraphs: set[int]) -> str:
        lines = [line for paragraph in sorted(paragraphs) for line in self._lines(paragraph)]
        return " ".join(plain(self._clauses[line].text) for line in lines)

    def _begin(self, line: int) -> int:
        while line and self._goes_on(line):
            line -= 1
        return line

    def _lines(self, paragraph: int) -> range:
        end = paragraph + 1
        while end < len(self._clauses) and self._goes_on(end):
            end += 1
        return range(paragraph, end)

    def _goes_on(self, line: int) -> bool:
        before, after = self._clauses[line - 1], self._clauses[line]
        return before.kind == "p" == after.kind and _goes_on(before.text.strip("*_ "), after.text.strip("*_ "))


def _find_titles(clauses: Sequence[Clause]) -> list[int]:
    """Return the places of the bold lines that are the titles of what follows, where the text has no headings."""
    if any(clause.is_heading for clause in clauses):
        return []
    bold = [at for at, clause in enumerate(clauses) if clause.text.startswith("**") and _BOLD.match(clause.text)]
    times = Counter(clauses[at].text for at in bold)
    return [at for at in bold if clauses[at].text.count(" ") < _TITLE_WORDS and times[clauses[at].text] <= _TITLE_TIMES]


def _goes_on(line: str, following: str) -> bool:
    return _is_open(line) and (following[:1].islower() or (len(line) >= _LINE and not _NEW_ITEM.match(following)))


def _is_open(line: str) -> bool:
    """Whether *line* ends no sentence."""
    return line[-1:].isalnum() or line[-1:] in (",", "-", "&")


def _stands_elsewhere(hunk: Hunk, old: str, new: str) -> bool:
    """Whether all that *hunk* brings stands in the *old* text, and all that it takes in the *new* one."""
    if hunk.edit is Edit.REWORDED:
        moved = [(edit.gone.strip(), edit.come.strip()) for edit in edits(hunk)]
        return all(max(len(gone), len(come)) > _SHORT and gone in new and come in old for gone, come in moved)
    return hunk.edit is not Edit.MOVED and hunk.old in new and hunk.new in old


def _join(run: Sequence[Hunk], old: str, new: str, title: str) -> list[Hunk]:
    """Return the hunks of one paragraph as one from *old* to *new*; none where it only was set in other lines."""
    kind, heading = ("h2", ()) if title and title in (old, new) else ("p", (title,) if title else run[0].heading)
    if run[0].kind != "p" or run[0].edit is Edit.MOVED or max(len(old), len(new)) > _LONGEST:
        return list(run)
    flags = tuple(flag for hunk in run for flag in hunk.flags)
    edit = Edit.REWORDED if old and new else Edit.REMOVED if old else Edit.ADDED
    weighty = next(filter(matters, run), run[0])
    joined = replace(
        weighty, kind=kind, heading=heading, edit=edit, old=old, new=new, words=word_edits(old, new), flags=flags
    )
    return [joined] if edit is not Edit.REWORDED or edits(joined) else []
