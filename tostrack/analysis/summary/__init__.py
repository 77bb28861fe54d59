"""Say in one sentence what a change that matters moves for the reader, with a quote. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tostrack.analysis.sentence import write_sentence
from tostrack.analysis.summary.certain_moves import keep_certain_moves, matters
from tostrack.analysis.summary.listed import name_entries, name_parties, names_party
from tostrack.analysis.summary.moves import has_moved, moved_flags, name_facts, quote_fact, quote_flag, weigh_facts
from tostrack.analysis.summary.quotes import is_quotable, join_phrases
from tostrack.analysis.summary.sections import find_section, find_titles
from tostrack.analysis.topic_moves import name_moves
from tostrack.models import Edit, Hunk, Judgement, Reason

__all__ = ["is_quotable", "keep_certain_moves", "summarize"]

#: Moves named one by one; the others are counted.
_MOST_MOVES = 3


#: Facts named beside them.
_MOST_FACTS = 2


#: A text is rewritten that lost so much of itself and has so much new, in so many edits.
_MOST, _MANY = 0.5, 20


#: One edit of so many characters can be what a change is about.
_LONG = 300


#: A move of a topic of this weight or more (`weigh_flag`) is no gain of the platform: something else may weigh more.
_LIGHT = 3


#: Companies come first where there are no more than so many other edits for each edit of a company.
_OTHERS = 3


#: Reasons whose sentence is replaced: those of a new text. The others say what the history shows.
_OF_NEWS = frozenset({Reason.NEW_TEXT, Reason.REMOVED_TEXT, Reason.NUMBERS})


def summarize(judgement: Judgement, hunks: Sequence[Hunk], old_text: str = "", new_text: str = "") -> Judgement:
    """Return *judgement* with a sentence that names the weightiest moves of *hunks* and quotes one.

    In this order: companies and entries that joined or left a list; what the platform gains or gives up by topic, and
    facts (consent, negation, modal verb, recipient, amounts); else the sections that were edited most. A sentence that
    the history has decided remains. Where both texts are given, a text that was rewritten is said to be.
    """
    news = [hunk for hunk in hunks if matters(hunk)]
    if judgement.reason not in _OF_NEWS or not news:
        return judgement
    return replace(
        judgement,
        explanation=_name_listed(news) or _name_all(news, find_titles(hunks), _is_rewritten(hunks, old_text, new_text)),
    )


def _name_listed(news: Sequence[Hunk]) -> str:
    """Return a sentence of the companies or entries that moved; empty where something else weighs more."""
    # An entry of a list of recipients is flagged as sharing: its name says more than the topic.
    if not {flag.topic for hunk in news for flag in hunk.flags if flag.direction} <= {"sharing"}:
        return ""
    parties, entries = name_parties(news)
    others = len(news) - entries
    return write_sentence(parties, "", others + 1) if parties and others <= _OTHERS * entries else name_entries(news)


def _is_rewritten(hunks: Sequence[Hunk], old_text: str, new_text: str) -> bool:
    """Whether most of *old_text* is gone and most of *new_text* is new, in many edits."""
    edited = [hunk for hunk in hunks if hunk.edit is not Edit.MOVED] if len(hunks) >= _MANY else []
    return bool(edited) and all(
        sum(len(text) for hunk in edited for op, text in hunk.words if op == sign) > _MOST * len(whole)
        for sign, whole in (("-", old_text), ("+", new_text))
    )


def _name_all(news: Sequence[Hunk], titles: Mapping[tuple[str, ...], Edit], rewritten: bool) -> str:
    """Return ``Widens its content licence and adds advertising uses: “…” (71 edits).``."""
    moves = name_moves(news)
    flags = moved_flags(news)
    facts = weigh_facts(news, guarded=bool(moves)) if len(moves) < _MOST_MOVES else []
    named = [*moves[:_MOST_MOVES], *name_facts(facts, min(_MOST_FACTS, max(_MOST_MOVES - len(moves), 0)))]
    if len(moves) > _MOST_MOVES:
        named.append(f"{len(moves) - _MOST_MOVES} more")
    quotes = [quote_flag(flag, hunk) for _, flag, hunk in flags[:_MOST_MOVES]]
    quotes += [quote_fact(fact, hunk) for hunk, fact in facts[:_MOST_MOVES]]
    rest = [hunk for hunk in news if not has_moved(hunk) and not names_party(hunk)]
    light, most = not flags or flags[0][0] >= _LIGHT, _is_most(rest, news)
    if rest and (not named or (flags and len(moves) < _MOST_MOVES and (light or len(named) == 1) and most)):
        section, of_section = find_section(rest, titles)
        # One promise more or less is not what an edit of much else is about.
        named, quotes = ([*section, *named], of_section) if light else ([*named, *section], quotes + of_section)
    parties, _ = name_parties(news)
    named += [parties] if parties and len(moves) <= _MOST_MOVES else []
    named = ["rewrites most of the text", *named] if rewritten else named
    return write_sentence(join_phrases(named), next(filter(is_quotable, quotes), ""), len(news))


def _is_most(some: Sequence[Hunk], news: Sequence[Hunk]) -> bool:
    """Whether *some* of *news* are most of its words, and more than one edit or a long one."""
    said, everything = (sum(len(hunk.new or hunk.old) for hunk in hunks) for hunks in (some, news))
    return 2 * said > everything and (len(some) > 1 or said > _LONG)
