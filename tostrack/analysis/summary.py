"""Say in one sentence what a change that matters moves for the reader, with a quote. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tostrack.analysis.topic_moves import join_words, name_moves, weigh_flag
from tostrack.analysis.verdict.quotes import Replaced, edits, most_telling, shortened, trimmed, weight
from tostrack.clauses import sentences
from tostrack.models import Edit, Fact, FactKind, Flag, Hunk, Judgement, Reason, Verdict

#: Moves named one by one; the others are counted.
_MOST_MOVES = 3
#: Entries of a list named one by one.
_MOST_ENTRIES = 3
#: An entry of a list or row of a table has no more words than this; a longer one is a clause.
_ENTRY_WORDS = 25
#: What is shown in brackets behind the name of an entry: its purpose, its place.
_DETAIL_CHARACTERS = 60
#: Only so many hunks are weighed for the one to quote.
_MOST_WEIGHED = 400
#: Reasons whose sentence is replaced: those of a new text. The others say what the history shows.
_OF_NEWS = frozenset({Reason.NEW_TEXT, Reason.REMOVED_TEXT, Reason.NUMBERS})
_KINDS = list(FactKind)


def summarize(judgement: Judgement, news: Sequence[Hunk]) -> Judgement:
    """Return *judgement* with a sentence that names the weightiest move of *news*, the hunks that matter.

    In this order: what the platform gains or gives up by topic; entries that joined or left a list; a fact (consent,
    negation, modal verb, recipient, limit, number); else the judgement's own sentence.
    """
    if judgement.verdict is not Verdict.SUBSTANTIVE or judgement.reason not in _OF_NEWS or not news:
        return judgement
    # An entry of a list of recipients is flagged as sharing: its name says more than the topic.
    topics = {flag.topic for hunk in news for flag in hunk.flags if flag.direction}
    first, second = (_from_entries, _from_moves) if topics <= {"sharing"} else (_from_moves, _from_entries)
    sentence = first(news) or second(news) or _from_facts(news)
    return replace(judgement, explanation=sentence) if sentence else judgement


def _from_moves(news: Sequence[Hunk]) -> str:
    """Return ``Widens its content licence and adds advertising uses: “…” (71 edits).``; empty where no topic moves."""
    moves = name_moves(news, touched=False)
    if not moves:
        return ""
    shown = moves[:_MOST_MOVES]
    if len(moves) > len(shown):
        shown.append(f"{len(moves) - len(shown)} more")
    _, _, flag, hunk = min(_moved_flags(news))
    quote = _quote_of_flag(flag, hunk)
    return _sentence(join_words(shown), quote, len(news))


def _moved_flags(news: Sequence[Hunk]) -> Iterator[tuple[int, int, Flag, Hunk]]:
    """Yield the flags with a direction, with what orders them: weight, then place."""
    place = 0
    for hunk in news:
        for flag in hunk.flags:
            if flag.direction:
                yield weigh_flag(flag, hunk), place, flag, hunk
                place += 1


def _quote_of_flag(flag: Flag, hunk: Hunk) -> str:
    """Return the edit that the flag's quote contains, where the edit is small; else the quote."""
    inside = [edit for edit in edits(hunk) if hunk.edit is Edit.REWORDED and trimmed(edit.come or edit.gone)]
    inside = [edit for edit in inside if trimmed(edit.come) in flag.quote or trimmed(edit.gone) in flag.quote]
    if inside and len(inside) == 1:
        return shortened(inside[0].shown())
    return shortened(trimmed(flag.quote))


def _from_entries(news: Sequence[Hunk]) -> str:
    """Return ``Adds “Acme Cloud” (hosting, Ireland) to “Sub-processors”.``; empty unless entries are all that moved."""
    if not all(_is_entry(hunk) for hunk in news):
        return ""
    parts = [
        f"replaces {_name_entry(hunk.old)} with {_name_entry(hunk.new)}" for hunk in news if hunk.edit is Edit.REWORDED
    ][:_MOST_ENTRIES]
    for edit, verb, preposition in ((Edit.ADDED, "adds", "to"), (Edit.REMOVED, "removes", "from")):
        entries = [_name_entry(hunk.new or hunk.old) for hunk in news if hunk.edit is edit]
        if not entries:
            continue
        shown = entries[:_MOST_ENTRIES]
        if len(entries) > len(shown):
            shown.append(f"{len(entries) - len(shown)} more")
        headings = {hunk.heading[-1] for hunk in news if hunk.edit is edit and hunk.heading}
        where = f" {preposition} “{shortened(headings.pop())}”" if len(headings) == 1 else ""
        parts.append(f"{verb} {join_words(shown)}{where}")
    return _sentence("; ".join(parts), "", 1)


def _is_entry(hunk: Hunk) -> bool:
    if hunk.kind[:2] not in ("li", "ol") and hunk.kind != "row":
        return False
    texts = [text for text in (hunk.old, hunk.new) if text]
    if hunk.edit is Edit.REWORDED and _entry_name(hunk.old) == _entry_name(hunk.new):
        return False
    return all(len(text.split()) <= _ENTRY_WORDS and any(map(str.isalpha, text)) for text in texts)


def _name_entry(text: str) -> str:
    """Return the name that an entry begins with, and what it says of it: ``“Acme Cloud” (hosting, Ireland)``."""
    name, detail = _entry_parts(text)
    return f"“{name}” ({detail})" if detail and len(detail) <= _DETAIL_CHARACTERS else f"“{name}”"


def _entry_name(text: str) -> str:
    return _entry_parts(text)[0]


def _entry_parts(text: str) -> tuple[str, str]:
    """Return the name at the beginning of an entry and what follows it."""
    text = " ".join(text.split())
    for mark in (" | ", ". ", ": ", " – ", " — ", " - "):
        name, found, detail = text.partition(mark)
        if found and trimmed(name):
            return shortened(trimmed(name)), trimmed(detail.replace(" | ", ", "))
    return shortened(trimmed(text)), ""


def _from_facts(news: Sequence[Hunk]) -> str:
    """Return ``30 days became 90 days: “…”``: the weightiest fact, a date only where nothing else moved."""
    found = [(hunk, fact) for hunk in news[:_MOST_WEIGHED] for fact in hunk.facts]
    if not found:
        return ""
    hunk, fact = min(found, key=lambda pair: (_KINDS.index(pair[1].kind), -weight(pair[0])))
    if fact.kind is FactKind.DATE and any(not each.facts for each in news):
        return ""
    edit = _edit_of_fact(fact, hunk)
    quote = edit.shown() if edit else _sentence_around(fact, hunk)
    return _sentence(fact.sentence, shortened(quote), len(news))


def _sentence_around(fact: Fact, hunk: Hunk) -> str:
    """Return the sentence of *hunk* that says *fact*."""
    text, phrase = (hunk.new, fact.new) if fact.new else (hunk.old, fact.old)
    at = text.find(phrase)
    if at < 0:
        return most_telling(text or hunk.new or hunk.old)
    return trimmed(next(text[start:end] for start, end in sentences(text) if end > at))


def _edit_of_fact(fact: Fact, hunk: Hunk) -> Replaced | None:
    """Return the small edit of *hunk* that shows *fact*."""
    if hunk.edit is not Edit.REWORDED:
        return None
    small = [edit for edit in edits(hunk) if edit.size <= _ENTRY_WORDS]
    told = [edit for edit in small if _overlaps(edit.gone, fact.old) or _overlaps(edit.come, fact.new)]
    return max(told, key=lambda edit: edit.weight, default=None)


def _overlaps(text: str, phrase: str) -> bool:
    one, other = trimmed(text).lower(), trimmed(phrase).lower()
    return bool(one and other) and (one in other or other in one)


def _sentence(said: str, quote: str, count: int) -> str:
    first = said[:1].upper() + said[1:].rstrip(".")
    quoted = f": “{quote}”" if quote and trimmed(quote) not in first else ""
    return f"{first}{quoted}{f' ({count} edits)' if count > 1 else ''}."
