"""Rules over roles: written once (`roles.toml`), read in every language that has words for the roles.

A way of a rule is a line of terms: the role of the word that the rule is about, mostly a verb, then what must be
near it in its sentence, in any order:

* ``+data`` a word of that role at most 12 words away, ``+4 data`` at most 4, ``+* data`` anywhere in the sentence;
* ``-data`` no such word near, with the same distances; ``<`` and ``>`` before a role: only before it, or behind it;
* ``data|content`` either of two roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tostrack.analysis.flags.role_words import RoleSentence, RoleWords, load_roles
from tostrack.analysis.flags.rule_sources import RuleFile, load_role_tables, load_tables
from tostrack.models import Polarity

_TERM = re.compile(r"([+-])(\d+|\*)?\s?([<>])?([a-z_|]+)")
_REACH = 12
_EVERYWHERE = 10_000
#: A negation so many words before a verb belongs to it.
_NOT_BEFORE = 10
#: The subject of a verb is at most so many words before it, or so few behind it.
_SUBJECT_BEFORE, _SUBJECT_AFTER = 18, 8
#: What a subordinate clause does: its subject is not that of what follows.
_VERBS = "post|disclose|give|collect"


@dataclass(frozen=True)
class Term:
    """A term that must, or must not, be near the head of a way."""

    roles: int
    wanted: bool
    before: int
    behind: int


@dataclass(frozen=True)
class Way:
    """One way of saying what a rule is about."""

    head: int
    terms: tuple[Term, ...]
    #: Sets of bits of which the sentence must have one each.
    needs: tuple[int, ...]

    def find(self, sentence: RoleSentence) -> Iterator[tuple[int, int, int]]:
        """Yield (head, first, last) for each word that the way matches at; the match reaches from first to last."""
        for need in self.needs:
            if not need & sentence.all:
                return
        roles = sentence.roles
        for at, mask in enumerate(roles):
            if mask & self.head:
                places = [at]
                for term in self.terms:
                    place = _nearest(roles, at, term, places if term.wanted else [])
                    if (place >= 0) != term.wanted:
                        break
                    if term.wanted:
                        places.append(place)
                else:
                    yield at, min(places), max(places)


@dataclass(frozen=True)
class RoleRule:
    """A rule in the words of one language."""

    name: str
    topic: str
    meaning: str
    denied: str
    why: str
    polarity: Polarity
    negated: Polarity | None
    #: A sentence of fewer words is a title, and says nothing.
    least: int
    #: Who must act, and who must not: "you", "we" or, empty, anyone.
    by: str
    not_by: str
    carries: bool
    overrides: bool
    weak: bool
    ways: tuple[Way, ...]
    unless: tuple[Way, ...]

    def says(self, polarity: Polarity) -> str:
        """Return what a flag of this rule means to a reader."""
        return self.meaning if polarity is self.polarity else self.denied


@dataclass(frozen=True)
class RoleRules:
    """Every rule and veto in the words of one language."""

    words: RoleWords
    rules: tuple[RoleRule, ...]
    #: Topics and the ways of a veto.
    vetoes: tuple[tuple[frozenset[str], tuple[Way, ...], tuple[Way, ...]], ...]

    def actor(self, sentence: RoleSentence, at: int) -> str:
        """Return who acts by the verb at *at*: ``we``, ``you`` or nobody that is named near it."""
        roles, parted = sentence.roles, sentence.parted
        if roles[at] & self.words.bits["we"]:
            return "we"
        first = last = at
        while first and not (parted[first] or sentence.barred[first]) and at - first < _SUBJECT_BEFORE:
            first -= 1
        so_as = self.words.bits_of("so_as")
        while last + 1 < len(roles) and last - at < _SUBJECT_AFTER:
            last += 1
            if parted[last] or sentence.barred[last] or roles[last] & so_as:
                last -= 1
                break
        found = self._named(self._without_relative(roles[first:at]) + roles[at : last + 1])
        if found or not roles[first] & so_as:
            return found
        # "If you use this to share ...": the purpose has the subject of what it is the purpose of.
        return self._named(roles[max(first - _SUBJECT_BEFORE, 0) : first])

    def _without_relative(self, roles: list[int]) -> list[int]:
        """Return the *roles* before a verb behind "you accept that" and behind the clause "that you send us"."""
        that, verbs = self.words.bits_of("that"), self.words.bits_of(_VERBS)
        start = max((at for at, mask in enumerate(roles) if mask & that), default=-1)
        if start < 0:
            return roles
        return roles[max((at for at, mask in enumerate(roles) if mask & verbs and at > start), default=start) + 1 :]

    def _named(self, roles: list[int]) -> str:
        bits = self.words.bits
        if any(mask & bits["we"] for mask in roles):
            return "we"
        return "you" if any(mask & bits["you"] and not mask & bits["your"] for mask in roles) else ""

    def is_negated(self, sentence: RoleSentence, at: int) -> bool:
        """Return whether a negation belongs to the verb at *at*."""
        bit = self.words.bits["not"]
        roles = sentence.roles
        for place in range(at, max(at - _NOT_BEFORE, 0) - 1, -1):
            if roles[place] & bit:
                return True
            if sentence.barred[place]:
                break
        for place in range(at + 1, min(at + 1 + self.words.not_after, len(roles))):
            if sentence.barred[place]:
                return False
            if roles[place] & bit:
                return True
        return False


def _nearest(roles: list[int], at: int, term: Term, taken: list[int]) -> int:
    """Return the place of the word nearest to *at* that fits *term* and is none of those *taken*; -1 for none."""
    wanted = term.roles
    for step in range(1, max(term.before, term.behind) + 1):
        before, behind = at - step, at + step
        if before < 0 and behind >= len(roles):
            return -1
        if step <= term.before and before >= 0 and roles[before] & wanted and before not in taken:
            return before
        if step <= term.behind and behind < len(roles) and roles[behind] & wanted and behind not in taken:
            return behind
    return -1


@cache
def load_role_rules(code: str, packs: tuple[RuleFile, ...] = ()) -> RoleRules:
    """Return the rules of roles, and those of *packs*, in the words of the language *code*."""
    tables = [load_tables(pack) for pack in packs]
    words = load_roles(code, tuple(pair for table in tables for pair in table.get("words", {}).get(code, {}).items()))
    named = [*load_role_tables()["rule"].items(), *(pair for table in tables for pair in table.get("role", {}).items())]
    rules = tuple(_rule(name, table, words) for name, table in named)
    vetoes = tuple(
        (frozenset(table["topics"]), _ways(table, "ways", words), _ways(table, "unless", words))
        for table in load_role_tables()["veto"].values()
    )
    return RoleRules(words, rules, vetoes)


def _rule(name: str, table: Mapping[str, Any], words: RoleWords) -> RoleRule:
    negated = table.get("negated", "restricts")
    return RoleRule(
        name=name,
        topic=table["topic"],
        meaning=table["meaning"],
        denied=table.get("denied", ""),
        why=table["why"],
        polarity=Polarity(table.get("polarity", "permits")),
        negated=None if negated == "drop" else Polarity(negated),
        least=table.get("least", 0),
        by=table.get("by", ""),
        not_by=table.get("not_by", ""),
        carries=table.get("carries", False),
        overrides=table.get("overrides", False),
        weak=table.get("weak", False),
        ways=_ways(table, "ways", words),
        unless=_ways(table, "unless", words),
    )


def _ways(table: Mapping[str, Any], key: str, words: RoleWords) -> tuple[Way, ...]:
    return tuple(parse_way(line, words) for line in table.get(key, ()))


def parse_way(line: str, words: RoleWords) -> Way:
    """Return the way that *line* writes, in the words of one language.

    Raises:
        ValueError: It cannot be read.
    """
    head, _, rest = line.partition(" ")
    terms, at = [], 0
    for match in _TERM.finditer(rest):
        if rest[at : match.start()].strip():
            break
        at = match.end()
        reach = _EVERYWHERE if match[2] == "*" else int(match[2] or _REACH)
        before, behind = (0 if match[3] == ">" else reach), (0 if match[3] == "<" else reach)
        terms.append(Term(words.bits_of(match[4]), match[1] == "+", before, behind))
    if rest[at:].strip() or not head:
        raise ValueError(f"{line!r}: cannot read {rest[at:].strip()!r}")
    wanted = tuple(term.roles for term in terms if term.wanted)
    return Way(words.bits_of(head), tuple(terms), (words.bits_of(head), *wanted))
