"""Rules as data: `topics.toml` in, compiled rules out, every mistake in it named at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

from tostrack.errors import ConfigError
from tostrack.flag.lexicon import ACTOR, NAME, Lexicon, build
from tostrack.flag.patterns import Compiled, PatternError, compile_pattern, expand, words_of
from tostrack.models import Polarity, sha256

BUILT_IN = files("tostrack.flag").joinpath("topics.toml")

Owner = TypeVar("Owner")

_TABLES = {"topic", "class", "shape", "breadth", "rule", "veto"}
_TOPIC_KEYS = {"meaning"}
_RULE_KEYS = {
    "topic", "why", "meaning", "patterns", "unless", "polarity", "negated", "carries", "overrides", "weak", "hits", "misses",
}  # fmt: skip
_VETO_KEYS = {"topics", "why", "patterns", "unless", "hits", "misses"}
#: A piece of a pattern by its name.
_SHAPE = re.compile(r"\{([a-z_]+)\}")
_POLARITIES = {polarity.value for polarity in Polarity}


@dataclass(frozen=True)
class Rule:
    """One way of saying one thing."""

    name: str
    topic: str
    why: str
    #: What it means to a reader, in plain words: "may let others use your photos".
    meaning: str
    patterns: tuple[Compiled, ...]
    #: In a sentence that one of these matches, the rule is silent.
    unless: tuple[Compiled, ...]
    polarity: Polarity
    #: What a negation of the marked verb makes of it; None: nothing worth a flag.
    negated: Polarity | None
    #: A lead-in that it matches speaks for the items of its list.
    carries: bool
    #: What it says of its topic outweighs what else its words seem to say: "opt out of" stands before "targeted ads".
    overrides: bool
    #: It names the topic and says little of it: it yields to an overriding rule anywhere in its sentence.
    weak: bool
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Veto:
    """A kind of sentence that speaks of something else than it seems to; no rule of its topics matches there."""

    name: str
    topics: frozenset[str]
    why: str
    patterns: tuple[Compiled, ...]
    unless: tuple[Compiled, ...]
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


class _Finder(Generic[Owner]):
    """Patterns by what they need: which are worth trying on a text is a look-up, not a search."""

    def __init__(self, owners: Iterable[tuple[Owner, tuple[Compiled, ...]]], bits: dict[str, int]) -> None:
        self._entries = [
            (owner, pattern, tuple(_mask(need, bits) for need in pattern.needs))
            for owner, patterns in owners
            for pattern in patterns
        ]
        #: A character -> the numbers of the patterns whose smallest need holds it.
        self._first: dict[str, list[int]] = {}
        for number, (_, pattern, _) in enumerate(self._entries):
            for code in min(pattern.needs, key=len):
                self._first.setdefault(code, []).append(number)

    def worth_trying(self, codes: str, present: int) -> Iterator[tuple[Owner, Compiled]]:
        numbers: set[int] = set()
        for code in set(codes):
            numbers.update(self._first.get(code, ()))
        for number in sorted(numbers):
            owner, pattern, masks = self._entries[number]
            for mask in masks:
                if not mask & present:
                    break
            else:
                yield owner, pattern


def _mask(codes: Iterable[str], bits: dict[str, int]) -> int:
    return sum(bits.setdefault(code, 1 << len(bits)) for code in codes)


class PatternIndex:
    """The patterns of a set of rules, found by the characters of a text."""

    def __init__(self, rules: Iterable[Rule], vetoes: Iterable[Veto]) -> None:
        self._bits: dict[str, int] = {}
        self._rules = _Finder([(rule, rule.patterns) for rule in rules], self._bits)
        self._vetoes = _Finder([(veto, veto.patterns) for veto in vetoes], self._bits)

    def present(self, codes: str) -> int:
        """Return the characters of *codes* as one number, a bit for each."""
        found = 0
        for code in set(codes):
            found |= self._bits.get(code, 0)
        return found

    def of_rules(self, codes: str, present: int) -> Iterator[tuple[Rule, Compiled]]:
        """Yield the patterns that can match *codes*, in the order of the rules."""
        return self._rules.worth_trying(codes, present)

    def of_vetoes(self, codes: str, present: int) -> Iterator[tuple[Veto, Compiled]]:
        """Yield the patterns of vetoes that can match *codes*."""
        return self._vetoes.worth_trying(codes, present)


@dataclass(frozen=True)
class RuleSet:
    """Everything that decides what is flagged."""

    #: Topic -> what it is about, in plain words.
    topics: Mapping[str, str]
    rules: Mapping[str, Rule]
    vetoes: Mapping[str, Veto]
    lexicon: Lexicon
    #: Phrase -> the concept that it names, and how much further (or less far) a permission reaches with it.
    breadth: Mapping[str, tuple[str, int]]
    patterns: PatternIndex
    #: Changes with every change of a rule or class.
    fingerprint: str


@lru_cache(maxsize=1)
def built_in() -> RuleSet:
    """Return the rules that ship with the package."""
    return parse(BUILT_IN.read_text("utf-8"), name="topics.toml")


def parse(*sources: str, name: str = "topics.toml") -> RuleSet:
    """Return the rules of one or more TOML *sources*; later ones add topics, rules and words to earlier ones.

    Raises:
        ConfigError: With every mistake of every table, each with its key.
    """
    problems: list[str] = []
    tables: dict[str, dict[str, Any]] = {table: {} for table in _TABLES}
    for source in sources:
        _merge(source, name, tables, problems)
    classes = _classes(tables["class"], name, problems)
    _fill_shapes(tables, name, problems)
    for key, table in tables["topic"].items():
        problems += _keys(f"{name}: topic.{key}", table, _TOPIC_KEYS, {"meaning": str})
    lexicon = _lexicon(classes, tables, name, problems)
    rules: dict[str, Rule] = {}
    vetoes: dict[str, Veto] = {}
    if lexicon is not None:
        topics = frozenset(tables["topic"])
        for key, table in tables["rule"].items():
            if rule := _rule(key, table, topics, lexicon, f"{name}: rule.{key}", problems):
                rules[key] = rule
        for key, table in tables["veto"].items():
            if veto := _veto(key, table, topics, lexicon, f"{name}: veto.{key}", problems):
                vetoes[key] = veto
    if problems or lexicon is None:
        raise ConfigError(*problems)
    breadth = _breadth(tables["breadth"], name, problems)
    if problems:
        raise ConfigError(*problems)
    topic_meanings = {key: table["meaning"] for key, table in tables["topic"].items()}
    return RuleSet(
        topic_meanings,
        rules,
        vetoes,
        lexicon,
        breadth,
        PatternIndex(rules.values(), vetoes.values()),
        sha256("\n".join(sources))[:16],
    )


def _merge(source: str, name: str, tables: dict[str, dict[str, Any]], problems: list[str]) -> None:
    try:
        loaded = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{name}: not TOML: {error}")
        return
    for table, entries in loaded.items():
        if table not in _TABLES or not isinstance(entries, dict):
            problems.append(f"{name}: {table}: unknown table; known are {', '.join(sorted(_TABLES))}")
            continue
        for key, entry in entries.items():
            if table == "class" and isinstance(entry, list) and isinstance(tables[table].get(key), list):
                tables[table][key] = [*tables[table][key], *entry]
            elif key in tables[table]:
                problems.append(f"{name}: {table}.{key}: this name is taken; choose another")
            elif table in ("topic", "rule", "veto") and not isinstance(entry, dict):
                problems.append(f"{name}: {table}.{key}: must be a table")
            else:
                tables[table][key] = entry


def _fill_shapes(tables: dict[str, dict[str, Any]], name: str, problems: list[str]) -> None:
    """Put the shapes that patterns name in braces in their places."""
    shapes = {key: value for key, value in tables["shape"].items() if isinstance(value, str)}
    problems += [f"{name}: shape.{key}: must be a pattern" for key in set(tables["shape"]) - set(shapes)]

    def filled(pattern: str, where: str) -> str:
        for shape in _SHAPE.findall(pattern):
            if shape not in shapes:
                problems.append(f"{name}: {where}: there is no shape {{{shape}}}")
        return _SHAPE.sub(lambda match: f"( {shapes.get(match[1], match[1])} )", pattern)

    for table in ("rule", "veto"):
        for key, entry in tables[table].items():
            for part in ("patterns", "unless"):
                if part in entry:
                    found = _strings(entry[part])
                    entry[part] = [filled(pattern, f"{table}.{key}.{part}") for pattern in found]


def _classes(tables: Mapping[str, Any], name: str, problems: list[str]) -> dict[str, list[str]]:
    classes: dict[str, list[str]] = {}
    for key, entries in tables.items():
        if not key.isupper() or key in (NAME, ACTOR):
            problems.append(f"{name}: class.{key}: a class has a name in capitals, other than {NAME} and {ACTOR}")
        elif not isinstance(entries, list) or not all(isinstance(entry, str) and entry for entry in entries):
            problems.append(f"{name}: class.{key}: must be a list of words and phrases")
        else:
            classes[key] = entries
    return classes


def _lexicon(
    classes: Mapping[str, list[str]], tables: Mapping[str, dict[str, Any]], name: str, problems: list[str]
) -> Lexicon | None:
    patterns = [
        pattern
        for table in ("rule", "veto")
        for entry in tables[table].values()
        for key in ("patterns", "unless")
        for pattern in _strings(entry.get(key))
    ]
    literals = {word for pattern in patterns for word in words_of(pattern) if not word[0].isupper()}
    for key, entries in classes.items():
        try:
            for entry in entries:
                list(expand(entry))
        except PatternError as error:
            problems.append(f"{name}: class.{key}: {error}")
    if problems:
        return None
    try:
        return build(classes, literals)
    except PatternError as error:
        problems.append(f"{name}: {error}")
        return None


def _breadth(tables: Mapping[str, Any], name: str, problems: list[str]) -> dict[str, tuple[str, int]]:
    """Return the concepts of the ``breadth`` table: ``wider = [[...], ...]``, the second list weighs two, and so on."""
    concepts: dict[str, tuple[str, int]] = {}
    for key, lists in tables.items():
        if key not in ("wider", "narrower") or not isinstance(lists, list):
            problems.append(f"{name}: breadth.{key}: must be a list of lists of phrases, wider or narrower")
            continue
        for weight, entries in enumerate(lists, start=1):
            for entry in _strings(entries):
                value = (entry, weight if key == "wider" else -weight)
                concepts.update(dict.fromkeys(expand(entry), value))
    return concepts


def _strings(found: object) -> list[str]:
    return [entry for entry in found if isinstance(entry, str)] if isinstance(found, list) else []


def _rule(
    key: str, table: dict[str, Any], topics: frozenset[str], lexicon: Lexicon, where: str, problems: list[str]
) -> Rule | None:
    found = _keys(where, table, _RULE_KEYS, {"topic": str, "why": str, "meaning": str, "patterns": list})
    if not found and table["topic"] not in topics:
        found.append(f"{where}.topic: {table['topic']!r} is no topic; known are {', '.join(sorted(topics))}")
    polarity, negated = table.get("polarity", "permits"), table.get("negated", "restricts")
    if polarity not in _POLARITIES:
        found.append(f"{where}.polarity: one of {', '.join(sorted(_POLARITIES))}")
    if negated not in {*_POLARITIES, "drop"}:
        found.append(f"{where}.negated: one of {', '.join(sorted(_POLARITIES))}, drop")
    patterns = tuple(_compiled(table, "patterns", lexicon, where, found))
    unless = tuple(_compiled(table, "unless", lexicon, where, found))
    problems += found
    if found:
        return None
    return Rule(
        name=key,
        topic=table["topic"],
        why=table["why"],
        meaning=table["meaning"],
        patterns=patterns,
        unless=unless,
        polarity=Polarity(polarity),
        negated=None if negated == "drop" else Polarity(negated),
        carries=bool(table.get("carries", False)),
        overrides=bool(table.get("overrides", False)),
        weak=bool(table.get("weak", False)),
        hits=tuple(table.get("hits", ())),
        misses=tuple(table.get("misses", ())),
    )


def _veto(
    key: str, table: dict[str, Any], topics: frozenset[str], lexicon: Lexicon, where: str, problems: list[str]
) -> Veto | None:
    found = _keys(where, table, _VETO_KEYS, {"topics": list, "why": str, "patterns": list})
    found += [f"{where}.topics: {topic!r} is no topic" for topic in table.get("topics", ()) if topic not in topics]
    patterns = tuple(_compiled(table, "patterns", lexicon, where, found))
    unless = tuple(_compiled(table, "unless", lexicon, where, found))
    problems += found
    if found:
        return None
    hits, misses = tuple(table.get("hits", ())), tuple(table.get("misses", ()))
    return Veto(key, frozenset(table["topics"]), table["why"], patterns, unless, hits, misses)


def _compiled(
    table: Mapping[str, Any], key: str, lexicon: Lexicon, where: str, problems: list[str]
) -> Iterator[Compiled]:
    for pattern in _strings(table.get(key)):
        try:
            compiled = compile_pattern(pattern, lexicon.codes_of)
            if key == "patterns" and not compiled.needs:
                raise PatternError(f"{pattern!r}: at least one word must stand outside brackets and be required")
            yield compiled
        except PatternError as error:
            problems.append(f"{where}.{key}: {error}")


def _keys(
    where: str, table: Mapping[str, Any], known: Iterable[str], required: Mapping[str, type[object]]
) -> list[str]:
    known = set(known)
    problems = [f"{where}.{key}: unknown key; known are {', '.join(sorted(known))}" for key in set(table) - known]
    for key, kind in required.items():
        if not isinstance(table.get(key), kind) or not table[key]:
            problems.append(f"{where}.{key}: missing, or not a {kind.__name__}")
    for key in ("patterns", "unless", "hits", "misses"):
        if key in table and (not isinstance(table[key], list) or len(_strings(table[key])) != len(table[key])):
            problems.append(f"{where}.{key}: must be a list of texts")
    return problems
