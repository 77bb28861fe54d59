"""A change in one sentence, and a flag in a few words: the same in the terminal, in mail and in feeds."""

from __future__ import annotations

from tostrack.models import Change, Direction, Edit, FactKind, Flag, Hunk, Polarity, Reason, Verdict
from tostrack.render.escape import columns, cut, joined, safe_line

#: Titles longer than this are cut by feed readers and mail clients.
TITLE_COLUMNS = 140

#: What a platform gains or gives up, by topic: new to its terms, and when it had it before.
_POWERS = {
    "licensing": ("a content licence", "its content licence"),
    "advertising": ("advertising uses", "its advertising uses"),
    "sharing": ("data sharing", "its data sharing"),
    "ai": ("AI uses", "its AI uses"),
}
_SUBJECTS = {"licensing": "content-licence", "advertising": "advertising", "sharing": "data-sharing", "ai": "AI"}

_GAINS = {Direction.GRANTED, Direction.WIDENED}
_LOSSES = {Direction.NARROWED, Direction.WITHDRAWN}

#: Verb and weight of a move of what the platform may do: the heaviest news comes first.
_PERMITS = {
    Direction.GRANTED: ("adds", 0),
    Direction.WIDENED: ("widens", 0),
    Direction.NARROWED: ("narrows", 3),
    # A flag is one clause: that nothing else of the topic stands is more than it says.
    Direction.WITHDRAWN: ("drops part of", 3),
}
#: What becomes of a promise or a limit. A direction is the platform's: what loses a limit is widened.
_SAFEGUARDS = {
    "dropped": ("drops", 1),
    "weakened": ("weakens", 1),
    "strengthened": ("strengthens", 4),
    "added": ("adds", 4),
}
#: What happened to text that speaks of a topic and neither gives nor takes anything.
_WORDS = {Edit.ADDED: "adds words on", Edit.REMOVED: "drops words on"}
_LIGHTEST = 5
#: Behind every flag: what moved in the words, by its kind, and last the edits of which nothing can be named.
_FACTS = {
    kind: 8 if kind in (FactKind.NUMBER, FactKind.DATE) else 7 if kind in (FactKind.LIMIT, FactKind.REACH) else 6
    for kind in FactKind
}
_UNNAMED = 9


def headline(change: Change, service_name: str = "", document_name: str = "") -> str:
    """Return *change* as one present-tense sentence led by the service's name, at most `TITLE_COLUMNS` long.

    It says what moved when flags tell, and else what the verdict's explanation tells; a change that is not
    substantive is never dressed up as news.
    """
    service = safe_line(service_name or change.service) or "The service"
    document = safe_line(document_name or change.document.rpartition("/")[2]) or "terms"
    phrases = _phrases(change) if change.verdict is Verdict.SUBSTANTIVE else []
    reverted = change.reason is Reason.REVERTED
    for shown in range(len(phrases), 0, -1):
        rest = [f"{len(phrases) - shown} more"] if shown < len(phrases) else []
        back = ["returns to an older text"] if reverted else []
        title = f"{service} {joined([*back, *phrases[:shown], *rest])} ({document})"
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
    return [f"{topic} {joined(list(found)) or 'touched'}" for topic, found in moves.items()]


def ranked(change: Change) -> list[Hunk]:
    """Return the hunks of *change*, those that matter most first.

    Flagged ones, by the weight of their news; then those of which can be named what moved; then the rest; else in the
    order of the text.
    """
    return sorted(change.hunks, key=importance)


def importance(hunk: Hunk) -> int:
    """Return the place of *hunk* among the others: the lower, the more it matters."""
    if hunk.flags:
        return min(_weight(flag, hunk) for flag in hunk.flags)
    return min((_FACTS[fact.kind] for fact in hunk.facts), default=_UNNAMED)


def _weight(flag: Flag, hunk: Hunk) -> int:
    if fate := _fate(flag, hunk):
        return _SAFEGUARDS[fate][1]
    if flag.direction and flag.polarity is Polarity.PERMITS:
        return _PERMITS[flag.direction][1]
    return _LIGHTEST


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
    return _MOVED.get(_fate(flag, hunk) or flag.direction or "", "touched")


def subject_of(topic: str) -> str:
    """Return a topic as a reader calls it: ``Content licence``; one of the user's own by its name."""
    name = _subject(topic).replace("-", " ")
    return name[:1].upper() + name[1:]


def flag_label(flag: Flag, hunk: Hunk) -> str:
    """Return what stands before a flag's quote: ``licensing · widened``, ``sharing · widened (safeguard dropped)``."""
    topic = safe_line(flag.topic)
    if flag.direction is None:
        return f"{topic} · {flag.polarity}"
    fate = _fate(flag, hunk)
    return f"{topic} · {flag.direction}" + (f" (safeguard {fate})" if fate else "")


def distinct_flags(hunk: Hunk) -> list[Flag]:
    """Return the flags of *hunk*, the heaviest first, without those that would read the same."""
    distinct = {(flag_label(flag, hunk), flag.quote): flag for flag in hunk.flags}
    return sorted(distinct.values(), key=lambda flag: _weight(flag, hunk))


def _fate(flag: Flag, hunk: Hunk) -> str:
    """Return what became of the promise or limit that *flag* quotes; empty when it is none or did not move."""
    if flag.polarity is not Polarity.RESTRICTS or flag.direction is None:
        return ""
    if flag.direction in _GAINS:
        return "weakened" if flag.quote in hunk.new else "dropped"
    return "strengthened" if hunk.old else "added"


def _phrases(change: Change) -> list[str]:
    """Return a verb phrase for each topic that *change* moves, heaviest first."""
    placed = [(flag, hunk) for hunk in change.hunks for flag in hunk.flags]
    weighed: list[tuple[int, str]] = []
    for topic in dict.fromkeys(flag.topic for flag, _ in placed):
        of_topic = [(flag, hunk) for flag, hunk in placed if flag.topic == topic]
        directions = {flag.direction for flag, _ in of_topic if flag.polarity is Polarity.PERMITS and flag.direction}
        fates = {fate for flag, hunk in of_topic if (fate := _fate(flag, hunk))}
        moves = [_power(topic, directions)] if directions else []
        moves += [_safeguard(topic, fates)] if fates else []
        edits = {hunk.edit for _, hunk in of_topic} - {Edit.MOVED}
        if moves or not edits:
            weighed += moves
            continue
        verb = _WORDS.get(next(iter(edits)), "") if len(edits) == 1 else ""
        weighed.append((_LIGHTEST, f"{verb or 'rewords what it says on'} {_subject(topic).replace('-', ' ')}"))
    return [phrase for _, phrase in sorted(weighed, key=lambda pair: pair[0])]


def _power(topic: str, directions: set[Direction]) -> tuple[int, str]:
    """Return what happened to what the platform may do: what it gains is said before what it gives up."""
    new, had = _POWERS.get(topic, (f"terms on {safe_line(topic)}", f"its terms on {safe_line(topic)}"))
    if len(directions) == 1:
        (only,) = directions
        verb, weight = _PERMITS[only]
        return weight, f"{verb} {new if only is Direction.GRANTED else had}"
    gained, lost = directions & _GAINS, directions & _LOSSES
    verb = "widens and narrows" if gained and lost else "widens" if gained else "narrows"
    return _PERMITS[Direction.WIDENED if gained else Direction.NARROWED][1], f"{verb} {had}"


def _safeguard(topic: str, fates: set[str]) -> tuple[int, str]:
    subject = f"{_subject(topic)} safeguard"
    if len(fates) > 1:
        lost, won = fates & {"dropped", "weakened"}, fates & {"added", "strengthened"}
        verb, weight = ("rewrites", 2) if lost and won else ("weakens", 1) if lost else ("strengthens", 4)
        return weight, f"{verb} {subject}s"
    verb, weight = _SAFEGUARDS[next(iter(fates))]
    return weight, f"{verb} {'an' if subject[0].lower() in 'aeiou' else 'a'} {subject}"


def _subject(topic: str) -> str:
    return _SUBJECTS.get(topic, safe_line(topic))
