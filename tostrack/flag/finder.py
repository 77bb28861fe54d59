"""One clause and the rules in, its flags out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tostrack.clauses import plain
from tostrack.flag.patterns import LEAD_END, SENTENCE_END
from tostrack.flag.rules import Rule, RuleSet
from tostrack.models import Flag, Polarity

#: No clause that people wrote is longer; what stands after is not read, so that hostile text costs what text costs.
MAX_CHARS = 60_000
#: Of a lead-in only so much is read, from its end.
_MAX_LEAD = 2000
#: A sentence of so few words only points back: "For example:", "This includes:".
_SHORT_LEAD = 3
#: A negation this many words before a verb belongs to it ("will not under any circumstances sell").
_NEGATION_REACH = 8
#: "None of your data is shared": so many words before the data, and however far from the verb.
_NONE_REACH = 3


@dataclass(frozen=True)
class Match:
    """One rule's match: the codes from ``first`` up to but without ``last``."""

    rule: Rule
    polarity: Polarity
    first: int
    last: int


def under_lead(text: str) -> tuple[str, str]:
    """Return the plain words of one clause's text, and its lead-in: a first line that ends in a colon, or nothing."""
    first, _, rest = text.strip().partition("\n")
    lead = plain(first)
    if rest.strip() and lead.endswith(":"):
        return plain(rest), lead
    return plain(text), ""


def find(rules: RuleSet, text: str, lead: str = "") -> list[Flag]:
    """Return the flags of plain *text*, in the order of their quotes.

    Args:
        lead: The sentence ending in a colon that *text* completes; it is read, but never quoted.
    """
    text = text[:MAX_CHARS]
    body = rules.lexicon.read(text)
    before = _opening(rules, lead)
    codes = before + body.codes
    flags = []
    for match in _without_echoes(_matches(rules, codes, len(before)), codes):
        start, end = body.span(match.first - len(before), match.last - len(before))
        flags.append(Flag(match.rule.topic, match.polarity, text[start:end], start, end, match.rule.name))
    return flags


def matching(rules: RuleSet, text: str, lead: str = "") -> set[str]:
    """Return the names of all rules that match plain *text*, also where another rule says the same of its sentence."""
    before = _opening(rules, lead)
    codes = before + rules.lexicon.read(text[:MAX_CHARS]).codes
    return {match.rule.name for match in _matches(rules, codes, len(before))}


def vetoing(rules: RuleSet, text: str) -> set[str]:
    """Return the names of all vetoes that hold in plain *text*."""
    codes = rules.lexicon.read(text[:MAX_CHARS]).codes
    return {name for name, _, _ in _vetoes(rules, codes, rules.patterns.present(codes))}


def _opening(rules: RuleSet, lead: str) -> str:
    """Return the codes of the last sentence of *lead*, which the item goes on with.

    "For example:" and "We do so:" say nothing alone: with them the sentence before counts too.
    """
    if not lead:
        return ""
    before, _, last = rules.lexicon.read(plain(lead)[-_MAX_LEAD:]).codes.rpartition(SENTENCE_END)
    if before and (len(last) <= _SHORT_LEAD or not rules.lexicon.codes_of("SO").isdisjoint(last)):
        last = before.rpartition(SENTENCE_END)[2] + last
    return last + LEAD_END


def _matches(rules: RuleSet, codes: str, skip: int) -> list[Match]:
    """Return every match of *codes* outside the first *skip*, the lead-in; what that says alone goes for its item."""
    found: list[Match] = []
    silent: dict[str, list[tuple[int, int]]] | None = None
    present = rules.patterns.present(codes)
    for rule, pattern in rules.patterns.of_rules(codes, present):
        for hit in pattern.regex.finditer(codes):
            if silent is None:
                silent = _silenced(rules, codes, present)
            if any(first <= hit.start() < last for first, last in silent.get(rule.topic, ())):
                continue
            start, end = _sentence(codes, hit.start(), hit.end())
            if any(exception.regex.search(codes, start, end) for exception in rule.unless):
                continue
            polarity = _polarity(rules, rule, codes, hit.start(), hit.start(hit.lastindex) if hit.lastindex else -1)
            if polarity is None:
                continue
            if hit.end() > skip:
                found.append(Match(rule, polarity, max(hit.start(), skip), hit.end()))
            elif rule.carries and len(codes) > skip:
                found.append(Match(rule, polarity, skip, _sentence(codes, skip, skip + 1)[1]))
    return found


def _vetoes(rules: RuleSet, codes: str, present: int) -> Iterator[tuple[str, frozenset[str], tuple[int, int]]]:
    """Yield each veto that holds: its name, its topics, and the sentence."""
    for veto, pattern in rules.patterns.of_vetoes(codes, present):
        for hit in pattern.regex.finditer(codes):
            span = _sentence(codes, hit.start(), hit.end())
            if not any(exception.regex.search(codes, *span) for exception in veto.unless):
                yield veto.name, veto.topics, span


def _silenced(rules: RuleSet, codes: str, present: int) -> dict[str, list[tuple[int, int]]]:
    """Return, by topic, the sentences in which a veto holds."""
    silent: dict[str, list[tuple[int, int]]] = {}
    for _, topics, span in _vetoes(rules, codes, present):
        for topic in topics:
            silent.setdefault(topic, []).append(span)
    return silent


def _sentence(codes: str, first: int, last: int) -> tuple[int, int]:
    """Return where the sentence around the codes from *first* to *last* begins and ends."""
    end = codes.find(SENTENCE_END, last)
    return codes.rfind(SENTENCE_END, 0, first) + 1, len(codes) if end < 0 else end


def _polarity(rules: RuleSet, rule: Rule, codes: str, first: int, verb: int) -> Polarity | None:
    """Return the polarity of a match from *first* whose marked verb is code number *verb* (-1: none is marked)."""
    if verb < 0:
        return rule.polarity
    start = max(codes.rfind(SENTENCE_END, 0, verb) + 1, verb - _NEGATION_REACH)
    before = codes[start:verb]
    cut = max((before.rfind(code) for code in rules.lexicon.codes_of("BUT")), default=-1)
    nots, nones = rules.lexicon.codes_of("NOT"), rules.lexicon.codes_of("NONE")
    if nots.isdisjoint(before[cut + 1 :]) and nones.isdisjoint(codes[max(first - _NONE_REACH, 0) : first]):
        return rule.polarity
    return rule.negated


def _without_echoes(matches: list[Match], codes: str) -> list[Match]:
    """Return *matches* in order; where several rules say one thing of one sentence, the one that stands first."""
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
    return sorted(kept.values(), key=lambda match: (match.first, match.last, match.rule.name))
