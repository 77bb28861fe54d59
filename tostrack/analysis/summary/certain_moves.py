"""Leave out moves of topics that an edit shows, and that nobody would call news: by whom, of what, and where else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from tostrack.analysis.summary.quotes import flag_sentence, join_edits
from tostrack.analysis.topic_moves import safeguard_move
from tostrack.analysis.verdict.quotes import trimmed
from tostrack.language.words import entry_pattern, load_language, union
from tostrack.models import VERDICT_OF, Direction, Edit, Flag, Hunk, Polarity, Verdict

#: A term that gave way to another in so many clauses is another name.
_RENAMED = 3
#: Of the edited words of a clause so many must be new to the change, or gone from it.
_NEWS = 0.5
#: A change of more edits is a rewriting.
_MANY = 20
#: Words of all clauses that are compared.
_MOST_WORDS = 100_000


def keep_certain_moves(hunks: Sequence[Hunk], old_text: str = "", new_text: str = "") -> list[Hunk]:
    """Return *hunks* without the directions of flags that moved in appearance only.

    Those of an edit that by itself does not matter, or whose words are on the other side of the change as well (it
    was set in other lines) or anywhere in the other text; of a sentence in which a term got another name, as it did
    everywhere, or that says what users do and not what becomes of their data; what a promise permitted that is gone,
    what is only excepted from one or said under a condition, and of a long rewriting the only permission that was lost.
    """
    if not any(flag.direction for hunk in hunks for flag in hunk.flags):
        return list(hunks)
    texts = _joined(old_text), _joined(new_text)
    shares = share_of_news(hunks)
    pairs = [{(trimmed(edit.gone), trimmed(edit.come)) for edit in join_edits(hunk)} for hunk in hunks]
    times = Counter(pair for found in pairs for pair in found)
    renamed = {pair for pair, count in times.items() if count >= _RENAMED and all(pair)}
    lost = Counter(flag.topic for hunk in hunks for flag in hunk.flags if _is_lost(flag))
    single = {topic for topic, count in lost.items() if count == 1 and len(hunks) > _MANY}
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
        if any(flag.direction for flag in hunk.flags)
        else hunk
        for hunk, share in zip(hunks, shares, strict=True)
    ]


def matters(hunk: Hunk) -> bool:
    """Whether *hunk* matters by itself, as far as it was judged."""
    return hunk.reason is None or VERDICT_OF[hunk.reason] is Verdict.SUBSTANTIVE


def _is_lost(flag: Flag) -> bool:
    """Whether *flag* is something that the platform may do no more, or less far."""
    return flag.polarity is Polarity.PERMITS and flag.direction in (Direction.NARROWED, Direction.WITHDRAWN)


def _is_doubtful(flag: Flag, hunk: Hunk, share: float, renamed: set[tuple[str, str]], texts: tuple[str, str]) -> bool:
    if flag.direction is None:
        return False
    if not matters(hunk) or _is_of_users(flag, hunk):
        return True
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


#: What a sentence about a topic names, as lists of words: one that names none of it says something else.
_ABOUT = {"sharing": ("data",), "licensing": ("content",)}


def _is_of_users(flag: Flag, hunk: Hunk) -> bool:
    """Whether the sentence of *flag* says what users do, or what holds only if they do.

    An item or a row says what it is about in its lead-in or its columns.
    """
    if hunk.kind[:2] in ("li", "ol", "ro") or flag.topic not in _ABOUT:
        return False
    sentence = flag_sentence(flag, hunk).casefold().strip()
    if _user_acts().match(flag.quote.casefold()):
        return True
    if _user_acts().match(sentence) and not _grants().search(sentence):
        return True
    if flag.polarity is Polarity.RESTRICTS:
        return _under_condition().search(f"{sentence.partition(flag.quote.casefold())[0]} ") is not None
    if _views().search(sentence) and not _grants().search(sentence.partition(" that ")[2]):
        return True
    return bool(_english().search(sentence)) and not _about(flag.topic).search(sentence)


@cache
def _under_condition() -> re.Pattern[str]:
    """Return what finds, at the end of the words before a statement, that it is only supposed."""
    return re.compile(rf"(?:{entry_pattern(union('facts', 'supposed')).pattern})[^,:]{{0,20}}$")


@cache
def _views() -> re.Pattern[str]:
    """Return what finds that a sentence says what the writer holds to be so."""
    return entry_pattern(union("facts", "views"))


@cache
def _user_acts() -> re.Pattern[str]:
    users = entry_pattern(union("facts", "users")).pattern
    modal = entry_pattern(union("guards", "permission") | union("guards", "duty")).pattern
    return re.compile(rf"(?:{users}) (?:{modal})")


@cache
def _grants() -> re.Pattern[str]:
    return entry_pattern(union("facts", "grants") | union("parties", "platform"))


@cache
def _about(topic: str) -> re.Pattern[str]:
    return entry_pattern(union("facts", *_ABOUT[topic]))


@cache
def _english() -> re.Pattern[str]:
    return entry_pattern(load_language("en").list_words("words", "stop_words"))


def _is_renaming(flag: Flag, hunk: Hunk, renamed: set[tuple[str, str]]) -> bool:
    """Whether all edits of the sentence that *flag* quotes are of the pairs *renamed*."""
    sentence = flag_sentence(flag, hunk)
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
