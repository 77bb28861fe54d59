"""Name the facts that moved, and quote what shows a fact or a flag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tostrack.analysis.summary.quotes import is_quotable, is_small, join_edits, quote_around
from tostrack.analysis.summary.stakes import weigh_words
from tostrack.analysis.topic_moves import weigh_flag
from tostrack.analysis.verdict.quotes import shortened, trimmed, weight
from tostrack.language.words import entry_pattern, load_language, union
from tostrack.models import Edit, Fact, FactKind, Flag, Hunk

_FEW = 20


#: Only so many hunks are weighed for the one to quote.
_MOST_WEIGHED = 400


_KINDS = list(FactKind)


#: Facts that are not named beside moves of topics.
_PLAIN = frozenset({FactKind.DATE, FactKind.LINK, FactKind.VALUE, FactKind.LIMIT, FactKind.SCOPE})


#: Named by others.
_ELSEWHERE = frozenset({FactKind.PARTY, FactKind.LINK})
#: How a fact is named, by kind: both values, one that came, one that is gone.
_NAMED = {
    FactKind(kind.strip()): tuple(form.strip() for form in forms)
    for kind, *forms in (
        line.split(" | ")
        for line in """
        consent | replaces {0} with {1} | adds {1} | drops {0}
        negation | turns {0} into {1} | adds {1} | removes {0}
        modality | turns {0} into {1} | adds {1} | removes {0}
        recipient | changes who receives data: {0} → {1} | names {1} as recipients | no longer names {0} as recipients
        law | changes the law or court: {0} → {1} | names the law or courts of {1} | no longer names those of {0}
        place | changes where data is kept: {0} → {1} | says that data is kept in {1} | no longer says: kept in {0}
        licence | changes the licence: {0} → {1} | names the licence {1} | no longer names the licence {0}
        scope | changes for whom it holds: {0} → {1} | adds a rule for {1} | removes a rule for {0}
        age | changes an age: {0} → {1} | adds an age: {1} | removes an age: {0}
        fee | changes an amount: {0} → {1} | adds an amount: {1} | removes an amount: {0}
        retention | changes how long data is kept: {0} → {1} | says how long data is kept: {1} | no longer says: {0}
        uptime | changes the promised uptime: {0} → {1} | promises {1} uptime | no longer promises {0} uptime
        response | changes an answer time: {0} → {1} | adds an answer time: {1} | removes an answer time: {0}
        quota | changes a limit of use: {0} → {1} | adds a limit of use: {1} | removes a limit of use: {0}
        date | changes a date: {0} → {1} | adds a date: {1} | removes a date: {0}
        """.strip().splitlines()
    )
}


_ANY = ("changes {0} to {1}", "names {1}", "no longer names {0}")


#: Kinds whose words are quoted; amounts and names of places are not.
_QUOTED = frozenset(
    {FactKind.CONSENT, FactKind.NEGATION, FactKind.MODALITY, FactKind.RECIPIENT, FactKind.LIMIT, FactKind.REACH}
)


def moved_flags(news: Sequence[Hunk]) -> list[tuple[int, Flag, Hunk]]:
    """Return the flags with a direction and their weight, the weightiest first; of equal ones by their sentence."""
    found = [(weigh_flag(flag, hunk), flag, hunk) for hunk in news for flag in hunk.flags if flag.direction]
    return sorted(found, key=lambda one: (one[0], -_weigh_quote(one[1])))


def _weigh_quote(flag: Flag) -> float:
    """Return how much the words that *flag* quotes weigh: those that name the platform, and what is at stake."""
    return weigh_words(flag.quote) + bool(_platform().search(flag.quote.casefold()))


@cache
def _platform() -> re.Pattern[str]:
    return entry_pattern(union("parties", "platform"))


def has_moved(hunk: Hunk) -> bool:
    """Whether a topic moved in *hunk*."""
    return any(flag.direction for flag in hunk.flags)


def quote_flag(flag: Flag, hunk: Hunk) -> str:
    """Return the edit that the flag's quote contains, where it is the only small one; else the flag's sentence."""
    # Of the side that the flag is of: a word of it may be anywhere on the other one.
    stands = flag.quote in hunk.new
    found = [
        (edit, trimmed(edit.come if stands else edit.gone)) for edit in join_edits(hunk) if hunk.edit is Edit.REWORDED
    ]
    inside = [edit for edit, words in found if words and re.search(rf"\b{re.escape(words)}\b", flag.quote)]
    if len(inside) == 1 and is_small(inside[0]) and is_quotable(inside[0].shown()):
        return shortened(inside[0].shown())
    return quote_around(flag.quote, hunk.new if stands else hunk.old)


def weigh_facts(news: Sequence[Hunk], *, guarded: bool) -> list[tuple[Hunk, Fact]]:
    """Return the facts of *news* that a sentence names, the weightiest first.

    A value that was only added or removed says less than one that moved, and a date is named where nothing else moved.

    Args:
        news: The edits that matter.
        guarded: Whether the facts are named beside a move of a topic: then only the guarded ones of other edits.
    """
    left_out = _ELSEWHERE | (_QUOTED | {FactKind.VALUE} if len(news) > _FEW else set()) | (_PLAIN if guarded else set())
    found = [
        (hunk, fact)
        for hunk in news[:_MOST_WEIGHED]
        if not (guarded and has_moved(hunk))
        for fact in hunk.facts
        if fact.kind not in left_out
    ]
    both = [pair for pair in found if (pair[1].old and pair[1].new) or _is_consent(pair[1])]
    told = both or (found if len(news) == 1 and not guarded else [])
    dates = [pair for pair in told if pair[1].kind is FactKind.DATE]
    if len(dates) < len(told) or not all(hunk.facts for hunk in news):
        told = [pair for pair in told if pair not in dates]
    return sorted(told, key=lambda pair: (_KINDS.index(pair[1].kind), -weight(pair[0])))


def _is_consent(fact: Fact) -> bool:
    """Whether the user's word is asked for, or is no more; "without your consent" asks for nothing."""
    return fact.kind is FactKind.CONSENT and not (fact.old or fact.new).lower().startswith("without")


def name_facts(facts: Sequence[tuple[Hunk, Fact]], most: int) -> list[str]:
    """Return verb phrases for at most so many of *facts*, each pair of values once."""
    distinct: dict[tuple[str, str], str] = {}
    for _, fact in facts:
        distinct.setdefault((fact.old, fact.new), _name_fact(fact))
    return list(distinct.values())[:most]


def _name_fact(fact: Fact) -> str:
    if fact.subject:
        return f"changes {fact.sentence}"
    was, now = (_modal_kind(words) for words in (fact.old, fact.new))
    if fact.kind is FactKind.MODALITY and was and now and was != now:
        return f"turns a {was} into a {now} (“{fact.old}” → “{fact.new}”)"
    both, came, gone = _NAMED.get(fact.kind, _ANY)
    form = both if fact.old and fact.new else came if fact.new else gone
    return form.format(*(f"“{words}”" if fact.kind in _QUOTED else words for words in (fact.old, fact.new)))


def _modal_kind(words: str) -> str:
    """Return whether the verb in *words* forbids, obliges, promises or permits; empty where it does none."""
    lists = load_language("en").list_words
    names = ("prohibition", "duty", "promise", "permission")
    return next((name for name in names if entry_pattern(lists("guards", name)).search(words.lower())), "")


def quote_fact(fact: Fact, hunk: Hunk) -> str:
    """Return the small edit of *hunk* that shows *fact*, else the sentence that says it; of a cell nothing."""
    if fact.subject:
        return ""
    small = [edit for edit in join_edits(hunk) if hunk.edit is Edit.REWORDED and is_small(edit)]
    told = [edit for edit in small if _overlaps(edit.gone, fact.old) or _overlaps(edit.come, fact.new)]
    if told and is_quotable(shown := max(told, key=lambda edit: edit.weight).shown()):
        return shortened(shown)
    return quote_around(*((fact.new, hunk.new) if fact.new else (fact.old, hunk.old)))


def _overlaps(text: str, phrase: str) -> bool:
    one, other = trimmed(text).lower(), trimmed(phrase).lower()
    return bool(one and other) and (one in other or other in one)
