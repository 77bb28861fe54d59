"""The flags of one clause by the rules of roles, in any language that has words for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tostrack.analysis.flags.role_rules import RoleRule, RoleRules, Way
from tostrack.analysis.flags.role_words import RoleSentence
from tostrack.models import Flag, Polarity

#: Of a clause so many characters are read, and of a lead-in so many, from its end.
_MAX_CHARS, _MAX_LEAD = 60_000, 2000
#: The number of an item: "3. ", "(b) ", "iv) ".
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]\s+(?=\S)")
#: A sentence of so few words points back.
_SHORT_LEAD = 6
_SAID = (Polarity.PERMITS, Polarity.RESTRICTS)


@dataclass(frozen=True)
class _Match:
    rule: RoleRule
    polarity: Polarity
    #: The first and the last word of the sentence that it rests on.
    first: int
    last: int


def find_by_roles(rules: RoleRules, text: str, lead: str = "") -> list[Flag]:
    """Return the flags of plain *text*, in the order of their quotes.

    Args:
        rules: The rules in the words of the language of *text*.
        lead: The sentence ending in a colon that *text* completes; it is read, but never quoted.
    """
    flags: list[Flag] = []
    opening = _opening(rules, lead)
    number = _NUMBER.match(text)
    # Overwritten in place, so that offsets stay valid: an item's own number is no sentence of it.
    read = " " * number.end() + text[number.end() : _MAX_CHARS] if number else text[:_MAX_CHARS]
    for sentence in rules.words.read(read):
        skip = 0
        if opening:
            before = opening.pop()
            sentence, skip = sentence.behind(before), len(before.roles)  # noqa: PLW2901  # only the first goes on
        for match in _without_echoes(_matches(rules, sentence, skip)):
            start, end = sentence.spans[match.first][0], sentence.spans[match.last][1]
            flags.append(Flag(match.rule.topic, match.polarity, text[start:end], start, end, match.rule.name))
    return sorted(flags, key=lambda flag: (flag.start, flag.end, flag.rule))


def _opening(rules: RoleRules, lead: str) -> list[RoleSentence]:
    """Return the last sentence of *lead*, with the one before it where it only points back: "Among them are:"."""
    read = rules.words.read(lead[-_MAX_LEAD:])[-2:]
    if len(read) == 2 and len(read[-1].roles) <= _SHORT_LEAD:
        return [read[1].behind(read[0])]
    return read[-1:]


def _matches(rules: RoleRules, sentence: RoleSentence, skip: int) -> Iterator[_Match]:
    """Yield every match outside the first *skip* words, the lead-in; what that says alone may go for its item."""
    silent: frozenset[str] | None = None
    for rule in rules.rules:
        for way in rule.ways:
            for at, first, last in way.find(sentence):
                silent = _silent(rules, sentence) if silent is None else silent
                match = _judged(rules, rule, sentence, at)
                if match is None or rule.topic in silent:
                    continue
                if last >= skip:
                    yield _Match(rule, match, max(first, skip), last)
                elif rule.carries and len(sentence.roles) > skip:
                    yield _Match(rule, match, skip, len(sentence.roles) - 1)


def _silent(rules: RoleRules, sentence: RoleSentence) -> frozenset[str]:
    """Return the topics that a veto silences in the sentence."""
    held = (topics for topics, ways, unless in rules.vetoes if _any(ways, sentence) and not _any(unless, sentence))
    return frozenset().union(*held)


def _any(ways: tuple[Way, ...], sentence: RoleSentence) -> bool:
    return any(True for way in ways for _ in way.find(sentence))


def _judged(rules: RoleRules, rule: RoleRule, sentence: RoleSentence, at: int) -> Polarity | None:
    """Return what a match of *rule* at the word *at* says; None where it says nothing."""
    if len(sentence.roles) < rule.least:
        return None
    if rule.by or rule.not_by:
        actor = rules.actor(sentence, at)
        if (actor and actor == rule.not_by) or (rule.by and actor != rule.by):
            return None
    if _any(rule.unless, sentence):
        return None
    if rule.negated is rule.polarity or not rules.is_negated(sentence, at):
        return rule.polarity
    return rule.negated


def _without_echoes(matches: Iterator[_Match]) -> list[_Match]:
    """Return the matches of one sentence in order; of several that say one thing, the one whose rule is first."""
    kept: dict[tuple[str, Polarity], _Match] = {}
    rulers: dict[str, _Match] = {}
    for match in matches:
        kept.setdefault((match.rule.topic, match.polarity), match)
        if match.rule.overrides:
            rulers.setdefault(match.rule.topic, match)
    for (topic, polarity), match in list(kept.items()):
        said = polarity is Polarity.MENTIONS and any((topic, more) in kept for more in _SAID)
        ruler = rulers.get(topic)
        if said or (ruler and ruler.polarity != polarity and (match.rule.weak or ruler.first <= match.first)):
            del kept[topic, polarity]
    return list(kept.values())
