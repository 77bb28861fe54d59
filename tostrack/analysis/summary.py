"""Say in one sentence what a change that matters moves for the reader, with a quote. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from tostrack.analysis.facts.edits import slice_sentence
from tostrack.analysis.topic_moves import name_moves, weigh_flag
from tostrack.analysis.verdict.quotes import Replaced, most_telling, shortened, trimmed, weight
from tostrack.analysis.verdict.quotes import edits as single_edits
from tostrack.clauses import sentences
from tostrack.language.words import entry_pattern, union
from tostrack.models import VERDICT_OF, Edit, Fact, FactKind, Flag, Hunk, Judgement, Reason, Verdict

#: Moves named one by one; the others are counted.
_MOST_MOVES = 3
#: Facts named beside them; in a text of more edits than the second number a single phrase says too little.
_MOST_FACTS = 2
_FEW = 20
#: Entries of a list, and companies, named one by one; behind the second number companies are named without detail.
_MOST_ENTRIES = 3
_MOST_PARTIES = 8
#: An entry of a list or row of a table has no more words than this; a longer one is a clause.
_ENTRY_WORDS = 25
#: A paragraph of no more words is a line of an address or a list.
_LINE_WORDS = 4
#: What is shown in brackets behind the name of an entry: its purpose, its place.
_DETAIL_CHARACTERS = 60
_HEADING_CHARACTERS = 45
#: An edit of no more words is shown among its neighbours; a larger one as a sentence.
_SMALL = 12
#: A clause of no more words that speaks of when it binds is a notice.
_DATED = 16
#: Two sections are named only where their names leave room for a quote, in characters.
_TITLES = 60
#: Of so many edits of a section one is quoted.
_MOST_QUOTES = 20
#: A move of a topic of this weight or more (`weigh_flag`) is no gain of the platform: something else may weigh more.
_LIGHT = 3
#: Companies come first where there are no more than so many other edits for each edit of a company.
_OTHERS = 3
#: Edits with no more words between them are shown as one.
_BETWEEN = 3
#: Only so many hunks are weighed for the one to quote.
_MOST_WEIGHED = 400
#: Reasons whose sentence is replaced: those of a new text. The others say what the history shows.
_OF_NEWS = frozenset({Reason.NEW_TEXT, Reason.REMOVED_TEXT, Reason.NUMBERS})
_KINDS = list(FactKind)
#: Facts that are named beside moves of topics; the others only where nothing else is named.
_GUARDED = frozenset(_KINDS) - {FactKind.DATE, FactKind.VALUE, FactKind.LIMIT, FactKind.SCOPE}
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


def summarize(judgement: Judgement, hunks: Sequence[Hunk]) -> Judgement:
    """Return *judgement* with a sentence that names the weightiest moves of *hunks* and quotes one.

    In this order: companies and entries that joined or left a list; what the platform gains or gives up by topic, and
    facts (consent, negation, modal verb, recipient, amounts); else the sections that were edited most. A sentence that
    the history has decided remains.
    """
    news = [hunk for hunk in hunks if hunk.reason is None or VERDICT_OF[hunk.reason] is Verdict.SUBSTANTIVE]
    if judgement.reason not in _OF_NEWS or not news:
        return judgement
    # An entry of a list of recipients is flagged as sharing: its name says more than the topic.
    topics = {flag.topic for hunk in news for flag in hunk.flags if flag.direction}
    listed = ""
    if topics <= {"sharing"}:
        parties, entries = _name_parties(news)
        others = len(news) - entries
        listed = _sentence(parties, "", others + 1) if parties and others <= _OTHERS * entries else _name_entries(news)
    return replace(judgement, explanation=listed or _name_all(news))


def _name_all(news: Sequence[Hunk]) -> str:
    """Return ``Widens its content licence and adds advertising uses: “…” (71 edits).``."""
    moves = name_moves(news)
    named = moves[:_MOST_MOVES]
    if len(moves) > len(named):
        named.append(f"{len(moves) - len(named)} more")
    parties, _ = _name_parties(news)
    flags = sorted(_moved_flags(news), key=lambda found: found[:2])
    quotes = [_quote_of_flag(flag, hunk) for _, _, flag, hunk in flags[:_MOST_MOVES]]
    facts = _weigh_facts(news, guarded=bool(moves))
    if len(moves) < _MOST_MOVES:
        values = {(fact.old, fact.new): _name_fact(fact) for _, fact in reversed(facts)}
        named += list(reversed(values.values()))[: min(_MOST_FACTS, _MOST_MOVES - len(named))]
        quotes += [_quote_of_fact(fact, hunk) for hunk, fact in facts[:_MOST_MOVES]]
    rest = [hunk for hunk in news if not _has_moved(hunk) and not _names_party(hunk)]
    if parties and len(moves) <= _MOST_MOVES:
        named.append(parties)
    light, many = not flags or flags[0][0] >= _LIGHT, len(news) > _FEW
    if rest and (named in ([], [parties]) or (len(named) == 1 and flags and (light or many) and len(rest) > 1)):
        section, of_section = _find_section(rest)
        # One promise more or less among many edits is not what they are about.
        first = (light and many) or not flags
        named, quotes = ([section, *named], of_section) if first else ([*named, section], [*quotes, *of_section])
    return _sentence(_enumerate(named), next(filter(is_quotable, quotes), ""), len(news))


# Companies and entries of lists


def _name_parties(news: Sequence[Hunk]) -> tuple[str, int]:
    """Return ``adds “Acme Cloud” (hosting, Ireland) to “Sub-processors”``, and how many edits say so; may be empty."""
    found = [(hunk, fact) for hunk in news for fact in hunk.facts if fact.kind is FactKind.PARTY]
    parts = []
    for verb, preposition in (("adds", "to"), ("removes", "from")):
        of_side = [(hunk, fact) for hunk, fact in found if bool(fact.new) == (verb == "adds")]
        detailed = len(found) <= _MOST_ENTRIES
        names = [_name_party(fact.new or fact.old, detailed=detailed) for _, fact in of_side]
        if names:
            hunks = [hunk for hunk, _ in of_side]
            parts.append(_name_list(verb, list(dict.fromkeys(names)), _MOST_PARTIES, preposition, hunks))
    return "; ".join(parts), len({id(hunk) for hunk, _ in found})


def _name_party(words: str, *, detailed: bool) -> str:
    name, _, detail = words.partition(" — ")
    detail = ", ".join(part.partition(": ")[2] for part in detail.split("; "))
    return f"“{name}” ({detail})" if detailed and 0 < len(detail) <= _DETAIL_CHARACTERS else f"“{name}”"


def _name_list(verb: str, names: list[str], most: int, preposition: str, hunks: Sequence[Hunk]) -> str:
    shown = names[:most]
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown)} more")
    headings = {hunk.heading[-1] for hunk in hunks if hunk.heading}
    where = f" {preposition} “{_title(headings.pop())}”" if len(headings) == 1 else ""
    return f"{verb} {_enumerate(shown)}{where}"


def _name_entries(news: Sequence[Hunk]) -> str:
    """Return ``Adds “Kentucky” to “Where we collect taxes”.``; empty unless entries are all that moved."""
    if not all(_is_entry(hunk) for hunk in news):
        return ""
    parts = [
        f"replaces {_name_entry(hunk.old)} with {_name_entry(hunk.new)}" for hunk in news if hunk.edit is Edit.REWORDED
    ][:_MOST_ENTRIES]
    for edit, verb, preposition in ((Edit.ADDED, "adds", "to"), (Edit.REMOVED, "removes", "from")):
        found = [hunk for hunk in news if hunk.edit is edit]
        if found:
            names = [_name_entry(hunk.new or hunk.old) for hunk in found]
            parts.append(_name_list(verb, names, _MOST_ENTRIES, preposition, found))
    return _sentence("; ".join(parts), "", 1)


def _is_entry(hunk: Hunk) -> bool:
    texts = [text for text in (hunk.old, hunk.new) if text]
    line = hunk.kind == "p" and all(len(text.split()) <= _LINE_WORDS for text in texts)
    if hunk.kind[:2] not in ("li", "ol") and hunk.kind != "row" and not line:
        return False
    if hunk.edit is Edit.REWORDED and not _is_replaced(*(_entry_parts(text)[0] for text in texts)):
        return False
    return all(len(text.split()) <= _ENTRY_WORDS and any(map(str.isalpha, text)) for text in texts)


def _is_replaced(old: str, new: str) -> bool:
    """Whether an entry gave way to another: most words of its name are others."""
    was, now = set(old.lower().split()), set(new.lower().split())
    return 2 * len(was & now) < min(len(was), len(now)) or (old != new and max(len(was), len(now)) == 1)


def _name_entry(text: str) -> str:
    """Return the name that an entry begins with, and what it says of it: ``“Acme Cloud” (hosting, Ireland)``."""
    name, detail = _entry_parts(text)
    return f"“{name}” ({detail})" if detail and len(detail) <= _DETAIL_CHARACTERS else f"“{name}”"


def _entry_parts(text: str) -> tuple[str, str]:
    """Return the name at the beginning of an entry and what follows it."""
    text = " ".join(text.split())
    for mark in (" | ", ". ", ": ", " – ", " — ", " - "):
        name, found, detail = text.partition(mark)
        if found and trimmed(name):
            return shortened(trimmed(name)), trimmed(detail.replace(" | ", ", "))
    return shortened(trimmed(text)), ""


# Topics


def _moved_flags(news: Sequence[Hunk]) -> Iterator[tuple[int, int, Flag, Hunk]]:
    """Yield the flags with a direction, with what orders them: weight, then place."""
    place = 0
    for hunk in news:
        for flag in hunk.flags:
            if flag.direction:
                yield weigh_flag(flag, hunk), place, flag, hunk
                place += 1


def _quote_of_flag(flag: Flag, hunk: Hunk) -> str:
    """Return the edit that the flag's quote contains, where it is the only small one; else the flag's sentence."""
    inside = [edit for edit in edits(hunk) if hunk.edit is Edit.REWORDED and trimmed(edit.come or edit.gone)]
    inside = [edit for edit in inside if trimmed(edit.come) in flag.quote or trimmed(edit.gone) in flag.quote]
    if len(inside) == 1 and _is_small(inside[0]) and is_quotable(inside[0].shown()):
        return shortened(inside[0].shown())
    return _sentence_around(flag.quote, hunk.new if flag.quote in hunk.new else hunk.old)


# Facts


def _weigh_facts(news: Sequence[Hunk], *, guarded: bool) -> list[tuple[Hunk, Fact]]:
    """Return the facts of *news*, the weightiest first; a date, a cell or a link only where nothing else moved.

    A value that only came or went says less than one that moved.
    """
    found = [
        (hunk, fact)
        for hunk in news[:_MOST_WEIGHED]
        for fact in hunk.facts
        if fact.kind not in _ELSEWHERE and not (guarded and (fact.kind not in _GUARDED or _has_moved(hunk)))
    ]
    if len(news) > _FEW:
        found = [pair for pair in found if pair[1].kind not in _QUOTED | {FactKind.VALUE}]
    both = [pair for pair in found if (pair[1].old and pair[1].new) or _is_consent(pair[1])]
    told = both or (found if len(news) == 1 and not guarded else [])
    if any(fact.kind not in _LAST for _, fact in told) or any(not hunk.facts for hunk in news):
        told = [pair for pair in told if pair[1].kind not in _LAST]
    return sorted(told, key=lambda pair: (_KINDS.index(pair[1].kind), -weight(pair[0])))


def _names_party(hunk: Hunk) -> bool:
    return any(fact.kind is FactKind.PARTY for fact in hunk.facts)


def _has_moved(hunk: Hunk) -> bool:
    return any(flag.direction for flag in hunk.flags)


def _is_consent(fact: Fact) -> bool:
    """Whether the user's word is asked for, or is no more; "without your consent" asks for nothing."""
    return fact.kind is FactKind.CONSENT and not (fact.old or fact.new).lower().startswith("without")


#: Named by others, and where nothing else moved.
_ELSEWHERE = frozenset({FactKind.PARTY, FactKind.LINK})
_LAST = frozenset({FactKind.DATE})


def _name_fact(fact: Fact) -> str:
    if fact.subject:
        return f"changes {fact.sentence}"
    both, came, gone = _NAMED.get(fact.kind, _ANY)
    form = both if fact.old and fact.new else came if fact.new else gone
    return form.format(*(f"“{words}”" if fact.kind in _QUOTED else words for words in (fact.old, fact.new)))


def _quote_of_fact(fact: Fact, hunk: Hunk) -> str:
    """Return the small edit of *hunk* that shows *fact*, else the sentence that says it; of a cell nothing."""
    if fact.subject:
        return ""
    small = [edit for edit in edits(hunk) if hunk.edit is Edit.REWORDED and _is_small(edit)]
    told = [edit for edit in small if _overlaps(edit.gone, fact.old) or _overlaps(edit.come, fact.new)]
    if told and is_quotable(shown := max(told, key=lambda edit: edit.weight).shown()):
        return shortened(shown)
    return _sentence_around(*((fact.new, hunk.new) if fact.new else (fact.old, hunk.old)))


def _overlaps(text: str, phrase: str) -> bool:
    one, other = trimmed(text).lower(), trimmed(phrase).lower()
    return bool(one and other) and (one in other or other in one)


# What is left: the sections that were edited most


def edits(hunk: Hunk) -> list[Replaced]:
    """Return the edits of *hunk*, those of one phrase as one: two parts of an address, not its number alone."""
    words: list[list[str]] = []
    for at, (op, text) in enumerate(hunk.words):
        between = op == "=" and 0 < at < len(hunk.words) - 1 and text.count(" ") <= _BETWEEN + 1
        between = between and not any(stop in text for stop in (". ", "; ", "! ", "? "))
        for side in "-+" if between else op:
            if len(words) > 1 and side in "-+" and words[-2][0] == side and words[-1][0] in "-+":
                words[-2][1] += text
            elif words and words[-1][0] == side:
                words[-1][1] += text
            else:
                words.append([side, text])
    return single_edits(replace(hunk, words=tuple((op, text) for op, text in words)))


def _find_section(news: Sequence[Hunk]) -> tuple[str, list[str]]:
    """Return what became of the section that was edited most, ``adds text to “Prices”``, and quotes from it."""
    sections: dict[tuple[str, ...], list[Hunk]] = {}
    for hunk in news[:_MOST_WEIGHED]:
        own = (hunk.new or hunk.old,) if hunk.kind[0] == "h" and hunk.edit is not Edit.MOVED else ()
        sections.setdefault((*hunk.heading, *own), []).append(hunk)
    ordered = sorted(sections.items(), key=lambda found: -sum(map(_weigh, found[1])))
    heading, first = ordered[0]
    best = sorted(first, key=_weigh, reverse=True)
    said = _name_section(heading, first if heading else news)
    title = next((_title(path[-1]) for path, _ in ordered[1:] if path and path != heading[:-1]), "")
    if title and said.endswith("”") and len(said) + len(title) <= _TITLES:
        said += f" and edits “{title}”"
    if said.startswith("changes “") and "” to “" in said:
        # Both wordings are named: they are the quote.
        return said, []
    return said, [_quote_of_hunk(hunk) for hunk in (*_introduction(best), *best[:_MOST_QUOTES])]


def _introduction(best: Sequence[Hunk]) -> list[Hunk]:
    """Return the new paragraph that introduces the list to which the first of *best* belongs, if there is one."""
    item = best[0]
    if item.edit is not Edit.ADDED or item.kind[:2] not in ("li", "ol"):
        return []
    leads = [hunk for hunk in best if hunk.edit is Edit.ADDED and hunk.new.rstrip().endswith(":")]
    leads = [hunk for hunk in leads if hunk.new.count(" ") > _SMALL / 2]
    before = [hunk for hunk in leads if (hunk.new_at or 0) < (item.new_at or 0)]
    return [max(before, key=lambda hunk: hunk.new_at or 0)] if before else []


def _name_section(heading: tuple[str, ...], hunks: Sequence[Hunk]) -> str:
    """Return what became of a section: ``adds “or tax” to “Billing”``, ``removes the section “Billing”``."""
    title = f"“{_title(heading[-1])}”" if heading and trimmed(heading[-1]) else ""
    verb = _verb_of(hunks)
    if title and any(hunk.kind[0] == "h" for hunk in hunks):
        return f"{verb} {title}" if verb == "changes" else f"{verb} the section {title}"
    found = edits(hunks[0]) if len(hunks) == 1 and hunks[0].edit is Edit.REWORDED else []
    what = "text"
    found.sort(key=lambda edit: -edit.weight)
    if found and _is_small(found[0]) and (len(found) == 1 or found[0].weight > 2 * found[1].weight):
        gone, come = (trimmed(text) for text in (found[0].gone, found[0].come))
        verb = verb if gone and come else "adds" if come else "removes"
        what = f"“{gone}” to “{come}”" if gone and come else f"“{gone or come}”" if gone or come else what
    if not title:
        return f"{verb} {what}"
    return f"{verb} {what} {_AT[verb]} {title}"


_AT = {"adds": "to", "removes": "from", "changes": "in"}


def _verb_of(hunks: Sequence[Hunk]) -> str:
    """Return whether text only came, only went, or both."""
    gone = any(hunk.edit is Edit.REMOVED or any(trimmed(edit.gone) for edit in edits(hunk)) for hunk in hunks)
    come = any(hunk.edit is Edit.ADDED or any(trimmed(edit.come) for edit in edits(hunk)) for hunk in hunks)
    return "changes" if gone == come else "adds" if come else "removes"


def _weigh(hunk: Hunk) -> float:
    """Return how much *hunk* tells; a line that only dates the text hardly does."""
    text = hunk.new or hunk.old
    dates = len(text.split()) <= _DATED and _dates_itself().search(text.lower())
    return 0.1 if dates or hunk.edit is Edit.MOVED else weight(hunk)


@cache
def _dates_itself() -> re.Pattern[str]:
    return entry_pattern(union("dates", "updated", "effective"))


def _quote_of_hunk(hunk: Hunk) -> str:
    """Return the words of *hunk* that say most: a small edit among its neighbours, else a sentence."""
    found = edits(hunk)
    if hunk.edit is not Edit.REWORDED or not found:
        return shortened(most_telling(hunk.new or hunk.old))
    edit = max(found, key=lambda edit: edit.weight)
    if _is_small(edit) and is_quotable(edit.shown()):
        return shortened(edit.shown())
    text = edit.come if len(edit.come) >= len(edit.gone) / 2 else edit.gone
    said = most_telling(text)
    return (
        shortened(said)
        if is_quotable(said) and edit.size > _SMALL
        else _sentence_around(_piece(edit), hunk.new or hunk.old)
    )


def _is_small(edit: Replaced) -> bool:
    """Whether an edit can be shown among its neighbours: few words of one sentence."""
    return edit.size <= _SMALL and all(len(list(sentences(text))) < 2 for text in (edit.gone, edit.come))


def _piece(edit: Replaced) -> str:
    return trimmed(edit.come or edit.gone)


# Sentences


def _sentence_around(words: str, text: str) -> str:
    """Return the sentence of *text* that holds *words*; of a long one the part that begins a little before them."""
    text, words = " ".join(text.split()), " ".join(words.split())
    at = text.find(words)
    if at < 0:
        return shortened(most_telling(text))
    sentence = slice_sentence(text, at, at + len(words))
    within = sentence.find(words)
    if within + len(words) <= _LONGEST or within < _BEFORE:
        return shortened(trimmed(sentence))
    start = sentence.rfind(" ", 0, within - _BEFORE) + 1
    return f"… {shortened(trimmed(sentence[start:]))}" if start else shortened(trimmed(sentence))


#: A quote is so long, in characters; of a longer sentence it begins so far before the words in question.
_LONGEST, _BEFORE = 110, 40


def is_quotable(text: str) -> bool:
    """Whether *text* tells a reader something: at least three words or numbers that are no labels of a page."""
    words = [word for word in re.split(r"[\s→…]+", text) if any(map(str.isalnum, word))]
    said = trimmed(text).casefold()
    letters = sum(map(str.isalnum, text))
    spaced = len(words) >= _LEAST_WORDS or (letters >= 2 * _LEAST_WORDS and not text.isascii() and len(words) < 2)
    return spaced and 2 * letters > len("".join(text.split())) and said not in _labels()


_LEAST_WORDS = 3


@cache
def _labels() -> frozenset[str]:
    return union("page", "labels", "navigation", "more", "consent")


def _title(heading: str) -> str:
    """Return *heading* as a sentence shows it."""
    text = trimmed(heading)
    return text if len(text) <= _HEADING_CHARACTERS else f"{text[:_HEADING_CHARACTERS].rsplit(' ', 1)[0]} …"


def _enumerate(parts: Iterable[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _sentence(said: str, quote: str, count: int) -> str:
    first = said[:1].upper() + said[1:].rstrip(".")
    quote = f"{quote})" if quote.count("(") > quote.count(")") and "…" not in quote else quote
    quote = quote.strip(" |").replace(" | ", ", ")
    quoted = f": “{quote}”" if quote and trimmed(quote) not in first else ""
    return f"{first}{quoted}{f' ({count} edits)' if count > 1 else ''}."
