"""Name what a change moves for the reader, topic by topic: powers gained or given up, limits added or dropped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tostrack.models import Change, Direction, FactKind, Flag, Hunk, Polarity

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
    # A flag is one clause: that nothing else says anything of the topic is more than it says.
    Direction.WITHDRAWN: ("drops part of", 3),
}
#: What becomes of a promise or a limit. A direction is the platform's: what loses a limit is widened.
_SAFEGUARDS = {
    "dropped": ("drops", 1),
    "weakened": ("weakens", 1),
    "strengthened": ("strengthens", 4),
    "added": ("adds", 4),
}
_LIGHTEST = 5
#: Behind every flag: what moved in the words, by its kind, and last the edits of which nothing can be named.
_FACTS = {
    kind: 8 if kind in (FactKind.NUMBER, FactKind.DATE) else 7 if kind in (FactKind.LIMIT, FactKind.REACH) else 6
    for kind in FactKind
}
_UNNAMED = 9


def join_words(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``; empty for no words."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def ranked(change: Change) -> list[Hunk]:
    """Return the hunks of *change*, those that matter most first.

    Flagged ones, by the weight of their news; then those of which can be named what moved; then the rest; else in the
    order of the text.
    """
    return sorted(change.hunks, key=importance)


def importance(hunk: Hunk) -> int:
    """Return the place of *hunk* among the others: the lower, the more it matters."""
    if hunk.flags:
        return min(weigh_flag(flag, hunk) for flag in hunk.flags)
    return min((_FACTS[fact.kind] for fact in hunk.facts), default=_UNNAMED)


def weigh_flag(flag: Flag, hunk: Hunk) -> int:
    """Return the place of *flag* among the news: the lower, the more it matters."""
    if fate := safeguard_move(flag, hunk):
        return _SAFEGUARDS[fate][1]
    if flag.direction and flag.polarity is Polarity.PERMITS:
        return _PERMITS[flag.direction][1]
    return _LIGHTEST


def safeguard_move(flag: Flag, hunk: Hunk) -> str:
    """Return what became of the promise or limit that *flag* quotes; empty when it is none or did not move."""
    if flag.polarity is not Polarity.RESTRICTS or flag.direction is None:
        return ""
    if flag.direction in _GAINS:
        return "weakened" if flag.quote in hunk.new else "dropped"
    return "strengthened" if hunk.old else "added"


def name_moves(hunks: Iterable[Hunk]) -> list[str]:
    """Return a verb phrase for each move of a topic in *hunks*, heaviest first: ``widens its content licence``."""
    placed = [(flag, hunk) for hunk in hunks for flag in hunk.flags if flag.direction]
    weighed: list[tuple[int, str]] = []
    for topic in dict.fromkeys(flag.topic for flag, _ in placed):
        of_topic = [(flag, hunk) for flag, hunk in placed if flag.topic == topic]
        directions = {flag.direction for flag, _ in of_topic if flag.polarity is Polarity.PERMITS and flag.direction}
        fates = {fate for flag, hunk in of_topic if (fate := safeguard_move(flag, hunk))}
        weighed += [*_powers(topic, directions), *([_safeguard(topic, fates)] if fates else [])]
    return [phrase for _, phrase in sorted(weighed, key=lambda pair: pair[0])]


def _powers(topic: str, directions: set[Direction]) -> Iterator[tuple[int, str]]:
    """Yield what happened to what the platform may do; a gain and a loss are two moves, the gain first."""
    new, had = _POWERS.get(topic, (f"terms on {topic}", f"its terms on {topic}"))
    for side, summary in ((_GAINS, Direction.WIDENED), (_LOSSES, Direction.NARROWED)):
        found = directions & side
        if not found:
            continue
        (only,) = found if len(found) == 1 else {summary}
        verb, weight = _PERMITS[only]
        yield weight, f"{verb} {new if only is Direction.GRANTED else had}"


def _safeguard(topic: str, fates: set[str]) -> tuple[int, str]:
    subject = f"{topic_subject(topic)} safeguard"
    if len(fates) > 1:
        lost, won = fates & {"dropped", "weakened"}, fates & {"added", "strengthened"}
        verb, weight = ("rewrites", 2) if lost and won else ("weakens", 1) if lost else ("strengthens", 4)
        return weight, f"{verb} {subject}s"
    verb, weight = _SAFEGUARDS[next(iter(fates))]
    return weight, f"{verb} {'an' if subject[0].lower() in 'aeiou' else 'a'} {subject}"


def topic_subject(topic: str) -> str:
    """Return *topic* as an attribute: ``content-licence``, ``data-sharing``."""
    return _SUBJECTS.get(topic, topic)
