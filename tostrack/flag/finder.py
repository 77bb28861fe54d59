"""One clause and the rules in, its flags out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tostrack.clauses import plain
from tostrack.flag.lexicon import Coded
from tostrack.flag.patterns import SENTENCE_END, Compiled
from tostrack.flag.rules import Rule, RuleSet
from tostrack.models import Flag, Polarity

#: No clause that people wrote is longer; what stands after is not read, so that hostile text costs what text costs.
MAX_CHARS = 60_000
#: Of a lead-in only so much is read, from its end.
_MAX_LEAD = 2000
#: A negation this many words before a verb belongs to it ("will not under any circumstances sell").
_NEGATION_REACH = 6


@dataclass(frozen=True)
class Match:
    """One rule's match: the codes from ``first`` up to but without ``last``."""

    rule: Rule
    polarity: Polarity
    first: int
    last: int


def find(rules: RuleSet, text: str, lead: str = "") -> list[Flag]:
    """Return the flags of plain *text*, in the order of their quotes.

    Args:
        lead: The sentence ending in a colon that *text* completes; it is read, but never quoted.
    """
    text = text[:MAX_CHARS]
    if not text:
        return []
    body = rules.lexicon.read(text)
    before = _opening(rules, lead) if lead else ""
    codes = before + body.codes
    skip = len(before)
    matches = _without_echoes(_matches(rules, codes, skip), codes)
    flags = []
    for match in matches:
        start, end = body.span(max(match.first - skip, 0), match.last - skip)
        flags.append(Flag(match.rule.topic, match.polarity, text[start:end], start, end, match.rule.name))
    return flags


def _opening(rules: RuleSet, lead: str) -> str:
    """Return the codes of the last sentence of *lead*, which the item goes on with; "We do so to:" needs the one before."""
    before, _, last = rules.lexicon.read(plain(lead)[-_MAX_LEAD:]).codes.rpartition(SENTENCE_END)
    if before and not rules.lexicon.codes_of("SO").isdisjoint(last):
        last = before.rpartition(SENTENCE_END)[2] + last
    return last


def _matches(rules: RuleSet, codes: str, skip: int) -> list[Match]:
    present = frozenset(codes)
    found: list[Match] = []
    silent: dict[str, list[tuple[int, int]]] | None = None
    for rule in rules.rules.values():
        if rule.needs_lead and not skip:
            continue
        for pattern in rule.patterns:
            if not pattern.possible(present):
                continue
            for hit in pattern.regex.finditer(codes):
                if silent is None:
                    silent = _silenced(rules, codes, present)
                start, end = _sentence(codes, hit.start(), hit.end())
                if any(first <= hit.start() < last for first, last in silent.get(rule.topic, ())):
                    continue
                if rule.unless and _any_match(rule.unless, codes[start:end]):
                    continue
                polarity = _polarity(rules, rule, codes, hit.start(), hit.start(hit.lastindex) if hit.lastindex else -1)
                if polarity is None:
                    continue
                if hit.end() > skip:
                    found.append(Match(rule, polarity, max(hit.start(), skip), hit.end()))
                elif rule.carries and len(codes) > skip:
                    found.append(Match(rule, polarity, skip, _sentence(codes, skip, skip + 1)[1]))
    return found


def _silenced(rules: RuleSet, codes: str, present: frozenset[str]) -> dict[str, list[tuple[int, int]]]:
    """Return, by topic, the sentences in which a veto holds."""
    silent: dict[str, list[tuple[int, int]]] = {}
    for veto in rules.vetoes.values():
        for pattern in veto.patterns:
            if not pattern.possible(present):
                continue
            for hit in pattern.regex.finditer(codes):
                span = _sentence(codes, hit.start(), hit.end())
                if veto.unless and _any_match(veto.unless, codes[slice(*span)]):
                    continue
                for topic in veto.topics:
                    silent.setdefault(topic, []).append(span)
    return silent


def _any_match(patterns: Sequence[Compiled], sentence: str) -> bool:
    present = frozenset(sentence)
    return any(pattern.possible(present) and pattern.regex.search(sentence) for pattern in patterns)


def _sentence(codes: str, first: int, last: int) -> tuple[int, int]:
    end = codes.find(SENTENCE_END, last)
    return codes.rfind(SENTENCE_END, 0, first) + 1, len(codes) if end < 0 else end


def _polarity(rules: RuleSet, rule: Rule, codes: str, first: int, verb: int) -> Polarity | None:
    """Return the polarity of a match whose marked verb is code number *verb* (-1: none is marked)."""
    if verb < 0:
        return rule.polarity
    start = max(codes.rfind(SENTENCE_END, 0, verb) + 1, verb - _NEGATION_REACH)
    before = codes[start:verb]
    breaks = rules.lexicon.codes_of("BUT")
    cut = max((before.rfind(code) for code in breaks), default=-1)
    nots = rules.lexicon.codes_of("NOT")
    # "No data of yours is shared": the negation stands before the thing, however far from the verb.
    if nots.isdisjoint(before[cut + 1 :]) and not (first and codes[first - 1] in nots):
        return rule.polarity
    return rule.negated


def _without_echoes(matches: list[Match], codes: str) -> Iterator[Match]:
    """Yield *matches* in order; where several rules say one thing of one sentence, the one that stands first."""
    kept: dict[tuple[str, Polarity, int], Match] = {}
    rulers: dict[tuple[str, int], Match] = {}
    for match in matches:
        sentence = codes.count(SENTENCE_END, 0, match.first)
        kept.setdefault((match.rule.topic, match.polarity, sentence), match)
        if match.rule.overrides:
            rulers.setdefault((match.rule.topic, sentence), match)
    for (topic, polarity, sentence), match in list(kept.items()):
        ruler = rulers.get((topic, sentence))
        if ruler and ruler.polarity != polarity and (match.rule.weak or ruler.first <= match.first):
            del kept[topic, polarity, sentence]
    yield from sorted(kept.values(), key=lambda match: (match.first, match.last, match.rule.name))
