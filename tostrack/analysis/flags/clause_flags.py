"""The flags of a clause by rules: the work behind a `Rulebook`, loaded when a clause is first read."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tostrack.analysis.flags.breadth import Breadth
from tostrack.analysis.flags.finder import find, matching, quote_as_written, under_lead, vetoing
from tostrack.analysis.flags.listed_recipients import (
    find_english_party,
    find_listed_party,
    find_listed_recipient,
    is_item,
)
from tostrack.analysis.flags.reading_language import clause_hint, find_language
from tostrack.analysis.flags.role_finder import find_by_roles
from tostrack.analysis.flags.role_rules import load_role_rules
from tostrack.analysis.flags.role_words import load_roles, role_languages
from tostrack.analysis.flags.rule_files import parse
from tostrack.analysis.flags.rule_sources import BUILT_IN, RuleFile
from tostrack.analysis.flags.rules import Rule, RuleSet, Veto
from tostrack.analysis.flags.weights import is_learnt, shipped_weights
from tostrack.clauses import plain, sentences
from tostrack.models import Clause, Flag

if TYPE_CHECKING:
    from tostrack.analysis.flags.rulebook import Rulebook

#: Two texts of the length of the longest policies, clause by clause.
_MEMORY = 20_000
#: A list in brackets parts what belongs together: "transfers the data (name, address, number) to carriers".
_ASIDE = re.compile(r"\((?=[^()]*,[^()]*,)[^()]{20,300}\)")
#: A question of fewer words is a title.
_TITLE = 15


@lru_cache(maxsize=8)
def parse_rules(own: tuple[RuleFile, ...]) -> RuleSet:
    """Return the rules that ship with *own* beside them: the same for every language of a clause."""
    return parse(RuleFile(BUILT_IN.name, BUILT_IN.read_text("utf-8")), *own)


@lru_cache(maxsize=16)
def breadth_of(own: tuple[RuleFile, ...]) -> Breadth:
    """Return what tells how far a permission reaches, by the same rules."""
    return Breadth(parse_rules(own).breadth)


def find_in_text(book: Rulebook, text: str) -> list[Flag]:
    """Return the flags of one clause, lead-in and item on two lines, with quotes as written."""
    return quote_as_written(text, _find(book, *under_lead(text)))


def find_in_clause(book: Rulebook, clause: Clause) -> tuple[Flag, ...]:
    """Return the flags of *clause*, which is no heading."""
    hint = clause_hint(clause)
    found = _remembered(book, clause.text, clause.lead, hint)
    if any(flag.topic == "sharing" for flag in found):
        return found
    listed = find_listed_recipient(clause)
    if not listed and is_item(clause):
        code = _read_language(plain(clause.text), clause.lead, hint)
        if code == "en":
            listed = find_english_party(clause, parse_rules(book.own).lexicon)
        elif code in role_languages():
            listed = find_listed_party(clause, load_roles(code))
    return (*found, *listed)


@lru_cache(maxsize=_MEMORY)
def _remembered(book: Rulebook, text: str, lead: str, hint: str) -> tuple[Flag, ...]:
    return tuple(_find(book, plain(text), lead, hint))


def _find(book: Rulebook, text: str, lead: str, hint: str = "") -> list[Flag]:
    if text.endswith("?") and text.count(" ") < _TITLE and len(sentences(text)) == 1:
        return []  # "How do we share your data?": a title says nothing
    code = _read_language(text, lead, hint)
    found = _find_in(book, code, text, lead)
    bare = _ASIDE.sub(lambda aside: " " * len(aside[0]), text) if "(" in text else text
    if bare != text:
        known = {flag.topic for flag in found}
        more = (flag for flag in _find_in(book, code, bare, lead) if flag.topic not in known and not is_learnt(flag))
        found += (replace(flag, quote=text[flag.start : flag.end]) for flag in more)
        found.sort(key=lambda flag: (flag.start, flag.end, flag.rule))
    return found


def _find_in(book: Rulebook, code: str, text: str, lead: str) -> list[Flag]:
    rules = parse_rules(book.own)
    if code == "en":
        return find(rules, text, lead, shipped_weights())
    flags = find_by_roles(load_role_rules(code, book.packs), text, lead) if code in role_languages() else []
    if len(book.packs) < len(book.own):
        # A user's rules name words, of whichever language.
        theirs = {source.name for source in book.own if not source.is_pack}
        flags += [flag for flag in find(rules, text, lead) if rules.origin["rule", flag.rule] in theirs]
    return flags


def _read_language(text: str, lead: str, hint: str) -> str:
    return find_language(f"{hint} {lead} {text}" if lead or hint else text)


def find_as_read(book: Rulebook, text: str) -> list[Flag]:
    """Return the flags of one clause as `find_in_text` does, with quotes as they are read: without marks."""
    return _find(book, *under_lead(text))


def list_faults(rules: RuleSet) -> list[str]:
    """Return a line for each example that a rule or veto does not answer as it says, and for each that has none."""
    faults = []
    owners: list[tuple[str, str, Rule | Veto]] = [("rule", name, rule) for name, rule in rules.rules.items()]
    owners += [("veto", name, veto) for name, veto in rules.vetoes.items()]
    for table, name, owner in owners:
        where = f"{rules.origin[table, name]}: {table}.{name}"
        for kind, texts in (("hits", owner.hits), ("misses", owner.misses)):
            verb = "find" if kind == "hits" else "pass over"
            if not texts:
                faults.append(f"{where}.{kind}: missing: a clause that it must {verb}")
            wrong = [text for text in texts if (name in _names_matching(rules, text)) != (kind == "hits")]
            faults += [f"{where}.{kind}: it does not {verb} {text!r}" for text in wrong]
    return faults


def _names_matching(rules: RuleSet, text: str) -> set[str]:
    words, lead = under_lead(text)
    return matching(rules, words, lead) | vetoing(rules, words)
