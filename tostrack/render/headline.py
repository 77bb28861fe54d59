"""A change in one sentence, and a flag in a few words: the same in the terminal, in mail and in feeds."""

from __future__ import annotations

from collections import Counter

from tostrack.analysis.sentence import names_moves, split_sentence
from tostrack.analysis.topic_moves import join_words, safeguard_move, topic_subject, weigh_flag
from tostrack.models import Change, Direction, Edit, Flag, Hunk, Judgement, Reason, Verdict
from tostrack.render.escape import columns, count, cut, safe_line

#: Titles longer than this are cut by feed readers and mail clients.
TITLE_COLUMNS = 140
#: A quote of fewer columns says too little to be begun.
_QUOTE_COLUMNS = 25


def headline(change: Change, service_name: str = "", document_name: str = "", *, quoted: bool = True) -> str:
    """Return *change* as `write_headline` writes it, with its own names where none are given."""
    document = document_name or change.document.rpartition("/")[2]
    return write_headline(change.judgement, service_name or change.service, document, quoted=quoted)


def write_headline(judgement: Judgement, service_name: str, document_name: str, *, quoted: bool = True) -> str:
    """Return a change as one present-tense sentence led by the service's name, at most `TITLE_COLUMNS` long.

    It says what the judgement's explanation says, with the quote that fits unless it is not to be *quoted*; a change
    that is not substantive is never dressed up as news.
    """
    service, document = safe_line(service_name) or "The service", safe_line(document_name) or "terms"
    said = _as_clause(judgement.explanation)
    if judgement.verdict is Verdict.NOISE:
        return _title(f"{service} {document}: no substantive change; {said}")
    if judgement.verdict is Verdict.SUBSTANTIVE and names_moves(said):
        moves, quote = split_sentence(said)
        named = f"{service} {moves} ({document})"
        room = quoted and columns(named) < TITLE_COLUMNS - _QUOTE_COLUMNS
        return _title(f"{named}{quote}" if room else named)
    verb = "edits" if judgement.verdict is Verdict.EDITORIAL else "changes"
    if judgement.reason is Reason.REVERTED:
        verb = "returns partly to an older text of" if said.startswith("partly") else "returns to an older text of"
    named = f"{service} {verb} its {document}"
    whole = f"{named}: {said}"
    # What does not fit is below a title without quotes.
    return _title(whole if quoted or columns(whole) <= TITLE_COLUMNS else named)


def find_untold(explanation: str, title: str) -> str:
    """Return what *explanation* says beyond its headline *title*: nothing, its quote, or all where the title is cut."""
    moves, quote = split_sentence(_as_clause(explanation))
    if moves not in title:
        return safe_line(explanation)
    return "" if quote in title else quote.lstrip(": ")


def _title(text: str) -> str:
    """Return *text* as a title, with a quotation closed when the cut fell into it."""
    title = cut(text, TITLE_COLUMNS)
    open_quote = title != text and title.count("“") > title.count("”")
    return f"{cut(text, TITLE_COLUMNS - 1)}”" if open_quote else title


def _as_clause(explanation: str) -> str:
    """Return *explanation* fit to follow a colon: no capital that only began a sentence, no full stop."""
    text = safe_line(explanation).rstrip(".")
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first[1:].islower() or len(first) == 1 else text


#: What happened to what a flag says, for a reader: of what the platform may do, and of a promise or limit.
_MOVED = {
    Direction.GRANTED: "new",
    Direction.WIDENED: "goes further",
    Direction.NARROWED: "is narrower",
    Direction.WITHDRAWN: "gone",
    "dropped": "removed a limit",
    "weakened": "weakened a limit",
    "strengthened": "strengthened a limit",
    "added": "added a limit",
}


def moved(flag: Flag, hunk: Hunk) -> str:
    """Return what happened to what *flag* says, in plain words: ``new``, ``goes further``, ``a limit is gone``."""
    return _MOVED.get(safeguard_move(flag, hunk) or flag.direction or "", "touched")


def subject_of(topic: str) -> str:
    """Return a topic as a reader calls it: ``Content licence``; one of the user's own by its name."""
    name = safe_line(topic_subject(topic)).replace("-", " ")
    return name[:1].upper() + name[1:]


def flag_label(flag: Flag, hunk: Hunk) -> str:
    """Return the words before a flag's quote: ``licensing · widened``, ``sharing · widened (safeguard dropped)``."""
    topic = safe_line(flag.topic)
    if flag.direction is None:
        return f"{topic} · {flag.polarity}"
    fate = safeguard_move(flag, hunk)
    return f"{topic} · {flag.direction}" + (f" (safeguard {fate})" if fate else "")


def edit_label(hunk: Hunk) -> str:
    """Return what happened to the clause of *hunk*: ``reworded``, ``added heading``."""
    return f"{hunk.edit} heading" if hunk.kind[0] == "h" else str(hunk.edit)


def tally_edits(change: Change) -> str:
    """Return how many edits *change* has and of what kinds: ``7 edits: 5 reworded and 2 added``; empty without any."""
    edits = Counter(hunk.edit for hunk in change.hunks)
    told = [f"{edits[edit]:,} {edit}" for edit in Edit if edits[edit]]
    return f"{count(len(change.hunks), 'edit')}: {join_words(told)}" if told else ""


def distinct_flags(hunk: Hunk) -> list[Flag]:
    """Return the flags of *hunk*, the heaviest first, without those that would read the same."""
    distinct = {(flag_label(flag, hunk), flag.quote): flag for flag in hunk.flags}
    return sorted(distinct.values(), key=lambda flag: weigh_flag(flag, hunk))
