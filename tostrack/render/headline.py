"""A change in one sentence, and a flag in a few words: the same in the terminal, in mail and in feeds."""

from __future__ import annotations

from tostrack.analysis.topic_moves import join_words, name_moves, ranked, safeguard_move, topic_subject, weigh_flag
from tostrack.models import Change, Direction, Flag, Hunk, Reason, Verdict
from tostrack.render.escape import columns, cut, safe_line

#: Titles longer than this are cut by feed readers and mail clients.
TITLE_COLUMNS = 140


def headline(change: Change, service_name: str = "", document_name: str = "") -> str:
    """Return *change* as one present-tense sentence led by the service's name, at most `TITLE_COLUMNS` long.

    It says what moved when flags tell, and else what the verdict's explanation tells; a change that is not
    substantive is never dressed up as news.
    """
    service = safe_line(service_name or change.service) or "The service"
    document = safe_line(document_name or change.document.rpartition("/")[2]) or "terms"
    phrases = (
        [safe_line(phrase) for phrase in name_moves(change.hunks)] if change.verdict is Verdict.SUBSTANTIVE else []
    )
    reverted = change.reason is Reason.REVERTED
    for shown in range(len(phrases), 0, -1):
        rest = [f"{len(phrases) - shown} more"] if shown < len(phrases) else []
        back = ["returns to an older text"] if reverted else []
        title = f"{service} {join_words([*back, *phrases[:shown], *rest])} ({document})"
        if columns(title) <= TITLE_COLUMNS:
            return title
    explanation = _as_clause(change.explanation)
    if change.verdict is Verdict.NOISE:
        return _title(f"{service} {document}: no substantive change; {explanation}")
    verb = "returns to an older text of" if reverted else "edits" if change.verdict is Verdict.EDITORIAL else "changes"
    return _title(f"{service} {verb} its {document}: {explanation}")


def _title(text: str) -> str:
    """Return *text* as a title, with a quotation closed when the cut fell into it."""
    title = cut(text, TITLE_COLUMNS)
    return f"{cut(text, TITLE_COLUMNS - 1)}”" if title.count("“") > title.count("”") else title


def _as_clause(explanation: str) -> str:
    """Return *explanation* fit to stand after a colon: no capital that only began a sentence, no full stop."""
    text = safe_line(explanation).rstrip(".")
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first[1:].islower() or len(first) == 1 else text


def topic_moves(change: Change) -> list[str]:
    """Return each topic of *change* and what happened to it: ``licensing widened and narrowed``, ``ai touched``."""
    moves: dict[str, dict[str, None]] = {}
    for hunk in ranked(change):
        for flag in hunk.flags:
            moves.setdefault(safe_line(flag.topic), {}).update({str(flag.direction): None} if flag.direction else {})
    return [f"{topic} {join_words(list(found)) or 'touched'}" for topic, found in moves.items()]


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
    """Return what stands before a flag's quote: ``licensing · widened``, ``sharing · widened (safeguard dropped)``."""
    topic = safe_line(flag.topic)
    if flag.direction is None:
        return f"{topic} · {flag.polarity}"
    fate = safeguard_move(flag, hunk)
    return f"{topic} · {flag.direction}" + (f" (safeguard {fate})" if fate else "")


def distinct_flags(hunk: Hunk) -> list[Flag]:
    """Return the flags of *hunk*, the heaviest first, without those that would read the same."""
    distinct = {(flag_label(flag, hunk), flag.quote): flag for flag in hunk.flags}
    return sorted(distinct.values(), key=lambda flag: weigh_flag(flag, hunk))
