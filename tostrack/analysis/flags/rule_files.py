"""Rules as data: reads `topics.toml` and a user's own beside it, and names every mistake at once with its file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tostrack.analysis.flags.breadth import LONGEST
from tostrack.analysis.flags.lexicon import BY_CAPITAL, Lexicon, build
from tostrack.analysis.flags.patterns import Compiled, PatternError, compile_pattern, expand, words_of
from tostrack.analysis.flags.rule_sources import RuleFile
from tostrack.analysis.flags.rules import PatternIndex, Rule, RuleSet, Veto
from tostrack.errors import ConfigError
from tostrack.models import Polarity

_TABLES = {"topic", "class", "shape", "breadth", "rule", "veto"}
#: Tables of a pack that `role_rules.py` reads.
_PACK_TABLES = {"role", "words"}
_TOPIC_KEYS = {"meaning"}
_EXAMPLE_KEYS = {"patterns", "unless", "hits", "misses"}
_SWITCHES = {"carries", "overrides", "weak"}
_RULE_KEYS = {"topic", "why", "meaning", "denied", "polarity", "negated", *_SWITCHES, *_EXAMPLE_KEYS}
_VETO_KEYS = {"topics", "why", *_EXAMPLE_KEYS}
#: Classes that the reading of a match asks for itself (see `finder.py`), whether a pattern names them or not.
RESERVED = ("NOT", "NONE", "BUT", "SO")
#: A piece of a pattern by its name.
_SHAPE = re.compile(r"\{([a-z_]+)\}")
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_CLASS = re.compile(r"[A-Z][A-Z0-9_]*")
_POLARITIES = {polarity.value for polarity in Polarity}


class _Tables(dict[str, dict[str, Any]]):
    """The merged tables of all sources, and which source each entry is from."""

    def __init__(self) -> None:
        super().__init__({table: {} for table in _TABLES})
        self.origin: dict[tuple[str, str], str] = {}

    def where(self, table: str, key: str) -> str:
        """Return ``topics.toml: rule.grant``."""
        return f"{self.origin[table, key]}: {table}.{key}"


def parse(*sources: RuleFile) -> RuleSet:
    """Return the rules of one or more *sources*; later ones add topics, rules and words to earlier ones.

    Raises:
        ConfigError: With every mistake of every table, each with its file and key.
    """
    problems: list[str] = []
    tables = _Tables()
    for source in sources:
        _merge(source, tables, problems)
    classes = _classes(tables, problems)
    for reserved in RESERVED:
        classes.setdefault(reserved, [])
    _fill_shapes(tables, problems)
    for key, table in tables["topic"].items():
        problems += _keys(tables.where("topic", key), table, _TOPIC_KEYS, {"meaning": str})
        if not _TOPIC.fullmatch(key):
            problems.append(f"{tables.where('topic', key)}: a topic is named in lower case letters, digits and hyphens")
    breadth = _breadth(tables, problems)
    lexicon = _lexicon(classes, tables, problems)
    if lexicon is None:
        raise ConfigError(*problems)
    rules, vetoes = _owners(tables, lexicon, problems)
    if problems:
        raise ConfigError(*problems)
    return RuleSet(
        {key: table["meaning"] for key, table in tables["topic"].items()},
        tables.origin,
        rules,
        vetoes,
        lexicon,
        breadth,
        PatternIndex(rules.values()),
        PatternIndex(vetoes.values()),
    )


def _owners(tables: _Tables, lexicon: Lexicon, problems: list[str]) -> tuple[dict[str, Rule], dict[str, Veto]]:
    """Return the rules and the vetoes that can be read."""
    topics = frozenset(tables["topic"])
    rules: dict[str, Rule] = {}
    vetoes: dict[str, Veto] = {}
    for key, table in tables["rule"].items():
        if rule := _rule(key, table, topics, lexicon, tables.where("rule", key), problems):
            rules[key] = rule
    for key, table in tables["veto"].items():
        if veto := _veto(key, table, topics, lexicon, tables.where("veto", key), problems):
            vetoes[key] = veto
    return rules, vetoes


def _merge(source: RuleFile, tables: _Tables, problems: list[str]) -> None:
    name = source.name
    try:
        loaded = tomllib.loads(source.text)
    except RecursionError:
        problems.append(f"{name}: nested too deeply")
        return
    except ValueError as error:
        # Not only TOMLDecodeError: Python refuses a number of more than 4,300 digits in its own way.
        problems.append(f"{name}: not TOML: {error}")
        return
    for table, entries in _tables_of_patterns(source, loaded).items():
        if table not in _TABLES or not isinstance(entries, dict):
            problems.append(f"{name}: {table}: unknown table; known are {', '.join(sorted(_TABLES))}")
            continue
        for key, entry in entries.items():
            if table == "class" and isinstance(entry, list) and isinstance(tables[table].get(key), list):
                tables[table][key] = [*tables[table][key], *entry]
            elif table == "breadth" and isinstance(entry, dict) and isinstance(tables[table].get(key), dict):
                tables[table][key] = _added(tables[table][key], entry)
            elif key in tables[table]:
                taken = tables.origin[table, key]
                problems.append(f"{name}: {table}.{key}: this name is taken in {taken}; choose another")
                continue
            elif table in ("topic", "rule", "veto") and not isinstance(entry, dict):
                problems.append(f"{name}: {table}.{key}: must be a table")
                continue
            else:
                tables[table][key] = entry
            # A class that several add to is of the last one: a mistake in it is more likely theirs than ours.
            tables.origin[table, key] = name


def _tables_of_patterns(source: RuleFile, loaded: dict[str, Any]) -> dict[str, Any]:
    """Return the *loaded* tables without those of a pack that hold rules over roles."""
    return {table: loaded[table] for table in loaded if not (source.is_pack and table in _PACK_TABLES)}


def _added(lists: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return both tables of lists as one; a value that is no list is returned as it is, to be named."""
    both = [
        (key, [*lists[key], *more[key]])
        for key in lists.keys() & more.keys()
        if isinstance(lists[key], list) and isinstance(more[key], list)
    ]
    return {**lists, **more, **dict(both)}


def _fill_shapes(tables: _Tables, problems: list[str]) -> None:
    """Put the shapes that patterns name in braces in their places."""
    shapes = {key: value for key, value in tables["shape"].items() if isinstance(value, str)}
    problems += [f"{tables.where('shape', key)}: must be a pattern" for key in set(tables["shape"]) - set(shapes)]

    def filled(pattern: str, where: str) -> str:
        for shape in _SHAPE.findall(pattern):
            if shape not in shapes:
                problems.append(f"{where}: there is no shape {{{shape}}}")
        return _SHAPE.sub(lambda match: f"( {shapes.get(match[1], match[1])} )", pattern)

    for table in ("rule", "veto"):
        for key, entry in tables[table].items():
            for part in ("patterns", "unless"):
                if isinstance(entry.get(part), list):
                    where = f"{tables.where(table, key)}.{part}"
                    entry[part] = [filled(found, where) if isinstance(found, str) else found for found in entry[part]]


def _classes(tables: _Tables, problems: list[str]) -> dict[str, list[str]]:
    classes: dict[str, list[str]] = {}
    for key, entries in tables["class"].items():
        where = tables.where("class", key)
        if not _CLASS.fullmatch(key) or key in BY_CAPITAL:
            problems.append(f"{where}: a class has a name in capitals, other than {', '.join(sorted(BY_CAPITAL))}")
        elif not isinstance(entries, list) or not all(isinstance(entry, str) and entry.strip() for entry in entries):
            problems.append(f"{where}: must be a list of words and phrases")
        else:
            classes[key] = entries
    return classes


def _lexicon(classes: Mapping[str, list[str]], tables: _Tables, problems: list[str]) -> Lexicon | None:
    patterns = [
        pattern
        for table in ("rule", "veto")
        for entry in tables[table].values()
        for key in ("patterns", "unless")
        for pattern in _strings(entry.get(key))
    ]
    literals = {word for pattern in patterns for word in words_of(pattern) if not word[0].isupper()}
    broken = []
    for key, entries in classes.items():
        for entry in entries:
            if not entry.isupper():
                try:
                    list(expand(entry))
                except PatternError as error:
                    broken.append(f"{tables.where('class', key)}: {error}")
            elif entry not in classes and entry not in BY_CAPITAL:
                broken.append(f"{tables.where('class', key)}: there is no class {entry}")
    if broken:
        problems += broken
        return None
    try:
        return build(classes, literals)
    except PatternError as error:
        # What is left to go wrong concerns several classes: one that contains itself.
        problems.append(f"{tables.origin[next(reversed(tables.origin))]}: {error}")
        return None


def _breadth(tables: _Tables, problems: list[str]) -> dict[str, tuple[str, int]]:
    """Return phrase -> (concept, weight) of the ``breadth`` tables: ``wider`` and ``narrower``, each by weight."""
    concepts: dict[str, tuple[str, int]] = {}
    for key, weights in tables["breadth"].items():
        where = tables.where("breadth", key)
        if key not in ("wider", "narrower") or not isinstance(weights, dict):
            problems.append(f"{where}: must be a table of phrases by weight, wider or narrower")
            continue
        for weight, entries in weights.items():
            if not weight.isdigit() or not isinstance(entries, list):
                problems.append(f"{where}.{weight}: must be a number with a list of phrases")
                continue
            for entry in _strings(entries):
                value = (entry, int(weight) if key == "wider" else -int(weight))
                try:
                    phrases = list(expand(entry))
                except PatternError as error:
                    problems.append(f"{where}.{weight}: {error}")
                    continue
                if any(len(phrase.split()) > LONGEST for phrase in phrases):
                    problems.append(f"{where}.{weight}: {entry!r}: more than {LONGEST} words")
                concepts.update(dict.fromkeys(phrases, value))
    return concepts


def _strings(found: object) -> list[str]:
    return [entry for entry in found if isinstance(entry, str)] if isinstance(found, list) else []


def _rule(
    key: str, table: dict[str, Any], topics: frozenset[str], lexicon: Lexicon, where: str, problems: list[str]
) -> Rule | None:
    found = _keys(where, table, _RULE_KEYS, {"topic": str, "why": str, "meaning": str, "patterns": list})
    if isinstance(table.get("topic"), str) and table["topic"] not in topics:
        found.append(f"{where}.topic: {table['topic']!r} is no topic; known are {', '.join(sorted(topics))}")
    polarity, negated = str(table.get("polarity", "permits")), str(table.get("negated", "restricts"))
    if polarity not in _POLARITIES:
        found.append(f"{where}.polarity: one of {', '.join(sorted(_POLARITIES))}")
    if negated not in {*_POLARITIES, "drop"}:
        found.append(f"{where}.negated: one of {', '.join(sorted(_POLARITIES))}, drop")
    found += [
        f"{where}.{key}: true or false" for key in sorted(_SWITCHES) if not isinstance(table.get(key, False), bool)
    ]
    marked = any("@" in pattern for pattern in _strings(table.get("patterns"))) and negated not in ("drop", polarity)
    if not isinstance(table.get("denied", ""), str) or (marked and not table.get("denied")):
        found.append(f"{where}.denied: missing: what it means where the verb marked with @ is negated")
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
        denied=table.get("denied", ""),
        patterns=patterns,
        unless=unless,
        polarity=Polarity(polarity),
        negated=None if negated == "drop" else Polarity(negated),
        carries=table.get("carries", False),
        overrides=table.get("overrides", False),
        weak=table.get("weak", False),
        hits=tuple(table.get("hits", ())),
        misses=tuple(table.get("misses", ())),
    )


def _veto(
    key: str, table: dict[str, Any], topics: frozenset[str], lexicon: Lexicon, where: str, problems: list[str]
) -> Veto | None:
    found = _keys(where, table, _VETO_KEYS, {"topics": list, "why": str, "patterns": list})
    named = table.get("topics")
    named = named if isinstance(named, list) else []
    found += [f"{where}.topics: {topic!r} is no topic" for topic in named if str(topic) not in topics]
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
        except PatternError as error:
            problems.append(f"{where}.{key}: {error}")
            continue
        if key == "patterns" and not compiled.needs:
            problems.append(f"{where}.{key}: {pattern!r}: at least one word must be outside brackets, without '?'")
        else:
            yield compiled


def _keys(
    where: str, table: Mapping[str, Any], known: Iterable[str], required: Mapping[str, type[object]]
) -> list[str]:
    known = set(known)
    problems = [
        f"{where}.{key}: unknown key; known are {', '.join(sorted(known))}" for key in sorted(set(table) - known)
    ]
    for key, kind in required.items():
        if not isinstance(table.get(key), kind) or not table[key]:
            problems.append(f"{where}.{key}: missing, or not a {kind.__name__}")
    return problems + [
        f"{where}.{key}: must be a list of texts"
        for key in sorted(_EXAMPLE_KEYS & set(table))
        if not isinstance(table[key], list) or len(_strings(table[key])) != len(table[key])
    ]
