"""Leave out moves of topics that an edit shows, and that nobody would call news."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from tostrack.analysis.facts.edits import slice_sentence
from tostrack.analysis.summary.quotes import join_edits
from tostrack.analysis.topic_moves import safeguard_move
from tostrack.analysis.verdict.quotes import trimmed
from tostrack.language.words import entry_pattern, union
from tostrack.models import Direction, Edit, Flag, Hunk, Polarity

#: A term that gave way to another in so many clauses is another name.
_RENAMED = 3
#: Of the edited words of a clause so many must be new to the change, or gone from it.
_NEWS = 0.5
#: A change of more edits is a rewriting.
_MANY = 20
#: Words of all clauses that are compared.
_MOST_WORDS = 100_000


def keep_certain_moves(news: Sequence[Hunk], old_text: str = "", new_text: str = "") -> list[Hunk]:
    """Return *news* without the directions of flags that moved in appearance only.

    Those of a clause whose words stand on the other side of the change as well (it was set in other lines) or anywhere
    in the other text, of a sentence in which a term got another name, as it did everywhere, what a promise permitted
    that is gone, what is only excepted from one, and of a long rewriting the only permission that was lost.
    """
    if not any(flag.direction for hunk in news for flag in hunk.flags):
        return [*news]
    texts = _joined(old_text), _joined(new_text)
    shares = share_of_news(news)
    pairs = [{(trimmed(edit.gone), trimmed(edit.come)) for edit in join_edits(hunk)} for hunk in news]
    times = Counter(pair for found in pairs for pair in found)
    renamed = {pair for pair, count in times.items() if count >= _RENAMED and all(pair)}
    lost = Counter(flag.topic for hunk in news for flag in hunk.flags if _is_lost(flag))
    single = {topic for topic, count in lost.items() if count == 1 and len(news) > _MANY}
    return [
        replace(
            hunk,
            flags=tuple(
                replace(flag, direction=None)
                if _is_doubtful(flag, hunk, share, renamed, texts) or (_is_lost(flag) and flag.topic in single)
                else flag
                for flag in hunk.flags
            ),
        )
        if hunk.flags
        else hunk
        for hunk, share in zip(news, shares, strict=True)
    ]


def _is_lost(flag: Flag) -> bool:
    """Whether *flag* is something that the platform may do no more, or less far."""
    return flag.polarity is Polarity.PERMITS and flag.direction in (Direction.NARROWED, Direction.WITHDRAWN)


def _is_doubtful(flag: Flag, hunk: Hunk, share: float, renamed: set[tuple[str, str]], texts: tuple[str, str]) -> bool:
    if flag.direction is None:
        return False
    quote = _joined(flag.quote)
    other, text = (hunk.old, texts[0]) if flag.quote in hunk.new else (hunk.new, texts[1])
    if share < _NEWS or (quote in text and quote not in _joined(other)):
        return True
    permits = flag.polarity is Polarity.PERMITS
    if permits and flag.quote in hunk.new and _excepts().search(quote):
        return True
    if permits and hunk.edit is Edit.REMOVED and any(safeguard_move(one, hunk) == "dropped" for one in hunk.flags):
        return True
    return hunk.edit is Edit.REWORDED and bool(renamed) and _is_renaming(flag, hunk, renamed)


def _is_renaming(flag: Flag, hunk: Hunk, renamed: set[tuple[str, str]]) -> bool:
    """Whether all edits of the sentence that *flag* quotes are of the pairs *renamed*."""
    text = hunk.new if flag.quote in hunk.new else hunk.old
    at = max(text.find(flag.quote), 0)
    sentence = slice_sentence(text, at, at + len(flag.quote))
    pairs = [(trimmed(edit.gone), trimmed(edit.come)) for edit in join_edits(hunk)]
    inside = [pair for pair in pairs if any(side and side in sentence for side in pair)]
    return bool(inside) and renamed.issuperset(inside)


def _joined(text: str) -> str:
    return " ".join(text.split()).casefold()


@cache
def _excepts() -> re.Pattern[str]:
    return entry_pattern(union("guards", "exception"))


def share_of_news(news: Sequence[Hunk]) -> list[float]:
    """Return, for each of *news*, the share of its edited words that the other side of the change lacks, 0 to 1."""
    gone, come = (
        _phrases(" ".join(getattr(hunk, side) for hunk in news).split()[:_MOST_WORDS]) for side in ("old", "new")
    )
    shares = []
    for hunk in news:
        old, new = _phrases(hunk.old.split()), _phrases(hunk.new.split())
        edited = old ^ new
        kept = ((old - new) & come) | ((new - old) & gone)
        shares.append(1 - len(kept) / len(edited) if edited else 1.0)
    return shares


def _phrases(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Return each three of *words* in a row, in small letters."""
    small = [word.casefold() for word in words]
    return set(zip(small, small[1:], small[2:], strict=False))
