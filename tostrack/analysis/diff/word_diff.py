"""Finds the word-level edits between two plain texts, in phrases that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from diff_match_patch.diff_match_patch import diff_match_patch

from tostrack.analysis.diff.anchors import Pair, equal_pairs
from tostrack.language.vocabulary import split_pieces

Words = tuple[tuple[str, str], ...]
#: A run of equal tokens: where it starts in the old and in the new text, and how long it is.
_Run = tuple[int, int, int]

#: It ships no types.
_Differ: Any = diff_match_patch

#: Beyond this many words on both sides together, words that are unique divide the texts before Myers' algorithm runs:
#: its cost grows with the square of the edits.
_MOST_WORDS = 200
#: Pairs of texts that are remembered: a new text is compared with several older ones that say most of it alike.
_MEMORY = 1_024


@lru_cache(maxsize=_MEMORY)
def word_edits(old: str, new: str) -> Words:
    """Return ``(op, text)`` pieces: ``=`` and ``-`` join to *old*, ``=`` and ``+`` join to *new*.

    The same answer every time: no clock bounds the work, the lengths do.
    """
    if old == new:
        return (("=", old),) if old else ()
    if not old or not new:
        return tuple((op, text) for op, text in (("-", old), ("+", new)) if text)
    old_tokens, new_tokens = split_pieces(old), split_pieces(new)
    runs = _equal_runs(old_tokens, new_tokens)
    runs = _phrases(runs, old_tokens, new_tokens)
    return _written(_slid(runs, old_tokens, new_tokens), old_tokens, new_tokens)


def _equal_runs(old: list[str], new: list[str]) -> list[_Run]:
    """Return the runs of tokens that stay, rising, neighbours joined.

    Words decide, and the text between two of them follows: a comma must not hold together what words do not.
    """
    # What both begin with is one run, without a look at each of its words.
    begin = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    begin = min(len(old), len(new)) if begin is None else begin
    old_words = [at for at in range(begin, len(old)) if old[at][0].isalnum()]
    new_words = [at for at in range(begin, len(new)) if new[at][0].isalnum()]
    pairs = _word_pairs([old[at] for at in old_words], [new[at] for at in new_words])
    runs: list[_Run] = [(0, 0, begin)] if begin else []
    i = j = begin
    for next_i, next_j in [*((old_words[one], new_words[other]) for one, other in pairs), (len(old), len(new))]:
        head, limit = 0, min(next_i - i, next_j - j)
        while head < limit and old[i + head] == new[j + head]:
            head += 1
        tail = 0
        while tail < limit - head and old[next_i - 1 - tail] == new[next_j - 1 - tail]:
            tail += 1
        if head:
            runs.append((i, j, head))
        if next_i < len(old) and next_j < len(new):
            runs.append((next_i - tail, next_j - tail, tail + 1))
        elif tail:
            runs.append((next_i - tail, next_j - tail, tail))
        i, j = next_i + 1, next_j + 1
    return _joined(runs)


def _word_pairs(old: list[str], new: list[str]) -> list[Pair]:
    """Return places of words that stay: the common ends, and between them those of a shortest edit."""
    head, limit = 0, min(len(old), len(new))
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old_end, new_end = len(old) - tail, len(new) - tail
    return [
        *((at, at) for at in range(head)),
        *_middle_pairs(old, new, head, old_end, new_end),
        *((old_end + at, new_end + at) for at in range(tail)),
    ]


def _middle_pairs(old: list[str], new: list[str], head: int, old_end: int, new_end: int) -> list[Pair]:
    """Return places of words that stay between the common ends."""
    if head in (old_end, new_end):
        return []
    if old_end + new_end - 2 * head <= _MOST_WORDS:
        return _myers(old[head:old_end], new[head:new_end], head, head)
    anchors = [(i + head, j + head) for i, j in equal_pairs(old[head:old_end], new[head:new_end])]
    pairs: list[Pair] = []
    i = j = head
    for next_i, next_j in [*anchors, (old_end, new_end)]:
        if i < next_i and j < next_j and next_i - i + next_j - j <= _MOST_WORDS:
            pairs += _myers(old[i:next_i], new[j:next_j], i, j)
        if next_i < old_end and next_j < new_end:
            pairs.append((next_i, next_j))
        i, j = next_i + 1, next_j + 1
    return pairs


def _myers(old: list[str], new: list[str], old_from: int, new_from: int) -> list[Pair]:
    """Return the pairs of equal words of a shortest edit, by diff-match-patch on one character a word."""
    letters: dict[str, str] = {}
    coded = ["".join(letters.setdefault(word, chr(0x100 + len(letters))) for word in side) for side in (old, new)]
    differ = _Differ()
    differ.Diff_Timeout = 0
    pairs: list[Pair] = []
    i, j = old_from, new_from
    for op, text in differ.diff_main(coded[0], coded[1], False):
        if op == 0:
            pairs += [(i + at, j + at) for at in range(len(text))]
        i += len(text) if op <= 0 else 0
        j += len(text) if op >= 0 else 0
    return pairs


def _joined(runs: Sequence[_Run]) -> list[_Run]:
    """Return *runs* with those that touch on both sides made one."""
    out: list[_Run] = []
    for i, j, length in runs:
        if out and out[-1][0] + out[-1][2] == i and out[-1][1] + out[-1][2] == j:
            out[-1] = (out[-1][0], out[-1][1], out[-1][2] + length)
        else:
            out.append((i, j, length))
    return out


def _phrases(runs: list[_Run], old: list[str], new: list[str]) -> list[_Run]:
    """Return *runs* without the islands: equal words so few that the edits around them read better as one.

    diff-match-patch's semantic rule, with words for characters: an equality goes when it is no longer than the larger
    side of the edit before it and of the edit after it. Between two insertions, or two deletions, it stays: there the
    words did not change, only company came.
    """
    old_sizes, new_sizes = _sizes(old), _sizes(new)
    while True:
        kept = _without_islands(runs, old_sizes, new_sizes)
        if len(kept) == len(runs):
            return kept
        runs = kept


def _sizes(tokens: list[str]) -> list[int]:
    """Return running totals of the letters up to each token."""
    return list(accumulate([len(token) if token[0].isalnum() else 0 for token in tokens], initial=0))


def _without_islands(runs: list[_Run], old: list[int], new: list[int]) -> list[_Run]:
    """Return *runs* after one pass of the rule of `_phrases`; sizes are running totals of letters."""
    kept: list[_Run] = []
    for at, (i, j, length) in enumerate(runs):
        last_i, last_j = (kept[-1][0] + kept[-1][2], kept[-1][1] + kept[-1][2]) if kept else (0, 0)
        next_i, next_j = runs[at + 1][:2] if at + 1 < len(runs) else (len(old) - 1, len(new) - 1)
        gone = (old[i] - old[last_i], old[next_i] - old[i + length])
        come = (new[j] - new[last_j], new[next_j] - new[j + length])
        size = old[i + length] - old[i]
        one_sided = not any(gone) or not any(come)
        if size == 0:
            # Commas and spaces tie nothing together when both neighbours are replaced.
            island = not one_sided and max(gone[0], come[0]) > 0 and max(gone[1], come[1]) > 0
        else:
            island = not one_sided and size <= max(gone[0], come[0]) and size <= max(gone[1], come[1])
        if not island:
            kept.append((i, j, length))
    return kept


def _slid(runs: list[_Run], old: list[str], new: list[str]) -> list[_Run]:
    """Return *runs* with pure insertions and deletions slid to where a phrase starts.

    ``a, [b, ]c`` and ``a[, b], c`` are the same edit; the first reads better.
    """
    runs = list(runs)
    for at in range(len(runs) - 1):
        (i, j, length), (next_i, next_j, next_length) = runs[at], runs[at + 1]
        gap_old, gap_new = next_i - i - length, next_j - j - length
        if (gap_old == 0) == (gap_new == 0):
            continue
        tokens, start, end = (new, j + length, next_j) if gap_old == 0 else (old, i + length, next_i)
        best = _best_shift(tokens, start, end, length - 1, next_length - 1)
        runs[at] = (i, j, length + best)
        runs[at + 1] = (next_i + best, next_j + best, next_length - best)
    return runs


def _best_shift(tokens: list[str], start: int, end: int, back: int, forth: int) -> int:
    """Return by how many tokens to slide the edit ``tokens[start:end]``; at most *back* to the left, *forth* right."""
    lowest = 0
    while lowest < min(back, end - start + 20) and tokens[start - 1 - lowest] == tokens[end - 1 - lowest]:
        lowest += 1
    highest = 0
    while highest < min(forth, end - start + 20) and tokens[start + highest] == tokens[end + highest]:
        highest += 1
    return max(range(-lowest, highest + 1), key=lambda shift: (_seam(tokens, start + shift), -abs(shift)))


def _seam(tokens: list[str], at: int) -> int:
    """Return how well an edit starts at *at*: after a sentence, after a comma, after a space, elsewhere."""
    if at == 0:
        return 4
    if not tokens[at - 1].isspace():
        return 1 if tokens[at].isspace() else 0
    return 3 if at > 1 and tokens[at - 2] in ".!?;:" else 2


def _written(runs: list[_Run], old: list[str], new: list[str]) -> Words:
    """Return the edits as text."""
    out: list[tuple[str, str]] = []
    i = j = 0
    for next_i, next_j, length in [*runs, (len(old), len(new), 0)]:
        pieces = (("-", old[i:next_i]), ("+", new[j:next_j]), ("=", old[next_i : next_i + length]))
        out += [(op, "".join(tokens)) for op, tokens in pieces if tokens]
        i, j = next_i + length, next_j + length
    return tuple(out)
