"""Finds the flags of one clause by the rules."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from tostrack.analysis.flags.lexicon import Coded
from tostrack.analysis.flags.patterns import LEAD_END, SENTENCE_END
from tostrack.analysis.flags.rule_sources import LEARNT
from tostrack.analysis.flags.rules import Rule, RuleSet, Veto
from tostrack.analysis.flags.weights import Weights
from tostrack.clauses import plain, plain_offsets
from tostrack.models import Flag, Polarity

#: No clause that people wrote is longer; the rest is not read, so that hostile text costs what text costs.
MAX_CHARS = 60_000
#: Of a lead-in only so much is read, from its end.
_MAX_LEAD = 2000
#: A sentence of so few words only points back: "For example:", "The information might include:".
_SHORT_LEAD = 4
#: A negation this many words before a verb belongs to it ("will not under any circumstances sell").
_NEGATION_REACH = 8
#: "None of your data is shared": so many words before the data, and however far from the verb.
_NONE_REACH = 3


#: A flag of weights is a promise if a negation is at most so many words before a word of these classes.
_GIVEN, _GIVEN_REACH = ("DISCLOSE", "DISCLOSED", "GIVE"), 4
#: Fewer words are a title, or a line that was cut: no weights can tell what it says.
_LEAST_WEIGHED = 3

#: The number of an item: "3. ", "(b) ", "iv) ".
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]\s+(?=\S)")
#: What says more of a topic than that it is mentioned.
_SAID = (Polarity.PERMITS, Polarity.RESTRICTS)


@dataclass(frozen=True)
class Match:
    """One rule's match: the codes from ``first`` up to but without ``last``."""

    rule: Rule
    polarity: Polarity
    #: The number of its sentence.
    sentence: int
    first: int
    last: int


@dataclass
class _ClauseText:
    """A coded text under search. What holds for a sentence is found once: time grows with the text and no faster."""

    rules: RuleSet
    codes: str
    #: This many codes at the beginning are the lead-in of what follows.
    lead: int = 0
    #: Where each sentence begins; one more for the end.
    _starts: list[int] = field(default_factory=list)
    _excused: dict[tuple[int, int], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        at = 0
        while at >= 0:
            self._starts.append(at)
            at = self.codes.find(SENTENCE_END, at) + 1 or -1
        self._starts.append(len(self.codes) + 1)

    def sentence_at(self, place: int) -> int:
        """Return the number of the sentence that the code at *place* is in."""
        return bisect_right(self._starts, place) - 1

    def bounds(self, sentence: int) -> tuple[int, int]:
        """Return where a sentence begins and ends."""
        return self._starts[sentence], self._starts[sentence + 1] - 1

    def sentence(self, number: int) -> str:
        """Return the codes of a sentence."""
        start, end = self.bounds(number)
        return self.codes[start:end]

    def excused(self, owner: Rule | Veto, sentence: int) -> bool:
        """Return whether one of the owner's exceptions is in the sentence."""
        key = id(owner), sentence
        if key not in self._excused:
            codes = self.sentence(sentence)
            self._excused[key] = any(
                next(pattern.find(codes), None) for pattern in owner.unless if pattern.may_match(codes)
            )
        return self._excused[key]

    def vetoes(self) -> Iterator[tuple[Veto, int]]:
        """Yield each veto that holds, with the number of a sentence in which it does.

        What begins with who acts is no item of the lead-in before it, and a veto of that alone says nothing of it.
        """
        skip = self.lead if self._acts_first() else 0
        for veto, pattern, places in self.rules.veto_patterns.worth_trying(self.codes):
            for at in places:
                hits = pattern.find(self.sentence(at))
                if any(self._starts[at] + hit.end() > skip for hit in hits) and not self.excused(veto, at):
                    yield veto, at

    def _acts_first(self) -> bool:
        codes_of = self.rules.lexicon.codes_of
        return 0 < self.lead < len(self.codes) and self.codes[self.lead] in codes_of("we") | codes_of("you")

    def silent(self) -> set[tuple[str, int]]:
        """Return each topic with the number of each sentence in which a veto of it holds.

        One that holds in the lead-in holds in every sentence that it introduces: those that name nobody who acts.
        """
        found = {(topic, sentence) for veto, sentence in self.vetoes() for topic in veto.topics}
        # Most clauses are one sentence with their lead-in, which the vetoes above have read.
        if self.lead and len(self._starts) > 2:
            introduced = _ClauseText(self.rules, self.codes[: self.lead])
            led = {topic for veto, _ in introduced.vetoes() for topic in veto.topics}
            acts = self.rules.lexicon.codes_of("we") | self.rules.lexicon.codes_of("you")
            bounds = enumerate(zip(self._starts[1:], self._starts[2:], strict=False), 1)
            found |= {
                (topic, at) for at, (start, end) in bounds if acts.isdisjoint(self.codes[start:end]) for topic in led
            }
        return found


def under_lead(text: str) -> tuple[str, str]:
    """Return the plain words of one clause's text, and its lead-in: a first line that ends in a colon, or nothing."""
    lead, item = _parts(text)
    return plain(item), plain(lead)


def _parts(text: str) -> tuple[str, str]:
    """Return the lead-in and what follows it, as they are written."""
    first, _, rest = text.lstrip().partition("\n")
    return (first, rest) if rest.strip() and plain(first).endswith(":") else ("", text)


def quote_as_written(text: str, flags: Iterable[Flag]) -> list[Flag]:
    """Return *flags* of the plain words of *text* with quotes from *text* as it is written, and offsets in it.

    Behind a lead-in with one line after it, an item, offsets count from that line on; several lines are one text with
    its first line, and offsets count from its beginning.
    """
    found = list(flags)
    if not found:
        return found
    lead, item = _parts(text)
    written = text if lead and "\n" in item.strip() else item
    skip = len(written) - len(item)
    places = plain_offsets(item)
    spans = [(skip + places[flag.start], skip + places[flag.end - 1] + 1) for flag in found]
    return [
        replace(flag, quote=written[start:end], start=start, end=end)
        for flag, (start, end) in zip(found, spans, strict=True)
    ]


def find(rules: RuleSet, text: str, lead: str = "", weights: Iterable[Weights] = ()) -> list[Flag]:
    """Return the flags of plain *text*, in the order of their quotes.

    Args:
        lead: The sentence ending in a colon that *text* completes; it is read, but never quoted.
        weights: Asked for a topic of which no rule finds anything.
    """
    text = text[:MAX_CHARS]
    number = _NUMBER.match(text)
    # Overwritten in place, so that offsets stay valid: an item's own number is no sentence of it.
    body = rules.lexicon.read(" " * number.end() + text[number.end() :] if number else text)
    before = _opening(rules, lead)
    page = _ClauseText(rules, before + body.codes, len(before))
    flags: list[Flag] = []
    for match in _without_echoes(_matches(page, len(before))):
        start, end = body.span(match.first - len(before), match.last - len(before))
        flags.append(Flag(match.rule.topic, match.polarity, text[start:end], start, end, match.rule.name))
    for learnt in weights:
        if len(body.codes) < _LEAST_WEIGHED or any(flag.topic == learnt.topic for flag in flags):
            continue
        if not _cued(rules, learnt, body.codes):
            continue
        if learnt.weigh(f"{lead}\n{text}") >= learnt.threshold:
            flags += _weighed(page, learnt, body, len(before))
    return flags


def _cued(rules: RuleSet, learnt: Weights, codes: str) -> bool:
    return not learnt.cues or any(not rules.lexicon.codes_of(cue).isdisjoint(codes) for cue in learnt.cues)


def _weighed(page: _ClauseText, learnt: Weights, body: Coded, skip: int) -> Iterator[Flag]:
    """Yield the flag of the sentence of *body* that weighs most, unless a veto holds there."""
    spans = body.sentences()
    at = learnt.heaviest(body.text[span.start : span.end] for span in spans)
    span = spans[at]
    if (learnt.topic, page.sentence_at(skip + span.first)) in page.silent():
        return
    polarity = Polarity.RESTRICTS if _denies(page.rules, body.codes[span.first : span.last]) else Polarity.PERMITS
    name = f"{LEARNT}{learnt.topic}"
    yield Flag(learnt.topic, polarity, body.text[span.start : span.end], span.start, span.end, name)


def _denies(rules: RuleSet, codes: str) -> bool:
    """Return whether a verb of giving is negated: "we do not control who gets it" is no promise."""
    negations = rules.lexicon.codes_of("NOT")
    given = frozenset().union(*map(rules.lexicon.codes_of, _GIVEN))
    return any(
        code in negations and not given.isdisjoint(codes[at + 1 : at + 1 + _GIVEN_REACH])
        for at, code in enumerate(codes)
    )


def matching(rules: RuleSet, text: str, lead: str = "") -> set[str]:
    """Return the names of all rules that match plain *text*, also where another rule says the same of its sentence."""
    before = _opening(rules, lead)
    page = _ClauseText(rules, before + rules.lexicon.read(text[:MAX_CHARS]).codes, len(before))
    return {match.rule.name for match in _matches(page, len(before))}


def vetoing(rules: RuleSet, text: str) -> set[str]:
    """Return the names of all vetoes that hold in plain *text*."""
    return {veto.name for veto, _ in _ClauseText(rules, rules.lexicon.read(text[:MAX_CHARS]).codes).vetoes()}


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


def _matches(page: _ClauseText, skip: int) -> list[Match]:
    """Return every match outside the first *skip* codes, the lead-in; what that says alone goes for its item."""
    found: list[Match] = []
    silent: set[tuple[str, int]] | None = None
    hits = (
        (rule, sentence, page.bounds(sentence)[0], hit)
        for rule, pattern, places in page.rules.rule_patterns.worth_trying(page.codes)
        for sentence in places
        for hit in pattern.find(page.sentence(sentence))
    )
    for rule, sentence, start, hit in hits:
        if silent is None:
            silent = page.silent()
        if (rule.topic, sentence) not in silent and not page.excused(rule, sentence):
            first, last = (start + place for place in hit.span())
            verb = start + hit.start(hit.lastindex) if hit.lastindex else -1
            polarity = _polarity(page, rule, sentence, first, verb)
            if polarity is None:
                continue
            if last > skip:
                found.append(Match(rule, polarity, sentence, max(first, skip), last))
            elif rule.carries and len(page.codes) > skip:
                found.append(Match(rule, polarity, sentence, skip, page.bounds(sentence)[1]))
    return found


def _polarity(page: _ClauseText, rule: Rule, sentence: int, first: int, verb: int) -> Polarity | None:
    """Return the polarity of a match from *first* whose marked verb is code number *verb* (-1: none is marked)."""
    if verb < 0:
        return rule.polarity
    codes_of = page.rules.lexicon.codes_of
    before = page.codes[max(page.bounds(sentence)[0], verb - _NEGATION_REACH) : verb]
    cut = max((before.rfind(code) for code in codes_of("BUT")), default=-1)
    near = page.codes[max(first - _NONE_REACH, 0) : first]
    if codes_of("NOT").isdisjoint(before[cut + 1 :]) and codes_of("NONE").isdisjoint(near):
        return rule.polarity
    return rule.negated


def _without_echoes(matches: list[Match]) -> list[Match]:
    """Return *matches* in order; of several rules that say one thing of one sentence, the first."""
    kept: dict[tuple[str, Polarity, int], Match] = {}
    rulers: dict[tuple[str, int], Match] = {}
    for match in matches:
        kept.setdefault((match.rule.topic, match.polarity, match.sentence), match)
        if match.rule.overrides:
            rulers.setdefault((match.rule.topic, match.sentence), match)
    for (topic, polarity, sentence), match in list(kept.items()):
        if polarity is Polarity.MENTIONS and any((topic, said, sentence) in kept for said in _SAID):
            del kept[topic, polarity, sentence]
            continue
        ruler = rulers.get((topic, sentence))
        if ruler and ruler.polarity != polarity and (match.rule.weak or ruler.first <= match.first):
            del kept[topic, polarity, sentence]
    return sorted(kept.values(), key=lambda match: (match.first, match.last, match.rule.name))
